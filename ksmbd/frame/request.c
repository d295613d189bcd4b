// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/list.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "config_types.h"
#include "dispatch/dispatch.h"
#include "frame/credit.h"
#include "frame/order.h"
#include "frame/outgoing.h"
#include "frame/request.h"
#include "open/create_id.h"
#include "open/open.h"
#include "open/sequence.h"
#include "protect/protect.h"
#include "session/conn.h"
#include "session/session.h"
#include "session/strangers.h"
#include "wire/smb2_format.h"
#include "wire/smb2_hdr.h"

/* Elements in one message; far more than any client sends. */
#define MAX_CHAIN 256
/* A CANCEL is a header and four bytes. */
#define MAX_CANCEL 1024
/* Buffers up to four times this serve any message. */
#define SMALL	    4096u
#define CREDIT_UNIT 65536
/* No more than one connection may have at work (frame.c). */
#define MAX_COST (32u << 20)

static void request_work(struct work_struct *work)
{
	ksmbd_request_run(container_of(work, struct ksmbd_request, work));
}

/*
 * The connection's recycled buffer if it is large enough, else a new one. A much larger one
 * is kept for the next large message: a parked request would sit on it for long.
 */
static void *take_buffer(struct ksmbd_conn *conn, u32 len, u32 *size)
{
	void *buf = NULL;

	spin_lock(&conn->lock);
	if (conn->spare_buf && conn->spare_size >= len && conn->spare_size / 4 <= max(len, SMALL)) {
		buf = conn->spare_buf;
		*size = conn->spare_size;
		conn->spare_buf = NULL;
	}
	spin_unlock(&conn->lock);
	if (buf)
		return buf;
	*size = len;
	return kvmalloc(len, GFP_KERNEL);
}

/* Keeps the larger of @buf and the buffer kept so far; nothing for a stranger. */
static void give_buffer(struct ksmbd_conn *conn, void *buf, u32 size)
{
	void *extra = buf;

	spin_lock(&conn->lock);
	if (conn->state >= KSMBD_CONN_AUTHENTICATED &&
	    (!conn->spare_buf || conn->spare_size < size)) {
		extra = conn->spare_buf;
		conn->spare_buf = buf;
		conn->spare_size = size;
	}
	spin_unlock(&conn->lock);
	kvfree(extra);
}

struct ksmbd_request *ksmbd_request_alloc(struct ksmbd_conn *conn, u32 len)
{
	struct ksmbd_request *req = kzalloc(sizeof(*req), GFP_KERNEL);

	if (!req)
		return NULL;
	req->out = ksmbd_outgoing_alloc();
	if (req->out)
		req->buf = take_buffer(conn, len, &req->buf_size);
	if (!req->buf) {
		kfree(req->out);
		kfree(req);
		return NULL;
	}
	req->len = len;
	req->cost = len;
	INIT_WORK(&req->work, request_work);
	INIT_LIST_HEAD(&req->holds);
	INIT_LIST_HEAD(&req->held_link);
	req->conn = conn;
	ksmbd_conn_get(conn);
	atomic_add(len, &conn->running_bytes);
	spin_lock(&conn->lock);
	list_add_tail(&req->link, &conn->requests);
	spin_unlock(&conn->lock);
	return req;
}

void ksmbd_request_shrink(struct ksmbd_request *req)
{
	struct ksmbd_conn *conn = req->conn;
	u8 *head, *buf = req->buf;
	u32 size = req->buf_size;

	if (req->index || req->hdr.next || req->head || req->len < SMB2_HEADER_SIZE)
		return;
	head = kmemdup(buf, SMB2_HEADER_SIZE, GFP_KERNEL);
	if (!head)
		return;
	spin_lock(&conn->lock); /* a CANCEL may be looking */
	req->buf = head;
	req->buf_size = SMB2_HEADER_SIZE;
	req->len = SMB2_HEADER_SIZE;
	req->elem_len = SMB2_HEADER_SIZE;
	spin_unlock(&conn->lock);
	ksmbd_rd_init(&req->rd, head, SMB2_HEADER_SIZE);
	give_buffer(conn, buf, size);
	ksmbd_stranger_leave(req->place);
	req->place = 0;
}

void ksmbd_request_leave_open(struct ksmbd_request *req)
{
	if (req->counted)
		ksmbd_sequence_leave(&req->open->sequence, req->round);
	req->counted = false;
	ksmbd_create_id_end(&req->create_id);
}

