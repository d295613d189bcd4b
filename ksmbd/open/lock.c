// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/limits.h>
#include <linux/list.h>
#include <linux/minmax.h>
#include <linux/mutex.h>
#include <linux/rbtree_augmented.h>
#include <linux/slab.h>

#include "frame/request_types.h"
#include "open/lock.h"
#include "open/oplock.h"
#include "session/session.h"

struct lock_waiter;

/**
 * struct lock_below - of a lock in its inode's tree, and all below it
 * @last: the largest last byte
 * @sole: the handle that has them all; NULL: there are several
 */
struct lock_below {
	u64 last;
	struct ksmbd_open *sole;
};

/**
 * struct lock - a locked range; inode's lock
 * @by_place: in one of the inode's trees, unless it is nowhere (is_nowhere())
 * @by_owner: in open->locks.tree, if @held
 * @waiter: who waits for it, or has not heard yet that he has it
 * @held: it is not waited for any more
 */
struct lock {
	struct rb_node by_place;
	struct lock_below below;
	struct rb_node by_owner;
	u64 offset;
	u64 length;
	struct ksmbd_open *open;
	struct lock_waiter *waiter;
	bool exclusive;
	bool held;
};

/**
 * struct lock_waiter - a request that waits for @lock; lives from its parking to its unhook
 * @link: open->locks.waiters; empty: it waits no more
 * @by_turn: among those that are to be asked (hand_on()); @turn: counted through on its inode
 * @lock: in inode->waiting_locks, then held; NULL when it has been freed: the handle was closed,
 *	  or its client unlocked it already
 */
struct lock_waiter {
	struct list_head link;
	struct rb_node by_turn;
	u64 turn;
	struct ksmbd_request *req;
	struct lock *lock;
};

/* What has been given back: from byte to byte, with what may lie between. */
struct given_back {
	u64 first;
	u64 last;
};

#define NOTHING ((struct given_back){ .first = U64_MAX })

/* One before the offset when the length is 0: see [MS-FSA] 2.1.4.10, which computes like this. */
static u64 last_byte(u64 offset, u64 length)
{
	return offset + length - 1;
}

static bool is_nowhere(u64 offset, u64 length)
{
	return !offset && !length;
}

static bool wraps(const struct ksmbd_lock_range *range)
{
	return range->length && last_byte(range->offset, range->length) < range->offset;
}

/* ---- the tables: everything here is called with inode->lock held ---- */

static void count_child(struct lock_below *below, const struct rb_node *child)
{
	const struct lock *lock = rb_entry_safe(child, struct lock, by_place);

	if (!lock)
		return;
	below->last = max(below->last, lock->below.last);
	if (below->sole != lock->below.sole)
		below->sole = NULL;
}

static bool compute_below(struct lock *lock, bool exit)
{
	struct lock_below below = { last_byte(lock->offset, lock->length), lock->open };

	count_child(&below, lock->by_place.rb_left);
	count_child(&below, lock->by_place.rb_right);
	if (exit && below.last == lock->below.last && below.sole == lock->below.sole)
		return true;
	lock->below = below;
	return false;
}

RB_DECLARE_CALLBACKS(static, augment, struct lock, by_place, below, compute_below)

static void enter_place(struct lock *lock, struct rb_root_cached *tree)
{
	struct rb_node **at = &tree->rb_root.rb_node, *above = NULL;
	bool first = true;

	while (*at) {
		above = *at;
		if (lock->offset < rb_entry(above, struct lock, by_place)->offset) {
			at = &above->rb_left;
		} else {
			at = &above->rb_right;
			first = false;
		}
	}
	rb_link_node(&lock->by_place, above, at);
	/* It may be known already from another tree: that must not end the propagation here. */
	compute_below(lock, false);
	augment.propagate(above, NULL);
	rb_insert_augmented_cached(&lock->by_place, tree, first, &augment);
}

/*
 * Is there a lock at or below @node, of another handle than @own, with bytes from @first to
 * @last? A handle may have thousands of its own there, which are not looked at one by one: as
 * deep as the tree is high.
 */
