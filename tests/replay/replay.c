// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/replay/replay.h"

#include <kit/kit.h>
#include <linux/bug.h>
#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "dispatch/dispatch.h"
#include "session/conn.h"
#include "session/session.h"
#include "wire/create_ctx.h"

#define SILENCE_MS 40
#define MAX_OPEN   64
#define CREDITS	   64

/* Connections of the case at hand. */
static struct replay *clients[MAX_OPEN];
static u32 nr_clients;

int replay_suite_init(struct kunit_suite *suite)
{
	return hook_start();
}

void replay_suite_exit(struct kunit_suite *suite)
{
	unsigned int warnings = kit_warn_count();

	/* Here it shows whether all sessions, handles and inodes have gone. */
	hook_stop();
	BUG_ON(kit_warn_count() != warnings);
}

/* ---- connections ---- */

static void wait_for_end(struct ksmbd_conn *conn)
{
	u32 ms;

	for (ms = 0; refcount_read(&conn->refs) > 1 && ms < REPLAY_TIMEOUT_MS; ms++)
		msleep(1);
}

void replay_close(struct replay *r)
{
	if (!r->loop)
		return;
	ksmbd_loop_close(r->loop);
	r->loop = NULL;
	wait_for_end(r->conn);
	KUNIT_EXPECT_EQ(r->test, refcount_read(&r->conn->refs), 1U);
	ksmbd_conn_put(r->conn);
}

void replay_drop(struct replay *r)
{
	u32 i = 0;

	while (clients[i] != r)
		i++;
	clients[i] = clients[--nr_clients];
	replay_close(r);
	kfree(r);
}

void replay_exit(struct kunit *test)
{
	while (nr_clients)
		replay_drop(clients[nr_clients - 1]);
	hook_configure(NULL);
	hook_populate();
}

static void watch(void *ctx)
{
	struct replay *r = ctx;

	if (r->watch)
		r->watch(r);
}

static int open_conn(struct kunit *test, u8 host, struct replay **out)
{
	struct replay *r = kzalloc(sizeof(*r), GFP_KERNEL);
	const struct ksmbd_loop_peer peer = { .watch = watch, .ctx = r };
	int err;

	KUNIT_ASSERT_NOT_NULL(test, r);
	r->test = test;
	r->charge = 1;
	r->credits = 1;
	err = hook_conn(&peer, host, &r->conn, &r->loop);
	if (err) {
		kfree(r);
		return err;
	}
	ksmbd_conn_get(r->conn);
	ksmbd_wr_init(&r->wr, r->out + 4, sizeof(r->out) - 4);
	clients[nr_clients++] = r;
	*out = r;
	return 0;
}

static struct replay *open_client(struct kunit *test, u16 dialect, const char *share, bool sign)
{
	struct replay *r;

	KUNIT_ASSERT_EQ(test, open_conn(test, 1, &r), 0);
	if (dialect) {
		r->login.dialect = dialect;
		r->login.share = share;
		r->login.sign = sign;
		KUNIT_EXPECT_EQ(test, hook_login(r->conn, &r->login, CREDITS), 0);
		r->session_id = r->login.session_id;
		r->tree_id = r->login.disk_tree;
		r->next_id = 1;
	}
	KUNIT_ASSERT_EQ(test, ksmbd_loop_start(r->conn), 0);
	return r;
}

struct replay *replay_open(struct kunit *test, u16 dialect)
{
	return open_client(test, dialect, "share", false);
}

struct replay *replay_open_share(struct kunit *test, u16 dialect, const char *share)
{
	return open_client(test, dialect, share, false);
}

struct replay *replay_open_signing(struct kunit *test, u16 dialect)
{
	return open_client(test, dialect, "share", true);
}

struct replay *replay_channel(struct replay *first)
{
	struct replay *r = replay_open(first->test, KSMBD_DIALECT_311);
	struct ksmbd_session *session = ksmbd_session_lookup(first->session_id);
	struct ksmbd_channel *channel;
	struct replay_reply reply;

	KUNIT_ASSERT_NOT_NULL(r->test, session);
	/* A channel comes by a SESSION_SETUP: its connection is being served by then. */
	replay_echo(r);
	replay_finish(r);
	REPLAY_EXPECT(r, &reply, SMB2_ECHO, STATUS_SUCCESS);
	channel = ksmbd_channel_create(session, r->conn);
	KUNIT_ASSERT_NOT_NULL(r->test, channel);
	channel->established = true;
	KUNIT_ASSERT_EQ(r->test, ksmbd_conn_add_channel(r->conn, channel), 0);
	ksmbd_session_put(session);
	r->session_id = first->session_id;
	r->tree_id = first->tree_id;
	return r;
}

