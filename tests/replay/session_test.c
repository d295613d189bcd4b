// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sessions that end or change hands while they are in use, on one connection or several.
 * [MS-SMB2] 3.3.5.5.3, 3.3.5.6
 */
#include <linux/delay.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "auth/auth.h"
#include "frame/request_types.h"
#include "open/open.h"
#include "session/conn.h"
#include "session/session.h"
#include "smb2/smb2.h"
#include "tests/helpers.h"
#include "tests/replay/oplock.h"
#include "tests/replay/replay.h"

/* The session of @r, counted. */
static struct ksmbd_session *session_of(struct replay *r)
{
	struct ksmbd_session *session = ksmbd_session_lookup(r->session_id);

	KUNIT_ASSERT_NOT_NULL(r->test, session);
	return session;
}

static void expect_gone(struct replay *r)
{
	struct replay_reply reply;

	replay_create(r, "a.txt", FILE_GENERIC_READ, FILE_OPEN, 0);
	replay_finish(r);
	REPLAY_EXPECT(r, &reply, SMB2_CREATE, STATUS_USER_SESSION_DELETED);
}

static void expect_there(struct replay *r)
{
	struct replay_reply reply;

	replay_create(r, "a.txt", FILE_GENERIC_READ, FILE_OPEN, 0);
	replay_finish(r);
	REPLAY_EXPECT(r, &reply, SMB2_CREATE, STATUS_SUCCESS);
}

/* ---- re-authentication ---- */

/* Who proves himself while the session ends comes too late: the end names the user that it had. */
static void too_late(struct kunit *test)
{
	struct replay *r = replay_open(test, KSMBD_DIALECT_311);
	struct ksmbd_session *session = session_of(r);
	struct ksmbd_auth_result nobody = { .anonymous = true };
	struct ksmbd_user *user, *last = ksmbd_session_user(session);

	expect_there(r); /* its connection is served by now */
	user = ksmbd_user_create(&nobody);
	KUNIT_ASSERT_NOT_NULL(test, user);
	ksmbd_session_close(session);
	KUNIT_EXPECT_FALSE(test, ksmbd_session_set_user(session, user));
	user = ksmbd_session_user(session);
	KUNIT_EXPECT_PTR_EQ(test, user, last);
	ksmbd_user_put(user);
	ksmbd_user_put(last);
	ksmbd_session_put(session);
	expect_gone(r);
}

static void first_leg(struct replay *r)
{
	struct replay_reply reply;
	u8 token[REPLAY_TOKEN_MAX];

	replay_setup(r, 0, token, replay_ntlm_negotiate(token));
	REPLAY_EXPECT(r, &reply, SMB2_SESSION_SETUP, STATUS_MORE_PROCESSING_REQUIRED);
	KUNIT_EXPECT_EQ(r->test, reply.session_id, r->session_id);
}

static void become_nobody(struct replay *r)
{
	struct replay_reply reply;
	u8 token[REPLAY_TOKEN_MAX];

	first_leg(r);
	replay_setup(r, 0, token, replay_ntlm_anonymous(token));
	REPLAY_EXPECT(r, &reply, SMB2_SESSION_SETUP, STATUS_SUCCESS);
	KUNIT_EXPECT_TRUE(r->test, get_unaligned_le16(reply.body + 2) & SMB2_SESSION_FLAG_IS_NULL);
}

static void get_nothing(void *obj)
{
}

static void get_open(void *obj)
{
	ksmbd_open_get(obj);
}

/* Was the handle opened by nobody in particular? It stays open meanwhile. */
static bool is_nobodys(struct kunit *test, struct ksmbd_session *session, struct replay_fid fid)
{
	struct ksmbd_open *open;

	open = ksmbd_idtable_find(&session->opens, fid.volatile_id, get_nothing);
	KUNIT_ASSERT_NOT_NULL(test, open);
	return open->user->anonymous;
}

