// SPDX-License-Identifier: GPL-2.0-or-later
/* LOCK. [MS-SMB2] 2.2.26, 2.2.27, 3.3.5.14 */
#include <linux/mm.h>
#include <linux/slab.h>

#include "config_types.h"
#include "open/lock.h"
#include "session/conn.h"
#include "smb2/reply.h"
#include "smb2/smb2.h"
#include "wire/smb2_format.h"

/**
 * struct lock_args - a decoded request
 * @unlock: the first element says whether all are to be locked or unlocked
 * @wait: the client would wait
 * @ranges: at @one, or of the heap; @valid: how many there are before the first that is wrong
 */
struct lock_args {
	u16 count;
	u16 valid;
	u32 sequence;
	bool unlock;
	bool wait;
	struct ksmbd_lock_range one;
	struct ksmbd_lock_range *ranges;
};

static bool are_flags_valid(const struct lock_args *args, u32 flags)
{
	if (args->unlock)
		return flags == SMB2_LOCKFLAG_UNLOCK;
	flags &= ~(u32)SMB2_LOCKFLAG_FAIL_IMMEDIATELY;
	return flags == SMB2_LOCKFLAG_SHARED_LOCK || flags == SMB2_LOCKFLAG_EXCLUSIVE_LOCK;
}

static u32 decode_range(struct ksmbd_rd *rd, struct ksmbd_lock_range *range)
{
	u32 flags;

	range->offset = ksmbd_rd_u64(rd);
	range->length = ksmbd_rd_u64(rd);
	flags = ksmbd_rd_u32(rd);
	ksmbd_rd_skip(rd, 4);
	range->exclusive = flags & SMB2_LOCKFLAG_EXCLUSIVE_LOCK;
	return flags;
}

static void decode_ranges(struct ksmbd_rd *rd, struct lock_args *args)
{
	u32 flags, i;

	for (i = 0; i < args->count; i++) {
		flags = decode_range(rd, &args->ranges[i]);
		if (!i)
			args->unlock = flags & SMB2_LOCKFLAG_UNLOCK;
		args->wait |= !(flags & SMB2_LOCKFLAG_FAIL_IMMEDIATELY);
		if (args->valid == i && are_flags_valid(args, flags))
			args->valid++;
	}
	/* Several at a time cannot wait: nothing is done at all, 3.3.5.14.2. */
	if (!args->unlock && args->wait && args->count > 1)
		args->valid = 0;
}

static ntstatus_t decode_lock(struct ksmbd_request *req, struct lock_args *args)
{
	struct ksmbd_rd *rd = &req->rd;

	*args = (struct lock_args){ .ranges = &args->one };
	ksmbd_rd_skip(rd, 2);
	args->count = ksmbd_rd_u16(rd);
	args->sequence = ksmbd_rd_u32(rd);
	ksmbd_rd_skip(rd, 16); /* FileId */
	if (!args->count || ksmbd_rd_left(rd) / SMB2_LOCK_ELEMENT_SIZE < args->count)
		return STATUS_INVALID_PARAMETER;
	if (args->count > KSMBD_LOCKS_PER_OPEN)
		return STATUS_INSUFFICIENT_RESOURCES;
	if (args->count > 1)
		args->ranges = kvmalloc_array(args->count, sizeof(*args->ranges), GFP_KERNEL);
	if (!args->ranges)
		return STATUS_INSUFFICIENT_RESOURCES;
	decode_ranges(rd, args);
	return STATUS_SUCCESS;
}

static void release_args(struct lock_args *args)
{
	if (args->ranges != &args->one)
		kvfree(args->ranges);
}

/*
 * Are sequence numbers looked at? Durable and resilient handles are not built yet: there
 * remain the connections whose clients may send a request again on another channel.
 */
static bool counts_sequences(const struct ksmbd_conn *conn)
{
	return conn->dialect >= KSMBD_DIALECT_300 &&
	       (conn->server_capabilities & SMB2_GLOBAL_CAP_MULTI_CHANNEL);
}

static void encode_lock(struct ksmbd_request *req)
{
	ksmbd_wr_u16(&req->reply->wr, 4);
	ksmbd_wr_u16(&req->reply->wr, 0);
}

static ntstatus_t finish_lock(struct ksmbd_request *req, u32 sequence)
{
	if (counts_sequences(req->conn))
		ksmbd_lock_done(req->open, sequence);
	encode_lock(req);
	return STATUS_SUCCESS;
}

/* It has the lock now, or waits for it no more. */
static ntstatus_t resume_lock(struct ksmbd_request *req, ntstatus_t why)
{
	struct lock_args args;

	/* The tree or session has ended, and the handle with it. */
	if (why == STATUS_NETWORK_NAME_DELETED || why == STATUS_USER_SESSION_DELETED)
		return STATUS_RANGE_NOT_LOCKED;
	if (why != STATUS_SUCCESS)
		return why;
	ksmbd_lock_taken(req->open);
	ksmbd_rd_seek(&req->rd, SMB2_HEADER_SIZE);
	decode_lock(req, &args); /* of one element */
	return finish_lock(req, args.sequence);
}

/* What comes before a wrong element is done, and stays so. */
static ntstatus_t execute_lock(struct ksmbd_request *req, const struct lock_args *args)
{
	ntstatus_t status;

	if (args->unlock)
		status = ksmbd_lock_release(req->open, args->ranges, args->valid);
	else if (args->wait && args->valid)
		status = ksmbd_lock_wait(req, args->ranges, resume_lock);
	else
		status = ksmbd_lock_take(req->open, req->session, args->ranges, args->valid);
	if (status == STATUS_SUCCESS && args->valid < args->count)
		status = STATUS_INVALID_PARAMETER;
	return status;
}

ntstatus_t ksmbd_smb2_lock(struct ksmbd_request *req)
{
	struct lock_args args;
	ntstatus_t status;

	if (req->open->pipe)
		return STATUS_INVALID_DEVICE_REQUEST;
	if (req->open->is_dir)
		return STATUS_INVALID_PARAMETER;
	status = decode_lock(req, &args);
	if (status != STATUS_SUCCESS)
		return status;
	if (counts_sequences(req->conn) && ksmbd_lock_replayed(req->open, args.sequence)) {
		encode_lock(req);
	} else {
		status = execute_lock(req, &args);
		if (status == STATUS_SUCCESS)
			status = finish_lock(req, args.sequence);
	}
	release_args(&args);
	return status;
}
