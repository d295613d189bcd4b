// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/atomic.h>
#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/printk.h>
#include <linux/slab.h>

#include "config_types.h"
#include "frame/request_types.h"
#include "open/open.h"
#include "open/oplock.h"
#include "session/conn.h"
#include "session/session.h"
#include "util/idtable.h"
#include "util/workers.h"
#include "wire/oplock.h"
#include "wire/smb2_format.h"

/* Opened with no more than these, a file's data is out of reach. */
#define SPARING_ACCESS (FILE_READ_ATTRIBUTES | FILE_WRITE_ATTRIBUTES | FILE_SYNCHRONIZE)

/* A request that waits for a break; lives from its parking to its unhook. */
struct oplock_waiter {
	struct list_head link; /* inode->waiters */
	struct ksmbd_request *req;
	struct ksmbd_inode *inode; /* counted */
};

static bool is_exclusive(u8 level)
{
	return level == SMB2_OPLOCK_LEVEL_EXCLUSIVE || level == SMB2_OPLOCK_LEVEL_BATCH;
}

bool ksmbd_oplock_spares(u32 access)
{
	return !(access & ~(u32)SPARING_ACCESS);
}

/* ---- state: everything here is called with inode->lock held ---- */

/* Whether it lets go on or not, @req takes itself off the list. */
static void wake_waiters(struct ksmbd_inode *inode)
{
	struct oplock_waiter *waiter;

	list_for_each_entry(waiter, &inode->waiters, link)
		waiter->req->park.wake(waiter->req, STATUS_SUCCESS);
}

static void set_level(struct ksmbd_open *open, u8 level)
{
	struct ksmbd_inode *inode = open->inode;
	u8 before = open->oplock.level;

	open->oplock.level = level;
	if (is_exclusive(level))
		inode->holder = open;
	else if (inode->holder == open)
		inode->holder = NULL;
	if (level == SMB2_OPLOCK_LEVEL_II && before != SMB2_OPLOCK_LEVEL_II)
		atomic_inc(&inode->shared);
	else if (level != SMB2_OPLOCK_LEVEL_II && before == SMB2_OPLOCK_LEVEL_II)
		atomic_dec(&inode->shared);
}

/* The end of a break. The caller has a reference of its own. */
static void end_break(struct ksmbd_open *open, u8 level)
{
	open->oplock.breaking = false;
	open->oplock.noticed_on = 0;
	set_level(open, level);
	if (cancel_delayed_work(&open->oplock.timer))
		ksmbd_open_put(open); /* the timer's */
	wake_waiters(open->inode);
}

/*
 * A connection that cannot take the notice ends, and is not found again. False: there is
 * nobody to be told.
 */
static bool notify(struct ksmbd_open *open, u8 level)
{
	struct ksmbd_oplock *oplock = &open->oplock;
	u8 body[KSMBD_OPLOCK_BODY_SIZE];
	struct ksmbd_notice notice = {
		.command = SMB2_OPLOCK_BREAK,
		.body = body,
		.len = sizeof(body),
		.sealer = oplock->sealed ? oplock->session : NULL,
	};
	struct ksmbd_conn *conn;
	struct ksmbd_wr wr;
	bool done = false;

	ksmbd_wr_init(&wr, body, sizeof(body));
	ksmbd_oplock_write(&wr, level, open->persistent_id, open->id);
	while (!done && (conn = ksmbd_session_conn(oplock->session, oplock->conn_id)) != NULL) {
		oplock->noticed_on = conn->id;
		done = conn->notify(conn, &notice);
		ksmbd_conn_put(conn);
	}
	return done;
}

/* The same, when the client has heard of the oplock. */
static bool notify_in_order(struct ksmbd_open *open, u8 level)
{
	if (open->oplock.told)
		return notify(open, level);
	open->oplock.due = true;
	return true;
}

static void break_timed_out(struct work_struct *work)
{
	struct ksmbd_open *open =
		container_of(to_delayed_work(work), struct ksmbd_open, oplock.timer);

	mutex_lock(&open->inode->lock);
	if (open->oplock.breaking) {
		pr_debug("ksmbd: a break was not acknowledged in time\n");
		end_break(open, SMB2_OPLOCK_LEVEL_NONE);
	}
	mutex_unlock(&open->inode->lock);
	ksmbd_open_put(open);
}

/* False: the holder cannot be told, and has lost its oplock. */
static bool begin_break(struct ksmbd_open *holder, u8 to)
{
	struct ksmbd_oplock *oplock = &holder->oplock;

	oplock->breaking = true;
	oplock->to = to;
	if (!notify_in_order(holder, to)) {
		end_break(holder, SMB2_OPLOCK_LEVEL_NONE);
		return false;
	}
	/* Once in a handle's life: it never comes to an exclusive level again. */
	ksmbd_open_get(holder);
	ksmbd_workers_queue_delayed(&oplock->timer, msecs_to_jiffies(oplock->timeout));
	return true;
}