/* Handles and tree connections stay; the user is another, and so is what he opens. */
static void another_user(struct kunit *test)
{
	struct replay *r = replay_open_signing(test, KSMBD_DIALECT_302);
	struct ksmbd_session *session = session_of(r);
	struct ksmbd_user *before = ksmbd_session_user(session), *after;
	struct replay_reply reply;
	struct replay_fid fid;

	fid = oplock_open(r, "mine", RW, NONE, NONE);
	become_nobody(r);
	after = ksmbd_session_user(session);
	KUNIT_EXPECT_PTR_NE(test, before, after);
	KUNIT_EXPECT_TRUE(test, after->anonymous && !before->anonymous);

	replay_write(r, fid, "still", 5, 0);
	replay_finish(r);
	REPLAY_EXPECT(r, &reply, SMB2_WRITE, STATUS_SUCCESS);
	KUNIT_EXPECT_FALSE(test, is_nobodys(test, session, fid));

	fid = oplock_open(r, "theirs", RW, NONE, NONE);
	KUNIT_EXPECT_TRUE(test, is_nobodys(test, session, fid));
	ksmbd_user_put(before);
	ksmbd_user_put(after);
	ksmbd_session_put(session);
}

/* What a handle was opened for is closed as its opener, whoever has come since. */
static void deletes_as_opener(struct kunit *test)
{
	struct replay *r = replay_open_signing(test, KSMBD_DIALECT_302);
	struct replay_reply reply;
	struct replay_fid fid;

	replay_create(r, "doomed", RW, FILE_CREATE, FILE_DELETE_ON_CLOSE);
	replay_finish(r);
	REPLAY_EXPECT(r, &reply, SMB2_CREATE, STATUS_SUCCESS);
	fid = replay_fid(&reply);
	become_nobody(r);
	oplock_close(r, fid);
	replay_create(r, "doomed", FILE_GENERIC_READ, FILE_OPEN, 0);
	replay_finish(r);
	REPLAY_EXPECT(r, &reply, SMB2_CREATE, STATUS_OBJECT_NAME_NOT_FOUND);
}

/* A failure ends the whole session, on every connection. */
static void failed_again(struct kunit *test)
{
	static const u8 garbage[40] = "this is no security token";
	struct replay *a = replay_open(test, KSMBD_DIALECT_311);
	struct replay *b = replay_channel(a);
	struct replay *other = replay_open(test, KSMBD_DIALECT_311);
	struct replay_reply reply;

	expect_there(b);
	first_leg(b);
	expect_there(a); /* until it is over, nothing has changed */
	replay_setup(b, 0, garbage, sizeof(garbage));
	KUNIT_ASSERT_TRUE(test, replay_take(b, &reply));
	KUNIT_EXPECT_TRUE(test, ksmbd_status_is_error(KSMBD_STATUS(reply.status)));
	expect_gone(a);
	expect_gone(b);
	expect_there(other);
}

/* Who has no rights of his own may prove it again and again. That a session without keys does
 * not become somebody's: tests/e2e. */
static void nobody_again(struct kunit *test)
{
	struct replay *r = replay_open(test, KSMBD_DIALECT_302);
	struct ksmbd_session *session = session_of(r);

	become_nobody(r);
	expect_there(r);
	KUNIT_EXPECT_EQ(test, ksmbd_session_state(session), KSMBD_SESSION_VALID);
	become_nobody(r);
	expect_there(r);
	ksmbd_session_put(session);
}

/* ---- LOGOFF and what ends a session from elsewhere ---- */

static void logoff_everywhere(struct kunit *test)
{
	struct oplock_pair p = oplock_hold(test, BATCH);
	struct replay *c = replay_channel(p.b);
	struct replay_reply reply;

	oplock_park(c, "f", FILE_OPEN, BATCH);
	oplock_expect_notice(p.a, p.fid, II);
	replay_empty(p.b, SMB2_LOGOFF);
	replay_finish(p.b);
	REPLAY_EXPECT(p.b, &reply, SMB2_LOGOFF, STATUS_SUCCESS);
	/* The holder has said nothing yet. */
	REPLAY_EXPECT(c, &reply, SMB2_CREATE, STATUS_USER_SESSION_DELETED);
	expect_gone(c);
	expect_gone(p.b);
	oplock_ack(p.a, p.fid, II, STATUS_SUCCESS);
}

/* One session ends once, and one LOGOFF has ended it. */
static void logoffs_at_once(struct kunit *test)
{
	struct replay *on[2];
	u32 i, k, ended;

	for (i = 0; i < 20; i++) {
		on[0] = replay_open(test, KSMBD_DIALECT_311);
		on[1] = replay_channel(on[0]);
		for (k = 0; k < ARRAY_SIZE(on); k++) {
			expect_there(on[k]); /* it is served by now */
			replay_empty(on[k], SMB2_LOGOFF);
		}
		for (k = 0; k < ARRAY_SIZE(on); k++)
			replay_finish(on[k]);
		for (k = 0, ended = 0; k < ARRAY_SIZE(on); k++) {
			struct replay_reply reply;

			KUNIT_ASSERT_TRUE(test, replay_take(on[k], &reply));
			if (reply.status == ksmbd_status_u32(STATUS_SUCCESS))
				ended++;
			else
				KUNIT_EXPECT_EQ(test, reply.status,
						ksmbd_status_u32(STATUS_USER_SESSION_DELETED));
		}
		KUNIT_EXPECT_EQ(test, ended, 1U);
		for (k = 0; k < ARRAY_SIZE(on); k++)
			replay_drop(on[k]);
	}
}

