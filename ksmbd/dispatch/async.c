// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Parked requests. State moves, all under the connection's lock:
 *   NONE -> SET (the handler) -> WAITING -> WOKEN -> NONE, or SET -> WOKEN -> NONE.
 * Whoever makes it WOKEN from WAITING queues it; woken while SET, its own thread goes on.
 */
#include <linux/list.h>
#include <linux/sched.h>

#include "dispatch/dispatch.h"
#include "session/conn.h"
#include "util/workers.h"
#include "wire/smb2_format.h"

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

void ksmbd_async_begin(struct ksmbd_request *req)
{
	struct ksmbd_conn *conn = req->conn;

	spin_lock(&conn->lock);
	if (!req->park.async_id)
		req->park.async_id = conn->next_async_id++;
	spin_unlock(&conn->lock);
}

bool ksmbd_async_wait(struct ksmbd_request *req)
{
	struct ksmbd_conn *conn = req->conn;
	bool waits;

	ksmbd_conn_get(conn);
	spin_lock(&conn->lock);
	waits = req->park.state == KSMBD_PARK_SET;
	if (waits && conn->state == KSMBD_CONN_CLOSING) {
		/* The end's cancel-all may have passed already. */
		req->park.state = KSMBD_PARK_WOKEN;
		req->park.why = STATUS_CANCELLED;
		waits = false;
	}
	if (waits) {
		req->park.state = KSMBD_PARK_WAITING;
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

void ksmbd_async_cancel_all(struct ksmbd_conn *conn)
{
	struct ksmbd_request *req;

	spin_lock(&conn->lock);
	list_for_each_entry(req, &conn->requests, link)
		wake_locked(req, STATUS_CANCELLED);
	spin_unlock(&conn->lock);
}

void ksmbd_dispatch_cancel(struct ksmbd_request *req)
{
	struct ksmbd_conn *conn = req->conn;
	struct ksmbd_request *other;

	spin_lock(&conn->lock);
	list_for_each_entry(other, &conn->requests, link) {
		bool hit;

		if (other == req || other->park.state == KSMBD_PARK_NONE)
			continue;
		if (req->hdr.flags & SMB2_FLAGS_ASYNC_COMMAND)
			hit = other->park.async_id == req->hdr.async_id;
		else
			hit = other->hdr.message_id == req->hdr.message_id;
		if (hit && other->hdr.session_id == req->hdr.session_id) {
			wake_locked(other, STATUS_CANCELLED);
			break;
		}
	}
	spin_unlock(&conn->lock);
}
