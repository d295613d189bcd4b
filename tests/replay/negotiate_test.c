// SPDX-License-Identifier: GPL-2.0-or-later
/* NEGOTIATE over whole connections. [MS-SMB2] 3.3.5.3, 3.3.5.4 */
#include <linux/kernel.h>
#include <linux/string.h>

#include "session/conn.h"
#include "tests/replay/replay.h"

/* Contexts of a 3.1.1 NEGOTIATE, in this order. */
enum {
	END,
	PREAUTH,
	PREAUTH_OTHER,
	PREAUTH_EMPTY,
	PREAUTH_CUT,
	CIPHERS,
	CIPHERS_EMPTY,
	SIGNING,
	SIGNING_HMAC,
	SIGNING_EMPTY,
	UNKNOWN
};

static void write_context(struct ksmbd_wr *wr, u16 type, const u16 *values, u32 count)
{
	u32 i;

	ksmbd_wr_align(wr, 8);
	ksmbd_wr_u16(wr, type);
	ksmbd_wr_u16(wr, 2 * count);
	ksmbd_wr_u32(wr, 0);
	for (i = 0; i < count; i++)
		ksmbd_wr_u16(wr, values[i]);
}

static void write_kind(struct ksmbd_wr *wr, u8 kind)
{
	static const struct {
		u16 type;
		u16 count;
		u16 values[5];
	} kinds[] = {
		[PREAUTH] = { SMB2_PREAUTH_INTEGRITY_CAPABILITIES, 4, { 1, 2, 1, 0x55AA } },
		[PREAUTH_OTHER] = { SMB2_PREAUTH_INTEGRITY_CAPABILITIES, 3, { 1, 0, 7 } },
		[PREAUTH_EMPTY] = { SMB2_PREAUTH_INTEGRITY_CAPABILITIES, 2, { 0, 0 } },
		[PREAUTH_CUT] = { SMB2_PREAUTH_INTEGRITY_CAPABILITIES, 2, { 5, 0 } },
		[CIPHERS] = { SMB2_ENCRYPTION_CAPABILITIES, 3, { 2, 2, 1 } },
		[CIPHERS_EMPTY] = { SMB2_ENCRYPTION_CAPABILITIES, 1, { 0 } },
		[SIGNING] = { SMB2_SIGNING_CAPABILITIES, 4, { 3, 2, 1, 0 } },
		[SIGNING_HMAC] = { SMB2_SIGNING_CAPABILITIES, 2, { 1, 0 } },
		[SIGNING_EMPTY] = { SMB2_SIGNING_CAPABILITIES, 1, { 0 } },
		[UNKNOWN] = { 0x7777, 3, { 1, 2, 3 } },
	};

	write_context(wr, kinds[kind].type, kinds[kind].values, kinds[kind].count);
}

/* Sends a NEGOTIATE; @contexts ends with END, or is NULL. */
static void send_negotiate(struct replay *r, const u16 *dialects, u32 count, const u8 *contexts)
{
	struct ksmbd_wr *wr = &r->wr;
	u32 i, n = 0;

	replay_begin(r, SMB2_NEGOTIATE);
	ksmbd_wr_u16(wr, 36);
	ksmbd_wr_u16(wr, count);
	ksmbd_wr_u32(wr, SMB2_NEGOTIATE_SIGNING_ENABLED);
	ksmbd_wr_u32(wr, 0x7F);
	ksmbd_wr_zero(wr, 16 + 8);
	for (i = 0; i < count; i++)
		ksmbd_wr_u16(wr, dialects[i]);
	if (contexts) {
		ksmbd_wr_align(wr, 8);
		ksmbd_wr_patch_u32(wr, SMB2_HEADER_SIZE + 28, wr->len);
		for (; contexts[n] != END; n++)
			write_kind(wr, contexts[n]);
		ksmbd_wr_patch_u16(wr, SMB2_HEADER_SIZE + 32, n);
	}
	replay_finish(r);
}

