// SPDX-License-Identifier: GPL-2.0-or-later
/* Before there is a session, and what a peer may cost by then. [MS-SMB2] 3.3.5.5 */
#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/workqueue.h>

#include "session/conn.h"
#include "session/strangers.h"
#include "tests/replay/replay.h"

#define LENGTH_WORD 4

static void negotiate(struct replay *r, u16 dialect)
{
	struct replay_reply reply;

	replay_negotiate(r, dialect);
	REPLAY_EXPECT(r, &reply, SMB2_NEGOTIATE, STATUS_SUCCESS);
}

static struct replay *negotiated(struct kunit *test, u16 dialect)
{
	struct replay *r = replay_open(test, 0);

	negotiate(r, dialect);
	return r;
}

/* The first leg; the session id goes into requests to come. */
static void begin_setup(struct replay *r)
{
	struct replay_reply reply;
	u8 token[REPLAY_TOKEN_MAX];

	r->session_id = 0;
	replay_setup(r, 0, token, replay_ntlm_negotiate(token));
	REPLAY_EXPECT(r, &reply, SMB2_SESSION_SETUP, STATUS_MORE_PROCESSING_REQUIRED);
	KUNIT_EXPECT_NE(r->test, reply.session_id, 0ULL);
	r->session_id = reply.session_id;
}

