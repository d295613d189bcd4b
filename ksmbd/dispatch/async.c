// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Parked requests. State moves, all under the connection's lock:
 *   NONE -> SET (the handler) -> WAITING -> WOKEN -> NONE, or SET -> WOKEN -> NONE.
 * Whoever makes it WOKEN from WAITING queues it; woken while SET, its own thread goes on.
 */
#include <asm/unaligned.h>
#include <linux/list.h>
#include <linux/sched.h>

#include "config_types.h"
#include "dispatch/dispatch.h"
#include "session/conn.h"
#include "session/session.h"
#include "session/strangers.h"
#include "util/workers.h"
#include "wire/smb2_format.h"

/* Requests that wait on one connection; they cost no thread, but memory. */
#define MAX_WAITING_BYTES (4u << 20)

/* Called with conn->lock held. */
static void wake_locked(struct ksmbd_request *req, ntstatus_t why)
{
	if (req->park.state == KSMBD_PARK_SET) {
		req->park.state = KSMBD_PARK_WOKEN;
		req->park.why = why;
	} else if (req->park.state == KSMBD_PARK_WAITING) {
		req->park.state = KSMBD_PARK_WOKEN;
		req->park.why = why;
		atomic_add(req->cost, &req->conn->running_bytes);
		ksmbd_workers_queue(&req->work);
	}
}

void ksmbd_async_wake(struct ksmbd_request *req, ntstatus_t why)
{
	struct ksmbd_conn *conn = req->conn;

	/* Once woken, the request and its reference on the connection may go at any time. */
	ksmbd_conn_get(conn);
	spin_lock(&conn->lock);
	wake_locked(req, why);
	spin_unlock(&conn->lock);
	ksmbd_conn_put(conn);
}

/* What a request takes up while it waits: a client may send it with megabytes of padding. */
static u32 waiting_cost(const struct ksmbd_request *req)
{
	return sizeof(*req) + sizeof(*req->out) + req->buf_size;
}

bool ksmbd_async_begin(struct ksmbd_request *req)
{
	struct ksmbd_conn *conn = req->conn;
	u32 cost = waiting_cost(req);
	bool room;

	spin_lock(&conn->lock);
	if (conn->state < KSMBD_CONN_AUTHENTICATED)
		room = conn->waiting_bytes + cost <= KSMBD_STRANGER_WAITING;
	else
		room = !conn->waiting_bytes || conn->waiting_bytes + cost <= MAX_WAITING_BYTES;
	room &= req->park.quiet || conn->nr_waiting < conn->config->max_waiting;
	if (room) {
		conn->waiting_bytes += cost;
		req->park.bytes = cost;
		if (!req->park.quiet) {
			req->park.async_id = conn->next_async_id++;
			conn->nr_waiting++;
		}
	}
	spin_unlock(&conn->lock);
	return room;
}

void ksmbd_async_end(struct ksmbd_request *req)
{
	if (!req->park.bytes) /* only its own thread changes it */
		return;
	spin_lock(&req->conn->lock);
	req->conn->waiting_bytes -= req->park.bytes;
	req->conn->nr_waiting -= req->park.async_id != 0;
	req->park.bytes = 0;
	req->park.async_id = 0;
	spin_unlock(&req->conn->lock);
}

/* Has its session or tree connection ended? A quiet one has none that would matter. */
static ntstatus_t why_gone(const struct ksmbd_request *req)
{
	if (req->park.quiet || ksmbd_tree_alive(req->session, req->tree))
		return STATUS_SUCCESS;
	return ksmbd_session_state(req->session) == KSMBD_SESSION_VALID ?
		       STATUS_NETWORK_NAME_DELETED :
		       STATUS_USER_SESSION_DELETED;
}

/* Called with conn->lock held. */
static bool was_cancelled(const struct ksmbd_request *req)
{
	return req->cancelled && req->cancelled_id == req->hdr.message_id &&
	       req->cancelled_session == req->hdr.session_id && !req->park.quiet;
}

