// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Conformance of a vfs back end: lookup and containment.
 */
#include <linux/array_size.h>
#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/stat.h>
#include <linux/string.h>

#include "fixture.h"

#define FOLLOW	 KSMBD_LOOKUP_FOLLOW
#define CASELESS KSMBD_LOOKUP_CASELESS

/* Run @body as the host is, and as hosts without openat2() and /proc would. */
static void on_all_hosts(struct kunit *test, void (*body)(struct kunit *test))
{
	body(test);
	if (ports_degrade(PORTS_OPENAT2))
		body(test);
	if (ports_degrade(PORTS_PROC))
		body(test);
	ports_undegrade();
}

static void names_body(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, ports_lookup_error(test, "", 0), 0);
	KUNIT_EXPECT_EQ(test, ports_lookup_error(test, ".", 0), 0);
	KUNIT_EXPECT_EQ(test, ports_lookup_error(test, "dir", 0), 0);
	KUNIT_EXPECT_EQ(test, ports_lookup_error(test, "dir/file", 0), 0);
	KUNIT_EXPECT_EQ(test, ports_lookup_error(test, "dir//./file", 0), 0);
	KUNIT_EXPECT_EQ(test, ports_lookup_error(test, "dir/none", 0), 1);
	KUNIT_EXPECT_EQ(test, ports_lookup_error(test, "dir/none", CASELESS), 1);
	KUNIT_EXPECT_EQ(test, ports_lookup_error(test, "none/file", 0), -ENOTDIR);
	KUNIT_EXPECT_EQ(test, ports_lookup_error(test, "none/file", CASELESS), -ENOTDIR);
	KUNIT_EXPECT_EQ(test, ports_lookup_error(test, "dir/file/x", CASELESS), -ENOTDIR);
}

PORTS_TEST(names_test)
{
	char name[300];

	ports_put_dir(test, "dir");
	ports_put_file(test, "dir/file", "x");
	on_all_hosts(test, names_body);
	memset(name, 'n', sizeof(name));
	name[255] = '\0';
	KUNIT_EXPECT_EQ(test, ports_lookup_error(test, name, CASELESS), 1);
	name[255] = 'n';
	name[256] = '\0';
	KUNIT_EXPECT_EQ(test, ports_lookup_error(test, name, 0), -ENAMETOOLONG);
	KUNIT_EXPECT_EQ(test, ports_lookup_error(test, name, CASELESS), -ENAMETOOLONG);
}

static void dotdot_body(struct kunit *test)
{
	static const char *const names[] = { "..",     "../outside/secret", "dir/../../outside",
					     "dir/..", "/etc/passwd",	    "/" };
	u32 lookup, i;

	for (lookup = 0; lookup < 4; lookup++) {
		for (i = 0; i < ARRAY_SIZE(names); i++)
			KUNIT_EXPECT_EQ(test, ports_lookup_error(test, names[i], lookup), -EXDEV);
		KUNIT_EXPECT_EQ(test, ports_lookup_error(test, "...", lookup), 1);
	}
}

PORTS_TEST(dotdot_test)
{
	ports_put_dir(test, "dir");
	on_all_hosts(test, dotdot_body);
}

static void links_body(struct kunit *test)
{
	static const char *const links[] = { "absolute", "parent",   "up/secret",     "in",
					     "in/file",	 "deep/up2", "deep/up2/file", "Absolute",
					     "IN/file" };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(links); i++)
		KUNIT_EXPECT_EQ(test, ports_lookup_error(test, links[i], CASELESS), -ELOOP);
}

