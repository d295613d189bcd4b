// SPDX-License-Identifier: GPL-2.0-or-later
/* Listings as bytes; what a scan delivers is tested where there is a file system. */
#include "tests/helpers.h"
#include "wire/dirinfo.h"

static const struct ksmbd_dirinfo sample = {
	.name = (const u8 *)"a\0b\0",
	.name_len = 4,
	.attr = {
		.create_time = 0x11,
		.access_time = 0x12,
		.write_time = 0x13,
		.change_time = 0x14,
		.size = 0x15,
		.alloc = 0x16,
		.index = 0x17,
		.attributes = 0x20,
	},
};

#define TIMES "1100000000000000120000000000000013000000000000001400000000000000"
#define SIZES "15000000000000001600000000000000"
#define NAME  "61006200"
#define ID    "1700000000000000"
#define ZERO8 "0000000000000000"
#define HEAD                         \
	ZERO8 TIMES SIZES "20000000" \
			  "04000000"

/* [MS-FSCC] 2.4: 10, 15, 8, 33, 21, 22, 23 */
static const struct {
	u8 number;
	const char *hex;
} entries[] = {
	{ 1, HEAD NAME },
	{ 2, HEAD "00000000" NAME },
	{ 3, HEAD "00000000"
		  "0000" ZERO8 ZERO8 ZERO8 NAME },
	{ 12, ZERO8 "04000000" NAME },
	{ 37, HEAD "00000000"
		   "0000" ZERO8 ZERO8 ZERO8 "0000" ID NAME },
	{ 38, HEAD "00000000"
		   "00000000" ID NAME },
	{ 60, HEAD "00000000"
		   "00000000" ID ZERO8 NAME },
};

static void each_class(struct kunit *test)
{
	struct ksmbd_dirinfo_list list;
	struct ksmbd_wr w;
	u8 buf[160];
	u32 i;

	for (i = 0; i < ARRAY_SIZE(entries); i++) {
		ksmbd_wr_init(&w, buf, sizeof(buf));
		memset(&list, 0, sizeof(list));
		list.w = &w;
		list.class = ksmbd_dirinfo_class_find(entries[i].number);
		KUNIT_ASSERT_NOT_NULL(test, list.class);
		KUNIT_EXPECT_TRUE(test, ksmbd_dirinfo_add(&list, &sample));
		KUNIT_EXPECT_EQ_MSG(test, w.len, list.class->fixed + sample.name_len, "class %u",
				    entries[i].number);
		EXPECT_HEX(test, buf, w.len, entries[i].hex);
	}
}

static void other_classes(struct kunit *test)
{
	KUNIT_EXPECT_NULL(test, ksmbd_dirinfo_class_find(0));
	KUNIT_EXPECT_NULL(test, ksmbd_dirinfo_class_find(4));
	KUNIT_EXPECT_NULL(test, ksmbd_dirinfo_class_find(255));
}

/* Entries are aligned and chained; the last says 0 and is not padded. */
static void chain(struct kunit *test)
{
	struct ksmbd_dirinfo_list list = { .class = ksmbd_dirinfo_class_find(12) };
	struct ksmbd_wr w;
	u8 buf[64];

	ksmbd_wr_init(&w, buf, sizeof(buf));
	list.w = &w;
	KUNIT_EXPECT_TRUE(test, ksmbd_dirinfo_add(&list, &sample));
	KUNIT_EXPECT_TRUE(test, ksmbd_dirinfo_add(&list, &sample));
	KUNIT_EXPECT_EQ(test, w.len, 16U + 16U);
	EXPECT_HEX(test, buf, w.len,
		   "1000000000000000"
		   "04000000" NAME "0000000000000000"
		   "04000000" NAME);
	KUNIT_EXPECT_EQ(test, list.count, 2U);
	KUNIT_EXPECT_EQ(test, list.last, 16U);
}

/* What does not fit leaves no trace: neither padding nor a link to it. */
static void full(struct kunit *test)
{
	struct ksmbd_dirinfo odd = { .name = (const u8 *)"a\0", .name_len = 2 };
	struct ksmbd_dirinfo_list list;
	struct ksmbd_wr w;
	u8 buf[64];
	u32 cap;

	for (cap = 0; cap < 14 + 2 + 14; cap++) {
		memset(&list, 0, sizeof(list));
		list.class = ksmbd_dirinfo_class_find(12);
		list.w = &w;
		ksmbd_wr_init(&w, buf, cap);
		KUNIT_EXPECT_EQ(test, ksmbd_dirinfo_add(&list, &odd), cap >= 14);
		KUNIT_EXPECT_FALSE(test, ksmbd_dirinfo_add(&list, &odd));
		KUNIT_EXPECT_EQ(test, w.len, cap >= 14 ? 14U : 0U);
		KUNIT_EXPECT_TRUE(test, ksmbd_wr_ok(&w));
		if (cap >= 14)
			EXPECT_HEX(test, buf, w.len,
				   "0000000000000000"
				   "02000000"
				   "6100");
	}
}

static struct kunit_case dirscan_cases[] = { KUNIT_CASE(each_class),
					     KUNIT_CASE(other_classes),
					     KUNIT_CASE(chain),
					     KUNIT_CASE(full),
					     {} };

static struct kunit_suite dirscan_suite = {
	.name = "ksmbd-dirscan",
	.test_cases = dirscan_cases,
};
kunit_test_suite(dirscan_suite);
