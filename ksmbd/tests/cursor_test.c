// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/helpers.h"
#include "wire/cursor.h"

static const u8 bytes[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 };

static void reads_in_order(struct kunit *test)
{
	struct ksmbd_rd r;
	u8 one[1];

	ksmbd_rd_init(&r, bytes, sizeof(bytes));
	KUNIT_EXPECT_EQ(test, ksmbd_rd_u8(&r), 1);
	KUNIT_EXPECT_EQ(test, ksmbd_rd_u16(&r), 0x0302);
	KUNIT_EXPECT_EQ(test, ksmbd_rd_u32(&r), 0x07060504U);
	KUNIT_EXPECT_EQ(test, ksmbd_rd_u64(&r), 0x0f0e0d0c0b0a0908ULL);
	KUNIT_EXPECT_EQ(test, ksmbd_rd_left(&r), 1U);
	ksmbd_rd_copy(&r, one, 1);
	KUNIT_EXPECT_EQ(test, one[0], 16);
	KUNIT_EXPECT_TRUE(test, ksmbd_rd_ok(&r));
	KUNIT_EXPECT_EQ(test, ksmbd_rd_left(&r), 0U);
	KUNIT_EXPECT_PTR_EQ(test, ksmbd_rd_bytes(&r, 0), bytes + sizeof(bytes));
	KUNIT_EXPECT_TRUE(test, ksmbd_rd_ok(&r));
}

static void overrun_latches(struct kunit *test)
{
	u8 copy[4] = { 9, 9, 9, 9 };
	struct ksmbd_rd r;

	ksmbd_rd_init(&r, bytes, 3);
	KUNIT_EXPECT_EQ(test, ksmbd_rd_u32(&r), 0U);
	KUNIT_EXPECT_FALSE(test, ksmbd_rd_ok(&r));
	/* What would fit is refused, too. */
	KUNIT_EXPECT_EQ(test, ksmbd_rd_u8(&r), 0);
	KUNIT_EXPECT_EQ(test, ksmbd_rd_left(&r), 0U);
	ksmbd_rd_copy(&r, copy, sizeof(copy));
	EXPECT_HEX(test, copy, sizeof(copy), "00000000");
	ksmbd_rd_seek(&r, 0);
	KUNIT_EXPECT_FALSE(test, ksmbd_rd_ok(&r));
}

static void huge_counts(struct kunit *test)
{
	struct ksmbd_rd r;

	ksmbd_rd_init(&r, bytes, sizeof(bytes));
	ksmbd_rd_skip(&r, 8);
	KUNIT_EXPECT_NULL(test, ksmbd_rd_bytes(&r, U32_MAX));
	KUNIT_EXPECT_FALSE(test, ksmbd_rd_ok(&r));
	ksmbd_rd_init(&r, bytes, sizeof(bytes));
	ksmbd_rd_skip(&r, 8);
	KUNIT_EXPECT_NULL(test, ksmbd_rd_bytes(&r, (u32)-8));
	KUNIT_EXPECT_FALSE(test, ksmbd_rd_ok(&r));
}

static void seek_and_align(struct kunit *test)
{
	struct ksmbd_rd r;

	ksmbd_rd_init(&r, bytes, sizeof(bytes));
	ksmbd_rd_seek(&r, sizeof(bytes));
	KUNIT_EXPECT_TRUE(test, ksmbd_rd_ok(&r));
	ksmbd_rd_seek(&r, 5);
	ksmbd_rd_align(&r, 8);
	KUNIT_EXPECT_EQ(test, r.pos, 8U);
	ksmbd_rd_align(&r, 8);
	KUNIT_EXPECT_EQ(test, r.pos, 8U);
	ksmbd_rd_seek(&r, sizeof(bytes) + 1);
	KUNIT_EXPECT_FALSE(test, ksmbd_rd_ok(&r));
	/* Padding that is not there. */
	ksmbd_rd_init(&r, bytes, 5);
	ksmbd_rd_seek(&r, 5);
	ksmbd_rd_align(&r, 8);
	KUNIT_EXPECT_FALSE(test, ksmbd_rd_ok(&r));
}

