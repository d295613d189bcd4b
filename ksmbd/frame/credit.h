/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Message ids and credits. [MS-SMB2] 3.3.1.1, 3.3.1.2, 3.3.5.2.3 */
#ifndef KSMBD_FRAME_CREDIT_H
#define KSMBD_FRAME_CREDIT_H

#include "session/conn_types.h"

/**
 * ksmbd_credit_consume() - use up the ids of one request
 * @message_id, @charge: from its header; a charge of 0 counts as 1
 *
 * Return: false when some id is outside the window or was used before: the connection
 * must then be dropped.
 */
bool ksmbd_credit_consume(struct ksmbd_credits *credits, u64 message_id, u32 charge);

/**
 * ksmbd_credit_grant() - widen the window for a reply
 * @asked: CreditRequest
 *
 * Return: what goes into CreditResponse: at least 1 while the client would else be left
 * without any, never more than keeps it within the configured maximum.
 */
u32 ksmbd_credit_grant(struct ksmbd_credits *credits, u32 asked);

#endif