static void log_in_anonymous(struct replay *r)
{
	struct replay_reply reply;
	u8 token[REPLAY_TOKEN_MAX];

	begin_setup(r);
	replay_setup(r, 0, token, replay_ntlm_anonymous(token));
	REPLAY_EXPECT(r, &reply, SMB2_SESSION_SETUP, STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(r->test, get_unaligned_le16(reply.body + 2) & SMB2_SESSION_FLAG_IS_NULL,
			SMB2_SESSION_FLAG_IS_NULL);
}

static void anonymous_session(struct kunit *test)
{
	struct replay *r = negotiated(test, KSMBD_DIALECT_302);
	struct replay_reply reply;

	log_in_anonymous(r);
	KUNIT_EXPECT_EQ(test, ksmbd_conn_state(r->conn), KSMBD_CONN_AUTHENTICATED);
	replay_tree_connect(r, "\\\\h\\IPC$");
	replay_finish(r);
	REPLAY_EXPECT(r, &reply, SMB2_TREE_CONNECT, STATUS_SUCCESS);
	replay_empty(r, SMB2_LOGOFF);
	replay_finish(r);
	REPLAY_EXPECT(r, &reply, SMB2_LOGOFF, STATUS_SUCCESS);
	/* Gone, and a further one may come. */
	replay_tree_connect(r, "\\\\h\\IPC$");
	replay_finish(r);
	REPLAY_EXPECT(r, &reply, SMB2_TREE_CONNECT, STATUS_USER_SESSION_DELETED);
	log_in_anonymous(r);
}

static void no_anonymous(struct ksmbd_config *values)
{
	values->restrict_anonymous = 2;
	values->guest_ok = false; /* what an anonymous login is taken for else */
}

static void anonymous_refused(struct kunit *test)
{
	struct replay_reply reply;
	struct replay *r;
	u8 token[REPLAY_TOKEN_MAX];

	KUNIT_ASSERT_EQ(test, hook_configure(no_anonymous), 0);
	r = negotiated(test, KSMBD_DIALECT_302);
	begin_setup(r);
	replay_setup(r, 0, token, replay_ntlm_anonymous(token));
	KUNIT_ASSERT_TRUE(test, replay_take(r, &reply));
	KUNIT_EXPECT_TRUE(test, ksmbd_status_is_error(KSMBD_STATUS(reply.status)));
	/* The exchange is over, and its id with it. */
	replay_setup(r, 0, token, replay_ntlm_anonymous(token));
	REPLAY_EXPECT(r, &reply, SMB2_SESSION_SETUP, STATUS_USER_SESSION_DELETED);
}

/* Nothing but SESSION_SETUP works in a session that is not there, or not ready. */
static void half_a_session(struct kunit *test)
{
	static const u16 commands[] = { SMB2_LOGOFF, SMB2_TREE_CONNECT, SMB2_TREE_DISCONNECT,
					SMB2_CREATE, SMB2_CLOSE,	SMB2_IOCTL,
					SMB2_LOCK,   SMB2_SET_INFO };
	struct replay *r = negotiated(test, KSMBD_DIALECT_210);
	struct replay_reply reply;
	u32 i, round;

	for (round = 0; round < 3; round++) {
		for (i = 0; i < ARRAY_SIZE(commands); i++) {
			replay_empty(r, commands[i]);
			replay_finish(r);
			REPLAY_EXPECT(r, &reply, commands[i], STATUS_USER_SESSION_DELETED);
		}
		if (round == 0)
			begin_setup(r);
		else
			r->session_id ^= 0x55;
	}
}

static void setup_errors(struct kunit *test)
{
	static const u8 garbage[40] = "this is no security token";
	struct replay *r = negotiated(test, KSMBD_DIALECT_300);
	struct replay_reply reply;
	u8 token[REPLAY_TOKEN_MAX];

	r->session_id = 0x1234;
	replay_setup(r, 0, token, replay_ntlm_negotiate(token));
	REPLAY_EXPECT(r, &reply, SMB2_SESSION_SETUP, STATUS_USER_SESSION_DELETED);
	r->session_id = 0;
	replay_setup(r, 0, garbage, sizeof(garbage));
	KUNIT_ASSERT_TRUE(test, replay_take(r, &reply));
	KUNIT_EXPECT_TRUE(test, ksmbd_status_is_error(KSMBD_STATUS(reply.status)));
	/* AUTHENTICATE without NEGOTIATE */
	replay_setup(r, 0, token, replay_ntlm_anonymous(token));
	KUNIT_ASSERT_TRUE(test, replay_take(r, &reply));
	KUNIT_EXPECT_TRUE(test, ksmbd_status_is_error(KSMBD_STATUS(reply.status)));
	/* NEGOTIATE twice */
	begin_setup(r);
	replay_setup(r, 0, token, replay_ntlm_negotiate(token));
	KUNIT_ASSERT_TRUE(test, replay_take(r, &reply));
	KUNIT_EXPECT_TRUE(test, ksmbd_status_is_error(KSMBD_STATUS(reply.status)));
	/* Binding is not offered. */
	replay_setup(r, SMB2_SESSION_FLAG_BINDING, token, replay_ntlm_negotiate(token));
	KUNIT_ASSERT_TRUE(test, replay_take(r, &reply));
	KUNIT_EXPECT_TRUE(test, ksmbd_status_is_error(KSMBD_STATUS(reply.status)));
	/* A token that is not in the message */
	replay_begin(r, SMB2_SESSION_SETUP);
	ksmbd_wr_u16(&r->wr, 25);
	ksmbd_wr_zero(&r->wr, 10);
	ksmbd_wr_u16(&r->wr, 80);
	ksmbd_wr_u16(&r->wr, 0xFFFF);
	ksmbd_wr_zero(&r->wr, 8);
	replay_finish(r);
	REPLAY_EXPECT(r, &reply, SMB2_SESSION_SETUP, STATUS_INVALID_PARAMETER);
	KUNIT_EXPECT_EQ(test, ksmbd_conn_state(r->conn), KSMBD_CONN_NEGOTIATED);
}

/* One peer cannot take all sessions by beginning them. */
static void many_beginnings(struct kunit *test)
{
	struct replay *r = negotiated(test, KSMBD_DIALECT_210);
	struct replay_reply reply;
	u8 token[REPLAY_TOKEN_MAX];
	u32 i, begun = 0;

	for (i = 0; i < 64; i++) {
		r->session_id = 0;
		replay_setup(r, 0, token, replay_ntlm_negotiate(token));
		KUNIT_ASSERT_TRUE(test, replay_take(r, &reply));
		begun += reply.status == ksmbd_status_u32(STATUS_MORE_PROCESSING_REQUIRED);
	}
	KUNIT_EXPECT_EQ(test, begun, KSMBD_STRANGER_SETUPS);
	/* Others are still served. */
	log_in_anonymous(negotiated(test, KSMBD_DIALECT_302));
}

/* ---- limits ---- */

static void three_connections(struct ksmbd_config *values)
{
	values->max_connections = 3;
}

static void total_limit(struct kunit *test)
{
	struct replay *r[4];
	u32 i;

	KUNIT_ASSERT_EQ(test, hook_configure(three_connections), 0);
	for (i = 0; i < 3; i++)
		KUNIT_ASSERT_EQ(test, replay_try(test, 10 + i, &r[i]), 0);
	KUNIT_EXPECT_EQ(test, replay_try(test, 20, &r[3]), -EBUSY);
	replay_close(r[1]);
	KUNIT_EXPECT_EQ(test, replay_try(test, 20, &r[3]), 0);
}

static void two_per_address(struct ksmbd_config *values)
{
	values->max_ip_connections = 2;
}

static void address_limit(struct kunit *test)
{
	struct replay *r[4];

	KUNIT_ASSERT_EQ(test, hook_configure(two_per_address), 0);
	KUNIT_ASSERT_EQ(test, replay_try(test, 10, &r[0]), 0);
	KUNIT_ASSERT_EQ(test, replay_try(test, 10, &r[1]), 0);
	KUNIT_EXPECT_EQ(test, replay_try(test, 10, &r[2]), -EBUSY);
	KUNIT_EXPECT_EQ(test, replay_try(test, 11, &r[3]), 0);
	replay_close(r[0]);
	KUNIT_EXPECT_EQ(test, replay_try(test, 10, &r[2]), 0);
}

static void one_second(struct ksmbd_config *values)
{
	values->auth_timeout = 1;
}

/* It passes where the test says so, and no machine is too slow for what comes before. */
static void one_hour(struct ksmbd_config *values)
{
	values->auth_timeout = 3600;
}

static void expect_echo(struct replay *r)
{
	struct replay_reply reply;

	replay_echo(r);
	replay_finish(r);
	REPLAY_EXPECT(r, &reply, SMB2_ECHO, STATUS_SUCCESS);
}

static void deadline(struct kunit *test)
{
	struct replay *silent, *halfway, *chatty, *done;

	KUNIT_ASSERT_EQ(test, hook_configure(one_second), 0);
	silent = replay_open(test, 0);
	KUNIT_ASSERT_EQ(test, hook_configure(one_hour), 0);
	halfway = negotiated(test, KSMBD_DIALECT_210);
	begin_setup(halfway);
	chatty = negotiated(test, KSMBD_DIALECT_302);
	done = negotiated(test, KSMBD_DIALECT_302);
	log_in_anonymous(done);
	/* Talking does not help, only logging in. */
	expect_echo(chatty);
	flush_delayed_work(&halfway->conn->deadline);
	flush_delayed_work(&chatty->conn->deadline);
	flush_delayed_work(&done->conn->deadline);
	KUNIT_EXPECT_TRUE(test, replay_ended(silent));
	KUNIT_EXPECT_TRUE(test, replay_ended(halfway));
	KUNIT_EXPECT_TRUE(test, replay_ended(chatty));
	expect_echo(done);
}

/* A message of @len bytes whose content is one ECHO and padding. */
static void send_padded(struct replay *r, u32 len)
{
	replay_echo(r);
	ksmbd_wr_zero(&r->wr, len - r->wr.len);
	replay_finish(r);
}

/* Of a peer that takes no replies one request is worked on, as long as it is a stranger. */
static void deaf(struct kunit *test)
{
	struct replay *r = negotiated(test, KSMBD_DIALECT_210);
	struct replay_reply reply;
	u32 i, n = KSMBD_LOOP_QUEUE_MAX / (LENGTH_WORD + SMB2_HEADER_SIZE + 4);

	r->credits = 8000;
	replay_echo(r);
	replay_finish(r);
	REPLAY_EXPECT(r, &reply, SMB2_ECHO, STATUS_SUCCESS);
	for (i = 0; i < n + 100; i++) {
		replay_echo(r);
		replay_finish(r);
	}
	for (i = 0; i < 20; i++) {
		msleep(5);
		KUNIT_EXPECT_LE(test, atomic_read(&r->conn->running_bytes), 2 * 65536);
	}
	for (i = 0; i < n + 100; i++)
		REPLAY_EXPECT(r, &reply, SMB2_ECHO, STATUS_SUCCESS);
}

/* Strangers do not send long chains. */
static void chains(struct kunit *test)
{
	struct replay *r = negotiated(test, KSMBD_DIALECT_210);
	struct replay_reply reply;
	u32 i;

	r->credits = 64;
	for (i = 0; i < KSMBD_STRANGER_CHAIN; i++)
		replay_echo(r);
	replay_finish(r);
	for (i = 0; i < KSMBD_STRANGER_CHAIN; i++)
		REPLAY_EXPECT(r, &reply, SMB2_ECHO, STATUS_SUCCESS);
	for (i = 0; i < KSMBD_STRANGER_CHAIN + 1; i++)
		replay_echo(r);
	replay_finish(r);
	KUNIT_EXPECT_TRUE(test, replay_ended(r));
}

static void message_size(struct kunit *test)
{
	struct replay *r = negotiated(test, KSMBD_DIALECT_302);
	struct replay_reply reply;

	send_padded(r, KSMBD_STRANGER_LARGE);
	REPLAY_EXPECT(r, &reply, SMB2_ECHO, STATUS_SUCCESS);
	send_padded(r, KSMBD_STRANGER_LARGE + 1);
	KUNIT_EXPECT_TRUE(test, replay_ended(r));
	r = negotiated(test, KSMBD_DIALECT_302);
	log_in_anonymous(r);
	send_padded(r, 3 * KSMBD_STRANGER_LARGE);
	REPLAY_EXPECT(r, &reply, SMB2_ECHO, STATUS_SUCCESS);
}

/* Frames that are none: the connection ends, nothing is answered. */
static void bad_frames(struct kunit *test)
{
	static const u8 frames[][4] = {
		{ 0, 0, 0, 0 },		 { 0, 0, 0, 3 },
		{ 0, 0xFF, 0xFF, 0xFF }, { 1, 0, 0, 4 },
		{ 0x81, 0, 0, 0x44 },	 { 0x85, 0, 0, 1 },
		{ 0, 0x01, 0, 0 },	 { 0xFF, 0xFF, 0xFF, 0xFF },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(frames); i++) {
		struct replay *r = replay_open(test, 0);

		ksmbd_loop_write(r->loop, frames[i], 4);
		KUNIT_EXPECT_TRUE(test, replay_ended(r));
		replay_close(r);
	}
}

static void keep_alive(struct kunit *test)
{
	static const u8 frame[4] = { 0x85, 0, 0, 0 };
	struct replay *r = replay_open(test, 0);
	u32 i;

	for (i = 0; i < 10; i++)
		KUNIT_EXPECT_EQ(test, ksmbd_loop_write(r->loop, frame, sizeof(frame)), 0);
	negotiate(r, KSMBD_DIALECT_210);
}

/* A client that hangs up in the middle of anything. */
static void cut_off(struct kunit *test)
{
	u32 len;

	for (len = 0; len < 104; len += 3) {
		struct replay *r = replay_open(test, 0);
		u8 message[104] = { 0, 0, 0, 100, 0xFE, 'S', 'M', 'B', 64 };

		ksmbd_loop_write(r->loop, message, len);
		ksmbd_loop_finish(r->loop);
		KUNIT_EXPECT_TRUE(test, replay_ended(r));
		replay_close(r);
	}
}

/* Messages shorter than a header, or with a header that is none. */
static void bad_headers(struct kunit *test)
{
	static const u32 ids[] = { SMB2_TRANSFORM_ID, SMB2_COMPRESSION_ID, 0, 0x424D53FE ^ 1 };
	u8 message[80] = { 0xFE, 'S', 'M', 'B', 64 };
	struct replay *r;
	u32 i;

	for (i = 4; i < SMB2_HEADER_SIZE; i += 7) {
		r = replay_open(test, KSMBD_DIALECT_311);
		replay_bytes(r, message, i);
		KUNIT_EXPECT_TRUE(test, replay_ended(r));
		replay_close(r);
	}
	for (i = 0; i < ARRAY_SIZE(ids); i++) {
		r = replay_open(test, KSMBD_DIALECT_311);
		put_unaligned_le32(ids[i], message);
		replay_bytes(r, message, sizeof(message));
		KUNIT_EXPECT_TRUE(test, replay_ended(r));
		replay_close(r);
	}
}

/* Commands that do not exist, or are not built. */
static void unknown_commands(struct kunit *test)
{
	struct replay *r = replay_open(test, KSMBD_DIALECT_311);
	struct replay_reply reply;
	u16 commands[] = { SMB2_COMMAND_NR, 0x100, 0x7FFF, 0xFFFF };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		replay_empty(r, commands[i]);
		replay_finish(r);
		REPLAY_EXPECT(r, &reply, commands[i], STATUS_INVALID_PARAMETER);
	}
	replay_echo(r);
	replay_finish(r);
	REPLAY_EXPECT(r, &reply, SMB2_ECHO, STATUS_SUCCESS);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(anonymous_session),
	KUNIT_CASE(anonymous_refused),
	KUNIT_CASE(half_a_session),
	KUNIT_CASE(setup_errors),
	KUNIT_CASE(many_beginnings),
	KUNIT_CASE(total_limit),
	KUNIT_CASE(address_limit),
	KUNIT_CASE(deadline),
	KUNIT_CASE(message_size),
	KUNIT_CASE(bad_frames),
	KUNIT_CASE(keep_alive),
	KUNIT_CASE(cut_off),
	KUNIT_CASE(bad_headers),
	KUNIT_CASE(unknown_commands),
	KUNIT_CASE(deaf),
	KUNIT_CASE(chains),
	{},
};

static struct kunit_suite suite = {
	.name = "replay_setup",
	.suite_init = replay_suite_init,
	.suite_exit = replay_suite_exit,
	.exit = replay_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
