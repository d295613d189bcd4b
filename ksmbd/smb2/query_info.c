// SPDX-License-Identifier: GPL-2.0-or-later
/* QUERY_INFO, [MS-SMB2] 2.2.37, 2.2.38, 3.3.5.20 */
#include <linux/kernel.h>
#include <linux/minmax.h>

#include "config_types.h"
#include "session/conn_types.h"
#include "smb2/query_info.h"
#include "smb2/reply.h"
#include "smb2/smb2.h"
#include "wire/smb2_format.h"

#define INFO_OFFSET 72 /* from the header */

static const struct {
	u8 type;
	ntstatus_t (*query)(struct ksmbd_request *req, const struct ksmbd_query_info *qi);
} info_types[] = {
	{ SMB2_0_INFO_FILE, ksmbd_query_file_info },
	{ SMB2_0_INFO_FILESYSTEM, ksmbd_query_fs_info },
	{ SMB2_0_INFO_SECURITY, ksmbd_query_sec_info },
};

ntstatus_t ksmbd_query_info_begin(struct ksmbd_request *req, u32 bytes)
{
	struct ksmbd_wr *w = &req->reply->wr;
	ntstatus_t status;

	status = ksmbd_reply_reserve(req, INFO_OFFSET - SMB2_HEADER_SIZE + bytes);
	if (status != STATUS_SUCCESS)
		return status;
	ksmbd_wr_u16(w, 9);
	ksmbd_wr_u16(w, INFO_OFFSET);
	ksmbd_wr_u32(w, 0);
	return STATUS_SUCCESS;
}

u32 ksmbd_query_info_written(const struct ksmbd_request *req)
{
	return req->reply->wr.len - INFO_OFFSET;
}

ntstatus_t ksmbd_query_info_end(struct ksmbd_request *req, const struct ksmbd_query_info *qi)
{
	struct ksmbd_wr *w = &req->reply->wr;
	u32 len = ksmbd_query_info_written(req);
	bool cut = len > qi->output_len;

	if (WARN_ON_ONCE(!ksmbd_wr_ok(w)))
		return STATUS_INTERNAL_ERROR;
	if (cut)
		len = qi->output_len;
	ksmbd_wr_rollback(w, INFO_OFFSET + len);
	ksmbd_wr_patch_u32(w, SMB2_HEADER_SIZE + 4, len);
	req->keep_body = cut;
	return cut ? STATUS_BUFFER_OVERFLOW : STATUS_SUCCESS;
}

ntstatus_t ksmbd_query_info_too_small(struct ksmbd_request *req, u32 needed)
{
	bool contexts = req->conn->dialect == KSMBD_DIALECT_311;
	struct ksmbd_wr *w = &req->reply->wr;

	ksmbd_wr_rollback(w, SMB2_HEADER_SIZE);
	ksmbd_wr_u16(w, 9);
	ksmbd_wr_u8(w, contexts);
	ksmbd_wr_u8(w, 0);
	ksmbd_wr_u32(w, contexts ? 12 : 4);
	if (contexts) { /* 2.2.2.1: ErrorDataLength, ErrorId */
		ksmbd_wr_u32(w, 4);
		ksmbd_wr_u32(w, 0);
	}
	ksmbd_wr_u32(w, needed);
	req->keep_body = true;
	return STATUS_BUFFER_TOO_SMALL;
}

static ntstatus_t decode(struct ksmbd_request *req, struct ksmbd_query_info *qi)
{
	struct ksmbd_rd *rd = &req->rd;
	struct ksmbd_rd input;
	u32 off, len;

	ksmbd_rd_skip(rd, 2);
	qi->type = ksmbd_rd_u8(rd);
	qi->class = ksmbd_rd_u8(rd);
	qi->output_len = ksmbd_rd_u32(rd);
	off = ksmbd_rd_u16(rd);
	ksmbd_rd_skip(rd, 2);
	len = ksmbd_rd_u32(rd);
	qi->additional = ksmbd_rd_u32(rd);
	if (len) /* no class that is supported takes input; it still has to be there */
		ksmbd_rd_window(rd, &input, off, len);
	if (!ksmbd_rd_ok(rd) || qi->output_len > req->conn->max_trans ||
	    !ksmbd_charge_covers(req, max(qi->output_len, len)))
		return STATUS_INVALID_PARAMETER;
	return STATUS_SUCCESS;
}

ntstatus_t ksmbd_smb2_query_info(struct ksmbd_request *req)
{
	struct ksmbd_query_info qi;
	ntstatus_t status;
	u32 i;

	status = decode(req, &qi);
	if (status != STATUS_SUCCESS)
		return status;
	if (qi.type == SMB2_0_INFO_QUOTA)
		return STATUS_NOT_SUPPORTED;
	for (i = 0; i < ARRAY_SIZE(info_types); i++)
		if (info_types[i].type == qi.type)
			return info_types[i].query(req, &qi);
	return STATUS_INVALID_PARAMETER;
}
