// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/helpers.h"
#include "wire/asn1.h"

static u8 buf[512];

static void reads_elements(struct kunit *test)
{
	struct ksmbd_rd r, body, inner;
	u8 tag;

	/* SEQUENCE { OCTET STRING aabb, ENUMERATED 1 }, OCTET STRING {} */
	ksmbd_rd_init(&r, buf, test_unhex(buf, sizeof(buf), "30070402aabb0a01010400"));
	KUNIT_EXPECT_TRUE(test, ksmbd_asn1_rd_tag(&r, ASN1_SEQUENCE, &body));
	KUNIT_EXPECT_TRUE(test, ksmbd_asn1_rd_tag(&body, ASN1_OCTET_STRING, &inner));
	KUNIT_EXPECT_TRUE(test, ksmbd_asn1_rd_is(&inner, (const u8 *)"\xaa\xbb", 2));
	KUNIT_EXPECT_FALSE(test, ksmbd_asn1_rd_is(&inner, (const u8 *)"\xaa\xbc", 2));
	KUNIT_EXPECT_FALSE(test, ksmbd_asn1_rd_is(&inner, (const u8 *)"\xaa", 1));
	KUNIT_EXPECT_TRUE(test, ksmbd_asn1_rd_any(&body, &tag, &inner));
	KUNIT_EXPECT_EQ(test, tag, ASN1_ENUMERATED);
	KUNIT_EXPECT_EQ(test, ksmbd_rd_left(&body), 0U);
	KUNIT_EXPECT_TRUE(test, ksmbd_asn1_rd_any(&r, &tag, &inner));
	KUNIT_EXPECT_EQ(test, inner.len, 0U);
	KUNIT_EXPECT_EQ(test, ksmbd_rd_left(&r), 0U);
}

static void long_lengths(struct kunit *test)
{
	struct ksmbd_rd r, body;

	ksmbd_rd_init(&r, buf,
		      test_unhex(buf, sizeof(buf), "040200010482000300010204840000000155"));
	KUNIT_EXPECT_TRUE(test, ksmbd_asn1_rd_tag(&r, ASN1_OCTET_STRING, &body));
	KUNIT_EXPECT_TRUE(test, ksmbd_asn1_rd_tag(&r, ASN1_OCTET_STRING, &body));
	KUNIT_EXPECT_EQ(test, body.len, 3U);
	KUNIT_EXPECT_TRUE(test, ksmbd_asn1_rd_tag(&r, ASN1_OCTET_STRING, &body));
	KUNIT_EXPECT_EQ(test, body.len, 1U);
	KUNIT_EXPECT_EQ(test, ksmbd_rd_left(&r), 0U);
}

static void refused_elements(struct kunit *test)
{
	/* clang-format off */
	static const char *const bad[] = {
		"", "04", "0401", "0402aa", /* cut off */
		"0481", "048200", "04820001", /* in the length */
		"0480aa0000", /* indefinite */
		"04850000000001aa", /* more than four octets */
		"0484ffffffffaa", "04847fffffff", /* longer than there is */
		"1f0401aa", "bf810100", /* long tags */
	};
	/* clang-format on */
	struct ksmbd_rd r, body;
	u32 i;
	u8 tag;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		ksmbd_rd_init(&r, buf, test_unhex(buf, sizeof(buf), bad[i]));
		KUNIT_EXPECT_FALSE(test, ksmbd_asn1_rd_any(&r, &tag, &body));
		KUNIT_EXPECT_FALSE(test, ksmbd_rd_ok(&r));
		KUNIT_EXPECT_FALSE(test, ksmbd_rd_ok(&body));
		KUNIT_EXPECT_EQ(test, tag, 0);
	}
	ksmbd_rd_init(&r, buf, test_unhex(buf, sizeof(buf), "0401aa"));
	KUNIT_EXPECT_FALSE(test, ksmbd_asn1_rd_tag(&r, ASN1_SEQUENCE, &body));
	KUNIT_EXPECT_FALSE(test, ksmbd_rd_ok(&body));
}

static void writes_lengths(struct kunit *test)
{
	static const u32 sizes[] = { 0, 1, 127, 128, 255, 256, 400 };
	struct ksmbd_rd r, body, inner;
	struct ksmbd_wr w;
	u32 i, begin;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		ksmbd_wr_init(&w, buf, sizeof(buf));
		begin = ksmbd_asn1_wr_begin(&w, ASN1_SEQUENCE);
		ksmbd_asn1_wr_bytes(&w, ASN1_OID, "ab", 2);
		ksmbd_asn1_wr_bytes(&w, ASN1_OCTET_STRING, ksmbd_wr_ok(&w) ? buf : NULL, 0);
		memset(ksmbd_wr_reserve(&w, sizes[i]), 0x77, sizes[i]);
		ksmbd_asn1_wr_end(&w, begin);
		KUNIT_EXPECT_TRUE(test, ksmbd_wr_ok(&w));
		ksmbd_rd_init(&r, buf, w.len);
		KUNIT_EXPECT_TRUE(test, ksmbd_asn1_rd_tag(&r, ASN1_SEQUENCE, &body));
		KUNIT_EXPECT_EQ(test, body.len, 6 + sizes[i]);
		KUNIT_EXPECT_EQ(test, ksmbd_rd_left(&r), 0U);
		KUNIT_EXPECT_TRUE(test, ksmbd_asn1_rd_tag(&body, ASN1_OID, &inner));
		KUNIT_EXPECT_TRUE(test, ksmbd_asn1_rd_is(&inner, (const u8 *)"ab", 2));
		KUNIT_EXPECT_TRUE(test, ksmbd_asn1_rd_tag(&body, ASN1_OCTET_STRING, &inner));
		KUNIT_EXPECT_EQ(test, ksmbd_rd_left(&body), sizes[i]);
	}
}

static void writer_without_room(struct kunit *test)
{
	static const u8 content[130];
	struct ksmbd_wr w;
	u32 cap;

	/* 130 bytes need a tag and two length octets. */
	for (cap = 0; cap <= 133; cap++) {
		memset(buf, 0xee, sizeof(buf));
		ksmbd_wr_init(&w, buf, cap);
		ksmbd_asn1_wr_bytes(&w, ASN1_OCTET_STRING, content, sizeof(content));
		KUNIT_EXPECT_EQ(test, ksmbd_wr_ok(&w), cap == 133);
		KUNIT_EXPECT_EQ(test, buf[cap], 0xee);
	}
}

static struct kunit_case asn1_cases[] = {
	KUNIT_CASE(reads_elements), KUNIT_CASE(long_lengths),	     KUNIT_CASE(refused_elements),
	KUNIT_CASE(writes_lengths), KUNIT_CASE(writer_without_room), {},
};

static struct kunit_suite asn1_suite = {
	.name = "ksmbd-asn1",
	.test_cases = asn1_cases,
};
kunit_test_suite(asn1_suite);
