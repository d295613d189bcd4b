// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Conformance of a vfs back end: scanning directories.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/kstrtox.h>
#include <linux/stat.h>
#include <linux/string.h>

#include "fixture.h"

#define MANY 1000

/**
 * struct seen - what a scan delivered
 * @stop_after: say stop at the entry after so many
 * @only: deliver this name only, NULL all
 */
struct seen {
	u32 count;
	u32 stop_after;
	u32 sum;
	u32 stats;
	const char *only;
	struct ksmbd_dirent last;
};

static bool want_only(void *ctx, const char *name, u32 len)
{
	struct seen *seen = ctx;

	return !seen->only || !strcmp(name, seen->only);
}

static bool note(void *ctx, const struct ksmbd_dirent *ent)
{
	struct seen *seen = ctx;
	u32 n;

	if (seen->stop_after && seen->count == seen->stop_after)
		return false;
	seen->count++;
	seen->stats += ent->stat_ok;
	seen->last = *ent;
	if (str_has_prefix(ent->name, "file-") && !kstrtouint(ent->name + 5, 10, &n))
		seen->sum += n;
	return true;
}

/* A whole scan that delivers @entry only. */
static const struct seen *scan_one(struct kunit *test, const char *dir, const char *entry,
				   u32 flags)
{
	struct ksmbd_file *file = ports_must_open(test, dir, KSMBD_OPEN_READ);
	struct seen *seen = kunit_kzalloc(test, sizeof(*seen), GFP_KERNEL);
	struct ksmbd_dirpos *pos;

	KUNIT_ASSERT_NOT_NULL(test, seen);
	seen->only = entry;
	KUNIT_ASSERT_EQ(test, ksmbd_dir_open(file, &pos), 0);
	ksmbd_file_put(file); /* a scan outlives its file */
	KUNIT_EXPECT_EQ(test, ksmbd_dir_iterate(pos, flags, want_only, note, seen), 0);
	ksmbd_dir_close(pos);
	return seen;
}

PORTS_TEST(many_test)
{
	struct seen seen = { 0 }, other = { 0 };
	struct ksmbd_dirpos *pos, *second;
	struct ksmbd_file *dir;
	char name[32];
	u32 i, round;

	for (i = 0; i < MANY; i++) {
		snprintf(name, sizeof(name), "file-%u", i);
		ports_put_file(test, name, "x");
	}
	dir = ports_must_open(test, "", 0);
	KUNIT_ASSERT_EQ(test, ksmbd_dir_open(dir, &pos), 0);
	KUNIT_ASSERT_EQ(test, ksmbd_dir_open(dir, &second), 0);
	for (round = 0; round < 2; round++) {
		memset(&seen, 0, sizeof(seen));
		for (i = 1; i <= 10; i++) {
			seen.stop_after = i * 100;
			KUNIT_EXPECT_EQ(test, ksmbd_dir_iterate(pos, 0, NULL, note, &seen), 1);
			KUNIT_EXPECT_EQ(test, seen.count, i * 100);
		}
		/* Another scan of the same open has its own place. */
		memset(&other, 0, sizeof(other));
		KUNIT_EXPECT_EQ(test, ksmbd_dir_iterate(second, KSMBD_DIR_STAT, NULL, note, &other),
				0);
		if (round)
			KUNIT_EXPECT_LE(test, other.count, 1); /* where it was: at the end */
		else
			KUNIT_EXPECT_EQ(test, other.count, MANY + 2);
		seen.stop_after = 0;
		KUNIT_EXPECT_EQ(test, ksmbd_dir_iterate(pos, 0, NULL, note, &seen), 0);
		KUNIT_EXPECT_EQ(test, seen.count, MANY + 2 + round);
		KUNIT_EXPECT_EQ(test, seen.sum, MANY * (MANY - 1) / 2);
		KUNIT_EXPECT_EQ(test, ksmbd_dir_iterate(pos, 0, NULL, note, &seen), 0);
		KUNIT_EXPECT_EQ(test, seen.count, MANY + 2 + round);
		/* Rewound, it sees what was made since. */
		if (!round)
			ports_put_file(test, "late", "x");
		KUNIT_EXPECT_EQ(test, ksmbd_dir_rewind(pos), 0);
	}
	ksmbd_dir_close(pos);
	ksmbd_dir_close(second);
	ksmbd_file_put(dir);
}

