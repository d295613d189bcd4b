// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/errno.h>
#include <linux/slab.h>

#include "auth/auth.h"
#include "tests/capture.h"
#include "tests/helpers.h"
#include "wire/ntlmssp.h"
#include "wire/spnego.h"

#define NTLMSSP_OID "060a2b06010401823702020a"
#define KRB5_OID    "06092a864882f712010202"

static u8 message[1024];

static u32 load(const char *hex)
{
	return test_unhex(message, sizeof(message), hex);
}

static void published_tokens(struct kunit *test)
{
	struct ksmbd_spnego_token token;
	u32 len, at;

	len = load(capture_setup1_request);
	at = CAPTURE_SETUP1_REQUEST_TOKEN;
	KUNIT_EXPECT_EQ(test, ksmbd_spnego_decode(message + at, len - at, &token), 0);
	KUNIT_EXPECT_TRUE(test, token.init && token.mech_ntlm && token.mech_ntlm_first);
	EXPECT_HEX(test, token.mech_types, token.mech_types_len, "300c" NTLMSSP_OID);
	KUNIT_EXPECT_EQ(test, ksmbd_ntlm_type(token.token, token.token_len), 1U);
	KUNIT_EXPECT_NULL(test, token.mic);

	len = load(capture_setup2_request);
	at = CAPTURE_SETUP2_REQUEST_TOKEN;
	KUNIT_EXPECT_EQ(test, ksmbd_spnego_decode(message + at, len - at, &token), 0);
	KUNIT_EXPECT_FALSE(test, token.init);
	KUNIT_EXPECT_EQ(test, token.state, KSMBD_SPNEGO_ACCEPT_INCOMPLETE);
	KUNIT_EXPECT_EQ(test, ksmbd_ntlm_type(token.token, token.token_len), 3U);
	KUNIT_ASSERT_NOT_NULL(test, token.mic);
	EXPECT_HEX(test, token.mic, token.mic_len, "0100000067890bd408f5680d00000000");
}

/* Our encoder writes what the published server's did. */
static void same_bytes_as_published(struct kunit *test)
{
	static u8 built[512];
	struct ksmbd_spnego_token token;
	struct ksmbd_wr w;
	u32 at = CAPTURE_SETUP_RESPONSE_TOKEN;
	u32 len;

	len = load(capture_setup1_response);
	KUNIT_EXPECT_EQ(test, ksmbd_spnego_decode(message + at, len - at, &token), 0);
	ksmbd_wr_init(&w, built, sizeof(built));
	ksmbd_spnego_wr_resp(&w, KSMBD_SPNEGO_ACCEPT_INCOMPLETE, true, token.token, token.token_len,
			     NULL, 0);
	KUNIT_EXPECT_EQ(test, w.len, len - at);
	EXPECT_BYTES(test, built, message + at, w.len);

	len = load(capture_setup2_response);
	KUNIT_EXPECT_EQ(test, ksmbd_spnego_decode(message + at, len - at, &token), 0);
	ksmbd_wr_init(&w, built, sizeof(built));
	ksmbd_spnego_wr_resp(&w, KSMBD_SPNEGO_ACCEPT_COMPLETED, false, NULL, 0, token.mic,
			     token.mic_len);
	KUNIT_EXPECT_EQ(test, w.len, len - at);
	EXPECT_BYTES(test, built, message + at, w.len);
}

static void hint(struct kunit *test)
{
	struct ksmbd_spnego_token token;
	u8 small[128];
	u32 len, cap;

	len = ksmbd_auth_hint(small, sizeof(small));
	KUNIT_EXPECT_GT(test, len, 0U);
	/* [MS-SPNG] 2.2.1 hints; the one mechanism */
	EXPECT_HEX(test, small, len,
		   "604806062b0601050502a03e303ca00e300c" NTLMSSP_OID
		   "a32a3028a0261b246e6f745f646566696e65645f696e5f5246433431373840706c65617365"
		   "5f69676e6f7265");
	KUNIT_EXPECT_EQ(test, ksmbd_spnego_decode(small, len, &token), 0);
	KUNIT_EXPECT_TRUE(test, token.mech_ntlm_first);
	KUNIT_EXPECT_NULL(test, token.mic);
	for (cap = 0; cap < len; cap++)
		KUNIT_EXPECT_EQ(test, ksmbd_auth_hint(small, cap), 0U);
}

