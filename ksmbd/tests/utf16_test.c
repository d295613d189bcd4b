// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/errno.h>

#include "name/utf16.h"
#include "tests/helpers.h"

/* The same text both ways: Latin, Cyrillic, CJK, an emoji, the last code point. */
static const struct {
	const char *utf8;
	const char *utf16; /* hexadecimal */
} same[] = {
	{ "", "" },
	{ "a", "6100" },
	{ "\x7f", "7f00" },
	{ "\xc2\x80", "8000" },
	{ "\xdf\xbf", "ff07" },
	{ "\xe0\xa0\x80", "0008" },
	{ "\xd0\x96\xd1\x83", "16044304" },
	{ "\xe6\xbc\xa2", "226f" },
	{ "\xed\x9f\xbf", "ffd7" },
	{ "\xee\x80\x80", "00e0" },
	{ "\xef\xbf\xbf", "ffff" },
	{ "\xf0\x90\x80\x80", "00d800dc" },
	{ "x\xf0\x9f\x98\x80y", "78003dd800de7900" },
	{ "\xf4\x8f\xbf\xbf", "ffdbffdf" },
};

static void both_ways(struct kunit *test)
{
	u8 wire[64];
	char text[64];
	u32 i;

	for (i = 0; i < ARRAY_SIZE(same); i++) {
		u32 text_len = strlen(same[i].utf8);
		u32 wire_len = strlen(same[i].utf16) / 2;

		KUNIT_EXPECT_EQ(test,
				ksmbd_utf8_to_utf16(same[i].utf8, text_len, wire, sizeof(wire)),
				(s32)wire_len);
		EXPECT_HEX(test, wire, wire_len, same[i].utf16);
		KUNIT_EXPECT_EQ(test, ksmbd_utf8_utf16_len(same[i].utf8, text_len), (s32)wire_len);
		KUNIT_EXPECT_EQ(test, ksmbd_utf16_to_utf8(wire, wire_len, text, sizeof(text)),
				(s32)text_len);
		KUNIT_EXPECT_STREQ(test, text, same[i].utf8);
	}
}

static void bad_utf16(struct kunit *test)
{
	/* clang-format off */
	static const char *const bad[] = {
		"61", "610062", /* odd */
		"00d8", "00d86100", "ffdb", "00d800d8", /* high alone */
		"00dc", "00dc00d8", "610000dc", /* low first */
		"0000", "610000006200", /* NUL */
	};
	/* clang-format on */
	char text[64];
	u8 wire[64];
	u32 i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		u32 len = test_unhex(wire, sizeof(wire), bad[i]);

		KUNIT_EXPECT_GT(test, len, 0U);
		KUNIT_EXPECT_EQ(test, ksmbd_utf16_to_utf8(wire, len, text, sizeof(text)), -EINVAL);
	}
}

static void bad_utf8(struct kunit *test)
{
	/* clang-format off */
	static const char *const bad[] = {
		"\x80", "\xbf", "a\xff", "\xfe", /* no first byte */
		"\xc3", "\xe2\x82", "\xf0\x9f\x98", "\xc3(", /* cut off */
		"\xe2(\xa1", "\xe2\x82(", "\xf0\x9f\x98(", "\xf0(\x8c\xbc",
		"\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xf0\x8f\xbf\xbf", /* overlong */
		"\xed\xa0\x80", "\xed\xbf\xbf", /* surrogates */
		"\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xf8\x88\x80\x80\x80", /* too large */
	};
	/* clang-format on */
	u8 wire[64];
	u32 i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		u32 len = strlen(bad[i]);

		KUNIT_EXPECT_EQ(test, ksmbd_utf8_to_utf16(bad[i], len, wire, sizeof(wire)),
				-EILSEQ);
		KUNIT_EXPECT_EQ(test, ksmbd_utf8_utf16_len(bad[i], len), -EILSEQ);
	}
}

static void no_room(struct kunit *test)
{
	static const char text[] = "a\xf0\x9f\x98\x80";
	u8 wire[6];
	char back[8];
	u32 cap;

	for (cap = 0; cap < sizeof(wire); cap++)
		KUNIT_EXPECT_EQ(test, ksmbd_utf8_to_utf16(text, 5, wire, cap), -ENOSPC);
	KUNIT_EXPECT_EQ(test, ksmbd_utf8_to_utf16(text, 5, wire, cap), 6);
	memset(back, 'x', sizeof(back));
	for (cap = 0; cap < 6; cap++)
		KUNIT_EXPECT_EQ(test, ksmbd_utf16_to_utf8(wire, 6, back, cap), -ENAMETOOLONG);
	KUNIT_EXPECT_EQ(test, back[6], 'x');
	KUNIT_EXPECT_EQ(test, ksmbd_utf16_to_utf8(wire, 6, back, cap), 5);
	KUNIT_EXPECT_STREQ(test, back, text);
}

/* Every code point goes there and back, except those that are none. */
static void all_code_points(struct kunit *test)
{
	u32 bad = 0;
	u32 cp, out;
	u8 wire[4];
	char text[8];

	for (cp = 1; cp <= 0x10ffff; cp++) {
		u32 units = cp > 0xffff ? 2 : 1;
		s32 len;

		if (units == 1) {
			wire[0] = cp;
			wire[1] = cp >> 8;
		} else {
			wire[0] = (cp - 0x10000) >> 10;
			wire[1] = 0xd8 | (cp - 0x10000) >> 18;
			wire[2] = cp;
			wire[3] = 0xdc | (cp >> 8 & 3);
		}
		len = ksmbd_utf16_to_utf8(wire, 2 * units, text, sizeof(text));
		if (cp >= 0xd800 && cp <= 0xdfff)
			bad += len != -EINVAL;
		else
			bad += len < 1 || ksmbd_utf8_decode(text, len, &out) != len || out != cp;
	}
	KUNIT_EXPECT_EQ(test, bad, 0U);
}

static struct kunit_case utf16_cases[] = {
	KUNIT_CASE(both_ways), KUNIT_CASE(bad_utf16),	    KUNIT_CASE(bad_utf8),
	KUNIT_CASE(no_room),   KUNIT_CASE(all_code_points), {},
};

static struct kunit_suite utf16_suite = {
	.name = "ksmbd-utf16",
	.test_cases = utf16_cases,
};
kunit_test_suite(utf16_suite);
