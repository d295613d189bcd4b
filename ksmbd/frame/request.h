/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KSMBD_FRAME_REQUEST_H
#define KSMBD_FRAME_REQUEST_H

#include "frame/request_types.h"

/**
 * ksmbd_request_alloc() - a request with room for a message of @len bytes
 *
 * Takes a reference on @conn and enters the connection's list. NULL without memory.
 */
struct ksmbd_request *ksmbd_request_alloc(struct ksmbd_conn *conn, u32 len);
/** ksmbd_request_free() - leave the list, drop everything, wake who waits for the end */
void ksmbd_request_free(struct ksmbd_request *req);
/**
 * ksmbd_request_shrink() - keep no more of the message than its header
 *
 * For one that is answered and waits; without effect on a chain or a sealed message.
 */
void ksmbd_request_shrink(struct ksmbd_request *req);
/** ksmbd_request_drop_element() - put the session, tree and open of the current element */
void ksmbd_request_drop_element(struct ksmbd_request *req);

/** ksmbd_request_leave_open() - the current element is over, as far as its handle is concerned */
void ksmbd_request_leave_open(struct ksmbd_request *req);

/**
 * ksmbd_request_check() - is the message one, or a chain of, well-formed SMB2 requests
 *
 * Checks every header of the chain and consumes its message ids ([MS-SMB2] 3.3.5.2.2,
 * 3.3.5.2.3); once, by
 * the thread that has the request. Return: false: the connection must be dropped.
 */
bool ksmbd_request_check(struct ksmbd_request *req);

/** ksmbd_request_open() - decrypt a sealed message, then ksmbd_request_check() */
bool ksmbd_request_open(struct ksmbd_request *req);

/** ksmbd_request_run() - work through all elements and reply; ends the request unless parked */
void ksmbd_request_run(struct ksmbd_request *req);

/** ksmbd_request_run_smb1() - the same for an SMB1 NEGOTIATE, a connection's first message */
void ksmbd_request_run_smb1(struct ksmbd_request *req);

#endif
