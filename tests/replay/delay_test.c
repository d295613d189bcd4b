// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Answers to failed logins are held back. Where the delay is LONG it does not end within the
 * test: what comes nevertheless did not wait for it.
 */
#include <kit/kit.h>

#include "session/conn.h"
#include "session/limits.h"
#include "session/strangers.h"
#include "smb2/setup_delay.h"
#include "tests/replay/ntlm.h"

#define LONG_MS 600000

static void delay_long(struct ksmbd_config *values)
{
	values->auth_delay = LONG_MS;
}

static void delay_short(struct ksmbd_config *values)
{
	values->auth_delay = 1;
}

static struct replay *client(struct kunit *test, u8 host)
{
	struct replay_reply reply;
	struct replay *r;

	KUNIT_ASSERT_EQ(test, replay_try(test, host, &r), 0);
	replay_negotiate(r, KSMBD_DIALECT_302);
	REPLAY_EXPECT(r, &reply, SMB2_NEGOTIATE, STATUS_SUCCESS);
	return r;
}

static struct replay *client_of(struct kunit *test, void (*adjust)(struct ksmbd_config *))
{
	KUNIT_ASSERT_EQ(test, hook_configure(adjust), 0);
	return client(test, 1);
}

/* What is sent later is answered earlier: the connection is served, and nothing else came. */
static void expect_held(struct replay *r)
{
	struct replay_reply reply;
	u64 message_id = r->next_id;

	replay_echo(r);
	replay_finish(r);
	REPLAY_EXPECT(r, &reply, SMB2_ECHO, STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(r->test, reply.message_id, message_id);
}

static void expect_success(struct replay *r, u64 session_id)
{
	struct replay_reply reply;

	replay_login(r, session_id, REPLAY_PASSWORD);
	REPLAY_EXPECT(r, &reply, SMB2_SESSION_SETUP, STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(r->test, get_unaligned_le16(reply.body + 2), 0);
}

/* The answer is an ordinary one, whatever time it took. */
static void answered_in_the_end(struct kunit *test)
{
	struct replay *r = client_of(test, delay_short);
	struct replay_reply reply;
	u8 challenge[8];
	u32 i;

	for (i = 0; i < 2 * KSMBD_SETUP_DELAYED_MAX; i++) {
		u64 message_id = r->next_id + 1;

		replay_login_begin(r, 0, challenge);
		replay_login_end(r, challenge, "wrong", 12000);
		REPLAY_EXPECT(r, &reply, SMB2_SESSION_SETUP, STATUS_LOGON_FAILURE);
		KUNIT_EXPECT_EQ(test, reply.message_id, message_id);
		KUNIT_EXPECT_EQ(test, reply.flags & SMB2_FLAGS_ASYNC_COMMAND, 0U);
		KUNIT_EXPECT_GE(test, reply.credits, 1);
	}
	KUNIT_EXPECT_TRUE(test, replay_silent(r));
	expect_success(r, 0);
}

static void others_do_not_wait(struct kunit *test)
{
	struct replay *bad = client_of(test, delay_long), *good = client(test, 2);
	struct replay *same = client(test, 1);

	replay_login(bad, 0, "wrong");
	expect_held(bad);
	expect_success(good, 0);
	/* Nor does who knows the password, from the same address and on the same connection. */
	expect_success(same, 0);
	expect_success(bad, 0);
	expect_held(bad);
	KUNIT_EXPECT_TRUE(test, replay_silent(bad));
}

/* Neither by message id, nor by an async id that it does not have. */
static void not_to_be_cancelled(struct kunit *test)
{
	struct replay *r = client_of(test, delay_long);
	u64 message_id = r->next_id + 1, id;

	replay_login(r, 0, "wrong");
	replay_cancel(r, message_id, 0);
	for (id = 1; id < 4; id++)
		replay_cancel(r, message_id, id);
	expect_held(r);
	KUNIT_EXPECT_TRUE(test, replay_silent(r));
}

static void a_few_per_connection(struct kunit *test)
{
	struct replay *r = client_of(test, delay_long), *other = client(test, 1);
	u32 i;

	for (i = 0; i < KSMBD_SETUP_DELAYED_MAX; i++) {
		replay_login(r, 0, "wrong");
		expect_held(r);
	}
	replay_login(r, 0, "wrong");
	KUNIT_EXPECT_TRUE(test, replay_ended(r));
	expect_success(other, 0);
}

/* What a stranger has said is not kept while he waits. */
static void large_ones(struct kunit *test)
{
	struct replay *r = client_of(test, delay_long);
	u8 challenge[8];
	u32 i;

	for (i = 0; i < KSMBD_SETUP_DELAYED_MAX; i++) {
		replay_login_begin(r, 0, challenge);
		replay_login_end(r, challenge, "wrong", 12000);
		expect_held(r);
	}
	KUNIT_EXPECT_GT(test, r->conn->waiting_bytes, 0U);
	KUNIT_EXPECT_LE(test, r->conn->waiting_bytes, KSMBD_STRANGER_WAITING);
}

/* Who was let in without a password does not become a user. */
static void once_more(struct kunit *test)
{
	struct replay *r = client_of(test, delay_long);
	struct replay_reply reply;
	u8 token[REPLAY_TOKEN_MAX], challenge[8];

	expect_success(r, 0);
	expect_success(r, r->session_id);
	replay_login(r, r->session_id, "wrong");
	expect_held(r);
	replay_login_begin(r, 0, challenge);
	replay_setup(r, 0, token, replay_ntlm_anonymous(token));
	REPLAY_EXPECT(r, &reply, SMB2_SESSION_SETUP, STATUS_SUCCESS);
	replay_login(r, r->session_id, REPLAY_PASSWORD);
	expect_held(r);
	KUNIT_EXPECT_TRUE(test, replay_silent(r));
	/* What is not an attempt at a password is answered at once. */
	r->session_id = 0x1234;
	replay_setup(r, 0, token, replay_ntlm_negotiate(token));
	REPLAY_EXPECT(r, &reply, SMB2_SESSION_SETUP, STATUS_USER_SESSION_DELETED);
	r->session_id = 0;
	replay_setup(r, 0, token, 3);
	REPLAY_EXPECT(r, &reply, SMB2_SESSION_SETUP, STATUS_INVALID_PARAMETER);
}

/* A guest gets in with any password, and others have passwords too: that forgives nothing. */
static void guests_forgive_nothing(struct kunit *test)
{
	struct replay *r = client_of(test, delay_short);
	struct replay_reply reply;
	u8 token[REPLAY_TOKEN_MAX], challenge[8];

	replay_login(r, 0, "wrong");
	REPLAY_EXPECT(r, &reply, SMB2_SESSION_SETUP, STATUS_LOGON_FAILURE);
	replay_login_begin(r, 0, challenge);
	replay_setup(r, 0, token, replay_ntlm_anonymous(token));
	REPLAY_EXPECT(r, &reply, SMB2_SESSION_SETUP, STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, ksmbd_limits_failed(&r->conn->peer, 10), 20U);
	expect_success(r, 0);
	KUNIT_EXPECT_EQ(test, ksmbd_limits_failed(&r->conn->peer, 10), 40U);
}

/* Who hangs up instead of waiting has not escaped. */
static void fail_and_go(struct kunit *test, u32 times)
{
	u32 i;

	for (i = 0; i < times; i++) {
		struct replay *r = client(test, 1);

		replay_login(r, 0, "wrong");
		expect_held(r);
		replay_drop(r);
	}
}

static void abandoned(struct kunit *test)
{
	struct replay *r = client_of(test, delay_long), *late;
	u8 token[REPLAY_TOKEN_MAX];
	u64 message_id;
	u32 i;

	fail_and_go(test, KSMBD_LIMITS_PENALTIES - 1);
	expect_success(r, 0);
	fail_and_go(test, 1);
	/* Nothing is looked at any more from there, right or wrong, in old and new sessions. */
	late = client(test, 1);
	replay_login(late, 0, REPLAY_PASSWORD);
	expect_held(late);
	message_id = r->next_id;
	replay_setup(r, 0, token, replay_ntlm_negotiate(token));
	expect_held(r);
	KUNIT_EXPECT_GT(test, r->next_id, message_id);
	for (i = 2; i < 5; i++)
		expect_success(client(test, i), 0);
	KUNIT_EXPECT_TRUE(test, replay_silent(late));
	replay_drop(late);
}

/* Nor do more connections at a time. */
static void many_at_once(struct kunit *test)
{
	struct replay *r[3 * KSMBD_LIMITS_PENALTIES];
	u32 i, ms;

	KUNIT_ASSERT_EQ(test, hook_configure(delay_long), 0);
	for (i = 0; i < ARRAY_SIZE(r); i++) {
		r[i] = client(test, 1);
		replay_login(r[i], 0, "wrong");
		expect_held(r[i]);
	}
	/* Those after the first few were not looked at: they count for nothing yet. */
	ms = ksmbd_limits_wait(&r[0]->conn->peer);
	KUNIT_EXPECT_GT(test, ms, 0U);
	KUNIT_EXPECT_LE(test, ms, LONG_MS + 100U);
}

/* A password that nobody could verify is no failure of the client's. */
static void nobody_to_ask(struct kunit *test)
{
	struct replay *r = client_of(test, delay_long);
	struct replay_reply reply;
	u32 i;

	hook_mute();
	for (i = 0; i < 2 * KSMBD_LIMITS_PENALTIES; i++) {
		replay_login(r, 0, REPLAY_PASSWORD);
		REPLAY_EXPECT(r, &reply, SMB2_SESSION_SETUP, STATUS_NO_LOGON_SERVERS);
	}
	KUNIT_EXPECT_EQ(test, ksmbd_limits_wait(&r->conn->peer), 0U);
	KUNIT_ASSERT_EQ(test, hook_unmute(), 0);
	expect_success(r, 0);
	/* The first one that is a failure. */
	KUNIT_EXPECT_EQ(test, ksmbd_limits_failed(&r->conn->peer, 10), 10U);
}

/* What was held is looked at in the end. */
static void held_and_served(struct kunit *test)
{
	struct replay *r = client_of(test, delay_short);
	bool held = false;
	u32 i;

	/* On a slow machine those failed first may have been paid for by now. */
	for (i = 1; i < 1000 && !held; i++) {
		ksmbd_limits_failed(&r->conn->peer, 10);
		held = i >= 3 * KSMBD_LIMITS_PENALTIES && ksmbd_limits_wait(&r->conn->peer);
	}
	KUNIT_EXPECT_TRUE(test, held);
	expect_success(r, 0);
	KUNIT_EXPECT_TRUE(test, replay_silent(r));
}

/* The server's end, too, waits for nobody's punishment. */
static void ends_at_once(struct kunit *test)
{
	struct replay *gone = client_of(test, delay_long), *shut = client(test, 1);
	u32 i;

	for (i = 0; i < KSMBD_SETUP_DELAYED_MAX; i++) {
		replay_login(gone, 0, "wrong");
		replay_login(shut, 0, "wrong");
	}
	expect_held(gone);
	expect_held(shut);
	replay_close(gone);
	ksmbd_conn_shutdown(shut->conn);
	KUNIT_EXPECT_TRUE(test, replay_ended(shut));
}

/* Without memory the answer may be another one, or none; never that one at once. */
static void short_of_memory(struct kunit *test)
{
	bool fired = true;
	u32 nth;

	for (nth = 1; nth < 200 && fired; nth++) {
		struct replay *r = client_of(test, delay_long);
		struct replay_reply reply = {};
		u8 challenge[8];

		ksmbd_limits_exit();
		r->lossy = true;
		replay_login_begin(r, 0, challenge);
		kit_fault_set(nth);
		replay_login_end(r, challenge, "wrong", 0);
		replay_echo(r);
		replay_finish(r);
		while (reply.command != SMB2_ECHO && replay_take(r, &reply))
			KUNIT_EXPECT_NE(test, reply.status, ksmbd_status_u32(STATUS_LOGON_FAILURE));
		fired = kit_fault_fired();
		kit_fault_set(0);
		replay_drop(r);
	}
	KUNIT_EXPECT_FALSE(test, fired);
}

static void leave(struct kunit *test)
{
	ksmbd_limits_exit();
	replay_exit(test);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(answered_in_the_end),
	KUNIT_CASE(others_do_not_wait),
	KUNIT_CASE(not_to_be_cancelled),
	KUNIT_CASE(a_few_per_connection),
	KUNIT_CASE(large_ones),
	KUNIT_CASE(once_more),
	KUNIT_CASE(guests_forgive_nothing),
	KUNIT_CASE(abandoned),
	KUNIT_CASE(many_at_once),
	KUNIT_CASE(nobody_to_ask),
	KUNIT_CASE(held_and_served),
	KUNIT_CASE(ends_at_once),
	KUNIT_CASE(short_of_memory),
	{},
};

static struct kunit_suite suite = {
	.name = "replay_delay",
	.suite_init = replay_suite_init,
	.suite_exit = replay_suite_exit,
	.exit = leave,
	.test_cases = cases,
};

kunit_test_suite(suite);
