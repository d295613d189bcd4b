/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Building the current element's answer; used by every handler. */
#ifndef KSMBD_SMB2_REPLY_H
#define KSMBD_SMB2_REPLY_H

#include "frame/request_types.h"

struct ksmbd_file;
struct ksmbd_pages;
struct ksmbd_view;

/**
 * ksmbd_reply_reserve() - make room for a body
 * @bytes: upper bound of the body (what follows the 64-byte header)
 *
 * Return: STATUS_SUCCESS or STATUS_INSUFFICIENT_RESOURCES. Afterwards
 * req->reply->wr has at least @bytes left, positioned right behind the header.
 */
ntstatus_t ksmbd_reply_reserve(struct ksmbd_request *req, u32 bytes);

/**
 * ksmbd_reply_payload_mem() - append @len bytes of @buf after the written body
 * @buf: kvmalloc'ed, owned by the reply from now on
 */
void ksmbd_reply_payload_mem(struct ksmbd_request *req, void *buf, u32 len);

/** ksmbd_reply_payload_file() - append a file range; takes an own reference on @file */
void ksmbd_reply_payload_file(struct ksmbd_request *req, struct ksmbd_file *file, u64 off, u32 len);

/**
 * ksmbd_reply_payload_pages() - append the segments of @pages
 * @view: the text is still there, and sealing brings it into @pages; or NULL
 *
 * The reply owns both from now on.
 */
void ksmbd_reply_payload_pages(struct ksmbd_request *req, struct ksmbd_pages *pages,
			       struct ksmbd_view *view);

/** ksmbd_reply_payload_len() - bytes after the written body */
u32 ksmbd_reply_payload_len(const struct ksmbd_reply *reply);

/** ksmbd_reply_will_sign() - is the element to be signed */
bool ksmbd_reply_will_sign(const struct ksmbd_request *req);

/** ksmbd_reply_in_memory() - must the payload be memory, to be signed or sealed */
static inline bool ksmbd_reply_in_memory(const struct ksmbd_request *req)
{
	return req->sealed || ksmbd_reply_will_sign(req);
}

/**
 * ksmbd_charge_covers() - was enough credit charged for @bytes, [MS-SMB2] 3.3.5.2.5
 * @bytes: larger of what is sent and what may be returned
 */
bool ksmbd_charge_covers(const struct ksmbd_request *req, u32 bytes);

/** ksmbd_reply_release() - put and free what a reply owns, not the reply itself */
void ksmbd_reply_release(struct ksmbd_reply *reply);

#endif
