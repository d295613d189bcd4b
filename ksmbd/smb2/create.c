// SPDX-License-Identifier: GPL-2.0-or-later
/* CREATE. [MS-SMB2] 2.2.13, 2.2.14, 3.3.5.9 */
#include <linux/errno.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "config_types.h"
#include "name/utf16.h"
#include "name/case.h"
#include "open/create.h"
#include "open/create_id.h"
#include "open/pipe.h"
#include "session/conn.h"
#include "session/session.h"
#include "smb2/reply.h"
#include "smb2/smb2.h"
#include "wire/create_ctx.h"
#include "wire/fileinfo.h"
#include "wire/smb2_format.h"

#define BODY_SIZE     88
#define CTX_SPACE     160 /* MxAc 32, QFid 56, padding */
#define MAX_PIPE_NAME 64

#define KNOWN_OPTIONS  0x00FFFFFF
#define UNKNOWN_ACCESS 0x0CE0FE00 /* rights that there are none of */
#define MODE_OPTIONS   (FILE_DIRECTORY_FILE | FILE_NON_DIRECTORY_FILE)
#define UNSERVED_OPTIONS \
	(FILE_CREATE_TREE_CONNECTION | FILE_OPEN_BY_FILE_ID | FILE_RESERVE_OPFILTER)
#define SETTABLE_ATTRIBUTES 0x00007FB7

struct create_args {
	u32 impersonation;
	struct ksmbd_create_args disk;
	struct ksmbd_rd name;
	struct ksmbd_create_ctx ctx;
};

static ntstatus_t decode_create(struct ksmbd_request *req, struct create_args *args)
{
	struct ksmbd_rd *rd = &req->rd, ctx;
	u16 name_off, name_len;
	u32 ctx_off, ctx_len;

	memset(args, 0, sizeof(*args));
	ksmbd_rd_skip(rd, 3);
	args->disk.oplock = ksmbd_rd_u8(rd);
	args->impersonation = ksmbd_rd_u32(rd);
	ksmbd_rd_skip(rd, 16);
	args->disk.access = ksmbd_rd_u32(rd);
	args->disk.attributes = ksmbd_rd_u32(rd);
	args->disk.share = ksmbd_rd_u32(rd);
	args->disk.disposition = ksmbd_rd_u32(rd);
	args->disk.options = ksmbd_rd_u32(rd);
	name_off = ksmbd_rd_u16(rd);
	name_len = ksmbd_rd_u16(rd);
	ctx_off = ksmbd_rd_u32(rd);
	ctx_len = ksmbd_rd_u32(rd);
	if (name_len && name_off < SMB2_HEADER_SIZE + 56)
		return STATUS_INVALID_PARAMETER;
	ksmbd_rd_window(rd, &args->name, name_len ? name_off : 0, name_len);
	ksmbd_rd_window(rd, &ctx, ctx_len ? ctx_off : 0, ctx_len);
	if (!ksmbd_rd_ok(rd))
		return STATUS_INVALID_PARAMETER;
	return ksmbd_create_ctx_read(&ctx, &args->ctx);
}

/* What is wrong whatever the name leads to. [MS-FSA] 2.1.5.1, [MS-SMB2] 3.3.5.9 */
static ntstatus_t check_args(const struct create_args *args)
{
	const struct ksmbd_create_args *disk = &args->disk;

	if (args->impersonation > SMB2_IMPERSONATION_DELEGATE)
		return STATUS_BAD_IMPERSONATION_LEVEL;
	if (!disk->access || (disk->access & UNKNOWN_ACCESS))
		return STATUS_ACCESS_DENIED;
	if (disk->disposition > FILE_OVERWRITE_IF || (disk->share & ~7u) ||
	    (disk->options & ~KNOWN_OPTIONS) || (disk->attributes & ~SETTABLE_ATTRIBUTES))
		return STATUS_INVALID_PARAMETER;
	if ((disk->options & MODE_OPTIONS) == MODE_OPTIONS)
		return STATUS_INVALID_PARAMETER;
	if ((disk->options & FILE_DIRECTORY_FILE) &&
	    (disk->disposition == FILE_SUPERSEDE || disk->disposition == FILE_OVERWRITE ||
	     disk->disposition == FILE_OVERWRITE_IF))
		return STATUS_INVALID_PARAMETER;
	if (disk->options & UNSERVED_OPTIONS)
		return STATUS_NOT_SUPPORTED;
	if ((disk->options & FILE_DELETE_ON_CLOSE) &&
	    !(disk->access & (FILE_DELETE | FILE_GENERIC_ALL | FILE_MAXIMUM_ALLOWED)))
		return STATUS_INVALID_PARAMETER;
	if (args->ctx.extended_attributes)
		return STATUS_EAS_NOT_SUPPORTED;
	/* 3.3.5.9.10 */
	if (args->ctx.durable_v2 && (args->ctx.durable || args->ctx.reconnect))
		return STATUS_INVALID_PARAMETER;
	/* No handle survives its connection yet, and there are no snapshots. */
	if (args->ctx.reconnect || args->ctx.snapshot)
		return STATUS_OBJECT_NAME_NOT_FOUND;
	return STATUS_SUCCESS;
}