static void mechanism_lists(struct kunit *test)
{
	static const struct {
		const char *hex;
		int err;
		bool ntlm;
		bool first;
	} rows[] = {
		{ "a01b3019a0173015" NTLMSSP_OID "06072a864886f71201", 0, true, true },
		{ "a01d301ba0193017" KRB5_OID NTLMSSP_OID, 0, true, false },
		{ "a011300fa00d300b" KRB5_OID, 0, false, false },
		{ "a0063004a0023000", 0, false, false },
		/* not a list of OIDs; something behind the list */
		{ "a0093007a00530030401aa", -EINVAL, false, false },
		{ "a0143012a010300c" NTLMSSP_OID "0500", -EINVAL, true, true },
		/* the wrong frame */
		{ "60130603550405a00c300aa0083006060455040506", -EINVAL, false, false },
		{ "3000", -EINVAL, false, false },
	};
	struct ksmbd_spnego_token token;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		KUNIT_EXPECT_EQ_MSG(test, ksmbd_spnego_decode(message, load(rows[i].hex), &token),
				    rows[i].err, "row %u", i);
		KUNIT_EXPECT_EQ_MSG(test, token.mech_ntlm, rows[i].ntlm, "row %u", i);
		KUNIT_EXPECT_EQ_MSG(test, token.mech_ntlm_first, rows[i].first, "row %u", i);
	}
}

static struct ksmbd_auth *begin(void)
{
	static const struct ksmbd_auth_params params = { .netbios_name = "SERVER",
							 .workgroup = "WORKGROUP" };

	return ksmbd_auth_create(&params);
}

/* One step of a fresh exchange. */
static ntstatus_t first_step(const u8 *in, u32 len)
{
	struct ksmbd_auth *auth = begin();
	ntstatus_t status = STATUS_NO_MEMORY;
	u8 *out = NULL;
	u32 out_len;

	if (auth)
		status = ksmbd_auth_step(auth, in, len, &out, &out_len);
	kfree(out);
	ksmbd_auth_free(auth);
	return status;
}

/* Kerberos first, with a ticket: NTLMSSP is asked for, and the exchange goes on. */
static void other_mechanism_first(struct kunit *test)
{
	struct ksmbd_auth *auth = begin();
	struct ksmbd_spnego_token token;
	u8 *out = NULL;
	u32 len, out_len;

	KUNIT_ASSERT_NOT_NULL(test, auth);
	len = load("602f06062b0601050502a025"
		   "3023a0193017" KRB5_OID NTLMSSP_OID "a2060404deadbeef");
	EXPECT_STATUS(test, ksmbd_auth_step(auth, message, len, &out, &out_len),
		      STATUS_MORE_PROCESSING_REQUIRED);
	EXPECT_HEX(test, out, out_len, "a1153013a0030a0103a10c" NTLMSSP_OID);
	kfree(out);

	/* NegTokenResp with NEGOTIATE */
	len = load("a12e302ca22a0428"
		   "4e544c4d5353500001000000978208e2000000000000000000000000"
		   "00000000060380250000000f");
	EXPECT_STATUS(test, ksmbd_auth_step(auth, message, len, &out, &out_len),
		      STATUS_MORE_PROCESSING_REQUIRED);
	KUNIT_ASSERT_EQ(test, ksmbd_spnego_decode(out, out_len, &token), 0);
	KUNIT_EXPECT_EQ(test, token.state, KSMBD_SPNEGO_ACCEPT_INCOMPLETE);
	KUNIT_EXPECT_EQ(test, ksmbd_ntlm_type(token.token, token.token_len), 2U);
	kfree(out);
	ksmbd_auth_free(auth);
}

