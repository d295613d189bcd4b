// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/errno.h>

#include "protect/sign.h"
#include "tests/capture.h"
#include "tests/helpers.h"

/* No vector of an HMAC-SHA256 signature is published: computed with Python's hmac module. */
#define HMAC_KEY       "000102030405060708090a0b0c0d0e0f"
#define HMAC_SIGNATURE "660dcde55ea8e7fc1f2e6a730e7be8db"

static u8 message[256];

static struct ksmbd_mac_key *make_key(struct kunit *test, enum ksmbd_mac_alg alg, const char *hex)
{
	struct ksmbd_mac_key *key = NULL;
	u8 bytes[16];

	test_unhex(bytes, sizeof(bytes), hex);
	KUNIT_EXPECT_EQ(test, ksmbd_mac_key_create(alg, bytes, sizeof(bytes), &key), 0);
	return key;
}

static u32 load_message(void)
{
	return test_unhex(message, sizeof(message), capture_setup2_response);
}

static void published_signature(struct kunit *test)
{
	struct ksmbd_mac_key *key = make_key(test, KSMBD_MAC_AES_CMAC, capture_signing_key);
	u32 len = load_message();
	struct ksmbd_seg seg = test_seg(message, len);
	u8 *field = message + KSMBD_SIGNATURE_OFFSET;

	KUNIT_ASSERT_NOT_NULL(test, key);
	KUNIT_EXPECT_EQ(test, ksmbd_sign_verify(key, message, len), 0);
	EXPECT_HEX(test, field, KSMBD_SIGNATURE_SIZE, "6b85a4519a0f3eea35ba946dd3afe6b8");
	/* What was in the field does not count. */
	memset(field, 0xee, KSMBD_SIGNATURE_SIZE);
	KUNIT_EXPECT_EQ(test, ksmbd_sign_verify(key, message, len), -EBADMSG);
	KUNIT_EXPECT_EQ(test, ksmbd_sign_message(key, &seg, 1), 0);
	EXPECT_HEX(test, field, KSMBD_SIGNATURE_SIZE, "6b85a4519a0f3eea35ba946dd3afe6b8");
	ksmbd_mac_key_free(key);
}

static void hmac_signature(struct kunit *test)
{
	struct ksmbd_mac_key *key = make_key(test, KSMBD_MAC_HMAC_SHA256, HMAC_KEY);
	u32 len = load_message();
	struct ksmbd_seg seg = test_seg(message, len);

	KUNIT_ASSERT_NOT_NULL(test, key);
	KUNIT_EXPECT_EQ(test, ksmbd_sign_message(key, &seg, 1), 0);
	EXPECT_HEX(test, message + KSMBD_SIGNATURE_OFFSET, KSMBD_SIGNATURE_SIZE, HMAC_SIGNATURE);
	KUNIT_EXPECT_EQ(test, ksmbd_sign_verify(key, message, len), 0);
	ksmbd_mac_key_free(key);
}

static void every_bit_counts(struct kunit *test)
{
	struct ksmbd_mac_key *key = make_key(test, KSMBD_MAC_AES_CMAC, capture_signing_key);
	u32 len = load_message();
	u32 bit;

	KUNIT_ASSERT_NOT_NULL(test, key);
	for (bit = 0; bit < 8 * len; bit++) {
		message[bit / 8] ^= 1 << bit % 8;
		KUNIT_EXPECT_EQ(test, ksmbd_sign_verify(key, message, len), -EBADMSG);
		message[bit / 8] ^= 1 << bit % 8;
	}
	KUNIT_EXPECT_EQ(test, ksmbd_sign_verify(key, message, len - 1), -EBADMSG);
	KUNIT_EXPECT_EQ(test, ksmbd_sign_verify(key, message, len), 0);
	ksmbd_mac_key_free(key);
}

/* A reply is a header and any number of payload segments. */
static void segments(struct kunit *test)
{
	static const u32 sizes[] = { 64, 65, 93 };
	static struct ksmbd_seg segs[64];
	struct ksmbd_mac_key *key = make_key(test, KSMBD_MAC_AES_CMAC, capture_signing_key);
	u32 len = load_message();
	u32 i, at, n;

	KUNIT_ASSERT_NOT_NULL(test, key);
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		memset(message + KSMBD_SIGNATURE_OFFSET, 0, KSMBD_SIGNATURE_SIZE);
		segs[0] = test_seg(message, sizes[i]);
		for (at = sizes[i], n = 1; at < len; at++)
			segs[n++] = test_seg(message + at, 1);
		KUNIT_EXPECT_EQ(test, ksmbd_sign_message(key, segs, n), 0);
		KUNIT_EXPECT_EQ(test, ksmbd_sign_verify(key, message, len), 0);
	}
	ksmbd_mac_key_free(key);
}

static void too_short(struct kunit *test)
{
	struct ksmbd_mac_key *key = make_key(test, KSMBD_MAC_AES_CMAC, capture_signing_key);
	struct ksmbd_seg seg;
	u32 len;

	KUNIT_ASSERT_NOT_NULL(test, key);
	load_message();
	for (len = 0; len < 64; len++)
		KUNIT_EXPECT_EQ(test, ksmbd_sign_verify(key, message, len), -EINVAL);
	seg = test_seg(message, 63);
	KUNIT_EXPECT_EQ(test, ksmbd_sign_message(key, &seg, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, ksmbd_sign_message(key, &seg, 0), -EINVAL);
	/* A header alone is a message. */
	seg = test_seg(message, 64);
	KUNIT_EXPECT_EQ(test, ksmbd_sign_message(key, &seg, 1), 0);
	KUNIT_EXPECT_EQ(test, ksmbd_sign_verify(key, message, 64), 0);
	ksmbd_mac_key_free(key);
}

static struct kunit_case sign_cases[] = {
	KUNIT_CASE(published_signature), KUNIT_CASE(hmac_signature),
	KUNIT_CASE(every_bit_counts),	 KUNIT_CASE(segments),
	KUNIT_CASE(too_short),		 {},
};

static struct kunit_suite sign_suite = {
	.name = "ksmbd-sign",
	.test_cases = sign_cases,
};
kunit_test_suite(sign_suite);
