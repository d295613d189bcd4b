// SPDX-License-Identifier: GPL-2.0-or-later
/* Requests that wait, and what ends the waiting. [MS-SMB2] 3.3.4.2, 3.3.5.16 */
#include <asm/unaligned.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "dispatch/dispatch.h"
#include "session/conn.h"
#include "session/session.h"
#include "tests/replay/replay.h"

/* A READ on @fid that finds nothing: takes its interim response and returns its async id. */
static u64 park_read(struct replay *r, struct replay_fid fid)
{
	struct replay_reply reply;
	u64 message_id = r->next_id;

	replay_read(r, fid, 1024, 0);
	replay_finish(r);
	KUNIT_ASSERT_TRUE(r->test, replay_take(r, &reply));
	KUNIT_EXPECT_EQ(r->test, reply.command, SMB2_READ);
	KUNIT_EXPECT_EQ(r->test, reply.status, ksmbd_status_u32(STATUS_PENDING));
	KUNIT_EXPECT_TRUE(r->test, reply.flags & SMB2_FLAGS_ASYNC_COMMAND);
	KUNIT_EXPECT_EQ(r->test, reply.message_id, message_id);
	KUNIT_EXPECT_NE(r->test, reply.async_id, 0ULL);
	/* The credit comes now, and not once more with the end. */
	KUNIT_EXPECT_EQ(r->test, reply.credits, 1);
	return reply.async_id;
}

/* The end of the READ with @async_id. */
static void expect_end(struct replay *r, u64 message_id, u64 async_id, ntstatus_t status)
{
	struct replay_reply reply;

	REPLAY_EXPECT(r, &reply, SMB2_READ, status);
	KUNIT_EXPECT_TRUE(r->test, reply.flags & SMB2_FLAGS_ASYNC_COMMAND);
	KUNIT_EXPECT_EQ(r->test, reply.async_id, async_id);
	KUNIT_EXPECT_EQ(r->test, reply.message_id, message_id);
	KUNIT_EXPECT_EQ(r->test, reply.credits, 0);
}

static void send_bind(struct replay *r, struct replay_fid fid)
{
	u8 bind[128];

	replay_write(r, fid, bind, replay_rpc_bind(bind), 0);
	replay_finish(r);
}

static void cancelled(struct kunit *test)
{
	struct replay *r = replay_open(test, KSMBD_DIALECT_311);
	struct replay_fid fid = replay_open_pipe(r);
	u64 message_id = r->next_id, async_id = park_read(r, fid);

	KUNIT_EXPECT_TRUE(test, replay_silent(r));
	replay_cancel(r, 0, async_id);
	expect_end(r, message_id, async_id, STATUS_CANCELLED);

	message_id = r->next_id;
	async_id = park_read(r, fid);
	replay_cancel(r, message_id, 0);
	expect_end(r, message_id, async_id, STATUS_CANCELLED);
}

/* CANCELs that mean nobody get no answer and harm nobody. */
static void cancel_misses(struct kunit *test)
{
	struct replay *r = replay_open(test, KSMBD_DIALECT_311);
	struct replay_fid fid = replay_open_pipe(r);
	u64 message_id = r->next_id, async_id = park_read(r, fid), session_id = r->session_id;

	replay_cancel(r, 0, async_id + 1);
	replay_cancel(r, message_id + 1, 0);
	replay_cancel(r, 0xFFFFFFFFFFFFFFFF, 0);
	r->session_id++;
	replay_cancel(r, message_id, 0);
	replay_cancel(r, 0, async_id);
	r->session_id = session_id;
	KUNIT_EXPECT_TRUE(test, replay_silent(r));
	replay_cancel(r, 0, async_id);
	expect_end(r, message_id, async_id, STATUS_CANCELLED);
	replay_cancel(r, 0, async_id);
	KUNIT_EXPECT_TRUE(test, replay_silent(r));
}

