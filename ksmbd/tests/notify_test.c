// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/string.h>

#include "tests/helpers.h"
#include "wire/notify.h"

static void chain(struct kunit *test)
{
	static const u8 want[] = {
		16, 0, 0, 0, 4, 0, 0, 0, 2, 0, 0, 0, 'a', 0, 0,	  0, /* padded to four bytes */
		0,  0, 0, 0, 5, 0, 0, 0, 4, 0, 0, 0, 'b', 0, 'c', 0,
	};
	struct ksmbd_wr w;
	u32 last = 0;
	u8 buf[64];

	ksmbd_wr_init(&w, buf, sizeof(buf));
	KUNIT_EXPECT_TRUE(test, ksmbd_notifyinfo_add(&w, &last, FILE_ACTION_RENAMED_OLD_NAME,
						     (const u8 *)"a\0", 2));
	KUNIT_EXPECT_EQ(test, last, 0U);
	KUNIT_EXPECT_EQ(test, w.len, 14U);
	KUNIT_EXPECT_TRUE(test, ksmbd_notifyinfo_add(&w, &last, FILE_ACTION_RENAMED_NEW_NAME,
						     (const u8 *)"b\0c\0", 4));
	KUNIT_EXPECT_EQ(test, last, 16U);
	KUNIT_ASSERT_EQ(test, w.len, (u32)sizeof(want));
	KUNIT_EXPECT_EQ(test, memcmp(buf, want, sizeof(want)), 0);
}

static void full(struct kunit *test)
{
	struct ksmbd_wr w;
	u32 last = 0;
	u8 buf[40];

	ksmbd_wr_init(&w, buf, sizeof(buf));
	KUNIT_EXPECT_TRUE(test, ksmbd_notifyinfo_add(&w, &last, FILE_ACTION_ADDED,
						     (const u8 *)"a\0b\0c\0", 6));
	/* What does not fit leaves the list as it was, its end included. */
	KUNIT_EXPECT_FALSE(test, ksmbd_notifyinfo_add(&w, &last, FILE_ACTION_ADDED,
						      (const u8 *)"a\0b\0c\0d\0e\0", 10));
	KUNIT_EXPECT_EQ(test, w.len, 18U);
	KUNIT_EXPECT_EQ(test, last, 0U);
	KUNIT_EXPECT_EQ(test, buf[0], 0);
	KUNIT_EXPECT_TRUE(test, ksmbd_notifyinfo_add(&w, &last, FILE_ACTION_ADDED,
						     (const u8 *)"a\0b\0c\0d\0", 8));
	KUNIT_EXPECT_EQ(test, w.len, 40U);
	KUNIT_EXPECT_EQ(test, ksmbd_notifyinfo_size(8), 23U);
}

static void read_back(struct kunit *test)
{
	struct ksmbd_notifyinfo info;
	struct ksmbd_wr w;
	struct ksmbd_rd r;
	u32 last = 0, len;
	u8 buf[64];

	ksmbd_wr_init(&w, buf, sizeof(buf));
	ksmbd_notifyinfo_add(&w, &last, FILE_ACTION_REMOVED, (const u8 *)"a\0", 2);
	ksmbd_notifyinfo_add(&w, &last, FILE_ACTION_MODIFIED, (const u8 *)"b\0c\0", 4);
	ksmbd_rd_init(&r, buf, w.len);
	KUNIT_ASSERT_TRUE(test, ksmbd_notifyinfo_read(&r, &info));
	KUNIT_EXPECT_EQ(test, info.next, 16U);
	KUNIT_EXPECT_EQ(test, info.action, FILE_ACTION_REMOVED);
	ksmbd_rd_seek(&r, info.next);
	KUNIT_ASSERT_TRUE(test, ksmbd_notifyinfo_read(&r, &info));
	KUNIT_EXPECT_EQ(test, info.next, 0U);
	KUNIT_EXPECT_EQ(test, info.action, FILE_ACTION_MODIFIED);
	KUNIT_EXPECT_EQ(test, info.name_len, 4U);
	KUNIT_EXPECT_EQ(test, info.name[2], 'c');
	for (len = 0; len < 14; len++) {
		ksmbd_rd_init(&r, buf, len);
		KUNIT_EXPECT_FALSE(test, ksmbd_notifyinfo_read(&r, &info));
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(chain),
	KUNIT_CASE(full),
	KUNIT_CASE(read_back),
	{},
};

static struct kunit_suite suite = {
	.name = "wire_notify",
	.test_cases = cases,
};

kunit_test_suite(suite);