static void send_one(struct replay *r, u16 dialect)
{
	static const u8 preauth[] = { PREAUTH, END };

	send_negotiate(r, &dialect, 1, dialect == KSMBD_DIALECT_311 ? preauth : NULL);
}

static u16 chosen(const struct replay_reply *reply)
{
	return reply->body_len >= 64 ? get_unaligned_le16(reply->body + 4) : 0;
}

/* Value of the first response context of @type, or -1: [MS-SMB2] 2.2.4.1 */
static s32 context_value(const struct replay *r, const struct replay_reply *reply, u16 type)
{
	u32 count = get_unaligned_le16(reply->body + 6), i, len;
	u32 off = get_unaligned_le32(reply->body + 60);

	for (i = 0; i < count; i++) {
		if (off % 8 || off + 8 > r->in_len)
			return -2;
		len = get_unaligned_le16(r->in + off + 2);
		if (off + 8 + len > r->in_len || len < 4)
			return -2;
		if (get_unaligned_le16(r->in + off) == type)
			return get_unaligned_le16(r->in + off + 8 + len - 2);
		off += (8 + len + 7) & ~7u;
	}
	return -1;
}

static void each_dialect(struct kunit *test)
{
	static const u16 dialects[] = { 0x0202, 0x0210, 0x0300, 0x0302, 0x0311 };
	struct replay_reply reply;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(dialects); i++) {
		struct replay *r = replay_open(test, 0);

		send_one(r, dialects[i]);
		REPLAY_EXPECT(r, &reply, SMB2_NEGOTIATE, STATUS_SUCCESS);
		KUNIT_EXPECT_EQ(test, chosen(&reply), dialects[i]);
		KUNIT_EXPECT_GE(test, reply.credits, 1);
		KUNIT_EXPECT_EQ(test, ksmbd_conn_state(r->conn), KSMBD_CONN_NEGOTIATED);
		/* LARGE_MTU from 2.1 on; 64 KiB before */
		KUNIT_EXPECT_EQ(test, get_unaligned_le32(reply.body + 24) & 4,
				i ? SMB2_GLOBAL_CAP_LARGE_MTU : 0);
		KUNIT_EXPECT_EQ(test, get_unaligned_le32(reply.body + 28) == 65536, !i);
		replay_close(r);
	}
}

static void best_dialect(struct kunit *test)
{
	static const u16 many[] = { 0x0210, 0x0202, 0x0777, 0x0300, 0x02FF };
	struct replay *r = replay_open(test, 0);
	struct replay_reply reply;

	send_negotiate(r, many, ARRAY_SIZE(many), NULL);
	REPLAY_EXPECT(r, &reply, SMB2_NEGOTIATE, STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, chosen(&reply), 0x0300);
}

static void up_to_302(struct ksmbd_config *values)
{
	values->min_dialect = KSMBD_DIALECT_210;
	values->max_dialect = KSMBD_DIALECT_302;
}

static void configured_dialects(struct kunit *test)
{
	static const u16 all[] = { 0x0202, 0x0210, 0x0300, 0x0302, 0x0311 };
	static const u8 contexts[] = { PREAUTH, END };
	struct replay_reply reply;
	struct replay *r;

	KUNIT_ASSERT_EQ(test, hook_configure(up_to_302), 0);
	r = replay_open(test, 0);
	send_negotiate(r, all, ARRAY_SIZE(all), contexts);
	REPLAY_EXPECT(r, &reply, SMB2_NEGOTIATE, STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, chosen(&reply), 0x0302);
	r = replay_open(test, 0);
	send_one(r, 0x0202);
	REPLAY_EXPECT(r, &reply, SMB2_NEGOTIATE, STATUS_NOT_SUPPORTED);
	r = replay_open(test, 0);
	send_one(r, 0x0311);
	REPLAY_EXPECT(r, &reply, SMB2_NEGOTIATE, STATUS_NOT_SUPPORTED);
}

