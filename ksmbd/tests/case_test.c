// SPDX-License-Identifier: GPL-2.0-or-later
#include "name/case.h"
#include "tests/helpers.h"

static void folds(struct kunit *test)
{
	/* As Windows has them: its recommended exFAT table says the same of each. */
	static const u32 pairs[][2] = {
		{ 'a', 'A' },	      { 'z', 'Z' },	      { 'A', 'A' },
		{ '`', '`' },	      { '{', '{' },	      { 0xe9, 0xc9 },
		{ 0xff, 0x178 },      { 0xf7, 0xf7 },	      { 0xb5, 0xb5 },
		{ 0xdf, 0xdf },	      { 0x101, 0x100 },	      { 0x131, 0x131 },
		{ 0x17f, 0x17f },     { 0x180, 0x243 },	      { 0x1c6, 0x1c4 },
		{ 0x1c5, 0x1c5 },     { 0x23a, 0x23a },	      { 0x3c2, 0x3a3 },
		{ 0x3c3, 0x3a3 },     { 0x3ac, 0x386 },	      { 0x436, 0x416 },
		{ 0x451, 0x401 },     { 0x561, 0x531 },	      { 0x1e01, 0x1e00 },
		{ 0x1f00, 0x1f08 },   { 0x2c65, 0x23a },      { 0xff41, 0xff21 },
		{ 0x6f22, 0x6f22 },   { 0xffff, 0xffff },     { 0x10428, 0x10428 },
		{ 0x1f600, 0x1f600 }, { 0x10ffff, 0x10ffff },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(pairs); i++)
		KUNIT_EXPECT_EQ(test, ksmbd_case_fold(pairs[i][0]), pairs[i][1]);
}

/* Upper case of upper case is itself; nothing else becomes ASCII. */
static void fold_is_sound(struct kunit *test)
{
	u32 unstable = 0, ascii = 0, large = 0;
	u32 cp;

	for (cp = 0; cp <= 0x10ffff; cp++) {
		u32 up = ksmbd_case_fold(cp);

		unstable += ksmbd_case_fold(up) != up;
		ascii += cp >= 0x80 && up < 0x80;
		large += cp <= 0xffff && up > 0xffff;
	}
	KUNIT_EXPECT_EQ(test, unstable, 0U);
	KUNIT_EXPECT_EQ(test, ascii, 0U);
	KUNIT_EXPECT_EQ(test, large, 0U);
}

static const struct {
	const char *a;
	const char *b;
	bool equal;
} names[] = {
	{ "", "", true },
	{ "a", "", false },
	{ "ReadMe.TXT", "README.txt", true },
	{ "readme", "readme1", false },
	{ "\xd0\x9f\xd1\x80\xd0\xb8", "\xd0\xbf\xd0\xa0\xd0\x98", true }, /* Cyrillic */
	{ "\xe2\xb1\xa5", "\xc8\xba", true },				  /* three bytes and two */
	{ "stra\xc3\x9f"
	  "e",
	  "STRASSE", false },
	{ "\xc4\xb1", "i", false },	/* dotless i */
	{ "\xc5\xbf", "s", false },	/* long s */
	{ "\xe2\x84\xaa", "k", false }, /* Kelvin sign */
	{ "\xff", "\xff", true },	/* not UTF-8 */
	{ "\xff", "\xfe", false },
	{ "A\xff\x62", "a\xff\x42", true },
	{ "\xc3", "\xc3\xa9", false }, /* cut off */
	{ "\xc3\xa9", "\xc3\x89", true },
	{ "\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80", true },
	{ "a[", "a{", false }, /* differ in bit 5, are no letters */
};

static void equality(struct kunit *test)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		const char *a = names[i].a, *b = names[i].b;
		u32 alen = strlen(a), blen = strlen(b);

		KUNIT_EXPECT_EQ(test, ksmbd_name_equal_caseless(a, alen, b, blen), names[i].equal);
		KUNIT_EXPECT_EQ(test, ksmbd_name_equal_caseless(b, blen, a, alen), names[i].equal);
		KUNIT_EXPECT_EQ(test,
				ksmbd_name_hash_caseless(a, alen) ==
					ksmbd_name_hash_caseless(b, blen),
				names[i].equal);
	}
}

/* A code point that decodes to U+FF is not the raw byte 0xff. */
static void raw_bytes_stay_apart(struct kunit *test)
{
	KUNIT_EXPECT_FALSE(test, ksmbd_name_equal_caseless("\xff", 1, "\xc3\xbf", 2));
	KUNIT_EXPECT_NE(test, ksmbd_name_hash_caseless("\xff", 1),
			ksmbd_name_hash_caseless("\xc3\xbf", 2));
}

static struct kunit_case case_cases[] = {
	KUNIT_CASE(folds),
	KUNIT_CASE(fold_is_sound),
	KUNIT_CASE(equality),
	KUNIT_CASE(raw_bytes_stay_apart),
	{},
};

static struct kunit_suite case_suite = {
	.name = "ksmbd-case",
	.test_cases = case_cases,
};
kunit_test_suite(case_suite);