static bool meets_below(const struct rb_node *node, u64 first, u64 last,
			const struct ksmbd_open *own)
{
	const struct lock *lock;

	for (; node; node = node->rb_right) {
		lock = rb_entry(node, struct lock, by_place);
		if (lock->below.last < first || (own && lock->below.sole == own))
			return false;
		if (meets_below(node->rb_left, first, last, own))
			return true;
		if (lock->offset > last)
			return false;
		if (lock->open != own && last_byte(lock->offset, lock->length) >= first)
			return true;
	}
	return false;
}

static bool others_exclude(struct ksmbd_open *open, u64 offset, u64 length)
{
	return meets_below(open->inode->exclusive_locks.rb_root.rb_node, offset,
			   last_byte(offset, length), open);
}

static bool anybody_has(struct rb_root_cached *tree, u64 offset, u64 length)
{
	return meets_below(tree->rb_root.rb_node, offset, last_byte(offset, length), NULL);
}

/* [MS-FSA] 2.1.4.10 for locks: a handle may share what it has locked exclusively. */
static bool is_taken(struct ksmbd_open *open, u64 offset, u64 length, bool exclusive)
{
	struct ksmbd_inode *inode = open->inode;

	if (is_nowhere(offset, length))
		return false;
	if (!exclusive)
		return others_exclude(open, offset, length);
	return anybody_has(&inode->exclusive_locks, offset, length) ||
	       anybody_has(&inode->shared_locks, offset, length);
}

/* By place, length and kind, exclusive first. */
static int compare(const struct lock *lock, u64 offset, u64 length, bool exclusive)
{
	if (offset != lock->offset)
		return offset < lock->offset ? -1 : 1;
	if (length != lock->length)
		return length < lock->length ? -1 : 1;
	return lock->exclusive - exclusive;
}

static void enter_owner(struct lock *lock)
{
	struct rb_node **at = &lock->open->locks.tree.rb_node, *above = NULL;

	while (*at) {
		above = *at;
		if (compare(rb_entry(above, struct lock, by_owner), lock->offset, lock->length,
			    lock->exclusive) < 0)
			at = &above->rb_left;
		else
			at = &above->rb_right;
	}
	rb_link_node(&lock->by_owner, above, at);
	rb_insert_color(&lock->by_owner, &lock->open->locks.tree);
}

/* The first of @open's locks on this very range; the shared ones come after the exclusive ones. */
static struct lock *first_own(struct ksmbd_open *open, u64 offset, u64 length, bool exclusive)
{
	struct rb_node *at = open->locks.tree.rb_node;
	struct lock *found = NULL, *lock;

	while (at) {
		lock = rb_entry(at, struct lock, by_owner);
		if (compare(lock, offset, length, exclusive) <= 0) {
			found = lock;
			at = at->rb_left;
		} else {
			at = at->rb_right;
		}
	}
	return found && found->offset == offset && found->length == length ? found : NULL;
}

/*
 * The one of those alike that goes: one of which the client has heard, if there is any. Another
 * one is still its waiter's, whom a CANCEL may have it give back.
 */
static struct lock *find_own(struct ksmbd_open *open, u64 offset, u64 length, bool exclusive)
{
	struct lock *first = first_own(open, offset, length, exclusive), *lock;

	for (lock = first; lock && lock->offset == offset && lock->length == length;
	     lock = rb_entry_safe(rb_next(&lock->by_owner), struct lock, by_owner))
		if (!lock->waiter)
			return lock;
	return first;
}

static struct rb_root_cached *tree_of(const struct lock *lock)
{
	struct ksmbd_inode *inode = lock->open->inode;

	if (!lock->held)
		return &inode->waiting_locks;
	return lock->exclusive ? &inode->exclusive_locks : &inode->shared_locks;
}

static void enter_lock(struct lock *lock)
{
	lock->held = true;
	if (!is_nowhere(lock->offset, lock->length))
		enter_place(lock, tree_of(lock));
	enter_owner(lock);
	atomic_inc(&lock->open->inode->nr_locks);
}