PORTS_TEST(links_test)
{
	int err;
	struct ksmbd_file *file;

	ports_put_dir(test, "dir");
	ports_put_dir(test, "deep");
	ports_put_file(test, "dir/file", "x");
	ports_put_link(test, "absolute", ports_host_path(test, "dir/file"));
	ports_put_link(test, "parent", "../outside/secret");
	ports_put_link(test, "up", "../outside");
	ports_put_link(test, "in", "dir");
	ports_put_link(test, "deep/up2", "../dir");
	ports_put_link(test, "deep/out", "../../outside/secret");
	ports_put_link(test, "nowhere", "none");
	ports_put_link(test, "self", "self");

	/* Absolute targets leave the root even where they come back to it. */
	KUNIT_EXPECT_EQ(test, ports_lookup_error(test, "absolute", FOLLOW), -EXDEV);
	KUNIT_EXPECT_EQ(test, ports_lookup_error(test, "parent", FOLLOW), -EXDEV);
	KUNIT_EXPECT_EQ(test, ports_lookup_error(test, "up/secret", FOLLOW), -EXDEV);
	KUNIT_EXPECT_EQ(test, ports_lookup_error(test, "UP/secret", FOLLOW | CASELESS), -EXDEV);
	KUNIT_EXPECT_EQ(test, ports_lookup_error(test, "deep/out", FOLLOW), -EXDEV);
	KUNIT_EXPECT_EQ(test, ports_lookup_error(test, "DEEP/OUT", FOLLOW | CASELESS), -EXDEV);
	KUNIT_EXPECT_EQ(test, ports_lookup_error(test, "in/file", FOLLOW), 0);
	KUNIT_EXPECT_EQ(test, ports_lookup_error(test, "deep/up2/file", FOLLOW), 0);
	KUNIT_EXPECT_EQ(test, ports_lookup_error(test, "DEEP/UP2/FILE", FOLLOW | CASELESS), 0);
	KUNIT_EXPECT_EQ(test, ports_lookup_error(test, "deep/up2/none", FOLLOW | CASELESS), 1);
	KUNIT_EXPECT_EQ(test, ports_lookup_error(test, "nowhere", FOLLOW), -ELOOP);
	KUNIT_EXPECT_EQ(test, ports_lookup_error(test, "NOWHERE", FOLLOW | CASELESS), -ELOOP);
	KUNIT_EXPECT_EQ(test, ports_lookup_error(test, "self", FOLLOW), -ELOOP);

	file = ports_open(test, "deep/up2/file", FOLLOW, KSMBD_OPEN_READ, &err);
	KUNIT_EXPECT_EQ(test, err, 0);
	ksmbd_file_put(file);
	on_all_hosts(test, links_body);
	/* Without openat2() links are refused, never followed. */
	if (!ports_degrade(PORTS_OPENAT2))
		return;
	KUNIT_EXPECT_EQ(test, ports_lookup_error(test, "up/secret", FOLLOW), -ELOOP);
	KUNIT_EXPECT_EQ(test, ports_lookup_error(test, "in/file", FOLLOW), -ELOOP);
}

/* Not there, or not to be had: a kernel thread has no open files to see. */
static bool reaches(struct ksmbd_root *root, const char *name)
{
	struct ksmbd_path *path;
	bool found;

	if (ksmbd_path_lookup(root, name, FOLLOW, &path))
		return false;
	found = ksmbd_path_stat(path);
	ksmbd_path_put(path);
	return found;
}

PORTS_TEST(magic_link_test)
{
	struct ksmbd_root *proc;

	if (ksmbd_root_open("/proc/self", &proc))
		ports_skip(test, "no /proc here");
	KUNIT_EXPECT_FALSE(test, reaches(proc, "root/etc"));
	KUNIT_EXPECT_FALSE(test, reaches(proc, "fd/0"));
	KUNIT_EXPECT_FALSE(test, reaches(proc, "cwd"));
	ksmbd_root_put(proc);
}

/* ---- races ---- */

/* At least so many, for so long at most */
#define SWAPS	    10
#define PATIENCE_MS 60000

struct swapper {
	const char *base;
	u32 swaps;
};

