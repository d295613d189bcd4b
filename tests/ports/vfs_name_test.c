// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Conformance of a vfs back end: opening, creating, naming, removing, renaming, linking.
 */
#include <linux/array_size.h>
#include <linux/errno.h>
#include <linux/stat.h>
#include <linux/string.h>

#include "fixture.h"

static void open_body(struct kunit *test)
{
	struct ksmbd_file *file;
	struct ksmbd_stat st;
	char buf[8] = "";
	int err;

	file = ports_must_open(test, "file", KSMBD_OPEN_READ);
	KUNIT_EXPECT_EQ(test, ksmbd_file_read(file, buf, sizeof(buf), 0), 4);
	KUNIT_EXPECT_STREQ(test, buf, "text");
	KUNIT_EXPECT_FALSE(test, ksmbd_file_is_dir(file));
	ksmbd_file_put(ksmbd_file_get(file));
	ksmbd_file_put(file);

	file = ports_must_open(test, "file", 0);
	KUNIT_EXPECT_EQ(test, ksmbd_file_stat(file, &st), 0);
	KUNIT_EXPECT_EQ(test, st.size, 4);
	KUNIT_EXPECT_LT(test, ksmbd_file_read(file, buf, sizeof(buf), 0), 0);
	ksmbd_file_put(file);

	file = ports_must_open(test, "", KSMBD_OPEN_READ);
	KUNIT_EXPECT_TRUE(test, ksmbd_file_is_dir(file));
	ksmbd_file_put(file);
	file = ports_open(test, "", 0, KSMBD_OPEN_WRITE, &err);
	KUNIT_EXPECT_EQ(test, err, -EISDIR);

	file = ports_must_open(test, "gone", KSMBD_OPEN_WRITE | KSMBD_OPEN_TRUNC);
	KUNIT_EXPECT_EQ(test, ksmbd_file_stat(file, &st), 0);
	KUNIT_EXPECT_EQ(test, st.size, 0);
	ksmbd_file_put(file);
}

PORTS_TEST(open_test)
{
	ports_put_file(test, "file", "text");
	ports_put_file(test, "gone", "text");
	open_body(test);
	ports_put_file(test, "gone", "text");
	if (ports_degrade(PORTS_PROC))
		open_body(test);
	ports_put_file(test, "gone", "text");
	if (ports_degrade(PORTS_OPENAT2))
		open_body(test);
}

/* The lookup is of the inode: another file under its name is not opened in its place. */
PORTS_TEST(open_inode_test)
{
	struct ksmbd_file *file;
	struct ksmbd_path *path;
	char buf[8] = "";

	ports_put_file(test, "file", "old");
	KUNIT_ASSERT_EQ(test, ksmbd_path_lookup(ports_fixture(test)->root, "file", 0, &path), 0);
	ports_move(test, "file", "x");
	ports_put_file(test, "file", "new");
	KUNIT_ASSERT_EQ(test, ksmbd_file_open(path, KSMBD_OPEN_READ, &file), 0);
	KUNIT_EXPECT_EQ(test, ksmbd_file_read(file, buf, sizeof(buf), 0), 3);
	KUNIT_EXPECT_STREQ(test, buf, "old");
	ksmbd_file_put(file);
	if (ports_degrade(PORTS_PROC))
		KUNIT_EXPECT_EQ(test, ksmbd_file_open(path, KSMBD_OPEN_READ, &file), -ESTALE);
	ksmbd_path_put(path);
}

PORTS_TEST(special_test)
{
	static const char *const names[] = { "fifo", "sock" };
	int err;
	u32 i;

	ports_put_special(test, "fifo", S_IFIFO | 0666);
	ports_put_special(test, "sock", S_IFSOCK | 0666);
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		KUNIT_EXPECT_EQ(test, ports_lookup_error(test, names[i], 0), 0);
		ports_open(test, names[i], 0, 0, &err);
		KUNIT_EXPECT_EQ(test, err, -EOPNOTSUPP);
		ports_open(test, names[i], 0, KSMBD_OPEN_READ, &err);
		KUNIT_EXPECT_EQ(test, err, -EOPNOTSUPP);
		ports_open(test, names[i], 0, KSMBD_OPEN_WRITE | KSMBD_OPEN_TRUNC, &err);
		KUNIT_EXPECT_EQ(test, err, -EOPNOTSUPP);
	}
}

