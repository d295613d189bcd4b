// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Small numbers to pointers: a tree of 64-way nodes, as deep as the highest
 * id needs. A node knows which slots hold anything and which have no free id
 * left below them, so that the lowest free id is found in one descent.
 */

#include <linux/bitops.h>
#include <linux/err.h>
#include <linux/idr.h>
#include <linux/kernel.h>
#include <linux/slab.h>

#define SLOT_BITS  6
#define SLOTS	   (1U << SLOT_BITS)
#define SLOT_MASK  (SLOTS - 1)
#define MAX_LEVELS 6 /* 36 bits: every u32 */
#define NO_ID	   U64_MAX

struct kit_idr_node {
	u64 any;
	u64 full;
	void *slot[SLOTS];
};

/* Levels count from 1 at the leaves. */
static inline unsigned int slot_of(u64 id, unsigned int level)
{
	return (unsigned int)(id >> (SLOT_BITS * (level - 1))) & SLOT_MASK;
}

static inline u64 span_of(unsigned int levels)
{
	return 1ULL << (SLOT_BITS * levels);
}

void idr_init(struct idr *idr)
{
	idr->root = NULL;
	idr->levels = 0;
	idr->idr_next = 0;
}

static void free_nodes(struct kit_idr_node *node, unsigned int level)
{
	unsigned int i;

	if (!node)
		return;
	if (level > 1)
		for (i = 0; i < SLOTS; i++)
			free_nodes(node->slot[i], level - 1);
	kfree(node);
}

void idr_destroy(struct idr *idr)
{
	free_nodes(idr->root, idr->levels);
	idr->root = NULL;
	idr->levels = 0;
}

bool idr_is_empty(const struct idr *idr)
{
	return !idr->root;
}

/* Lowest free id from start on, all as offsets into what node covers. */
static u64 find_free(const struct kit_idr_node *node, unsigned int level, u64 start)
{
	u64 unit = span_of(level - 1), below, first;
	unsigned int i = slot_of(start, level);

	if (!node)
		return start;
	for (; i < SLOTS; i++) {
		first = i * unit;
		if (start < first)
			start = first;
		if (node->full & BIT_ULL(i))
			continue;
		if (level == 1)
			return start;
		below = find_free(node->slot[i], level - 1, start - first);
		if (below != NO_ID)
			return first + below;
	}
	return NO_ID;
}

static u64 lowest_free(const struct idr *idr, u64 start)
{
	u64 id;

	if (!idr->root || start >= span_of(idr->levels))
		return start;
	id = find_free(idr->root, idr->levels, start);
	return id == NO_ID ? span_of(idr->levels) : id;
}

static struct kit_idr_node *new_node(gfp_t gfp)
{
	return kzalloc(sizeof(struct kit_idr_node), gfp);
}

/* A node whose slots are all full is full for its parent; an empty one goes. */
static void update_path(struct idr *idr, struct kit_idr_node **path, u64 id)
{
	unsigned int level;

	for (level = 2; level <= idr->levels; level++) {
		struct kit_idr_node *node = path[level], *child = path[level - 1];
		u64 bit = BIT_ULL(slot_of(id, level));

		if (child->full == U64_MAX)
			node->full |= bit;
		else
			node->full &= ~bit;
		if (child->any) {
			node->any |= bit;
		} else {
			node->any &= ~bit;
			node->slot[slot_of(id, level)] = NULL;
			kfree(child);
		}
	}
	if (idr->root && !idr->root->any) {
		kfree(idr->root);
		idr->root = NULL;
		idr->levels = 0;
	}
}

/* Puts more levels on top until id fits. */
static int grow(struct idr *idr, u64 id, gfp_t gfp)
{
	struct kit_idr_node *top;

	while (!idr->root || id >= span_of(idr->levels)) {
		top = new_node(gfp);
		if (!top)
			return -ENOMEM;
		if (idr->root) {
			top->slot[0] = idr->root;
			top->any = 1;
			top->full = idr->root->full == U64_MAX;
		}
		idr->root = top;
		idr->levels++;
	}
	return 0;
}

static int insert_at(struct idr *idr, void *ptr, u64 id, gfp_t gfp)
{
	struct kit_idr_node *path[MAX_LEVELS + 1], *node;
	unsigned int level;
	int err;

	err = grow(idr, id, gfp);
	if (err)
		goto trim;
	node = idr->root;
	for (level = idr->levels;; level--) {
		path[level] = node;
		if (level == 1)
			break;
		node = node->slot[slot_of(id, level)];
		if (!node) {
			node = new_node(gfp);
			if (!node) {
				err = -ENOMEM;
				goto unlink;
			}
			path[level]->slot[slot_of(id, level)] = node;
		}
	}
	node->slot[slot_of(id, 1)] = ptr;
	node->any |= BIT_ULL(slot_of(id, 1));
	node->full |= BIT_ULL(slot_of(id, 1));
	update_path(idr, path, id);
	return 0;

unlink:
	/* New nodes on the way down hold nothing: take them off again. */
	for (; level <= idr->levels; level++) {
		node = path[level];
		if (node->any || level == idr->levels)
			break;
		path[level + 1]->slot[slot_of(id, level + 1)] = NULL;
		kfree(node);
	}
trim:
	if (idr->root && !idr->root->any) {
		free_nodes(idr->root, idr->levels);
		idr->root = NULL;
		idr->levels = 0;
	}
	return err;
}

int idr_alloc_u32(struct idr *idr, void *ptr, u32 *nextid, unsigned long max, gfp_t gfp)
{
	u64 id = lowest_free(idr, *nextid);
	int err;

	if (id > max || id > U32_MAX)
		return -ENOSPC;
	/* As in the kernel, the id is there before the pointer is. */
	*nextid = (u32)id;
	err = insert_at(idr, ptr, id, gfp);
	return err;
}

