// SPDX-License-Identifier: GPL-2.0-or-later
#include <kunit/test.h>

#include "tools/lib/base64.h"
#include "tools/lib/md4.h"
#include "tools/lib/passdb.h"

static const struct {
	const char *text;
	u8 digest[MD4_SIZE];
} vectors[] = {
	/* RFC 1320, A.5 */
	{ "",
	  { 0x31, 0xd6, 0xcf, 0xe0, 0xd1, 0x6a, 0xe9, 0x31, 0xb7, 0x3c, 0x59, 0xd7, 0xe0, 0xc0,
	    0x89, 0xc0 } },
	{ "a",
	  { 0xbd, 0xe5, 0x2c, 0xb3, 0x1d, 0xe3, 0x3e, 0x46, 0x24, 0x5e, 0x05, 0xfb, 0xdb, 0xd6,
	    0xfb, 0x24 } },
	{ "abc",
	  { 0xa4, 0x48, 0x01, 0x7a, 0xaf, 0x21, 0xd8, 0x52, 0x5f, 0xc1, 0x0a, 0xe8, 0x7a, 0xa6,
	    0x72, 0x9d } },
	{ "message digest",
	  { 0xd9, 0x13, 0x0a, 0x81, 0x64, 0x54, 0x9f, 0xe8, 0x18, 0x87, 0x48, 0x06, 0xe1, 0xc7,
	    0x01, 0x4b } },
	{ "abcdefghijklmnopqrstuvwxyz",
	  { 0xd7, 0x9e, 0x1c, 0x30, 0x8a, 0xa5, 0xbb, 0xcd, 0xee, 0xa8, 0xed, 0x63, 0xdf, 0x41,
	    0x2d, 0xa9 } },
	{ "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
	  { 0x04, 0x3f, 0x85, 0x82, 0xf2, 0x41, 0xdb, 0x35, 0x1c, 0xe6, 0x27, 0xe1, 0x53, 0xe7,
	    0xf0, 0xe4 } },
	{ "1234567890123456789012345678901234567890"
	  "1234567890123456789012345678901234567890",
	  { 0xe3, 0x3b, 0x4d, 0xdc, 0x9c, 0x38, 0xf2, 0x19, 0x9c, 0x3e, 0x7b, 0x16, 0x4f, 0xcc,
	    0x05, 0x36 } },
};

static void digests_rfc_vectors(struct kunit *test)
{
	u8 digest[MD4_SIZE];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(vectors); i++) {
		md4(vectors[i].text, strlen(vectors[i].text), digest);
		KUNIT_EXPECT_EQ_MSG(test, memcmp(digest, vectors[i].digest, sizeof(digest)), 0,
				    "\"%s\"", vectors[i].text);
	}
}

/* Every length around the padding's borders, against a digest of all digests. */
static void digests_every_length(struct kunit *test)
{
	static const u8 expected[MD4_SIZE] = { 0x46, 0x21, 0xa3, 0xca, 0x4f, 0x92, 0x1c, 0x84,
					       0x63, 0x6a, 0x6f, 0x1d, 0x40, 0x47, 0x09, 0xec };
	static u8 data[200], all[200][MD4_SIZE];
	u8 digest[MD4_SIZE];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(all); i++) {
		data[i] = i;
		md4(data, i, all[i]);
	}
	md4(all, sizeof(all), digest);
	KUNIT_EXPECT_EQ(test, memcmp(digest, expected, sizeof(digest)), 0);
}

/* [MS-NLMP] 4.2.2.1.2: the NT hash of "Password" */
static void hashes_password(struct kunit *test)
{
	static const u8 expected[PASSDB_HASH_SIZE] = { 0xa4, 0xf4, 0x9c, 0x40, 0x65, 0x10,
						       0xbd, 0xca, 0xb6, 0x82, 0x4e, 0xe7,
						       0xc3, 0x0f, 0xd8, 0x52 };
	u8 hash[PASSDB_HASH_SIZE];
	char text[BASE64_SIZE(PASSDB_HASH_SIZE)];

	KUNIT_EXPECT_EQ(test, passdb_hash("Password", hash), 0);
	KUNIT_EXPECT_EQ(test, memcmp(hash, expected, sizeof(hash)), 0);
	KUNIT_EXPECT_EQ(test, base64_encode(hash, sizeof(hash), text), sizeof(text));
	KUNIT_EXPECT_EQ(test, memcmp(text, "pPScQGUQvcq2gk7nww/YUg==", sizeof(text)), 0);
	KUNIT_EXPECT_EQ(test, passdb_hash("\xff", hash), -EINVAL);
}

static void base64_is_strict(struct kunit *test)
{
	static const char *const bad[] = { "AA=",  "AA", "AB==", "A===",  "AA= ",
					   "AAAA", "",	 "=AA=", "AA==A", "-A==" };
	u8 byte = 7;
	size_t i;

	KUNIT_EXPECT_TRUE(test, base64_decode("AA==", 4, &byte, 1));
	KUNIT_EXPECT_EQ(test, byte, 0);
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		KUNIT_EXPECT_FALSE_MSG(test, base64_decode(bad[i], strlen(bad[i]), &byte, 1), "%s",
				       bad[i]);
}

static struct kunit_case md4_cases[] = {
	KUNIT_CASE(digests_rfc_vectors),
	KUNIT_CASE(digests_every_length),
	KUNIT_CASE(hashes_password),
	KUNIT_CASE(base64_is_strict),
	{},
};

static struct kunit_suite md4_suite = { .name = "tools-md4", .test_cases = md4_cases };
kunit_test_suite(md4_suite);
