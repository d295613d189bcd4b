// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/printk.h>

#include "config_types.h"
#include "dispatch/dispatch.h"
#include "dispatch/smb2_table.h"
#include "host/cred.h"
#include "open/create_id.h"
#include "open/open.h"
#include "open/sequence.h"
#include "session/conn.h"
#include "session/session.h"
#include "util/status.h"
#include "wire/smb2_format.h"

/* Before a dialect is fixed there is NEGOTIATE and nothing else; after it, never again. */
static ntstatus_t check_order(struct ksmbd_request *req)
{
	bool negotiated = ksmbd_conn_state(req->conn) >= KSMBD_CONN_NEGOTIATED;

	if (negotiated != (req->hdr.command == SMB2_NEGOTIATE))
		return STATUS_SUCCESS;
	req->drop_conn = true; /* 3.3.5.2, 3.3.5.4 */
	return STATUS_INVALID_PARAMETER;
}

static ntstatus_t check_session(struct ksmbd_request *req)
{
	if (!req->channel || ksmbd_session_state(req->session) == KSMBD_SESSION_CLOSED)
		return STATUS_USER_SESSION_DELETED;
	if (ksmbd_session_state(req->session) != KSMBD_SESSION_VALID ||
	    !smp_load_acquire(&req->channel->established))
		return STATUS_USER_SESSION_DELETED;
	return STATUS_SUCCESS;
}

static ntstatus_t find_tree(struct ksmbd_request *req)
{
	req->tree = ksmbd_tree_lookup(req->session, req->hdr.tree_id);
	if (!req->tree)
		return STATUS_NETWORK_NAME_DELETED;
	/* 3.3.5.2.11 */
	return req->tree->encrypt && !req->sealed ? STATUS_ACCESS_DENIED : STATUS_SUCCESS;
}

static void get_open(void *obj)
{
	ksmbd_open_get(obj);
}

/*
 * A FileId of all ones stands for the one of the element before, [MS-SMB2]
 * 3.3.5.2.7.2; if that element failed, this one fails alike.
 */
static ntstatus_t inherit_fid(struct ksmbd_request *req, u64 *persistent_id, u64 *volatile_id)
{
	if (!(req->hdr.flags & SMB2_FLAGS_RELATED_OPERATIONS) || *persistent_id != U64_MAX ||
	    *volatile_id != U64_MAX)
		return STATUS_SUCCESS;
	if (!req->related_has_fid)
		return req->related_status == STATUS_SUCCESS ? STATUS_INVALID_HANDLE :
							       req->related_status;
	*persistent_id = req->related_persistent_id;
	*volatile_id = req->related_volatile_id;
	return STATUS_SUCCESS;
}

static ntstatus_t find_open(struct ksmbd_request *req, u32 fid_offset, bool optional)
{
	struct ksmbd_rd rd = req->rd;
	u64 persistent_id, volatile_id;
	ntstatus_t status;

	ksmbd_rd_seek(&rd, SMB2_HEADER_SIZE + fid_offset);
	persistent_id = ksmbd_rd_u64(&rd);
	volatile_id = ksmbd_rd_u64(&rd);
	if (!ksmbd_rd_ok(&rd))
		return STATUS_INVALID_PARAMETER;
	status = inherit_fid(req, &persistent_id, &volatile_id);
	if (status != STATUS_SUCCESS)
		return status;
	if (optional && persistent_id == U64_MAX && volatile_id == U64_MAX)
		return STATUS_SUCCESS;
	req->open = ksmbd_idtable_find(&req->session->opens, volatile_id, get_open);
	if (!req->open || req->open->persistent_id != persistent_id ||
	    req->open->tree_id != req->tree->id)
		return STATUS_FILE_CLOSED;
	req->related_has_fid = true;
	req->related_persistent_id = persistent_id;
	req->related_volatile_id = volatile_id;
	return STATUS_SUCCESS;
}

