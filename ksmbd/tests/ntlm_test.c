// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/errno.h>
#include <linux/slab.h>

#include "auth/des.h"
#include "auth/ntlm_crypt.h"
#include "auth/rc4.h"
#include "host/crypto.h"
#include "tests/capture.h"
#include "tests/helpers.h"
#include "wire/spnego.h"

/* [MS-NLMP] 4.2.1, 4.2.4: User, Domain, Password */
#define NT_HASH		 "a4f49c406510bdcab6824ee7c30fd852"
#define USER		 "5500730065007200"
#define DOMAIN		 "44006f006d00610069006e00"
#define SERVER_CHALLENGE "0123456789abcdef"
#define NTOWF		 "0c868a403bfd7a93a3001ef22ef02e3f"
#define PROOF		 "68cd0ab851e51c96aabc927bebef6a1c"
#define BASE_KEY	 "8de40ccadbc14a82f15cb0ad0de95ca3"
#define SESSION_KEY	 "55555555555555555555555555555555"
#define ENCRYPTED_KEY	 "c5dad2544fc9799094ce1ce90bc9d03e"
#define BLOB                                                                       \
	"01010000000000000000000000000000aaaaaaaaaaaaaaaa00000000"                 \
	"02000c0044006f006d00610069006e0001000c0053006500720076006500720000000000" \
	"00000000"

static struct ksmbd_ntlm_field field(u8 *buf, u32 cap, const char *hex)
{
	struct ksmbd_ntlm_field f = { .data = buf, .len = test_unhex(buf, cap, hex) };

	return f;
}

static void published_keys(struct kunit *test)
{
	u8 user_buf[16], domain_buf[16], blob_buf[128];
	struct ksmbd_ntlm_field user = field(user_buf, sizeof(user_buf), USER);
	struct ksmbd_ntlm_field domain = field(domain_buf, sizeof(domain_buf), DOMAIN);
	struct ksmbd_ntlm_field blob = field(blob_buf, sizeof(blob_buf), BLOB);
	u8 hash[16], challenge[8], ntowf[16], proof[16], base_key[16], key[16];

	test_unhex(hash, sizeof(hash), NT_HASH);
	test_unhex(challenge, sizeof(challenge), SERVER_CHALLENGE);
	KUNIT_EXPECT_EQ(test, ksmbd_ntlm_ntowf(hash, &user, &domain, ntowf), 0);
	EXPECT_HEX(test, ntowf, 16, NTOWF);
	KUNIT_EXPECT_EQ(test, ksmbd_ntlm_proof(ntowf, challenge, &blob, proof, base_key), 0);
	EXPECT_HEX(test, proof, 16, PROOF);
	EXPECT_HEX(test, base_key, 16, BASE_KEY);
	test_unhex(key, sizeof(key), SESSION_KEY);
	KUNIT_EXPECT_EQ(test, ksmbd_rc4(base_key, 16, key, key, 16), 0);
	EXPECT_HEX(test, key, 16, ENCRYPTED_KEY);
	KUNIT_EXPECT_EQ(test, ksmbd_rc4(base_key, 16, key, key, 16), 0);
	EXPECT_HEX(test, key, 16, SESSION_KEY);
}

/* [MS-NLMP] 4.2.2 and 4.2.3: without and with extended session security */
static void published_v1(struct kunit *test)
{
	u8 hash[16], challenge[8], client[8], response[24], key[16], exported[16];

	test_unhex(hash, sizeof(hash), NT_HASH);
	test_unhex(challenge, sizeof(challenge), SERVER_CHALLENGE);
	memset(client, 0xaa, sizeof(client));
	KUNIT_EXPECT_EQ(test, ksmbd_ntlm_v1(hash, challenge, NULL, response, key), 0);
	EXPECT_HEX(test, response, 24, "67c43011f30298a2ad35ece64f16331c44bdbed927841f94");
	EXPECT_HEX(test, key, 16, "d87262b0cde4b1cb7499becccdf10784");
	test_unhex(exported, sizeof(exported), SESSION_KEY);
	KUNIT_EXPECT_EQ(test, ksmbd_rc4(key, 16, exported, exported, 16), 0);
	EXPECT_HEX(test, exported, 16, "518822b1b3f350c8958682ecbb3e3cb7");

	KUNIT_EXPECT_EQ(test, ksmbd_ntlm_v1(hash, challenge, client, response, key), 0);
	EXPECT_HEX(test, response, 24, "7537f803ae367128ca458204bde7caf81e97ed2683267232");
	EXPECT_HEX(test, key, 16, "eb93429a8bd952f8b89c55b87f475edc");
}

