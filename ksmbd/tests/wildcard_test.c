// SPDX-License-Identifier: GPL-2.0-or-later
#include "name/wildcard.h"
#include "tests/helpers.h"

static bool match(const char *pattern, const char *name, bool caseless)
{
	return ksmbd_wildcard_match(pattern, strlen(pattern), name, strlen(name), caseless);
}

struct row {
	const char *pattern;
	const char *name;
	bool fits;
};

static void expect_rows(struct kunit *test, const struct row *rows, u32 count)
{
	u32 i;

	for (i = 0; i < count; i++)
		KUNIT_EXPECT_EQ_MSG(test, match(rows[i].pattern, rows[i].name, false), rows[i].fits,
				    "'%s' and '%s'", rows[i].pattern, rows[i].name);
}

static void star_and_question(struct kunit *test)
{
	/* clang-format off */
	static const struct row rows[] = {
		{ "*", "", true },		{ "*", "any.thing", true },
		{ "", "", true },		{ "", "a", false },
		{ "a", "", false },		{ "abc", "abc", true },
		{ "abc", "abcd", false },	{ "abcd", "abc", false },
		{ "*.txt", "a.txt", true },	{ "*.txt", ".txt", true },
		{ "*.txt", "a.txt.gz", false }, { "*.*", "a", false },
		{ "*.*", "a.", true },		{ "a*", "a", true },
		{ "a*c", "abbbc", true },	{ "a*c", "abbbd", false },
		{ "**", "x", true },		{ "*a*b*", "xxaxxbxx", true },
		{ "*a*b*", "xxbxxaxx", false }, { "?", "a", true },
		{ "?", "", false },		{ "?", "ab", false },
		{ "a?c", "abc", true },		{ "a?", "a", false },
		{ "?*", "", false },		{ "?*", "a", true },
		{ "*?", "abc", true },		{ "???*", "ab", false },
	};
	/* clang-format on */

	expect_rows(test, rows, ARRAY_SIZE(rows));
}

/* [MS-FSA] 2.1.4.4: DOS_STAR '<', DOS_QM '>', DOS_DOT '"' */
static void dos_wildcards(struct kunit *test)
{
	/* clang-format off */
	static const struct row rows[] = {
		/* any characters, but not across the last dot */
		{ "<", "abc", true },		{ "<", "", true },
		{ "<", "a.b", false },		{ "<.b", "a.b", true },
		{ "<.c", "a.b.c", true },	{ "<.b.c", "a.b.c", true },
		{ "a<", "a.b", false },		{ "<b", "a.b", false },
		{ "<.<", "a.b", true },		{ "<.<", "ab", false },
		{ "<.", "a.", true },		{ "<", "a.", false },
		{ "<\"*", "a.b", true },	{ "<\"*", "abc", true },
		{ "<\"", "abc", true },		{ "<\"", "abc.", true },
		{ "<\"", "a.b", false },
		/* one character, or none before a dot and at the end */
		{ ">", "a", true },		{ ">", "", true },
		{ ">", "ab", false },		{ ">>>", "ab", true },
		{ ">>>", "abcd", false },	{ ">>>.txt", "ab.txt", true },
		{ ">>>.txt", "abcd.txt", false }, { ">.", "a.", true },
		{ "a>", "a", true },		{ "a>b", "ab", false },
		{ "a>.b", "a.b", true },	{ ">a", "a", false },
		{ ">", ".", false },
		/* a dot, or the end */
		{ "\"", ".", true },		{ "\"", "", true },
		{ "\"", "a", false },		{ "a\"", "a", true },
		{ "a\"b", "a.b", true },	{ "a\"b", "ab", false },
		{ "a\"\"", "a", true },		{ "a\">>>", "a", true },
		{ ">>>>>>>>\">>>", "readme.txt", true },
		{ ">>>>>>>>\">>>", "readme", true },
		{ ">>>>>>>>\">>>", "longname1.txt", false },
	};
	/* clang-format on */

	expect_rows(test, rows, ARRAY_SIZE(rows));
}

static void case_rules(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, match("*.TXT", "a.txt", true));
	KUNIT_EXPECT_FALSE(test, match("*.TXT", "a.txt", false));
	KUNIT_EXPECT_TRUE(test, match("\xd0\x96*", "\xd0\xb6x", true));
	KUNIT_EXPECT_FALSE(test, match("\xd0\x96*", "\xd0\xb6x", false));
}

