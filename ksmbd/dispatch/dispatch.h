/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which handler, is it allowed, and requests that wait. */
#ifndef KSMBD_DISPATCH_DISPATCH_H
#define KSMBD_DISPATCH_DISPATCH_H

#include "frame/request_types.h"

/**
 * ksmbd_dispatch_run() - check the row's preconditions and run the handler
 * @req: header decoded, channel found and signature verified by the protect room
 *
 * Return: the status for the reply, KSMBD_STATUS_PARKED, or KSMBD_STATUS_DEFERRED: then
 * @req is not the caller's any more.
 */
ntstatus_t ksmbd_dispatch_run(struct ksmbd_request *req);

/** ksmbd_dispatch_again() - run a deferred request's handler once more, now that it may */
ntstatus_t ksmbd_dispatch_again(struct ksmbd_request *req);

/** ksmbd_dispatch_resume() - continue a woken request; as ksmbd_dispatch_run() */
ntstatus_t ksmbd_dispatch_resume(struct ksmbd_request *req);

/**
 * ksmbd_dispatch_cancel() - CANCEL: end the parked request it names. [MS-SMB2] 3.3.5.16
 * @req: the CANCEL, which gets no reply
 */
void ksmbd_dispatch_cancel(struct ksmbd_request *req);

/** ksmbd_async_wake() - what struct ksmbd_park's @wake points to */
void ksmbd_async_wake(struct ksmbd_request *req, ntstatus_t why);

/**
 * ksmbd_async_begin() - give a request that is about to park its async id, unless quietly
 * Return: false: too much is waiting on this connection already
 */
bool ksmbd_async_begin(struct ksmbd_request *req);

/**
 * ksmbd_async_end() - take the async id back, if there is one: element or request are over
 *
 * Before the answer is sent: then there is room for another one that waits.
 */
void ksmbd_async_end(struct ksmbd_request *req);

/**
 * ksmbd_async_wait() - let go of a parked request, interim response sent
 * @parked: called when it waits, with conn->lock held
 *
 * Return: true: it waits now, and the caller must not touch it any more; false: it was
 * woken meanwhile, go on with ksmbd_dispatch_resume().
 */
bool ksmbd_async_wait(struct ksmbd_request *req, void (*parked)(struct ksmbd_request *req));

/** ksmbd_async_abandon() - take a request that waits no more off its waker's list */
void ksmbd_async_abandon(struct ksmbd_request *req);

/** ksmbd_async_refuse() - the same for one that was about to park and cannot: @why */
void ksmbd_async_refuse(struct ksmbd_request *req, ntstatus_t why);

/** ksmbd_async_cancel_session() - what struct ksmbd_conn's @cancel points to */
void ksmbd_async_cancel_session(struct ksmbd_conn *conn, struct ksmbd_session *session,
				struct ksmbd_tree *tree, ntstatus_t why);

/**
 * ksmbd_async_is_waiting() - is @req parked, and nobody working on it
 *
 * Called with conn->lock held.
 */
static inline bool ksmbd_async_is_waiting(const struct ksmbd_request *req)
{
	return req->park.state == KSMBD_PARK_WAITING;
}

/** ksmbd_async_cancel_all() - wake everything parked on a connection that ends */
void ksmbd_async_cancel_all(struct ksmbd_conn *conn);

#endif
