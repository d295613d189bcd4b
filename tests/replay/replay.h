/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A client for tests of whole connections: builds messages field by field, sends them over
 * the loop transport, takes replies apart. What it sends is what the test says, right or
 * wrong; ids are counted up unless the test sets them.
 */
#ifndef TESTS_REPLAY_REPLAY_H
#define TESTS_REPLAY_REPLAY_H

#include <kunit/test.h>

#include "tests/fuzz/hook.h"
#include "transport/loop.h"
#include "util/status_types.h"
#include "wire/cursor.h"
#include "wire/smb2_format.h"

#define REPLAY_TIMEOUT_MS 60000
#define REPLAY_MESSAGE	  (96u << 10)

struct replay_fid {
	u64 persistent_id;
	u64 volatile_id;
};

/* "The one of the element before" */
#define REPLAY_SAME ((struct replay_fid){ U64_MAX, U64_MAX })

struct replay_reply {
	u16 charge;
	u32 status;
	u16 command;
	u16 credits;
	u32 flags;
	u32 next;
	u64 message_id;
	u64 async_id;
	u32 tree_id;
	u64 session_id;
	const u8 *body;
	u32 body_len;
};

/**
 * struct replay - a client
 * @conn: an own reference
 * @session_id, @tree_id, @next_id, @charge, @sequence, @credits, @flags: go into the headers
 *	of requests to come
 * @wr: message that is being built; @element: where its last element begins
 * @in, @in_len, @in_pos: message that is being taken apart
 * @unsent: something could not be sent: there will be no reply to it
 * @watch: for the test to set, while no reply is on its way: called on the server's thread just
 *	before each message is sent
 * @lossy: for the test to set: memory is short, the connection may end inside a message
 */
struct replay {
	struct kunit *test;
	struct ksmbd_conn *conn;
	struct ksmbd_loop *loop;
	struct hook_login login;
	u64 session_id;
	u32 tree_id;
	u64 next_id;
	u16 charge;
	u16 sequence;
	u16 credits;
	u32 flags;
	u64 async_id;
	struct ksmbd_wr wr;
	u32 element;
	u8 out[REPLAY_MESSAGE];
	u8 in[REPLAY_MESSAGE];
	u32 in_len;
	u32 in_pos;
	void (*watch)(struct replay *r);
	bool unsent;
	bool lossy;
};

/* For a suite's suite_init and suite_exit. */
int replay_suite_init(struct kunit_suite *suite);
void replay_suite_exit(struct kunit_suite *suite);
/* For its exit: ends all connections of the case. */
void replay_exit(struct kunit *test);

/**
 * replay_open() - a connection, served on a thread of its own
 * @dialect: logged in over this dialect, on share "share"; 0: nothing has happened yet
 *
 * The test ends if it cannot be had. Freed by replay_exit().
 */
struct replay *replay_open(struct kunit *test, u16 dialect);
/** replay_open_share() - the same on another share */
struct replay *replay_open_share(struct kunit *test, u16 dialect, const char *share);
/** replay_open_signing() - the same with a session that can sign */
struct replay *replay_open_signing(struct kunit *test, u16 dialect);
/** replay_channel() - a connection on which the session of @first is as well, as after a binding */
struct replay *replay_channel(struct replay *first);
/** replay_try() - from 127.0.0.@host; an error instead of the test's end */
int replay_try(struct kunit *test, u8 host, struct replay **out);
/** replay_close() - the client goes, the server's end is waited for */
void replay_close(struct replay *r);
/** replay_drop() - the same; @r is freed */
void replay_drop(struct replay *r);

/** replay_begin() - one more element of the message to be sent; the body goes to r->wr */
void replay_begin(struct replay *r, u16 command);
/** replay_finish() - sends the message */
void replay_finish(struct replay *r);
/** replay_bytes() - sends bytes as they are behind a length word */
void replay_bytes(struct replay *r, const void *data, u32 len);