static void windows(struct kunit *test)
{
	struct ksmbd_rd r, sub, none;

	ksmbd_rd_init(&r, bytes, sizeof(bytes));
	ksmbd_rd_skip(&r, 3);
	ksmbd_rd_window(&r, &sub, 8, 4);
	KUNIT_EXPECT_EQ(test, r.pos, 3U);
	KUNIT_EXPECT_EQ(test, ksmbd_rd_u32(&sub), 0x0c0b0a09U);
	KUNIT_EXPECT_EQ(test, ksmbd_rd_u8(&sub), 0);
	KUNIT_EXPECT_FALSE(test, ksmbd_rd_ok(&sub));
	/* The parent does not suffer from its window's overrun. */
	KUNIT_EXPECT_TRUE(test, ksmbd_rd_ok(&r));
	ksmbd_rd_window(&r, &sub, sizeof(bytes), 0);
	KUNIT_EXPECT_TRUE(test, ksmbd_rd_ok(&sub));
	KUNIT_EXPECT_EQ(test, ksmbd_rd_left(&sub), 0U);
	ksmbd_rd_window(&r, &sub, 8, (u32)-4);
	KUNIT_EXPECT_FALSE(test, ksmbd_rd_ok(&sub));
	KUNIT_EXPECT_FALSE(test, ksmbd_rd_ok(&r));
	ksmbd_rd_window(&r, &none, 0, 0);
	KUNIT_EXPECT_FALSE(test, ksmbd_rd_ok(&none));
	ksmbd_rd_init(&r, bytes, sizeof(bytes));
	ksmbd_rd_window(&r, &sub, sizeof(bytes) + 1, 0);
	KUNIT_EXPECT_FALSE(test, ksmbd_rd_ok(&sub));
}

static void writes_in_order(struct kunit *test)
{
	u8 buf[20];
	struct ksmbd_wr w;

	memset(buf, 0xff, sizeof(buf));
	ksmbd_wr_init(&w, buf, sizeof(buf));
	ksmbd_wr_u8(&w, 1);
	ksmbd_wr_align(&w, 4);
	ksmbd_wr_u16(&w, 0x0302);
	ksmbd_wr_u32(&w, 0x07060504);
	ksmbd_wr_u64(&w, 0x0f0e0d0c0b0a0908ULL);
	ksmbd_wr_bytes(&w, bytes, 0);
	KUNIT_EXPECT_TRUE(test, ksmbd_wr_ok(&w));
	KUNIT_EXPECT_EQ(test, ksmbd_wr_left(&w), 2U);
	EXPECT_HEX(test, buf, w.len, "0100000002030405060708090a0b0c0d0e0f");
	ksmbd_wr_patch_u32(&w, 6, 0x01020304);
	ksmbd_wr_patch_u16(&w, 16, 0xaaaa);
	/* Not yet written: ignored. */
	ksmbd_wr_patch_u32(&w, 15, 0);
	ksmbd_wr_patch_u16(&w, 18, 0);
	EXPECT_HEX(test, buf, w.len,
		   "01000000020304030201"
		   "08090a0b0c0daaaa");
	KUNIT_EXPECT_EQ(test, buf[18], 0xff);
}

static void writer_is_bounded(struct kunit *test)
{
	u8 buf[8];
	struct ksmbd_wr w;
	u32 mark;

	memset(buf, 0xff, sizeof(buf));
	ksmbd_wr_init(&w, buf, 6);
	ksmbd_wr_u32(&w, 0);
	mark = ksmbd_wr_mark(&w);
	ksmbd_wr_u32(&w, 0);
	KUNIT_EXPECT_FALSE(test, ksmbd_wr_ok(&w));
	KUNIT_EXPECT_EQ(test, w.len, 4U);
	ksmbd_wr_u8(&w, 0);
	KUNIT_EXPECT_EQ(test, w.len, 4U);
	KUNIT_EXPECT_NULL(test, ksmbd_wr_reserve(&w, 0));
	EXPECT_HEX(test, buf, sizeof(buf), "00000000ffffffff");
	ksmbd_wr_rollback(&w, mark);
	KUNIT_EXPECT_TRUE(test, ksmbd_wr_ok(&w));
	ksmbd_wr_u16(&w, 0x0101);
	KUNIT_EXPECT_TRUE(test, ksmbd_wr_ok(&w));
	KUNIT_EXPECT_NULL(test, ksmbd_wr_reserve(&w, U32_MAX));
	EXPECT_HEX(test, buf, sizeof(buf), "000000000101ffff");
}

static struct kunit_case cursor_cases[] = {
	KUNIT_CASE(reads_in_order),    KUNIT_CASE(overrun_latches),
	KUNIT_CASE(huge_counts),       KUNIT_CASE(seek_and_align),
	KUNIT_CASE(windows),	       KUNIT_CASE(writes_in_order),
	KUNIT_CASE(writer_is_bounded), {},
};

static struct kunit_suite cursor_suite = {
	.name = "ksmbd-cursor",
	.test_cases = cursor_cases,
};
kunit_test_suite(cursor_suite);