/* An oplock was in the way; now, or in the meantime, everything may be different. */
static ntstatus_t resume_create(struct ksmbd_request *req, ntstatus_t why)
{
	struct ksmbd_tree *still;

	if (why != STATUS_SUCCESS)
		return why;
	if (ksmbd_session_state(req->session) != KSMBD_SESSION_VALID)
		return STATUS_USER_SESSION_DELETED;
	still = ksmbd_tree_lookup(req->session, req->tree->id);
	if (!still)
		return STATUS_NETWORK_NAME_DELETED;
	ksmbd_tree_put(still);
	ksmbd_rd_seek(&req->rd, SMB2_HEADER_SIZE);
	return ksmbd_smb2_create(req);
}

/*
 * A CREATE that may be sent again is entered, unless it goes on after waiting; one that was
 * sent again is answered.
 */
static ntstatus_t begin_id(struct ksmbd_request *req, const struct create_args *args,
			   struct ksmbd_create_result *result)
{
	const char *name = args->disk.name;
	struct ksmbd_create_id wanted = {
		.session_id = req->session->id,
		.tree_id = req->tree->id,
		.name = ksmbd_name_hash_caseless(name, strlen(name)),
		.lease = args->disk.oplock == SMB2_OPLOCK_LEVEL_LEASE,
	};
	ntstatus_t status;

	if (!args->ctx.durable_v2 || req->create_id || req->conn->dialect < KSMBD_DIALECT_300)
		return STATUS_SUCCESS;
	memcpy(wanted.client, req->session->client_guid, sizeof(wanted.client));
	memcpy(wanted.create, args->ctx.create_guid, sizeof(wanted.create));
	status = ksmbd_create_id_begin(&wanted, req->hdr.flags & SMB2_FLAGS_REPLAY_OPERATION,
				       req->user, &req->create_id, &result->open);
	if (status == STATUS_SUCCESS && result->open)
		status = ksmbd_open_recreate(req, &args->disk, result);
	return status;
}

static ntstatus_t create_file(struct ksmbd_request *req, struct create_args *args,
			      struct ksmbd_create_result *result)
{
	ntstatus_t status;
	char *name;

	status = ksmbd_path_from_wire(args->name.base, args->name.len, false, &name,
				      &args->disk.parts);
	if (status != STATUS_SUCCESS)
		return status;
	args->disk.name = name;
	args->disk.wait = (struct ksmbd_oplock_wait){ .req = req, .resume = resume_create };
	args->disk.want_maximal = args->ctx.maximal_access;
	args->disk.allocation = args->ctx.has_allocation ? args->ctx.allocation : 0;
	status = begin_id(req, args, result);
	if (status == STATUS_SUCCESS && !result->open)
		status = ksmbd_open_create(req->tree, req->user, &args->disk, result);
	kfree(name);
	return status;
}

static ntstatus_t create_pipe(struct ksmbd_request *req, const struct create_args *args,
			      struct ksmbd_create_result *result)
{
	char name[MAX_PIPE_NAME];
	const char *base = name;
	struct ksmbd_open *open;
	ntstatus_t status;

	if (ksmbd_utf16_to_utf8(args->name.base, args->name.len, name, sizeof(name)) <= 0)
		return STATUS_OBJECT_NAME_NOT_FOUND;
	if (*base == '\\')
		base++;
	open = ksmbd_open_alloc(req->tree->share, req->user);
	if (!open)
		return STATUS_INSUFFICIENT_RESOURCES;
	open->tree_id = req->tree->id;
	open->access = FILE_READ_RIGHTS | FILE_WRITE_RIGHTS;
	open->share_access = args->disk.share;
	status = ksmbd_pipe_open(open, base);
	if (status != STATUS_SUCCESS) {
		ksmbd_open_put(open);
		return status;
	}
	result->open = open;
	result->action = FILE_OPENED;
	result->maximal = open->access;
	result->attr.attributes = FILE_ATTRIBUTE_NORMAL;
	return STATUS_SUCCESS;
}