static void cancel_many(struct kunit *test)
{
	struct replay *r = replay_open(test, KSMBD_DIALECT_210);
	struct replay_fid fid = replay_open_pipe(r);
	u64 message_ids[16], async_ids[16];
	u32 i;

	for (i = 0; i < ARRAY_SIZE(async_ids); i++) {
		message_ids[i] = r->next_id;
		async_ids[i] = park_read(r, fid);
	}
	for (i = ARRAY_SIZE(async_ids); i-- > 0;) {
		replay_cancel(r, message_ids[i], i % 2 ? async_ids[i] : 0);
		expect_end(r, message_ids[i], async_ids[i], STATUS_CANCELLED);
	}
}

/*
 * READ and CANCEL arrive together: whether the READ parked already or has not begun yet,
 * it ends.
 */
static void cancel_in_a_hurry(struct kunit *test)
{
	struct replay *r = replay_open(test, KSMBD_DIALECT_311);
	struct replay_fid fid = replay_open_pipe(r);
	struct replay_reply reply;
	u32 i;

	for (i = 0; i < 200; i++) {
		u64 message_id = r->next_id;

		replay_read(r, fid, 1024, 0);
		replay_finish(r);
		replay_cancel(r, message_id, 0);
		KUNIT_ASSERT_TRUE(test, replay_take(r, &reply));
		KUNIT_ASSERT_EQ(test, reply.message_id, message_id);
		if (reply.status == ksmbd_status_u32(STATUS_PENDING))
			KUNIT_ASSERT_TRUE(test, replay_take(r, &reply));
		KUNIT_ASSERT_EQ(test, reply.status, ksmbd_status_u32(STATUS_CANCELLED));
	}
}

static ntstatus_t resume_nothing(struct ksmbd_request *req, ntstatus_t why)
{
	return why;
}

/* One that was woken for nothing and waits again: the CANCEL that came in between counts. */
static void cancel_while_woken(struct kunit *test)
{
	struct replay *r = replay_open(test, KSMBD_DIALECT_311);
	struct ksmbd_request *req = kunit_kzalloc(test, 2 * sizeof(*req), GFP_KERNEL);
	u8 *header = kunit_kzalloc(test, SMB2_HEADER_SIZE, GFP_KERNEL);
	struct ksmbd_request *cancel = req + 1;

	put_unaligned_le64(7, header + SMB2_HEADER_MESSAGE_ID_OFFSET);
	*req = (struct ksmbd_request){ .conn = r->conn, .buf = header, .readable = true };
	req->hdr = (struct ksmbd_smb2_hdr){ .message_id = 7, .session_id = r->session_id };
	req->session = ksmbd_session_lookup(r->session_id);
	req->tree = ksmbd_tree_lookup(req->session, r->tree_id);
	*cancel = (struct ksmbd_request){ .conn = r->conn, .hdr = req->hdr };
	spin_lock(&r->conn->lock);
	list_add(&req->link, &r->conn->requests);
	spin_unlock(&r->conn->lock);
	ksmbd_request_park(req, resume_nothing, NULL, NULL);
	ksmbd_async_wake(req, STATUS_SUCCESS);
	KUNIT_EXPECT_FALSE(test, ksmbd_async_wait(req, NULL));
	ksmbd_dispatch_cancel(cancel);
	ksmbd_async_abandon(req);
	ksmbd_request_park(req, resume_nothing, NULL, NULL);
	KUNIT_EXPECT_FALSE(test, ksmbd_async_wait(req, NULL));
	KUNIT_EXPECT_EQ(test, ksmbd_status_u32(req->park.why), ksmbd_status_u32(STATUS_CANCELLED));
	spin_lock(&r->conn->lock);
	list_del(&req->link);
	spin_unlock(&r->conn->lock);
	ksmbd_tree_put(req->tree);
	ksmbd_session_put(req->session);
}