/* Of known answers: a weak key, one bit of the text, one bit of the key. */
static void des_blocks(struct kunit *test)
{
	static const struct {
		const char *key; /* seven bytes */
		const char *in;
		const char *out;
	} rows[] = {
		{ "00000000000000", "0000000000000000", "8ca64de9c1b123a7" },
		{ "00000000000000", "8000000000000000", "95f8a5e5dd31d900" },
		{ "00000000000000", "0000000000000001", "166b40b44aba4bd6" },
		{ "80000000000000", "0000000000000000", "95a8d72813daa94d" },
		{ "00000000000001", "0000000000000000", "869efd7f9f265a09" },
		{ "ffffffffffffff", "ffffffffffffffff", "7359b2163e4edc58" },
	};
	u8 key[KSMBD_DES_KEY_SIZE], block[KSMBD_DES_BLOCK_SIZE];
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		test_unhex(key, sizeof(key), rows[i].key);
		test_unhex(block, sizeof(block), rows[i].in);
		ksmbd_des_encrypt(key, block, block);
		KUNIT_EXPECT_TRUE_MSG(test, test_is_hex(block, 8, rows[i].out), "row %u", i);
	}
}

/* The user's case does not count, the domain's does. */
static void case_of_names(struct kunit *test)
{
	u8 user_buf[16], domain_buf[16];
	struct ksmbd_ntlm_field user = field(user_buf, sizeof(user_buf), "7500530045007200");
	struct ksmbd_ntlm_field domain = field(domain_buf, sizeof(domain_buf), DOMAIN);
	u8 hash[16], ntowf[16];

	test_unhex(hash, sizeof(hash), NT_HASH);
	KUNIT_EXPECT_EQ(test, ksmbd_ntlm_ntowf(hash, &user, &domain, ntowf), 0);
	EXPECT_HEX(test, ntowf, 16, NTOWF);
	domain_buf[0] = 'd';
	KUNIT_EXPECT_EQ(test, ksmbd_ntlm_ntowf(hash, &user, &domain, ntowf), 0);
	KUNIT_EXPECT_FALSE(test, test_is_hex(ntowf, 16, NTOWF));
	user.len--;
	KUNIT_EXPECT_EQ(test, ksmbd_ntlm_ntowf(hash, &user, &domain, ntowf), -EINVAL);
}

/*
 * [MS-NLMP] 4.2.4.4: the checksum of "Plaintext" before its encryption. (Encrypted it
 * is in a stream that the text went through already; captured_mics() has a fresh one.)
 */
static void published_signature(struct kunit *test)
{
	static const u8 text[] = "P\0l\0a\0i\0n\0t\0e\0x\0t";
	u8 key[16], signature[16];

	test_unhex(key, sizeof(key), SESSION_KEY);
	KUNIT_EXPECT_EQ(test, ksmbd_ntlm_signature(key, 0, true, text, sizeof(text), signature), 0);
	EXPECT_HEX(test, signature, 16, "0100000070352851f256430900000000");
}

/* 3.4.4.1: one RC4 state for both directions; computed by another implementation. */
static void old_signatures(struct kunit *test)
{
	u8 key[16], msg[14], signature[16];

	test_unhex(key, sizeof(key), "000102030405060708090a0b0c0d0e0f");
	test_unhex(msg, sizeof(msg), "300c060a2b06010401823702020a");
	KUNIT_EXPECT_EQ(test, ksmbd_ntlm_v1_signature(key, 0, msg, sizeof(msg), signature), 0);
	EXPECT_HEX(test, signature, 16, "01000000000000003691ff6106db97c6");
	KUNIT_EXPECT_EQ(test, ksmbd_ntlm_v1_signature(key, 1, msg, sizeof(msg), signature), 0);
	EXPECT_HEX(test, signature, 16, "0100000000000000a20267f2f3b742ee");
	KUNIT_EXPECT_EQ(test, ksmbd_ntlm_v1_signature(key, 2, msg, sizeof(msg), signature),
			-EINVAL);
}