int replay_try(struct kunit *test, u8 host, struct replay **out)
{
	int err = open_conn(test, host, out);

	return err ? err : ksmbd_loop_start((*out)->conn);
}

/* ---- requests ---- */

void replay_begin(struct replay *r, u16 command)
{
	struct ksmbd_wr *wr = &r->wr;

	if (wr->len) {
		ksmbd_wr_align(wr, 8);
		ksmbd_wr_patch_u32(wr, r->element + SMB2_HEADER_NEXT_OFFSET, wr->len - r->element);
	}
	r->element = wr->len;
	ksmbd_wr_u32(wr, SMB2_PROTO_ID);
	ksmbd_wr_u16(wr, SMB2_HEADER_SIZE);
	ksmbd_wr_u16(wr, r->charge);
	ksmbd_wr_u16(wr, r->sequence);
	ksmbd_wr_u16(wr, 0);
	ksmbd_wr_u16(wr, command);
	ksmbd_wr_u16(wr, r->credits);
	ksmbd_wr_u32(wr, r->flags);
	ksmbd_wr_u32(wr, 0);
	ksmbd_wr_u64(wr, r->next_id);
	if (r->flags & SMB2_FLAGS_ASYNC_COMMAND) {
		ksmbd_wr_u64(wr, r->async_id);
	} else {
		ksmbd_wr_u32(wr, 0);
		ksmbd_wr_u32(wr, r->tree_id);
	}
	ksmbd_wr_u64(wr, r->session_id);
	ksmbd_wr_zero(wr, 16);
	if (command != SMB2_CANCEL)
		r->next_id += r->charge ? r->charge : 1;
}

void replay_bytes(struct replay *r, const void *data, u32 len)
{
	u8 word[4];

	put_unaligned_be32(len, word);
	/* The server may have hung up already: the test will see it when it reads. */
	if (ksmbd_loop_write(r->loop, word, sizeof(word)) || ksmbd_loop_write(r->loop, data, len))
		r->unsent = true;
}

void replay_finish(struct replay *r)
{
	KUNIT_ASSERT_TRUE(r->test, ksmbd_wr_ok(&r->wr));
	replay_bytes(r, r->wr.buf, r->wr.len);
	ksmbd_wr_rollback(&r->wr, 0);
	r->element = 0;
}

void replay_negotiate(struct replay *r, u16 dialect)
{
	r->credits = CREDITS / 2;
	replay_begin(r, SMB2_NEGOTIATE);
	ksmbd_wr_u16(&r->wr, 36);
	ksmbd_wr_u16(&r->wr, 1);
	ksmbd_wr_zero(&r->wr, 32);
	ksmbd_wr_u16(&r->wr, dialect);
	replay_finish(r);
}

/* All that is needed to be asked for more. */
u32 replay_ntlm_negotiate(u8 *token)
{
	static const u8 message[32] = {
		'N', 'T', 'L', 'M', 'S', 'S', 'P', 0, 1, 0, 0, 0, 0x97, 0x82, 0x08, 0xE2,
	};

	memcpy(token, message, sizeof(message));
	return sizeof(message);
}

/* Empty names, an LM response of one byte */
u32 replay_ntlm_anonymous(u8 *token)
{
	struct ksmbd_wr wr;
	u32 i;

	ksmbd_wr_init(&wr, token, REPLAY_TOKEN_MAX);
	ksmbd_wr_bytes(&wr, "NTLMSSP\0\3\0\0", 12);
	for (i = 0; i < 6; i++) {
		ksmbd_wr_u16(&wr, !i);
		ksmbd_wr_u16(&wr, !i);
		ksmbd_wr_u32(&wr, 64);
	}
	ksmbd_wr_u32(&wr, 0xE2088A97);
	ksmbd_wr_u8(&wr, 0);
	return wr.len;
}

void replay_setup(struct replay *r, u8 flags, const void *token, u32 len)
{
	replay_begin(r, SMB2_SESSION_SETUP);
	ksmbd_wr_u16(&r->wr, 25);
	ksmbd_wr_u8(&r->wr, flags);
	ksmbd_wr_u8(&r->wr, 1);
	ksmbd_wr_zero(&r->wr, 8);
	ksmbd_wr_u16(&r->wr, SMB2_HEADER_SIZE + 24);
	ksmbd_wr_u16(&r->wr, len);
	ksmbd_wr_u64(&r->wr, 0);
	ksmbd_wr_bytes(&r->wr, token, len);
	replay_finish(r);
}

