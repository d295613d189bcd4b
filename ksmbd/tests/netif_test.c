// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/helpers.h"
#include "wire/netif.h"

#define ZEROS_16 "00000000000000000000000000000000"
#define ZEROS_96 ZEROS_16 ZEROS_16 ZEROS_16 ZEROS_16 ZEROS_16 ZEROS_16

static const struct ksmbd_netif two[] = {
	{ .index = 2, .rss = true, .speed = 10000000000ull, .family = 4, .addr = { 192, 0, 2, 17 } },
	{ .index = 3,
	  .rdma = true,
	  .speed = 1000000000,
	  .family = 6,
	  .addr = { 0x20, 0x01, 0x0d, 0xb8, [15] = 5 } },
};

/* [MS-SMB2] 2.2.32.5, by hand */
static void writes_both_families(struct kunit *test)
{
	u8 buf[2 * SMB2_NETIF_SIZE];
	struct ksmbd_wr wr;

	ksmbd_wr_init(&wr, buf, sizeof(buf));
	ksmbd_netif_write(&wr, two, 2);
	KUNIT_ASSERT_TRUE(test, ksmbd_wr_ok(&wr));
	KUNIT_ASSERT_EQ(test, wr.len, (u32)sizeof(buf));
	EXPECT_HEX(test, buf, SMB2_NETIF_SIZE,
		   "98000000"
		   "02000000"
		   "01000000"
		   "00000000"
		   "00e40b5402000000"
		   "0200"
		   "0000"
		   "c0000211"
		   "0000000000000000" ZEROS_96 ZEROS_16);
	EXPECT_HEX(test, buf + SMB2_NETIF_SIZE, SMB2_NETIF_SIZE,
		   "00000000"
		   "03000000"
		   "02000000"
		   "00000000"
		   "00ca9a3b00000000"
		   "1700"
		   "0000"
		   "00000000"
		   "20010db8000000000000000000000005"
		   "0000000000000000" ZEROS_96);
}

static void writes_none(struct kunit *test)
{
	struct ksmbd_wr wr;
	u8 buf[8];

	ksmbd_wr_init(&wr, buf, sizeof(buf));
	ksmbd_netif_write(&wr, two, 0);
	KUNIT_EXPECT_TRUE(test, ksmbd_wr_ok(&wr));
	KUNIT_EXPECT_EQ(test, wr.len, 0U);
}

/* Too little room latches and never writes beyond. */
static void keeps_to_room(struct kunit *test)
{
	u8 buf[2 * SMB2_NETIF_SIZE];
	struct ksmbd_wr wr;

	memset(buf, 0xee, sizeof(buf));
	ksmbd_wr_init(&wr, buf, SMB2_NETIF_SIZE + 8);
	ksmbd_netif_write(&wr, two, 2);
	KUNIT_EXPECT_FALSE(test, ksmbd_wr_ok(&wr));
	KUNIT_EXPECT_EQ(test, buf[SMB2_NETIF_SIZE + 8], 0xee);
}

static struct kunit_case cases[] = { KUNIT_CASE(writes_both_families),
				     KUNIT_CASE(writes_none),
				     KUNIT_CASE(keeps_to_room),
				     {} };

static struct kunit_suite netif_suite = {
	.name = "netif",
	.test_cases = cases,
};

kunit_test_suite(netif_suite);