/* As if the second one had been checked before the first one was carried out. */
static void logoff_comes_second(struct kunit *test)
{
	struct ksmbd_request *req = kunit_kzalloc(test, sizeof(*req), GFP_KERNEL);
	struct replay *r = replay_open(test, KSMBD_DIALECT_311);

	KUNIT_ASSERT_NOT_NULL(test, req);
	req->reply = kunit_kzalloc(test, sizeof(*req->reply), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, req->reply);
	expect_there(r);
	req->conn = r->conn;
	req->session = session_of(r);
	req->channel = ksmbd_session_channel(req->session, 0);
	EXPECT_STATUS(test, ksmbd_smb2_logoff(req), STATUS_SUCCESS);
	EXPECT_STATUS(test, ksmbd_smb2_logoff(req), STATUS_USER_SESSION_DELETED);
	expect_gone(r);
	ksmbd_channel_put(req->channel);
	ksmbd_session_put(req->session);
}

static void disconnect_everywhere(struct kunit *test)
{
	struct oplock_pair p = oplock_hold(test, BATCH);
	struct replay *c = replay_channel(p.b);
	struct replay_reply reply;

	oplock_park(c, "f", FILE_OPEN, BATCH);
	oplock_expect_notice(p.a, p.fid, II);
	replay_empty(p.b, SMB2_TREE_DISCONNECT);
	replay_finish(p.b);
	REPLAY_EXPECT(p.b, &reply, SMB2_TREE_DISCONNECT, STATUS_SUCCESS);
	REPLAY_EXPECT(c, &reply, SMB2_CREATE, STATUS_NETWORK_NAME_DELETED);
	/* Only of that tree connection: the session goes on. */
	c->tree_id = p.b->login.pipe_tree;
	replay_create(c, "srvsvc", FILE_GENERIC_READ | FILE_GENERIC_WRITE, FILE_OPEN, 0);
	replay_finish(c);
	REPLAY_EXPECT(c, &reply, SMB2_CREATE, STATUS_SUCCESS);
}

/* Further requests wait on for a session that has lost one of its connections. */
static void other_channel_waits_on(struct kunit *test)
{
	struct oplock_pair p = oplock_hold(test, BATCH);
	struct replay *c = replay_channel(p.b);

	oplock_park(c, "f", FILE_OPEN, BATCH);
	oplock_expect_notice(p.a, p.fid, II);
	replay_drop(p.b);
	KUNIT_EXPECT_TRUE(test, replay_silent(c));
	oplock_close(p.a, p.fid);
	oplock_expect_opened(c, BATCH);
}

/* SESSION_SETUP of nobody that names a session to be ended. */
static void send_leg(struct replay *r, u32 leg, u64 previous_id)
{
	u8 token[REPLAY_TOKEN_MAX];
	u32 len = leg ? replay_ntlm_anonymous(token) : replay_ntlm_negotiate(token);

	replay_begin(r, SMB2_SESSION_SETUP);
	ksmbd_wr_u16(&r->wr, 25);
	ksmbd_wr_u8(&r->wr, 0);
	ksmbd_wr_u8(&r->wr, 1);
	ksmbd_wr_zero(&r->wr, 8);
	ksmbd_wr_u16(&r->wr, SMB2_HEADER_SIZE + 24);
	ksmbd_wr_u16(&r->wr, len);
	ksmbd_wr_u64(&r->wr, previous_id);
	ksmbd_wr_bytes(&r->wr, token, len);
	replay_finish(r);
}

/* The last leg's reply is to come. */
static struct replay *begin_login(struct kunit *test, u64 previous_id)
{
	struct replay *r = replay_open(test, 0);
	struct replay_reply reply;

	replay_negotiate(r, KSMBD_DIALECT_302);
	REPLAY_EXPECT(r, &reply, SMB2_NEGOTIATE, STATUS_SUCCESS);
	send_leg(r, 0, previous_id);
	REPLAY_EXPECT(r, &reply, SMB2_SESSION_SETUP, STATUS_MORE_PROCESSING_REQUIRED);
	r->session_id = reply.session_id;
	send_leg(r, 1, previous_id);
	return r;
}