/* One that comes in another session, or in none, unsigned, ends nothing, however early. */
static void cancel_by_another(struct kunit *test)
{
	struct replay *r = replay_open(test, KSMBD_DIALECT_311);
	struct replay_fid fid = replay_open_pipe(r);
	u64 own = r->session_id, message_id, async_id;
	struct replay_reply reply;
	u32 i;

	for (i = 0; i < 200; i++) {
		message_id = r->next_id;
		replay_read(r, fid, 1024, 0);
		replay_finish(r);
		r->session_id = i % 2 ? 0 : own ^ 1;
		replay_cancel(r, message_id, 0);
		r->session_id = own;
		REPLAY_EXPECT(r, &reply, SMB2_READ, STATUS_PENDING);
		async_id = reply.async_id;
		replay_echo(r);
		replay_finish(r);
		REPLAY_EXPECT(r, &reply, SMB2_ECHO, STATUS_SUCCESS);
		replay_cancel(r, 0, async_id);
		expect_end(r, message_id, async_id, STATUS_CANCELLED);
	}
}

static void woken_by_write(struct kunit *test)
{
	struct replay *r = replay_open(test, KSMBD_DIALECT_300);
	struct replay_fid fid = replay_open_pipe(r);
	u64 message_id = r->next_id, async_id = park_read(r, fid);
	struct replay_reply first, second;

	send_bind(r, fid);
	/* In either order: two threads answer. */
	KUNIT_ASSERT_TRUE(test, replay_take(r, &first));
	KUNIT_ASSERT_TRUE(test, replay_take(r, &second));
	if (first.command == SMB2_WRITE)
		swap(first, second);
	KUNIT_EXPECT_EQ(test, second.command, SMB2_WRITE);
	KUNIT_EXPECT_EQ(test, second.status, 0U);
	KUNIT_EXPECT_EQ(test, first.command, SMB2_READ);
	KUNIT_EXPECT_EQ(test, first.status, 0U);
	KUNIT_EXPECT_EQ(test, first.async_id, async_id);
	KUNIT_EXPECT_EQ(test, first.message_id, message_id);
	KUNIT_EXPECT_GT(test, first.body_len, 16U);
}

/* One answer, two readers: one gets it, the other goes on waiting under the same id. */
static void one_of_two_woken(struct kunit *test)
{
	struct replay *r = replay_open(test, KSMBD_DIALECT_311);
	struct replay_fid fid = replay_open_pipe(r);
	u64 ids[2], async_ids[2], left = 0;
	struct replay_reply reply;
	u32 i, done = 0;

	for (i = 0; i < 2; i++) {
		ids[i] = r->next_id;
		async_ids[i] = park_read(r, fid);
	}
	send_bind(r, fid);
	for (i = 0; i < 2; i++) {
		KUNIT_ASSERT_TRUE(test, replay_take(r, &reply));
		KUNIT_EXPECT_EQ(test, reply.status, 0U);
		if (reply.command == SMB2_READ) {
			left = reply.async_id == async_ids[0];
			done++;
		}
	}
	KUNIT_EXPECT_EQ(test, done, 1U);
	KUNIT_EXPECT_TRUE(test, replay_silent(r));
	replay_cancel(r, 0, async_ids[left]);
	expect_end(r, ids[left], async_ids[left], STATUS_CANCELLED);
}

/* The interim response comes before the end although the READ is woken at once. */
static void interim_before_end(struct kunit *test)
{
	u32 i;

	for (i = 0; i < 50; i++) {
		struct replay *r = replay_open(test, KSMBD_DIALECT_311);
		struct replay_fid fid = replay_open_pipe(r);
		struct replay_reply reply;
		u64 message_id = r->next_id;
		bool pending = false;
		u32 taken = 0;

		replay_read(r, fid, 1024, 0);
		replay_finish(r);
		send_bind(r, fid);
		while (taken < 2) {
			KUNIT_ASSERT_TRUE(test, replay_take(r, &reply));
			if (reply.status == ksmbd_status_u32(STATUS_PENDING)) {
				KUNIT_EXPECT_FALSE(test, pending);
				pending = true;
				continue;
			}
			KUNIT_EXPECT_EQ(test, reply.status, 0U);
			if (reply.message_id == message_id)
				KUNIT_EXPECT_EQ(test, pending,
						!!(reply.flags & SMB2_FLAGS_ASYNC_COMMAND));
			taken++;
		}
		replay_close(r);
	}
}

