// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The names that a caseless lookup keeps: whatever anybody does to the directory shows at
 * the very next lookup.
 */
#include <linux/completion.h>
#include <linux/errno.h>
#include <linux/kthread.h>
#include <linux/stat.h>
#include <linux/string.h>

#include "fixture.h"
#include "name/case.h"

#define CASELESS KSMBD_LOOKUP_CASELESS
#define THREADS	 4
#define ROUNDS	 200

#define FOUND 0
#define NONE  1

#define EXPECT_LOOKUP(test, name, want) \
	KUNIT_EXPECT_EQ(test, ports_lookup_error(test, name, CASELESS), want)

/* Two lookups in vain make a directory worth keeping. */
static void keep(struct kunit *test, const char *missing)
{
	EXPECT_LOOKUP(test, missing, NONE);
	EXPECT_LOOKUP(test, missing, NONE);
}

PORTS_TEST(drop_test)
{
	ports_names_drop();
	ports_put_file(test, "File", "x");
	keep(test, "none");
	EXPECT_LOOKUP(test, "FILE", FOUND);
	if (!ports_names_drop())
		ports_skip(test, "no names are kept here");
	KUNIT_EXPECT_FALSE(test, ports_names_drop());
	EXPECT_LOOKUP(test, "FILE", FOUND);
}

/* Behind the port's back. */
PORTS_TEST(external_test)
{
	ports_put_dir(test, "dir");
	ports_put_file(test, "dir/Old", "x");
	keep(test, "dir/none");
	EXPECT_LOOKUP(test, "dir/OLD", FOUND);
	ports_put_file(test, "dir/New", "x");
	EXPECT_LOOKUP(test, "dir/NEW", FOUND);
	ports_move(test, "dir/Old", "dir/Other");
	EXPECT_LOOKUP(test, "dir/OLD", NONE);
	EXPECT_LOOKUP(test, "dir/OTHER", FOUND);
	ports_put_name(test, "dir/New", "dir/Old");
	EXPECT_LOOKUP(test, "dir/OLD", FOUND);
	ports_delete(test, "dir/Old");
	EXPECT_LOOKUP(test, "dir/OLD", NONE);
	ports_put_dir(test, "dir/Sub");
	EXPECT_LOOKUP(test, "dir/SUB", FOUND);
	ports_delete(test, "dir/Sub");
	EXPECT_LOOKUP(test, "dir/SUB", NONE);
	ports_put_link(test, "dir/Link", "New");
	KUNIT_EXPECT_EQ(test, ports_lookup_error(test, "dir/LINK", CASELESS), -ELOOP);
	/* Moved out, with what replaced it, and back in. */
	ports_move(test, "dir/New", "dir/Other");
	ports_move(test, "dir/Other", "Away");
	EXPECT_LOOKUP(test, "dir/OTHER", NONE);
	ports_move(test, "Away", "dir/BACK");
	EXPECT_LOOKUP(test, "dir/back", FOUND);
}

PORTS_TEST(own_test)
{
	struct ports_fixture *fx = ports_fixture(test);
	struct ksmbd_path *to;
	struct ksmbd_file *file;

	keep(test, "none");
	file = ports_must_create(test, "Mine", 0644);
	EXPECT_LOOKUP(test, "MINE", FOUND);
	KUNIT_ASSERT_EQ(test, ksmbd_path_lookup(fx->root, "yours", CASELESS, &to), 0);
	KUNIT_EXPECT_EQ(test, ksmbd_file_rename(file, fx->root, to, "Yours", 0), 0);
	ksmbd_path_put(to);
	EXPECT_LOOKUP(test, "MINE", NONE);
	EXPECT_LOOKUP(test, "YOURS", FOUND);
	KUNIT_EXPECT_EQ(test, ksmbd_file_unlink(file, fx->root), 0);
	EXPECT_LOOKUP(test, "YOURS", NONE);
	ksmbd_file_put(file);
}

