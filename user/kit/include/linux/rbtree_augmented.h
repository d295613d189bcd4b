/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIT_LINUX_RBTREE_AUGMENTED_H
#define KIT_LINUX_RBTREE_AUGMENTED_H

#include <linux/rbtree.h>

struct rb_augment_callbacks {
	void (*propagate)(struct rb_node *node, struct rb_node *stop);
	kit_rb_update update;
};

/*
 * Defines NAME for trees of TYPE, whose FIELD is the node and whose AUGMENTED says something of
 * all from it downwards: COMPUTE(n, exit) works it out from the node and its children, and may
 * return true when it was right already and @exit is set.
 */
#define RB_DECLARE_CALLBACKS(STATIC, NAME, TYPE, FIELD, AUGMENTED, COMPUTE)           \
	static inline void NAME##_update(struct rb_node *rb)                          \
	{                                                                             \
		COMPUTE(rb_entry(rb, TYPE, FIELD), false);                            \
	}                                                                             \
                                                                                      \
	static inline void NAME##_propagate(struct rb_node *rb, struct rb_node *stop) \
	{                                                                             \
		for (; rb != stop && !COMPUTE(rb_entry(rb, TYPE, FIELD), true);       \
		     rb = rb_parent(rb))                                              \
			;                                                             \
	}                                                                             \
                                                                                      \
	STATIC const struct rb_augment_callbacks NAME = {                             \
		.propagate = NAME##_propagate,                                        \
		.update = NAME##_update,                                              \
	};

/* Linked, and everything above it has been told. */
static inline void rb_insert_augmented_cached(struct rb_node *node, struct rb_root_cached *root,
					      bool leftmost,
					      const struct rb_augment_callbacks *augment)
{
	if (leftmost)
		root->rb_leftmost = node;
	kit_rb_insert(node, &root->rb_root, augment->update);
}

static inline void rb_erase_augmented_cached(struct rb_node *node, struct rb_root_cached *root,
					     const struct rb_augment_callbacks *augment)
{
	if (root->rb_leftmost == node)
		root->rb_leftmost = rb_next(node);
	kit_rb_erase(node, &root->rb_root, augment->update);
}

#endif