/* 3.3.5.2.10 */
static ntstatus_t check_sequence(struct ksmbd_request *req, const struct ksmbd_smb2_row *row)
{
	if (!req->open || req->conn->dialect < KSMBD_DIALECT_300)
		return STATUS_SUCCESS;
	if (row->flags & KSMBD_ROW_USES)
		ksmbd_create_id_used(req->open);
	req->counted = ksmbd_sequence_enter(&req->open->sequence, req->hdr.channel_sequence,
					    req->hdr.flags & SMB2_FLAGS_REPLAY_OPERATION,
					    &req->round);
	return req->counted || !(row->flags & KSMBD_ROW_FENCED) ? STATUS_SUCCESS :
								  STATUS_FILE_NOT_AVAILABLE;
}

static ntstatus_t check_body(struct ksmbd_request *req, const struct ksmbd_smb2_row *row)
{
	struct ksmbd_rd rd = req->rd;
	u16 size = ksmbd_rd_u16(&rd);

	if (size != row->structure_size || ksmbd_rd_left(&req->rd) < row->min_body)
		return STATUS_INVALID_PARAMETER;
	return STATUS_SUCCESS;
}

static ntstatus_t check_row(struct ksmbd_request *req, const struct ksmbd_smb2_row *row)
{
	ntstatus_t status = STATUS_SUCCESS;

	if (row->flags & KSMBD_ROW_SESSION)
		status = check_session(req);
	if (status == STATUS_SUCCESS)
		status = check_body(req, row);
	if (status == STATUS_SUCCESS && (row->flags & KSMBD_ROW_TREE))
		status = find_tree(req);
	if (status == STATUS_SUCCESS && row->fid_offset)
		status = find_open(req, row->fid_offset, row->flags & KSMBD_ROW_FID_OPTIONAL);
	if (status == STATUS_SUCCESS && row->fid_offset)
		status = check_sequence(req, row);
	if (status == STATUS_SUCCESS && row->access && req->open &&
	    !(req->open->access & row->access))
		status = STATUS_ACCESS_DENIED;
	return status;
}

/*
 * Acts as the session's user for as long as @step runs; on a handle, as who opened it: what it
 * was granted holds, whoever has authenticated in the session since ([MS-SMB2] 3.3.5.5.3).
 */
static ntstatus_t run_as_user(struct ksmbd_request *req,
			      ntstatus_t (*step)(struct ksmbd_request *req))
{
	struct ksmbd_user *user = req->open ? req->open->user : req->user;
	ntstatus_t status;

	if (ksmbd_cred_enter(user->cred))
		return STATUS_ACCESS_DENIED;
	status = step(req);
	ksmbd_cred_leave();
	return status;
}

ntstatus_t ksmbd_dispatch_run(struct ksmbd_request *req)
{
	const struct ksmbd_smb2_row *row = ksmbd_smb2_row_find(req->hdr.command);
	ntstatus_t status = check_order(req);

	if (status != STATUS_SUCCESS)
		return status;
	if (!row) /* 3.3.5.2.6 */
		return STATUS_INVALID_PARAMETER;
	status = check_row(req, row);
	if (status != STATUS_SUCCESS)
		return status;
	req->park.wake = ksmbd_async_wake;
	if (!(row->flags & KSMBD_ROW_AS_USER))
		return row->run(req);
	req->user = ksmbd_tree_user(req->session, req->tree);
	return req->user ? run_as_user(req, row->run) : STATUS_INSUFFICIENT_RESOURCES;
}

/* What was checked before holds: the references are kept, and a CLOSE came later. */
ntstatus_t ksmbd_dispatch_again(struct ksmbd_request *req)
{
	req->deferred = false;
	ksmbd_rd_seek(&req->rd, SMB2_HEADER_SIZE);
	return run_as_user(req, ksmbd_smb2_row_find(req->hdr.command)->run);
}

static ntstatus_t call_resume(struct ksmbd_request *req)
{
	return req->park.resume(req, req->park.why);
}

ntstatus_t ksmbd_dispatch_resume(struct ksmbd_request *req)
{
	const struct ksmbd_smb2_row *row = ksmbd_smb2_row_find(req->hdr.command);

	ksmbd_async_abandon(req);
	/* Whoever waits again without a word, begins anew. */
	if (req->park.quiet)
		ksmbd_async_end(req);
	return row->flags & KSMBD_ROW_AS_USER ? run_as_user(req, call_resume) : call_resume(req);
}