int idr_alloc(struct idr *idr, void *ptr, int start, int end, gfp_t gfp)
{
	u32 id = (u32)start;
	int err;

	if (WARN_ON_ONCE(start < 0))
		return -EINVAL;
	if (end > 0 && end <= start)
		return -ENOSPC;
	err = idr_alloc_u32(idr, ptr, &id, end > 0 ? (unsigned long)end - 1 : INT_MAX, gfp);
	return err ? err : (int)id;
}

int idr_alloc_cyclic(struct idr *idr, void *ptr, int start, int end, gfp_t gfp)
{
	u32 id = idr->idr_next;
	unsigned long max = end > 0 ? (unsigned long)end - 1 : INT_MAX;
	int err;

	if ((int)id < start)
		id = (u32)start;
	err = idr_alloc_u32(idr, ptr, &id, max, gfp);
	if (err == -ENOSPC && id > (u32)start) {
		id = (u32)start;
		err = idr_alloc_u32(idr, ptr, &id, max, gfp);
	}
	if (err)
		return err;
	idr->idr_next = id + 1;
	return (int)id;
}

/* The leaf that has, or would have, id; path[] is filled when it is given. */
static struct kit_idr_node *find_leaf(const struct idr *idr, u64 id, struct kit_idr_node **path)
{
	struct kit_idr_node *node = idr->root;
	unsigned int level;

	if (!node || id >= span_of(idr->levels))
		return NULL;
	for (level = idr->levels; node; level--) {
		if (path)
			path[level] = node;
		if (level == 1)
			break;
		node = node->slot[slot_of(id, level)];
	}
	if (node && !(node->any & BIT_ULL(slot_of(id, 1))))
		return NULL;
	return node;
}

void *idr_find(const struct idr *idr, unsigned long id)
{
	struct kit_idr_node *leaf = find_leaf(idr, id, NULL);

	return leaf ? leaf->slot[slot_of(id, 1)] : NULL;
}

void *idr_remove(struct idr *idr, unsigned long id)
{
	struct kit_idr_node *path[MAX_LEVELS + 1];
	struct kit_idr_node *leaf = find_leaf(idr, id, path);
	void *ptr;

	if (!leaf)
		return NULL;
	ptr = leaf->slot[slot_of(id, 1)];
	leaf->slot[slot_of(id, 1)] = NULL;
	leaf->any &= ~BIT_ULL(slot_of(id, 1));
	leaf->full &= ~BIT_ULL(slot_of(id, 1));
	update_path(idr, path, id);
	return ptr;
}

void *idr_replace(struct idr *idr, void *ptr, unsigned long id)
{
	struct kit_idr_node *leaf = find_leaf(idr, id, NULL);
	void *old;

	if (!leaf)
		return ERR_PTR(-ENOENT);
	old = leaf->slot[slot_of(id, 1)];
	leaf->slot[slot_of(id, 1)] = ptr;
	return old;
}

/* First id with a pointer, from start on; offsets as in find_free(). */
static u64 find_used(const struct kit_idr_node *node, unsigned int level, u64 start, void **ptr)
{
	u64 unit = span_of(level - 1), below, first;
	unsigned int i = slot_of(start, level);

	for (; i < SLOTS; i++) {
		first = i * unit;
		if (start < first)
			start = first;
		if (!(node->any & BIT_ULL(i)) || !node->slot[i])
			continue;
		if (level == 1) {
			*ptr = node->slot[i];
			return start;
		}
		below = find_used(node->slot[i], level - 1, start - first, ptr);
		if (below != NO_ID)
			return first + below;
	}
	return NO_ID;
}

void *idr_get_next(struct idr *idr, int *nextid)
{
	u64 id = (u32)*nextid;
	void *ptr = NULL;

	if (!idr->root || id >= span_of(idr->levels))
		return NULL;
	id = find_used(idr->root, idr->levels, id, &ptr);
	if (id == NO_ID || id > INT_MAX)
		return NULL;
	*nextid = (int)id;
	return ptr;
}

int idr_for_each(const struct idr *idr, int (*fn)(int id, void *p, void *data), void *data)
{
	int id, ret;
	void *ptr;

	for (id = 0; (ptr = idr_get_next((struct idr *)idr, &id)); id++) {
		ret = fn(id, ptr, data);
		if (ret)
			return ret;
		if (id == INT_MAX)
			break;
	}
	return 0;
}

void ida_init(struct ida *ida)
{
	spin_lock_init(&ida->lock);
	idr_init(&ida->ids);
}

void ida_destroy(struct ida *ida)
{
	spin_lock(&ida->lock);
	idr_destroy(&ida->ids);
	spin_unlock(&ida->lock);
}

bool ida_is_empty(const struct ida *ida)
{
	return idr_is_empty(&ida->ids);
}

int ida_alloc_range(struct ida *ida, unsigned int min, unsigned int max, gfp_t gfp)
{
	u32 id = min;
	int err;

	if ((int)min < 0)
		return -ENOSPC;
	if ((int)max < 0)
		max = INT_MAX;
	if (gfpflags_allow_blocking(gfp))
		might_sleep();
	spin_lock(&ida->lock);
	err = idr_alloc_u32(&ida->ids, ida, &id, max, gfp & ~__GFP_DIRECT_RECLAIM);
	spin_unlock(&ida->lock);
	return err ? err : (int)id;
}

void ida_free(struct ida *ida, unsigned int id)
{
	void *was;

	if ((int)id < 0)
		return;
	spin_lock(&ida->lock);
	was = idr_remove(&ida->ids, id);
	spin_unlock(&ida->lock);
	WARN(!was, "ida_free() of %u, which is not out", id);
}
