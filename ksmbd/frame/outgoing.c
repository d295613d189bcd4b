// SPDX-License-Identifier: GPL-2.0-or-later
#include <asm/unaligned.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/printk.h>
#include <linux/slab.h>

#include "frame/outgoing.h"
#include "host/pages.h"
#include "host/vfs.h"
#include "open/oplock.h"
#include "protect/preauth.h"
#include "protect/protect.h"
#include "protect/seal.h"
#include "session/conn.h"
#include "session/session.h"
#include "smb2/reply.h"
#include "util/workers.h"
#include "wire/smb2_format.h"
#include "wire/smb2_hdr.h"

static u32 payload_segs(const struct ksmbd_reply *reply)
{
	return reply->pages ? reply->pages->count : 1;
}

/* Header and body, payload, padding. */
static u32 max_segs(const struct ksmbd_reply *reply)
{
	return 2 + payload_segs(reply);
}

/* The segments of one element; returns how many, and its length in @len. */
static u32 fill_segs(struct ksmbd_reply *reply, bool last, struct ksmbd_seg *segs, u32 *len)
{
	u32 n = 0, i, pad;

	*len = reply->wr.len + ksmbd_reply_payload_len(reply);
	segs[n++] = (struct ksmbd_seg){ .data = reply->wr.buf, .len = reply->wr.len };
	if (reply->payload.len)
		segs[n++] = reply->payload;
	for (i = 0; reply->pages && i < reply->pages->count; i++)
		if (reply->pages->segs[i].len)
			segs[n++] = reply->pages->segs[i];
	pad = last ? 0 : -*len & 7;
	if (pad)
		segs[n++] = (struct ksmbd_seg){ .data = reply->pad, .len = pad };
	*len += pad;
	if (!last)
		put_unaligned_le32(*len, reply->wr.buf + SMB2_HEADER_NEXT_OFFSET);
	return n;
}

/* The next leg of the same exchange may be at work already if a client is hostile. */
static int hash_reply(struct ksmbd_request *req, const struct ksmbd_seg *segs, u32 n)
{
	int err;

	mutex_lock(&req->conn->setup_lock);
	err = ksmbd_preauth_update(req->preauth, segs, n);
	mutex_unlock(&req->conn->setup_lock);
	return err;
}

/* The vector's first segments: the length word, and the transform header of a sealed message. */
static u32 first_element(const struct ksmbd_outgoing *out)
{
	return out->sealer ? 2 : 1;
}

/* What was sealed from there is in the reply now; the queue may hold it for long. */
static void drop_views(struct ksmbd_outgoing *out)
{
	struct ksmbd_reply *reply;

	list_for_each_entry(reply, &out->replies, link) {
		ksmbd_view_put(reply->view);
		reply->view = NULL;
	}
}

/* Puts the headers in front of the elements; sealing comes last, over all of them. */
static int complete_vector(struct ksmbd_outgoing *out)
{
	u32 first = first_element(out);
	int err;

	if (out->sealer) {
		err = ksmbd_seal_message(out->sealer, out->transform, out->segs + first,
					 out->nsegs - first);
		drop_views(out);
		if (err)
			return err;
		out->segs[1] =
			(struct ksmbd_seg){ .data = out->transform, .len = sizeof(out->transform) };
		out->total += sizeof(out->transform);
	}
	put_unaligned_be32(out->total, out->length);
	out->segs[0] = (struct ksmbd_seg){ .data = out->length, .len = sizeof(out->length) };
	out->total += sizeof(out->length);
	return 0;
}

/* Builds the whole vector, signing on the way. */
static int build_vector(struct ksmbd_request *req, struct ksmbd_outgoing *out)
{
	struct ksmbd_reply *reply;
	u32 used = first_element(out), len;
	int err = 0;

	list_for_each_entry(reply, &out->replies, link) {
		bool last = list_is_last(&reply->link, &out->replies);
		u32 n = fill_segs(reply, last, out->segs + used, &len);

		if (reply->view && !out->sealer)
			return -EINVAL; /* its pages are empty yet */
		err = ksmbd_protect_reply(reply, out->segs + used, n);
		if (!err && req->preauth)
			err = hash_reply(req, out->segs + used, n);
		if (err)
			return err;
		used += n;
		out->total += len;
	}
	out->nsegs = used;
	return complete_vector(out);
}

static int prepare_message(struct ksmbd_request *req, struct ksmbd_outgoing *out)
{
	struct ksmbd_reply *reply;
	u32 n = first_element(out);

	list_for_each_entry(reply, &out->replies, link)
		n += max_segs(reply);
	out->segs = out->few;
	if (n > ARRAY_SIZE(out->few))
		out->segs = kvcalloc(n, sizeof(*out->segs), GFP_KERNEL);
	if (!out->segs)
		return -ENOMEM;
	return build_vector(req, out);
}

struct ksmbd_outgoing *ksmbd_outgoing_alloc(void)
{
	struct ksmbd_outgoing *out = kzalloc(sizeof(*out), GFP_KERNEL);

	if (!out)
		return NULL;
	INIT_LIST_HEAD(&out->replies);
	INIT_LIST_HEAD(&out->granted);
	return out;
}

void ksmbd_outgoing_free(struct ksmbd_conn *conn, struct ksmbd_outgoing *out)
{
	struct ksmbd_reply *reply, *next;

	if (!out)
		return;
	list_for_each_entry_safe(reply, next, &out->replies, link) {
		ksmbd_reply_release(reply);
		if (reply != &out->first)
			kfree(reply);
	}
	if (out->segs != out->few)
		kvfree(out->segs);
	ksmbd_oplock_told(&out->granted);
	if (out->sealer)
		ksmbd_session_put(out->sealer);
	if (out->cost) {
		atomic_sub(out->cost, &conn->running_bytes);
		wake_up_all(&conn->idle);
	}
	kfree(out);
}

