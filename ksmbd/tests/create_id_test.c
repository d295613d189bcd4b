// SPDX-License-Identifier: GPL-2.0-or-later
/* The table of CREATEs that may be sent again, from few to many. What it is for: tests/replay. */
#include <linux/completion.h>
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/slab.h>

#include "open/create_id.h"
#include "session/session_types.h"
#include "tests/helpers.h"

/* Enough for the largest table, and more. */
#define MANY 100000

static struct ksmbd_user user;

static int begin(struct kunit *test)
{
	ksmbd_create_id_init();
	return 0;
}

static void end(struct kunit *test)
{
	ksmbd_create_id_exit(); /* warns when something is left */
}

static ntstatus_t begin_id(u32 client, u32 number, bool again, struct ksmbd_create_id **id)
{
	struct ksmbd_create_id wanted = { .session_id = 1 };
	struct ksmbd_open *open;

	memcpy(wanted.client, &client, sizeof(client));
	memcpy(wanted.create, &number, sizeof(number));
	return ksmbd_create_id_begin(&wanted, again, &user, id, &open);
}

/*
 * All are found, while the table grows and afterwards, and nothing else is. In one that does not
 * grow that would take long enough to be noticed.
 */
static void many(struct kunit *test)
{
	struct ksmbd_create_id **ids = kvcalloc(MANY, sizeof(*ids), GFP_KERNEL), *none = NULL;
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, ids);
	for (i = 0; i < MANY; i++) {
		EXPECT_STATUS(test, begin_id(0, i, false, &ids[i]), STATUS_SUCCESS);
		EXPECT_STATUS(test, begin_id(0, i / 2, false, &none), STATUS_DUPLICATE_OBJECTID);
		EXPECT_STATUS(test, begin_id(0, i / 3, true, &none), STATUS_FILE_NOT_AVAILABLE);
	}
	KUNIT_EXPECT_EQ(test, ksmbd_create_id_count(), (u32)MANY);
	for (i = 0; i < MANY; i += 2)
		ksmbd_create_id_end(&ids[i]);
	KUNIT_EXPECT_EQ(test, ksmbd_create_id_count(), (u32)MANY / 2);
	for (i = 0; i < MANY; i += 2) {
		EXPECT_STATUS(test, begin_id(0, i, false, &ids[i]), STATUS_SUCCESS);
		EXPECT_STATUS(test, begin_id(0, i + 1, false, &none), STATUS_DUPLICATE_OBJECTID);
	}
	for (i = 0; i < MANY; i++)
		ksmbd_create_id_end(&ids[i]);
	KUNIT_EXPECT_EQ(test, ksmbd_create_id_count(), 0U);
	kvfree(ids);
}

struct crowd {
	atomic_t next;
	atomic_t running;
	atomic_t wrong;
	struct completion done;
};

static int come_and_go(void *data)
{
	struct ksmbd_create_id *ids[64] = {}, *none = NULL;
	struct crowd *crowd = data;
	u32 client = atomic_inc_return(&crowd->next), i;

	for (i = 0; i < ARRAY_SIZE(ids); i++)
		if (begin_id(client, i, false, &ids[i]) != STATUS_SUCCESS ||
		    begin_id(client, i / 2, false, &none) != STATUS_DUPLICATE_OBJECTID)
			atomic_inc(&crowd->wrong);
	for (i = 0; i < ARRAY_SIZE(ids); i++) {
		if (begin_id(client, i, true, &none) != STATUS_FILE_NOT_AVAILABLE)
			atomic_inc(&crowd->wrong);
		ksmbd_create_id_end(&ids[i]);
	}
	if (atomic_dec_and_test(&crowd->running))
		complete(&crowd->done);
	return 0;
}

/* Several find the table crowded at a time. */
static void many_threads(struct kunit *test)
{
	struct crowd *crowd = kunit_kzalloc(test, sizeof(*crowd), GFP_KERNEL);
	u32 round, i;

	KUNIT_ASSERT_NOT_NULL(test, crowd);
	for (round = 0; round < 20; round++) {
		atomic_set(&crowd->running, 4);
		init_completion(&crowd->done);
		for (i = 0; i < 4; i++)
			KUNIT_ASSERT_FALSE(
				test, IS_ERR(kthread_run(come_and_go, crowd, "create_id/%u", i)));
		wait_for_completion(&crowd->done);
		KUNIT_EXPECT_EQ(test, ksmbd_create_id_count(), 0U);
		ksmbd_create_id_exit(); /* small again */
	}
	KUNIT_EXPECT_EQ(test, atomic_read(&crowd->wrong), 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(many),
	KUNIT_CASE(many_threads),
	{},
};

static struct kunit_suite suite = {
	.name = "ksmbd-create-id",
	.init = begin,
	.exit = end,
	.test_cases = cases,
};

kunit_test_suite(suite);