static struct lock *new_lock(struct ksmbd_open *open, const struct ksmbd_lock_range *range)
{
	struct ksmbd_session *session = open->locks.session;
	struct lock *lock;

	if (open->locks.count >= KSMBD_LOCKS_PER_OPEN)
		return NULL;
	if (session && atomic_inc_return(&session->nr_locks) > KSMBD_LOCKS_PER_SESSION) {
		atomic_dec(&session->nr_locks);
		return NULL;
	}
	lock = kzalloc(sizeof(*lock), GFP_KERNEL);
	if (!lock) {
		if (session)
			atomic_dec(&session->nr_locks);
		return NULL;
	}
	open->locks.count++;
	lock->open = open;
	lock->offset = range->offset;
	lock->length = range->length;
	lock->exclusive = range->exclusive;
	return lock;
}

static void leave_place(struct lock *lock)
{
	if (!is_nowhere(lock->offset, lock->length))
		rb_erase_augmented_cached(&lock->by_place, tree_of(lock), &augment);
}

static void free_lock(struct lock *lock)
{
	struct ksmbd_open *open = lock->open;

	leave_place(lock);
	if (lock->held) {
		rb_erase(&lock->by_owner, &open->locks.tree);
		atomic_dec(&open->inode->nr_locks);
	} else {
		list_del_init(&lock->waiter->link);
	}
	if (lock->waiter)
		lock->waiter->lock = NULL;
	open->locks.count--;
	if (open->locks.session)
		atomic_dec(&open->locks.session->nr_locks);
	kfree(lock);
}

static void give_back(struct lock *lock, struct given_back *back)
{
	if (lock->held && !is_nowhere(lock->offset, lock->length)) {
		back->first = min(back->first, lock->offset);
		back->last = max(back->last, last_byte(lock->offset, lock->length));
	}
	free_lock(lock);
}

static void enter_turn(struct lock_waiter *waiter, struct rb_root *queue)
{
	struct rb_node **at = &queue->rb_node, *above = NULL;

	while (*at) {
		above = *at;
		if (waiter->turn < rb_entry(above, struct lock_waiter, by_turn)->turn)
			at = &above->rb_left;
		else
			at = &above->rb_right;
	}
	rb_link_node(&waiter->by_turn, above, at);
	rb_insert_color(&waiter->by_turn, queue);
}

/* Those at or below @node that wait for some of @back, into @queue. As in meets_below(). */
static void queue_below(const struct rb_node *node, const struct given_back *back,
			struct rb_root *queue)
{
	const struct lock *lock;

	for (; node; node = node->rb_right) {
		lock = rb_entry(node, struct lock, by_place);
		if (lock->below.last < back->first)
			return;
		queue_below(node->rb_left, back, queue);
		if (lock->offset > back->last)
			return;
		if (last_byte(lock->offset, lock->length) >= back->first)
			enter_turn(lock->waiter, queue);
	}
}

/*
 * Something is free again: of those to whom that matters, who waited longest is asked first. For
 * the others nothing has changed.
 */
static void hand_on(struct ksmbd_inode *inode, const struct given_back *back)
{
	struct rb_root queue = RB_ROOT;
	struct rb_node *node;

	queue_below(inode->waiting_locks.rb_root.rb_node, back, &queue);
	for (node = rb_first(&queue); node; node = rb_next(node)) {
		struct lock_waiter *waiter = rb_entry(node, struct lock_waiter, by_turn);
		struct lock *lock = waiter->lock;

		if (is_taken(lock->open, lock->offset, lock->length, lock->exclusive))
			continue;
		list_del_init(&waiter->link);
		leave_place(lock);
		enter_lock(lock);
		waiter->req->park.wake(waiter->req, STATUS_SUCCESS);
	}
}

/* ---- the life of a handle ---- */

void ksmbd_lock_init(struct ksmbd_open *open)
{
	open->locks.tree = RB_ROOT;
	INIT_LIST_HEAD(&open->locks.waiters);
}

void ksmbd_lock_free(struct ksmbd_open *open)
{
	WARN_ON_ONCE(open->locks.count);
	if (open->locks.session)
		ksmbd_session_put(open->locks.session);
}

