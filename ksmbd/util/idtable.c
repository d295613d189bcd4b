// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "util/idtable.h"

#define NO_SLOT U32_MAX
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

/* Doubles the table. Called and returns with the lock held, which it drops meanwhile. */
static int grow_table(struct ksmbd_idtable *t)
{
	u32 old = t->nslots, size = min(old ? old * 2 : FIRST_SIZE, t->max), i;
	struct ksmbd_idslot *slots, *stale;

	if (old >= t->max)
		return -ENOSPC;
	spin_unlock(&t->lock);
	slots = kvcalloc(size, sizeof(*slots), GFP_KERNEL);
	spin_lock(&t->lock);
	if (!slots)
		return -ENOMEM;
	if (t->nslots != old) { /* somebody else was faster */
		spin_unlock(&t->lock);
		kvfree(slots);
		spin_lock(&t->lock);
		return 0;
	}
	if (old)
		memcpy(slots, t->slots, old * sizeof(*slots));
	for (i = size; i-- > old;) {
		slots[i].generation = t->first_generation;
		slots[i].next_free = t->free_head;
		t->free_head = i;
	}
	stale = t->slots;
	t->slots = slots;
	t->nslots = size;
	spin_unlock(&t->lock);
	kvfree(stale);
	spin_lock(&t->lock);
	return 0;
}

int ksmbd_idtable_add(struct ksmbd_idtable *t, void *obj, u64 *id)
{
	struct ksmbd_idslot *slot;
	int err = 0;
	u32 n;

	spin_lock(&t->lock);
	while (t->free_head == NO_SLOT) {
		err = grow_table(t);
		if (err)
			goto out;
	}
	n = t->free_head;
	slot = &t->slots[n];
	t->free_head = slot->next_free;
	slot->obj = obj;
	t->used++;
	*id = (u64)slot->generation << 32 | (n + 1);
out:
	spin_unlock(&t->lock);
	return err;
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