static void break_shared(struct ksmbd_inode *inode)
{
	struct ksmbd_open *open;

	list_for_each_entry(open, &inode->opens, inode_link) {
		if (open->oplock.level != SMB2_OPLOCK_LEVEL_II)
			continue;
		set_level(open, SMB2_OPLOCK_LEVEL_NONE);
		notify_in_order(open, SMB2_OPLOCK_LEVEL_NONE);
	}
}

/* ---- waiting ---- */

static void unhook_waiter(struct ksmbd_request *req)
{
	struct oplock_waiter *waiter = req->park.data;

	mutex_lock(&waiter->inode->lock);
	list_del(&waiter->link);
	mutex_unlock(&waiter->inode->lock);
	ksmbd_inode_put(waiter->inode);
	kfree(waiter);
}

ntstatus_t ksmbd_oplock_break(struct ksmbd_inode *inode, u8 to,
			      const struct ksmbd_oplock_wait *wait)
{
	struct ksmbd_open *holder = inode->holder;
	struct oplock_waiter *waiter = NULL;

	lockdep_assert_held(&inode->lock);
	if (wait->req) {
		waiter = kzalloc(sizeof(*waiter), GFP_KERNEL);
		if (!waiter)
			return STATUS_INSUFFICIENT_RESOURCES;
	}
	if ((!holder->oplock.breaking && !begin_break(holder, to)) || !waiter) {
		kfree(waiter);
		return STATUS_SUCCESS;
	}
	waiter->req = wait->req;
	waiter->inode = inode;
	refcount_inc(&inode->refs);
	ksmbd_request_park(wait->req, wait->resume, unhook_waiter, waiter);
	list_add_tail(&waiter->link, &inode->waiters);
	return KSMBD_STATUS_PARKED;
}

ntstatus_t ksmbd_oplock_break_names(struct ksmbd_inode *inode, const struct ksmbd_open *by,
				    const struct ksmbd_oplock_wait *wait)
{
	ntstatus_t status = STATUS_SUCCESS;

	mutex_lock(&inode->lock);
	if (inode->holder && inode->holder != by &&
	    inode->holder->oplock.level == SMB2_OPLOCK_LEVEL_BATCH)
		status = ksmbd_oplock_break(inode, SMB2_OPLOCK_LEVEL_II, wait);
	mutex_unlock(&inode->lock);
	return status;
}

void ksmbd_oplock_data_changed(struct ksmbd_open *open)
{
	struct ksmbd_inode *inode = open->inode;

	if (!inode)
		return;
	/* The change comes before the look: who is granted later reads the new data. */
	smp_mb();
	if (!atomic_read(&inode->shared))
		return;
	mutex_lock(&inode->lock);
	break_shared(inode);
	mutex_unlock(&inode->lock);
}

/* ---- lost channels ---- */

static void notify_again(struct ksmbd_open *open, u64 conn_id)
{
	struct ksmbd_oplock *oplock = &open->oplock;

	/* One that nobody is left to hear of: its session ends, and the handle with it. */
	if (open->attached && oplock->session && oplock->noticed_on == conn_id)
		notify(open, oplock->breaking ? oplock->to : oplock->level);
}

static void get_open(void *obj)
{
	ksmbd_open_get(obj);
}

void ksmbd_oplock_channel_lost(struct ksmbd_session *session, u64 conn_id)
{
	struct ksmbd_open *open;
	u32 index = 0;

	while ((open = ksmbd_idtable_next(&session->opens, &index, get_open)) != NULL) {
		if (open->inode) {
			mutex_lock(&open->inode->lock);
			notify_again(open, conn_id);
			mutex_unlock(&open->inode->lock);
		}
		ksmbd_open_put(open);
	}
}

/* ---- granting ---- */

void ksmbd_oplock_init(struct ksmbd_open *open)
{
	INIT_DELAYED_WORK(&open->oplock.timer, break_timed_out);
	INIT_LIST_HEAD(&open->oplock.told_link);
}

void ksmbd_oplock_free(struct ksmbd_open *open)
{
	if (open->oplock.session)
		ksmbd_session_put(open->oplock.session);
}

/* [MS-FSA] 2.1.5.18. Called with inode->lock held. */
static u8 grantable(const struct ksmbd_open *open, u8 wanted)
{
	const struct ksmbd_inode *inode = open->inode;

	if (!(open->share->conf.flags & KSMBD_SHARE_OPLOCKS) || open->is_dir || inode->holder)
		return SMB2_OPLOCK_LEVEL_NONE;
	if (wanted != SMB2_OPLOCK_LEVEL_II && !is_exclusive(wanted))
		return SMB2_OPLOCK_LEVEL_NONE;
	/* Its reads could not be checked against the locks. */
	if (atomic_read(&inode->nr_locks))
		return SMB2_OPLOCK_LEVEL_NONE;
	if (!list_is_singular(&inode->opens) || !list_empty(&inode->waiters))
		return SMB2_OPLOCK_LEVEL_II;
	return wanted;
}

