// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/errno.h>

#include "debug.h"
#include "tests/helpers.h"

static bool is_listed(const char *want)
{
	char line[80];
	u32 len = ksmbd_debug_list(line, sizeof(line));

	return len == strlen(line) && !strcmp(line, want);
}

static int toggle(const char *name)
{
	return ksmbd_debug_toggle(name, strlen(name));
}

static void toggles(struct kunit *test)
{
	int before = atomic_read(&ksmbd_debug_mask);

	atomic_set(&ksmbd_debug_mask, 0);
	KUNIT_EXPECT_TRUE(test, is_listed("smb auth vfs oplock ipc conn rdma \n"));
	KUNIT_EXPECT_EQ(test, toggle("smb"), 0);
	KUNIT_EXPECT_EQ(test, ksmbd_debug_toggle("rdma\n", 4), 0);
	KUNIT_EXPECT_TRUE(test, is_listed("[smb] auth vfs oplock ipc conn [rdma] \n"));
	KUNIT_EXPECT_EQ(test, toggle("all"), 0);
	KUNIT_EXPECT_TRUE(test, is_listed("[smb] [auth] [vfs] [oplock] [ipc] [conn] [rdma] \n"));
	KUNIT_EXPECT_EQ(test, toggle("vfs"), 0);
	KUNIT_EXPECT_TRUE(test, is_listed("[smb] [auth] vfs [oplock] [ipc] [conn] [rdma] \n"));
	KUNIT_EXPECT_EQ(test, toggle("all"), 0);
	KUNIT_EXPECT_EQ(test, toggle("all"), 0);
	KUNIT_EXPECT_TRUE(test, is_listed("smb auth vfs oplock ipc conn rdma \n"));
	atomic_set(&ksmbd_debug_mask, before);
}

static void refuses_names(struct kunit *test)
{
	static const char *const names[] = { "", "sm", "smbx", "smb\n", "SMB", "all " };
	int before = atomic_read(&ksmbd_debug_mask);
	u32 i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		KUNIT_EXPECT_EQ(test, toggle(names[i]), -EINVAL);
	KUNIT_EXPECT_EQ(test, atomic_read(&ksmbd_debug_mask), before);
}

static void short_buffers(struct kunit *test)
{
	char line[40];
	u32 size;

	for (size = 1; size < sizeof(line); size++) {
		memset(line, 'x', sizeof(line));
		KUNIT_EXPECT_LT(test, ksmbd_debug_list(line, size), size);
		KUNIT_EXPECT_EQ(test, line[size], 'x');
	}
}

static struct kunit_case debug_cases[] = {
	KUNIT_CASE(toggles),
	KUNIT_CASE(refuses_names),
	KUNIT_CASE(short_buffers),
	{},
};

static struct kunit_suite debug_suite = {
	.name = "ksmbd-debug",
	.test_cases = debug_cases,
};
kunit_test_suite(debug_suite);
