// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Red-black trees. The colour is the lowest bit of the parent word: 0 is red,
 * 1 is black. Written after the textbook: insertion repairs two reds in a row
 * going up, removal repairs a missing black going up.
 */

#include <linux/rbtree.h>

#define RED   0UL
#define BLACK 1UL

static inline unsigned long color(const struct rb_node *node)
{
	return node ? node->__rb_parent_color & 1UL : BLACK;
}

static inline void set_color(struct rb_node *node, unsigned long c)
{
	node->__rb_parent_color = (node->__rb_parent_color & ~1UL) | c;
}

static inline void set_parent(struct rb_node *node, struct rb_node *parent)
{
	node->__rb_parent_color = (unsigned long)parent | (node->__rb_parent_color & 1UL);
}

/* Puts entry, which may be NULL, where old hangs from parent. */
static void replace_child(struct rb_root *root, struct rb_node *parent, const struct rb_node *old,
			  struct rb_node *entry)
{
	if (!parent)
		root->rb_node = entry;
	else if (parent->rb_left == old)
		parent->rb_left = entry;
	else
		parent->rb_right = entry;
}

/* After what hangs below a node has changed. update is NULL where nodes say nothing of it. */
static void update_up(struct rb_node *node, kit_rb_update update)
{
	for (; update && node; node = rb_parent(node))
		update(node);
}

static void rotate_left(struct rb_root *root, struct rb_node *node, kit_rb_update update)
{
	struct rb_node *up = node->rb_right, *parent = rb_parent(node);

	node->rb_right = up->rb_left;
	if (node->rb_right)
		set_parent(node->rb_right, node);
	up->rb_left = node;
	replace_child(root, parent, node, up);
	set_parent(up, parent);
	set_parent(node, up);
	if (update) {
		update(node);
		update(up);
	}
}

static void rotate_right(struct rb_root *root, struct rb_node *node, kit_rb_update update)
{
	struct rb_node *up = node->rb_left, *parent = rb_parent(node);

	node->rb_left = up->rb_right;
	if (node->rb_left)
		set_parent(node->rb_left, node);
	up->rb_right = node;
	replace_child(root, parent, node, up);
	set_parent(up, parent);
	set_parent(node, up);
	if (update) {
		update(node);
		update(up);
	}
}

void kit_rb_insert(struct rb_node *node, struct rb_root *root, kit_rb_update update)
{
	struct rb_node *parent, *grand, *uncle;
	bool left;

	set_color(node, RED);
	while ((parent = rb_parent(node)) && color(parent) == RED) {
		/* A red node is not the root: there is a grandparent. */
		grand = rb_parent(parent);
		left = parent == grand->rb_left;
		uncle = left ? grand->rb_right : grand->rb_left;
		if (color(uncle) == RED) {
			set_color(parent, BLACK);
			set_color(uncle, BLACK);
			set_color(grand, RED);
			node = grand;
			continue;
		}
		if (node == (left ? parent->rb_right : parent->rb_left)) {
			if (left)
				rotate_left(root, parent, update);
			else
				rotate_right(root, parent, update);
			parent = node;
		}
		set_color(parent, BLACK);
		set_color(grand, RED);
		if (left)
			rotate_right(root, grand, update);
		else
			rotate_left(root, grand, update);
		break;
	}
	set_color(root->rb_node, BLACK);
}

void rb_insert_color(struct rb_node *node, struct rb_root *root)
{
	kit_rb_insert(node, root, NULL);
}

