// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whole logins against ksmbd_auth_step(): a client of our own, right and wrong in every
 * way. Its computations are the engine's, which ntlm_test.c has compared with what
 * Microsoft published.
 */
#include <linux/errno.h>
#include <linux/slab.h>
#include <asm/unaligned.h>

#include "auth/auth.h"
#include "auth/ntlm_crypt.h"
#include "auth/rc4.h"
#include "host/crypto.h"
#include "ksmbd/tests/helpers.h"
#include "name/utf16.h"
#include "tools/lib/config.h"
#include "tools/lib/passdb.h"
#include "user/host/upcall_host.h"
#include "wire/spnego.h"

#define BUF	       2048
#define MIC_END	       (KSMBD_NTLM_MIC_OFFSET + KSMBD_NTLM_MIC_SIZE)
#define WINDOWS_FLAGS  0xe2888217U /* as Windows negotiates, with key exchange */
#define PLAIN_V1_FLAGS (WINDOWS_FLAGS & ~NTLMSSP_NEGOTIATE_EXTENDED_SESSIONSECURITY)

/* NegTokenInit's list with NTLMSSP alone, and with Kerberos before it: DER */
static const u8 mechs_ntlm[] = "\x30\x0c\x06\x0a\x2b\x06\x01\x04\x01\x82\x37\x02\x02\x0a";
static const u8 mechs_krb5[] = "\x30\x17\x06\x09\x2a\x86\x48\x82\xf7\x12\x01\x02\x02"
			       "\x06\x0a\x2b\x06\x01\x04\x01\x82\x37\x02\x02\x0a";

/**
 * struct client - what to send, and what came of it
 * @bare: NTLMSSP without SPNEGO
 * @krb5_first: NTLMSSP is the second choice, no token with the list
 * @mic: an AV pair announces a MIC, which is sent; @mech_mic: mechListMIC is sent
 * @lie: announces a MIC in a message that has no room for one
 * @bad_mic, @bad_mech_mic, @bad_key: spoil it
 * @bindings: an AV pair with the hash of a channel
 * @v1: an NTLMv1 response, by the kind that @flags say; @lm: what is right stands in the LM
 *	response, and there is no other
 * @zero_hash: the response is made from a hash of zeros, not from the password
 * @flags: NegotiateFlags
 */
struct client {
	const char *user;
	const char *password;
	const char *domain;
	bool bare;
	bool krb5_first;
	bool mic;
	bool lie;
	bool mech_mic;
	bool bad_mic;
	bool bad_mech_mic;
	bool bad_key;
	bool v1;
	bool lm;
	bool bindings;
	bool zero_hash;
	u32 flags;

	struct ksmbd_auth *auth;
	u8 negotiate[40];
	struct ksmbd_ntlm_field challenge;
	u8 message[BUF];
	u32 message_len;
	u8 token[BUF];
	u32 token_len;
	u8 session_key[KSMBD_SESSION_KEY_SIZE];
	u32 final_flags;
	u8 *reply;
	u32 reply_len;
};

static struct ksmbd_auth_params params = { .netbios_name = "TESTHOST", .workgroup = "WORKGROUP" };

/* ---- the client's messages ---- */

static void wrap_init(struct client *c, const u8 *token, u32 len)
{
	const u8 *mechs = c->krb5_first ? mechs_krb5 : mechs_ntlm;
	u32 mechs_len = c->krb5_first ? sizeof(mechs_krb5) - 1 : sizeof(mechs_ntlm) - 1;
	u32 fields = 2 + mechs_len + (token ? 4 + len : 0);
	struct ksmbd_wr w;

	ksmbd_wr_init(&w, c->token, BUF);
	ksmbd_wr_u8(&w, 0x60);
	ksmbd_wr_u8(&w, 12 + fields);
	ksmbd_wr_bytes(&w, "\x06\x06\x2b\x06\x01\x05\x05\x02\xa0", 9);
	ksmbd_wr_u8(&w, 2 + fields);
	ksmbd_wr_u8(&w, 0x30);
	ksmbd_wr_u8(&w, fields);
	ksmbd_wr_u8(&w, 0xa0);
	ksmbd_wr_u8(&w, mechs_len);
	ksmbd_wr_bytes(&w, mechs, mechs_len);
	if (token) {
		ksmbd_wr_u8(&w, 0xa2);
		ksmbd_wr_u8(&w, 2 + len);
		ksmbd_wr_u8(&w, 0x04);
		ksmbd_wr_u8(&w, len);
		ksmbd_wr_bytes(&w, token, len);
	}
	c->token_len = w.len;
}

