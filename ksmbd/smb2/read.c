// SPDX-License-Identifier: GPL-2.0-or-later
/* READ. [MS-SMB2] 2.2.19, 2.2.20, 3.3.5.12 */
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "open/open.h"
#include "session/conn.h"
#include "smb2/pipe_io.h"
#include "smb2/reply.h"
#include "smb2/smb2.h"
#include "util/status.h"
#include "wire/smb2_format.h"

#define BODY_SIZE 16
/* Below this a copy into the reply is cheaper than a file segment of its own. */
#define INLINE_READ 256

struct read_args {
	u32 length;
	u64 offset;
	u32 minimum;
};

static ntstatus_t decode_read(struct ksmbd_request *req, struct read_args *args)
{
	struct ksmbd_rd *rd = &req->rd;

	ksmbd_rd_skip(rd, 4);
	args->length = ksmbd_rd_u32(rd);
	args->offset = ksmbd_rd_u64(rd);
	ksmbd_rd_skip(rd, 16); /* FileId */
	args->minimum = ksmbd_rd_u32(rd);
	if (!ksmbd_rd_ok(rd) || args->length > req->conn->max_read ||
	    !ksmbd_charge_covers(req, args->length))
		return STATUS_INVALID_PARAMETER;
	return STATUS_SUCCESS;
}

static ntstatus_t encode_read(struct ksmbd_request *req, u32 len)
{
	struct ksmbd_wr *wr = &req->reply->wr;

	ksmbd_wr_u16(wr, 17);
	ksmbd_wr_u8(wr, SMB2_HEADER_SIZE + BODY_SIZE);
	ksmbd_wr_u8(wr, 0);
	ksmbd_wr_u32(wr, len);
	ksmbd_wr_zero(wr, 8);
	if (!len) /* the flexible part is at least one byte, 2.2.20 */
		ksmbd_wr_u8(wr, 0);
	return STATUS_SUCCESS;
}

/* Signed and sealed replies, and small ones, need the bytes now. */
static ntstatus_t read_memory(struct ksmbd_request *req, const struct read_args *args, u32 *len)
{
	void *buf = kvmalloc(args->length, GFP_KERNEL);
	s64 got;

	if (!buf)
		return STATUS_INSUFFICIENT_RESOURCES;
	got = ksmbd_file_read(req->open->file, buf, args->length, args->offset);
	if (got <= 0) {
		kvfree(buf);
		return got ? ksmbd_status_from_errno(got) : STATUS_END_OF_FILE;
	}
	*len = got;
	ksmbd_reply_payload_mem(req, buf, got);
	return STATUS_SUCCESS;
}

/* The reply refers to the file; the transport moves the pages. */
static ntstatus_t read_range(struct ksmbd_request *req, const struct read_args *args, u32 *len)
{
	struct ksmbd_stat st;
	int err = ksmbd_file_stat(req->open->file, &st);

	if (err)
		return ksmbd_status_from_errno(err);
	if (args->offset >= st.size)
		return STATUS_END_OF_FILE;
	*len = min_t(u64, args->length, st.size - args->offset);
	ksmbd_reply_payload_file(req, req->open->file, args->offset, *len);
	return STATUS_SUCCESS;
}

static ntstatus_t read_file(struct ksmbd_request *req, const struct read_args *args)
{
	ntstatus_t status = STATUS_SUCCESS;
	u32 len = 0;

	if (req->open->is_dir)
		return STATUS_INVALID_DEVICE_REQUEST;
	if (args->offset > S64_MAX - args->length)
		return STATUS_INVALID_PARAMETER;
	if (!args->length) /* nothing is wanted: only MinimumCount can fail */
		return args->minimum ? STATUS_END_OF_FILE : encode_read(req, 0);
	if (ksmbd_reply_in_memory(req) || args->length <= INLINE_READ)
		status = read_memory(req, args, &len);
	else
		status = read_range(req, args, &len);
	if (status == STATUS_SUCCESS && len < args->minimum)
		status = STATUS_END_OF_FILE;
	if (status != STATUS_SUCCESS)
		return status;
	atomic64_set(&req->open->position, args->offset + len);
	return encode_read(req, len);
}

static ntstatus_t resume_pipe_read(struct ksmbd_request *req, ntstatus_t why);

static ntstatus_t read_pipe(struct ksmbd_request *req, u32 length)
{
	ntstatus_t status;
	u32 len;

	status = ksmbd_smb2_pipe_fetch(req, length, resume_pipe_read, &len);
	if (status == STATUS_SUCCESS || status == STATUS_BUFFER_OVERFLOW) {
		encode_read(req, len);
		req->keep_body = true;
	}
	return status;
}

/* A reply has come, or the wait is over; the request's bytes still say what was asked. */
static ntstatus_t resume_pipe_read(struct ksmbd_request *req, ntstatus_t why)
{
	struct read_args args;

	if (why != STATUS_SUCCESS)
		return why;
	ksmbd_rd_seek(&req->rd, SMB2_HEADER_SIZE);
	decode_read(req, &args);
	return read_pipe(req, args.length);
}

ntstatus_t ksmbd_smb2_read(struct ksmbd_request *req)
{
	struct read_args args;
	ntstatus_t status;

	status = decode_read(req, &args);
	if (status != STATUS_SUCCESS)
		return status;
	if (req->open->pipe)
		return read_pipe(req, args.length);
	return read_file(req, &args);
}