static struct replay *log_in_nobody(struct kunit *test, u64 previous_id)
{
	struct replay *r = begin_login(test, previous_id);
	struct replay_reply reply;

	REPLAY_EXPECT(r, &reply, SMB2_SESSION_SETUP, STATUS_SUCCESS);
	return r;
}

static void previous_ends(struct kunit *test)
{
	struct replay *before = log_in_nobody(test, 0), *again;
	struct replay_reply reply;
	struct replay_fid fid;

	replay_tree_connect(before, "\\\\h\\IPC$");
	replay_finish(before);
	REPLAY_EXPECT(before, &reply, SMB2_TREE_CONNECT, STATUS_SUCCESS);
	before->login.pipe_tree = reply.tree_id;
	fid = replay_open_pipe(before);
	replay_read(before, fid, 10, 0);
	replay_finish(before);
	REPLAY_EXPECT(before, &reply, SMB2_READ, STATUS_PENDING);
	replay_wait_parked(before, 1);

	again = log_in_nobody(test, before->session_id);
	REPLAY_EXPECT(before, &reply, SMB2_READ, STATUS_PIPE_BROKEN);
	expect_gone(before);
	replay_tree_connect(again, "\\\\h\\share");
	replay_finish(again);
	REPLAY_EXPECT(again, &reply, SMB2_TREE_CONNECT, STATUS_SUCCESS);
	/* Its own id, or none that is there: nothing happens. */
	log_in_nobody(test, 0x1234);
}

/* Waits until the connection that was lost is ending the session. */
static void wait_for_closed(struct kunit *test, struct ksmbd_session *session)
{
	u32 ms;

	for (ms = 0; ms < REPLAY_TIMEOUT_MS; ms++) {
		if (ksmbd_session_state(session) == KSMBD_SESSION_CLOSED)
			return;
		msleep(1);
	}
	KUNIT_FAIL(test, "the session does not end");
}

/* Who comes back after a lost connection finds nothing of it, however slowly it ends. */
static void previous_is_ending(struct kunit *test)
{
	struct replay *before = log_in_nobody(test, 0), *again;
	struct ksmbd_session *session = session_of(before);
	struct ksmbd_open *open;
	struct replay_reply reply;
	struct replay_fid fid;

	replay_tree_connect(before, "\\\\h\\share");
	replay_finish(before);
	REPLAY_EXPECT(before, &reply, SMB2_TREE_CONNECT, STATUS_SUCCESS);
	before->tree_id = reply.tree_id;
	fid = oplock_open(before, "mine", RW, NONE, NONE);
	open = ksmbd_idtable_find(&session->opens, fid.volatile_id, get_open);
	KUNIT_ASSERT_NOT_NULL(test, open);

	mutex_lock(&open->inode->lock); /* the handle cannot be closed */
	ksmbd_loop_finish(before->loop);
	wait_for_closed(test, session);
	again = begin_login(test, before->session_id);
	KUNIT_EXPECT_TRUE(test, replay_silent(again));
	KUNIT_EXPECT_TRUE(test, open->attached);
	mutex_unlock(&open->inode->lock);
	REPLAY_EXPECT(again, &reply, SMB2_SESSION_SETUP, STATUS_SUCCESS);
	mutex_lock(&open->inode->lock);
	KUNIT_EXPECT_FALSE(test, open->attached);
	mutex_unlock(&open->inode->lock);
	ksmbd_open_put(open);
	ksmbd_session_put(session);
}

static void previous_of_another(struct kunit *test)
{
	struct replay *r = replay_open(test, KSMBD_DIALECT_302);

	log_in_nobody(test, r->session_id);
	expect_there(r);
}

/* ---- what is said of sessions that are not there ---- */