/* What a Windows client and server sent: MIC and both mechListMICs. */
static void captured_mics(struct kunit *test)
{
	static u8 m1[256], m2[512], m3[1024];
	struct ksmbd_spnego_token t1, t2, t3;
	struct ksmbd_ntlm_field negotiate, challenge, authenticate;
	struct ksmbd_ntlm_authenticate msg;
	struct ksmbd_ntlm_response resp;
	u8 key[16], mic[16];
	u32 len;

	test_unhex(key, sizeof(key), capture_session_key);
	len = test_unhex(m1, sizeof(m1), capture_setup1_request) - CAPTURE_SETUP1_REQUEST_TOKEN;
	KUNIT_ASSERT_EQ(test, ksmbd_spnego_decode(m1 + CAPTURE_SETUP1_REQUEST_TOKEN, len, &t1), 0);
	len = test_unhex(m2, sizeof(m2), capture_setup1_response) - CAPTURE_SETUP_RESPONSE_TOKEN;
	KUNIT_ASSERT_EQ(test, ksmbd_spnego_decode(m2 + CAPTURE_SETUP_RESPONSE_TOKEN, len, &t2), 0);
	len = test_unhex(m3, sizeof(m3), capture_setup2_request) - CAPTURE_SETUP2_REQUEST_TOKEN;
	KUNIT_ASSERT_EQ(test, ksmbd_spnego_decode(m3 + CAPTURE_SETUP2_REQUEST_TOKEN, len, &t3), 0);
	negotiate = (struct ksmbd_ntlm_field){ t1.token, t1.token_len };
	challenge = (struct ksmbd_ntlm_field){ t2.token, t2.token_len };
	authenticate = (struct ksmbd_ntlm_field){ t3.token, t3.token_len };

	KUNIT_ASSERT_EQ(test, ksmbd_ntlm_decode_authenticate(t3.token, t3.token_len, &msg), 0);
	KUNIT_EXPECT_EQ(test, msg.flags, 0xe2888215U);
	KUNIT_EXPECT_EQ(test, msg.user.len, 26U);
	EXPECT_BYTES(test, msg.user.data, "a\0d\0m\0i\0n\0", 10);
	KUNIT_ASSERT_EQ(test, ksmbd_ntlm_decode_response(&msg.nt, &resp), 0);
	KUNIT_EXPECT_TRUE(test, resp.has_mic);
	KUNIT_ASSERT_NOT_NULL(test, msg.mic);
	KUNIT_EXPECT_EQ(test, ksmbd_ntlm_mic(key, &negotiate, &challenge, &authenticate, mic), 0);
	EXPECT_BYTES(test, mic, msg.mic, sizeof(mic));

	KUNIT_EXPECT_EQ(test,
			ksmbd_ntlm_signature(key, msg.flags, true, t1.mech_types, t1.mech_types_len,
					     mic),
			0);
	EXPECT_BYTES(test, mic, t3.mic, sizeof(mic));
	KUNIT_EXPECT_EQ(test,
			ksmbd_ntlm_signature(key, msg.flags, false, t1.mech_types,
					     t1.mech_types_len, mic),
			0);
	EXPECT_HEX(test, mic, sizeof(mic), "010000003932a87523ab660100000000");
}

static void responses(struct kunit *test)
{
	static const struct {
		const char *hex;
		int err;
		bool has_mic;
	} rows[] = {
		{ PROOF BLOB, 0, false },
		/* an AV pair with flags: 2, then 1 */
		{ PROOF "0101000000000000"
			"0000000000000000"
			"aaaaaaaaaaaaaaaa"
			"00000000"
			"06000400"
			"02000000"
			"00000000",
		  0, true },
		{ PROOF "0101000000000000"
			"0000000000000000"
			"aaaaaaaaaaaaaaaa"
			"00000000"
			"06000400"
			"01000000"
			"00000000",
		  0, false },
		/* no pairs at all */
		{ PROOF "0101000000000000"
			"0000000000000000"
			"aaaaaaaaaaaaaaaa"
			"00000000",
		  0, false },
		/* NTLMv1 (24 bytes), LMv2, nothing, another version */
		{ PROOF "aaaaaaaaaaaaaaaa", -ENOENT, false },
		{ PROOF, -ENOENT, false },
		{ "", -ENOENT, false },
		{ PROOF "0201000000000000"
			"0000000000000000"
			"aaaaaaaaaaaaaaaa"
			"00000000",
		  -ENOENT, false },
		/* a pair that ends behind the end; flags that are too short */
		{ PROOF "0101000000000000"
			"0000000000000000"
			"aaaaaaaaaaaaaaaa"
			"00000000"
			"02000c00"
			"4400",
		  -EINVAL, false },
		{ PROOF "0101000000000000"
			"0000000000000000"
			"aaaaaaaaaaaaaaaa"
			"00000000"
			"06000200"
			"0200",
		  -EINVAL, false },
	};
	static u8 buf[256];
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct ksmbd_ntlm_field nt = field(buf, sizeof(buf), rows[i].hex);
		struct ksmbd_ntlm_response resp;

		KUNIT_EXPECT_EQ_MSG(test, ksmbd_ntlm_decode_response(&nt, &resp), rows[i].err,
				    "row %u", i);
		if (!rows[i].err)
			KUNIT_EXPECT_EQ_MSG(test, resp.has_mic, rows[i].has_mic, "row %u", i);
	}
}

