// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/helpers.h"
#include "wire/fsinfo.h"

static const struct ksmbd_fsinfo sample = {
	.create_time = 0x11,
	.total = 0x12,
	.caller_free = 0x13,
	.free = 0x14,
	.id = 0x1122334455667788ULL,
	.unit = 8,
	.serial = 0x15,
	.attributes = 0x46,
	.characteristics = 0x20,
	.name_max = 255,
	.label = (const u8 *)"s\0h\0",
	.label_len = 4,
	.fs_name = (const u8 *)"F\0",
	.fs_name_len = 2,
};

#define ZERO8 "0000000000000000"

static const struct {
	ksmbd_fsinfo_write_fn *write;
	const char *hex;
} classes[] = {
	{ ksmbd_fsinfo_write_volume, "1100000000000000"
				     "15000000"
				     "04000000"
				     "0000"
				     "73006800"
				     "0000" },
	{ ksmbd_fsinfo_write_size, "1200000000000000"
				   "1300000000000000"
				   "0800000000020000" },
	{ ksmbd_fsinfo_write_device, "0700000020000000" },
	{ ksmbd_fsinfo_write_attribute, "46000000"
					"ff000000"
					"02000000"
					"4600" },
	{ ksmbd_fsinfo_write_control, ZERO8 ZERO8 ZERO8 "ffffffffffffffff"
							"ffffffffffffffff" ZERO8 },
	{ ksmbd_fsinfo_write_full_size, "1200000000000000"
					"1300000000000000"
					"1400000000000000"
					"0800000000020000" },
	{ ksmbd_fsinfo_write_objectid,
	  "8877665544332211" ZERO8 ZERO8 ZERO8 ZERO8 ZERO8 ZERO8 ZERO8 },
	{ ksmbd_fsinfo_write_sector_size, "00020000"
					  "00100000"
					  "00100000"
					  "00100000"
					  "03000000" ZERO8 },
};

static void each_class(struct kunit *test)
{
	struct ksmbd_wr w;
	u8 buf[96];
	u32 i;

	for (i = 0; i < ARRAY_SIZE(classes); i++) {
		ksmbd_wr_init(&w, buf, sizeof(buf));
		classes[i].write(&w, &sample);
		KUNIT_EXPECT_TRUE_MSG(test, test_is_hex(buf, w.len, classes[i].hex), "row %u", i);
	}
}

static struct kunit_case fsinfo_cases[] = { KUNIT_CASE(each_class), {} };

static struct kunit_suite fsinfo_suite = {
	.name = "ksmbd-fsinfo",
	.test_cases = fsinfo_cases,
};
kunit_test_suite(fsinfo_suite);
