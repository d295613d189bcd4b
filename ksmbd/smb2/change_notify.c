// SPDX-License-Identifier: GPL-2.0-or-later
/* CHANGE_NOTIFY. [MS-SMB2] 2.2.35, 2.2.36, 3.3.5.19 */
#include "open/notify.h"
#include "session/conn_types.h"
#include "smb2/reply.h"
#include "smb2/smb2.h"
#include "wire/smb2_format.h"

#define LIST_OFFSET 72 /* from the header */

static ntstatus_t decode(struct ksmbd_request *req, struct ksmbd_notify_args *args)
{
	struct ksmbd_rd *rd = &req->rd;

	ksmbd_rd_skip(rd, 2);
	args->tree = ksmbd_rd_u16(rd) & SMB2_WATCH_TREE;
	args->room = ksmbd_rd_u32(rd);
	ksmbd_rd_skip(rd, 16); /* FileId */
	args->filter = ksmbd_rd_u32(rd);
	if (!ksmbd_rd_ok(rd) || args->room > req->conn->max_trans ||
	    !ksmbd_charge_covers(req, args->room))
		return STATUS_INVALID_PARAMETER;
	return req->open->is_dir ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
}

static void encode(struct ksmbd_request *req)
{
	struct ksmbd_wr *wr = &req->reply->wr;

	ksmbd_wr_u16(wr, 9);
	ksmbd_wr_u16(wr, LIST_OFFSET);
	ksmbd_wr_u32(wr, req->reply->payload.len);
}

/* What was given to the request counts, even if a CANCEL came first. */
static void unhook_notify(struct ksmbd_request *req)
{
	struct ksmbd_notify_list list = {};
	ntstatus_t status = ksmbd_notify_leave(req, &list);

	if (list.buf)
		ksmbd_reply_payload_mem(req, list.buf, list.len);
	if (status != STATUS_PENDING)
		req->park.why = status;
}

/* The changes stand in the reply. STATUS_PENDING: none of them may be seen. */
static ntstatus_t finish(struct ksmbd_request *req)
{
	struct ksmbd_reply *reply = req->reply;
	struct ksmbd_notify_list list = { reply->payload_buf, reply->payload.len };

	if (!ksmbd_notify_hide(req->open, &list))
		return STATUS_NOTIFY_ENUM_DIR;
	if (!list.len) {
		ksmbd_reply_payload_mem(req, NULL, 0);
		return STATUS_PENDING;
	}
	reply->payload.len = list.len;
	encode(req);
	return STATUS_SUCCESS;
}

static ntstatus_t resume_notify(struct ksmbd_request *req, ntstatus_t why)
{
	if (why == STATUS_SUCCESS)
		why = finish(req);
	if (why != STATUS_PENDING)
		return why;
	ksmbd_rd_seek(&req->rd, SMB2_HEADER_SIZE);
	return ksmbd_smb2_change_notify(req);
}

ntstatus_t ksmbd_smb2_change_notify(struct ksmbd_request *req)
{
	struct ksmbd_notify_args args = { .resume = resume_notify, .unhook = unhook_notify };
	struct ksmbd_notify_list list;
	ntstatus_t status;

	status = decode(req, &args);
	if (status != STATUS_SUCCESS)
		return status;
	/* 3.3.5.2.7: as Windows, since what follows in the chain might never come to its turn. */
	args.parks = !req->hdr.next;
	do {
		status = ksmbd_notify_wait(req, &args, &list);
		if (status == STATUS_PENDING)
			return STATUS_INTERNAL_ERROR;
		if (status != STATUS_SUCCESS)
			return status;
		ksmbd_reply_payload_mem(req, list.buf, list.len);
		status = finish(req);
	} while (status == STATUS_PENDING);
	return status;
}
