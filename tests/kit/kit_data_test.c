// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the engine relies on of lists, hash tables, id tables, trees, sorting
 * and bitmaps. The same file is a kernel module: there is only kernel API here.
 */

#include <kunit/test.h>
#include <linux/bitmap.h>
#include <linux/hashtable.h>
#include <linux/idr.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/rbtree_augmented.h>
#include <linux/slab.h>
#include <linux/sort.h>

struct item {
	int value;
	struct list_head node;
	struct hlist_node hash;
	struct rb_node rb;
};

static int list_sum(struct list_head *head)
{
	struct item *item;
	int sum = 0;

	/* Order matters: a decimal digit for each. */
	list_for_each_entry(item, head, node)
		sum = sum * 10 + item->value;
	return sum;
}

static void list_basics(struct kunit *test)
{
	struct item items[4] = { { 1 }, { 2 }, { 3 }, { 4 } };
	struct item *item, *next;
	LIST_HEAD(a);
	LIST_HEAD(b);

	KUNIT_EXPECT_TRUE(test, list_empty(&a));
	KUNIT_EXPECT_NULL(test, list_first_entry_or_null(&a, struct item, node));
	list_add_tail(&items[0].node, &a);
	KUNIT_EXPECT_TRUE(test, list_is_singular(&a));
	list_add_tail(&items[1].node, &a);
	list_add_tail(&items[2].node, &a);
	list_add(&items[3].node, &a);
	KUNIT_EXPECT_EQ(test, list_sum(&a), 4123);
	KUNIT_EXPECT_TRUE(test, list_is_last(&items[2].node, &a));
	KUNIT_EXPECT_PTR_EQ(test, list_first_entry(&a, struct item, node), &items[3]);
	KUNIT_EXPECT_PTR_EQ(test, list_last_entry(&a, struct item, node), &items[2]);
	KUNIT_EXPECT_PTR_EQ(test, list_next_entry(&items[0], node), &items[1]);
	KUNIT_EXPECT_PTR_EQ(test, list_prev_entry(&items[0], node), &items[3]);

	list_move(&items[1].node, &b);
	list_move_tail(&items[3].node, &b);
	KUNIT_EXPECT_EQ(test, list_sum(&a), 13);
	KUNIT_EXPECT_EQ(test, list_sum(&b), 24);
	list_splice_tail_init(&b, &a);
	KUNIT_EXPECT_TRUE(test, list_empty(&b));
	KUNIT_EXPECT_EQ(test, list_sum(&a), 1324);
	list_rotate_left(&a);
	KUNIT_EXPECT_EQ(test, list_sum(&a), 3241);
	list_cut_position(&b, &a, &items[1].node);
	KUNIT_EXPECT_EQ(test, list_sum(&b), 32);
	KUNIT_EXPECT_EQ(test, list_sum(&a), 41);
	list_splice_init(&b, &a);
	KUNIT_EXPECT_EQ(test, list_sum(&a), 3241);

	list_for_each_entry_safe(item, next, &a, node)
		if (item->value & 1)
			list_del_init(&item->node);
	KUNIT_EXPECT_EQ(test, list_sum(&a), 24);
	KUNIT_EXPECT_TRUE(test, list_empty(&items[0].node));
	list_for_each_entry_reverse(item, &a, node)
		break;
	KUNIT_EXPECT_PTR_EQ(test, item, &items[3]);
	list_replace_init(&items[3].node, &items[2].node);
	KUNIT_EXPECT_EQ(test, list_sum(&a), 23);
}

static void list_del_poisons(struct kunit *test)
{
	struct item item = { 1 };
	LIST_HEAD(head);

	list_add(&item.node, &head);
	list_del(&item.node);
	KUNIT_EXPECT_TRUE(test, list_empty(&head));
	KUNIT_EXPECT_PTR_EQ(test, (void *)item.node.next, (void *)LIST_POISON1);
	KUNIT_EXPECT_PTR_EQ(test, (void *)item.node.prev, (void *)LIST_POISON2);
}

