// SPDX-License-Identifier: GPL-2.0-or-later
/* Working through the elements of a message, one reply each. [MS-SMB2] 3.3.5.2.7 */
#include <linux/list.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "debug.h"
#include "dispatch/dispatch.h"
#include "frame/credit.h"
#include "frame/order.h"
#include "frame/outgoing.h"
#include "frame/request.h"
#include "open/open.h"
#include "protect/protect.h"
#include "session/conn.h"
#include "session/session.h"
#include "smb1/smb1.h"
#include "smb2/reply.h"
#include "util/status.h"
#include "util/workers.h"
#include "wire/smb2_format.h"
#include "wire/smb2_hdr.h"

/* The first reply lives in the message; a compound's further ones are allocated. */
static struct ksmbd_reply *alloc_reply(struct ksmbd_request *req)
{
	struct ksmbd_reply *reply = &req->out->first;

	if (!list_empty(&req->out->replies)) {
		reply = kzalloc(sizeof(*reply), GFP_KERNEL);
		if (!reply)
			return NULL;
	}
	INIT_LIST_HEAD(&reply->link);
	ksmbd_wr_init(&reply->wr, reply->small, sizeof(reply->small));
	ksmbd_wr_zero(&reply->wr, SMB2_HEADER_SIZE);
	return reply;
}

/* A related element works in the session and on the tree of the one before. */
static ntstatus_t inherit_ids(struct ksmbd_request *req)
{
	if (!(req->hdr.flags & SMB2_FLAGS_RELATED_OPERATIONS)) {
		req->unrelated = false;
		req->related_has_fid = false;
		req->related_status = STATUS_SUCCESS;
		return STATUS_SUCCESS;
	}
	/* Related to nothing; and what is related to that, fails alike. */
	req->unrelated |= !req->index;
	if (req->unrelated)
		return STATUS_INVALID_PARAMETER;
	req->hdr.session_id = req->related_session_id;
	req->hdr.tree_id = req->related_tree_id;
	return STATUS_SUCCESS;
}

/*
 * What a chain may gather before a further element is refused: with the largest element on
 * top it still fits the 24-bit length word. No client comes near it.
 */
#define MAX_GATHERED (7u << 20)

static bool gathered_too_much(const struct ksmbd_request *req)
{
	const struct ksmbd_reply *reply;
	u64 sum = 0;

	list_for_each_entry(reply, &req->out->replies, link)
		sum += reply->wr.len + ksmbd_reply_payload_len(reply);
	return sum > MAX_GATHERED;
}

/* Decodes the header at req->off and runs the command. */
static ntstatus_t start_element(struct ksmbd_request *req)
{
	ntstatus_t status;

	ksmbd_rd_init(&req->rd, req->buf + req->off, req->len - req->off);
	ksmbd_smb2_hdr_read(&req->rd, &req->hdr); /* checked by ksmbd_request_check() */
	req->elem_len = req->hdr.next ? req->hdr.next : req->len - req->off;
	req->rd.len = req->elem_len;
	req->keep_body = false;
	req->interim_sent = false;
	req->sign_success = false;
	req->preauth = NULL;
	req->park.quiet = false;
	req->reply = alloc_reply(req);
	if (!req->reply) {
		req->close_conn = true;
		return STATUS_INSUFFICIENT_RESOURCES;
	}
	status = inherit_ids(req);
	if (status == STATUS_SUCCESS)
		status = ksmbd_protect_check(req);
	if (status == STATUS_SUCCESS && gathered_too_much(req))
		status = STATUS_INSUFFICIENT_RESOURCES;
	if (status == STATUS_SUCCESS)
		status = ksmbd_dispatch_run(req);
	return status;
}

/* [MS-SMB2] 2.2.2, without error data */
static void write_error_body(struct ksmbd_request *req)
{
	struct ksmbd_wr *wr = &req->reply->wr;

	ksmbd_wr_rollback(wr, SMB2_HEADER_SIZE);
	ksmbd_wr_u16(wr, 9);
	ksmbd_wr_zero(wr, 7);
}

/* Completes the current reply and moves it to the finished ones. */
static void finish_reply(struct ksmbd_request *req, ntstatus_t status, u64 async_id, u32 credits)
{
	struct ksmbd_reply *reply = req->reply;
	struct ksmbd_smb2_hdr hdr = req->hdr;

	if (ksmbd_status_is_error(status))
		pr_debug("ksmbd: %s: command %u: %s\n", req->conn->peer.text, hdr.command,
			 ksmbd_status_name(status));
	hdr.flags = SMB2_FLAGS_SERVER_TO_REDIR | (req->hdr.flags & SMB2_FLAGS_RELATED_OPERATIONS);
	if (async_id) {
		hdr.flags |= SMB2_FLAGS_ASYNC_COMMAND;
		hdr.async_id = async_id;
	}
	/*
	 * A session that this connection does not know has no key to sign with. Clients that
	 * signed want the flag, and believe this one status without a signature.
	 */
	if (status == STATUS_USER_SESSION_DELETED && !req->channel)
		hdr.flags |= req->hdr.flags & SMB2_FLAGS_SIGNED;
	ksmbd_smb2_hdr_write(reply->wr.buf, &hdr, status, credits);
	if (ksmbd_reply_will_sign(req) && status != STATUS_PENDING)
		reply->signer = ksmbd_sign_key_get(req->sign_key);
	list_add_tail(&reply->link, &req->out->replies);
	req->reply = NULL;
}

/*
 * What the client will take for free when it hears the answer, is free before. Also the file: a
 * CLOSE is the end of it, of its room on the disk, of what keeps a program from being run.
 */