void replay_empty(struct replay *r, u16 command)
{
	replay_begin(r, command);
	ksmbd_wr_u16(&r->wr, 4);
	ksmbd_wr_u16(&r->wr, 0);
}

void replay_echo(struct replay *r)
{
	replay_empty(r, SMB2_ECHO);
}

/* ASCII to UTF-16LE */
static void write_name(struct replay *r, const char *name)
{
	for (; *name; name++)
		ksmbd_wr_u16(&r->wr, (u8)*name);
}

void replay_create(struct replay *r, const char *name, u32 access, u32 disposition, u32 options)
{
	struct ksmbd_wr *wr = &r->wr;

	replay_begin(r, SMB2_CREATE);
	ksmbd_wr_u16(wr, 57);
	ksmbd_wr_u16(wr, 0);
	ksmbd_wr_u32(wr, 2);
	ksmbd_wr_zero(wr, 16);
	ksmbd_wr_u32(wr, access);
	ksmbd_wr_u32(wr, 0);
	ksmbd_wr_u32(wr, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE);
	ksmbd_wr_u32(wr, disposition);
	ksmbd_wr_u32(wr, options);
	ksmbd_wr_u16(wr, SMB2_HEADER_SIZE + 56);
	ksmbd_wr_u16(wr, 2 * strlen(name));
	ksmbd_wr_u64(wr, 0);
	write_name(r, name);
	if (!*name)
		ksmbd_wr_u8(wr, 0);
}

void replay_oplock(struct replay *r, u8 level)
{
	r->wr.buf[r->element + SMB2_HEADER_SIZE + 3] = level;
}

void replay_share(struct replay *r, u32 share)
{
	ksmbd_wr_patch_u32(&r->wr, r->element + SMB2_HEADER_SIZE + 32, share);
}

void replay_durable(struct replay *r, u32 guid)
{
	u32 body = r->element + SMB2_HEADER_SIZE, prev = 0, start;
	struct ksmbd_wr *wr = &r->wr;

	ksmbd_wr_align(wr, 8);
	start = wr->len;
	ksmbd_create_ctx_begin(wr, &prev, "DH2Q", 32);
	ksmbd_wr_zero(wr, 16);
	ksmbd_wr_u32(wr, guid);
	ksmbd_wr_zero(wr, 12);
	ksmbd_wr_patch_u32(wr, body + 48, start - r->element);
	ksmbd_wr_patch_u32(wr, body + 52, wr->len - start);
}

static void write_fid(struct replay *r, struct replay_fid fid)
{
	ksmbd_wr_u64(&r->wr, fid.persistent_id);
	ksmbd_wr_u64(&r->wr, fid.volatile_id);
}

void replay_file_request(struct replay *r, u16 command, struct replay_fid fid)
{
	replay_begin(r, command);
	ksmbd_wr_u16(&r->wr, 24);
	ksmbd_wr_zero(&r->wr, 6);
	write_fid(r, fid);
}

void replay_ack(struct replay *r, struct replay_fid fid, u8 level)
{
	replay_begin(r, SMB2_OPLOCK_BREAK);
	ksmbd_wr_u16(&r->wr, 24);
	ksmbd_wr_u8(&r->wr, level);
	ksmbd_wr_zero(&r->wr, 5);
	write_fid(r, fid);
}

void replay_read(struct replay *r, struct replay_fid fid, u32 len, u64 off)
{
	replay_begin(r, SMB2_READ);
	ksmbd_wr_u16(&r->wr, 49);
	ksmbd_wr_u16(&r->wr, 0);
	ksmbd_wr_u32(&r->wr, len);
	ksmbd_wr_u64(&r->wr, off);
	write_fid(r, fid);
	ksmbd_wr_zero(&r->wr, 17);
}

void replay_set_name(struct replay *r, struct replay_fid fid, u8 class, const char *name)
{
	struct ksmbd_wr *wr = &r->wr;

	replay_begin(r, SMB2_SET_INFO);
	ksmbd_wr_u16(wr, 33);
	ksmbd_wr_u8(wr, 1);
	ksmbd_wr_u8(wr, class);
	ksmbd_wr_u32(wr, 20 + 2 * strlen(name));
	ksmbd_wr_u16(wr, SMB2_HEADER_SIZE + 32);
	ksmbd_wr_zero(wr, 6);
	write_fid(r, fid);
	ksmbd_wr_u64(wr, 1); /* replace */
	ksmbd_wr_u64(wr, 0);
	ksmbd_wr_u32(wr, 2 * strlen(name));
	for (; *name; name++)
		ksmbd_wr_u16(wr, (u8)*name);
}