static void hlist_basics(struct kunit *test)
{
	struct item items[3] = { { 1 }, { 2 }, { 3 } };
	struct hlist_node *tmp;
	struct item *item;
	HLIST_HEAD(head);
	int sum = 0;

	INIT_HLIST_NODE(&items[0].hash);
	KUNIT_EXPECT_TRUE(test, hlist_unhashed(&items[0].hash));
	hlist_add_head(&items[0].hash, &head);
	hlist_add_head(&items[1].hash, &head);
	hlist_add_behind(&items[2].hash, &items[1].hash);
	hlist_for_each_entry(item, &head, hash)
		sum = sum * 10 + item->value;
	KUNIT_EXPECT_EQ(test, sum, 231);
	hlist_for_each_entry_safe(item, tmp, &head, hash)
		hlist_del_init(&item->hash);
	KUNIT_EXPECT_TRUE(test, hlist_empty(&head));
	KUNIT_EXPECT_TRUE(test, hlist_unhashed(&items[2].hash));
	/* Again is allowed for this one. */
	hlist_del_init(&items[2].hash);
}

static DEFINE_HASHTABLE(static_table, 4);

static void hashtable_basics(struct kunit *test)
{
	struct item *items = kunit_kcalloc(test, 100, sizeof(*items), GFP_KERNEL);
	struct hlist_node *tmp;
	struct item *item;
	int i, found, bkt;

	KUNIT_ASSERT_NOT_NULL(test, items);
	KUNIT_EXPECT_TRUE(test, hash_empty(static_table));
	KUNIT_EXPECT_EQ(test, HASH_SIZE(static_table), 16);
	KUNIT_EXPECT_EQ(test, HASH_BITS(static_table), 4);
	for (i = 0; i < 100; i++) {
		items[i].value = i;
		hash_add(static_table, &items[i].hash, (u64)i * 77);
	}
	for (i = 0; i < 100; i++) {
		found = 0;
		hash_for_each_possible(static_table, item, hash, (u64)i * 77)
			found += item->value == i;
		KUNIT_EXPECT_EQ(test, found, 1);
	}
	found = 0;
	hash_for_each(static_table, bkt, item, hash)
		found++;
	KUNIT_EXPECT_EQ(test, found, 100);
	hash_for_each_safe(static_table, bkt, tmp, item, hash)
		hash_del(&item->hash);
	KUNIT_EXPECT_TRUE(test, hash_empty(static_table));
	KUNIT_EXPECT_FALSE(test, hash_hashed(&items[5].hash));
}

