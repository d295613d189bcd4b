/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Requests that end something wait for the earlier ones that use it, and a few for their turn.
 *
 * The requests of a connection run side by side, in no order. A client may send a CLOSE right
 * behind a QUERY_DIRECTORY on the same handle all the same, and both have to succeed: so a
 * CLOSE is held back until no earlier request on its handle is at work, a TREE_DISCONNECT and a
 * LOGOFF likewise; an OPLOCK_BREAK too, since what was cached has to be written before others
 * may read, and a LOCK, which may unlock what they are at work on. CHANGE_NOTIFYs on a handle
 * get what happened in the order in which they came. No thread waits. Parked requests hold
 * nobody up: what ends, ends them. A CHANGE_NOTIFY itself is begun before what follows it is
 * looked at (frame.c).
 */
#ifndef KSMBD_FRAME_ORDER_H
#define KSMBD_FRAME_ORDER_H

#include "frame/request_types.h"

/**
 * ksmbd_order_hold() - must a message wait that is about to be worked on
 * @req: readable
 * Return: true: it is queued when its time has come, and is not the caller's any more
 */
bool ksmbd_order_hold(struct ksmbd_request *req);

/**
 * ksmbd_order_release() - queue those that @req held back and that may run now
 * @req: parks, has become readable, or ends, and is still in conn->requests
 * @ended: it ends
 *
 * To be called with conn->lock held, the same hold that makes @req what it is.
 */
void ksmbd_order_release(struct ksmbd_request *req, bool ended);

#endif