static void wrap_resp(struct client *c, const u8 *token, u32 len, const u8 *mic)
{
	struct ksmbd_wr w;

	ksmbd_wr_init(&w, c->token, BUF);
	ksmbd_spnego_wr_resp(&w, KSMBD_SPNEGO_ACCEPT_INCOMPLETE, false, token, len, mic,
			     mic ? KSMBD_NTLM_SIGNATURE_SIZE : 0);
	c->token_len = w.len;
}

static void wrap_none(struct client *c, const u8 *token, u32 len)
{
	memcpy(c->token, token, len);
	c->token_len = len;
}

static void put_header(struct ksmbd_wr *w, u32 type)
{
	ksmbd_wr_bytes(w, "NTLMSSP", 8);
	ksmbd_wr_u32(w, type);
}

static struct ksmbd_ntlm_field utf16(const char *text, u8 *buf)
{
	struct ksmbd_ntlm_field f = { .data = buf };

	f.len = ksmbd_utf8_to_utf16(text, strlen(text), buf, 128);
	return f;
}

/* The blob that the client's proof covers; gives its length. */
static u32 make_blob(const struct client *c, u8 *blob)
{
	struct ksmbd_wr w;

	ksmbd_wr_init(&w, blob, 96);
	ksmbd_wr_u64(&w, 0x0101);
	ksmbd_wr_u64(&w, 132000000000000000ULL);
	ksmbd_wr_u64(&w, 0x1122334455667788ULL);
	ksmbd_wr_u32(&w, 0);
	if (c->mic || c->lie) {
		u8 av[4] = { MSV_AV_FLAG_MIC };

		ksmbd_ntlm_wr_av(&w, MSV_AV_FLAGS, av, sizeof(av));
	}
	if (c->bindings)
		ksmbd_ntlm_wr_av(&w, MSV_AV_CHANNEL_BINDINGS, "0123456789abcde", 16);
	ksmbd_ntlm_wr_av(&w, MSV_AV_EOL, NULL, 0);
	ksmbd_wr_u32(&w, 0);
	return w.len;
}

static const u8 client_challenge[24] = "c-h-a-l";

/* Gives the response (proof and blob) and the key for the exchange. */
static u32 make_response(struct client *c, const struct ksmbd_ntlm_field *user,
			 const struct ksmbd_ntlm_field *domain, u8 *response, u8 *base_key)
{
	struct ksmbd_ntlm_field blob = { .data = response + 16,
					 .len = make_blob(c, response + 16) };
	u8 hash[16], ntowf[16];

	passdb_hash(c->password, hash);
	if (c->zero_hash)
		memset(hash, 0, sizeof(hash));
	if (c->v1) {
		bool mixed = c->final_flags & NTLMSSP_NEGOTIATE_EXTENDED_SESSIONSECURITY;

		ksmbd_ntlm_v1(hash, c->challenge.data + 24, mixed ? client_challenge : NULL,
			      response, base_key);
		return KSMBD_NTLM_V1_SIZE;
	}
	ksmbd_ntlm_ntowf(hash, user, domain, ntowf);
	ksmbd_ntlm_proof(ntowf, c->challenge.data + 24, &blob, response, base_key);
	return 16 + blob.len;
}

struct payload {
	struct ksmbd_ntlm_field field[6]; /* LM, NT, domain, user, workstation, key */
};