static void give_back(struct ksmbd_request *req)
{
	ksmbd_request_leave_open(req);
	ksmbd_async_end(req);
	ksmbd_open_put(req->open);
	req->open = NULL;
}

static void finish_element(struct ksmbd_request *req, ntstatus_t status)
{
	bool keep = status == STATUS_SUCCESS || req->keep_body;
	u64 async_id = req->park.async_id;

	give_back(req);
	ksmbd_debug(SMB, "%s: command %u, message %llu: status 0x%08x\n", req->conn->peer.text,
		    req->hdr.command, (unsigned long long)req->hdr.message_id,
		    ksmbd_status_u32(status));
	if (!req->reply)
		return;
	if (!keep || !ksmbd_wr_ok(&req->reply->wr)) {
		if (keep) /* an encoder overran its own reservation: never send half a body */
			status = STATUS_INTERNAL_ERROR;
		ksmbd_reply_payload_mem(req, NULL, 0);
		write_error_body(req);
	}
	finish_reply(req, status, async_id,
		     req->interim_sent ?
			     0 :
			     ksmbd_credit_grant(&req->conn->credits, req->hdr.credit_request));
	req->related_session_id = req->hdr.session_id;
	req->related_tree_id = req->hdr.tree_id;
	if (ksmbd_status_is_error(status))
		req->related_status = status;
	if (status == STATUS_USER_SESSION_DELETED) /* nothing there to relate to */
		req->unrelated = true;
	if (req->hdr.command == SMB2_CREATE && status != STATUS_SUCCESS)
		req->related_has_fid = false;
}

/* Sends what is finished together with the interim response. */
static bool send_interim(struct ksmbd_request *req)
{
	struct ksmbd_outgoing *next = ksmbd_outgoing_alloc();

	if (!next)
		return false;
	if (!ksmbd_async_begin(req)) {
		ksmbd_outgoing_free(req->conn, next);
		return false;
	}
	write_error_body(req);
	finish_reply(req, STATUS_PENDING, req->park.async_id,
		     ksmbd_credit_grant(&req->conn->credits, req->hdr.credit_request));
	ksmbd_outgoing_send(req, false);
	req->interim_sent = true;
	req->out = next;
	req->reply = alloc_reply(req); /* lives in @next: cannot fail */
	return true;
}

/* It holds nobody up any more. Called with conn->lock held. */
static void parked(struct ksmbd_request *req)
{
	ksmbd_order_release(req, false);
}

/*
 * The handler wants to wait. True: it does, and the request is somebody else's now;
 * else @status is what the command came to.
 */
static bool park_element(struct ksmbd_request *req, ntstatus_t *status)
{
	bool begun, waits;

	if (req->park.spent)
		ksmbd_request_shrink(req);
	begun = req->park.quiet ? ksmbd_async_begin(req) : req->interim_sent || send_interim(req);
	if (!begun) {
		*status = STATUS_INSUFFICIENT_RESOURCES;
		ksmbd_async_refuse(req, *status);
		/* Who is to wait is not let off. */
		req->drop_conn |= req->park.quiet;
		return false;
	}
	waits = ksmbd_async_wait(req, parked);
	if (!waits)
		*status = ksmbd_dispatch_resume(req);
	return waits;
}

/* Moves on to the chain's next element. */
static bool next_element(struct ksmbd_request *req)
{
	u32 next = req->hdr.next;

	/* The last element's session stays until its reply is out, which it seals or signs. */
	if (!next || req->close_conn || req->drop_conn)
		return false;
	ksmbd_request_drop_element(req);
	req->off += next;
	req->index++;
	return true;
}

/* Everything is finished: the reply goes out, the request ends. */
static void send_final(struct ksmbd_request *req)
{
	if (req->drop_conn) {
		ksmbd_conn_shutdown(req->conn);
	} else {
		/* From now on it is the reply that takes up room. */
		req->out->cost = req->cost;
		req->cost = 0;
		ksmbd_outgoing_send(req, req->close_conn);
	}
	ksmbd_request_free(req);
}

void ksmbd_request_run_smb1(struct ksmbd_request *req)
{
	ntstatus_t status;

	memset(&req->hdr, 0, sizeof(req->hdr));
	ksmbd_rd_init(&req->rd, req->buf, req->len);
	req->reply = alloc_reply(req);
	ksmbd_credit_consume(&req->conn->credits, 0, 1);
	if (ksmbd_smb1_negotiate(req, &status)) {
		finish_element(req, status);
	} else { /* the reply is complete as it is */
		req->close_conn = true;
		list_add_tail(&req->reply->link, &req->out->replies);
		req->reply = NULL;
	}
	send_final(req);
}

/* True: the request is somebody else's now, or over. */
static bool begin_message(struct ksmbd_request *req)
{
	if (!req->readable) {
		if (!ksmbd_request_open(req)) {
			ksmbd_conn_shutdown(req->conn);
			ksmbd_request_free(req);
			return true;
		}
		spin_lock(&req->conn->lock);
		ksmbd_order_release(req, false);
		spin_unlock(&req->conn->lock);
	}
	return ksmbd_order_hold(req);
}

void ksmbd_request_run(struct ksmbd_request *req)
{
	ntstatus_t status;

	if (req->deferred) {
		status = ksmbd_dispatch_again(req);
	} else if (req->interim_sent || req->park.quiet) {
		status = ksmbd_dispatch_resume(req);
	} else {
		if (begin_message(req))
			return;
		status = start_element(req);
	}
	for (;;) {
		while (status == KSMBD_STATUS_PARKED)
			if (park_element(req, &status))
				return;
		if (status == KSMBD_STATUS_DEFERRED)
			return;
		finish_element(req, status);
		if (!next_element(req))
			break;
		status = start_element(req);
	}
	send_final(req);
}
