/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Messages to the peer: one queue and one sender per connection. Whoever brings a
 * message sends what is queued, as far as the peer takes it; where it would have to
 * wait, the work goes to threads that may (util/workers.h).
 */
#ifndef KSMBD_FRAME_OUTGOING_H
#define KSMBD_FRAME_OUTGOING_H

#include "frame/request_types.h"

/** ksmbd_outgoing_init() - a connection's sending side, before its first message; gives conn->notify */
void ksmbd_outgoing_init(struct ksmbd_conn *conn);
/** ksmbd_outgoing_alloc() - an empty message; NULL without memory */
struct ksmbd_outgoing *ksmbd_outgoing_alloc(void);
/** ksmbd_outgoing_free() - with its replies; settles its cost with @conn. NULL is ignored */
void ksmbd_outgoing_free(struct ksmbd_conn *conn, struct ksmbd_outgoing *out);

/**
 * ksmbd_outgoing_send() - chain and sign the finished replies, and send them
 * @req: its req->out is taken over
 * @last: the connection ends after this message
 *
 * Messages of a connection go out in the order of the calls. May return before the
 * message is out. No locks held.
 */
void ksmbd_outgoing_send(struct ksmbd_request *req, bool last);

#endif
