// SPDX-License-Identifier: GPL-2.0-or-later
/* Names and addresses: utf.c, hosts.c, policy.c. */
#include <kunit/test.h>

#include "tools/lib/hosts.h"
#include "tools/lib/policy.h"
#include "tools/lib/utf.h"

static const struct {
	const char *utf8;
	const char *utf16;
	size_t bytes;
} texts[] = {
	{ "", "", 0 },
	{ "ab", "a\0b\0", 4 },
	{ "\xd0\xb6", "\x36\x04", 2 },
	{ "\xe6\xbc\xa2", "\x22\x6f", 2 },
	{ "\xf0\x9f\x98\x80", "\x3d\xd8\x00\xde", 4 },
	{ "\xf4\x8f\xbf\xbf", "\xff\xdb\xff\xdf", 4 },
};

static void converts_both_ways(struct kunit *test)
{
	u8 units[8];
	char back[8];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		size_t len = strlen(texts[i].utf8);

		KUNIT_EXPECT_EQ(test, utf8_to_utf16le(texts[i].utf8, len, units, sizeof(units)),
				texts[i].bytes);
		KUNIT_EXPECT_EQ(test, memcmp(units, texts[i].utf16, texts[i].bytes), 0);
		KUNIT_EXPECT_EQ(test, utf16le_to_utf8(units, texts[i].bytes / 2, back, len + 1),
				len);
		KUNIT_EXPECT_STREQ(test, back, texts[i].utf8);
		KUNIT_EXPECT_EQ(test, utf16le_to_utf8(units, texts[i].bytes / 2, back, len), -1);
		if (texts[i].bytes)
			KUNIT_EXPECT_EQ(
				test,
				utf8_to_utf16le(texts[i].utf8, len, units, texts[i].bytes - 2), -1);
	}
}

static void refuses_malformed(struct kunit *test)
{
	static const char *const bad[] = { "\x80",
					   "\xc0\x80",
					   "\xc1\xbf",
					   "\xe0\x80\x80",
					   "\xed\xa0\x80",
					   "\xf5\x80\x80\x80",
					   "\xf4\x90\x80\x80",
					   "\xf0\x80\x80\x80",
					   "\xc3",
					   "\xe6\xbc",
					   "a\xff" };
	static const u8 lone[][4] = {
		{ 0x00, 0xd8 }, { 0x00, 0xdc }, { 0x00, 0xd8, 0x41, 0 }, { 0x41, 0, 0, 0 }
	};
	char out[16];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		KUNIT_EXPECT_FALSE_MSG(test, utf8_valid(bad[i]), "%zu", i);
		KUNIT_EXPECT_EQ(test, utf8_to_utf16le(bad[i], strlen(bad[i]), NULL, 0), -1);
	}
	for (i = 0; i < ARRAY_SIZE(lone); i++)
		KUNIT_EXPECT_EQ(test, utf16le_to_utf8(lone[i], i < 2 ? 1 : 2, out, sizeof(out)),
				-1);
}

static void compares_in_any_case(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, utf8_casecmp("Data", "dATA"), 0);
	KUNIT_EXPECT_EQ(test, utf8_casecmp("\xd0\x96", "\xd0\xb6"), 0); /* Cyrillic zhe */
	KUNIT_EXPECT_LT(test, utf8_casecmp("a", "ab"), 0);
	KUNIT_EXPECT_GT(test, utf8_casecmp("b", "AB"), 0);
	KUNIT_EXPECT_NE(test, utf8_casecmp("\xff", "\xfe"), 0);
	KUNIT_EXPECT_NE(test, utf8_casecmp("", "x"), 0);
}

static const struct {
	const char *items[5];
	const char *peer;
	bool match;
} hosts_rows[] = {
	{ { "192.0.2.7" }, "192.0.2.7", true },
	{ { "192.0.2.7" }, "192.0.2.8", false },
	{ { "192.0.2.7" }, "::ffff:192.0.2.7", true },
	{ { "192.0.2.0/24" }, "192.0.2.255", true },
	{ { "192.0.2.0/24" }, "192.0.3.0", false },
	{ { "192.0.2.129/25" }, "192.0.2.200", true },
	{ { "192.0.2.129/25" }, "192.0.2.100", false },
	{ { "10.0.0.0/255.128.0.0" }, "10.127.1.1", true },
	{ { "10.0.0.0/255.128.0.0" }, "10.128.1.1", false },
	{ { "10." }, "10.9.8.7", true },
	{ { "192.168." }, "192.168.3.4", true },
	{ { "192.168." }, "192.16.8.4", false },
	{ { "192.0.2." }, "192.0.2.9", true },
	{ { "0.0.0.0/0" }, "8.8.8.8", true },
	{ { "0.0.0.0/0" }, "2001:db8::1", false },
	{ { "2001:db8::/32" }, "2001:db8:ffff::1", true },
	{ { "2001:db8::/32" }, "2001:db9::1", false },
	{ { "fe80::/10" }, "fe80::1%eth0", true },
	{ { "::1" }, "::1", true },
	{ { "ALL" }, "2001:db8::1", true },
	{ { "ALL" }, "10.1.1.1", true },
	{ { "::/0" }, "2001:db8::1", true },
	{ { "::/0" }, "10.1.1.1", false },
	{ { "::/80" }, "::ffff:10.1.1.1", false },
	{ { "::ffff:10.0.0.0/104" }, "10.1.1.1", true },
	{ { "192.0.2.7/32" }, "192.0.2.7", true },
	{ { "192.0.2.7/32" }, "192.0.2.6", false },
	{ { "2001:db8::1/128" }, "2001:db8::2", false },
	{ { "2001:db8::1/127" }, "2001:db8::", true },
	{ { "ALL", "EXCEPT", "10." }, "10.1.2.3", false },
	{ { "ALL", "EXCEPT", "10." }, "11.1.2.3", true },
	{ { "10.1.1.1", "10.1.1.2" }, "10.1.1.2", true },
	{ { NULL }, "10.1.1.2", false },
	{ { "ALL" }, "no address", false },
	{ { "EXCEPT", "10." }, "11.1.2.3", false },
};

