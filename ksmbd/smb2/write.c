// SPDX-License-Identifier: GPL-2.0-or-later
/* WRITE and FLUSH. [MS-SMB2] 2.2.17, 2.2.18, 2.2.21, 2.2.22, 3.3.5.11, 3.3.5.13 */
#include <linux/limits.h>

#include "config_types.h"
#include "open/lock.h"
#include "open/notify.h"
#include "open/open.h"
#include "open/oplock.h"
#include "open/pipe.h"
#include "open/turn.h"
#include "session/conn.h"
#include "smb2/reply.h"
#include "smb2/smb2.h"
#include "util/status.h"
#include "wire/smb2_format.h"

/* The end of the largest file a client expects: NTFS's, 16 TiB - 64 KiB. */
#define MAX_FILE_SIZE 0xfffffff0000ULL

struct write_args {
	u64 offset;
	u32 flags;
	struct ksmbd_rd data;
};

static ntstatus_t decode_write(struct ksmbd_request *req, struct write_args *args)
{
	struct ksmbd_rd *rd = &req->rd;
	u16 data_off;
	u32 len;

	ksmbd_rd_skip(rd, 2);
	data_off = ksmbd_rd_u16(rd);
	len = ksmbd_rd_u32(rd);
	args->offset = ksmbd_rd_u64(rd);
	ksmbd_rd_skip(rd, 16 + 4 + 4 + 4); /* FileId, Channel, RemainingBytes, channel info */
	args->flags = ksmbd_rd_u32(rd);
	if (len > req->conn->max_write || !ksmbd_charge_covers(req, len) ||
	    (len && data_off < SMB2_HEADER_SIZE + 48))
		return STATUS_INVALID_PARAMETER;
	ksmbd_rd_window(rd, &args->data, len ? data_off : 0, len);
	return ksmbd_rd_ok(rd) ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
}

static ntstatus_t write_file(struct ksmbd_request *req, const struct write_args *args)
{
	struct ksmbd_seg seg = { .data = (void *)args->data.base, .len = args->data.len };
	struct ksmbd_open *open = req->open;
	u64 offset = args->offset;
	struct ksmbd_stat st;
	int err = 0;

	if (open->is_dir)
		return STATUS_INVALID_DEVICE_REQUEST;
	if (offset > S64_MAX || (seg.len && offset > MAX_FILE_SIZE - seg.len))
		return STATUS_INVALID_PARAMETER;
	if (!(open->access & FILE_WRITE_DATA)) { /* appending only */
		err = ksmbd_file_stat(open->file, &st);
		if (!err && offset < st.size)
			return STATUS_ACCESS_DENIED;
	}
	if (ksmbd_lock_check(open, offset, seg.len, true) != STATUS_SUCCESS)
		return STATUS_FILE_LOCK_CONFLICT;
	/* Straight from the receive buffer. */
	if (!err && seg.len) {
		err = ksmbd_file_write(open->file, &seg, 1, offset);
		ksmbd_oplock_data_changed(open);
	}
	if (!err && seg.len)
		ksmbd_notify_written(open);
	if (!err &&
	    ((args->flags & SMB2_WRITEFLAG_WRITE_THROUGH) || (open->options & FILE_WRITE_THROUGH)))
		err = ksmbd_file_sync(open->file, true);
	if (!err)
		atomic64_set(&open->position, offset + seg.len);
	return ksmbd_status_from_errno(err);
}

static void encode_write(struct ksmbd_request *req, u32 len)
{
	struct ksmbd_wr *wr = &req->reply->wr;

	ksmbd_wr_u16(wr, 17);
	ksmbd_wr_u16(wr, 0);
	ksmbd_wr_u32(wr, len);
	ksmbd_wr_zero(wr, 9); /* Remaining, channel info, flexible byte */
}

ntstatus_t ksmbd_smb2_write(struct ksmbd_request *req)
{
	struct write_args args;
	ntstatus_t status;

	status = decode_write(req, &args);
	if (status != STATUS_SUCCESS)
		return status;
	if (req->open->pipe) {
		status = ksmbd_pipe_write(req->open, args.data.base, args.data.len);
	} else {
		if (!ksmbd_open_take_turn(req->open, req))
			return KSMBD_STATUS_DEFERRED;
		status = write_file(req, &args);
		ksmbd_open_end_turn(req);
	}
	if (status == STATUS_SUCCESS)
		encode_write(req, args.data.len);
	return status;
}

ntstatus_t ksmbd_smb2_flush(struct ksmbd_request *req)
{
	int err = 0;

	if (!req->open->pipe)
		err = ksmbd_file_sync(req->open->file, false);
	if (err)
		return ksmbd_status_from_errno(err);
	ksmbd_wr_u16(&req->reply->wr, 4);
	ksmbd_wr_u16(&req->reply->wr, 0);
	return STATUS_SUCCESS;
}