/* Whoever signed gets the flag, without a signature; who has a key here does not. */
static void deleted_flag(struct kunit *test)
{
	struct replay *r = replay_open_signing(test, KSMBD_DIALECT_302);
	static const u8 zeros[16];
	struct replay_reply reply;
	u64 own = r->session_id;
	u32 i;

	for (i = 0; i < 2; i++) {
		r->flags = i ? SMB2_FLAGS_SIGNED : 0;
		r->session_id = own ^ 1;
		replay_empty(r, SMB2_LOGOFF);
		replay_finish(r);
		REPLAY_EXPECT(r, &reply, SMB2_LOGOFF, STATUS_USER_SESSION_DELETED);
		KUNIT_EXPECT_EQ(test, reply.flags & SMB2_FLAGS_SIGNED, r->flags);
		KUNIT_EXPECT_EQ(test, memcmp(reply.body - 16, zeros, 16), 0);
	}
	r->session_id = own;
	replay_empty(r, SMB2_LOGOFF);
	replay_finish(r);
	REPLAY_EXPECT(r, &reply, SMB2_LOGOFF, STATUS_ACCESS_DENIED);
	KUNIT_EXPECT_EQ(test, reply.flags & SMB2_FLAGS_SIGNED, 0U);
	r->flags = 0;
	expect_there(r);
}

/* ---- binding ---- */

static void expect_unbound(struct replay *r, ntstatus_t status)
{
	struct replay_reply reply;
	u8 token[REPLAY_TOKEN_MAX];

	replay_setup(r, SMB2_SESSION_FLAG_BINDING, token, replay_ntlm_negotiate(token));
	REPLAY_EXPECT(r, &reply, SMB2_SESSION_SETUP, status);
}

static struct replay *unauthenticated(struct kunit *test, u16 dialect)
{
	struct replay *r = replay_open(test, 0);
	struct replay_reply reply;

	replay_negotiate(r, dialect);
	REPLAY_EXPECT(r, &reply, SMB2_NEGOTIATE, STATUS_SUCCESS);
	return r;
}

static void alone(struct ksmbd_config *values)
{
	values->multichannel = false;
}

/* Refusals before a single token is looked at; with signatures: tests/e2e. */
static void not_bound(struct kunit *test)
{
	struct replay *first = replay_open_signing(test, KSMBD_DIALECT_302);
	struct replay *r = unauthenticated(test, KSMBD_DIALECT_302);
	struct replay *old = unauthenticated(test, KSMBD_DIALECT_210);
	struct replay *half = unauthenticated(test, KSMBD_DIALECT_302);
	struct replay_reply reply;
	u8 token[REPLAY_TOKEN_MAX];

	r->session_id = first->session_id ^ 1;
	expect_unbound(r, STATUS_USER_SESSION_DELETED);
	r->session_id = first->session_id;
	expect_unbound(r, STATUS_INVALID_PARAMETER); /* not signed */
	old->session_id = first->session_id;
	expect_unbound(old, STATUS_REQUEST_NOT_ACCEPTED);
	/* A session that is being set up elsewhere has no key to sign with. */
	replay_setup(half, 0, token, replay_ntlm_negotiate(token));
	REPLAY_EXPECT(half, &reply, SMB2_SESSION_SETUP, STATUS_MORE_PROCESSING_REQUIRED);
	r->session_id = reply.session_id;
	expect_unbound(r, STATUS_INVALID_PARAMETER);
	r->flags = SMB2_FLAGS_SIGNED;
	expect_unbound(r, STATUS_ACCESS_DENIED);
	/* Without binding, what is on other connections is not known here. */
	r->flags = 0;
	r->session_id = first->session_id;
	replay_setup(r, 0, token, replay_ntlm_negotiate(token));
	REPLAY_EXPECT(r, &reply, SMB2_SESSION_SETUP, STATUS_USER_SESSION_DELETED);
	expect_there(first);

	KUNIT_ASSERT_EQ(test, hook_configure(alone), 0);
	r = unauthenticated(test, KSMBD_DIALECT_302);
	r->session_id = first->session_id;
	expect_unbound(r, STATUS_REQUEST_NOT_ACCEPTED);
	expect_there(first);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(another_user),
	KUNIT_CASE(deletes_as_opener),
	KUNIT_CASE(failed_again),
	KUNIT_CASE(nobody_again),
	KUNIT_CASE(logoff_everywhere),
	KUNIT_CASE(logoffs_at_once),
	KUNIT_CASE(logoff_comes_second),
	KUNIT_CASE(disconnect_everywhere),
	KUNIT_CASE(previous_ends),
	KUNIT_CASE(previous_is_ending),
	KUNIT_CASE(other_channel_waits_on),
	KUNIT_CASE(deleted_flag),
	KUNIT_CASE(previous_of_another),
	KUNIT_CASE(not_bound),
	KUNIT_CASE(too_late),
	{},
};

static struct kunit_suite suite = {
	.name = "replay_session",
	.suite_init = replay_suite_init,
	.suite_exit = replay_suite_exit,
	.exit = replay_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
