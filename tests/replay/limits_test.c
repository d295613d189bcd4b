// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a client may have at most, and what it hears of the next one. (Connections and
 * half-made sessions: setup_test.c; credits: credit_test.c; parked requests: async_test.c;
 * failed logins: delay_test.c.)
 */
#include <linux/delay.h>
#include <linux/workqueue.h>

#include "session/conn.h"
#include "tests/replay/replay.h"

#define MAX_SESSIONS 1024 /* of a connection */
#define MAX_TREES    4096 /* of a session */

static struct replay *negotiated(struct kunit *test)
{
	struct replay *r = replay_open(test, 0);
	struct replay_reply reply;

	replay_negotiate(r, KSMBD_DIALECT_302);
	REPLAY_EXPECT(r, &reply, SMB2_NEGOTIATE, STATUS_SUCCESS);
	return r;
}

/* One more session: what the first leg came to, or the second. */
static u32 add_session(struct replay *r)
{
	struct replay_reply reply;
	u8 token[REPLAY_TOKEN_MAX];

	r->session_id = 0;
	replay_setup(r, 0, token, replay_ntlm_negotiate(token));
	if (!replay_take(r, &reply))
		return U32_MAX;
	if (reply.status != ksmbd_status_u32(STATUS_MORE_PROCESSING_REQUIRED))
		return reply.status;
	r->session_id = reply.session_id;
	replay_setup(r, 0, token, replay_ntlm_anonymous(token));
	return replay_take(r, &reply) ? reply.status : U32_MAX;
}

static void log_off(struct replay *r, u64 session_id)
{
	struct replay_reply reply;

	r->session_id = session_id;
	replay_empty(r, SMB2_LOGOFF);
	replay_finish(r);
	REPLAY_EXPECT(r, &reply, SMB2_LOGOFF, STATUS_SUCCESS);
}

/* @max sessions, then @refused; one less makes room for one more. */
static void fill_with_sessions(struct kunit *test, u32 max, ntstatus_t refused)
{
	struct replay *r = negotiated(test);
	u64 session_id;
	u32 i;

	for (i = 0; i < max; i++)
		KUNIT_ASSERT_EQ(test, add_session(r), 0U);
	session_id = r->session_id;
	KUNIT_EXPECT_EQ(test, add_session(r), ksmbd_status_u32(refused));
	log_off(r, session_id);
	KUNIT_EXPECT_EQ(test, add_session(r), 0U);
	KUNIT_EXPECT_EQ(test, add_session(r), ksmbd_status_u32(refused));
}

static void many_sessions(struct ksmbd_config *values)
{
	values->max_sessions = 2 * MAX_SESSIONS;
}

static void sessions_of_a_connection(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, hook_configure(many_sessions), 0);
	fill_with_sessions(test, MAX_SESSIONS, STATUS_REQUEST_NOT_ACCEPTED);
}

static void few_sessions(struct ksmbd_config *values)
{
	values->max_sessions = 3;
}

static void sessions_of_the_server(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, hook_configure(few_sessions), 0);
	fill_with_sessions(test, 3, STATUS_INSUFFICIENT_RESOURCES);
}

static u32 add_tree(struct replay *r)
{
	struct replay_reply reply;

	replay_tree_connect(r, "\\\\h\\IPC$");
	replay_finish(r);
	if (!replay_take(r, &reply))
		return U32_MAX;
	r->tree_id = reply.tree_id;
	return reply.status;
}

static void trees_of_a_session(struct kunit *test)
{
	struct replay *r = replay_open(test, KSMBD_DIALECT_302);
	struct replay_reply reply;
	u32 i, tree_id;

	for (i = 2; i < MAX_TREES; i++) /* it has two */
		KUNIT_ASSERT_EQ(test, add_tree(r), 0U);
	tree_id = r->tree_id;
	KUNIT_EXPECT_EQ(test, add_tree(r), ksmbd_status_u32(STATUS_INSUFFICIENT_RESOURCES));
	r->tree_id = tree_id;
	replay_empty(r, SMB2_TREE_DISCONNECT);
	replay_finish(r);
	REPLAY_EXPECT(r, &reply, SMB2_TREE_DISCONNECT, STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, add_tree(r), 0U);
	KUNIT_EXPECT_EQ(test, add_tree(r), ksmbd_status_u32(STATUS_INSUFFICIENT_RESOURCES));
}

static u32 add_open(struct replay *r, struct replay_fid *fid)
{
	struct replay_reply reply;

	replay_create(r, "a.txt", FILE_READ_DATA, FILE_OPEN, 0);
	replay_finish(r);
	if (!replay_take(r, &reply))
		return U32_MAX;
	*fid = replay_fid(&reply);
	return reply.status;
}

static void few_opens(struct ksmbd_config *values)
{
	values->max_open_files = 5;
}

static void opens_of_a_session(struct kunit *test)
{
	struct replay_fid fid = {}, none;
	struct replay_reply reply;
	struct replay *r, *other;
	u32 i;

	KUNIT_ASSERT_EQ(test, hook_configure(few_opens), 0);
	r = replay_open(test, KSMBD_DIALECT_311);
	other = replay_open(test, KSMBD_DIALECT_202);
	for (i = 0; i < 5; i++)
		KUNIT_ASSERT_EQ(test, add_open(r, &fid), 0U);
	KUNIT_EXPECT_EQ(test, add_open(r, &none), ksmbd_status_u32(STATUS_TOO_MANY_OPENED_FILES));
	KUNIT_EXPECT_EQ(test, add_open(other, &none), 0U);
	replay_file_request(r, SMB2_CLOSE, fid);
	replay_finish(r);
	REPLAY_EXPECT(r, &reply, SMB2_CLOSE, STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, add_open(r, &fid), 0U);
}