static void transceive_parks(struct kunit *test)
{
	struct replay *r = replay_open(test, KSMBD_DIALECT_311);
	struct replay_fid fid = replay_open_pipe(r);
	struct replay_reply reply;
	struct ksmbd_wr *wr = &r->wr;
	u64 message_id = r->next_id;
	u8 bind[128];
	u32 len = replay_rpc_bind(bind), half = len / 2;

	/* The first half of a message: nothing can be read yet. */
	replay_begin(r, SMB2_IOCTL);
	ksmbd_wr_u32(wr, 57);
	ksmbd_wr_u32(wr, FSCTL_PIPE_TRANSCEIVE);
	ksmbd_wr_u64(wr, fid.persistent_id);
	ksmbd_wr_u64(wr, fid.volatile_id);
	ksmbd_wr_u32(wr, SMB2_HEADER_SIZE + 56);
	ksmbd_wr_u32(wr, half);
	ksmbd_wr_zero(wr, 12);
	ksmbd_wr_u32(wr, 20); /* less than there will be */
	ksmbd_wr_u32(wr, SMB2_0_IOCTL_IS_FSCTL);
	ksmbd_wr_u32(wr, 0);
	ksmbd_wr_bytes(wr, bind, half);
	replay_finish(r);
	KUNIT_ASSERT_TRUE(test, replay_take(r, &reply));
	if (reply.status != ksmbd_status_u32(STATUS_PENDING)) {
		kunit_skip(test, "the daemon answered half a message: 0x%x", reply.status);
		return;
	}
	replay_write(r, fid, bind + half, len - half, 0);
	replay_finish(r);
	KUNIT_ASSERT_TRUE(test, replay_take(r, &reply));
	if (reply.command == SMB2_WRITE)
		KUNIT_ASSERT_TRUE(test, replay_take(r, &reply));
	/* What fits is delivered, also by a request that had parked. */
	KUNIT_EXPECT_EQ(test, reply.command, SMB2_IOCTL);
	KUNIT_EXPECT_EQ(test, reply.message_id, message_id);
	KUNIT_EXPECT_EQ(test, reply.status, ksmbd_status_u32(STATUS_BUFFER_OVERFLOW));
	KUNIT_EXPECT_EQ(test, reply.body_len, 48U + 20);
}

/* ---- what takes the pipe away ---- */

/* Parks a READ, sends what @end builds, expects both to be answered. */
static void end_parked(struct kunit *test, u16 command,
		       void (*end)(struct replay *r, struct replay_fid fid))
{
	struct replay *r = replay_open_signing(test, KSMBD_DIALECT_302);
	struct replay_fid fid = replay_open_pipe(r);
	struct replay_reply first, second;
	u64 async_id = park_read(r, fid);

	end(r, fid);
	replay_finish(r);
	KUNIT_ASSERT_TRUE(test, replay_take(r, &first));
	KUNIT_ASSERT_TRUE(test, replay_take(r, &second));
	if (first.command == command)
		swap(first, second);
	KUNIT_EXPECT_EQ(test, second.command, command);
	KUNIT_EXPECT_EQ(test, second.status, 0U);
	KUNIT_EXPECT_EQ(test, first.async_id, async_id);
	KUNIT_EXPECT_TRUE(test, ksmbd_status_is_error(KSMBD_STATUS(first.status)));
}