static void bad_dialects(struct kunit *test)
{
	static const u16 unknown[] = { 0x0100, 0x0777, 0x02FF };
	struct replay *r = replay_open(test, 0);
	struct replay_reply reply;

	send_negotiate(r, unknown, 0, NULL);
	REPLAY_EXPECT(r, &reply, SMB2_NEGOTIATE, STATUS_INVALID_PARAMETER);
	r = replay_open(test, 0);
	send_negotiate(r, unknown, ARRAY_SIZE(unknown), NULL);
	REPLAY_EXPECT(r, &reply, SMB2_NEGOTIATE, STATUS_NOT_SUPPORTED);
}

/* More dialects are announced than there are bytes. */
static void cut_off_dialects(struct kunit *test)
{
	struct replay *r = replay_open(test, 0);
	struct replay_reply reply;

	replay_begin(r, SMB2_NEGOTIATE);
	ksmbd_wr_u16(&r->wr, 36);
	ksmbd_wr_u16(&r->wr, 4);
	ksmbd_wr_zero(&r->wr, 32);
	ksmbd_wr_u16(&r->wr, 0x0210);
	replay_finish(r);
	REPLAY_EXPECT(r, &reply, SMB2_NEGOTIATE, STATUS_INVALID_PARAMETER);
}

static void contexts(struct kunit *test)
{
	static const struct {
		u8 kinds[6];
		ntstatus_t status;
		s32 signing; /* -1: no such context comes back */
	} cases[] = {
		{ { PREAUTH, END }, STATUS_SUCCESS, -1 },
		{ { PREAUTH, CIPHERS, SIGNING, END }, STATUS_SUCCESS, SMB2_SIGNING_AES_GMAC },
		{ { UNKNOWN, SIGNING_HMAC, PREAUTH, UNKNOWN, END },
		  STATUS_SUCCESS,
		  SMB2_SIGNING_HMAC_SHA256 },
		{ { END }, STATUS_INVALID_PARAMETER },
		{ { CIPHERS, SIGNING, END }, STATUS_INVALID_PARAMETER },
		{ { PREAUTH_OTHER, END }, STATUS_SMB_NO_PREAUTH_INTEGRITY_HASH_OVERLAP },
		{ { PREAUTH_EMPTY, END }, STATUS_INVALID_PARAMETER },
		{ { PREAUTH_CUT, END }, STATUS_INVALID_PARAMETER },
		{ { PREAUTH, PREAUTH, END }, STATUS_INVALID_PARAMETER },
		{ { PREAUTH, CIPHERS, CIPHERS, END }, STATUS_INVALID_PARAMETER },
		{ { PREAUTH, SIGNING, SIGNING, END }, STATUS_INVALID_PARAMETER },
		{ { PREAUTH, SIGNING_EMPTY, END }, STATUS_INVALID_PARAMETER },
		{ { PREAUTH, CIPHERS_EMPTY, END }, STATUS_INVALID_PARAMETER },
	};
	const u16 dialect = KSMBD_DIALECT_311;
	struct replay_reply reply;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct replay *r = replay_open(test, 0);

		send_negotiate(r, &dialect, 1, cases[i].kinds);
		REPLAY_EXPECT(r, &reply, SMB2_NEGOTIATE, cases[i].status);
		if (cases[i].status == STATUS_SUCCESS) {
			KUNIT_EXPECT_EQ(test, context_value(r, &reply, SMB2_SIGNING_CAPABILITIES),
					cases[i].signing);
			KUNIT_EXPECT_GE(test, context_value(r, &reply, 1), 0);
		} else {
			KUNIT_EXPECT_EQ(test, ksmbd_conn_state(r->conn), KSMBD_CONN_NEW);
		}
		replay_close(r);
	}
}

