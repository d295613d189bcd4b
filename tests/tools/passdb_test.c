// SPDX-License-Identifier: GPL-2.0-or-later
#include <kunit/test.h>

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/tools/messages.h"
#include "tools/lib/passdb.h"

#define HASH "pPScQGUQvcq2gk7nww/YUg=="

static struct messages said;

static struct passdb *read_db(const char *text, size_t len)
{
	struct passdb *db = passdb_create();

	messages_init(&said);
	passdb_parse(db, "t", text, len, &said.report);
	return db;
}

static void finds_in_any_case(struct kunit *test)
{
	static const char text[] = "zoe:" HASH "\nAnn:" HASH "\n\n\xd0\x91\xd0\xbe\xd0\xb1:" HASH;
	struct passdb *db = read_db(text, sizeof(text) - 1);

	KUNIT_EXPECT_STREQ(test, said.text, "");
	KUNIT_ASSERT_EQ(test, db->count, 3);
	KUNIT_ASSERT_NOT_NULL(test, passdb_find(db, "aNN"));
	KUNIT_EXPECT_STREQ(test, passdb_find(db, "aNN")->name, "Ann");
	KUNIT_EXPECT_NOT_NULL(test, passdb_find(db, "ZOE"));
	KUNIT_EXPECT_NOT_NULL(test, passdb_find(db, "\xd0\xb1\xd0\x9e\xd0\xb1"));
	KUNIT_EXPECT_NULL(test, passdb_find(db, "zo"));
	KUNIT_EXPECT_NULL(test, passdb_find(db, ""));
	KUNIT_EXPECT_EQ(test, passdb_find(db, "zoe")->hash[0], 0xa4);
	passdb_put(db);
}

#define NAME48 "123456789012345678901234567890123456789012345678"
static const struct {
	const char *text;
	const char *message;
} faults[] = {
	{ "ok:" HASH "\nno colon\n", "E t:2: not of the form \"user:hash\"\n" },
	{ ":" HASH, "E t:1: not a user name\n" },
	{ NAME48 ":" HASH, "E t:1: the user name is longer than 47 bytes\n" },
	{ "a\tb:" HASH, "E t:1: not a user name\n" },
	{ "a\xff:" HASH, "E t:1: not a user name\n" },
	{ "a:" HASH "x", "E t:1: the hash is not 16 bytes in base64\n" },
	{ "a:" HASH "\r", "E t:1: the hash is not 16 bytes in base64\n" },
	{ "a:pPScQGUQvcq2gk7nww/YUh==", "E t:1: the hash is not 16 bytes in base64\n" },
	{ "a:", "E t:1: the hash is not 16 bytes in base64\n" },
	{ "a:" HASH "\nA:" HASH, "E t:2: this user name was there before\n" },
};

static void names_line_of_fault(struct kunit *test)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(faults); i++) {
		passdb_put(read_db(faults[i].text, strlen(faults[i].text)));
		KUNIT_EXPECT_STREQ(test, said.text, faults[i].message);
	}
	passdb_put(read_db("a\0b:" HASH, 4 + strlen(HASH)));
	KUNIT_EXPECT_STREQ(test, said.text, "E t:1: not a user name\n");
}

static void sets_and_removes(struct kunit *test)
{
	struct passdb *db = passdb_create();
	u8 hash[PASSDB_HASH_SIZE] = { 1 };
	char name[8];
	int i;

	for (i = 99; i >= 0; i--) {
		snprintf(name, sizeof(name), "u%02d", i);
		hash[0] = i;
		KUNIT_EXPECT_EQ(test, passdb_set(db, name, hash), 0);
	}
	KUNIT_EXPECT_EQ(test, passdb_set(db, "U42", hash), 0);
	KUNIT_EXPECT_EQ(test, db->count, 100);
	KUNIT_EXPECT_EQ(test, passdb_find(db, "u42")->hash[0], 0);
	KUNIT_EXPECT_EQ(test, passdb_find(db, "u43")->hash[0], 43);
	for (i = 0; i < 100; i += 2) {
		snprintf(name, sizeof(name), "u%02d", i);
		KUNIT_EXPECT_EQ(test, passdb_remove(db, name), 0);
	}
	KUNIT_EXPECT_EQ(test, passdb_remove(db, "u42"), -ENOENT);
	KUNIT_EXPECT_EQ(test, db->count, 50);
	KUNIT_EXPECT_EQ(test, passdb_find(db, "u43")->hash[0], 43);
	KUNIT_EXPECT_EQ(test, passdb_set(db, "a:b", hash), -EINVAL);
	KUNIT_EXPECT_EQ(test, passdb_set(db, "", hash), -EINVAL);
	passdb_put(db);
}

static void saves_and_loads(struct kunit *test)
{
	static const char text[] = "ann:" HASH "\nbob:" HASH "\n";
	char dir[] = "/tmp/ksmbd-passdb.XXXXXX", path[64], lock[80];
	struct passdb *db = read_db(text, sizeof(text) - 1), *loaded = passdb_create();
	struct stat st;
	int fd;

	KUNIT_ASSERT_NOT_NULL(test, mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/db", dir);
	snprintf(lock, sizeof(lock), "%s.lock", path);
	fd = passdb_lock(path);
	KUNIT_EXPECT_GE(test, fd, 0);
	KUNIT_EXPECT_EQ(test, passdb_save(db, path), 0);
	KUNIT_EXPECT_EQ(test, stat(path, &st), 0);
	KUNIT_EXPECT_EQ(test, st.st_mode & 07777, 0600);
	KUNIT_EXPECT_EQ(test, st.st_size, sizeof(text) - 1);
	chmod(path, 0644);
	KUNIT_EXPECT_EQ(test, passdb_save(db, path), 0);
	KUNIT_EXPECT_EQ(test, stat(path, &st), 0);
	KUNIT_EXPECT_EQ(test, st.st_mode & 07777, 0644);
	messages_init(&said);
	passdb_load(loaded, path, &said.report);
	KUNIT_EXPECT_EQ(test, said.report.errors, 0);
	KUNIT_EXPECT_EQ(test, said.report.warnings, 1);
	KUNIT_EXPECT_EQ(test, loaded->count, 2);
	KUNIT_EXPECT_EQ(test, memcmp(loaded->users, db->users, 2 * sizeof(*db->users)), 0);
	KUNIT_EXPECT_EQ(test, unlink(path), 0);
	passdb_load(loaded, path, &said.report);
	passdb_load(loaded, dir, &said.report);
	KUNIT_EXPECT_EQ(test, said.report.errors, 2);
	close(fd);
	unlink(lock);
	/* Nothing temporary is left: the directory is empty. */
	KUNIT_EXPECT_EQ(test, rmdir(dir), 0);
	KUNIT_EXPECT_LT(test, passdb_save(db, path), 0);
	passdb_put(db);
	passdb_put(loaded);
}

static struct kunit_case passdb_cases[] = {
	KUNIT_CASE(finds_in_any_case),
	KUNIT_CASE(names_line_of_fault),
	KUNIT_CASE(sets_and_removes),
	KUNIT_CASE(saves_and_loads),
	{},
};

static struct kunit_suite passdb_suite = { .name = "tools-passdb", .test_cases = passdb_cases };
kunit_test_suite(passdb_suite);