static void authenticate_layout(struct kunit *test)
{
	struct ksmbd_ntlm_authenticate msg;
	u8 buf[96] = "NTLMSSP\0\3";

	/* All fields empty: whatever their offsets are. */
	memset(buf + 24, 0xff, 4);
	buf[60] = 1;
	KUNIT_EXPECT_EQ(test, ksmbd_ntlm_decode_authenticate(buf, 64, &msg), 0);
	KUNIT_EXPECT_NULL(test, msg.mic);
	KUNIT_EXPECT_EQ(test, ksmbd_ntlm_decode_authenticate(buf, 63, &msg), -EINVAL);
	KUNIT_EXPECT_EQ(test, ksmbd_ntlm_decode_authenticate(buf, 88, &msg), 0);
	KUNIT_EXPECT_PTR_EQ(test, msg.mic, buf + 72);
	/* A user name in the MIC's place: an old client, that sends none. */
	buf[36] = 2;
	buf[40] = 72;
	KUNIT_EXPECT_EQ(test, ksmbd_ntlm_decode_authenticate(buf, 88, &msg), 0);
	KUNIT_EXPECT_NULL(test, msg.mic);
	KUNIT_EXPECT_PTR_EQ(test, msg.user.data, buf + 72);
	/* Offsets and lengths that lead out of the message. */
	buf[40] = 87;
	KUNIT_EXPECT_EQ(test, ksmbd_ntlm_decode_authenticate(buf, 88, &msg), -EINVAL);
	memset(buf + 40, 0xff, 4);
	KUNIT_EXPECT_EQ(test, ksmbd_ntlm_decode_authenticate(buf, 88, &msg), -EINVAL);
}

static void challenge_layout(struct kunit *test)
{
	static const u8 info[] = { 0, 0, 0, 0 };
	struct ksmbd_ntlm_challenge msg = {
		.flags = NTLMSSP_NEGOTIATE_UNICODE | NTLMSSP_NEGOTIATE_VERSION,
		.server_challenge = (const u8 *)"12345678",
		.target_name = { (const u8 *)"S\0", 2 },
		.target_info = { info, sizeof(info) },
	};
	struct ksmbd_wr w;
	u8 buf[80];

	ksmbd_wr_init(&w, buf, sizeof(buf));
	ksmbd_ntlm_wr_challenge(&w, &msg);
	KUNIT_EXPECT_TRUE(test, ksmbd_wr_ok(&w));
	EXPECT_HEX(test, buf, w.len,
		   "4e544c4d5353500002000000"
		   "0200020038000000"
		   "01000002"
		   "3132333435363738"
		   "0000000000000000"
		   "040004003a000000"
		   "060100000000000f"
		   "5300"
		   "00000000");
}

static struct kunit_case ntlm_cases[] = {
	KUNIT_CASE(published_keys),
	KUNIT_CASE(published_v1),
	KUNIT_CASE(des_blocks),
	KUNIT_CASE(case_of_names),
	KUNIT_CASE(published_signature),
	KUNIT_CASE(captured_mics),
	KUNIT_CASE(responses),
	KUNIT_CASE(authenticate_layout),
	KUNIT_CASE(challenge_layout),
	KUNIT_CASE(old_signatures),
	{},
};

static struct kunit_suite ntlm_suite = {
	.name = "ksmbd-ntlm",
	.test_cases = ntlm_cases,
};
kunit_test_suite(ntlm_suite);