void ksmbd_request_drop_element(struct ksmbd_request *req)
{
	ksmbd_request_leave_open(req);
	ksmbd_open_put(req->open);
	ksmbd_user_put(req->user);
	ksmbd_tree_put(req->tree);
	if (req->session)
		ksmbd_session_put(req->session);
	ksmbd_channel_put(req->channel);
	ksmbd_sign_key_put(req->sign_key);
	req->sign_key = NULL;
	req->open = NULL;
	req->user = NULL;
	req->tree = NULL;
	req->session = NULL;
	req->channel = NULL;
}

void ksmbd_request_free(struct ksmbd_request *req)
{
	struct ksmbd_conn *conn = req->conn;

	ksmbd_async_end(req);
	if (req->reply) { /* begun and not finished: enter it, to be freed with the others */
		list_add_tail(&req->reply->link, &req->out->replies);
		req->reply = NULL;
	}
	ksmbd_outgoing_free(conn, req->out);
	ksmbd_request_drop_element(req);
	spin_lock(&conn->lock);
	ksmbd_order_release(req, true);
	list_del(&req->link);
	spin_unlock(&conn->lock);
	/* Not earlier: a CANCEL looks into the messages of the list. */
	give_buffer(conn, req->buf - req->head, req->buf_size);
	ksmbd_stranger_leave(req->place);
	if (req->sealer)
		ksmbd_session_put(req->sealer);
	atomic_sub(req->cost, &conn->running_bytes);
	wake_up_all(&conn->idle);
	kfree(req);
	ksmbd_conn_put(conn);
}

/* From 2.1 on a request pays what it says; before, every request costs one. */
static u32 charge_of(const struct ksmbd_conn *conn, const struct ksmbd_smb2_hdr *hdr)
{
	return conn->dialect >= KSMBD_DIALECT_210 ? hdr->credit_charge : 1;
}

/*
 * A credit pays for 64 KiB sent or asked for: what the reply may take up counts from the
 * beginning, or a flood of small requests for large replies would fill the memory.
 */
static void set_cost(struct ksmbd_request *req, u64 charge)
{
	u32 cost = max_t(u64, req->len, min_t(u64, charge * CREDIT_UNIT, MAX_COST));

	atomic_add(cost - req->cost, &req->conn->running_bytes);
	req->cost = cost;
}

/*
 * CANCEL uses up no message id, and is not answered: alone in a small message, or the peer is
 * broken. The answers of a compound would be as many as it likes under one id.
 */
static bool is_strange_cancel(const struct ksmbd_request *req, const struct ksmbd_smb2_hdr *hdr,
			      u32 off)
{
	return hdr->command == SMB2_CANCEL && (off || hdr->next || req->len > MAX_CANCEL);
}

bool ksmbd_request_open(struct ksmbd_request *req)
{
	if (!ksmbd_protect_open(req))
		return false;
	req->head = SMB2_TRANSFORM_SIZE;
	req->buf += SMB2_TRANSFORM_SIZE;
	req->len -= SMB2_TRANSFORM_SIZE;
	return ksmbd_request_check(req);
}

bool ksmbd_request_check(struct ksmbd_request *req)
{
	bool known = ksmbd_conn_state(req->conn) >= KSMBD_CONN_AUTHENTICATED;
	u32 off = 0, n, most = known ? MAX_CHAIN : KSMBD_STRANGER_CHAIN;
	struct ksmbd_smb2_hdr hdr;
	u64 charge = 0;

	for (n = 0; n < most; n++) {
		struct ksmbd_rd rd;

		ksmbd_rd_init(&rd, req->buf + off, req->len - off);
		if (!ksmbd_smb2_hdr_read(&rd, &hdr))
			return false;
		if (hdr.flags & SMB2_FLAGS_SERVER_TO_REDIR || is_strange_cancel(req, &hdr, off))
			return false;
		if (hdr.command != SMB2_CANCEL &&
		    !ksmbd_credit_consume(&req->conn->credits, hdr.message_id,
					  charge_of(req->conn, &hdr)))
			return false;
		charge += max_t(u32, charge_of(req->conn, &hdr), 1);
		if (!hdr.next) {
			set_cost(req, charge);
			smp_store_release(&req->readable, true);
			return true;
		}
		/* 3.3.5.2.7: 8-byte aligned and inside the message, or the peer is broken */
		if (hdr.next < SMB2_HEADER_SIZE || hdr.next % 8 || hdr.next > req->len - off)
			return false;
		off += hdr.next;
	}
	return false;
}