static void put_authenticate(struct client *c, const struct payload *p)
{
	u32 off = c->lie ? 64 : MIC_END;
	struct ksmbd_wr w;
	u32 i;

	ksmbd_wr_init(&w, c->message, BUF);
	put_header(&w, NTLMSSP_AUTHENTICATE_MESSAGE);
	for (i = 0; i < 6; i++) {
		ksmbd_wr_u16(&w, p->field[i].len);
		ksmbd_wr_u16(&w, p->field[i].len);
		ksmbd_wr_u32(&w, off);
		off += p->field[i].len;
	}
	ksmbd_wr_u32(&w, c->final_flags);
	if (!c->lie)
		ksmbd_wr_zero(&w, MIC_END - 64);
	for (i = 0; i < 6; i++)
		ksmbd_wr_bytes(&w, p->field[i].data, p->field[i].len);
	c->message_len = w.len;
}

static void put_mic(struct client *c)
{
	struct ksmbd_ntlm_field negotiate = { c->negotiate, sizeof(c->negotiate) };
	struct ksmbd_ntlm_field message = { c->message, c->message_len };

	ksmbd_ntlm_mic(c->session_key, &negotiate, &c->challenge, &message,
		       c->message + KSMBD_NTLM_MIC_OFFSET);
	c->message[KSMBD_NTLM_MIC_OFFSET] ^= c->bad_mic;
}

static void make_authenticate(struct client *c)
{
	u8 user_buf[128], domain_buf[128], response[128], base_key[16], key[16];
	struct payload p = {};

	c->final_flags = c->flags & get_unaligned_le32(c->challenge.data + 20);
	p.field[2] = utf16(c->domain, domain_buf);
	p.field[3] = utf16(c->user, user_buf);
	if (*c->user) {
		p.field[1].data = response;
		p.field[1].len = make_response(c, &p.field[3], &p.field[2], response, base_key);
		memcpy(c->session_key, base_key, 16);
		if (c->v1)
			p.field[0] = (struct ksmbd_ntlm_field){ client_challenge, 24 };
		if (c->lm) {
			p.field[0] = p.field[1];
			p.field[1].len = 0;
		}
	} else {
		p.field[0] = (struct ksmbd_ntlm_field){ (const u8 *)"", 1 };
		memset(base_key, 0, sizeof(base_key));
	}
	if (c->final_flags & NTLMSSP_NEGOTIATE_KEY_EXCH) {
		memset(c->session_key, 0x5a, 16);
		ksmbd_rc4(base_key, 16, c->session_key, key, 16);
		p.field[5] = (struct ksmbd_ntlm_field){ key, c->bad_key ? 15 : 16 };
	}
	put_authenticate(c, &p);
	if (c->mic)
		put_mic(c);
}

/* ---- the exchange ---- */

static ntstatus_t step(struct client *c)
{
	kfree(c->reply);
	c->reply = NULL;
	return ksmbd_auth_step(c->auth, c->token, c->token_len, &c->reply, &c->reply_len);
}

static ntstatus_t send_negotiate(struct client *c)
{
	struct ksmbd_wr w;
	ntstatus_t status;

	ksmbd_wr_init(&w, c->negotiate, sizeof(c->negotiate));
	put_header(&w, NTLMSSP_NEGOTIATE_MESSAGE);
	ksmbd_wr_u32(&w, c->flags);
	ksmbd_wr_zero(&w, ksmbd_wr_left(&w));
	if (c->krb5_first) {
		wrap_init(c, NULL, 0);
		status = step(c);
		if (status != STATUS_MORE_PROCESSING_REQUIRED)
			return status;
		wrap_resp(c, c->negotiate, sizeof(c->negotiate), NULL);
	} else if (c->bare) {
		wrap_none(c, c->negotiate, sizeof(c->negotiate));
	} else {
		wrap_init(c, c->negotiate, sizeof(c->negotiate));
	}
	return step(c);
}

static void take_challenge(struct kunit *test, struct client *c)
{
	struct ksmbd_spnego_token token;
	u8 *copy;

	if (c->bare) {
		token.token = c->reply;
		token.token_len = c->reply_len;
	} else {
		KUNIT_ASSERT_EQ(test, ksmbd_spnego_decode(c->reply, c->reply_len, &token), 0);
	}
	KUNIT_ASSERT_EQ(test, ksmbd_ntlm_type(token.token, token.token_len), 2U);
	copy = kmemdup(token.token, token.token_len, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, copy);
	c->challenge = (struct ksmbd_ntlm_field){ copy, token.token_len };
}

