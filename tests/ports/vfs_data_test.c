// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Conformance of a vfs back end: data, attributes, extended attributes, figures.
 */
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/slab.h>
#include <linux/stat.h>
#include <linux/string.h>

#include "fixture.h"

#define FAR (5ull << 30)

static int put(struct ksmbd_file *file, const void *data, u32 len, u64 off)
{
	struct ksmbd_seg seg = { .data = (void *)data, .len = len };

	return ksmbd_file_write(file, &seg, 1, off);
}

static u64 size_of(struct kunit *test, struct ksmbd_file *file)
{
	struct ksmbd_stat st = { 0 };

	KUNIT_EXPECT_EQ(test, ksmbd_file_stat(file, &st), 0);
	return st.size;
}

PORTS_TEST(segments_test)
{
	struct ksmbd_file *file = ports_must_create(test, "file", S_IFREG | 0644);
	struct ksmbd_seg *segs = kunit_kcalloc(test, 100, sizeof(*segs), GFP_KERNEL);
	struct ksmbd_seg ranged = { .file = file, .len = 1 };
	char *text = kunit_kzalloc(test, 512, GFP_KERNEL);
	char *buf = kunit_kzalloc(test, 512, GFP_KERNEL);
	u32 i, len = 0;

	KUNIT_ASSERT_TRUE(test, segs && text && buf);
	for (i = 0; i < 100; i++) {
		segs[i] = (struct ksmbd_seg){ .data = text + len, .len = i % 7 };
		memset(text + len, 'a' + i % 26, i % 7);
		len += i % 7;
	}
	KUNIT_EXPECT_EQ(test, ksmbd_file_write(file, segs, 100, 10), 0);
	KUNIT_EXPECT_EQ(test, size_of(test, file), 10 + len);
	KUNIT_EXPECT_EQ(test, ksmbd_file_read(file, buf, 512, 10), len);
	KUNIT_EXPECT_STREQ(test, buf, text);
	KUNIT_EXPECT_EQ(test, ksmbd_file_read(file, buf, 512, 10 + len), 0);
	KUNIT_EXPECT_EQ(test, ksmbd_file_read(file, buf, 0, 0), 0);
	KUNIT_EXPECT_EQ(test, ksmbd_file_write(file, segs, 0, 0), 0);
	KUNIT_EXPECT_EQ(test, ksmbd_file_write(file, segs, 1, 0), 0);
	KUNIT_EXPECT_EQ(test, ksmbd_file_write(file, &ranged, 1, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, ksmbd_file_sync(file, true), 0);
	KUNIT_EXPECT_EQ(test, ksmbd_file_sync(file, false), 0);
	ksmbd_file_put(file);
	/* Opened for its attributes only: what cannot be done is not said to be done. */
	file = ports_must_open(test, "file", 0);
	KUNIT_EXPECT_LT(test, ksmbd_file_sync(file, true), 0);
	KUNIT_EXPECT_LT(test, ksmbd_file_sync(file, false), 0);
	ksmbd_file_put(file);
}

PORTS_TEST(offsets_test)
{
	struct ksmbd_file *file = ports_must_create(test, "file", S_IFREG | 0644);
	char buf[16] = "";

	KUNIT_EXPECT_EQ(test, put(file, "far", 3, FAR), 0);
	KUNIT_EXPECT_EQ(test, size_of(test, file), FAR + 3);
	KUNIT_EXPECT_EQ(test, ksmbd_file_read(file, buf, sizeof(buf), FAR), 3);
	KUNIT_EXPECT_STREQ(test, buf, "far");
	KUNIT_EXPECT_EQ(test, ksmbd_file_read(file, buf, 1, S64_MAX), 0);
	KUNIT_EXPECT_EQ(test, ksmbd_file_read(file, buf, 1, 1ull << 63), -EINVAL);
	KUNIT_EXPECT_EQ(test, ksmbd_file_read(file, buf, 1, U64_MAX), -EINVAL);
	KUNIT_EXPECT_EQ(test, put(file, "x", 1, S64_MAX), -EINVAL);
	KUNIT_EXPECT_EQ(test, put(file, "x", 1, U64_MAX), -EINVAL);
	KUNIT_EXPECT_EQ(test, ksmbd_file_truncate(file, U64_MAX), -EINVAL);
	KUNIT_EXPECT_EQ(test, ksmbd_file_zero(file, U64_MAX, 2), -EINVAL);
	KUNIT_EXPECT_EQ(test, ksmbd_file_zero(file, 1, U64_MAX), -EINVAL);
	KUNIT_EXPECT_EQ(test, ksmbd_file_allocate(file, S64_MAX, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, ksmbd_file_copy(file, 0, file, S64_MAX, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, ksmbd_file_seek_data(file, U64_MAX), -ENXIO);
	KUNIT_EXPECT_EQ(test, size_of(test, file), FAR + 3);
	KUNIT_EXPECT_EQ(test, ksmbd_file_truncate(file, 1), 0);
	KUNIT_EXPECT_EQ(test, size_of(test, file), 1);
	ksmbd_file_put(file);
}

PORTS_TEST(sparse_test)
{
	struct ksmbd_file *file = ports_must_create(test, "file", S_IFREG | 0644);
	struct ksmbd_stat st;
	char buf[4];
	s64 hole;
	int err;

	KUNIT_EXPECT_EQ(test, ksmbd_file_truncate(file, 1 << 20), 0);
	KUNIT_EXPECT_EQ(test, put(file, "data", 4, 512 << 10), 0);
	KUNIT_EXPECT_EQ(test, ksmbd_file_sync(file, false), 0);
	KUNIT_EXPECT_EQ(test, ksmbd_file_stat(file, &st), 0);
	KUNIT_EXPECT_EQ(test, ksmbd_file_seek_data(file, 1 << 20), -ENXIO);
	if (st.alloc < 1 << 20) {
		KUNIT_EXPECT_EQ(test, ksmbd_file_seek_data(file, 0), 512 << 10);
		KUNIT_EXPECT_EQ(test, ksmbd_file_seek_hole(file, 0), 0);
		hole = ksmbd_file_seek_hole(file, 512 << 10);
		KUNIT_EXPECT_GT(test, hole, 512 << 10);
		KUNIT_EXPECT_LT(test, hole, 1 << 20);
	}
	KUNIT_EXPECT_EQ(test, ksmbd_file_zero(file, 512 << 10, 64 << 10), 0);
	KUNIT_EXPECT_EQ(test, ksmbd_file_read(file, buf, 4, 512 << 10), 4);
	KUNIT_EXPECT_EQ(test, memcmp(buf, "\0\0\0\0", 4), 0);
	KUNIT_EXPECT_EQ(test, ksmbd_file_zero(file, 0, 8 << 20), 0);
	KUNIT_EXPECT_EQ(test, ksmbd_file_zero(file, 0, 0), 0);
	KUNIT_EXPECT_EQ(test, size_of(test, file), 1 << 20);
	err = ksmbd_file_allocate(file, 0, 4 << 20);
	KUNIT_EXPECT_TRUE(test, err == 0 || err == -EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, size_of(test, file), 1 << 20);
	ksmbd_file_put(file);
}

PORTS_TEST(copy_test)
{
	struct ksmbd_file *src = ports_must_create(test, "src", S_IFREG | 0644);
	struct ksmbd_file *dst = ports_must_create(test, "dst", S_IFREG | 0644);
	u32 len = 3 << 20, i;
	u8 *data = kvmalloc(len, GFP_KERNEL), *back = kvmalloc(len, GFP_KERNEL);

	KUNIT_ASSERT_TRUE(test, data && back);
	for (i = 0; i < len; i++)
		data[i] = i * 2654435761u >> 13;
	KUNIT_EXPECT_EQ(test, put(src, data, len, 0), 0);
	KUNIT_EXPECT_EQ(test, ksmbd_file_copy(src, 0, dst, 0, len), len);
	KUNIT_EXPECT_EQ(test, ksmbd_file_read(dst, back, len, 0), len);
	KUNIT_EXPECT_EQ(test, memcmp(data, back, len), 0);
	/* Unaligned, and short at the end of the source. */
	KUNIT_EXPECT_EQ(test, ksmbd_file_copy(src, 1001, dst, 7, len), len - 1001);
	KUNIT_EXPECT_EQ(test, ksmbd_file_read(dst, back, len - 1001, 7), len - 1001);
	KUNIT_EXPECT_EQ(test, memcmp(data + 1001, back, len - 1001), 0);
	KUNIT_EXPECT_EQ(test, ksmbd_file_copy(src, len, dst, 0, 1), 0);
	KUNIT_EXPECT_EQ(test, ksmbd_file_copy(src, 0, dst, 0, 0), 0);
	/* Over itself, either way, as if through a buffer. */
	KUNIT_EXPECT_EQ(test, ksmbd_file_copy(src, 0, src, 4096, len - 4096), len - 4096);
	memmove(data + 4096, data, len - 4096);
	KUNIT_EXPECT_EQ(test, ksmbd_file_copy(src, 5000, src, 100, len - 5000), len - 5000);
	memmove(data + 100, data + 5000, len - 5000);
	KUNIT_EXPECT_EQ(test, ksmbd_file_read(src, back, len, 0), len);
	KUNIT_EXPECT_EQ(test, memcmp(data, back, len), 0);
	kvfree(data);
	kvfree(back);
	ksmbd_file_put(src);
	ksmbd_file_put(dst);
}

static void attributes_of(struct kunit *test, struct ksmbd_file *file)
{
	struct ksmbd_setattr attr = { .valid = KSMBD_SETATTR_MODE, .mode = 0600 };
	struct ksmbd_stat before, st;

	KUNIT_EXPECT_EQ(test, ksmbd_file_setattr(file, &attr), 0);
	KUNIT_EXPECT_EQ(test, ksmbd_file_stat(file, &before), 0);
	KUNIT_EXPECT_EQ(test, before.mode & 07777, 0600);
	attr.valid = KSMBD_SETATTR_MTIME;
	attr.mtime = (struct timespec64){ .tv_sec = -1000000000, .tv_nsec = 123456700 };
	KUNIT_EXPECT_EQ(test, ksmbd_file_setattr(file, &attr), 0);
	KUNIT_EXPECT_EQ(test, ksmbd_file_stat(file, &st), 0);
	KUNIT_EXPECT_EQ(test, st.mtime.tv_sec, -1000000000);
	KUNIT_EXPECT_EQ(test, st.mtime.tv_nsec, 123456700);
	KUNIT_EXPECT_EQ(test, st.atime.tv_sec, before.atime.tv_sec);
	KUNIT_EXPECT_NE(test, st.change, before.change);
	attr.valid = KSMBD_SETATTR_UID | KSMBD_SETATTR_GID;
	attr.uid = st.uid;
	attr.gid = st.gid;
	KUNIT_EXPECT_EQ(test, ksmbd_file_setattr(file, &attr), 0);
	attr.uid = U32_MAX;
	KUNIT_EXPECT_EQ(test, ksmbd_file_setattr(file, &attr), -EINVAL);
}

PORTS_TEST(attributes_test)
{
	struct ksmbd_file *file = ports_must_create(test, "file", S_IFREG | 0644);
	struct ksmbd_file *bare = ports_must_open(test, "file", 0);
	struct ksmbd_file *dir = ports_must_create(test, "dir", S_IFDIR | 0755);

	attributes_of(test, file);
	attributes_of(test, dir);
	attributes_of(test, bare);
	ksmbd_file_put(file);
	ksmbd_file_put(bare);
	ksmbd_file_put(dir);
}

static void xattrs_of(struct kunit *test, struct ksmbd_file *file)
{
	char buf[64] = "";
	int err;

	err = ksmbd_file_setxattr(file, "user.test", "value", 5);
	if (err == -EOPNOTSUPP) {
		kunit_info(test, "no extended attributes on this file system\n");
		return;
	}
	KUNIT_EXPECT_EQ(test, err, 0);
	KUNIT_EXPECT_EQ(test, ksmbd_file_getxattr(file, "user.test", buf, sizeof(buf)), 5);
	KUNIT_EXPECT_STREQ(test, buf, "value");
	KUNIT_EXPECT_EQ(test, ksmbd_file_getxattr(file, "user.test", buf, 2), -ERANGE);
	KUNIT_EXPECT_EQ(test, ksmbd_file_getxattr(file, "user.none", buf, sizeof(buf)), -ENODATA);
	KUNIT_EXPECT_EQ(test, ksmbd_file_listxattr(file, buf, 0), 10);
	KUNIT_EXPECT_EQ(test, ksmbd_file_listxattr(file, buf, sizeof(buf)), 10);
	KUNIT_EXPECT_STREQ(test, buf, "user.test");
	KUNIT_EXPECT_EQ(test, ksmbd_file_removexattr(file, "user.test"), 0);
	KUNIT_EXPECT_EQ(test, ksmbd_file_removexattr(file, "user.test"), -ENODATA);
}

PORTS_TEST(xattr_test)
{
	struct ksmbd_file *file = ports_must_create(test, "file", S_IFREG | 0644);
	struct ksmbd_file *bare = ports_must_open(test, "file", 0);

	xattrs_of(test, file);
	xattrs_of(test, bare);
	ksmbd_file_put(file);
	ksmbd_file_put(bare);
}

PORTS_TEST(access_test)
{
	struct ksmbd_root *root = ports_fixture(test)->root;
	struct ksmbd_path *path;

	ports_put_dir(test, "dir");
	ports_put_file(test, "dir/file", "x");
	KUNIT_ASSERT_EQ(test, ksmbd_path_lookup(root, "dir/file", 0, &path), 0);
	KUNIT_EXPECT_EQ(test, ksmbd_path_access(path, KSMBD_MAY_READ | KSMBD_MAY_WRITE), 0);
	KUNIT_EXPECT_EQ(test, ksmbd_path_access(path, KSMBD_MAY_EXEC), -EACCES);
	KUNIT_EXPECT_EQ(test, ksmbd_path_parent_access(path, KSMBD_MAY_WRITE | KSMBD_MAY_EXEC), 0);
	ksmbd_path_put(path);
	KUNIT_ASSERT_EQ(test, ksmbd_path_lookup(root, "", 0, &path), 0);
	KUNIT_EXPECT_EQ(test, ksmbd_path_parent_access(path, KSMBD_MAY_WRITE), 0);
	ksmbd_path_put(path);
	KUNIT_ASSERT_EQ(test, ksmbd_path_lookup(root, "dir/new", 0, &path), 0);
	KUNIT_EXPECT_EQ(test, ksmbd_path_access(path, KSMBD_MAY_READ), -ENOENT);
	KUNIT_EXPECT_EQ(test, ksmbd_path_parent_access(path, KSMBD_MAY_WRITE), 0);
	ksmbd_path_put(path);
}

PORTS_TEST(statfs_test)
{
	struct ksmbd_file *file = ports_must_open(test, "", 0);
	struct ksmbd_statfs st;

	KUNIT_EXPECT_EQ(test, ksmbd_file_statfs(file, &st), 0);
	KUNIT_EXPECT_GE(test, st.block_size, 512);
	KUNIT_EXPECT_GT(test, st.blocks, 0);
	KUNIT_EXPECT_GE(test, st.blocks, st.blocks_free);
	KUNIT_EXPECT_GE(test, st.blocks_free, st.blocks_avail);
	KUNIT_EXPECT_GE(test, st.name_max, 143);
	KUNIT_EXPECT_FALSE(test, st.read_only);
	ksmbd_file_put(file);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(segments_test), KUNIT_CASE(offsets_test),	KUNIT_CASE(sparse_test),
	KUNIT_CASE(copy_test),	   KUNIT_CASE(attributes_test), KUNIT_CASE(xattr_test),
	KUNIT_CASE(access_test),   KUNIT_CASE(statfs_test),	{}
};

static struct kunit_suite port_vfs_data_suite = {
	.name = "port_vfs_data",
	.init = ports_share_init,
	.exit = ports_fixture_exit,
	.test_cases = cases,
};

kunit_test_suite(port_vfs_data_suite);
