// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/stat.h>

#include "attr/attr.h"
#include "session/session_types.h"
#include "tests/helpers.h"
#include "wire/dosattr.h"
#include "wire/smb2_format.h"

#define CREATE_TIME 0x1122334455667788ULL
#define BIRTH_TIME  0xd1ULL

static bool parse_bytes(const u8 *buf, u32 len, struct ksmbd_dosattr *attr)
{
	struct ksmbd_rd r;

	ksmbd_rd_init(&r, buf, len);
	return ksmbd_dosattr_read(&r, attr);
}

static bool parse_hex(const char *hex, struct ksmbd_dosattr *attr)
{
	u8 buf[KSMBD_DOSATTR_MAX];

	return parse_bytes(buf, test_unhex(buf, sizeof(buf), hex), attr);
}

/* As the interface generator of another implementation packs them. */
static const struct {
	const char *hex;
	u32 attributes;
	u64 create_time;
	bool has_birth_time;
} stored[] = {
	/* version 3, with the text form in front */
	{ "307832330000030003000000110000002300000000000000000000000000000000000000"
	  "0000000088776655443322110000000000000000",
	  0x23, CREATE_TIME, false },
	{ "3078323300000300030000003f00000023000000a1000000b100000000000000c1000000"
	  "000000008877665544332211d100000000000000",
	  0x23, CREATE_TIME, false },
	/* version 4 */
	{ "00000400040000005100000023000000d1000000000000008877665544332211", 0x23, CREATE_TIME,
	  true },
	{ "0000040004000000110000002300000000000000000000008877665544332211", 0x23, CREATE_TIME,
	  false },
	/* version 5 */
	{ "000005000500000051000000230000008877665544332211", 0x23, CREATE_TIME, false },
	/* the text form alone, with and without its NUL */
	{ "3078323200", 0x22, 0, false },
	{ "30783246", 0x2f, 0, false },
};

static void stored_by_others(struct kunit *test)
{
	struct ksmbd_dosattr attr;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(stored); i++) {
		KUNIT_EXPECT_TRUE_MSG(test, parse_hex(stored[i].hex, &attr), "row %u", i);
		KUNIT_EXPECT_TRUE(test, attr.has_attributes);
		KUNIT_EXPECT_EQ(test, attr.attributes, stored[i].attributes);
		KUNIT_EXPECT_EQ(test, attr.has_create_time, stored[i].create_time != 0);
		KUNIT_EXPECT_EQ(test, attr.create_time, stored[i].create_time);
		KUNIT_EXPECT_EQ(test, attr.has_birth_time, stored[i].has_birth_time);
	}
}

static void not_understood(struct kunit *test)
{
	static const char *const hex[] = {
		"",
		"00",
		"0000",
		"41424300",
		"3078",
		"307800",
		"30787a00",
		"3078313233343536373839",
		"00000400050000005100000023000000d1000000000000008877665544332211",
		"00000600060000005100000023000000d1000000000000008877665544332211",
	};
	struct ksmbd_dosattr attr;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(hex); i++) {
		KUNIT_EXPECT_FALSE_MSG(test, parse_hex(hex[i], &attr), "row %u", i);
		KUNIT_EXPECT_FALSE(test, attr.has_attributes || attr.has_create_time);
	}
}

/* Every beginning of good content is refused, whatever it says. */
static void cut_off(struct kunit *test)
{
	struct ksmbd_dosattr attr;
	u8 buf[KSMBD_DOSATTR_MAX];
	u32 i, len, full;

	for (i = 0; i < 5; i++) {
		full = test_unhex(buf, sizeof(buf), stored[i].hex);
		for (len = i < 2 ? 6 : 1; len < full; len++)
			KUNIT_EXPECT_FALSE_MSG(test, parse_bytes(buf, len, &attr), "row %u, %u", i,
					       len);
	}
}