static void end_waits(struct ksmbd_open *open)
{
	struct lock_waiter *waiter, *next;

	list_for_each_entry_safe(waiter, next, &open->locks.waiters, link) {
		free_lock(waiter->lock);
		waiter->req->park.wake(waiter->req, STATUS_RANGE_NOT_LOCKED);
	}
}

void ksmbd_lock_drop(struct ksmbd_open *open)
{
	struct given_back back = NOTHING;
	struct rb_node *node;

	lockdep_assert_held(&open->inode->lock);
	if (!open->locks.count)
		return;
	end_waits(open);
	while ((node = rb_first(&open->locks.tree)) != NULL)
		give_back(rb_entry(node, struct lock, by_owner), &back);
	hand_on(open->inode, &back);
}

/* Whose limit counts from the first lock on. Called with inode->lock held. */
static void settle_session(struct ksmbd_open *open, struct ksmbd_session *session)
{
	if (open->locks.session || open->locks.count || !session)
		return;
	ksmbd_session_get(session);
	open->locks.session = session;
}

/* ---- locking ---- */

/* Called with inode->lock held. */
static ntstatus_t take_one(struct ksmbd_open *open, const struct ksmbd_lock_range *range,
			   struct lock **out)
{
	if (wraps(range))
		return STATUS_INVALID_LOCK_RANGE;
	if (is_taken(open, range->offset, range->length, range->exclusive))
		return STATUS_LOCK_NOT_GRANTED;
	*out = new_lock(open, range);
	if (!*out)
		return STATUS_INSUFFICIENT_RESOURCES;
	enter_lock(*out);
	return STATUS_SUCCESS;
}

/* Called with inode->lock held, as when the ranges were locked. */
static void take_back(struct ksmbd_open *open, const struct ksmbd_lock_range *ranges, u32 count)
{
	/* Of those alike that nobody waits for, it does not matter which one goes. */
	while (count--)
		free_lock(find_own(open, ranges[count].offset, ranges[count].length,
				   ranges[count].exclusive));
}

ntstatus_t ksmbd_lock_take(struct ksmbd_open *open, struct ksmbd_session *session,
			   const struct ksmbd_lock_range *ranges, u32 count)
{
	ntstatus_t status = STATUS_SUCCESS;
	struct lock *lock;
	u32 n;

	mutex_lock(&open->inode->lock);
	if (!open->attached)
		status = STATUS_FILE_CLOSED;
	settle_session(open, session);
	for (n = 0; status == STATUS_SUCCESS && n < count; n++)
		status = take_one(open, &ranges[n], &lock);
	/* Nobody came to wait for them meanwhile. */
	if (status != STATUS_SUCCESS && n)
		take_back(open, ranges, n - 1);
	mutex_unlock(&open->inode->lock);
	if (status == STATUS_SUCCESS)
		ksmbd_lock_taken(open);
	return status;
}

void ksmbd_lock_taken(struct ksmbd_open *open)
{
	ksmbd_oplock_data_changed(open);
}

/* ---- waiting ---- */

static void unhook_waiter(struct ksmbd_request *req)
{
	struct lock_waiter *waiter = req->park.data;
	struct ksmbd_inode *inode = req->open->inode;
	struct given_back back = NOTHING;
	struct lock *lock;

	mutex_lock(&inode->lock);
	lock = waiter->lock;
	if (lock && lock->held && req->park.why == STATUS_SUCCESS) {
		lock->waiter = NULL;
	} else if (lock) {
		give_back(lock, &back);
		hand_on(inode, &back);
	}
	mutex_unlock(&inode->lock);
	kfree(waiter);
}