static void build_close(struct replay *r, struct replay_fid fid)
{
	replay_file_request(r, SMB2_CLOSE, fid);
}

static void closed(struct kunit *test)
{
	end_parked(test, SMB2_CLOSE, build_close);
}

static void build_disconnect(struct replay *r, struct replay_fid fid)
{
	replay_empty(r, SMB2_TREE_DISCONNECT);
}

static void tree_disconnected(struct kunit *test)
{
	end_parked(test, SMB2_TREE_DISCONNECT, build_disconnect);
}

static void build_logoff(struct replay *r, struct replay_fid fid)
{
	replay_empty(r, SMB2_LOGOFF);
}

static void logged_off(struct kunit *test)
{
	end_parked(test, SMB2_LOGOFF, build_logoff);
}

/* Requests that wait cost memory: a client cannot make megabytes of them wait. */
static void padded_waiters(struct kunit *test)
{
	struct replay *r = replay_open(test, KSMBD_DIALECT_311);
	struct replay_fid fid = replay_open_pipe(r);
	struct replay_reply reply;
	u32 i, waiting = 0, refused = 0;

	for (i = 0; i < 60; i++) {
		u64 message_id = r->next_id;

		r->credits = 2;
		replay_read(r, fid, 10, 0);
		ksmbd_wr_zero(&r->wr, 90000);
		replay_finish(r);
		KUNIT_ASSERT_TRUE(test, replay_take(r, &reply));
		KUNIT_EXPECT_EQ(test, reply.message_id, message_id);
		waiting += reply.status == ksmbd_status_u32(STATUS_PENDING);
		refused += reply.status == ksmbd_status_u32(STATUS_INSUFFICIENT_RESOURCES);
	}
	KUNIT_EXPECT_EQ(test, waiting + refused, 60U);
	KUNIT_EXPECT_GE(test, waiting, 20U);
	KUNIT_EXPECT_GE(test, refused, 1U);
	/* What ends makes room. */
	replay_file_request(r, SMB2_CLOSE, fid);
	replay_finish(r);
	for (i = 0; i < waiting + 1; i++)
		KUNIT_ASSERT_TRUE(test, replay_take(r, &reply));
	fid = replay_open_pipe(r);
	replay_read(r, fid, 10, 0);
	ksmbd_wr_zero(&r->wr, 90000);
	replay_finish(r);
	REPLAY_EXPECT(r, &reply, SMB2_READ, STATUS_PENDING);
}

static void connection_dropped(struct kunit *test)
{
	u32 i, n;

	for (n = 0; n < 20; n++) {
		struct replay *r = replay_open(test, KSMBD_DIALECT_311);
		struct replay_fid fid = replay_open_pipe(r);

		for (i = 0; i < n; i++)
			park_read(r, fid);
		/* With one more on its way. */
		replay_read(r, fid, 10, 0);
		replay_finish(r);
		replay_close(r);
	}
}

static void server_shuts_down(struct kunit *test)
{
	struct replay *r = replay_open(test, KSMBD_DIALECT_311);
	struct replay_fid fid = replay_open_pipe(r);

	park_read(r, fid);
	park_read(r, fid);
	ksmbd_conn_shutdown(r->conn);
	KUNIT_EXPECT_TRUE(test, replay_ended(r));
	replay_close(r);
}

static struct ksmbd_conn *shut_conn;
static enum ksmbd_conn_state shut_in;

static void note_shutdown(void *transport)
{
	shut_in = ksmbd_conn_state(shut_conn);
	ksmbd_loop_ops.shutdown(transport);
}