static void refused_first_tokens(struct kunit *test)
{
	static const struct {
		const char *hex;
		ntstatus_t status;
	} rows[] = {
		{ "", STATUS_INVALID_PARAMETER },
		{ "00", STATUS_INVALID_PARAMETER },
		{ "4e544c4d53535000", STATUS_INVALID_PARAMETER },
		/* CHALLENGE and AUTHENTICATE come too early */
		{ "4e544c4d5353500002000000978208e2", STATUS_INVALID_PARAMETER },
		{ "4e544c4d5353500003000000978208e2", STATUS_INVALID_PARAMETER },
		/* no Unicode */
		{ "4e544c4d5353500001000000028208e2", STATUS_INVALID_PARAMETER },
		{ "4e544c4d535350000100000097", STATUS_INVALID_PARAMETER },
		/* a NegTokenResp begins nothing; no mechanism of ours */
		{ "a1073005a0030a0101", STATUS_INVALID_PARAMETER },
		{ "a011300fa00d300b" KRB5_OID, STATUS_LOGON_FAILURE },
		{ "4e544c4d5353500001000000978208e2", STATUS_MORE_PROCESSING_REQUIRED },
	};
	static u8 large[KSMBD_AUTH_MAX_TOKEN + 1];
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		EXPECT_STATUS(test, first_step(message, load(rows[i].hex)), rows[i].status);
	/* A NEGOTIATE that is too large, bare and as a token. */
	memcpy(large, "NTLMSSP\0\1\0\0\0\x97\x82\x08\xe2", 16);
	EXPECT_STATUS(test, first_step(large, sizeof(large)), STATUS_INVALID_PARAMETER);
	EXPECT_STATUS(test, first_step(large, 2048), STATUS_INVALID_PARAMETER);
}

/* After a failure nothing goes on; there is no result. */
static void failed_is_final(struct kunit *test)
{
	struct ksmbd_auth *auth = begin();
	u8 *out = NULL;
	u32 len, out_len;

	KUNIT_ASSERT_NOT_NULL(test, auth);
	EXPECT_STATUS(test, ksmbd_auth_step(auth, (const u8 *)"x", 1, &out, &out_len),
		      STATUS_INVALID_PARAMETER);
	KUNIT_EXPECT_NULL(test, out);
	KUNIT_EXPECT_NULL(test, ksmbd_auth_result(auth));
	len = load("4e544c4d5353500001000000978208e2");
	EXPECT_STATUS(test, ksmbd_auth_step(auth, message, len, &out, &out_len),
		      STATUS_INVALID_PARAMETER);
	KUNIT_EXPECT_NULL(test, out);
	ksmbd_auth_free(auth);
	ksmbd_auth_free(NULL);
}

/*
 * Every shorter version of a token, and every one with a bit turned, in an allocation
 * of its exact size: memory checkers see any byte read beyond.
 */
static void damaged_tokens(struct kunit *test)
{
	static const struct {
		const char *message;
		u32 at;
	} tokens[] = {
		{ capture_setup1_request, CAPTURE_SETUP1_REQUEST_TOKEN },
		{ capture_setup1_response, CAPTURE_SETUP_RESPONSE_TOKEN },
		{ capture_setup2_request, CAPTURE_SETUP2_REQUEST_TOKEN },
		{ capture_setup2_response, CAPTURE_SETUP_RESPONSE_TOKEN },
	};
	struct ksmbd_spnego_token token;
	u32 i, n;
	u8 *copy;

	for (i = 0; i < ARRAY_SIZE(tokens); i++) {
		u32 len = load(tokens[i].message) - tokens[i].at;

		for (n = 0; n < len; n++) {
			copy = kmemdup(message + tokens[i].at, max(n, 1U), GFP_KERNEL);
			KUNIT_ASSERT_NOT_NULL(test, copy);
			KUNIT_EXPECT_EQ(test, ksmbd_spnego_decode(copy, n, &token), -EINVAL);
			first_step(copy, n);
			kfree(copy);
		}
		for (n = 0; n < 8 * len; n++) {
			copy = kmemdup(message + tokens[i].at, len, GFP_KERNEL);
			KUNIT_ASSERT_NOT_NULL(test, copy);
			copy[n / 8] ^= 1 << n % 8;
			first_step(copy, len);
			kfree(copy);
		}
	}
}

static struct kunit_case spnego_cases[] = {
	KUNIT_CASE(published_tokens),
	KUNIT_CASE(same_bytes_as_published),
	KUNIT_CASE(hint),
	KUNIT_CASE(mechanism_lists),
	KUNIT_CASE(other_mechanism_first),
	KUNIT_CASE(refused_first_tokens),
	KUNIT_CASE(failed_is_final),
	KUNIT_CASE(damaged_tokens),
	{},
};

static struct kunit_suite spnego_suite = {
	.name = "ksmbd-spnego",
	.test_cases = spnego_cases,
};
kunit_test_suite(spnego_suite);