static void characters(struct kunit *test)
{
	/* One two-byte letter, one two-unit emoji, one byte that is not UTF-8. */
	KUNIT_EXPECT_TRUE(test, match("?", "\xc3\xa9", false));
	KUNIT_EXPECT_TRUE(test, match("??", "\xf0\x9f\x98\x80", false));
	KUNIT_EXPECT_FALSE(test, match("?", "\xf0\x9f\x98\x80", false));
	KUNIT_EXPECT_TRUE(test, match("\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80", true));
	KUNIT_EXPECT_TRUE(test, match("a?b",
				      "a\xff"
				      "b",
				      false));
	KUNIT_EXPECT_FALSE(test, match("\xc3\xbf", "\xff", false));
}

static void lengths(struct kunit *test)
{
	static char name[300];
	static char pattern[2000];

	memset(name, 'a', sizeof(name));
	memset(pattern, '?', sizeof(pattern));
	KUNIT_EXPECT_TRUE(test, ksmbd_wildcard_match(pattern, 255, name, 255, false));
	KUNIT_EXPECT_FALSE(test, ksmbd_wildcard_match(pattern, 254, name, 255, false));
	KUNIT_EXPECT_FALSE(test, ksmbd_wildcard_match(pattern, 256, name, 255, false));
	KUNIT_EXPECT_FALSE(test, ksmbd_wildcard_match(pattern, 256, name, 256, false));
	memset(pattern, '*', sizeof(pattern));
	KUNIT_EXPECT_TRUE(test, ksmbd_wildcard_match(pattern, 2000, name, 255, false));
}

/* What takes a backtracking matcher for ever. */
static void hostile_patterns(struct kunit *test)
{
	static char name[255];
	static char pattern[2000];
	u32 i;

	memset(name, 'a', sizeof(name));
	for (i = 0; i < sizeof(pattern); i++)
		pattern[i] = "*a"[i % 2];
	pattern[499] = 'b';
	KUNIT_EXPECT_FALSE(test, ksmbd_wildcard_match(pattern, 500, name, 255, true));
	KUNIT_EXPECT_FALSE(test, ksmbd_wildcard_match(pattern, 2000, name, 255, true));
	memset(pattern, '<', sizeof(pattern));
	pattern[1999] = 'b';
	KUNIT_EXPECT_FALSE(test, ksmbd_wildcard_match(pattern, 2000, name, 255, true));
	memset(pattern, '>', sizeof(pattern));
	KUNIT_EXPECT_TRUE(test, ksmbd_wildcard_match(pattern, 2000, name, 255, true));
}

static void presence(struct kunit *test)
{
	KUNIT_EXPECT_FALSE(test, ksmbd_wildcard_present("plain.txt", 9));
	KUNIT_EXPECT_FALSE(test, ksmbd_wildcard_present("", 0));
	KUNIT_EXPECT_FALSE(test, ksmbd_wildcard_present("a*", 1));
	KUNIT_EXPECT_FALSE(test, ksmbd_wildcard_present("a\0b", 3));
	KUNIT_EXPECT_TRUE(test, ksmbd_wildcard_present("a*", 2));
	KUNIT_EXPECT_TRUE(test, ksmbd_wildcard_present("?", 1));
	KUNIT_EXPECT_TRUE(test, ksmbd_wildcard_present("<", 1));
	KUNIT_EXPECT_TRUE(test, ksmbd_wildcard_present(">", 1));
	KUNIT_EXPECT_TRUE(test, ksmbd_wildcard_present("\"", 1));
}

static struct kunit_case wildcard_cases[] = {
	KUNIT_CASE(star_and_question), KUNIT_CASE(dos_wildcards),
	KUNIT_CASE(case_rules),	       KUNIT_CASE(characters),
	KUNIT_CASE(lengths),	       KUNIT_CASE(hostile_patterns),
	KUNIT_CASE(presence),	       {},
};

static struct kunit_suite wildcard_suite = {
	.name = "ksmbd-wildcard",
	.test_cases = wildcard_cases,
};
kunit_test_suite(wildcard_suite);
