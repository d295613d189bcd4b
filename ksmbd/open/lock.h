/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Byte-range locks. [MS-FSA] 2.1.4.10, 2.1.5.8, 2.1.5.9; [MS-SMB2] 3.3.5.14
 *
 * A lock belongs to the handle that took it, and goes with it. An exclusive one keeps everybody
 * else from reading, writing and locking; a shared one keeps everybody from writing, its owner
 * too, and others from locking exclusively. Any lock may lie beyond the file's end. One of length
 * 0 lies between two bytes and is in the way of what has both of them; at offset 0, of nothing.
 *
 * Who may wait for a range that is taken parks. Whoever gives ranges back hands them on, under
 * the inode's lock, to those that wait, in the order in which they came: who is woken has his
 * lock. What ends the wait otherwise, wins: it gives a lock back that was just handed over.
 */
#ifndef KSMBD_OPEN_LOCK_H
#define KSMBD_OPEN_LOCK_H

#include <linux/atomic.h>

#include "open/open_types.h"
#include "util/status_types.h"

struct ksmbd_request;

/* What a handle, and all handles of a session together, may have: waiting ones count. */
#define KSMBD_LOCKS_PER_OPEN	16384
#define KSMBD_LOCKS_PER_SESSION 65536

struct ksmbd_lock_range {
	u64 offset;
	u64 length;
	bool exclusive;
};

/** ksmbd_lock_init() - of a new handle: none */
void ksmbd_lock_init(struct ksmbd_open *open);
/** ksmbd_lock_free() - with the handle's last reference */
void ksmbd_lock_free(struct ksmbd_open *open);

/**
 * ksmbd_lock_take() - lock all of @ranges, or none of them
 * @open: of a file
 * @session: whose limit counts; NULL: nobody's
 *
 * Level II oplocks end. No locks held.
 * Return: STATUS_SUCCESS, STATUS_LOCK_NOT_GRANTED, STATUS_INVALID_LOCK_RANGE,
 * STATUS_FILE_CLOSED, STATUS_INSUFFICIENT_RESOURCES
 */
ntstatus_t ksmbd_lock_take(struct ksmbd_open *open, struct ksmbd_session *session,
			   const struct ksmbd_lock_range *ranges, u32 count);

/**
 * ksmbd_lock_wait() - the same for one range, which need not be free yet
 * @req: works on @open
 * @resume: as in struct ksmbd_park: STATUS_SUCCESS: it is locked; STATUS_RANGE_NOT_LOCKED: the
 *	handle was closed. Has to call ksmbd_lock_taken() in the first case.
 *
 * Return: also KSMBD_STATUS_PARKED
 */
ntstatus_t ksmbd_lock_wait(struct ksmbd_request *req, const struct ksmbd_lock_range *range,
			   ntstatus_t (*resume)(struct ksmbd_request *req, ntstatus_t why));

/** ksmbd_lock_taken() - after a wait: level II oplocks end. No locks held. */
void ksmbd_lock_taken(struct ksmbd_open *open);

/**
 * ksmbd_lock_release() - unlock @ranges in their order, up to the first that fails
 *
 * Each has to be what was locked, kind aside; of two alike the exclusive one goes, unless only
 * the other one has been answered.
 * No locks held.
 * Return: STATUS_SUCCESS, STATUS_RANGE_NOT_LOCKED, STATUS_INVALID_LOCK_RANGE; what was
 * unlocked before stays so
 */
ntstatus_t ksmbd_lock_release(struct ksmbd_open *open, const struct ksmbd_lock_range *ranges,
			      u32 count);

/**
 * ksmbd_lock_drop() - the handle closes: all that it has locked, and what waits to be
 *
 * Caller holds inode->lock, and @open is not attached any more.
 */
void ksmbd_lock_drop(struct ksmbd_open *open);

/**
 * ksmbd_lock_replayed() - was this LOCK done before, and its answer lost? 3.3.5.14
 * @sequence: LockSequenceNumber and LockSequenceIndex as sent
 */
bool ksmbd_lock_replayed(struct ksmbd_open *open, u32 sequence);
/** ksmbd_lock_done() - remember that it was done */
void ksmbd_lock_done(struct ksmbd_open *open, u32 sequence);

/* The inode has locks: do they leave the range alone? */
bool ksmbd_lock_permits(struct ksmbd_open *open, u64 offset, u64 length, bool write);

/**
 * ksmbd_lock_check() - may @open's client read or write these bytes
 *
 * To be asked before the file is. No locks held. Costs one load when nobody has locked
 * anything of the file.
 * Return: STATUS_SUCCESS, STATUS_FILE_LOCK_CONFLICT
 */
static inline ntstatus_t ksmbd_lock_check(struct ksmbd_open *open, u64 offset, u64 length,
					  bool write)
{
	if (!atomic_read(&open->inode->nr_locks) || ksmbd_lock_permits(open, offset, length, write))
		return STATUS_SUCCESS;
	return STATUS_FILE_LOCK_CONFLICT;
}

#endif
