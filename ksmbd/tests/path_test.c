// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/slab.h>

#include "name/path.h"
#include "name/utf16.h"
#include "tests/helpers.h"

static u8 wire[32768];

/* Converts @name, given as UTF-8. */
static ntstatus_t convert(const char *name, bool wildcard, char **out,
			  struct ksmbd_name_parts *parts)
{
	s32 len = ksmbd_utf8_to_utf16(name, strlen(name), wire, sizeof(wire));

	return ksmbd_path_from_wire(wire, len, wildcard, out, parts);
}

static void good_names(struct kunit *test)
{
	static const struct {
		const char *name;
		const char *path;
		bool slash;
	} rows[] = {
		{ "", "", false },
		{ "a", "a", false },
		{ "a\\b\\c.txt", "a/b/c.txt", false },
		{ "dir\\", "dir", true },
		{ "a\\dir\\", "a/dir", true },
		{ "...", "...", false },
		{ "..a", "..a", false },
		{ "a..", "a..", false },
		{ "a\\..", "", false },
		{ "a\\..\\", "", true },
		{ "a\\b\\..\\..\\c\\d", "c/d", false },
		{ "a\\b\\..\\c", "a/c", false },
		{ "long name\\..\\b\\c\\..", "b", false },
		{ ".hidden", ".hidden", false },
		{ "name with blanks ", "name with blanks ", false },
		{ "\xd0\x96\\\xe6\xbc\xa2\\\xf0\x9f\x98\x80",
		  "\xd0\x96/\xe6\xbc\xa2/\xf0\x9f\x98\x80", false },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct ksmbd_name_parts parts;
		char *path = NULL;

		EXPECT_STATUS(test, convert(rows[i].name, false, &path, &parts), STATUS_SUCCESS);
		KUNIT_ASSERT_NOT_NULL(test, path);
		KUNIT_EXPECT_STREQ(test, path, rows[i].path);
		KUNIT_EXPECT_EQ(test, parts.trailing_slash, rows[i].slash);
		KUNIT_EXPECT_FALSE(test, parts.data_stream || parts.index_stream);
		KUNIT_EXPECT_NULL(test, parts.stream);
		kfree(path);
	}
}

struct refusal {
	const char *name;
	ntstatus_t status;
};

static void expect_refusals(struct kunit *test, const struct refusal *rows, u32 count,
			    bool wildcard)
{
	u32 i;

	for (i = 0; i < count; i++) {
		struct ksmbd_name_parts parts;
		char *path = NULL;

		EXPECT_STATUS(test, convert(rows[i].name, wildcard, &path, &parts), rows[i].status);
		KUNIT_EXPECT_NULL(test, path);
	}
}

static void refused_names(struct kunit *test)
{
	static const struct refusal rows[] = {
		{ "\\", STATUS_INVALID_PARAMETER },
		{ "\\a", STATUS_INVALID_PARAMETER },
		{ "\\\\server\\share", STATUS_INVALID_PARAMETER },
		{ "..", STATUS_OBJECT_PATH_SYNTAX_BAD },
		{ "..\\a", STATUS_OBJECT_PATH_SYNTAX_BAD },
		{ "a\\..\\..\\b", STATUS_OBJECT_PATH_SYNTAX_BAD },
		{ "..::$DATA", STATUS_OBJECT_PATH_SYNTAX_BAD },
		{ ".", STATUS_OBJECT_NAME_INVALID },
		{ "a\\.\\b", STATUS_OBJECT_NAME_INVALID },
		{ "a\\\\b", STATUS_OBJECT_NAME_INVALID },
		{ "a\\\\", STATUS_OBJECT_NAME_INVALID },
		{ "a/b", STATUS_OBJECT_NAME_INVALID },
		{ "a\\..\\.\\b", STATUS_OBJECT_NAME_INVALID },
		{ "*\\..\\b", STATUS_OBJECT_NAME_INVALID },
		{ "../a", STATUS_OBJECT_NAME_INVALID },
		{ "/etc/passwd", STATUS_OBJECT_NAME_INVALID },
		{ "a*", STATUS_OBJECT_NAME_INVALID },
		{ "a?", STATUS_OBJECT_NAME_INVALID },
		{ "a<", STATUS_OBJECT_NAME_INVALID },
		{ "a>", STATUS_OBJECT_NAME_INVALID },
		{ "a\"", STATUS_OBJECT_NAME_INVALID },
		{ "a|b", STATUS_OBJECT_NAME_INVALID },
		{ "a\x01", STATUS_OBJECT_NAME_INVALID },
		{ "a\x1f\\b", STATUS_OBJECT_NAME_INVALID },
		{ "a:b\\c", STATUS_OBJECT_NAME_INVALID },
	};
	static const struct refusal wild[] = {
		{ "*\\a", STATUS_OBJECT_NAME_INVALID },
		{ "a\\b|", STATUS_OBJECT_NAME_INVALID },
	};
	char *path = NULL;

	expect_refusals(test, rows, ARRAY_SIZE(rows), false);
	expect_refusals(test, wild, ARRAY_SIZE(wild), true);
	EXPECT_STATUS(test, convert("a\\*.t?t", true, &path, NULL), STATUS_SUCCESS);
	KUNIT_EXPECT_STREQ(test, path, "a/*.t?t");
	kfree(path);
}