/* The list's offset and count point behind the message. */
static void truncated_contexts(struct kunit *test)
{
	static const u32 offsets[] = { 0, 103, 104, 0xFFFFFFFF };
	struct replay_reply reply;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(offsets); i++) {
		struct replay *r = replay_open(test, 0);

		replay_begin(r, SMB2_NEGOTIATE);
		ksmbd_wr_u16(&r->wr, 36);
		ksmbd_wr_u16(&r->wr, 1);
		ksmbd_wr_zero(&r->wr, 24);
		ksmbd_wr_u32(&r->wr, offsets[i]);
		ksmbd_wr_u32(&r->wr, 0xFFFF);
		ksmbd_wr_u16(&r->wr, KSMBD_DIALECT_311);
		replay_finish(r);
		REPLAY_EXPECT(r, &reply, SMB2_NEGOTIATE, STATUS_INVALID_PARAMETER);
		replay_close(r);
	}
}

/* A NEGOTIATE that failed may be followed by a better one. */
static void second_try(struct kunit *test)
{
	struct replay *r = replay_open(test, 0);
	struct replay_reply reply;

	send_one(r, 0x0777);
	REPLAY_EXPECT(r, &reply, SMB2_NEGOTIATE, STATUS_NOT_SUPPORTED);
	send_one(r, 0x0210);
	REPLAY_EXPECT(r, &reply, SMB2_NEGOTIATE, STATUS_SUCCESS);
}

static bool ends_connection(struct replay *r)
{
	struct replay_reply reply;

	/* With an error or without a word. */
	return replay_ended(r) || (replay_take(r, &reply) && reply.status && replay_ended(r));
}

static void second_negotiate(struct kunit *test)
{
	struct replay *r = replay_open(test, 0);
	struct replay_reply reply;

	send_one(r, 0x0302);
	REPLAY_EXPECT(r, &reply, SMB2_NEGOTIATE, STATUS_SUCCESS);
	send_one(r, 0x0302);
	KUNIT_EXPECT_TRUE(test, ends_connection(r));
	r = replay_open(test, KSMBD_DIALECT_311);
	send_one(r, 0x0302);
	KUNIT_EXPECT_TRUE(test, ends_connection(r));
}

static void before_negotiate(struct kunit *test)
{
	u16 command;

	for (command = SMB2_SESSION_SETUP; command < SMB2_COMMAND_NR + 2; command++) {
		struct replay *r = replay_open(test, 0);

		if (command == SMB2_CANCEL)
			continue; /* gets no answer anyway */
		replay_empty(r, command);
		replay_finish(r);
		KUNIT_EXPECT_TRUE(test, ends_connection(r));
		replay_close(r);
	}
}

/* ---- SMB1 ---- */

static void send_smb1(struct replay *r, const char *const *dialects, u32 count)
{
	u8 message[256] = { 0xFF, 'S', 'M', 'B', 0x72 };
	u32 len = 35, i;

	for (i = 0; i < count; i++) {
		message[len++] = 2;
		strcpy((char *)message + len, dialects[i]);
		len += strlen(dialects[i]) + 1;
	}
	put_unaligned_le16(len - 35, message + 33);
	replay_bytes(r, message, len);
	r->next_id = 1;
}

static void smb1_to_202(struct kunit *test)
{
	static const char *const offers[] = { "NT LM 0.12", "SMB 2.002" };
	struct replay *r = replay_open(test, 0);
	struct replay_reply reply;

	send_smb1(r, offers, ARRAY_SIZE(offers));
	REPLAY_EXPECT(r, &reply, SMB2_NEGOTIATE, STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, chosen(&reply), KSMBD_DIALECT_202);
	KUNIT_EXPECT_EQ(test, reply.message_id, 0ULL);
	KUNIT_EXPECT_EQ(test, reply.credits, 1);
	/* That was the negotiation: message 1 must be something else. */
	send_one(r, 0x0202);
	KUNIT_EXPECT_TRUE(test, ends_connection(r));
}