static void expect_spelling(struct kunit *test, const char *name, const char *want)
{
	struct ksmbd_path *path;

	KUNIT_ASSERT_EQ(test, ksmbd_path_lookup(ports_fixture(test)->root, name, CASELESS, &path),
			0);
	KUNIT_EXPECT_STREQ(test, ksmbd_path_name(path), want);
	ksmbd_path_put(path);
}

/* Names that differ in case only are kept apart, also beyond ASCII. */
PORTS_TEST(spelling_test)
{
	ports_put_file(test, "Both", "x");
	ports_put_file(test, "bOTH", "x");
	ports_put_file(test, "\xd0\xb6", "x"); /* a small ZHE */
	keep(test, "none");
	expect_spelling(test, "\xd0\x96", "\xd0\xb6");
	ports_delete(test, "Both");
	expect_spelling(test, "BOTH", "bOTH");
	ports_delete(test, "bOTH");
	EXPECT_LOOKUP(test, "BOTH", NONE);
}

/* The place of a kept directory is taken by another one; also with the same inode number. */
PORTS_TEST(replaced_test)
{
	u32 i;

	for (i = 0; i < 8; i++) {
		ports_put_dir(test, "dir");
		ports_put_file(test, "dir/File", "x");
		keep(test, "dir/none");
		EXPECT_LOOKUP(test, "dir/FILE", FOUND);
		ports_delete(test, "dir/File");
		ports_delete(test, "dir");
		ports_put_dir(test, "dir");
		EXPECT_LOOKUP(test, "dir/FILE", NONE);
		ports_delete(test, "dir");
	}
}

/* More directories than are kept, and more events than the kernel queues. */
/* Names that somebody chose for a table of names to be slow. */
PORTS_TEST(collision_test)
{
	char name[32], first[32] = "";
	u32 i, n;

	for (i = 0, n = 0; n < 300; i++) {
		snprintf(name, sizeof(name), "Name%u", i);
		if (ksmbd_name_hash_caseless(name, strlen(name)) & 1023)
			continue;
		ports_put_file(test, name, "x");
		if (!n++)
			memcpy(first, name, sizeof(first));
	}
	keep(test, "none");
	first[0] = name[0] = 'n';
	EXPECT_LOOKUP(test, first, FOUND);
	EXPECT_LOOKUP(test, name, FOUND);
	first[0] = 'N';
	ports_delete(test, first);
	first[0] = 'n';
	EXPECT_LOOKUP(test, first, NONE);
	EXPECT_LOOKUP(test, name, FOUND);
}

PORTS_TEST(many_test)
{
	const char *base = ports_fixture(test)->base;
	char name[32], missing[48];
	u32 i;

	for (i = 0; i < 100; i++) {
		snprintf(name, sizeof(name), "Dir%u", i);
		ports_put_dir(test, name);
		snprintf(missing, sizeof(missing), "%s/none", name);
		keep(test, missing);
	}
	for (i = 0; i < 100; i++) {
		snprintf(name, sizeof(name), "Dir%u/File", i);
		ports_put_file(test, name, "x");
		snprintf(name, sizeof(name), "Dir%u/FILE", i);
		EXPECT_LOOKUP(test, name, FOUND);
	}
	for (i = 0; i < 9000; i += 2)
		if (ports_rename(base, "Dir99/File", "Dir99/Temp") ||
		    ports_rename(base, "Dir99/Temp", "Dir99/File"))
			break;
	KUNIT_EXPECT_EQ(test, i, 9000U);
	ports_put_file(test, "Dir99/Late", "x");
	EXPECT_LOOKUP(test, "Dir99/TEMP", NONE);
	EXPECT_LOOKUP(test, "Dir99/LATE", FOUND);
	EXPECT_LOOKUP(test, "Dir99/FILE", FOUND);
}