static void create_body(struct kunit *test)
{
	struct ksmbd_root *root = ports_fixture(test)->root;
	struct ksmbd_file *file, *none;
	struct ksmbd_path *path;
	struct ksmbd_stat st;

	KUNIT_ASSERT_EQ(test, ksmbd_path_lookup(root, "dir/new", KSMBD_LOOKUP_CASELESS, &path), 0);
	KUNIT_EXPECT_NULL(test, (void *)ksmbd_path_stat(path));
	KUNIT_EXPECT_EQ(test, ksmbd_file_open(path, KSMBD_OPEN_READ, &none), -ENOENT);
	KUNIT_ASSERT_EQ(test, ksmbd_file_create(path, S_IFREG | 0666, KSMBD_OPEN_WRITE, &file), 0);
	KUNIT_EXPECT_EQ(test, ksmbd_file_stat(file, &st), 0);
	KUNIT_EXPECT_EQ(test, st.mode, S_IFREG | 0666); /* no umask */
	KUNIT_EXPECT_EQ(test, ksmbd_file_create(path, S_IFREG | 0644, 0, &none), -EEXIST);
	KUNIT_EXPECT_EQ(test, ksmbd_file_create(path, S_IFDIR | 0755, 0, &none), -EEXIST);
	KUNIT_EXPECT_EQ(test, ksmbd_file_unlink(file, root), 0);
	KUNIT_EXPECT_EQ(test, ksmbd_file_unlink(file, root), -ENOENT);
	ksmbd_file_put(file);

	KUNIT_EXPECT_EQ(test, ksmbd_file_create(path, S_IFIFO | 0644, 0, &none), -EOPNOTSUPP);
	KUNIT_ASSERT_EQ(test, ksmbd_file_create(path, S_IFDIR | 0777, KSMBD_OPEN_READ, &file), 0);
	KUNIT_EXPECT_EQ(test, ksmbd_file_stat(file, &st), 0);
	KUNIT_EXPECT_EQ(test, st.mode, S_IFDIR | 0777);
	KUNIT_EXPECT_TRUE(test, ksmbd_file_is_dir(file));
	KUNIT_EXPECT_EQ(test, ksmbd_dir_is_empty(file), 1);
	ports_put_file(test, "dir/new/x", "x");
	KUNIT_EXPECT_EQ(test, ksmbd_dir_is_empty(file), 0);
	KUNIT_EXPECT_EQ(test, ksmbd_file_unlink(file, root), -ENOTEMPTY);
	ports_delete(test, "dir/new/x");
	KUNIT_EXPECT_EQ(test, ksmbd_file_unlink(file, root), 0);
	ksmbd_file_put(file);

	/* A link that appeared in the place of the name is not written through. */
	ports_put_link(test, "dir/new", "../../outside/made");
	KUNIT_EXPECT_EQ(test, ksmbd_file_create(path, S_IFREG | 0644, 0, &none), -EEXIST);
	KUNIT_EXPECT_EQ(test, ksmbd_file_create(path, S_IFDIR | 0755, 0, &none), -EEXIST);
	KUNIT_EXPECT_FALSE(test, ports_exists(test, "!outside/made"));
	ports_delete(test, "dir/new");
	ksmbd_path_put(path);
}

PORTS_TEST(create_test)
{
	ports_put_dir(test, "dir");
	create_body(test);
	if (ports_degrade(PORTS_OPENAT2))
		create_body(test);
	if (ports_degrade(PORTS_PROC))
		create_body(test);
}

