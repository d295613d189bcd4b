// SPDX-License-Identifier: GPL-2.0-or-later
/* READ. [MS-SMB2] 2.2.19, 2.2.20, 3.3.5.12 */
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "host/crypto.h"
#include "host/pages.h"
#include "open/lock.h"
#include "open/open.h"
#include "session/conn.h"
#include "session/session.h"
#include "smb2/pipe_io.h"
#include "smb2/reply.h"
#include "smb2/smb2.h"
#include "util/status.h"
#include "wire/smb2_format.h"
#include "wire/smb2_hdr.h"

#define BODY_SIZE 16
/* Below this a copy into the reply is cheaper than a file segment of its own. */
#define INLINE_READ 256
/* From here on pages are worth their cost, where the payload is not a file range. */
#define LARGE_READ 16384

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

/* Small: a buffer of the reply's, copied into the socket. */
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

/* How much of what is wanted there is: nothing is allocated for more. */
static ntstatus_t find_length(struct ksmbd_request *req, const struct read_args *args, u32 *len)
{
	struct ksmbd_stat st;
	int err = ksmbd_file_stat(req->open->file, &st);

	if (err)
		return ksmbd_status_from_errno(err);
	if (args->offset >= st.size)
		return STATUS_END_OF_FILE;
	*len = min_t(u64, args->length, st.size - args->offset);
	return STATUS_SUCCESS;
}

/* Fills the pieces; the last ones stay empty at the end of the file. */
static s64 fill_pages(struct ksmbd_file *file, struct ksmbd_pages *pages, u64 offset)
{
	u64 done = 0;
	bool more = true;
	s64 got;
	u32 i;

	for (i = 0; i < pages->count; i++) {
		struct ksmbd_seg *seg = &pages->segs[i];

		got = more ? ksmbd_file_read(file, seg->data, seg->len, offset + done) : 0;
		if (got < 0)
			return got;
		more = got == seg->len;
		seg->len = got;
		done += got;
	}
	return done;
}

/*
 * The bytes as they are now, in memory that nobody else changes: for a signature, for CCM, and
 * where what follows in the same compound may write to the file.
 */
static ntstatus_t read_pages(struct ksmbd_request *req, const struct read_args *args, u32 *len)
{
	struct ksmbd_pages *pages;
	ntstatus_t status;
	s64 got;

	status = find_length(req, args, len);
	if (status != STATUS_SUCCESS)
		return status;
	pages = ksmbd_pages_alloc(*len);
	if (!pages)
		return STATUS_INSUFFICIENT_RESOURCES;
	got = fill_pages(req->open->file, pages, args->offset);
	if (got <= 0) {
		ksmbd_pages_free(pages);
		return got ? ksmbd_status_from_errno(got) : STATUS_END_OF_FILE;
	}
	*len = got;
	ksmbd_reply_payload_pages(req, pages, NULL);
	return STATUS_SUCCESS;
}

/* The reply holds the file's own pages until they are sealed into those that are sent. */
static ntstatus_t read_view(struct ksmbd_request *req, const struct read_args *args, u32 *len)
{
	struct ksmbd_pages *pages;
	struct ksmbd_view *view;
	u64 off = 0;
	s64 got;
	u32 i;

	got = ksmbd_file_view(req->open->file, args->offset, args->length, &view);
	if (got == -EOPNOTSUPP)
		return read_pages(req, args, len);
	if (got <= 0)
		return got ? ksmbd_status_from_errno(got) : STATUS_END_OF_FILE;
	pages = ksmbd_pages_alloc(got);
	if (!pages) {
		ksmbd_view_put(view);
		return STATUS_INSUFFICIENT_RESOURCES;
	}
	for (i = 0; i < pages->count; i++) {
		pages->segs[i].view = view;
		pages->segs[i].off = off;
		off += pages->segs[i].len;
	}
	*len = got;
	ksmbd_reply_payload_pages(req, pages, view);
	return STATUS_SUCCESS;
}

/* The reply refers to the file; the transport moves the pages. */
static ntstatus_t read_range(struct ksmbd_request *req, const struct read_args *args, u32 *len)
{
	ntstatus_t status = find_length(req, args, len);

	if (status != STATUS_SUCCESS)
		return status;
	ksmbd_reply_payload_file(req, req->open->file, args->offset, *len);
	return STATUS_SUCCESS;
}

/* Does what follows in the compound leave the file alone? The reply is made when all are done. */
static bool data_stays(const struct ksmbd_request *req)
{
	struct ksmbd_smb2_hdr hdr = { .next = req->hdr.next };
	u32 off = req->off;
	struct ksmbd_rd rd;

	while (hdr.next) {
		off += hdr.next;
		ksmbd_rd_init(&rd, req->buf + off, req->len - off);
		ksmbd_smb2_hdr_read(&rd, &hdr);
		if (hdr.command != SMB2_CLOSE && hdr.command != SMB2_READ)
			return false;
	}
	return true;
}

static ntstatus_t read_data(struct ksmbd_request *req, const struct read_args *args, u32 *len)
{
	bool stays = data_stays(req);

	if (args->length <= INLINE_READ)
		return read_memory(req, args, len);
	if (stays && !ksmbd_reply_in_memory(req))
		return read_range(req, args, len);
	if (args->length < LARGE_READ)
		return read_memory(req, args, len);
	if (stays && req->sealer && ksmbd_aead_reads_once(req->sealer->seal_out))
		return read_view(req, args, len);
	return read_pages(req, args, len);
}

static ntstatus_t read_file(struct ksmbd_request *req, const struct read_args *args)
{
	ntstatus_t status;
	u32 len = 0;

	if (req->open->is_dir)
		return STATUS_INVALID_DEVICE_REQUEST;
	if (args->offset > S64_MAX - args->length)
		return STATUS_INVALID_PARAMETER;
	if (!args->length) /* nothing is wanted: only MinimumCount can fail */
		return args->minimum ? STATUS_END_OF_FILE : encode_read(req, 0);
	status = ksmbd_lock_check(req->open, args->offset, args->length, false);
	if (status == STATUS_SUCCESS)
		status = read_data(req, args, &len);
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