/* Who may not list a directory finds only what it spells right, kept or not. */
PORTS_TEST(unlistable_test)
{
	struct ksmbd_cred *other;

	if (ports_host_uid())
		ports_skip(test, "needs root");
	ports_put_dir(test, "dir");
	ports_put_file(test, "dir/File", "x");
	ports_chmod(test, "dir", 0711);
	keep(test, "dir/none");
	EXPECT_LOOKUP(test, "dir/FILE", FOUND);
	other = ksmbd_cred_create(3001, 3001, NULL, 0);
	KUNIT_ASSERT_NOT_NULL(test, other);
	ksmbd_cred_leave();
	KUNIT_EXPECT_EQ(test, ksmbd_cred_enter(other), 0);
	EXPECT_LOOKUP(test, "dir/File", FOUND);
	EXPECT_LOOKUP(test, "dir/FILE", NONE);
	ksmbd_cred_leave();
	KUNIT_EXPECT_EQ(test, ksmbd_cred_enter(ports_fixture(test)->cred), 0);
	EXPECT_LOOKUP(test, "dir/FILE", FOUND);
	ksmbd_cred_put(other);
}

/* ---- many at once ---- */

struct player {
	struct ports_fixture *fx;
	struct completion done;
	u32 number;
	u32 wrong;
};

static bool there(const struct player *p, const char *name)
{
	struct ksmbd_path *path;
	bool found;

	if (ksmbd_path_lookup(p->fx->root, name, CASELESS, &path))
		return false;
	found = ksmbd_path_stat(path);
	ksmbd_path_put(path);
	return found;
}

/* Each plays with a name of its own in the directory of all. */
static int play(void *arg)
{
	struct player *p = arg;
	const char *base = p->fx->base;
	char file[32], other[32], upper[32], moved[32];
	u32 i;

	if (ksmbd_cred_enter(p->fx->cred))
		p->wrong++;
	snprintf(file, sizeof(file), "dir/Name%u", p->number);
	snprintf(other, sizeof(other), "dir/Moved%u", p->number);
	snprintf(upper, sizeof(upper), "dir/NAME%u", p->number);
	snprintf(moved, sizeof(moved), "dir/MOVED%u", p->number);
	for (i = 0; i < ROUNDS; i++) {
		p->wrong += ports_mkdir(base, file) || !there(p, upper) || there(p, moved);
		p->wrong += ports_rename(base, file, other) || there(p, upper) || !there(p, moved);
		p->wrong += ports_remove(base, other) || there(p, upper) || there(p, moved);
		if (i % 50 == p->number)
			ports_names_drop();
	}
	ksmbd_cred_leave();
	complete(&p->done);
	return 0;
}

PORTS_TEST(race_test)
{
	struct player players[THREADS] = {};
	struct task_struct *task;
	u32 i;

	ports_put_dir(test, "dir");
	for (i = 0; i < THREADS; i++) {
		players[i].fx = ports_fixture(test);
		players[i].number = i;
		init_completion(&players[i].done);
		task = kthread_run(play, &players[i], "play");
		KUNIT_ASSERT_NOT_ERR_OR_NULL(test, task);
	}
	for (i = 0; i < THREADS; i++) {
		wait_for_completion(&players[i].done);
		KUNIT_EXPECT_EQ(test, players[i].wrong, 0U);
	}
}

static struct kunit_case cases[] = { KUNIT_CASE(drop_test),	 KUNIT_CASE(external_test),
				     KUNIT_CASE(own_test),	 KUNIT_CASE(spelling_test),
				     KUNIT_CASE(replaced_test),	 KUNIT_CASE(many_test),
				     KUNIT_CASE(collision_test), KUNIT_CASE(unlistable_test),
				     KUNIT_CASE(race_test),	 {} };

static struct kunit_suite port_vfs_names_suite = {
	.name = "port_vfs_names",
	.init = ports_share_init,
	.exit = ports_fixture_exit,
	.test_cases = cases,
};

kunit_test_suite(port_vfs_names_suite);