PORTS_TEST(root_test)
{
	struct ksmbd_root *root = ports_fixture(test)->root, *none;
	struct ksmbd_file *file = ports_must_open(test, "", 0);
	struct ksmbd_path *path;
	char buf[4] = "x";

	KUNIT_EXPECT_EQ(test, ksmbd_file_name(file, root, buf, sizeof(buf)), 0);
	KUNIT_EXPECT_STREQ(test, buf, "");
	KUNIT_EXPECT_EQ(test, ksmbd_file_unlink(file, root), -EBUSY);
	KUNIT_ASSERT_EQ(test, ksmbd_path_lookup(root, "new", 0, &path), 0);
	KUNIT_EXPECT_EQ(test, ksmbd_file_rename(file, root, path, "new", 0), -EBUSY);
	ksmbd_path_put(path);
	ksmbd_file_put(file);
	KUNIT_EXPECT_EQ(test, ksmbd_root_open("relative", &none), -EINVAL);
	KUNIT_EXPECT_EQ(test, ksmbd_root_open("/does/not/exist", &none), -ENOENT);
	KUNIT_EXPECT_EQ(test, ksmbd_root_open("/dev/null", &none), -ENOTDIR);
}

PORTS_TEST(name_test)
{
	struct ksmbd_root *root = ports_fixture(test)->root;
	struct ksmbd_file *file;
	char buf[64];

	ports_put_dir(test, "dir");
	ports_put_file(test, "dir/file", "x");
	file = ports_must_open(test, "dir/file", KSMBD_OPEN_READ);
	KUNIT_EXPECT_EQ(test, ksmbd_file_name(file, root, buf, sizeof(buf)), 0);
	KUNIT_EXPECT_STREQ(test, buf, "dir/file");
	KUNIT_EXPECT_EQ(test, ksmbd_file_name(file, root, buf, 8), -ERANGE);
	KUNIT_EXPECT_EQ(test, ksmbd_file_name(file, root, buf, 9), 0);
	ports_delete(test, "dir/file");
	KUNIT_EXPECT_EQ(test, ksmbd_file_name(file, root, buf, sizeof(buf)), -ENOENT);
	/* A new file of that name, even of the name that the kernel prints, is another one. */
	ports_put_file(test, "dir/file", "x");
	ports_put_file(test, "dir/file (deleted)", "x");
	KUNIT_EXPECT_EQ(test, ksmbd_file_name(file, root, buf, sizeof(buf)), -ENOENT);
	KUNIT_EXPECT_EQ(test, ksmbd_file_unlink(file, root), -ENOENT);
	KUNIT_EXPECT_TRUE(test, ports_exists(test, "dir/file"));
	KUNIT_EXPECT_TRUE(test, ports_exists(test, "dir/file (deleted)"));
	ksmbd_file_put(file);

	file = ports_must_open(test, "dir/file (deleted)", 0);
	KUNIT_EXPECT_EQ(test, ksmbd_file_name(file, root, buf, sizeof(buf)), 0);
	KUNIT_EXPECT_STREQ(test, buf, "dir/file (deleted)");
	KUNIT_EXPECT_EQ(test, ksmbd_file_unlink(file, root), 0);
	KUNIT_EXPECT_FALSE(test, ports_exists(test, "dir/file (deleted)"));
	ksmbd_file_put(file);
}

/* Without /proc the remembered name is believed only while it is this inode. */
PORTS_TEST(remembered_name_test)
{
	struct ksmbd_root *root = ports_fixture(test)->root;
	struct ksmbd_file *file;
	char buf[64];

	ports_put_file(test, "file", "x");
	if (!ports_degrade(PORTS_PROC))
		ports_skip(test, "needs no /proc");
	file = ports_must_open(test, "file", 0);
	KUNIT_EXPECT_EQ(test, ksmbd_file_name(file, root, buf, sizeof(buf)), 0);
	ports_move(test, "file", "x");
	ports_put_file(test, "file", "y");
	KUNIT_EXPECT_EQ(test, ksmbd_file_name(file, root, buf, sizeof(buf)), -ENOENT);
	KUNIT_EXPECT_EQ(test, ksmbd_file_unlink(file, root), -ENOENT);
	KUNIT_EXPECT_TRUE(test, ports_exists(test, "file"));
	ksmbd_file_put(file);
}