/* Gives the handle its FileId, unless its tree or session has gone meanwhile. */
static ntstatus_t publish_open(struct ksmbd_request *req, struct ksmbd_open *open)
{
	struct ksmbd_session *session = req->session;
	struct ksmbd_tree *still;
	int err;

	err = ksmbd_idtable_add(&session->opens, ksmbd_open_get(open), &open->id);
	if (err) {
		ksmbd_open_put(open);
		return err == -ENOSPC ? STATUS_TOO_MANY_OPENED_FILES :
					STATUS_INSUFFICIENT_RESOURCES;
	}
	/*
	 * Teardown marks first and empties the table then: either it saw this handle, or
	 * the mark is visible here.
	 */
	still = ksmbd_tree_lookup(session, req->tree->id);
	ksmbd_tree_put(still);
	if (still && ksmbd_session_state(session) == KSMBD_SESSION_VALID)
		return STATUS_SUCCESS;
	if (ksmbd_idtable_remove(&session->opens, open->id))
		ksmbd_open_put(open);
	return STATUS_USER_SESSION_DELETED;
}

/* The last steps of opening: afterwards others may find the handle. */
static ntstatus_t finish_open(struct ksmbd_request *req, struct ksmbd_create_result *result)
{
	struct ksmbd_open *open = result->open;
	ntstatus_t status;

	open->sequence.number = req->hdr.channel_sequence;
	open->action = result->action;
	open->maximal = result->maximal;
	ksmbd_create_id_give(&req->create_id, open);
	status = publish_open(req, open);
	if (status != STATUS_SUCCESS)
		return status;
	/* Before it may be sent again, and told again. */
	if (result->oplock != SMB2_OPLOCK_LEVEL_NONE)
		ksmbd_oplock_enlist(open, &req->out->granted);
	ksmbd_create_id_done(open);
	return STATUS_SUCCESS;
}

static void write_contexts(struct ksmbd_request *req, const struct create_args *args,
			   const struct ksmbd_create_result *result)
{
	struct ksmbd_wr *wr = &req->reply->wr;
	u32 start = wr->len, prev = 0;

	if (args->ctx.maximal_access) {
		ksmbd_create_ctx_begin(wr, &prev, "MxAc", 8);
		ksmbd_wr_u32(wr, 0); /* QueryStatus */
		ksmbd_wr_u32(wr, result->maximal);
	}
	if (args->ctx.query_file_id) {
		ksmbd_create_ctx_begin(wr, &prev, "QFid", 32);
		ksmbd_wr_u64(wr, result->st.ino);
		ksmbd_wr_u64(wr, result->st.dev);
		ksmbd_wr_zero(wr, 16);
	}
	if (prev) {
		ksmbd_wr_patch_u32(wr, SMB2_HEADER_SIZE + 80, start);
		ksmbd_wr_patch_u32(wr, SMB2_HEADER_SIZE + 84, wr->len - start);
	}
}

static void encode_create(struct ksmbd_request *req, const struct create_args *args,
			  const struct ksmbd_create_result *result)
{
	struct ksmbd_wr *wr = &req->reply->wr;

	ksmbd_wr_u16(wr, 89);
	ksmbd_wr_u8(wr, result->oplock);
	ksmbd_wr_u8(wr, 0);
	ksmbd_wr_u32(wr, result->action);
	ksmbd_attr_write(wr, &result->attr);
	ksmbd_wr_u32(wr, 0);
	ksmbd_wr_u64(wr, result->open->persistent_id);
	ksmbd_wr_u64(wr, result->open->id);
	ksmbd_wr_u32(wr, 0); /* CreateContextsOffset, -Length */
	ksmbd_wr_u32(wr, 0);
	write_contexts(req, args, result);
}

ntstatus_t ksmbd_smb2_create(struct ksmbd_request *req)
{
	struct ksmbd_create_result result = {};
	struct create_args args;
	ntstatus_t status;

	status = decode_create(req, &args);
	if (status == STATUS_SUCCESS)
		status = check_args(&args);
	if (status == STATUS_SUCCESS)
		status = ksmbd_reply_reserve(req, BODY_SIZE + CTX_SPACE);
	if (status != STATUS_SUCCESS)
		return status;
	if (req->tree->share->is_pipe)
		status = create_pipe(req, &args, &result);
	else
		status = create_file(req, &args, &result);
	if (status != STATUS_SUCCESS)
		return status;
	if (!result.open->id) {
		status = finish_open(req, &result);
		if (status != STATUS_SUCCESS) {
			ksmbd_create_abort(&result);
			return status;
		}
	}
	req->open = result.open; /* the request's reference now */
	req->related_has_fid = true;
	req->related_persistent_id = req->open->persistent_id;
	req->related_volatile_id = req->open->id;
	encode_create(req, &args, &result);
	return STATUS_SUCCESS;
}