static void idr_basics(struct kunit *test)
{
	int values[4] = { 10, 11, 12, 13 };
	int *entry, id, sum = 0;
	struct idr idr;

	idr_init(&idr);
	KUNIT_EXPECT_TRUE(test, idr_is_empty(&idr));
	KUNIT_EXPECT_NULL(test, idr_find(&idr, 0));
	KUNIT_EXPECT_NULL(test, idr_remove(&idr, 12345));
	KUNIT_EXPECT_EQ(test, idr_alloc(&idr, &values[0], 1, 0, GFP_KERNEL), 1);
	KUNIT_EXPECT_EQ(test, idr_alloc(&idr, &values[1], 1, 0, GFP_KERNEL), 2);
	KUNIT_EXPECT_EQ(test, idr_alloc(&idr, &values[2], 0, 0, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, idr_alloc(&idr, &values[3], 1000000, 1000001, GFP_KERNEL), 1000000);
	KUNIT_EXPECT_EQ(test, idr_alloc(&idr, &values[3], 1000000, 1000001, GFP_KERNEL), -ENOSPC);
	KUNIT_EXPECT_PTR_EQ(test, idr_find(&idr, 2), (void *)&values[1]);
	KUNIT_EXPECT_PTR_EQ(test, idr_find(&idr, 1000000), (void *)&values[3]);
	KUNIT_EXPECT_NULL(test, idr_find(&idr, 999999));
	KUNIT_EXPECT_NULL(test, idr_find(&idr, 0xffffffffffUL));
	idr_for_each_entry(&idr, entry, id)
		sum = sum * 100 + *entry;
	KUNIT_EXPECT_EQ(test, sum, 12101113);
	KUNIT_EXPECT_NULL(test, entry);

	KUNIT_EXPECT_PTR_EQ(test, idr_replace(&idr, &values[0], 2), (void *)&values[1]);
	KUNIT_EXPECT_PTR_EQ(test, idr_find(&idr, 2), (void *)&values[0]);
	KUNIT_EXPECT_EQ(test, PTR_ERR(idr_replace(&idr, &values[0], 77)), -ENOENT);
	KUNIT_EXPECT_PTR_EQ(test, idr_remove(&idr, 1), (void *)&values[0]);
	KUNIT_EXPECT_NULL(test, idr_remove(&idr, 1));
	KUNIT_EXPECT_EQ(test, idr_alloc(&idr, &values[0], 0, 0, GFP_KERNEL), 1);
	idr_for_each_entry(&idr, entry, id)
		idr_remove(&idr, id);
	KUNIT_EXPECT_TRUE(test, idr_is_empty(&idr));
	idr_destroy(&idr);
}

static void idr_cyclic(struct kunit *test)
{
	DEFINE_IDR(idr);
	int value, i;

	for (i = 1; i <= 3; i++)
		KUNIT_EXPECT_EQ(test, idr_alloc_cyclic(&idr, &value, 1, 5, GFP_KERNEL), i);
	idr_remove(&idr, 2);
	KUNIT_EXPECT_EQ(test, idr_alloc_cyclic(&idr, &value, 1, 5, GFP_KERNEL), 4);
	/* Past the end: from the start, where 2 is free. */
	KUNIT_EXPECT_EQ(test, idr_alloc_cyclic(&idr, &value, 1, 5, GFP_KERNEL), 2);
	KUNIT_EXPECT_EQ(test, idr_alloc_cyclic(&idr, &value, 1, 5, GFP_KERNEL), -ENOSPC);
	idr_destroy(&idr);
}

static void idr_many(struct kunit *test)
{
	u32 last = U32_MAX - 1;
	DEFINE_IDR(idr);
	int value, i;

	for (i = 0; i < 5000; i++)
		KUNIT_ASSERT_EQ(test, idr_alloc(&idr, &value, 0, 0, GFP_KERNEL), i);
	for (i = 0; i < 5000; i += 7)
		KUNIT_ASSERT_PTR_EQ(test, idr_remove(&idr, i), (void *)&value);
	for (i = 0; i < 5000; i += 7)
		KUNIT_ASSERT_EQ(test, idr_alloc(&idr, &value, 0, 0, GFP_KERNEL), i);
	KUNIT_EXPECT_EQ(test, idr_alloc_u32(&idr, &value, &last, U32_MAX, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, last, U32_MAX - 1);
	KUNIT_EXPECT_EQ(test, idr_alloc_u32(&idr, &value, &last, U32_MAX, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, last, U32_MAX);
	KUNIT_EXPECT_EQ(test, idr_alloc_u32(&idr, &value, &last, U32_MAX, GFP_KERNEL), -ENOSPC);
	KUNIT_EXPECT_PTR_EQ(test, idr_find(&idr, U32_MAX), (void *)&value);
	idr_destroy(&idr);
	KUNIT_EXPECT_TRUE(test, idr_is_empty(&idr));
}

static void ida_basics(struct kunit *test)
{
	struct ida ida;
	int i;

	ida_init(&ida);
	KUNIT_EXPECT_TRUE(test, ida_is_empty(&ida));
	for (i = 0; i < 3000; i++)
		KUNIT_ASSERT_EQ(test, ida_alloc(&ida, GFP_KERNEL), i);
	ida_free(&ida, 17);
	ida_free(&ida, 2049);
	KUNIT_EXPECT_EQ(test, ida_alloc_min(&ida, 18, GFP_KERNEL), 2049);
	KUNIT_EXPECT_EQ(test, ida_alloc(&ida, GFP_KERNEL), 17);
	KUNIT_EXPECT_EQ(test, ida_alloc_max(&ida, 2999, GFP_KERNEL), -ENOSPC);
	KUNIT_EXPECT_EQ(test, ida_alloc_range(&ida, 5000, 5000, GFP_KERNEL), 5000);
	KUNIT_EXPECT_EQ(test, ida_alloc_range(&ida, 5000, 5000, GFP_KERNEL), -ENOSPC);
	ida_destroy(&ida);
	KUNIT_EXPECT_TRUE(test, ida_is_empty(&ida));
	KUNIT_EXPECT_EQ(test, ida_alloc(&ida, GFP_KERNEL), 0);
	ida_free(&ida, 0);
	KUNIT_EXPECT_TRUE(test, ida_is_empty(&ida));
	ida_destroy(&ida);
}

static bool tree_insert(struct rb_root *root, struct item *item)
{
	struct rb_node **link = &root->rb_node, *parent = NULL;

	while (*link) {
		struct item *here = rb_entry(*link, struct item, rb);

		parent = *link;
		if (item->value == here->value)
			return false;
		link = item->value < here->value ? &parent->rb_left : &parent->rb_right;
	}
	rb_link_node(&item->rb, parent, link);
	rb_insert_color(&item->rb, root);
	return true;
}

/* Black height, or -1 where a rule of red-black trees is broken. Shallow enough to recurse. */
static int black_height(const struct rb_node *node)
{
	int left, right;
	bool red;

	if (!node)
		return 0;
	red = !(node->__rb_parent_color & 1);
	if (red && ((node->rb_left && !(node->rb_left->__rb_parent_color & 1)) ||
		    (node->rb_right && !(node->rb_right->__rb_parent_color & 1))))
		return -1;
	if ((node->rb_left && rb_parent(node->rb_left) != node) ||
	    (node->rb_right && rb_parent(node->rb_right) != node))
		return -1;
	left = black_height(node->rb_left);
	right = black_height(node->rb_right);
	if (left < 0 || left != right)
		return -1;
	return left + !red;
}

static void check_tree(struct kunit *test, struct rb_root *root, int expected)
{
	struct rb_node *node;
	int count = 0, last = -1;

	KUNIT_ASSERT_GE(test, black_height(root->rb_node), 0);
	for (node = rb_first(root); node; node = rb_next(node)) {
		KUNIT_ASSERT_GT(test, rb_entry(node, struct item, rb)->value, last);
		last = rb_entry(node, struct item, rb)->value;
		count++;
	}
	KUNIT_EXPECT_EQ(test, count, expected);
	for (node = rb_last(root); node; node = rb_prev(node))
		count--;
	KUNIT_EXPECT_EQ(test, count, 0);
}

static void rbtree_random(struct kunit *test)
{
	struct item *items = kunit_kcalloc(test, 1000, sizeof(*items), GFP_KERNEL);
	struct item *item, *next;
	struct rb_root root = RB_ROOT;
	u32 state = 1;
	int i, n = 0;

	KUNIT_ASSERT_NOT_NULL(test, items);
	for (i = 0; i < 1000; i++) {
		items[i].value = (i * 7919) % 1000;
		KUNIT_ASSERT_TRUE(test, tree_insert(&root, &items[i]));
		if (i % 97 == 0)
			check_tree(test, &root, i + 1);
	}
	KUNIT_EXPECT_FALSE(test, tree_insert(&root, &(struct item){ .value = 5 }));
	for (i = 0; i < 4000; i++) {
		state = state * 1664525 + 1013904223;
		item = &items[(state >> 8) % 1000];
		if (RB_EMPTY_NODE(&item->rb)) {
			tree_insert(&root, item);
			n--;
		} else {
			rb_erase(&item->rb, &root);
			RB_CLEAR_NODE(&item->rb);
			n++;
		}
		if (i % 97 == 0)
			check_tree(test, &root, 1000 - n);
	}
	check_tree(test, &root, 1000 - n);
	i = 0;
	rbtree_postorder_for_each_entry_safe(item, next, &root, rb)
	{
		memset(&item->rb, 0x55, sizeof(item->rb));
		i++;
	}
	KUNIT_EXPECT_EQ(test, i, 1000 - n);
}

struct span {
	struct rb_node rb;
	u64 first;
	u64 last;
	u64 max_last; /* of all from here downwards */
	bool in;
};

static u64 last_below(const struct span *span)
{
	const struct span *left = rb_entry_safe(span->rb.rb_left, struct span, rb);
	const struct span *right = rb_entry_safe(span->rb.rb_right, struct span, rb);
	u64 last = span->last;

	if (left)
		last = max(last, left->max_last);
	if (right)
		last = max(last, right->max_last);
	return last;
}

static bool compute_span(struct span *span, bool exit)
{
	u64 last = last_below(span);

	if (exit && span->max_last == last)
		return true;
	span->max_last = last;
	return false;
}

RB_DECLARE_CALLBACKS(static, span_callbacks, struct span, rb, max_last, compute_span)

static void enter_span(struct span *span, struct rb_root_cached *root)
{
	struct rb_node **at = &root->rb_root.rb_node, *above = NULL;
	bool first = true;

	while (*at) {
		above = *at;
		if (span->first < rb_entry(above, struct span, rb)->first) {
			at = &above->rb_left;
		} else {
			at = &above->rb_right;
			first = false;
		}
	}
	rb_link_node(&span->rb, above, at);
	span->max_last = 0;
	span_callbacks.propagate(&span->rb, NULL);
	rb_insert_augmented_cached(&span->rb, root, first, &span_callbacks);
}

static void check_spans(struct kunit *test, struct rb_root_cached *root, int want)
{
	struct rb_node *rb;
	u64 before = 0;

	for (rb = rb_first_cached(root); rb; rb = rb_next(rb), want--) {
		struct span *span = rb_entry(rb, struct span, rb);

		KUNIT_ASSERT_TRUE(test, span->in);
		KUNIT_ASSERT_GE(test, span->first, before);
		KUNIT_ASSERT_EQ(test, span->max_last, last_below(span));
		before = span->first;
	}
	KUNIT_ASSERT_EQ(test, want, 0);
}

static void rbtree_augmented_random(struct kunit *test)
{
	struct span *spans = kunit_kcalloc(test, 300, sizeof(*spans), GFP_KERNEL), *span;
	struct rb_root_cached root = RB_ROOT_CACHED;
	u32 state = 7;
	int i, n = 0;

	KUNIT_ASSERT_NOT_NULL(test, spans);
	for (i = 0; i < 6000; i++) {
		state = state * 1664525 + 1013904223;
		span = &spans[(state >> 8) % 300];
		if (span->in) {
			rb_erase_augmented_cached(&span->rb, &root, &span_callbacks);
		} else {
			span->first = (state >> 4) % 1000;
			span->last = span->first + (state >> 14) % 100;
			enter_span(span, &root);
		}
		span->in = !span->in;
		n += span->in ? 1 : -1;
		check_spans(test, &root, n);
	}
	for (i = 0; i < 300; i++)
		if (spans[i].in)
			rb_erase_augmented_cached(&spans[i].rb, &root, &span_callbacks);
	KUNIT_EXPECT_TRUE(test, RB_EMPTY_ROOT(&root.rb_root));
	KUNIT_EXPECT_NULL(test, rb_first_cached(&root));
}

/* As in the kernel: who links a node tells those above it, or they do not know. */
static void rbtree_augmented_untold(struct kunit *test)
{
	struct rb_root_cached root = RB_ROOT_CACHED;
	struct span *spans = kunit_kcalloc(test, 2, sizeof(*spans), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, spans);
	spans[0] = (struct span){ .first = 1, .last = 2 };
	enter_span(&spans[0], &root);
	spans[1] = (struct span){ .first = 5, .last = 6, .max_last = 6 };
	rb_link_node(&spans[1].rb, &spans[0].rb, &spans[0].rb.rb_right);
	rb_insert_augmented_cached(&spans[1].rb, &root, false, &span_callbacks);
	KUNIT_EXPECT_EQ(test, spans[0].max_last, 2U);
}

static int compare_ints(const void *a, const void *b)
{
	int x = *(const int *)a, y = *(const int *)b;

	return x < y ? -1 : x > y;
}

static void sort_ints(struct kunit *test)
{
	int *v = kunit_kcalloc(test, 1000, sizeof(*v), GFP_KERNEL);
	u32 state = 7;
	int i;

	KUNIT_ASSERT_NOT_NULL(test, v);
	for (i = 0; i < 1000; i++) {
		state = state * 1664525 + 1013904223;
		v[i] = (int)(state >> 16) % 300 - 150;
	}
	sort(v, 1000, sizeof(*v), compare_ints, NULL);
	for (i = 1; i < 1000; i++)
		KUNIT_ASSERT_LE(test, v[i - 1], v[i]);
	sort(v, 1, sizeof(*v), compare_ints, NULL);
	sort(v, 0, sizeof(*v), compare_ints, NULL);
}

static void bitmaps(struct kunit *test)
{
	DECLARE_BITMAP(map, 150);
	unsigned int bit, n = 0;

	bitmap_zero(map, 150);
	KUNIT_EXPECT_TRUE(test, bitmap_empty(map, 150));
	KUNIT_EXPECT_EQ(test, find_first_bit(map, 150), 150);
	bitmap_set(map, 60, 10);
	KUNIT_EXPECT_EQ(test, bitmap_weight(map, 150), 10);
	KUNIT_EXPECT_EQ(test, bitmap_weight(map, 65), 5);
	KUNIT_EXPECT_EQ(test, find_first_bit(map, 150), 60);
	KUNIT_EXPECT_EQ(test, find_next_zero_bit(map, 150, 60), 70);
	KUNIT_EXPECT_EQ(test, find_next_bit(map, 65, 66), 65);
	bitmap_clear(map, 61, 8);
	for_each_set_bit(bit, map, 150)
		n = n * 100 + bit;
	KUNIT_EXPECT_EQ(test, n, 6069);
	KUNIT_EXPECT_FALSE(test, test_and_set_bit(149, map));
	KUNIT_EXPECT_TRUE(test, test_and_set_bit(149, map));
	KUNIT_EXPECT_TRUE(test, test_and_clear_bit(149, map));
	bitmap_fill(map, 150);
	KUNIT_EXPECT_TRUE(test, bitmap_full(map, 150));
	KUNIT_EXPECT_EQ(test, find_first_zero_bit(map, 150), 150);
}

static struct kunit_case kit_data_cases[] = {
	KUNIT_CASE(list_basics),
	KUNIT_CASE(list_del_poisons),
	KUNIT_CASE(hlist_basics),
	KUNIT_CASE(hashtable_basics),
	KUNIT_CASE(idr_basics),
	KUNIT_CASE(idr_cyclic),
	KUNIT_CASE(idr_many),
	KUNIT_CASE(ida_basics),
	KUNIT_CASE(rbtree_random),
	KUNIT_CASE(sort_ints),
	KUNIT_CASE(bitmaps),
	KUNIT_CASE(rbtree_augmented_random),
	KUNIT_CASE(rbtree_augmented_untold),
	{},
};

static struct kunit_suite kit_data_suite = {
	.name = "kit_data",
	.test_cases = kit_data_cases,
};

kunit_test_suite(kit_data_suite);

MODULE_LICENSE("GPL");
