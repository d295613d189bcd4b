// SPDX-License-Identifier: GPL-2.0-or-later
/* QUERY_DIRECTORY, [MS-SMB2] 2.2.33, 2.2.34, 3.3.5.18 */
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/mutex.h>

#include "name/utf16.h"
#include "open/dirscan.h"
#include "session/conn_types.h"
#include "smb2/reply.h"
#include "smb2/smb2.h"
#include "wire/dirinfo.h"
#include "wire/smb2_format.h"

/* A reply holds no more than this, whatever the client has room for: the rest follows. */
#define LISTING_MAX    (128 * 1024)
#define LISTING_OFFSET 72 /* from the header */

struct query_directory {
	u8 class;
	u8 flags;
	u32 output_len;
	char pattern[KSMBD_DIRSCAN_PATTERN_MAX + 1];
	s32 pattern_len;
};

/* Return: a status for names that are no pattern, which counts after the other checks. */
static ntstatus_t decode_pattern(struct ksmbd_rd *name, struct query_directory *qd)
{
	qd->pattern_len =
		ksmbd_utf16_to_utf8(name->base, name->len, qd->pattern, sizeof(qd->pattern));
	if (qd->pattern_len >= 0)
		return STATUS_SUCCESS;
	return name->len & 1 ? STATUS_INVALID_PARAMETER : STATUS_OBJECT_NAME_INVALID;
}

static ntstatus_t decode(struct ksmbd_request *req, struct query_directory *qd)
{
	struct ksmbd_rd *rd = &req->rd;
	struct ksmbd_rd name;
	u16 off, len;

	ksmbd_rd_skip(rd, 2);
	qd->class = ksmbd_rd_u8(rd);
	qd->flags = ksmbd_rd_u8(rd);
	ksmbd_rd_skip(rd, 4 + 16); /* FileIndex; FileId */
	off = ksmbd_rd_u16(rd);
	len = ksmbd_rd_u16(rd);
	qd->output_len = ksmbd_rd_u32(rd);
	qd->pattern_len = 0;
	if (len)
		ksmbd_rd_window(rd, &name, off, len);
	if (!ksmbd_rd_ok(rd))
		return STATUS_INVALID_PARAMETER;
	return len ? decode_pattern(&name, qd) : STATUS_SUCCESS;
}

static bool add_entry(void *ctx, const struct ksmbd_dirinfo *entry)
{
	return ksmbd_dirinfo_add(ctx, entry);
}

static ntstatus_t execute(struct ksmbd_open *open, const struct query_directory *qd,
			  struct ksmbd_dirinfo_list *list)
{
	struct ksmbd_dirscan_query query = {
		.pattern = qd->pattern,
		.pattern_len = qd->pattern_len,
		.with_attr = list->class->needs_attr,
		.single = qd->flags & SMB2_RETURN_SINGLE_ENTRY,
		.add = add_entry,
		.ctx = list,
	};
	ntstatus_t status;

	if (qd->flags & SMB2_RESTART_SCANS)
		query.flags |= KSMBD_DIRSCAN_RESTART;
	if (qd->flags & SMB2_REOPEN)
		query.flags |= KSMBD_DIRSCAN_REOPEN;
	mutex_lock(&open->lock);
	status = ksmbd_dirscan_run(open, &query);
	mutex_unlock(&open->lock);
	return status;
}

static ntstatus_t check(struct ksmbd_request *req, const struct query_directory *qd,
			const struct ksmbd_dirinfo_class *class)
{
	if (!req->open->is_dir)
		return STATUS_INVALID_PARAMETER;
	if (qd->output_len > req->conn->max_trans || !ksmbd_charge_covers(req, qd->output_len))
		return STATUS_INVALID_PARAMETER;
	if (!class)
		return STATUS_INVALID_INFO_CLASS;
	if (qd->output_len < class->fixed)
		return STATUS_INFO_LENGTH_MISMATCH;
	return STATUS_SUCCESS;
}

static u32 listing_room(const struct query_directory *qd, const struct ksmbd_dirinfo_class *class)
{
	u32 most = LISTING_MAX;

	if (qd->flags & SMB2_RETURN_SINGLE_ENTRY)
		most = class->fixed + 2 * KSMBD_NAME_MAX;
	return min(most, qd->output_len);
}

ntstatus_t ksmbd_smb2_query_directory(struct ksmbd_request *req)
{
	struct ksmbd_wr *w = &req->reply->wr;
	struct ksmbd_dirinfo_list list = { .w = w };
	struct query_directory qd;
	ntstatus_t status, name_status;
	u32 room, cap;

	name_status = decode(req, &qd);
	if (!ksmbd_rd_ok(&req->rd))
		return name_status;
	list.class = ksmbd_dirinfo_class_find(qd.class);
	status = check(req, &qd, list.class);
	if (status == STATUS_SUCCESS)
		status = name_status;
	if (status != STATUS_SUCCESS)
		return status;
	room = listing_room(&qd, list.class);
	status = ksmbd_reply_reserve(req, LISTING_OFFSET - SMB2_HEADER_SIZE + room);
	if (status != STATUS_SUCCESS)
		return status;
	ksmbd_wr_u16(w, 9);
	ksmbd_wr_u16(w, LISTING_OFFSET);
	ksmbd_wr_u32(w, 0);
	cap = w->cap;
	w->cap = min(cap, w->len + room);
	status = execute(req->open, &qd, &list);
	w->cap = cap;
	ksmbd_wr_patch_u32(w, SMB2_HEADER_SIZE + 4, w->len - LISTING_OFFSET);
	return status;
}
