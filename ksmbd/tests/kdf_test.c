// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/errno.h>

#include "protect/kdf.h"
#include "protect/preauth.h"
#include "tests/capture.h"
#include "tests/helpers.h"

/**
 * struct vector - one session's keys, in hexadecimal
 * @c2s: what the publications call the client's EncryptionKey
 */
struct vector {
	u16 dialect;
	const char *preauth;
	const char *session;
	const char *signing;
	const char *c2s;
	const char *s2c;
	const char *application;
};

/*
 * Microsoft: "SMB 2 and SMB 3 security in Windows 10: the anatomy of signing and
 * cryptographic keys", appendix (both dialects); the last is of capture.h.
 */
static const struct vector vectors[] = {
	{ 0x0300, NULL, "7cd451825d0450d235424e44ba6e78cc", "0b7e9c5cac36c0f6ea9ab275298cedce",
	  "fad27796665b313ebb578f388632b4f7", "b0f0427f7ceb416d1d9dcc0cd4f99447",
	  "bb23a4575aa26c721af525af15a87b4f" },
	{ 0x0302, NULL, "7cd451825d0450d235424e44ba6e78cc", "0b7e9c5cac36c0f6ea9ab275298cedce",
	  "fad27796665b313ebb578f388632b4f7", "b0f0427f7ceb416d1d9dcc0cd4f99447",
	  "bb23a4575aa26c721af525af15a87b4f" },
	{ 0x0311,
	  "0dd13628cc3ed218ef9df9772d436d0887ab9814bfae63a80aa845f36909db79"
	  "28622dddad522d9751640a459762c5a9d6bb084cbb3ce6bdadef5d5bce3c6c01",
	  "270e1ba896585eeb7af3472d3b4c75a7", "73fe7a9a77bef0bde49c650d8ccb5f76",
	  "629bcbc54422a0f572b97f45989b6073", "e2af0dcefac68da71a0dfbd0d1350d74",
	  "6d7ad7954e9ec61e907b4d473dc178ff" },
	{ 0x0311,
	  "b23f3cbfd69487d9832b79b1594a367cdd950909b774c3a4c412b4fcea9edddb"
	  "a7db256ba2ea30e977f11f9b113247578e0e915c6d2a513b8f2fca5707dc8770",
	  capture_session_key, capture_signing_key, capture_c2s_key, capture_s2c_key,
	  capture_application_key },
};

static void expect_key(struct kunit *test, const struct vector *v, enum ksmbd_key_purpose purpose,
		       const char *want)
{
	u8 preauth[KSMBD_PREAUTH_SIZE];
	u8 session[16], key[16];

	if (v->preauth)
		test_unhex(preauth, sizeof(preauth), v->preauth);
	test_unhex(session, sizeof(session), v->session);
	KUNIT_EXPECT_EQ(test,
			ksmbd_kdf_derive(purpose, v->dialect, v->preauth ? preauth : NULL, session,
					 sizeof(session), key, sizeof(key)),
			0);
	EXPECT_HEX(test, key, sizeof(key), want);
}

static void published_keys(struct kunit *test)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(vectors); i++) {
		const struct vector *v = &vectors[i];

		expect_key(test, v, KSMBD_KEY_SIGNING, v->signing);
		expect_key(test, v, KSMBD_KEY_SEAL_SERVER_IN, v->c2s);
		expect_key(test, v, KSMBD_KEY_SEAL_SERVER_OUT, v->s2c);
		expect_key(test, v, KSMBD_KEY_APPLICATION, v->application);
	}
}

/*
 * 256-bit ciphers take the whole session key and give 32 bytes. Nobody published such
 * keys: these were computed with Python's hmac module.
 */
static void long_keys(struct kunit *test)
{
	u8 preauth[KSMBD_PREAUTH_SIZE];
	u8 session[32], key[32];
	u32 i;

	for (i = 0; i < sizeof(session); i++)
		session[i] = i;
	for (i = 0; i < sizeof(preauth); i++)
		preauth[i] = 0xa0 + i;
	KUNIT_EXPECT_EQ(test,
			ksmbd_kdf_derive(KSMBD_KEY_SEAL_SERVER_OUT, 0x0311, preauth, session,
					 sizeof(session), key, sizeof(key)),
			0);
	EXPECT_HEX(test, key, sizeof(key),
		   "657cee401ffcf06662567de3e8c733cf243d8ca9ded5273fa2366fcbd8ef96b8");
	KUNIT_EXPECT_EQ(test,
			ksmbd_kdf_derive(KSMBD_KEY_SEAL_SERVER_IN, 0x0311, preauth, session,
					 sizeof(session), key, sizeof(key)),
			0);
	EXPECT_HEX(test, key, sizeof(key),
		   "a20c65c947feafbc67cb422eeaf508d814d39585b36505aebd41f16b5d61dd7d");
}

static void bad_arguments(struct kunit *test)
{
	u8 key[64] = {};

	KUNIT_EXPECT_EQ(test, ksmbd_kdf_derive(KSMBD_KEY_NR, 0x0300, NULL, key, 16, key, 16),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, ksmbd_kdf_derive(KSMBD_KEY_SIGNING, 0x0311, NULL, key, 16, key, 16),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, ksmbd_kdf_derive(KSMBD_KEY_SIGNING, 0x0300, NULL, key, 16, key, 33),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, ksmbd_kdf_derive(KSMBD_KEY_SIGNING, 0x0300, NULL, key, 16, key, 0),
			-EINVAL);
}

static struct kunit_case kdf_cases[] = {
	KUNIT_CASE(published_keys),
	KUNIT_CASE(long_keys),
	KUNIT_CASE(bad_arguments),
	{},
};

static struct kunit_suite kdf_suite = {
	.name = "ksmbd-kdf",
	.test_cases = kdf_cases,
};
kunit_test_suite(kdf_suite);