static void hosts_match_rows(struct kunit *test)
{
	const char *bad;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(hosts_rows); i++) {
		struct hosts *hosts = hosts_parse((char *const *)hosts_rows[i].items, &bad);

		KUNIT_ASSERT_NOT_NULL(test, hosts);
		KUNIT_EXPECT_EQ_MSG(test, hosts_match(hosts, hosts_rows[i].peer),
				    hosts_rows[i].match, "row %zu: %s", i, hosts_rows[i].peer);
		hosts_free(hosts);
	}
}

static void hosts_refuse_names(struct kunit *test)
{
	static const char *const items[] = {
		"host.example", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/x",	    "::/129",
		"10",		"1.2.3.4.",    ".",	    "10.0.0.0/255.0.255.0", "",
		"256.1.1.1",	"/8"
	};
	const char *bad;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(items); i++) {
		char *list[] = { (char *)items[i], NULL };

		KUNIT_EXPECT_NULL_MSG(test, hosts_parse(list, &bad), "%s", items[i]);
		KUNIT_EXPECT_PTR_EQ(test, bad, items[i]);
	}
}

static void hosts_allow_before_deny(struct kunit *test)
{
	char *ten[] = { "10.", NULL }, *all[] = { "ALL", NULL };
	const char *bad;
	struct hosts *allow = hosts_parse(ten, &bad), *deny = hosts_parse(all, &bad);

	KUNIT_EXPECT_TRUE(test, hosts_admit(NULL, NULL, "10.1.1.1"));
	KUNIT_EXPECT_TRUE(test, hosts_admit(allow, NULL, "10.1.1.1"));
	KUNIT_EXPECT_FALSE(test, hosts_admit(allow, NULL, "11.1.1.1"));
	KUNIT_EXPECT_FALSE(test, hosts_admit(NULL, allow, "10.1.1.1"));
	KUNIT_EXPECT_TRUE(test, hosts_admit(NULL, allow, "11.1.1.1"));
	KUNIT_EXPECT_TRUE(test, hosts_admit(allow, deny, "10.1.1.1"));
	KUNIT_EXPECT_FALSE(test, hosts_admit(allow, deny, "11.1.1.1"));
	KUNIT_EXPECT_FALSE(test, hosts_admit(NULL, deny, ""));
	KUNIT_EXPECT_FALSE(test, hosts_admit(NULL, allow, "no address"));
	KUNIT_EXPECT_TRUE(test, hosts_admit(NULL, NULL, "no address"));
	hosts_free(allow);
	hosts_free(deny);
}

static void policy_orders_lists(struct kunit *test)
{
	char *ann[] = { "ann", NULL }, *both[] = { "Ann", "bob", NULL };
	char *group[] = { "@root", NULL };
	struct conf_share share = {
		.read_only = true, .valid_users = both, .invalid_users = ann, .write_list = ann
	};

	KUNIT_EXPECT_FALSE(test, policy_admits(&share, "ann"));
	KUNIT_EXPECT_TRUE(test, policy_admits(&share, "BOB"));
	KUNIT_EXPECT_FALSE(test, policy_admits(&share, "eve"));
	KUNIT_EXPECT_TRUE(test, policy_writable(&share, "ann"));
	KUNIT_EXPECT_FALSE(test, policy_writable(&share, "bob"));
	share.read_only = false;
	share.read_list = both;
	KUNIT_EXPECT_TRUE(test, policy_writable(&share, "ann"));
	KUNIT_EXPECT_FALSE(test, policy_writable(&share, "bob"));
	KUNIT_EXPECT_TRUE(test, policy_writable(&share, "eve"));
	KUNIT_EXPECT_TRUE(test, policy_listed(group, "root", true));
	KUNIT_EXPECT_FALSE(test, policy_listed(group, "nobody", true));
	KUNIT_EXPECT_FALSE(test, policy_listed(group, "no such user", true));
	KUNIT_EXPECT_FALSE(test, policy_listed(NULL, "root", true));
}

static struct kunit_case names_cases[] = {
	KUNIT_CASE(converts_both_ways),	  KUNIT_CASE(refuses_malformed),
	KUNIT_CASE(compares_in_any_case), KUNIT_CASE(hosts_match_rows),
	KUNIT_CASE(hosts_refuse_names),	  KUNIT_CASE(hosts_allow_before_deny),
	KUNIT_CASE(policy_orders_lists),  {},
};

static struct kunit_suite names_suite = { .name = "tools-names", .test_cases = names_cases };
kunit_test_suite(names_suite);
