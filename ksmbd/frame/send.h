/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KSMBD_FRAME_SEND_H
#define KSMBD_FRAME_SEND_H

#include "frame/request_types.h"

/**
 * ksmbd_reply_send() - chain, sign and send the finished replies, and free them
 *
 * Takes the connection's send_lock. A connection that cannot be sent to is shut down.
 * Nothing finished: nothing sent.
 */
void ksmbd_reply_send(struct ksmbd_request *req);

#endif