/* The next message, or NULL: then the caller is the sender no more. */
static struct ksmbd_outgoing *next_message(struct ksmbd_conn *conn)
{
	struct ksmbd_outgoing *out;

	spin_lock(&conn->lock);
	out = list_first_entry_or_null(&conn->outgoing, struct ksmbd_outgoing, link);
	if (!out)
		conn->sending = false;
	spin_unlock(&conn->lock);
	if (!out)
		wake_up_all(&conn->idle);
	return out;
}

/* Moves @out forward; true when it is done with, sent or given up. */
static bool send_some(struct ksmbd_conn *conn, struct ksmbd_outgoing *out, bool wait)
{
	s64 pos = -EPIPE;

	if (!conn->unsendable) /* only the sender sets it */
		pos = conn->ops->send(conn->transport, out->segs, out->nsegs, out->sent, wait);
	if (pos >= 0 && pos < out->total) {
		out->sent = pos;
		return false;
	}
	if (pos < 0 && !conn->unsendable) {
		pr_debug("ksmbd: cannot send to %s: %lld\n", conn->peer.text, (long long)pos);
		conn->unsendable = true;
	}
	if (pos < 0 || out->last)
		ksmbd_conn_shutdown(conn);
	return true;
}

/* Sends what is queued. The caller has become the sender. False: it would have to wait. */
static bool drain_queue(struct ksmbd_conn *conn, bool wait)
{
	struct ksmbd_outgoing *out;

	while ((out = next_message(conn)) != NULL) {
		if (!send_some(conn, out, wait))
			return false;
		spin_lock(&conn->lock);
		list_del(&out->link);
		spin_unlock(&conn->lock);
		ksmbd_outgoing_free(conn, out);
	}
	return true;
}

static void send_work(struct work_struct *work)
{
	struct ksmbd_conn *conn = container_of(work, struct ksmbd_conn, send_work);

	drain_queue(conn, true);
	ksmbd_conn_put(conn);
}

/* Puts @out into the queue. True: nobody is sending, and the caller has to see to it. */
static bool queue_message(struct ksmbd_conn *conn, struct ksmbd_outgoing *out)
{
	bool idle;

	spin_lock(&conn->lock);
	list_add_tail(&out->link, &conn->outgoing);
	idle = !conn->sending;
	conn->sending = true;
	spin_unlock(&conn->lock);
	return idle;
}

static void send_elsewhere(struct ksmbd_conn *conn)
{
	ksmbd_conn_get(conn);
	ksmbd_workers_queue_waiting(&conn->send_work);
}

/* [MS-SMB2] 3.3.4.1.1: never signed; no session, no tree, and an id that no request has */
static int build_notice(struct ksmbd_outgoing *out, const struct ksmbd_notice *notice)
{
	struct ksmbd_smb2_hdr hdr = {
		.command = notice->command,
		.flags = SMB2_FLAGS_SERVER_TO_REDIR,
		.message_id = U64_MAX,
	};
	struct ksmbd_reply *reply = &out->first;
	u32 first;

	INIT_LIST_HEAD(&reply->link);
	list_add_tail(&reply->link, &out->replies);
	ksmbd_wr_init(&reply->wr, reply->small, sizeof(reply->small));
	ksmbd_wr_zero(&reply->wr, SMB2_HEADER_SIZE);
	ksmbd_smb2_hdr_write(reply->wr.buf, &hdr, STATUS_SUCCESS, 0);
	ksmbd_wr_bytes(&reply->wr, notice->body, notice->len);
	if (!ksmbd_wr_ok(&reply->wr))
		return -EMSGSIZE;
	if (notice->sealer) {
		ksmbd_session_get(notice->sealer);
		out->sealer = notice->sealer;
	}
	first = first_element(out);
	out->segs = out->few;
	out->segs[first] = (struct ksmbd_seg){ .data = reply->wr.buf, .len = reply->wr.len };
	out->nsegs = first + 1;
	out->total = reply->wr.len;
	return complete_vector(out);
}

/* As ksmbd_conn.notify. The peer pays for it like for a reply: what it does not take counts. */
static bool send_notice(struct ksmbd_conn *conn, const struct ksmbd_notice *notice)
{
	struct ksmbd_outgoing *out = ksmbd_outgoing_alloc();

	if (!out || build_notice(out, notice)) {
		ksmbd_outgoing_free(conn, out);
		ksmbd_conn_shutdown(conn);
		return false;
	}
	out->cost = sizeof(*out);
	atomic_add(out->cost, &conn->running_bytes);
	if (queue_message(conn, out))
		send_elsewhere(conn);
	return true;
}

void ksmbd_outgoing_init(struct ksmbd_conn *conn)
{
	INIT_WORK(&conn->send_work, send_work);
	conn->notify = send_notice;
}

void ksmbd_outgoing_send(struct ksmbd_request *req, bool last)
{
	struct ksmbd_outgoing *out = req->out;
	struct ksmbd_conn *conn = req->conn;
	LIST_HEAD(granted);
	bool idle;

	req->out = NULL;
	out->last = last;
	if (req->sealer) {
		ksmbd_session_get(req->sealer);
		out->sealer = req->sealer;
	}
	if (list_empty(&out->replies) || prepare_message(req, out)) {
		ksmbd_outgoing_free(conn, out);
		ksmbd_conn_shutdown(conn);
		return;
	}
	/* Once queued, it may be gone. */
	list_splice_init(&out->granted, &granted);
	idle = queue_message(conn, out);
	ksmbd_oplock_told(&granted);
	if (idle && !drain_queue(conn, false))
		send_elsewhere(conn);
}
