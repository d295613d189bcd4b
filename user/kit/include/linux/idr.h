/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIT_LINUX_IDR_H
#define KIT_LINUX_IDR_H

#include <linux/gfp.h>
#include <linux/spinlock.h>
#include <linux/types.h>

struct kit_idr_node;

/*
 * Small numbers to pointers. The caller locks an idr, as with the kernel's
 * (idr_find() too: there is no RCU here); an ida locks itself.
 */
struct idr {
	struct kit_idr_node *root;
	unsigned int levels;
	unsigned int idr_next;
};

#define IDR_INIT(name)       \
	{                    \
		.root = NULL \
	}
#define DEFINE_IDR(name) struct idr name = IDR_INIT(name)

void idr_init(struct idr *idr);
/* Frees what the idr itself holds; the pointers are the caller's. */
void idr_destroy(struct idr *idr);
/* Lowest free id of [start, end); end <= 0 means INT_MAX + 1. -ENOSPC, -ENOMEM, -EINVAL. */
int idr_alloc(struct idr *idr, void *ptr, int start, int end, gfp_t gfp);
/* The next after the one given last; wraps to start. */
int idr_alloc_cyclic(struct idr *idr, void *ptr, int start, int end, gfp_t gfp);
/* From *nextid up to and with max. *nextid is the result. */
int __must_check idr_alloc_u32(struct idr *idr, void *ptr, u32 *nextid, unsigned long max,
			       gfp_t gfp);
void *idr_find(const struct idr *idr, unsigned long id);
/* What was there, NULL when nothing was. */
void *idr_remove(struct idr *idr, unsigned long id);
/* What was there; ERR_PTR(-ENOENT) when nothing was. */
void *idr_replace(struct idr *idr, void *ptr, unsigned long id);
bool idr_is_empty(const struct idr *idr);
/* First non-NULL entry from *nextid on; *nextid becomes its id. */
void *idr_get_next(struct idr *idr, int *nextid);
int idr_for_each(const struct idr *idr, int (*fn)(int id, void *p, void *data), void *data);

static inline unsigned int idr_get_cursor(const struct idr *idr)
{
	return READ_ONCE(idr->idr_next);
}

static inline void idr_set_cursor(struct idr *idr, unsigned int val)
{
	WRITE_ONCE(idr->idr_next, val);
}

static inline void idr_preload(gfp_t gfp)
{
}

static inline void idr_preload_end(void)
{
}

/* Ascending. Removing the entry at hand is allowed. entry is NULL at the end. */
#define idr_for_each_entry(idr, entry, id) \
	for (id = 0; ((entry) = idr_get_next(idr, &(id))) != NULL; id += 1U)

struct ida {
	spinlock_t lock;
	struct idr ids;
};

#define IDA_INIT(name)                                                     \
	{                                                                  \
		.lock = __SPIN_LOCK_UNLOCKED(name.lock), .ids = IDR_INIT() \
	}
#define DEFINE_IDA(name) struct ida name = IDA_INIT(name)

void ida_init(struct ida *ida);
void ida_destroy(struct ida *ida);
bool ida_is_empty(const struct ida *ida);
/* Lowest free number of [min, max]. -ENOSPC, -ENOMEM. */
int ida_alloc_range(struct ida *ida, unsigned int min, unsigned int max, gfp_t gfp);
/* Warns when id is not out. */
void ida_free(struct ida *ida, unsigned int id);

static inline int ida_alloc(struct ida *ida, gfp_t gfp)
{
	return ida_alloc_range(ida, 0, ~0u, gfp);
}

static inline int ida_alloc_min(struct ida *ida, unsigned int min, gfp_t gfp)
{
	return ida_alloc_range(ida, min, ~0u, gfp);
}

static inline int ida_alloc_max(struct ida *ida, unsigned int max, gfp_t gfp)
{
	return ida_alloc_range(ida, 0, max, gfp);
}

#endif