/* Who finds the connection closing ends what would wait: the client cannot hear of it any more. */
static void shut_before_closing(struct kunit *test)
{
	struct ksmbd_transport_ops ops = ksmbd_loop_ops;
	struct ksmbd_loop *loop;

	KUNIT_ASSERT_EQ(test, hook_conn(NULL, 1, &shut_conn, &loop), 0);
	ops.shutdown = note_shutdown;
	shut_conn->ops = &ops;
	shut_in = KSMBD_CONN_CLOSING;
	ksmbd_conn_shutdown(shut_conn);
	KUNIT_EXPECT_EQ(test, shut_in, KSMBD_CONN_NEW);
	KUNIT_EXPECT_EQ(test, ksmbd_conn_state(shut_conn), KSMBD_CONN_CLOSING);
	KUNIT_EXPECT_TRUE(test, ksmbd_loop_ended(loop));
	ksmbd_loop_close(loop);
	ksmbd_conn_unlist(shut_conn);
	ksmbd_conn_put(shut_conn);
}

/* From another connection, by PreviousSessionId or an administrator. */
static void session_closed_elsewhere(struct kunit *test)
{
	struct replay *r = replay_open(test, KSMBD_DIALECT_311);
	struct replay_fid fid = replay_open_pipe(r);
	u64 message_id = r->next_id, async_id = park_read(r, fid);
	struct ksmbd_session *session = ksmbd_session_lookup(r->session_id);
	struct replay_reply reply;

	KUNIT_ASSERT_NOT_NULL(test, session);
	replay_wait_parked(r, 1);
	ksmbd_session_close(session);
	ksmbd_session_put(session);
	expect_end(r, message_id, async_id, STATUS_PIPE_BROKEN);
	replay_tree_connect(r, "\\\\h\\share");
	replay_finish(r);
	REPLAY_EXPECT(r, &reply, SMB2_TREE_CONNECT, STATUS_USER_SESSION_DELETED);
}

/* ---- in compounds ---- */

/* A parked element does not hold back what was finished before it. */
static void parked_at_the_end(struct kunit *test)
{
	struct replay *r = replay_open(test, KSMBD_DIALECT_311);
	struct replay_fid fid = replay_open_pipe(r);
	struct replay_reply reply;
	u64 message_id;

	replay_echo(r);
	message_id = r->next_id;
	replay_read(r, fid, 100, 0);
	replay_finish(r);
	REPLAY_EXPECT(r, &reply, SMB2_ECHO, STATUS_SUCCESS);
	REPLAY_EXPECT(r, &reply, SMB2_READ, STATUS_PENDING);
	KUNIT_EXPECT_EQ(test, reply.message_id, message_id);
	KUNIT_EXPECT_TRUE(test, replay_silent(r));
	replay_cancel(r, message_id, 0);
	expect_end(r, message_id, reply.async_id, STATUS_CANCELLED);
}

static void parked_in_the_middle(struct kunit *test)
{
	struct replay *r = replay_open(test, KSMBD_DIALECT_311);
	struct replay_fid fid = replay_open_pipe(r);
	struct replay_reply reply;
	u64 message_id, async_id;

	replay_echo(r);
	message_id = r->next_id;
	replay_read(r, fid, 100, 0);
	replay_echo(r);
	r->flags = SMB2_FLAGS_RELATED_OPERATIONS;
	replay_read(r, REPLAY_SAME, 100, 0);
	r->flags = 0;
	replay_finish(r);
	REPLAY_EXPECT(r, &reply, SMB2_ECHO, STATUS_SUCCESS);
	REPLAY_EXPECT(r, &reply, SMB2_READ, STATUS_PENDING);
	async_id = reply.async_id;
	KUNIT_EXPECT_TRUE(test, replay_silent(r));
	replay_cancel(r, 0, async_id);
	expect_end(r, message_id, async_id, STATUS_CANCELLED);
	REPLAY_EXPECT(r, &reply, SMB2_ECHO, STATUS_SUCCESS);
	/* Related to an ECHO, which has no FileId. */
	REPLAY_EXPECT(r, &reply, SMB2_READ, STATUS_INVALID_HANDLE);
	KUNIT_EXPECT_FALSE(test, reply.flags & SMB2_FLAGS_ASYNC_COMMAND);
}