void replay_write(struct replay *r, struct replay_fid fid, const void *data, u32 len, u64 off)
{
	replay_begin(r, SMB2_WRITE);
	ksmbd_wr_u16(&r->wr, 49);
	ksmbd_wr_u16(&r->wr, SMB2_HEADER_SIZE + 48);
	ksmbd_wr_u32(&r->wr, len);
	ksmbd_wr_u64(&r->wr, off);
	write_fid(r, fid);
	ksmbd_wr_zero(&r->wr, 16);
	ksmbd_wr_bytes(&r->wr, data, len);
}

void replay_query(struct replay *r, struct replay_fid fid, u8 type, u8 class, u32 room)
{
	replay_begin(r, SMB2_QUERY_INFO);
	ksmbd_wr_u16(&r->wr, 41);
	ksmbd_wr_u8(&r->wr, type);
	ksmbd_wr_u8(&r->wr, class);
	ksmbd_wr_u32(&r->wr, room);
	ksmbd_wr_zero(&r->wr, 16);
	write_fid(r, fid);
}

void replay_tree_connect(struct replay *r, const char *path)
{
	replay_begin(r, SMB2_TREE_CONNECT);
	ksmbd_wr_u16(&r->wr, 9);
	ksmbd_wr_u16(&r->wr, 0);
	ksmbd_wr_u16(&r->wr, SMB2_HEADER_SIZE + 8);
	ksmbd_wr_u16(&r->wr, 2 * strlen(path));
	write_name(r, path);
}

void replay_cancel(struct replay *r, u64 message_id, u64 async_id)
{
	u64 next_id = r->next_id;

	r->next_id = message_id;
	r->async_id = async_id;
	r->flags = async_id ? SMB2_FLAGS_ASYNC_COMMAND : 0;
	replay_empty(r, SMB2_CANCEL);
	replay_finish(r);
	r->flags = 0;
	r->next_id = next_id;
}

/* ---- replies ---- */

/* Reads the next message; false at the end. */
static bool receive(struct replay *r, u32 timeout_ms, int *err)
{
	u8 word[4];

	r->in_len = 0;
	r->in_pos = 0;
	*err = ksmbd_loop_read(r->loop, word, sizeof(word), timeout_ms);
	if (*err)
		return false;
	r->in_len = get_unaligned_be32(word);
	KUNIT_ASSERT_LE(r->test, r->in_len, REPLAY_MESSAGE);
	*err = ksmbd_loop_read(r->loop, r->in, r->in_len, REPLAY_TIMEOUT_MS);
	return !*err;
}

static void split(struct replay *r, struct replay_reply *reply)
{
	struct ksmbd_rd rd;
	u32 len;

	ksmbd_rd_init(&rd, r->in + r->in_pos, r->in_len - r->in_pos);
	KUNIT_ASSERT_EQ(r->test, ksmbd_rd_u32(&rd), (u32)SMB2_PROTO_ID);
	KUNIT_EXPECT_EQ(r->test, ksmbd_rd_u16(&rd), SMB2_HEADER_SIZE);
	reply->charge = ksmbd_rd_u16(&rd);
	reply->status = ksmbd_rd_u32(&rd);
	reply->command = ksmbd_rd_u16(&rd);
	reply->credits = ksmbd_rd_u16(&rd);
	reply->flags = ksmbd_rd_u32(&rd);
	reply->next = ksmbd_rd_u32(&rd);
	reply->message_id = ksmbd_rd_u64(&rd);
	reply->async_id = ksmbd_rd_u64(&rd);
	reply->tree_id = reply->async_id >> 32;
	reply->session_id = ksmbd_rd_u64(&rd);
	ksmbd_rd_skip(&rd, 16);
	KUNIT_ASSERT_TRUE(r->test, ksmbd_rd_ok(&rd));
	KUNIT_EXPECT_TRUE(r->test, reply->flags & SMB2_FLAGS_SERVER_TO_REDIR);
	len = reply->next ? reply->next : rd.len;
	KUNIT_ASSERT_LE(r->test, len, rd.len);
	reply->body = rd.base + rd.pos;
	reply->body_len = len - rd.pos;
	r->in_pos += len;
}

