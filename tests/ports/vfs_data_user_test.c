// SPDX-License-Identifier: GPL-2.0-or-later
/* The data part of the user host's vfs: what a process can do to itself. */
#include <errno.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "fixture.h"

static int put(struct ksmbd_file *file, u64 off)
{
	struct ksmbd_seg seg = { .data = "x", .len = 1 };

	return ksmbd_file_write(file, &seg, 1, off);
}

static void file_limit_test(struct kunit *test)
{
	struct ksmbd_file *file = ports_must_create(test, "file", S_IFREG | 0644);
	struct rlimit old, now;

	KUNIT_ASSERT_EQ(test, getrlimit(RLIMIT_FSIZE, &old), 0);
	now = old;
	now.rlim_cur = 4096;
	KUNIT_ASSERT_EQ(test, setrlimit(RLIMIT_FSIZE, &now), 0);
	KUNIT_EXPECT_EQ(test, put(file, 8192), -EFBIG);
	KUNIT_EXPECT_EQ(test, ksmbd_file_truncate(file, 8192), -EFBIG);
	KUNIT_EXPECT_EQ(test, setrlimit(RLIMIT_FSIZE, &old), 0);
	ksmbd_file_put(file);
}

static struct kunit_case cases[] = { KUNIT_CASE(file_limit_test), {} };

static struct kunit_suite port_vfs_data_user_suite = {
	.name = "port_vfs_data_user",
	.init = ports_fixture_init,
	.exit = ports_fixture_exit,
	.test_cases = cases,
};

kunit_test_suite(port_vfs_data_user_suite);