/* Two elements of one message wait one after the other. */
static void parked_twice(struct kunit *test)
{
	struct replay *r = replay_open(test, KSMBD_DIALECT_210);
	struct replay_fid fid = replay_open_pipe(r);
	u64 ids[2], async_ids[2];
	struct replay_reply reply;

	ids[0] = r->next_id;
	replay_read(r, fid, 100, 0);
	ids[1] = r->next_id;
	r->flags = SMB2_FLAGS_RELATED_OPERATIONS;
	replay_read(r, REPLAY_SAME, 100, 0);
	r->flags = 0;
	replay_finish(r);
	REPLAY_EXPECT(r, &reply, SMB2_READ, STATUS_PENDING);
	async_ids[0] = reply.async_id;
	replay_cancel(r, ids[0], 0);
	expect_end(r, ids[0], async_ids[0], STATUS_CANCELLED);
	REPLAY_EXPECT(r, &reply, SMB2_READ, STATUS_PENDING);
	async_ids[1] = reply.async_id;
	KUNIT_EXPECT_NE(test, async_ids[0], async_ids[1]);
	KUNIT_EXPECT_EQ(test, reply.message_id, ids[1]);
	/* The first's id is nobody's any more. */
	replay_cancel(r, 0, async_ids[0]);
	KUNIT_EXPECT_TRUE(test, replay_silent(r));
	send_bind(r, fid);
	KUNIT_ASSERT_TRUE(test, replay_take(r, &reply));
	if (reply.command == SMB2_WRITE)
		KUNIT_ASSERT_TRUE(test, replay_take(r, &reply));
	KUNIT_EXPECT_EQ(test, reply.async_id, async_ids[1]);
	KUNIT_EXPECT_EQ(test, reply.status, 0U);
}

/* The second element of a message that waits at its first is cancelled beforehand. */
static void cancel_ahead(struct kunit *test)
{
	struct replay *r = replay_open(test, KSMBD_DIALECT_210);
	struct replay_fid fid = replay_open_pipe(r);
	u64 first = r->next_id, second;
	struct replay_reply reply;

	replay_read(r, fid, 100, 0);
	second = r->next_id;
	replay_read(r, fid, 100, 0);
	replay_finish(r);
	REPLAY_EXPECT(r, &reply, SMB2_READ, STATUS_PENDING);
	replay_cancel(r, second, 0);
	KUNIT_EXPECT_TRUE(test, replay_silent(r));
	replay_cancel(r, first, 0);
	expect_end(r, first, reply.async_id, STATUS_CANCELLED);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(cancelled),
	KUNIT_CASE(cancel_misses),
	KUNIT_CASE(cancel_many),
	KUNIT_CASE(cancel_in_a_hurry),
	KUNIT_CASE(cancel_by_another),
	KUNIT_CASE(cancel_while_woken),
	KUNIT_CASE(woken_by_write),
	KUNIT_CASE(one_of_two_woken),
	KUNIT_CASE(interim_before_end),
	KUNIT_CASE(transceive_parks),
	KUNIT_CASE(closed),
	KUNIT_CASE(tree_disconnected),
	KUNIT_CASE(logged_off),
	KUNIT_CASE(padded_waiters),
	KUNIT_CASE(connection_dropped),
	KUNIT_CASE(server_shuts_down),
	KUNIT_CASE(shut_before_closing),
	KUNIT_CASE(session_closed_elsewhere),
	KUNIT_CASE(parked_at_the_end),
	KUNIT_CASE(parked_in_the_middle),
	KUNIT_CASE(parked_twice),
	KUNIT_CASE(cancel_ahead),
	{},
};

static struct kunit_suite suite = {
	.name = "replay_async",
	.suite_init = replay_suite_init,
	.suite_exit = replay_suite_exit,
	.exit = replay_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