/* "swap" is a directory of the share and a link out of it by turns. */
static int swap_link(void *arg)
{
	struct swapper *s = arg;

	while (!kthread_should_stop()) {
		if (ports_rename(s->base, "swap", "dir") || ports_rename(s->base, "link", "swap") ||
		    ports_rename(s->base, "swap", "link") || ports_rename(s->base, "dir", "swap"))
			break;
		WRITE_ONCE(s->swaps, s->swaps + 1);
		if (!(s->swaps % 16))
			usleep_range(1, 2);
	}
	while (!kthread_should_stop())
		msleep(1);
	return 0;
}

/* Open "swap/secret" in all ways as long as it lasts; what opens must be the share's own. */
static void race(struct kunit *test, u64 secret, u32 ms)
{
	unsigned long end = jiffies + msecs_to_jiffies(ms);
	struct ksmbd_file *file;
	struct ksmbd_stat st;
	u32 lookup = 0;
	int err;

	while (time_before(jiffies, end)) {
		lookup = (lookup + 1) % 4;
		file = ports_open(test, lookup & CASELESS ? "SWAP/secret" : "swap/secret", lookup,
				  KSMBD_OPEN_READ, &err);
		if (!file)
			continue;
		KUNIT_EXPECT_EQ(test, ksmbd_file_stat(file, &st), 0);
		KUNIT_EXPECT_TRUE(test, st.ino != secret);
		ksmbd_file_put(file);
	}
}

PORTS_TEST(link_race_test)
{
	struct swapper s = { .base = ports_fixture(test)->base };
	unsigned long end = jiffies + msecs_to_jiffies(PATIENCE_MS);
	u64 secret = ports_inode(test, "!outside/secret");
	struct task_struct *task;

	ports_put_dir(test, "swap");
	ports_put_file(test, "swap/secret", "share");
	ports_put_link(test, "link", "../outside");
	task = kthread_run(swap_link, &s, "swap_link");
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, task);
	do
		race(test, secret, 200);
	while (READ_ONCE(s.swaps) <= SWAPS && time_before(jiffies, end));
	if (ports_degrade(PORTS_OPENAT2))
		race(test, secret, 100);
	if (ports_degrade(PORTS_PROC))
		race(test, secret, 100);
	kthread_stop(task);
	KUNIT_EXPECT_GT(test, s.swaps, (u32)SWAPS);
}

/* Whatever is renamed meanwhile: a link with ".." in it is found. */
PORTS_TEST(dotdot_race_test)
{
	struct swapper s = { .base = ports_fixture(test)->base };
	unsigned long end = jiffies + msecs_to_jiffies(200);
	struct task_struct *task;
	u32 failures = 0;

	ports_put_dir(test, "swap");
	ports_put_dir(test, "sub");
	ports_put_file(test, "link", "x");
	ports_put_file(test, "file", "x");
	ports_put_link(test, "up", "sub/../sub/../sub/../file");
	task = kthread_run(swap_link, &s, "swap_link");
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, task);
	while (time_before(jiffies, end))
		failures += ports_lookup_error(test, "up", KSMBD_LOOKUP_FOLLOW) != 0;
	kthread_stop(task);
	KUNIT_EXPECT_EQ(test, failures, 0U);
}