PORTS_TEST(attributes_test)
{
	const struct seen *seen;

	ports_put_file(test, "file", "12345");
	ports_put_file(test, "\xff\xfe bad", "x");
	seen = scan_one(test, "", "file", KSMBD_DIR_STAT);
	KUNIT_EXPECT_EQ(test, seen->count, 1);
	KUNIT_EXPECT_TRUE(test, seen->last.stat_ok);
	KUNIT_EXPECT_EQ(test, seen->last.st.size, 5);
	seen = scan_one(test, "", "file", 0);
	KUNIT_EXPECT_FALSE(test, seen->last.stat_ok);
	seen = scan_one(test, "", "\xff\xfe bad", KSMBD_DIR_STAT);
	KUNIT_EXPECT_EQ(test, seen->last.name_len, 6);
	KUNIT_EXPECT_TRUE(test, seen->last.stat_ok);
}

PORTS_TEST(dotdot_test)
{
	struct ksmbd_file *dir;
	struct ksmbd_dirpos *pos;
	struct seen seen = { .only = ".." };
	u64 ino, root;

	ports_put_dir(test, "dir");
	ports_put_dir(test, "dir/sub");
	root = ports_inode(test, "");
	KUNIT_EXPECT_EQ(test, scan_one(test, "", ".", KSMBD_DIR_STAT)->last.st.ino, root);
	KUNIT_EXPECT_EQ(test, scan_one(test, "", "..", KSMBD_DIR_STAT)->last.st.ino, root);
	KUNIT_EXPECT_EQ(test, scan_one(test, "dir", ".", KSMBD_DIR_STAT)->last.st.ino,
			ports_inode(test, "dir"));
	KUNIT_EXPECT_EQ(test, scan_one(test, "dir", "..", KSMBD_DIR_STAT)->last.st.ino,
			ports_inode(test, ""));
	KUNIT_EXPECT_EQ(test, scan_one(test, "dir/sub", "..", KSMBD_DIR_STAT)->last.st.ino,
			ports_inode(test, "dir"));

	/* Moved out of the share while open: still nothing of what is above it there. */
	ino = ports_inode(test, "dir/sub");
	dir = ports_must_open(test, "dir/sub", KSMBD_OPEN_READ);
	ports_move(test, "dir/sub", "!outside/sub");
	KUNIT_ASSERT_EQ(test, ksmbd_dir_open(dir, &pos), 0);
	KUNIT_EXPECT_EQ(test, ksmbd_dir_iterate(pos, KSMBD_DIR_STAT, want_only, note, &seen), 0);
	KUNIT_EXPECT_EQ(test, seen.last.st.ino, ino);
	ksmbd_dir_close(pos);
	ksmbd_file_put(dir);
}

PORTS_TEST(links_test)
{
	static const u32 follow = KSMBD_DIR_STAT | KSMBD_DIR_FOLLOW;
	const struct seen *seen;

	ports_put_dir(test, "dir");
	ports_put_file(test, "file", "12345");
	ports_put_link(test, "dir/in", "../file");
	ports_put_link(test, "dir/here", "in");
	ports_put_link(test, "dir/out", "../../outside/secret");
	ports_put_link(test, "dir/abs", "/etc/passwd");
	ports_put_link(test, "dir/none", "none");

	seen = scan_one(test, "dir", "in", KSMBD_DIR_STAT);
	KUNIT_EXPECT_TRUE(test, seen->last.stat_ok && S_ISLNK(seen->last.st.mode));
	seen = scan_one(test, "dir", "in", follow);
	KUNIT_EXPECT_TRUE(test, seen->last.stat_ok && S_ISREG(seen->last.st.mode));
	KUNIT_EXPECT_EQ(test, seen->last.st.size, 5);
	seen = scan_one(test, "dir", "here", follow);
	KUNIT_EXPECT_TRUE(test, seen->last.stat_ok && S_ISREG(seen->last.st.mode));
	KUNIT_EXPECT_FALSE(test, scan_one(test, "dir", "out", follow)->last.stat_ok);
	KUNIT_EXPECT_FALSE(test, scan_one(test, "dir", "abs", follow)->last.stat_ok);
	KUNIT_EXPECT_FALSE(test, scan_one(test, "dir", "none", follow)->last.stat_ok);
	KUNIT_EXPECT_EQ(test, scan_one(test, "dir", "none", follow)->count, 1);
	KUNIT_EXPECT_EQ(test, scan_one(test, "dir", "out", follow)->count, 1);
}

