// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/mm.h>
#include <linux/slab.h>

#include "config_types.h"
#include "host/pages.h"
#include "host/vfs.h"
#include "session/conn_types.h"
#include "session/session.h"
#include "smb2/reply.h"
#include "wire/smb2_format.h"

/* What one credit pays for. [MS-SMB2] 3.1.5.2 */
#define CREDIT_UNIT 65536

ntstatus_t ksmbd_reply_reserve(struct ksmbd_request *req, u32 bytes)
{
	struct ksmbd_reply *reply = req->reply;
	u32 need = SMB2_HEADER_SIZE + bytes;

	if (need > sizeof(reply->small)) {
		if (need < bytes)
			return STATUS_INSUFFICIENT_RESOURCES;
		kvfree(reply->big);
		reply->big = kvmalloc(need, GFP_KERNEL);
		if (!reply->big) { /* there still has to be room for the error */
			ksmbd_wr_init(&reply->wr, reply->small, sizeof(reply->small));
			ksmbd_wr_zero(&reply->wr, SMB2_HEADER_SIZE);
			return STATUS_INSUFFICIENT_RESOURCES;
		}
		ksmbd_wr_init(&reply->wr, reply->big, need);
	} else {
		ksmbd_wr_init(&reply->wr, reply->small, sizeof(reply->small));
	}
	ksmbd_wr_zero(&reply->wr, SMB2_HEADER_SIZE);
	return STATUS_SUCCESS;
}

/* Takes back a payload set before. */
static void drop_payload(struct ksmbd_reply *reply)
{
	if (reply->payload.file)
		ksmbd_file_put(reply->payload.file);
	kvfree(reply->payload_buf);
	reply->payload_buf = NULL;
	ksmbd_pages_free(reply->pages);
	reply->pages = NULL;
	ksmbd_view_put(reply->view);
	reply->view = NULL;
	memset(&reply->payload, 0, sizeof(reply->payload));
}

void ksmbd_reply_payload_mem(struct ksmbd_request *req, void *buf, u32 len)
{
	drop_payload(req->reply);
	req->reply->payload_buf = buf;
	req->reply->payload.data = buf;
	req->reply->payload.len = len;
}

void ksmbd_reply_payload_file(struct ksmbd_request *req, struct ksmbd_file *file, u64 off, u32 len)
{
	drop_payload(req->reply);
	req->reply->payload.file = ksmbd_file_get(file);
	req->reply->payload.off = off;
	req->reply->payload.len = len;
}

void ksmbd_reply_payload_pages(struct ksmbd_request *req, struct ksmbd_pages *pages,
			       struct ksmbd_view *view)
{
	drop_payload(req->reply);
	req->reply->pages = pages;
	req->reply->view = view;
}

u32 ksmbd_reply_payload_len(const struct ksmbd_reply *reply)
{
	u32 i, len = reply->payload.len;

	for (i = 0; reply->pages && i < reply->pages->count; i++)
		len += reply->pages->segs[i].len;
	return len;
}

bool ksmbd_reply_will_sign(const struct ksmbd_request *req)
{
	/* 3.3.4.1.1: what is sealed is not signed as well. */
	if (req->sealed || !req->sign_key)
		return false;
	if (req->signed_ok || req->sign_success)
		return true;
	/* Whoever signed wrongly would not believe an unsigned refusal; who did not sign would. */
	return (req->hdr.flags & SMB2_FLAGS_SIGNED) && req->session->signing_required;
}

bool ksmbd_charge_covers(const struct ksmbd_request *req, u32 bytes)
{
	/* Without LARGE_MTU a request costs one credit and moves at most 64 KiB. */
	if (!(req->conn->server_capabilities & SMB2_GLOBAL_CAP_LARGE_MTU))
		return bytes <= CREDIT_UNIT;
	if (!req->hdr.credit_charge)
		return bytes <= CREDIT_UNIT;
	return (u64)req->hdr.credit_charge * CREDIT_UNIT >= bytes;
}

void ksmbd_reply_release(struct ksmbd_reply *reply)
{
	drop_payload(reply);
	kvfree(reply->big);
	ksmbd_sign_key_put(reply->signer);
	reply->big = NULL;
	reply->signer = NULL;
}