static void refused_units(struct kunit *test)
{
	static const struct {
		const char *hex;
		ntstatus_t status;
	} rows[] = {
		{ "61", STATUS_INVALID_PARAMETER },		/* odd */
		{ "610000006200", STATUS_OBJECT_NAME_INVALID }, /* NUL inside */
		{ "61000000", STATUS_OBJECT_NAME_INVALID },	/* NUL at the end */
		{ "00d86100", STATUS_OBJECT_NAME_INVALID },	/* lone surrogates */
		{ "6100ffdf", STATUS_OBJECT_NAME_INVALID },
	};
	u8 bytes[16];
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		u32 len = test_unhex(bytes, sizeof(bytes), rows[i].hex);
		char *path = NULL;

		EXPECT_STATUS(test, ksmbd_path_from_wire(bytes, len, false, &path, NULL),
			      rows[i].status);
		KUNIT_EXPECT_NULL(test, path);
	}
}

static void streams(struct kunit *test)
{
	static const struct {
		const char *name;
		const char *path;
		const char *stream;
		bool data;
		bool index;
	} rows[] = {
		{ "a::$DATA", "a", NULL, true, false },
		{ "d\\a::$data", "d/a", NULL, true, false },
		{ "a:s", "a", "s", false, false },
		{ "a:s:$DATA", "a", "s", false, false },
		{ "a:Zone.Identifier", "a", "Zone.Identifier", false, false },
		{ "a:x*y", "a", "x*y", false, false },
		{ "::$DATA", "", NULL, true, false },
		{ ":s", "", "s", false, false },
		{ "d::$INDEX_ALLOCATION", "d", NULL, false, true },
		{ "d:$I30:$INDEX_ALLOCATION", "d", NULL, false, true },
	};
	static const struct refusal bad[] = {
		{ "a:", STATUS_OBJECT_NAME_INVALID },
		{ "a::", STATUS_OBJECT_NAME_INVALID },
		{ "a:s:", STATUS_OBJECT_NAME_INVALID },
		{ "a:s:$X", STATUS_OBJECT_NAME_INVALID },
		{ "a:s:$DATA:x", STATUS_OBJECT_NAME_INVALID },
		{ "a:s/t", STATUS_OBJECT_NAME_INVALID },
		{ "d:x:$INDEX_ALLOCATION", STATUS_OBJECT_NAME_INVALID },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct ksmbd_name_parts parts;
		char *path = NULL;

		EXPECT_STATUS(test, convert(rows[i].name, false, &path, &parts), STATUS_SUCCESS);
		KUNIT_ASSERT_NOT_NULL(test, path);
		KUNIT_EXPECT_STREQ(test, path, rows[i].path);
		KUNIT_EXPECT_EQ(test, parts.data_stream, rows[i].data);
		KUNIT_EXPECT_EQ(test, parts.index_stream, rows[i].index);
		KUNIT_EXPECT_STREQ(test, parts.stream ? parts.stream : "-",
				   rows[i].stream ? rows[i].stream : "-");
		kfree(path);
		path = NULL;
		/* Whoever does not ask about streams gets none. */
		EXPECT_STATUS(test, convert(rows[i].name, false, &path, NULL),
			      STATUS_OBJECT_NAME_INVALID);
	}
	expect_refusals(test, bad, ARRAY_SIZE(bad), false);
}

static void lengths(struct kunit *test)
{
	static char name[8192];
	char *path = NULL;
	u32 i;

	memset(name, 'a', 256);
	EXPECT_STATUS(test, convert(name, false, &path, NULL), STATUS_OBJECT_NAME_INVALID);
	name[255] = '\0';
	EXPECT_STATUS(test, convert(name, false, &path, NULL), STATUS_SUCCESS);
	kfree(path);
	/* 128 Cyrillic letters are 256 bytes on disk. */
	for (i = 0; i < 128; i++)
		memcpy(name + 2 * i, "\xd0\x96", 2);
	name[256] = '\0';
	EXPECT_STATUS(test, convert(name, false, &path, NULL), STATUS_OBJECT_NAME_INVALID);
	name[254] = '\0';
	EXPECT_STATUS(test, convert(name, false, &path, NULL), STATUS_SUCCESS);
	kfree(path);
	/* Paths of 4095 and 4096 bytes, and what no path can be. */
	for (i = 0; i < 4096; i++)
		name[i] = i % 2 ? '\\' : 'a';
	name[4095] = '\0';
	EXPECT_STATUS(test, convert(name, false, &path, NULL), STATUS_SUCCESS);
	kfree(path);
	memcpy(name + 4095, "bb", 3);
	EXPECT_STATUS(test, convert(name, false, &path, NULL), STATUS_OBJECT_NAME_INVALID);
	EXPECT_STATUS(test, ksmbd_path_from_wire(wire, sizeof(wire), false, &path, NULL),
		      STATUS_OBJECT_NAME_INVALID);
}

static void names_on_disk(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, ksmbd_name_check("a.txt", 5));
	KUNIT_EXPECT_TRUE(test, ksmbd_name_check("\xd0\x96", 2));
	KUNIT_EXPECT_FALSE(test, ksmbd_name_check("a:b", 3));
	KUNIT_EXPECT_FALSE(test, ksmbd_name_check("a\\b", 3));
	KUNIT_EXPECT_FALSE(test, ksmbd_name_check("a\xff", 2));
	KUNIT_EXPECT_FALSE(test, ksmbd_name_check("a\0b", 3));
	KUNIT_EXPECT_FALSE(test, ksmbd_name_check("..", 2));
	KUNIT_EXPECT_FALSE(test, ksmbd_name_check("", 0));
}

static struct kunit_case path_cases[] = {
	KUNIT_CASE(good_names),
	KUNIT_CASE(refused_names),
	KUNIT_CASE(refused_units),
	KUNIT_CASE(streams),
	KUNIT_CASE(lengths),
	KUNIT_CASE(names_on_disk),
	{},
};

static struct kunit_suite path_suite = {
	.name = "ksmbd-path",
	.test_cases = path_cases,
};
kunit_test_suite(path_suite);