/* node, which may be NULL, hangs from parent and is one black short. */
static void repair_erase(struct rb_root *root, struct rb_node *node, struct rb_node *parent,
			 kit_rb_update update)
{
	struct rb_node *sibling, *near, *far;
	bool left;

	while (parent && color(node) == BLACK) {
		left = node == parent->rb_left;
		sibling = left ? parent->rb_right : parent->rb_left;
		if (color(sibling) == RED) {
			set_color(sibling, BLACK);
			set_color(parent, RED);
			if (left)
				rotate_left(root, parent, update);
			else
				rotate_right(root, parent, update);
			sibling = left ? parent->rb_right : parent->rb_left;
		}
		near = left ? sibling->rb_left : sibling->rb_right;
		far = left ? sibling->rb_right : sibling->rb_left;
		if (color(near) == BLACK && color(far) == BLACK) {
			set_color(sibling, RED);
			node = parent;
			parent = rb_parent(node);
			continue;
		}
		if (color(far) == BLACK) {
			set_color(near, BLACK);
			set_color(sibling, RED);
			if (left)
				rotate_right(root, sibling, update);
			else
				rotate_left(root, sibling, update);
			far = sibling;
			sibling = near;
		}
		set_color(sibling, color(parent));
		set_color(parent, BLACK);
		set_color(far, BLACK);
		if (left)
			rotate_left(root, parent, update);
		else
			rotate_right(root, parent, update);
		return;
	}
	if (node)
		set_color(node, BLACK);
}

void kit_rb_erase(struct rb_node *node, struct rb_root *root, kit_rb_update update)
{
	struct rb_node *child, *parent, *next;
	unsigned long lost;

	if (node->rb_left && node->rb_right) {
		/* The successor, which has no left child, takes the node's place and colour. */
		next = node->rb_right;
		while (next->rb_left)
			next = next->rb_left;
		lost = color(next);
		child = next->rb_right;
		parent = rb_parent(next);
		if (parent == node) {
			parent = next;
		} else {
			parent->rb_left = child;
			if (child)
				set_parent(child, parent);
			next->rb_right = node->rb_right;
			set_parent(next->rb_right, next);
		}
		next->rb_left = node->rb_left;
		set_parent(next->rb_left, next);
		next->__rb_parent_color = node->__rb_parent_color;
		replace_child(root, rb_parent(node), node, next);
	} else {
		child = node->rb_left ? node->rb_left : node->rb_right;
		parent = rb_parent(node);
		lost = color(node);
		replace_child(root, parent, node, child);
		if (child)
			set_parent(child, parent);
	}
	update_up(parent, update);
	if (lost == BLACK)
		repair_erase(root, child, parent, update);
}

void rb_erase(struct rb_node *node, struct rb_root *root)
{
	kit_rb_erase(node, root, NULL);
}

void rb_replace_node(struct rb_node *victim, struct rb_node *new_node, struct rb_root *root)
{
	*new_node = *victim;
	if (victim->rb_left)
		set_parent(victim->rb_left, new_node);
	if (victim->rb_right)
		set_parent(victim->rb_right, new_node);
	replace_child(root, rb_parent(victim), victim, new_node);
}

static struct rb_node *leftmost(struct rb_node *node)
{
	while (node && node->rb_left)
		node = node->rb_left;
	return node;
}

static struct rb_node *rightmost(struct rb_node *node)
{
	while (node && node->rb_right)
		node = node->rb_right;
	return node;
}

struct rb_node *rb_first(const struct rb_root *root)
{
	return leftmost(root->rb_node);
}

struct rb_node *rb_last(const struct rb_root *root)
{
	return rightmost(root->rb_node);
}

struct rb_node *rb_next(const struct rb_node *node)
{
	struct rb_node *parent;

	if (RB_EMPTY_NODE(node))
		return NULL;
	if (node->rb_right)
		return leftmost(node->rb_right);
	while ((parent = rb_parent(node)) && node == parent->rb_right)
		node = parent;
	return parent;
}

struct rb_node *rb_prev(const struct rb_node *node)
{
	struct rb_node *parent;

	if (RB_EMPTY_NODE(node))
		return NULL;
	if (node->rb_left)
		return rightmost(node->rb_left);
	while ((parent = rb_parent(node)) && node == parent->rb_left)
		node = parent;
	return parent;
}

static struct rb_node *deepest(struct rb_node *node)
{
	while (node && (node->rb_left || node->rb_right))
		node = node->rb_left ? node->rb_left : node->rb_right;
	return node;
}

struct rb_node *rb_first_postorder(const struct rb_root *root)
{
	return deepest(root->rb_node);
}

struct rb_node *rb_next_postorder(const struct rb_node *node)
{
	struct rb_node *parent;

	if (!node)
		return NULL;
	parent = rb_parent(node);
	if (parent && node == parent->rb_left && parent->rb_right)
		return deepest(parent->rb_right);
	return parent;
}