u8 ksmbd_oplock_grant(struct ksmbd_open *open, struct ksmbd_request *req, u8 wanted)
{
	struct ksmbd_oplock *oplock = &open->oplock;
	struct ksmbd_inode *inode = open->inode;
	u8 level;

	if (wanted == SMB2_OPLOCK_LEVEL_NONE)
		return SMB2_OPLOCK_LEVEL_NONE;
	mutex_lock(&inode->lock);
	level = grantable(open, wanted);
	if (level != SMB2_OPLOCK_LEVEL_NONE) {
		ksmbd_session_get(req->session);
		oplock->session = req->session;
		oplock->conn_id = req->conn->id;
		oplock->sealed = req->sealed;
		oplock->timeout = req->conn->config->oplock_timeout;
		set_level(open, level);
	}
	mutex_unlock(&inode->lock);
	return level;
}

u8 ksmbd_oplock_tell_again(struct ksmbd_open *open, struct ksmbd_request *req)
{
	struct ksmbd_oplock *oplock = &open->oplock;
	u8 level;

	if (!open->inode) /* a pipe */
		return SMB2_OPLOCK_LEVEL_NONE;
	mutex_lock(&open->inode->lock);
	level = oplock->level;
	if (oplock->session)
		oplock->conn_id = req->conn->id;
	/* Unless the first answer is not even queued: what is due will follow that. */
	if (oplock->breaking && oplock->told) {
		oplock->told = false;
		oplock->due = true;
		ksmbd_oplock_enlist(open, &req->out->granted);
	}
	mutex_unlock(&open->inode->lock);
	return level;
}

/* ---- the end ---- */

void ksmbd_oplock_drop(struct ksmbd_open *open)
{
	lockdep_assert_held(&open->inode->lock);
	if (open->oplock.breaking)
		end_break(open, SMB2_OPLOCK_LEVEL_NONE);
	else
		set_level(open, SMB2_OPLOCK_LEVEL_NONE);
	open->oplock.due = false;
}

static ntstatus_t acknowledge(struct ksmbd_open *open, u8 level)
{
	/* Of one that has none Windows' object store speaks itself, [MS-FSA] 2.1.5.19. */
	if (!open->oplock.breaking)
		return open->oplock.level == SMB2_OPLOCK_LEVEL_NONE ?
			       STATUS_INVALID_OPLOCK_PROTOCOL :
			       STATUS_INVALID_DEVICE_STATE;
	if (level <= open->oplock.to) {
		end_break(open, level);
		return STATUS_SUCCESS;
	}
	end_break(open, SMB2_OPLOCK_LEVEL_NONE);
	return level == SMB2_OPLOCK_LEVEL_LEASE ? STATUS_INVALID_PARAMETER :
						  STATUS_INVALID_OPLOCK_PROTOCOL;
}

ntstatus_t ksmbd_oplock_acknowledge(struct ksmbd_open *open, u8 level, struct list_head *granted)
{
	ntstatus_t status;

	if (!open->inode) /* a pipe */
		return STATUS_INVALID_OPLOCK_PROTOCOL;
	mutex_lock(&open->inode->lock);
	status = acknowledge(open, level);
	/* Level II is there only once the answer is out, and may end before. */
	if (status == STATUS_SUCCESS && level == SMB2_OPLOCK_LEVEL_II && open->oplock.told) {
		open->oplock.told = false;
		ksmbd_oplock_enlist(open, granted);
	}
	mutex_unlock(&open->inode->lock);
	return status;
}

/* ---- who has been told ---- */

void ksmbd_oplock_enlist(struct ksmbd_open *open, struct list_head *granted)
{
	list_add_tail(&ksmbd_open_get(open)->oplock.told_link, granted);
}

static void tell_due(struct ksmbd_open *open)
{
	struct ksmbd_oplock *oplock = &open->oplock;

	oplock->told = true;
	if (!oplock->due)
		return;
	oplock->due = false;
	if (!notify(open, oplock->breaking ? oplock->to : oplock->level) && oplock->breaking)
		end_break(open, SMB2_OPLOCK_LEVEL_NONE);
}

static struct ksmbd_open *take_granted(struct list_head *granted)
{
	struct ksmbd_open *open =
		list_first_entry_or_null(granted, struct ksmbd_open, oplock.told_link);

	if (open)
		list_del_init(&open->oplock.told_link);
	return open;
}

void ksmbd_oplock_told(struct list_head *granted)
{
	struct ksmbd_open *open;

	while ((open = take_granted(granted)) != NULL) {
		mutex_lock(&open->inode->lock);
		tell_due(open);
		mutex_unlock(&open->inode->lock);
		ksmbd_open_put(open);
	}
}