bool replay_take(struct replay *r, struct replay_reply *reply)
{
	int err = 0;

	memset(reply, 0, sizeof(*reply));
	if (r->unsent && !ksmbd_loop_ended(r->loop)) /* there may be earlier replies */
		ksmbd_loop_finish(r->loop);
	if (r->in_pos >= r->in_len && !receive(r, REPLAY_TIMEOUT_MS, &err)) {
		if (!r->lossy || err != -ECONNRESET)
			KUNIT_EXPECT_EQ(r->test, err, -ENODATA);
		return false;
	}
	split(r, reply);
	return true;
}

bool replay_ended(struct replay *r)
{
	int err;

	if (r->in_pos < r->in_len || receive(r, REPLAY_TIMEOUT_MS, &err))
		return false;
	return err == -ENODATA;
}

bool replay_silent(struct replay *r)
{
	int err;

	return r->in_pos >= r->in_len && !receive(r, SILENCE_MS, &err) && err == -EAGAIN;
}

static u32 count_parked(struct ksmbd_conn *conn)
{
	struct ksmbd_request *req;
	u32 n = 0;

	spin_lock(&conn->lock);
	list_for_each_entry(req, &conn->requests, link)
		n += ksmbd_async_is_waiting(req);
	spin_unlock(&conn->lock);
	return n;
}

void replay_wait_parked(struct replay *r, u32 count)
{
	u32 ms;

	for (ms = 0; count_parked(r->conn) < count && ms < REPLAY_TIMEOUT_MS; ms++)
		msleep(1);
	KUNIT_EXPECT_GE(r->test, count_parked(r->conn), count);
}

struct replay_fid replay_fid(const struct replay_reply *reply)
{
	struct replay_fid fid = {};

	if (reply->body_len >= 80) {
		fid.persistent_id = get_unaligned_le64(reply->body + 64);
		fid.volatile_id = get_unaligned_le64(reply->body + 72);
	}
	return fid;
}

struct replay_fid replay_open_pipe(struct replay *r)
{
	struct replay_reply reply;

	r->tree_id = r->login.pipe_tree;
	replay_create(r, "srvsvc", FILE_GENERIC_READ | FILE_GENERIC_WRITE, FILE_OPEN, 0);
	replay_finish(r);
	KUNIT_ASSERT_TRUE(r->test, replay_take(r, &reply));
	KUNIT_ASSERT_EQ(r->test, reply.status, 0U);
	return replay_fid(&reply);
}

u32 replay_rpc_bind(u8 *buf)
{
	static const u8 pdu[] = {
		5,    0,    11,	  3,	0x10, 0,    0,	  0,	/* bind, little endian */
		72,   0,    0,	  0,	1,    0,    0,	  0,	/* length, call id */
		0xB8, 0x10, 0xB8, 0x10, 0,    0,    0,	  0,	/* fragments, group */
		1,    0,    0,	  0,	0,    0,    1,	  0,	/* one context, one syntax */
		0xC8, 0x4F, 0x32, 0x4B, 0x70, 0x16, 0xD3, 0x01, /* srvsvc 3.0 */
		0x12, 0x78, 0x5A, 0x47, 0xBF, 0x6E, 0xE1, 0x88, /* */
		3,    0,    0,	  0,				/* */
		0x04, 0x5D, 0x88, 0x8A, 0xEB, 0x1C, 0xC9, 0x11, /* NDR 2.0 */
		0x9F, 0xE8, 0x08, 0x00, 0x2B, 0x10, 0x48, 0x60, /* */
		2,    0,    0,	  0,
	};

	memcpy(buf, pdu, sizeof(pdu));
	return sizeof(pdu);
}

void replay_lock(struct replay *r, struct replay_fid fid, u64 offset, u64 length, u32 flags)
{
	replay_lock_many(r, fid, 1, 0);
	replay_lock_element(r, offset, length, flags);
}

void replay_lock_many(struct replay *r, struct replay_fid fid, u16 count, u32 sequence)
{
	replay_begin(r, SMB2_LOCK);
	ksmbd_wr_u16(&r->wr, 48);
	ksmbd_wr_u16(&r->wr, count);
	ksmbd_wr_u32(&r->wr, sequence);
	write_fid(r, fid);
}

void replay_lock_element(struct replay *r, u64 offset, u64 length, u32 flags)
{
	ksmbd_wr_u64(&r->wr, offset);
	ksmbd_wr_u64(&r->wr, length);
	ksmbd_wr_u32(&r->wr, flags);
	ksmbd_wr_u32(&r->wr, 0);
}
