// SPDX-License-Identifier: GPL-2.0-or-later
/* Length framing and the receive loop. [MS-SMB2] 2.1, RFC 1002 4.3 */
#include <asm/unaligned.h>
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/wait.h>

#include "config_types.h"
#include "dispatch/dispatch.h"
#include "frame/frame.h"
#include "frame/outgoing.h"
#include "frame/request.h"
#include "protect/protect.h"
#include "session/conn.h"
#include "session/strangers.h"
#include "util/workers.h"
#include "wire/smb2_format.h"
#include "wire/smb2_hdr.h"

#define LENGTH_WORD	  4
#define SESSION_MESSAGE	  0x00
#define SESSION_KEEPALIVE 0x85

/* Room for headers, names and small elements around the largest payload. */
#define MAX_OVERHEAD (64u << 10)
/* Sealed messages up to this are opened by the receive thread. */
#define SMALL_SEALED 4096
/* Requests at work and replies not taken yet, before a connection is read from again. */
#define MAX_RUNNING_BYTES (32u << 20)

static u32 max_message(struct ksmbd_conn *conn)
{
	if (ksmbd_conn_state(conn) < KSMBD_CONN_AUTHENTICATED)
		return KSMBD_STRANGER_LARGE;
	return max(conn->max_write, conn->max_trans) + MAX_OVERHEAD;
}

/* Reads the length word; 0 is a keep-alive. Returns false at the stream's end. */
static bool receive_length(struct ksmbd_conn *conn, u32 *len)
{
	u8 word[LENGTH_WORD];
	int err = conn->ops->recv(conn->transport, word, sizeof(word));

	if (err)
		return false;
	*len = get_unaligned_be32(word) & 0xFFFFFF;
	if (word[0] == SESSION_KEEPALIVE && !*len)
		return true;
	if (word[0] != SESSION_MESSAGE || *len < LENGTH_WORD || *len > max_message(conn)) {
		pr_debug("ksmbd: %s: bad frame, type %u length %u\n", conn->peer.text, word[0],
			 *len);
		return false;
	}
	return true;
}

/* A stranger has one message at a time: the next is read when the last one's reply is taken. */
static bool has_room(struct ksmbd_conn *conn)
{
	enum ksmbd_conn_state state = ksmbd_conn_state(conn);
	u32 most = state < KSMBD_CONN_AUTHENTICATED ? 1 : MAX_RUNNING_BYTES;

	return atomic_read(&conn->running_bytes) < most || state == KSMBD_CONN_CLOSING;
}

static struct ksmbd_request *alloc_request(struct ksmbd_conn *conn, u32 len)
{
	struct ksmbd_request *req;
	u32 place = 0;

	if (len > KSMBD_STRANGER_MESSAGE && ksmbd_conn_state(conn) < KSMBD_CONN_AUTHENTICATED) {
		place = ksmbd_stranger_enter(conn);
		if (!place)
			return NULL;
	}
	req = ksmbd_request_alloc(conn, len);
	if (req)
		req->place = place;
	else
		ksmbd_stranger_leave(place);
	return req;
}

static struct ksmbd_request *receive_request(struct ksmbd_conn *conn, u32 len)
{
	struct ksmbd_request *req;

	/*
	 * Not faster than it is worked off: the peer's window fills up instead of memory. As long
	 * as a slow peer likes: no hung task.
	 */
	wait_event_idle(conn->idle, has_room(conn));
	req = alloc_request(conn, len);
	if (!req)
		return NULL;
	if (conn->ops->recv(conn->transport, req->buf, len)) {
		ksmbd_request_free(req);
		return NULL;
	}
	return req;
}

/* @req has been through is_cancel() if it is readable. */
static bool is_lone_notify(const struct ksmbd_request *req)
{
	return req->readable && req->hdr.command == SMB2_CHANGE_NOTIFY && !req->hdr.next;
}

/* CANCEL is alone in its message (ksmbd_request_check()), costs nothing and gets no reply. */
static bool is_cancel(struct ksmbd_request *req)
{
	struct ksmbd_rd rd;

	req->elem_len = req->len;
	ksmbd_rd_init(&rd, req->buf, req->len);
	return ksmbd_smb2_hdr_read(&rd, &req->hdr) && req->hdr.command == SMB2_CANCEL;
}

/*
 * The receive thread runs a request itself when nothing more is waiting: no wake-up, no
 * switch. Before the first authentication always: one request at a time, one buffer. A
 * CHANGE_NOTIFY, too: it hears of what is done by the requests behind it.
 */
static bool runs_inline(const struct ksmbd_request *req)
{
	struct ksmbd_conn *conn = req->conn;

	return ksmbd_conn_state(conn) < KSMBD_CONN_AUTHENTICATED || is_lone_notify(req) ||
	       conn->ops->pending(conn->transport) == 0;
}

/*
 * Checks a message. A small sealed one is opened at once, so that a CANCEL finds what came before
 * it; the work of a large one is worth another thread.
 */
static bool check_message(struct ksmbd_request *req, u32 magic)
{
	if (magic == SMB2_PROTO_ID)
		return ksmbd_request_check(req);
	if (magic != SMB2_TRANSFORM_ID || ksmbd_conn_state(req->conn) < KSMBD_CONN_AUTHENTICATED)
		return false;
	req->sealed = true;
	return req->len > SMALL_SEALED || ksmbd_request_open(req);
}

/* Takes @req over. Returns false when the connection must end. */
static bool take_up(struct ksmbd_conn *conn, struct ksmbd_request *req)
{
	u32 magic = get_unaligned_le32(req->buf);

	if (magic == SMB1_PROTO_ID && ksmbd_conn_state(conn) == KSMBD_CONN_NEW) {
		ksmbd_request_run_smb1(req);
		return true;
	}
	if (!check_message(req, magic)) {
		ksmbd_request_free(req);
		return false;
	}
	if (req->readable && is_cancel(req)) {
		if (ksmbd_protect_check(req) == STATUS_SUCCESS)
			ksmbd_dispatch_cancel(req);
		ksmbd_request_free(req);
		return true;
	}
	if (runs_inline(req))
		ksmbd_request_run(req);
	else
		ksmbd_workers_queue(&req->work);
	return true;
}

static void receive_loop(struct ksmbd_conn *conn)
{
	struct ksmbd_request *req;
	u32 len;

	while (ksmbd_conn_state(conn) != KSMBD_CONN_CLOSING) {
		if (!receive_length(conn, &len))
			return;
		if (!len)
			continue;
		req = receive_request(conn, len);
		if (!req || !take_up(conn, req))
			return;
	}
}

static bool all_ended(struct ksmbd_conn *conn)
{
	bool none;

	spin_lock(&conn->lock);
	none = list_empty(&conn->requests) && !conn->sending;
	spin_unlock(&conn->lock);
	return none;
}

void ksmbd_frame_serve(struct ksmbd_conn *conn)
{
	ksmbd_outgoing_init(conn);
	conn->cancel = ksmbd_async_cancel_session;
	receive_loop(conn);
	ksmbd_conn_shutdown(conn);
	ksmbd_async_cancel_all(conn);
	wait_event_idle(conn->idle, all_ended(conn));
	ksmbd_conn_drop_channels(conn);
	ksmbd_conn_unlist(conn);
	ksmbd_conn_put(conn);
}