PORTS_TEST(moved_parent_test)
{
	struct ksmbd_root *root = ports_fixture(test)->root;
	struct ksmbd_file *file, *none;
	struct ksmbd_path *path;
	char name[64];

	ports_put_dir(test, "a");
	ports_put_dir(test, "a/b");
	ports_put_file(test, "a/b/file", "x");
	file = ports_must_open(test, "a/b/file", KSMBD_OPEN_READ);
	KUNIT_ASSERT_EQ(test, ksmbd_path_lookup(root, "a/b/new", 0, &path), 0);

	ports_move(test, "a", "z");
	KUNIT_EXPECT_EQ(test, ksmbd_file_name(file, root, name, sizeof(name)), 0);
	KUNIT_EXPECT_STREQ(test, name, "z/b/file");

	/* Out of the share: it has no name here, and nothing is made or removed there. */
	ports_move(test, "z", "!z");
	KUNIT_EXPECT_EQ(test, ksmbd_file_name(file, root, name, sizeof(name)), -ENOENT);
	KUNIT_EXPECT_EQ(test, ksmbd_file_unlink(file, root), -ENOENT);
	KUNIT_EXPECT_EQ(test, ksmbd_file_create(path, S_IFREG | 0644, KSMBD_OPEN_WRITE, &none),
			-ENOTDIR);
	KUNIT_EXPECT_EQ(test, ksmbd_file_create(path, S_IFDIR | 0755, 0, &none), -ENOTDIR);
	KUNIT_EXPECT_TRUE(test, ports_exists(test, "!z/b/file"));
	KUNIT_EXPECT_FALSE(test, ports_exists(test, "!z/b/new"));
	ksmbd_path_put(path);
	ksmbd_file_put(file);
}

/* ---- case ---- */

static void expect_spelling(struct kunit *test, const char *asked, const char *found)
{
	struct ksmbd_path *path;

	KUNIT_ASSERT_EQ(test, ksmbd_path_lookup(ports_fixture(test)->root, asked, CASELESS, &path),
			0);
	KUNIT_EXPECT_STREQ(test, ksmbd_path_name(path), found);
	ksmbd_path_put(path);
}

static void caseless_body(struct kunit *test)
{
	expect_spelling(test, "DIR/SUB/FILE.TXT", "Dir/sub/File.txt");
	expect_spelling(test, "Dir/sub/file.txt", "Dir/sub/File.txt");
	expect_spelling(test, "dir/sub/File.txt", "Dir/sub/File.txt");
	expect_spelling(test, "Dir/sub/File.txt", "Dir/sub/File.txt");
	expect_spelling(test, "dir/\xd0\x9f\xd0\xa0\xd0\x98\xd0\x92\xd0\x95\xd0\xa2",
			"Dir/\xd0\xbf\xd1\x80\xd0\xb8\xd0\xb2\xd0\xb5\xd1\x82");
	/* A missing last component keeps the client's spelling, its parent the disk's. */
	expect_spelling(test, "DIR/New.TXT", "Dir/New.TXT");
	expect_spelling(test, "DIR/SUB/..X", "Dir/sub/..X");
	KUNIT_EXPECT_EQ(test, ports_lookup_error(test, "DIR/none/x", CASELESS), -ENOTDIR);
	KUNIT_EXPECT_EQ(test, ports_lookup_error(test, "dir/sub", 0), -ENOTDIR);
	/* Both spellings there: the exact one, always. */
	expect_spelling(test, "both", "both");
	expect_spelling(test, "Both", "Both");
}

PORTS_TEST(caseless_test)
{
	ports_put_dir(test, "Dir");
	ports_put_dir(test, "Dir/sub");
	ports_put_file(test, "Dir/sub/File.txt", "x");
	ports_put_file(test, "Dir/\xd0\xbf\xd1\x80\xd0\xb8\xd0\xb2\xd0\xb5\xd1\x82", "x");
	ports_put_file(test, "both", "x");
	ports_put_file(test, "Both", "x");
	on_all_hosts(test, caseless_body);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(names_test),	       KUNIT_CASE(dotdot_test),	   KUNIT_CASE(links_test),
	KUNIT_CASE(magic_link_test),   KUNIT_CASE(link_race_test), KUNIT_CASE(dotdot_race_test),
	KUNIT_CASE(moved_parent_test), KUNIT_CASE(caseless_test),  {}
};

static struct kunit_suite port_vfs_lookup_suite = {
	.name = "port_vfs_lookup",
	.init = ports_share_init,
	.exit = ports_fixture_exit,
	.test_cases = cases,
};

kunit_test_suite(port_vfs_lookup_suite);
