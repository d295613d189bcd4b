// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "util/idtable.h"

#define NO_SLOT	   U32_MAX
#define FIRST_SIZE 16

void ksmbd_idtable_init(struct ksmbd_idtable *t, u32 max)
{
	memset(t, 0, sizeof(*t));
	spin_lock_init(&t->lock);
	t->max = max;
	t->free_head = NO_SLOT;
	t->first_generation = 1;
}

void ksmbd_idtable_destroy(struct ksmbd_idtable *t)
{
	WARN_ON_ONCE(t->used);
	kvfree(t->slots);
	t->slots = NULL;
	t->nslots = 0;
}

/* Moves the slots to the larger @slots. Returns what is to be freed. Lock held. */
static struct ksmbd_idslot *adopt_slots(struct ksmbd_idtable *t, struct ksmbd_idslot *slots,
					u32 size)
{
	struct ksmbd_idslot *stale = t->slots;
	u32 i;

	if (t->nslots)
		memcpy(slots, stale, t->nslots * sizeof(*slots));
	for (i = size; i-- > t->nslots;) {
		slots[i].generation = t->first_generation;
		slots[i].next_free = t->free_head;
		t->free_head = i;
	}
	t->slots = slots;
	t->nslots = size;
	return stale;
}

/* Doubles a table that was seen full with @old slots. */
static int grow_table(struct ksmbd_idtable *t, u32 old)
{
	u32 size = min(old ? old * 2 : FIRST_SIZE, t->max);
	struct ksmbd_idslot *slots;

	if (old >= t->max)
		return -ENOSPC;
	slots = kvcalloc(size, sizeof(*slots), GFP_KERNEL);
	if (!slots)
		return -ENOMEM;
	spin_lock(&t->lock);
	if (t->nslots == old) /* else somebody was faster */
		slots = adopt_slots(t, slots, size);
	spin_unlock(&t->lock);
	kvfree(slots);
	return 0;
}

/* A free slot, or NULL. Lock held. */
static struct ksmbd_idslot *take_slot(struct ksmbd_idtable *t)
{
	struct ksmbd_idslot *slot;

	if (t->free_head == NO_SLOT)
		return NULL;
	slot = &t->slots[t->free_head];
	t->free_head = slot->next_free;
	t->used++;
	return slot;
}

int ksmbd_idtable_add(struct ksmbd_idtable *t, void *obj, u64 *id)
{
	struct ksmbd_idslot *slot;
	u32 seen;
	int err;

	for (;;) {
		spin_lock(&t->lock);
		slot = take_slot(t);
		if (slot) {
			slot->obj = obj;
			*id = (u64)slot->generation << 32 | (slot - t->slots + 1);
		}
		seen = t->nslots;
		spin_unlock(&t->lock);
		if (slot)
			return 0;
		err = grow_table(t, seen);
		if (err)
			return err;
	}
}

static struct ksmbd_idslot *find_slot(struct ksmbd_idtable *t, u64 id)
{
	u32 n = (u32)id - 1;

	if (n >= t->nslots || !t->slots[n].obj || t->slots[n].generation != id >> 32)
		return NULL;
	return &t->slots[n];
}

void *ksmbd_idtable_find(struct ksmbd_idtable *t, u64 id, void (*get)(void *obj))
{
	struct ksmbd_idslot *slot;
	void *obj = NULL;

	spin_lock(&t->lock);
	slot = find_slot(t, id);
	if (slot) {
		obj = slot->obj;
		get(obj);
	}
	spin_unlock(&t->lock);
	return obj;
}

void *ksmbd_idtable_find_index(struct ksmbd_idtable *t, u32 index, void (*get)(void *obj))
{
	void *obj = NULL;

	spin_lock(&t->lock);
	if (index - 1 < t->nslots)
		obj = t->slots[index - 1].obj;
	if (obj)
		get(obj);
	spin_unlock(&t->lock);
	return obj;
}

void *ksmbd_idtable_next(struct ksmbd_idtable *t, u32 *index, void (*get)(void *obj))
{
	void *obj = NULL;

	spin_lock(&t->lock);
	while (!obj && *index < t->nslots)
		obj = t->slots[(*index)++].obj;
	if (obj)
		get(obj);
	spin_unlock(&t->lock);
	return obj;
}

static void *release_slot(struct ksmbd_idtable *t, struct ksmbd_idslot *slot)
{
	void *obj = slot->obj;

	slot->obj = NULL;
	if (++slot->generation == U32_MAX)
		slot->generation = 1;
	slot->next_free = t->free_head;
	t->free_head = slot - t->slots;
	t->used--;
	return obj;
}

void *ksmbd_idtable_remove(struct ksmbd_idtable *t, u64 id)
{
	struct ksmbd_idslot *slot;
	void *obj = NULL;

	spin_lock(&t->lock);
	slot = find_slot(t, id);
	if (slot)
		obj = release_slot(t, slot);
	spin_unlock(&t->lock);
	return obj;
}

void *ksmbd_idtable_take_any(struct ksmbd_idtable *t, bool (*match)(void *obj, void *ctx),
			     void *ctx)
{
	void *obj = NULL;
	u32 i;

	spin_lock(&t->lock);
	for (i = 0; i < t->nslots && t->used; i++) {
		if (!t->slots[i].obj || (match && !match(t->slots[i].obj, ctx)))
			continue;
		obj = release_slot(t, &t->slots[i]);
		break;
	}
	spin_unlock(&t->lock);
	return obj;
}

u32 ksmbd_idtable_count(struct ksmbd_idtable *t)
{
	u32 n;

	spin_lock(&t->lock);
	n = t->used;
	spin_unlock(&t->lock);
	return n;
}