static const u8 *sent_mechs(const struct client *c, u32 *len)
{
	*len = c->krb5_first ? sizeof(mechs_krb5) - 1 : sizeof(mechs_ntlm) - 1;
	return c->krb5_first ? mechs_krb5 : mechs_ntlm;
}

static ntstatus_t send_authenticate(struct client *c)
{
	u8 mic[KSMBD_NTLM_SIGNATURE_SIZE];
	const u8 *mechs;
	u32 len;

	if (c->bare) {
		wrap_none(c, c->message, c->message_len);
		return step(c);
	}
	mechs = sent_mechs(c, &len);
	ksmbd_ntlm_signature(c->session_key, c->final_flags, true, mechs, len, mic);
	mic[5] ^= c->bad_mech_mic;
	wrap_resp(c, c->message, c->message_len, c->mech_mic ? mic : NULL);
	return step(c);
}

static struct client *begin(struct kunit *test, const struct client *what)
{
	struct client *c = kmemdup(what, sizeof(*what), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, c);
	c->domain = c->domain ?: "WORKGROUP";
	c->flags = c->flags ?: WINDOWS_FLAGS;
	c->auth = ksmbd_auth_create(&params);
	KUNIT_ASSERT_NOT_NULL(test, c->auth);
	return c;
}

static void end(struct client *c)
{
	ksmbd_auth_free(c->auth);
	kfree(c->challenge.data);
	kfree(c->reply);
	kfree(c);
}

/* All of it; the client is to be ended. */
static struct client *login(struct kunit *test, const struct client *what, ntstatus_t want)
{
	struct client *c = begin(test, what);

	EXPECT_STATUS(test, send_negotiate(c), STATUS_MORE_PROCESSING_REQUIRED);
	take_challenge(test, c);
	make_authenticate(c);
	EXPECT_STATUS(test, send_authenticate(c), want);
	if (want != STATUS_SUCCESS) {
		KUNIT_EXPECT_NULL(test, c->reply);
		KUNIT_EXPECT_NULL(test, ksmbd_auth_result(c->auth));
	}
	return c;
}

/* ---- tests ---- */

static void expect_reply(struct kunit *test, struct client *c)
{
	u8 mic[KSMBD_NTLM_SIGNATURE_SIZE];
	struct ksmbd_spnego_token token;
	const u8 *mechs;
	u32 len;

	if (c->bare) {
		KUNIT_EXPECT_NULL(test, c->reply);
		return;
	}
	KUNIT_ASSERT_EQ(test, ksmbd_spnego_decode(c->reply, c->reply_len, &token), 0);
	KUNIT_EXPECT_EQ(test, token.state, KSMBD_SPNEGO_ACCEPT_COMPLETED);
	KUNIT_EXPECT_EQ(test, token.mic_len, c->mech_mic ? 16U : 0U);
	if (!c->mech_mic || token.mic_len != 16)
		return;
	mechs = sent_mechs(c, &len);
	ksmbd_ntlm_signature(c->session_key, c->final_flags, false, mechs, len, mic);
	EXPECT_BYTES(test, token.mic, mic, sizeof(mic));
}