/** replay_negotiate() - sends a NEGOTIATE for one dialect below 3.1.1 */
void replay_negotiate(struct replay *r, u16 dialect);
/** replay_setup() - sends a SESSION_SETUP */
void replay_setup(struct replay *r, u8 flags, const void *token, u32 len);
#define REPLAY_TOKEN_MAX 128
/** replay_ntlm_negotiate() - a first token, of REPLAY_TOKEN_MAX bytes at most; its length */
u32 replay_ntlm_negotiate(u8 *token);
/** replay_ntlm_anonymous() - a second token, of nobody */
u32 replay_ntlm_anonymous(u8 *token);

/* One element each, not sent yet. */
void replay_echo(struct replay *r);
void replay_empty(struct replay *r, u16 command);
void replay_create(struct replay *r, const char *name, u32 access, u32 disposition, u32 options);
/** replay_oplock() - the CREATE just written asks for @level */
void replay_oplock(struct replay *r, u8 level);
/** replay_share() - the CREATE just written shares no more than @share */
void replay_share(struct replay *r, u32 share);
/** replay_durable() - the CREATE just written has a DH2Q context; @guid in its CreateGuid */
void replay_durable(struct replay *r, u32 guid);
/** replay_ack() - an OPLOCK_BREAK */
void replay_ack(struct replay *r, struct replay_fid fid, u8 level);
void replay_file_request(struct replay *r, u16 command, struct replay_fid fid);
/** replay_set_name() - a SET_INFO that renames or links, over what is there */
void replay_set_name(struct replay *r, struct replay_fid fid, u8 class, const char *name);
void replay_read(struct replay *r, struct replay_fid fid, u32 len, u64 off);
void replay_write(struct replay *r, struct replay_fid fid, const void *data, u32 len, u64 off);
/** replay_lock() - a LOCK of one element */
void replay_lock(struct replay *r, struct replay_fid fid, u64 offset, u64 length, u32 flags);
/** replay_lock_many() - one of @count; replay_lock_element() as often follows */
void replay_lock_many(struct replay *r, struct replay_fid fid, u16 count, u32 sequence);
void replay_lock_element(struct replay *r, u64 offset, u64 length, u32 flags);
void replay_query(struct replay *r, struct replay_fid fid, u8 type, u8 class, u32 room);
void replay_tree_connect(struct replay *r, const char *path);
/** replay_cancel() - sends a CANCEL; @async_id 0: by message id */
void replay_cancel(struct replay *r, u64 message_id, u64 async_id);

/** replay_take() - the next reply, or false when the server has ended the connection */
bool replay_take(struct replay *r, struct replay_reply *reply);
/** replay_ended() - nothing more comes, and the connection ends */
bool replay_ended(struct replay *r);
/** replay_silent() - no reply comes for a little while */
bool replay_silent(struct replay *r);
/**
 * replay_wait_parked() - until @count requests of the connection wait without a thread
 *
 * STATUS_PENDING says that a request will, not that it does: what another thread wakes before is
 * told by its own.
 */
void replay_wait_parked(struct replay *r, u32 count);
/** replay_fid() - of a CREATE response */
struct replay_fid replay_fid(const struct replay_reply *reply);
/** replay_open_pipe() - CREATE on IPC$, whose tree becomes r->tree_id */
struct replay_fid replay_open_pipe(struct replay *r);
/** replay_rpc_bind() - a DCE/RPC bind to srvsvc; returns its length */
u32 replay_rpc_bind(u8 *buf);

/* The next reply is one to @command with @status. */
#define REPLAY_EXPECT(r, reply, want_command, want_status)                                  \
	do {                                                                                \
		KUNIT_ASSERT_TRUE((r)->test, replay_take(r, reply));                        \
		KUNIT_EXPECT_EQ((r)->test, (reply)->command, want_command);                 \
		KUNIT_EXPECT_EQ((r)->test, (reply)->status, ksmbd_status_u32(want_status)); \
	} while (0)

#endif
