// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/errno.h>
#include <linux/kthread.h>

#include "tests/helpers.h"
#include "util/idtable.h"

#define MANY 1000

struct thing {
	u32 number;
	u32 gets;
};

static void get_thing(void *obj)
{
	((struct thing *)obj)->gets++; /* under the table's lock */
}

static void finds_and_removes(struct kunit *test)
{
	struct thing one = { .number = 1 }, two = { .number = 2 };
	struct ksmbd_idtable t;
	u64 a, b;

	ksmbd_idtable_init(&t, 10);
	KUNIT_EXPECT_NULL(test, ksmbd_idtable_find(&t, 1, get_thing));
	KUNIT_EXPECT_NULL(test, ksmbd_idtable_remove(&t, 1));
	KUNIT_EXPECT_NULL(test, ksmbd_idtable_take_any(&t, NULL, NULL));
	KUNIT_ASSERT_EQ(test, ksmbd_idtable_add(&t, &one, &a), 0);
	KUNIT_ASSERT_EQ(test, ksmbd_idtable_add(&t, &two, &b), 0);
	KUNIT_EXPECT_NE(test, a, 0ULL);
	KUNIT_EXPECT_NE(test, a, b);
	KUNIT_EXPECT_PTR_EQ(test, ksmbd_idtable_find(&t, a, get_thing), (void *)&one);
	KUNIT_EXPECT_EQ(test, one.gets, 1U);
	KUNIT_EXPECT_EQ(test, two.gets, 0U);
	KUNIT_EXPECT_PTR_EQ(test, ksmbd_idtable_find_index(&t, (u32)b, get_thing), (void *)&two);
	KUNIT_EXPECT_EQ(test, ksmbd_idtable_count(&t), 2U);
	KUNIT_EXPECT_PTR_EQ(test, ksmbd_idtable_remove(&t, a), (void *)&one);
	KUNIT_EXPECT_NULL(test, ksmbd_idtable_remove(&t, a));
	KUNIT_EXPECT_NULL(test, ksmbd_idtable_find(&t, a, get_thing));
	KUNIT_EXPECT_PTR_EQ(test, ksmbd_idtable_take_any(&t, NULL, NULL), (void *)&two);
	KUNIT_EXPECT_EQ(test, ksmbd_idtable_count(&t), 0U);
	ksmbd_idtable_destroy(&t);
}

static void walks(struct kunit *test)
{
	struct thing things[3] = {};
	struct ksmbd_idtable t;
	u32 index = 0, i;
	u64 ids[3];

	ksmbd_idtable_init(&t, 10);
	KUNIT_EXPECT_NULL(test, ksmbd_idtable_next(&t, &index, get_thing));
	for (i = 0; i < 3; i++)
		KUNIT_ASSERT_EQ(test, ksmbd_idtable_add(&t, &things[i], &ids[i]), 0);
	ksmbd_idtable_remove(&t, ids[1]);
	KUNIT_EXPECT_NOT_NULL(test, ksmbd_idtable_next(&t, &index, get_thing));
	KUNIT_EXPECT_NOT_NULL(test, ksmbd_idtable_next(&t, &index, get_thing));
	KUNIT_EXPECT_NULL(test, ksmbd_idtable_next(&t, &index, get_thing));
	KUNIT_EXPECT_NULL(test, ksmbd_idtable_next(&t, &index, get_thing));
	KUNIT_EXPECT_EQ(test, things[0].gets, 1U);
	KUNIT_EXPECT_EQ(test, things[1].gets, 0U);
	KUNIT_EXPECT_EQ(test, things[2].gets, 1U);
	ksmbd_idtable_remove(&t, ids[0]);
	ksmbd_idtable_remove(&t, ids[2]);
	ksmbd_idtable_destroy(&t);
}