static void right_password(struct kunit *test)
{
	static const struct client rows[] = {
		{ .user = "alice", .password = "S3cret", .mic = true, .mech_mic = true },
		{ .user = "alice", .password = "S3cret" },
		{ .user = "ALICE", .password = "S3cret", .mic = true },
		{ .user = "alice", .password = "S3cret", .domain = "" },
		{ .user = "alice", .password = "S3cret", .domain = "TeStHoSt", .mic = true },
		{ .user = "alice", .password = "S3cret", .bare = true },
		{ .user = "alice", .password = "S3cret", .bare = true, .mic = true },
		{ .user = "alice",
		  .password = "S3cret",
		  .krb5_first = true,
		  .mic = true,
		  .mech_mic = true },
		{ .user = "alice", .password = "S3cret", .krb5_first = true },
		/* no key exchange; weaker sealing keys */
		{ .user = "alice",
		  .password = "S3cret",
		  .mic = true,
		  .mech_mic = true,
		  .flags = WINDOWS_FLAGS & ~NTLMSSP_NEGOTIATE_KEY_EXCH },
		{ .user = "alice",
		  .password = "S3cret",
		  .mech_mic = true,
		  .flags = WINDOWS_FLAGS & ~NTLMSSP_NEGOTIATE_128 },
		{ .user = "alice", .password = "S3cret", .mic = true, .bindings = true },
		{ .user = "\xd0\xb6\xd0\xb0\xd0\xbd\xd0\xbd\xd0\xb0",
		  .password = "\xc3\xa9t\xc3\xa9",
		  .mic = true,
		  .mech_mic = true },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct client *c = login(test, &rows[i], STATUS_SUCCESS);
		const struct ksmbd_auth_result *result = ksmbd_auth_result(c->auth);

		KUNIT_ASSERT_NOT_NULL(test, result);
		KUNIT_EXPECT_FALSE(test, result->guest || result->anonymous);
		EXPECT_BYTES(test, result->session_key, c->session_key, 16);
		KUNIT_EXPECT_STREQ(test, result->login.account,
				   rows[i].user[0] == 'A' ? "alice" : rows[i].user);
		/* The hash is not passed on. */
		KUNIT_EXPECT_FALSE(test, result->login.has_hash);
		KUNIT_EXPECT_NULL(test, memchr_inv(result->login.nt_hash, 0, 16));
		expect_reply(test, c);
		end(c);
	}
}

static void refused_logins(struct kunit *test)
{
	static const struct {
		struct client c;
		ntstatus_t status;
	} rows[] = {
		{ { .user = "alice", .password = "s3cret" }, STATUS_LOGON_FAILURE },
		{ { .user = "alice", .password = "" }, STATUS_LOGON_FAILURE },
		{ { .user = "mallory", .password = "S3cret" }, STATUS_LOGON_FAILURE },
		/* Longer than any account, and no valid one. */
		{ { .user = "alicealicealicealicealicealicealicealicealicealice",
		    .password = "S3cret" },
		  STATUS_LOGON_FAILURE },
		/* Nobody's hash is all zero: what an unknown account is verified with. */
		{ { .user = "mallory", .password = "", .zero_hash = true }, STATUS_LOGON_FAILURE },
		/* LMv2 alone */
		{ { .user = "alice", .password = "S3cret", .lm = true }, STATUS_LOGON_FAILURE },
		{ { .user = "alice", .password = "S3cret", .mic = true, .bad_mic = true },
		  STATUS_LOGON_FAILURE },
		{ { .user = "alice", .password = "S3cret", .lie = true },
		  STATUS_INVALID_PARAMETER },
		{ { .user = "alice", .password = "S3cret", .mech_mic = true, .bad_mech_mic = true },
		  STATUS_LOGON_FAILURE },
		{ { .user = "alice", .password = "S3cret", .bad_key = true },
		  STATUS_INVALID_PARAMETER },
		/* Policy: neither anonymous nor guest. */
		{ { .user = "", .password = "" }, STATUS_ACCESS_DENIED },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct client *c = login(test, &rows[i].c, rows[i].status);

		/* Not even the right answer helps afterwards. */
		EXPECT_STATUS(test, send_authenticate(c), STATUS_INVALID_PARAMETER);
		end(c);
	}
}