PORTS_TEST(unlink_swapped_test)
{
	struct ksmbd_root *root = ports_fixture(test)->root;
	struct ksmbd_file *file;

	ports_put_file(test, "file", "old");
	file = ports_must_open(test, "file", KSMBD_OPEN_READ);
	ports_move(test, "file", "x");
	ports_put_file(test, "file", "new");
	/* The file goes, not what has its old name by now. */
	KUNIT_EXPECT_EQ(test, ksmbd_file_unlink(file, root), 0);
	KUNIT_EXPECT_TRUE(test, ports_exists(test, "file"));
	KUNIT_EXPECT_FALSE(test, ports_exists(test, "x"));
	ksmbd_file_put(file);
}

static int rename_as(struct kunit *test, struct ksmbd_file *file, const char *to, u32 flags)
{
	struct ksmbd_root *root = ports_fixture(test)->root;
	const char *slash = strrchr(to, '/');
	struct ksmbd_path *path;
	int err;

	err = ksmbd_path_lookup(root, to, KSMBD_LOOKUP_CASELESS, &path);
	if (err)
		return err;
	err = ksmbd_file_rename(file, root, path, slash ? slash + 1 : to, flags);
	ksmbd_path_put(path);
	return err;
}

static void rename_body(struct kunit *test)
{
	struct ksmbd_root *root = ports_fixture(test)->root;
	struct ksmbd_file *file = ports_must_create(test, "file", S_IFREG | 0644);
	struct ksmbd_file *dir = ports_must_open(test, "dir", 0);
	struct ksmbd_stat st, now;
	char buf[64];

	ports_put_file(test, "Target", "old");
	KUNIT_EXPECT_EQ(test, ksmbd_file_stat(file, &st), 0);
	KUNIT_EXPECT_EQ(test, rename_as(test, file, "file", 0), 0);
	KUNIT_EXPECT_EQ(test, rename_as(test, file, "FILE", 0), 0);
	KUNIT_EXPECT_TRUE(test, ports_exists(test, "FILE"));
	KUNIT_EXPECT_FALSE(test, ports_exists(test, "file"));
	KUNIT_EXPECT_EQ(test, rename_as(test, file, "dir/moved", 0), 0);
	KUNIT_EXPECT_EQ(test, ksmbd_file_name(file, root, buf, sizeof(buf)), 0);
	KUNIT_EXPECT_STREQ(test, buf, "dir/moved");

	KUNIT_EXPECT_EQ(test, rename_as(test, file, "target", 0), -EEXIST);
	KUNIT_EXPECT_EQ(test, rename_as(test, file, "dir", KSMBD_RENAME_REPLACE), -EISDIR);
	KUNIT_EXPECT_EQ(test, rename_as(test, dir, "target", KSMBD_RENAME_REPLACE), -EEXIST);
	KUNIT_EXPECT_EQ(test, rename_as(test, dir, "dir/sub", 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, rename_as(test, file, "none/x", 0), -ENOTDIR);
	/* Replaced is what is there in whatever case; named as the client says. */
	KUNIT_EXPECT_EQ(test, rename_as(test, file, "target", KSMBD_RENAME_REPLACE), 0);
	KUNIT_EXPECT_TRUE(test, ports_exists(test, "target"));
	KUNIT_EXPECT_FALSE(test, ports_exists(test, "Target"));
	KUNIT_EXPECT_FALSE(test, ports_exists(test, "dir/moved"));
	KUNIT_EXPECT_EQ(test, ksmbd_file_stat(file, &now), 0);
	KUNIT_EXPECT_EQ(test, now.ino, st.ino);

	KUNIT_EXPECT_EQ(test, rename_as(test, dir, "DIR", 0), 0);
	KUNIT_EXPECT_TRUE(test, ports_exists(test, "DIR"));
	KUNIT_EXPECT_EQ(test, rename_as(test, dir, "dir", 0), 0);
	KUNIT_EXPECT_EQ(test, ksmbd_file_unlink(file, root), 0);
	KUNIT_EXPECT_EQ(test, rename_as(test, file, "again", 0), -ENOENT);
	ksmbd_file_put(file);
	ksmbd_file_put(dir);
}

PORTS_TEST(rename_test)
{
	ports_put_dir(test, "dir");
	rename_body(test);
	if (ports_degrade(PORTS_RENAMEAT2))
		rename_body(test);
	if (ports_degrade(PORTS_OPENAT2 | PORTS_PROC))
		rename_body(test);
}

/* What appeared after the lookup is not replaced. */
PORTS_TEST(rename_late_test)
{
	struct ksmbd_root *root = ports_fixture(test)->root;
	struct ksmbd_file *file = ports_must_create(test, "file", S_IFREG | 0644);
	static const char *const bad[] = { "", ".", "..", "a/b", "../x" };
	struct ksmbd_path *path;
	u32 i;

	KUNIT_ASSERT_EQ(test, ksmbd_path_lookup(root, "to", 0, &path), 0);
	ports_put_file(test, "to", "late");
	KUNIT_EXPECT_EQ(test, ksmbd_file_rename(file, root, path, "to", 0), -EEXIST);
	KUNIT_EXPECT_EQ(test, ksmbd_file_link(file, path, 0), -EEXIST);
	if (ports_degrade(PORTS_RENAMEAT2))
		KUNIT_EXPECT_EQ(test, ksmbd_file_rename(file, root, path, "to", 0), -EEXIST);
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		KUNIT_EXPECT_EQ(test, ksmbd_file_rename(file, root, path, bad[i], 0), -EINVAL);
	ksmbd_path_put(path);
	ksmbd_file_put(file);
}

PORTS_TEST(link_test)
{
	struct ksmbd_root *root = ports_fixture(test)->root;
	struct ksmbd_file *file = ports_must_create(test, "file", S_IFREG | 0644);
	struct ksmbd_file *dir = ports_must_create(test, "dir", S_IFDIR | 0755);
	struct ksmbd_path *path;
	struct ksmbd_stat st;

	KUNIT_ASSERT_EQ(test, ksmbd_path_lookup(root, "link", 0, &path), 0);
	KUNIT_EXPECT_EQ(test, ksmbd_file_link(dir, path, 0), -EISDIR);
	KUNIT_EXPECT_EQ(test, ksmbd_file_link(file, path, 0), 0);
	KUNIT_EXPECT_EQ(test, ksmbd_file_stat(file, &st), 0);
	KUNIT_EXPECT_EQ(test, st.nlink, 2);
	ksmbd_path_put(path);

	/* Two names of one inode in each other's way: neither may vanish. */
	KUNIT_EXPECT_EQ(test, rename_as(test, file, "link", 0), -EEXIST);
	KUNIT_EXPECT_EQ(test, rename_as(test, file, "file", 0), 0);
	KUNIT_EXPECT_TRUE(test, ports_exists(test, "link"));

	ports_put_file(test, "target", "old");
	KUNIT_ASSERT_EQ(test, ksmbd_path_lookup(root, "target", 0, &path), 0);
	KUNIT_EXPECT_EQ(test, ksmbd_file_link(file, path, 0), -EEXIST);
	KUNIT_EXPECT_EQ(test, ksmbd_file_link(file, path, KSMBD_RENAME_REPLACE), 0);
	KUNIT_EXPECT_EQ(test, ksmbd_file_link(file, path, KSMBD_RENAME_REPLACE), 0);
	KUNIT_EXPECT_EQ(test, ksmbd_file_stat(file, &st), 0);
	KUNIT_EXPECT_EQ(test, st.nlink, 3);
	ksmbd_path_put(path);
	ksmbd_file_put(file);
	ksmbd_file_put(dir);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(open_test),		 KUNIT_CASE(open_inode_test),
	KUNIT_CASE(special_test),	 KUNIT_CASE(create_test),
	KUNIT_CASE(root_test),		 KUNIT_CASE(name_test),
	KUNIT_CASE(rename_test),	 KUNIT_CASE(remembered_name_test),
	KUNIT_CASE(unlink_swapped_test), KUNIT_CASE(link_test),
	KUNIT_CASE(rename_late_test),	 {}
};

static struct kunit_suite port_vfs_name_suite = {
	.name = "port_vfs_name",
	.init = ports_share_init,
	.exit = ports_fixture_exit,
	.test_cases = cases,
};

kunit_test_suite(port_vfs_name_suite);
