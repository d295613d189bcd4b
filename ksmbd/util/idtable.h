/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Table from 64-bit ids to objects: O(1), bounded, and an id is not given out again
 * soon: the upper half counts the generations of its slot, so a stale id finds nothing.
 *
 * Locks: one spinlock inside. The table holds whatever reference the caller gave it;
 * lookups take a further one through @get while the lock is held.
 */
#ifndef KSMBD_UTIL_IDTABLE_H
#define KSMBD_UTIL_IDTABLE_H

#include <linux/spinlock.h>
#include <linux/types.h>

struct ksmbd_idslot {
	void *obj;
	u32 generation;
	u32 next_free;
};

struct ksmbd_idtable {
	spinlock_t lock;
	struct ksmbd_idslot *slots;
	u32 nslots;
	u32 used;
	u32 max;
	u32 free_head;
	u32 first_generation;
};

/** ksmbd_idtable_init() - empty; at most @max objects. Allocates nothing. */
void ksmbd_idtable_init(struct ksmbd_idtable *t, u32 max);
/** ksmbd_idtable_destroy() - frees the slots; the table must be empty */
void ksmbd_idtable_destroy(struct ksmbd_idtable *t);
/**
 * ksmbd_idtable_add() - give @obj an id
 * @id: receives it; never 0, and neither half is ever 0xFFFFFFFF
 * Return: 0, -ENOSPC at the limit, -ENOMEM
 */
int ksmbd_idtable_add(struct ksmbd_idtable *t, void *obj, u64 *id);
/** ksmbd_idtable_find() - @get(obj) under the lock, or NULL when the id is unknown */
void *ksmbd_idtable_find(struct ksmbd_idtable *t, u64 id, void (*get)(void *obj));
/** ksmbd_idtable_find_index() - by the low half of the id alone; the caller compares ids */
void *ksmbd_idtable_find_index(struct ksmbd_idtable *t, u32 index, void (*get)(void *obj));
/**
 * ksmbd_idtable_next() - walk through the objects, in no order
 * @index: 0 to begin with; where to go on
 * Return: @get(obj) under the lock, or NULL at the end; what comes meanwhile may be missed
 */
void *ksmbd_idtable_next(struct ksmbd_idtable *t, u32 *index, void (*get)(void *obj));
/** ksmbd_idtable_remove() - takes @id out; the caller that gets non-NULL owns the removal */
void *ksmbd_idtable_remove(struct ksmbd_idtable *t, u64 id);
/**
 * ksmbd_idtable_take_any() - takes out some object for which @match is true (NULL: any)
 *
 * For teardown: call until it returns NULL.
 */
void *ksmbd_idtable_take_any(struct ksmbd_idtable *t, bool (*match)(void *obj, void *ctx),
			     void *ctx);
/** ksmbd_idtable_count() - objects in the table now */
u32 ksmbd_idtable_count(struct ksmbd_idtable *t);

#endif