static void few_waiting(struct ksmbd_config *values)
{
	values->max_waiting = 3;
}

/* One more request that waits: what it hears. */
static u32 add_waiting(struct replay *r, struct replay_fid fid)
{
	struct replay_reply reply;

	replay_read(r, fid, 100, 0);
	replay_finish(r);
	return replay_take(r, &reply) ? reply.status : U32_MAX;
}

static void waiting_requests(struct kunit *test)
{
	struct replay_reply reply;
	struct replay_fid fid;
	struct replay *r;
	u64 first;
	u32 i;

	KUNIT_ASSERT_EQ(test, hook_configure(few_waiting), 0);
	r = replay_open(test, KSMBD_DIALECT_311);
	fid = replay_open_pipe(r);
	first = r->next_id;
	for (i = 0; i < 3; i++)
		KUNIT_EXPECT_EQ(test, add_waiting(r, fid), ksmbd_status_u32(STATUS_PENDING));
	for (i = 0; i < 2; i++)
		KUNIT_EXPECT_EQ(test, add_waiting(r, fid),
				ksmbd_status_u32(STATUS_INSUFFICIENT_RESOURCES));
	replay_cancel(r, first, 0);
	REPLAY_EXPECT(r, &reply, SMB2_READ, STATUS_CANCELLED);
	KUNIT_EXPECT_EQ(test, add_waiting(r, fid), ksmbd_status_u32(STATUS_PENDING));
	KUNIT_EXPECT_EQ(test, add_waiting(r, fid), ksmbd_status_u32(STATUS_INSUFFICIENT_RESOURCES));
}

/* ---- idle connections ---- */

static void dead_soon(struct ksmbd_config *values)
{
	values->deadtime_ms = 300;
}

static void expect_alive(struct replay *r)
{
	struct replay_reply reply;

	replay_echo(r);
	replay_finish(r);
	REPLAY_EXPECT(r, &reply, SMB2_ECHO, STATUS_SUCCESS);
}

/* By itself, whoever comes and goes meanwhile. */
static void idle(struct kunit *test)
{
	u32 i;

	KUNIT_ASSERT_EQ(test, hook_configure(dead_soon), 0);
	for (i = 0; i < 2; i++)
		KUNIT_EXPECT_TRUE(test, replay_ended(replay_open(test, KSMBD_DIALECT_210)));
}

/* An hour: it passes where the test says so, and no machine is too slow for what comes before. */
static void dead_late(struct ksmbd_config *values)
{
	values->deadtime_ms = 3600 * 1000;
}

/* An open file keeps its connection. */
static void idle_with_file(struct kunit *test)
{
	struct replay_reply reply;
	struct replay_fid fid;
	struct replay *r;
	u32 i, ms;

	KUNIT_ASSERT_EQ(test, hook_configure(dead_late), 0);
	r = replay_open(test, KSMBD_DIALECT_302);
	KUNIT_ASSERT_EQ(test, add_open(r, &fid), 0U);
	for (i = 0; i < 20; i++)
		flush_delayed_work(&r->conn->deadline);
	expect_alive(r);
	replay_file_request(r, SMB2_CLOSE, fid);
	replay_finish(r);
	REPLAY_EXPECT(r, &reply, SMB2_CLOSE, STATUS_SUCCESS);
	for (ms = 0; !ksmbd_loop_ended(r->loop) && ms < REPLAY_TIMEOUT_MS; ms++) {
		flush_delayed_work(&r->conn->deadline);
		msleep(1);
	}
	KUNIT_EXPECT_TRUE(test, replay_ended(r));
}

static void both_deadlines(struct ksmbd_config *values)
{
	values->auth_timeout = 3600;
	values->deadtime_ms = 4;
}

/* It begins to count where the time to log in ends. */
static void idle_after_login(struct kunit *test)
{
	struct replay *r;

	KUNIT_ASSERT_EQ(test, hook_configure(both_deadlines), 0);
	r = negotiated(test);
	KUNIT_EXPECT_EQ(test, add_session(r), 0U);
	KUNIT_EXPECT_TRUE(test, replay_silent(r));
	KUNIT_EXPECT_EQ(test, ksmbd_conn_state(r->conn), KSMBD_CONN_AUTHENTICATED);
	flush_delayed_work(&r->conn->deadline);
	KUNIT_EXPECT_TRUE(test, replay_ended(r));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(sessions_of_a_connection),
	KUNIT_CASE(sessions_of_the_server),
	KUNIT_CASE(trees_of_a_session),
	KUNIT_CASE(opens_of_a_session),
	KUNIT_CASE(waiting_requests),
	KUNIT_CASE(idle),
	KUNIT_CASE(idle_with_file),
	KUNIT_CASE(idle_after_login),
	{},
};

static struct kunit_suite suite = {
	.name = "replay_limits",
	.suite_init = replay_suite_init,
	.suite_exit = replay_suite_exit,
	.exit = replay_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