/* Called with inode->lock held. */
static ntstatus_t park(struct ksmbd_request *req, const struct ksmbd_lock_range *range,
		       ntstatus_t (*resume)(struct ksmbd_request *req, ntstatus_t why))
{
	struct lock_waiter *waiter = kzalloc(sizeof(*waiter), GFP_KERNEL);
	struct ksmbd_inode *inode = req->open->inode;

	if (!waiter)
		return STATUS_INSUFFICIENT_RESOURCES;
	waiter->req = req;
	waiter->lock = new_lock(req->open, range);
	if (!waiter->lock) {
		kfree(waiter);
		return STATUS_INSUFFICIENT_RESOURCES;
	}
	waiter->lock->waiter = waiter;
	waiter->turn = inode->lock_turns++;
	ksmbd_request_park(req, resume, unhook_waiter, waiter);
	list_add_tail(&waiter->link, &req->open->locks.waiters);
	enter_place(waiter->lock, &inode->waiting_locks);
	return KSMBD_STATUS_PARKED;
}

ntstatus_t ksmbd_lock_wait(struct ksmbd_request *req, const struct ksmbd_lock_range *range,
			   ntstatus_t (*resume)(struct ksmbd_request *req, ntstatus_t why))
{
	struct ksmbd_open *open = req->open;
	ntstatus_t status = STATUS_FILE_CLOSED;
	struct lock *lock;

	mutex_lock(&open->inode->lock);
	settle_session(open, req->session);
	if (open->attached)
		status = take_one(open, range, &lock);
	if (status == STATUS_LOCK_NOT_GRANTED)
		status = park(req, range, resume);
	mutex_unlock(&open->inode->lock);
	if (status == STATUS_SUCCESS)
		ksmbd_lock_taken(open);
	return status;
}

/* ---- unlocking ---- */

/* Called with inode->lock held. */
static ntstatus_t release_one(struct ksmbd_open *open, const struct ksmbd_lock_range *range,
			      struct given_back *back)
{
	struct lock *lock;

	if (wraps(range))
		return STATUS_INVALID_LOCK_RANGE;
	lock = find_own(open, range->offset, range->length, true);
	if (!lock)
		return STATUS_RANGE_NOT_LOCKED;
	give_back(lock, back);
	return STATUS_SUCCESS;
}

ntstatus_t ksmbd_lock_release(struct ksmbd_open *open, const struct ksmbd_lock_range *ranges,
			      u32 count)
{
	struct given_back back = NOTHING;
	ntstatus_t status = STATUS_SUCCESS;
	u32 n;

	mutex_lock(&open->inode->lock);
	for (n = 0; status == STATUS_SUCCESS && n < count; n++)
		status = release_one(open, &ranges[n], &back);
	hand_on(open->inode, &back);
	mutex_unlock(&open->inode->lock);
	return status;
}

/* ---- reading and writing ---- */

bool ksmbd_lock_permits(struct ksmbd_open *open, u64 offset, u64 length, bool write)
{
	struct ksmbd_inode *inode = open->inode;
	bool conflict;

	if (!length)
		return true;
	mutex_lock(&inode->lock);
	conflict = others_exclude(open, offset, length) ||
		   (write && anybody_has(&inode->shared_locks, offset, length));
	mutex_unlock(&inode->lock);
	return !conflict;
}

/* ---- sequence numbers ---- */

/* The entry of a LockSequenceIndex, or NULL: the low four bits are the number. */
static u8 *sequence_entry(struct ksmbd_open *open, u32 sequence)
{
	u32 index = sequence >> 4;

	return index && index <= KSMBD_LOCK_SEQUENCES ? &open->locks.sequences[index - 1] : NULL;
}

/* What stands for a number in the table, where 0 is none. */
static u8 sequence_mark(u32 sequence)
{
	return (sequence & 15) + 1;
}

bool ksmbd_lock_replayed(struct ksmbd_open *open, u32 sequence)
{
	u8 *entry = sequence_entry(open, sequence);
	bool same;

	if (!entry)
		return false;
	mutex_lock(&open->inode->lock);
	same = *entry == sequence_mark(sequence);
	if (!same)
		*entry = 0;
	mutex_unlock(&open->inode->lock);
	return same;
}

void ksmbd_lock_done(struct ksmbd_open *open, u32 sequence)
{
	u8 *entry = sequence_entry(open, sequence);

	if (!entry)
		return;
	mutex_lock(&open->inode->lock);
	*entry = sequence_mark(sequence);
	mutex_unlock(&open->inode->lock);
}