static void smb1_to_any(struct kunit *test)
{
	static const char *const offers[] = { "SMB 2.002", "SMB 2.???" };
	struct replay *r = replay_open(test, 0);
	struct replay_reply reply;

	send_smb1(r, offers, ARRAY_SIZE(offers));
	REPLAY_EXPECT(r, &reply, SMB2_NEGOTIATE, STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, chosen(&reply), SMB2_DIALECT_WILDCARD);
	KUNIT_EXPECT_EQ(test, ksmbd_conn_state(r->conn), KSMBD_CONN_MULTI);
	send_one(r, 0x0311);
	REPLAY_EXPECT(r, &reply, SMB2_NEGOTIATE, STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, chosen(&reply), KSMBD_DIALECT_311);
}

static void smb1_refused(struct kunit *test)
{
	static const char *const offers[] = { "NT LM 0.12", "SMB 2.00", "LANMAN1.0" };
	struct replay *r = replay_open(test, 0);
	u8 answer[4 + 37];

	send_smb1(r, offers, ARRAY_SIZE(offers));
	KUNIT_ASSERT_EQ(test, ksmbd_loop_read(r->loop, answer, sizeof(answer), REPLAY_TIMEOUT_MS),
			0);
	KUNIT_EXPECT_EQ(test, get_unaligned_be32(answer), 37U);
	KUNIT_EXPECT_EQ(test, get_unaligned_le32(answer + 4), (u32)SMB1_PROTO_ID);
	KUNIT_EXPECT_EQ(test, answer[4 + 4], 0x72);
	KUNIT_EXPECT_EQ(test, get_unaligned_le16(answer + 4 + 33), 0xFFFF);
	KUNIT_EXPECT_TRUE(test, replay_ended(r));
}

static void smb1_malformed(struct kunit *test)
{
	u8 message[80] = { 0xFF, 'S', 'M', 'B', 0x72 };
	u32 len;

	memset(message + 35, 2, sizeof(message) - 35); /* names without an end */
	for (len = 4; len <= sizeof(message); len += 4) {
		struct replay *r = replay_open(test, 0);
		u8 answer[4 + 37];

		message[33] = len > 35 ? len - 35 : 0;
		replay_bytes(r, message, len);
		KUNIT_EXPECT_EQ(test,
				ksmbd_loop_read(r->loop, answer, sizeof(answer), REPLAY_TIMEOUT_MS),
				0);
		KUNIT_EXPECT_TRUE(test, replay_ended(r));
		replay_close(r);
	}
}

static void smb1_too_late(struct kunit *test)
{
	static const char *const offers[] = { "SMB 2.???" };
	struct replay *r = replay_open(test, 0);
	struct replay_reply reply;

	send_smb1(r, offers, 1);
	REPLAY_EXPECT(r, &reply, SMB2_NEGOTIATE, STATUS_SUCCESS);
	send_smb1(r, offers, 1);
	KUNIT_EXPECT_TRUE(test, replay_ended(r));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(each_dialect),	 KUNIT_CASE(best_dialect),
	KUNIT_CASE(configured_dialects), KUNIT_CASE(bad_dialects),
	KUNIT_CASE(cut_off_dialects),	 KUNIT_CASE(contexts),
	KUNIT_CASE(truncated_contexts),	 KUNIT_CASE(second_try),
	KUNIT_CASE(second_negotiate),	 KUNIT_CASE(before_negotiate),
	KUNIT_CASE(smb1_to_202),	 KUNIT_CASE(smb1_to_any),
	KUNIT_CASE(smb1_refused),	 KUNIT_CASE(smb1_malformed),
	KUNIT_CASE(smb1_too_late),	 {},
};

static struct kunit_suite suite = {
	.name = "replay_negotiate",
	.suite_init = replay_suite_init,
	.suite_exit = replay_suite_exit,
	.exit = replay_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
