/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIT_LINUX_INTERVAL_TREE_GENERIC_H
#define KIT_LINUX_INTERVAL_TREE_GENERIC_H

#include <linux/rbtree.h>

/*
 * Defines PREFIX_insert(), _remove(), _iter_first() and _iter_next() for trees of TYPE in the
 * order of START(n), which find what meets [start, last]: START(n) <= last and LAST(n) >= start.
 * TYPE has a struct rb_node NODE and, of type VALUE, MAX: the largest LAST(n) of all from it
 * downwards.
 */
#define INTERVAL_TREE_DEFINE(TYPE, NODE, VALUE, MAX, START, LAST, STATIC, PREFIX)                 \
	static inline void PREFIX##_update(struct rb_node *rb)                                    \
	{                                                                                         \
		TYPE *n = rb_entry(rb, TYPE, NODE), *left, *right;                                \
                                                                                                  \
		left = rb_entry_safe(rb->rb_left, TYPE, NODE);                                    \
		right = rb_entry_safe(rb->rb_right, TYPE, NODE);                                  \
		n->MAX = LAST(n);                                                                 \
		if (left && left->MAX > n->MAX)                                                   \
			n->MAX = left->MAX;                                                       \
		if (right && right->MAX > n->MAX)                                                 \
			n->MAX = right->MAX;                                                      \
	}                                                                                         \
                                                                                                  \
	STATIC void PREFIX##_insert(TYPE *node, struct rb_root_cached *root)                      \
	{                                                                                         \
		struct rb_node **at = &root->rb_root.rb_node, *above = NULL;                      \
		bool first = true;                                                                \
                                                                                                  \
		while (*at) {                                                                     \
			above = *at;                                                              \
			if (START(node) < START(rb_entry(above, TYPE, NODE))) {                   \
				at = &above->rb_left;                                             \
			} else {                                                                  \
				at = &above->rb_right;                                            \
				first = false;                                                    \
			}                                                                         \
		}                                                                                 \
		rb_link_node(&node->NODE, above, at);                                             \
		if (first)                                                                        \
			root->rb_leftmost = &node->NODE;                                          \
		kit_rb_insert(&node->NODE, &root->rb_root, PREFIX##_update);                      \
	}                                                                                         \
                                                                                                  \
	STATIC void PREFIX##_remove(TYPE *node, struct rb_root_cached *root)                      \
	{                                                                                         \
		if (root->rb_leftmost == &node->NODE)                                             \
			root->rb_leftmost = rb_next(&node->NODE);                                 \
		kit_rb_erase(&node->NODE, &root->rb_root, PREFIX##_update);                       \
	}                                                                                         \
                                                                                                  \
	/* The first of those below and at rb that meets the range, or NULL. */                   \
	static inline TYPE *PREFIX##_below(struct rb_node *rb, VALUE start, VALUE last)           \
	{                                                                                         \
		while (rb && rb_entry(rb, TYPE, NODE)->MAX >= start) {                            \
			TYPE *n = rb_entry(rb, TYPE, NODE);                                       \
			TYPE *left = rb_entry_safe(rb->rb_left, TYPE, NODE);                      \
                                                                                                  \
			/* One on the left ends late enough: what is right of it begins later. */ \
			if (left && left->MAX >= start) {                                         \
				rb = &left->NODE;                                                 \
				continue;                                                         \
			}                                                                         \
			if (START(n) > last)                                                      \
				return NULL;                                                      \
			if (LAST(n) >= start)                                                     \
				return n;                                                         \
			rb = rb->rb_right;                                                        \
		}                                                                                 \
		return NULL;                                                                      \
	}                                                                                         \
                                                                                                  \
	STATIC TYPE *PREFIX##_iter_first(struct rb_root_cached *root, VALUE start, VALUE last)    \
	{                                                                                         \
		return PREFIX##_below(root->rb_root.rb_node, start, last);                        \
	}                                                                                         \
                                                                                                  \
	STATIC TYPE *PREFIX##_iter_next(TYPE *node, VALUE start, VALUE last)                      \
	{                                                                                         \
		struct rb_node *rb = &node->NODE, *from;                                          \
		TYPE *found = PREFIX##_below(rb->rb_right, start, last);                          \
                                                                                                  \
		while (!found) {                                                                  \
			do {                                                                      \
				from = rb;                                                        \
				rb = rb_parent(rb);                                               \
			} while (rb && from == rb->rb_right);                                     \
			if (!rb || START(rb_entry(rb, TYPE, NODE)) > last)                        \
				return NULL;                                                      \
			if (LAST(rb_entry(rb, TYPE, NODE)) >= start)                              \
				return rb_entry(rb, TYPE, NODE);                                  \
			found = PREFIX##_below(rb->rb_right, start, last);                        \
		}                                                                                 \
		return found;                                                                     \
	}

#endif