static void odd_ids_find_nothing(struct kunit *test)
{
	struct thing one = {};
	struct ksmbd_idtable t;
	u64 id, odd[8];
	u32 i;

	ksmbd_idtable_init(&t, 100);
	KUNIT_ASSERT_EQ(test, ksmbd_idtable_add(&t, &one, &id), 0);
	odd[0] = 0;
	odd[1] = U64_MAX;
	odd[2] = id + 1;
	odd[3] = id - 1;
	odd[4] = id + (1ULL << 32);
	odd[5] = (u32)id;
	odd[6] = id | U32_MAX;
	odd[7] = id + 16; /* as many slots as there are */
	for (i = 0; i < ARRAY_SIZE(odd); i++) {
		KUNIT_EXPECT_NULL(test, ksmbd_idtable_find(&t, odd[i], get_thing));
		KUNIT_EXPECT_NULL(test, ksmbd_idtable_remove(&t, odd[i]));
	}
	KUNIT_EXPECT_NULL(test, ksmbd_idtable_find_index(&t, 0, get_thing));
	KUNIT_EXPECT_NULL(test, ksmbd_idtable_find_index(&t, U32_MAX, get_thing));
	KUNIT_EXPECT_NULL(test, ksmbd_idtable_find_index(&t, 17, get_thing));
	KUNIT_EXPECT_EQ(test, one.gets, 0U);
	KUNIT_EXPECT_NOT_NULL(test, ksmbd_idtable_remove(&t, id));
	ksmbd_idtable_destroy(&t);
}

/* A slot that is used again has another id: a stale one must not reach the new object. */
static void ids_do_not_come_back(struct kunit *test)
{
	struct thing things[2];
	struct ksmbd_idtable t;
	u64 first, id, last = 0;
	u32 i;

	ksmbd_idtable_init(&t, 1);
	KUNIT_ASSERT_EQ(test, ksmbd_idtable_add(&t, &things[0], &first), 0);
	ksmbd_idtable_remove(&t, first);
	for (i = 0; i < MANY; i++) {
		KUNIT_ASSERT_EQ(test, ksmbd_idtable_add(&t, &things[1], &id), 0);
		KUNIT_ASSERT_NE(test, id, first);
		KUNIT_ASSERT_NE(test, id, last);
		KUNIT_ASSERT_NULL(test, ksmbd_idtable_find(&t, first, get_thing));
		last = id;
		KUNIT_ASSERT_NOT_NULL(test, ksmbd_idtable_remove(&t, id));
	}
	ksmbd_idtable_destroy(&t);
}

static void generation_never_all_ones(struct kunit *test)
{
	struct thing one = {};
	struct ksmbd_idtable t;
	u64 id;
	u32 i;

	ksmbd_idtable_init(&t, 1);
	KUNIT_ASSERT_EQ(test, ksmbd_idtable_add(&t, &one, &id), 0);
	ksmbd_idtable_remove(&t, id);
	t.slots[0].generation = U32_MAX - 1;
	for (i = 0; i < 4; i++) {
		KUNIT_ASSERT_EQ(test, ksmbd_idtable_add(&t, &one, &id), 0);
		KUNIT_EXPECT_NE(test, (u32)(id >> 32), U32_MAX);
		KUNIT_EXPECT_NE(test, (u32)(id >> 32), 0U);
		KUNIT_EXPECT_NOT_NULL(test, ksmbd_idtable_remove(&t, id));
	}
	ksmbd_idtable_destroy(&t);
}

static void bounded(struct kunit *test)
{
	u64 *ids = kunit_kcalloc(test, MANY, sizeof(*ids), GFP_KERNEL);
	struct ksmbd_idtable t;
	struct thing one = {};
	u64 id;
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, ids);
	ksmbd_idtable_init(&t, MANY);
	for (i = 0; i < MANY; i++)
		KUNIT_ASSERT_EQ(test, ksmbd_idtable_add(&t, &one, &ids[i]), 0);
	KUNIT_EXPECT_EQ(test, ksmbd_idtable_add(&t, &one, &id), -ENOSPC);
	for (i = 0; i < MANY; i += 2)
		KUNIT_ASSERT_NOT_NULL(test, ksmbd_idtable_remove(&t, ids[i]));
	KUNIT_EXPECT_EQ(test, ksmbd_idtable_count(&t), (u32)MANY / 2);
	KUNIT_EXPECT_EQ(test, ksmbd_idtable_add(&t, &one, &id), 0);
	while (ksmbd_idtable_take_any(&t, NULL, NULL))
		;
	KUNIT_EXPECT_EQ(test, ksmbd_idtable_count(&t), 0U);
	ksmbd_idtable_destroy(&t);
}

