// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/helpers.h"
#include "wire/fileinfo.h"

static const struct ksmbd_fileinfo sample = {
	.attr = {
		.create_time = 0x11,
		.access_time = 0x12,
		.write_time = 0x13,
		.change_time = 0x14,
		.size = 0x15,
		.alloc = 0x16,
		.index = 0x17,
		.attributes = 0x20,
		.nlink = 2,
	},
	.access = 0x1f01ff,
	.mode = 0x20,
	.position = 0x18,
	.volume = 0x19,
	.name = (const u8 *)"\\\0a\0",
	.name_len = 4,
};

#define TIMES "1100000000000000120000000000000013000000000000001400000000000000"
#define BASIC TIMES "2000000000000000"
#define STANDARD                           \
	"16000000000000001500000000000000" \
	"02000000"                         \
	"00"                               \
	"00"                               \
	"0000"
#define NAME       \
	"04000000" \
	"5c006100"

static const struct {
	ksmbd_fileinfo_write_fn *write;
	const char *hex;
} classes[] = {
	{ ksmbd_fileinfo_write_basic, BASIC },
	{ ksmbd_fileinfo_write_standard, STANDARD },
	{ ksmbd_fileinfo_write_internal, "1700000000000000" },
	{ ksmbd_fileinfo_write_ea, "00000000" },
	{ ksmbd_fileinfo_write_access, "ff011f00" },
	{ ksmbd_fileinfo_write_name, NAME },
	{ ksmbd_fileinfo_write_position, "1800000000000000" },
	{ ksmbd_fileinfo_write_mode, "20000000" },
	{ ksmbd_fileinfo_write_alignment, "00000000" },
	{ ksmbd_fileinfo_write_all, BASIC STANDARD "1700000000000000"
						   "00000000"
						   "ff011f00"
						   "1800000000000000"
						   "20000000"
						   "00000000" NAME },
	{ ksmbd_fileinfo_write_stream, "00000000"
				       "0e000000"
				       "1500000000000000"
				       "1600000000000000"
				       "3a003a002400440041005400"
				       "4100" },
	{ ksmbd_fileinfo_write_pipe, "0100000000000000" },
	{ ksmbd_fileinfo_write_pipe_local, "01000000"
					   "02000000"
					   "ffffffff"
					   "01000000"
					   "16000000"
					   "00000000"
					   "16000000"
					   "16000000"
					   "03000000"
					   "00000000" },
	{ ksmbd_fileinfo_write_compression, "1500000000000000"
					    "0000000000000000" },
	{ ksmbd_fileinfo_write_network_open, TIMES "16000000000000001500000000000000"
						   "2000000000000000" },
	{ ksmbd_fileinfo_write_attribute_tag, "2000000000000000" },
	{ ksmbd_fileinfo_write_id, "1900000000000000"
				   "17000000000000000000000000000000" },
};

static void each_class(struct kunit *test)
{
	struct ksmbd_wr w;
	u8 buf[128];
	u32 i;

	for (i = 0; i < ARRAY_SIZE(classes); i++) {
		ksmbd_wr_init(&w, buf, sizeof(buf));
		classes[i].write(&w, &sample);
		KUNIT_EXPECT_TRUE_MSG(test, test_is_hex(buf, w.len, classes[i].hex), "row %u", i);
	}
}

static void directories(struct kunit *test)
{
	struct ksmbd_fileinfo info = { .attr = { .is_dir = true, .nlink = 1 } };
	struct ksmbd_wr w;
	u8 buf[64];

	ksmbd_wr_init(&w, buf, sizeof(buf));
	ksmbd_fileinfo_write_stream(&w, &info);
	KUNIT_EXPECT_EQ(test, w.len, 0U);
	info.delete_pending = true;
	ksmbd_fileinfo_write_standard(&w, &info);
	EXPECT_HEX(test, buf, w.len,
		   "00000000000000000000000000000000"
		   "00000000"
		   "01010000");
}

static void read_basic(struct kunit *test)
{
	struct ksmbd_set_basic basic;
	struct ksmbd_rd r;
	u8 buf[40];
	u32 len = test_unhex(buf, sizeof(buf), TIMES "2000000000000000");

	ksmbd_rd_init(&r, buf, len);
	KUNIT_EXPECT_TRUE(test, ksmbd_fileinfo_read_basic(&r, &basic));
	KUNIT_EXPECT_EQ(test, basic.create_time, 0x11ULL);
	KUNIT_EXPECT_EQ(test, basic.change_time, 0x14ULL);
	KUNIT_EXPECT_EQ(test, basic.attributes, 0x20U);
	ksmbd_rd_init(&r, buf, 35);
	KUNIT_EXPECT_FALSE(test, ksmbd_fileinfo_read_basic(&r, &basic));
}

static bool read_name(const char *hex, bool ex, struct ksmbd_set_name *set, u8 *buf, u32 cap)
{
	struct ksmbd_rd r;

	ksmbd_rd_init(&r, buf, test_unhex(buf, cap, hex));
	return ksmbd_fileinfo_read_name(&r, ex, set);
}

static void read_rename(struct kunit *test)
{
	struct ksmbd_set_name set;
	u8 buf[64];

	/* ReplaceIfExists is a boolean: its neighbours are reserved and may be anything. */
	KUNIT_EXPECT_TRUE(test, read_name("01ffffffffffffff"
					  "0000000000000000"
					  "02000000"
					  "6100",
					  false, &set, buf, sizeof(buf)));
	KUNIT_EXPECT_EQ(test, set.flags, (u32)FILE_RENAME_REPLACE_IF_EXISTS);
	KUNIT_EXPECT_EQ(test, set.root, 0ULL);
	KUNIT_EXPECT_EQ(test, set.name_len, 2U);
	KUNIT_EXPECT_EQ(test, set.name[0], 0x61);
	KUNIT_EXPECT_TRUE(test, read_name("4300000000000000"
					  "0100000000000000"
					  "00000000",
					  true, &set, buf, sizeof(buf)));
	KUNIT_EXPECT_EQ(test, set.flags, 0x43U);
	KUNIT_EXPECT_EQ(test, set.root, 1ULL);
	/* longer than what is there */
	KUNIT_EXPECT_FALSE(test, read_name("0000000000000000"
					   "0000000000000000"
					   "04000000"
					   "6100",
					   false, &set, buf, sizeof(buf)));
	KUNIT_EXPECT_FALSE(test, read_name("0000000000000000"
					   "0000000000000000"
					   "ffffffff"
					   "6100",
					   false, &set, buf, sizeof(buf)));
	KUNIT_EXPECT_FALSE(test, read_name("0000000000000000"
					   "0000000000000000"
					   "0000",
					   false, &set, buf, sizeof(buf)));
}

static struct kunit_case fileinfo_cases[] = { KUNIT_CASE(each_class),
					      KUNIT_CASE(directories),
					      KUNIT_CASE(read_basic),
					      KUNIT_CASE(read_rename),
					      {} };

static struct kunit_suite fileinfo_suite = {
	.name = "ksmbd-fileinfo",
	.test_cases = fileinfo_cases,
};
kunit_test_suite(fileinfo_suite);
