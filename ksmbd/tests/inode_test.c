// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/kthread.h>

#include "open/open.h"
#include "tests/helpers.h"

static int begin(struct kunit *test)
{
	return ksmbd_inode_table_init();
}

static void end(struct kunit *test)
{
	ksmbd_inode_table_exit(); /* warns when something is left */
}

static struct ksmbd_stat stat_of(u64 dev, u64 ino, u32 generation)
{
	return (struct ksmbd_stat){ .dev = dev, .ino = ino, .generation = generation };
}

static void one_for_each_object(struct kunit *test)
{
	struct ksmbd_stat st = stat_of(1, 2, 3);
	struct ksmbd_inode *a, *b;

	KUNIT_EXPECT_NULL(test, ksmbd_inode_lookup(&st));
	a = ksmbd_inode_get(&st);
	KUNIT_ASSERT_NOT_NULL(test, a);
	b = ksmbd_inode_get(&st);
	KUNIT_EXPECT_PTR_EQ(test, a, b);
	ksmbd_inode_put(b);
	b = ksmbd_inode_lookup(&st);
	KUNIT_EXPECT_PTR_EQ(test, a, b);
	ksmbd_inode_put(b);
	KUNIT_EXPECT_FALSE(test, a->delete_pending);
	KUNIT_EXPECT_TRUE(test, list_empty(&a->opens));
	ksmbd_inode_put(a);
	KUNIT_EXPECT_NULL(test, ksmbd_inode_lookup(&st));
	ksmbd_inode_put(NULL);
}

/* Device, number and generation all count, also where the hash is the same. */
static void told_apart(struct kunit *test)
{
	static const struct {
		u64 dev;
		u64 ino;
		u32 generation;
	} all[] = {
		{ 1, 2, 3 },
		{ 1, 2, 4 },
		{ 1, 3, 3 },
		{ 2, 2, 3 },
		{ 1, 1, 0 },
		{ 1, 0, 1 },
		{ 0, 2 ^ (1ULL << 32), 3 },
		{ 1 + (1ULL << 32), 2, 3 },
	};
	struct ksmbd_inode *inodes[ARRAY_SIZE(all)], *again;
	struct ksmbd_stat st;
	u32 i, j;

	for (i = 0; i < ARRAY_SIZE(all); i++) {
		st = stat_of(all[i].dev, all[i].ino, all[i].generation);
		inodes[i] = ksmbd_inode_get(&st);
		KUNIT_ASSERT_NOT_NULL(test, inodes[i]);
		for (j = 0; j < i; j++)
			KUNIT_EXPECT_PTR_NE(test, inodes[i], inodes[j]);
	}
	for (i = 0; i < ARRAY_SIZE(all); i++) {
		st = stat_of(all[i].dev, all[i].ino, all[i].generation);
		again = ksmbd_inode_lookup(&st);
		KUNIT_EXPECT_PTR_EQ(test, again, inodes[i]);
		ksmbd_inode_put(again);
		ksmbd_inode_put(inodes[i]);
	}
}

/* Also those that share a bucket with others, while some of them go. */
static void walked_through(struct kunit *test)
{
	struct ksmbd_inode *inode = NULL;
	struct ksmbd_stat st;
	u64 sum = 0;
	u32 i;

	KUNIT_EXPECT_NULL(test, ksmbd_inode_walk(NULL));
	for (i = 1; i <= 3000; i++) {
		st = stat_of(1, i, 0);
		KUNIT_ASSERT_NOT_NULL(test, ksmbd_inode_get(&st));
	}
	while ((inode = ksmbd_inode_walk(inode)) != NULL) {
		sum += inode->ino;
		KUNIT_EXPECT_EQ(test, refcount_read(&inode->refs), 2U);
		ksmbd_inode_put(inode); /* the first one; the walk's own is given up next */
	}
	KUNIT_EXPECT_EQ(test, sum, 3000 * 3001 / 2ULL);
	KUNIT_EXPECT_NULL(test, ksmbd_inode_walk(NULL));
}

struct crowd {
	atomic_t running;
	atomic_t wrong;
	struct completion done;
};

/* The last put of one thread and the get of another meet all the time. */
static int get_and_put(void *data)
{
	struct ksmbd_stat st = stat_of(5, 6, 0);
	struct crowd *crowd = data;
	u32 i;

	for (i = 0; i < 5000; i++) {
		struct ksmbd_inode *inode = i % 3 ? ksmbd_inode_get(&st) : ksmbd_inode_lookup(&st);

		if (!inode && i % 3)
			atomic_inc(&crowd->wrong);
		if (inode && (inode->ino != 6 || inode->dev != 5))
			atomic_inc(&crowd->wrong);
		ksmbd_inode_put(inode);
	}
	if (atomic_dec_and_test(&crowd->running))
		complete(&crowd->done);
	return 0;
}

static void many_threads(struct kunit *test)
{
	struct crowd *crowd = kunit_kzalloc(test, sizeof(*crowd), GFP_KERNEL);
	struct ksmbd_stat st = stat_of(5, 6, 0);
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, crowd);
	atomic_set(&crowd->running, 4);
	init_completion(&crowd->done);
	for (i = 0; i < 4; i++)
		KUNIT_ASSERT_FALSE(test, IS_ERR(kthread_run(get_and_put, crowd, "inode/%u", i)));
	wait_for_completion(&crowd->done);
	KUNIT_EXPECT_EQ(test, atomic_read(&crowd->wrong), 0);
	KUNIT_EXPECT_NULL(test, ksmbd_inode_lookup(&st));
}

static struct kunit_case inode_cases[] = {
	KUNIT_CASE(one_for_each_object),
	KUNIT_CASE(told_apart),
	KUNIT_CASE(walked_through),
	KUNIT_CASE(many_threads),
	{},
};

static struct kunit_suite inode_suite = {
	.name = "ksmbd-inode",
	.init = begin,
	.exit = end,
	.test_cases = inode_cases,
};
kunit_test_suite(inode_suite);