/* Off unless the configuration says so; then both kinds, and everything else as before. */
static void ntlm_v1(struct kunit *test)
{
	static const struct {
		struct client c;
		ntstatus_t status;
	} rows[] = {
		{ { .password = "S3cret" }, STATUS_SUCCESS },
		{ { .password = "S3cret", .mech_mic = true }, STATUS_SUCCESS },
		{ { .password = "S3cret", .flags = PLAIN_V1_FLAGS }, STATUS_SUCCESS },
		{ { .password = "S3cret",
		    .bare = true,
		    .flags = PLAIN_V1_FLAGS & ~NTLMSSP_NEGOTIATE_KEY_EXCH },
		  STATUS_SUCCESS },
		{ { .password = "s3cret" }, STATUS_LOGON_FAILURE },
		{ { .password = "s3cret", .flags = PLAIN_V1_FLAGS }, STATUS_LOGON_FAILURE },
		{ { .password = "", .zero_hash = true }, STATUS_LOGON_FAILURE },
		{ { .password = "S3cret", .lm = true }, STATUS_LOGON_FAILURE },
		{ { .password = "S3cret", .lm = true, .flags = PLAIN_V1_FLAGS },
		  STATUS_LOGON_FAILURE },
		{ { .password = "S3cret", .bad_key = true }, STATUS_INVALID_PARAMETER },
	};
	u32 i, allowed;

	for (allowed = 0; allowed < 2; allowed++) {
		params.allow_ntlmv1 = allowed;
		for (i = 0; i < ARRAY_SIZE(rows); i++) {
			struct client what = rows[i].c;
			struct client *c;

			what.v1 = true;
			what.user = what.zero_hash ? "mallory" : "alice";
			c = login(test, &what, allowed ? rows[i].status : STATUS_LOGON_FAILURE);
			if (allowed && rows[i].status == STATUS_SUCCESS)
				EXPECT_BYTES(test, ksmbd_auth_result(c->auth)->session_key,
					     c->session_key, 16);
			end(c);
		}
	}
	end(login(test, &(struct client){ .user = "alice", .password = "S3cret", .mic = true },
		  STATUS_SUCCESS));
	params.allow_ntlmv1 = false;
}

static void install(const char *text);

static void anonymous(struct kunit *test)
{
	static const struct client what = { .user = "", .password = "", .domain = "" };
	const struct ksmbd_auth_result *result;
	struct client *c;

	params.allow_anonymous = true;
	c = login(test, &what, STATUS_SUCCESS);
	params.allow_anonymous = false;
	result = ksmbd_auth_result(c->auth);
	KUNIT_ASSERT_NOT_NULL(test, result);
	KUNIT_EXPECT_TRUE(test, result->anonymous);
	KUNIT_EXPECT_FALSE(test, result->guest);
	KUNIT_EXPECT_STREQ(test, result->login.account, "");
	KUNIT_EXPECT_NE(test, result->login.uid, 0U);
	KUNIT_EXPECT_NULL(test, memchr_inv(result->session_key, 0, 16));
	end(c);
}

static void guests(struct kunit *test)
{
	static const struct client unknown = {
		.user = "mallory", .password = "x", .mic = true, .mech_mic = true
	};
	static const struct client nobody = { .user = "", .password = "" };
	static const struct client wrong = { .user = "alice", .password = "x" };
	const struct ksmbd_auth_result *result;
	struct client *c;
	u32 i;

	install("[global]\nmap to guest = bad user\n");
	/* The engine has its own say. */
	end(login(test, &unknown, STATUS_LOGON_FAILURE));
	params.allow_guest = true;
	for (i = 0; i < 2; i++) {
		c = login(test, i ? &unknown : &nobody, STATUS_SUCCESS);
		result = ksmbd_auth_result(c->auth);
		KUNIT_ASSERT_NOT_NULL(test, result);
		KUNIT_EXPECT_TRUE(test, result->guest);
		KUNIT_EXPECT_FALSE(test, result->anonymous);
		KUNIT_EXPECT_NULL(test, memchr_inv(result->session_key, 0, 16));
		end(c);
	}
	/* A wrong password makes no guest. */
	end(login(test, &wrong, STATUS_LOGON_FAILURE));
	params.allow_guest = false;
	install("[global]\n");
}

/* Without an answer nobody's password is wrong, and nobody is refused. */
static void nobody_to_ask(struct kunit *test)
{
	static const struct client rows[] = {
		{ .user = "alice", .password = "S3cret" },
		{ .user = "alice", .password = "wrong", .mic = true },
		{ .user = "mallory", .password = "x" },
		{ .user = "", .password = "" },
	};
	u32 i;

	upcall_host_exit();
	KUNIT_ASSERT_EQ(test, upcall_host_init(), 0);
	params.allow_guest = true;
	for (i = 0; i < ARRAY_SIZE(rows); i++)
		end(login(test, &rows[i], STATUS_NO_LOGON_SERVERS));
	params.allow_guest = false;
	/* Nor is anybody asked when policy says no. */
	end(login(test, &rows[3], STATUS_ACCESS_DENIED));
	install("[global]\n");
	end(login(test, &rows[0], STATUS_SUCCESS));
}