bool ksmbd_async_wait(struct ksmbd_request *req, void (*parked)(struct ksmbd_request *req))
{
	ntstatus_t gone = why_gone(req);
	struct ksmbd_conn *conn = req->conn;
	bool waits;

	ksmbd_conn_get(conn);
	spin_lock(&conn->lock);
	waits = req->park.state == KSMBD_PARK_SET;
	if (waits &&
	    (gone != STATUS_SUCCESS || conn->state == KSMBD_CONN_CLOSING || was_cancelled(req))) {
		/* The end's cancel-all, or a client in a hurry, may have passed already. */
		req->park.state = KSMBD_PARK_WOKEN;
		req->park.why = gone != STATUS_SUCCESS ? gone : STATUS_CANCELLED;
		waits = false;
	}
	if (waits) {
		req->park.state = KSMBD_PARK_WAITING;
		parked(req);
		atomic_sub(req->cost, &conn->running_bytes);
	}
	spin_unlock(&conn->lock);
	if (waits)
		wake_up_all(&conn->idle);
	ksmbd_conn_put(conn);
	return waits;
}

void ksmbd_async_abandon(struct ksmbd_request *req)
{
	if (req->park.unhook)
		req->park.unhook(req);
	spin_lock(&req->conn->lock);
	req->park.state = KSMBD_PARK_NONE;
	spin_unlock(&req->conn->lock);
}

void ksmbd_async_refuse(struct ksmbd_request *req, ntstatus_t why)
{
	spin_lock(&req->conn->lock);
	req->park.state = KSMBD_PARK_WOKEN; /* nobody else says why, from here on */
	req->park.why = why;
	spin_unlock(&req->conn->lock);
	ksmbd_async_abandon(req);
}

void ksmbd_async_cancel_all(struct ksmbd_conn *conn)
{
	struct ksmbd_request *req;

	spin_lock(&conn->lock);
	list_for_each_entry(req, &conn->requests, link)
		wake_locked(req, STATUS_CANCELLED);
	spin_unlock(&conn->lock);
}

/* Whoever is still running sees by himself that his session is gone (ksmbd_async_wait()). */
void ksmbd_async_cancel_session(struct ksmbd_conn *conn, struct ksmbd_session *session,
				struct ksmbd_tree *tree, ntstatus_t why)
{
	struct ksmbd_request *req;

	spin_lock(&conn->lock);
	list_for_each_entry(req, &conn->requests, link)
		if (req->park.state != KSMBD_PARK_NONE && !req->park.quiet &&
		    req->session == session && (!tree || req->tree == tree))
			wake_locked(req, why);
	spin_unlock(&conn->lock);
}

/* Is @message_id one of the message's elements? Its chain has been checked. */
static bool holds_element(const struct ksmbd_request *req, u64 message_id)
{
	const u8 *h = req->buf;
	u32 next;

	for (;; h += next) {
		if (get_unaligned_le64(h + SMB2_HEADER_MESSAGE_ID_OFFSET) == message_id)
			return true;
		next = get_unaligned_le32(h + SMB2_HEADER_NEXT_OFFSET);
		if (!next)
			return false;
	}
}

/* Is @req, or an element of it, what the CANCEL means? Called with conn->lock held. */
static bool is_meant(const struct ksmbd_request *req, const struct ksmbd_request *cancel)
{
	if (cancel->hdr.flags & SMB2_FLAGS_ASYNC_COMMAND)
		return req->park.async_id && req->park.async_id == cancel->hdr.async_id;
	return smp_load_acquire(&req->readable) && holds_element(req, cancel->hdr.message_id);
}

/*
 * Ends @req if it is parked, and marks it: if it is running or has just been woken, it ends as soon
 * as it would wait, or wait again.
 */
static void cancel_locked(struct ksmbd_request *req, const struct ksmbd_request *cancel)
{
	bool async = cancel->hdr.flags & SMB2_FLAGS_ASYNC_COMMAND;

	if (req->park.state != KSMBD_PARK_NONE && req->park.quiet)
		return;
	req->cancelled = true;
	req->cancelled_id = async ? req->hdr.message_id : cancel->hdr.message_id;
	req->cancelled_session = cancel->hdr.session_id;
	if (req->park.state != KSMBD_PARK_NONE && was_cancelled(req))
		wake_locked(req, STATUS_CANCELLED);
}

void ksmbd_dispatch_cancel(struct ksmbd_request *req)
{
	struct ksmbd_conn *conn = req->conn;
	struct ksmbd_request *other;

	spin_lock(&conn->lock);
	list_for_each_entry(other, &conn->requests, link) {
		if (other == req || !is_meant(other, req))
			continue;
		cancel_locked(other, req);
		break;
	}
	spin_unlock(&conn->lock);
}