static bool is_number(void *obj, void *ctx)
{
	return ((struct thing *)obj)->number == *(u32 *)ctx;
}

static void takes_what_matches(struct kunit *test)
{
	struct thing things[6];
	struct ksmbd_idtable t;
	u32 i, want = 1, none = 7, n = 0;
	u64 id;

	ksmbd_idtable_init(&t, 10);
	for (i = 0; i < ARRAY_SIZE(things); i++) {
		things[i].number = i % 3;
		KUNIT_ASSERT_EQ(test, ksmbd_idtable_add(&t, &things[i], &id), 0);
	}
	KUNIT_EXPECT_NULL(test, ksmbd_idtable_take_any(&t, is_number, &none));
	while (ksmbd_idtable_take_any(&t, is_number, &want))
		n++;
	KUNIT_EXPECT_EQ(test, n, 2U);
	KUNIT_EXPECT_EQ(test, ksmbd_idtable_count(&t), 4U);
	while (ksmbd_idtable_take_any(&t, NULL, NULL))
		;
	ksmbd_idtable_destroy(&t);
}

/* ---- several threads ---- */

struct crowd {
	struct ksmbd_idtable t;
	atomic_t running;
	atomic_t wrong;
	struct completion done;
};

static int add_and_remove(void *data)
{
	struct thing mine[8] = {};
	struct crowd *crowd = data;
	u64 ids[8];
	u32 round, i;

	for (round = 0; round < MANY; round++) {
		for (i = 0; i < ARRAY_SIZE(mine); i++)
			if (ksmbd_idtable_add(&crowd->t, &mine[i], &ids[i]))
				atomic_inc(&crowd->wrong);
		for (i = 0; i < ARRAY_SIZE(mine); i++)
			if (ksmbd_idtable_find(&crowd->t, ids[i], get_thing) != &mine[i] ||
			    ksmbd_idtable_remove(&crowd->t, ids[i]) != &mine[i])
				atomic_inc(&crowd->wrong);
	}
	if (atomic_dec_and_test(&crowd->running))
		complete(&crowd->done);
	return 0;
}

static void many_threads(struct kunit *test)
{
	struct crowd *crowd = kunit_kzalloc(test, sizeof(*crowd), GFP_KERNEL);
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, crowd);
	ksmbd_idtable_init(&crowd->t, 10000);
	atomic_set(&crowd->running, 4);
	init_completion(&crowd->done);
	for (i = 0; i < 4; i++)
		KUNIT_ASSERT_FALSE(test,
				   IS_ERR(kthread_run(add_and_remove, crowd, "idtable/%u", i)));
	wait_for_completion(&crowd->done);
	KUNIT_EXPECT_EQ(test, atomic_read(&crowd->wrong), 0);
	KUNIT_EXPECT_EQ(test, ksmbd_idtable_count(&crowd->t), 0U);
	ksmbd_idtable_destroy(&crowd->t);
}

static struct kunit_case idtable_cases[] = {
	KUNIT_CASE(finds_and_removes),
	KUNIT_CASE(walks),
	KUNIT_CASE(odd_ids_find_nothing),
	KUNIT_CASE(ids_do_not_come_back),
	KUNIT_CASE(generation_never_all_ones),
	KUNIT_CASE(bounded),
	KUNIT_CASE(takes_what_matches),
	KUNIT_CASE(many_threads),
	{},
};

static struct kunit_suite idtable_suite = {
	.name = "ksmbd-idtable",
	.test_cases = idtable_cases,
};
kunit_test_suite(idtable_suite);