/*
 * AUTHENTICATE cut at every length, and with every bit turned: never a login, since its
 * MIC covers every bit. In allocations of the exact size, for memory checkers.
 */
static void damaged_authenticate(struct kunit *test)
{
	static const struct client what = {
		.user = "alice", .password = "S3cret", .bare = true, .mic = true
	};
	u32 i, total = 1;

	for (i = 0; i < total; i++) {
		struct client *c = begin(test, &what);
		ntstatus_t status;
		u32 len, bit;
		u8 *copy;

		send_negotiate(c);
		take_challenge(test, c);
		make_authenticate(c);
		total = 9 * c->message_len;
		len = i < c->message_len ? i : c->message_len;
		copy = kmemdup(c->message, max(len, 1U), GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, copy);
		bit = i - c->message_len;
		if (i >= c->message_len)
			copy[bit / 8] ^= 1 << bit % 8;
		kfree(c->reply);
		status = ksmbd_auth_step(c->auth, copy, len, &c->reply, &c->reply_len);
		KUNIT_EXPECT_TRUE_MSG(test, ksmbd_status_is_error(status), "damage %u", i);
		kfree(copy);
		end(c);
	}
}

/* Every challenge is another one, and says who we are. */
static void challenges(struct kunit *test)
{
	static const struct client what = { .user = "alice", .password = "S3cret" };
	struct client *a = begin(test, &what), *b = begin(test, &what);

	send_negotiate(a);
	take_challenge(test, a);
	send_negotiate(b);
	take_challenge(test, b);
	KUNIT_EXPECT_TRUE(test, memcmp(a->challenge.data + 24, b->challenge.data + 24, 8));
	/* What the client asked for, and never what it did not. */
	KUNIT_EXPECT_EQ(test, get_unaligned_le32(a->challenge.data + 20), 0xe28a8215U);
	KUNIT_EXPECT_NOT_NULL(test, memmem(a->challenge.data, a->challenge.len,
					   "T\0E\0S\0T\0H\0O\0S\0T", 15));
	end(a);
	end(b);
}

/* ---- accounts ---- */

static void install(const char *text)
{
	struct report report = {};
	struct conf_reader *reader = conf_reader_create(&report);
	struct passdb *db = passdb_create();
	struct conf *conf;
	u8 hash[PASSDB_HASH_SIZE];

	conf_reader_text(reader, "test", text, strlen(text));
	conf = conf_reader_finish(reader);
	passdb_hash("S3cret", hash);
	passdb_set(db, "alice", hash);
	passdb_hash("\xc3\xa9t\xc3\xa9", hash);
	passdb_set(db, "\xd0\xb6\xd0\xb0\xd0\xbd\xd0\xbd\xd0\xb0", hash);
	upcall_host_install(conf, db);
	conf_put(conf);
	passdb_put(db);
	conf_reader_free(reader);
}

static int suite_init(struct kunit_suite *suite)
{
	int err = upcall_host_init();

	if (!err)
		install("[global]\n");
	return err;
}

static void suite_exit(struct kunit_suite *suite)
{
	upcall_host_exit();
}

static struct kunit_case login_cases[] = {
	KUNIT_CASE(right_password),
	KUNIT_CASE(refused_logins),
	KUNIT_CASE(ntlm_v1),
	KUNIT_CASE(anonymous),
	KUNIT_CASE(guests),
	KUNIT_CASE(nobody_to_ask),
	KUNIT_CASE(damaged_authenticate),
	KUNIT_CASE(challenges),
	{},
};

static struct kunit_suite login_suite = {
	.name = "vectors-login",
	.suite_init = suite_init,
	.suite_exit = suite_exit,
	.test_cases = login_cases,
};
kunit_test_suite(login_suite);