PORTS_TEST(removed_test)
{
	struct ksmbd_file *dir, *file;
	struct seen seen = { 0 };
	struct ksmbd_dirpos *pos;

	ports_put_dir(test, "dir");
	ports_put_file(test, "file", "x");
	file = ports_must_open(test, "file", KSMBD_OPEN_READ);
	KUNIT_EXPECT_EQ(test, ksmbd_dir_open(file, &pos), -ENOTDIR);
	ksmbd_file_put(file);
	dir = ports_must_open(test, "dir", KSMBD_OPEN_READ);
	KUNIT_ASSERT_EQ(test, ksmbd_dir_open(dir, &pos), 0);
	KUNIT_EXPECT_EQ(test, ksmbd_file_unlink(dir, ports_fixture(test)->root), 0);
	KUNIT_EXPECT_EQ(test, ksmbd_dir_iterate(pos, KSMBD_DIR_STAT, NULL, note, &seen), 0);
	ksmbd_dir_close(pos);
	ksmbd_file_put(dir);
}

/**
 * struct asked - getxattr of each entry during a scan
 * @ret: of "file", "link", "." and ".."
 */
struct asked {
	s64 ret[4];
	char value[16];
	u32 count;
};

static bool ask(void *ctx, const struct ksmbd_dirent *ent)
{
	static const char *const names[] = { "file", "link", ".", ".." };
	struct asked *asked = ctx;
	char value[16];
	u32 i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		if (strcmp(ent->name, names[i]))
			continue;
		asked->count++;
		asked->ret[i] = ksmbd_dirent_getxattr(ent, "user.test", value, sizeof(value));
		if (i == 0 && asked->ret[i] > 0)
			memcpy(asked->value, value, sizeof(value));
	}
	return true;
}

PORTS_TEST(xattr_test)
{
	struct ksmbd_file *file = ports_must_create(test, "file", S_IFREG | 0644);
	struct ksmbd_file *dir = ports_must_open(test, "", KSMBD_OPEN_READ);
	static const u32 flags[] = { 0, KSMBD_DIR_STAT, KSMBD_DIR_STAT | KSMBD_DIR_FOLLOW };
	struct asked asked;
	struct ksmbd_dirpos *pos;
	u32 i;
	int err;

	ports_put_link(test, "link", "file");
	err = ksmbd_file_setxattr(file, "user.test", "value", 6);
	ksmbd_file_put(file);
	KUNIT_ASSERT_EQ(test, ksmbd_dir_open(dir, &pos), 0);
	for (i = 0; i < ARRAY_SIZE(flags) && err != -EOPNOTSUPP; i++) {
		memset(&asked, 0, sizeof(asked));
		KUNIT_EXPECT_EQ(test, ksmbd_dir_iterate(pos, flags[i], NULL, ask, &asked), 0);
		KUNIT_EXPECT_EQ(test, asked.count, 4);
		KUNIT_EXPECT_EQ(test, asked.ret[0], 6);
		KUNIT_EXPECT_STREQ(test, asked.value, "value");
		KUNIT_EXPECT_EQ(test, asked.ret[1], -ENODATA);
		KUNIT_EXPECT_EQ(test, asked.ret[2], -ENODATA);
		KUNIT_EXPECT_EQ(test, asked.ret[3], -ENODATA);
		KUNIT_EXPECT_EQ(test, ksmbd_dir_rewind(pos), 0);
	}
	ksmbd_dir_close(pos);
	ksmbd_file_put(dir);
}

PORTS_TEST(empty_test)
{
	struct ksmbd_file *root = ports_must_open(test, "", 0);
	struct ksmbd_file *dir = ports_must_create(test, "dir", S_IFDIR | 0755);

	KUNIT_EXPECT_EQ(test, ksmbd_dir_is_empty(root), 0);
	KUNIT_EXPECT_EQ(test, ksmbd_dir_is_empty(dir), 1);
	ports_put_file(test, "dir/.x", "x");
	KUNIT_EXPECT_EQ(test, ksmbd_dir_is_empty(dir), 0);
	ksmbd_file_put(root);
	ksmbd_file_put(dir);
}

static struct kunit_case cases[] = { KUNIT_CASE(many_test),    KUNIT_CASE(attributes_test),
				     KUNIT_CASE(dotdot_test),  KUNIT_CASE(links_test),
				     KUNIT_CASE(removed_test), KUNIT_CASE(xattr_test),
				     KUNIT_CASE(empty_test),   {} };

static struct kunit_suite port_vfs_dir_suite = {
	.name = "port_vfs_dir",
	.init = ports_share_init,
	.exit = ports_fixture_exit,
	.test_cases = cases,
};

kunit_test_suite(port_vfs_dir_suite);
