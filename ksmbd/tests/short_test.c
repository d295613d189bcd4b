// SPDX-License-Identifier: GPL-2.0-or-later
#include "name/short.h"
#include "tests/helpers.h"

static void short_names(struct kunit *test)
{
	static const struct {
		const char *name;
		const char *expected;
	} rows[] = {
		{ "a", "A" },
		{ "two.bin", "TWO.BIN" },
		{ "Abc~1.C", "ABC~1.C" },
		{ "12345678.123", "12345678.123" },
		{ "12345678", "12345678" },
		{ "123456789", "" },
		{ "a.1234", "" },
		{ "a.", "" },
		{ ".a", "" },
		{ "a.b.c", "" },
		{ "a b", "" },
		{ "a+b", "" },
		{ "\xc3\xa4", "" },
		{ "", "" },
	};
	char out[KSMBD_SHORT_NAME_MAX];
	u32 i, len;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		len = ksmbd_name_short(rows[i].name, strlen(rows[i].name), out);
		KUNIT_EXPECT_EQ_MSG(test, len, strlen(rows[i].expected), "%s", rows[i].name);
		EXPECT_BYTES(test, out, rows[i].expected, len);
	}
}

static struct kunit_case short_cases[] = { KUNIT_CASE(short_names), {} };

static struct kunit_suite short_suite = {
	.name = "ksmbd-short-names",
	.test_cases = short_cases,
};
kunit_test_suite(short_suite);