static void there_and_back(struct kunit *test)
{
	struct ksmbd_dosattr in = {
		.has_attributes = true,
		.has_create_time = true,
		.has_birth_time = true,
		.attributes = 0x23,
		.create_time = CREATE_TIME,
		.birth_time = BIRTH_TIME,
	};
	struct ksmbd_dosattr out;
	u8 buf[KSMBD_DOSATTR_MAX];
	struct ksmbd_wr w;

	ksmbd_wr_init(&w, buf, sizeof(buf));
	ksmbd_dosattr_write(&w, &in);
	KUNIT_EXPECT_TRUE(test, ksmbd_wr_ok(&w));
	EXPECT_HEX(test, buf, w.len, stored[2].hex);
	KUNIT_EXPECT_TRUE(test, parse_bytes(buf, w.len, &out));
	KUNIT_EXPECT_EQ(test, out.birth_time, BIRTH_TIME);
	KUNIT_EXPECT_EQ(test, out.create_time, CREATE_TIME);
}

static void from_stat(struct kunit *test)
{
	static const struct {
		u32 mode;
		u32 flags;
		const char *name;
		u32 attributes;
	} rows[] = {
		{ S_IFREG | 0644, 0, "a", FILE_ATTRIBUTE_ARCHIVE },
		{ S_IFREG | 0444, 0, "a", FILE_ATTRIBUTE_ARCHIVE | FILE_ATTRIBUTE_READONLY },
		{ S_IFREG | 0644, KSMBD_SHARE_HIDE_DOT, ".a",
		  FILE_ATTRIBUTE_ARCHIVE | FILE_ATTRIBUTE_HIDDEN },
		{ S_IFREG | 0644, 0, ".a", FILE_ATTRIBUTE_ARCHIVE },
		{ S_IFREG | 0644, KSMBD_SHARE_HIDE_DOT, NULL, FILE_ATTRIBUTE_ARCHIVE },
		{ S_IFDIR | 0755, KSMBD_SHARE_HIDE_DOT, "a", FILE_ATTRIBUTE_DIRECTORY },
		{ S_IFDIR | 0555, KSMBD_SHARE_HIDE_DOT, ".", FILE_ATTRIBUTE_DIRECTORY },
		{ S_IFDIR | 0755, KSMBD_SHARE_HIDE_DOT, "..", FILE_ATTRIBUTE_DIRECTORY },
		{ S_IFDIR | 0755, KSMBD_SHARE_HIDE_DOT, "...",
		  FILE_ATTRIBUTE_DIRECTORY | FILE_ATTRIBUTE_HIDDEN },
	};
	struct ksmbd_stat st = { .ino = 77, .size = 4000, .alloc = 4096, .nlink = 3 };
	struct ksmbd_share share = { .is_pipe = false };
	struct ksmbd_attr attr;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		st.mode = rows[i].mode;
		share.conf.flags = rows[i].flags;
		ksmbd_attr_from_stat(&share, &st, rows[i].name, &attr);
		KUNIT_EXPECT_EQ_MSG(test, attr.attributes, rows[i].attributes, "row %u", i);
		KUNIT_EXPECT_EQ(test, attr.index, 77ULL);
		KUNIT_EXPECT_EQ(test, attr.is_dir, S_ISDIR(st.mode));
		KUNIT_EXPECT_EQ(test, attr.size, attr.is_dir ? 0ULL : 4000ULL);
		KUNIT_EXPECT_EQ(test, attr.alloc, attr.is_dir ? 0ULL : 4096ULL);
		KUNIT_EXPECT_EQ(test, attr.nlink, attr.is_dir ? 1U : 3U);
	}
}

static struct kunit_case attr_cases[] = { KUNIT_CASE(stored_by_others), KUNIT_CASE(not_understood),
					  KUNIT_CASE(cut_off),		KUNIT_CASE(there_and_back),
					  KUNIT_CASE(from_stat),	{} };

static struct kunit_suite attr_suite = {
	.name = "ksmbd-attr",
	.test_cases = attr_cases,
};
kunit_test_suite(attr_suite);
