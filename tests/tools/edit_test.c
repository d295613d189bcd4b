// SPDX-License-Identifier: GPL-2.0-or-later
#include <kunit/test.h>

#include <stdlib.h>

#include "tools/lib/config_edit.h"

static const char before[] = "; top\n[global]\n\ttcp port = 1\n\n# about data\n[Data]\n"
			     "  path = /srv\n  write ok = no ; kept\n  valid users = a \\\n\tb\n"
			     "\n# about other\n[other]\npath=/\n";

static const struct {
	const char *text;
	const char *share;
	const char *params[6]; /* key, value, ..; none: the share is deleted */
	const char *after;
} rows[] = {
	/* in its place, under the name that is given, joined lines as one */
	{ before,
	  "DATA",
	  { "read only", "no", "validusers", "c" },
	  "; top\n[global]\n\ttcp port = 1\n\n# about data\n[Data]\n"
	  "  path = /srv\n  read only = no\n  validusers = c\n"
	  "\n# about other\n[other]\npath=/\n" },
	/* behind the last parameter, before the comment that is about the next share */
	{ before,
	  "data",
	  { "comment", "new" },
	  "; top\n[global]\n\ttcp port = 1\n\n# about data\n[Data]\n"
	  "  path = /srv\n  write ok = no ; kept\n  valid users = a \\\n\tb\n  comment = new\n"
	  "\n# about other\n[other]\npath=/\n" },
	{ before,
	  "Data",
	  { NULL },
	  "; top\n[global]\n\ttcp port = 1\n\n# about data\n"
	  "\n# about other\n[other]\npath=/\n" },
	{ "[a]\npath=/x", "b", { "path", "/y" }, "[a]\npath=/x\n\n[b]\n\tpath = /y\n" },
	{ "[a]\npath=/x", "a", { "comment", "" }, "[a]\npath=/x\ncomment = \n" },
	{ "", "b", { "path", "/y" }, "[b]\n\tpath = /y\n" },
	{ "[a]\r\npath=/x\r\n", "a", { "path", "/y" }, "[a]\r\npath = /y\r\n" },
	{ "[a]\r\n[b]\r\n", "a", { "path", "/y" }, "[a]\r\n\tpath = /y\r\n[b]\r\n" },
	/* the last of several counts; so does the last option */
	{ "[a]\nread only=no\n[b]\n[A]\nwritable=no\n",
	  "a",
	  { "write ok", "no", "writeable", "yes" },
	  "[a]\nread only=no\n[b]\n[A]\nwriteable = yes\n" },
	{ "[a]\nx=1\n[b]\n[A]\ny=2\n", "a", { NULL }, "[b]\n" },
	/* a backslash that joined nothing joins nothing of what is added */
	{ "[a]\nx=1\\\n", "a", { "path", "/y" }, "[a]\nx=1\\\n\npath = /y\n" },
	{ "[a]\nx=1\\ \n", "b", { "path", "/y" }, "[a]\nx=1\\ \n\n[b]\n\tpath = /y\n" },
	{ "[a]\nx=1\\", "a", { "path", "/y" }, "[a]\nx=1\\\n\npath = /y\n" },
	/* a comment does not go on in the next line */
	{ "[a]\n# \\\npath=/x\n", "a", { "path", "/y" }, "[a]\n# \\\npath = /y\n" },
};

static void edits_rows(struct kunit *test)
{
	size_t i, k;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		size_t len = strlen(rows[i].text);
		struct edit_param params[3];
		struct edit_text result;
		int ret;

		for (k = 0; k < 3 && rows[i].params[2 * k]; k++)
			params[k] = (struct edit_param){ rows[i].params[2 * k],
							 rows[i].params[2 * k + 1] };
		ret = k ? edit_set_share(rows[i].text, len, rows[i].share, params, k, &result) :
			  edit_delete_share(rows[i].text, len, rows[i].share, &result);
		KUNIT_ASSERT_EQ(test, ret, 0);
		KUNIT_EXPECT_STREQ(test, result.data, rows[i].after);
		KUNIT_EXPECT_EQ(test, result.len, strlen(rows[i].after));
		free(result.data);
	}
}

static void finds_shares(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, edit_has_share(before, strlen(before), "data"));
	KUNIT_EXPECT_TRUE(test, edit_has_share(before, strlen(before), "Other"));
	KUNIT_EXPECT_FALSE(test, edit_has_share(before, strlen(before), "path"));
	KUNIT_EXPECT_FALSE(test, edit_has_share("; [x]\n", 6, "x"));
	KUNIT_EXPECT_TRUE(test, edit_has_share("\xef\xbb\xbf[x]", 6, "x"));
}

static struct kunit_case edit_cases[] = {
	KUNIT_CASE(edits_rows),
	KUNIT_CASE(finds_shares),
	{},
};

static struct kunit_suite edit_suite = { .name = "tools-edit", .test_cases = edit_cases };
kunit_test_suite(edit_suite);
