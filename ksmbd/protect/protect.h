/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who a message comes from, and that it is untouched; signatures of replies. */
#ifndef KSMBD_PROTECT_PROTECT_H
#define KSMBD_PROTECT_PROTECT_H

#include "frame/request_types.h"

/**
 * ksmbd_protect_open() - decrypt a sealed message in place
 * @req: ->buf is the transform header; it stays there
 *
 * Fills in req->sealer (counted). Return: false: the connection must end, [MS-SMB2] 3.3.5.2.1.1
 */
bool ksmbd_protect_open(struct ksmbd_request *req);

/**
 * ksmbd_protect_check() - find the element's session and verify its signature
 *
 * Fills in req->channel, req->session (counted) and req->signed_ok.
 * Return: STATUS_SUCCESS (also without a session: the dispatch row decides);
 * STATUS_USER_SESSION_DELETED: signed for a session that is not there;
 * STATUS_ACCESS_DENIED: wrong signature, or unsigned or not sealed although required.
 * [MS-SMB2] 3.3.5.2.4, 3.3.5.2.9
 */
ntstatus_t ksmbd_protect_check(struct ksmbd_request *req);

/**
 * ksmbd_protect_check_again() - may the element still arrive as it did?
 *
 * For SESSION_SETUP, when nobody else can establish its channel any more: the leg before may
 * have done so since ksmbd_protect_check(). Return: as that does
 */
ntstatus_t ksmbd_protect_check_again(const struct ksmbd_request *req);

/**
 * ksmbd_protect_reply() - sign a finished element if it is to be signed
 * @segs: header and body, payload, padding; NextCommand already set
 * Return: 0 or a negative errno: then the connection cannot go on
 */
int ksmbd_protect_reply(struct ksmbd_reply *reply, struct ksmbd_seg *segs, u32 nsegs);

#endif
