// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Timers, under the names that kernels before 6.15 have. The same file is a
 * module for those: there is only kernel API here.
 */

#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/timer.h>

/* For what comes at once on an idle machine. */
#define PATIENCE (60 * HZ)

struct kit_alarm {
	struct timer_list timer;
	struct completion began;
	struct completion rang;
	int count;
	int again;
	unsigned long at;
};

static void ring(struct timer_list *timer)
{
	struct kit_alarm *alarm = from_timer(alarm, timer, timer);

	if (!alarm->count++)
		complete(&alarm->began);
	alarm->at = jiffies;
	if (alarm->again-- > 0)
		mod_timer(&alarm->timer, jiffies + 1);
	else
		complete(&alarm->rang);
}

static struct kit_alarm *new_alarm(struct kunit *test)
{
	struct kit_alarm *alarm = kunit_kzalloc(test, sizeof(*alarm), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, alarm);
	timer_setup(&alarm->timer, ring, 0);
	init_completion(&alarm->rang);
	init_completion(&alarm->began);
	return alarm;
}

static void timer_fires(struct kunit *test)
{
	struct kit_alarm *alarm = new_alarm(test);
	unsigned long when;

	KUNIT_EXPECT_FALSE(test, timer_pending(&alarm->timer));
	KUNIT_EXPECT_EQ(test, mod_timer(&alarm->timer, jiffies + 1000 * HZ), 0);
	KUNIT_EXPECT_TRUE(test, timer_pending(&alarm->timer));
	when = jiffies + msecs_to_jiffies(40);
	KUNIT_EXPECT_EQ(test, mod_timer(&alarm->timer, when), 1);
	KUNIT_ASSERT_GT(test, wait_for_completion_timeout(&alarm->rang, PATIENCE), 0);
	KUNIT_EXPECT_TRUE(test, time_after_eq(alarm->at, when));
	KUNIT_EXPECT_FALSE(test, timer_pending(&alarm->timer));
	KUNIT_EXPECT_EQ(test, del_timer_sync(&alarm->timer), 0);
	KUNIT_EXPECT_EQ(test, alarm->count, 1);
}

static void timer_moves(struct kunit *test)
{
	struct kit_alarm *alarm = new_alarm(test);

	alarm->timer.expires = jiffies + 1000 * HZ;
	add_timer(&alarm->timer);
	KUNIT_EXPECT_EQ(test, mod_timer(&alarm->timer, jiffies + 1), 1);
	KUNIT_ASSERT_GT(test, wait_for_completion_timeout(&alarm->rang, PATIENCE), 0);
	KUNIT_EXPECT_EQ(test, mod_timer(&alarm->timer, jiffies + 1000 * HZ), 0);
	KUNIT_EXPECT_EQ(test, del_timer(&alarm->timer), 1);
	KUNIT_EXPECT_EQ(test, del_timer(&alarm->timer), 0);
	del_timer_sync(&alarm->timer);
	KUNIT_EXPECT_EQ(test, alarm->count, 1);
}

static void timer_again(struct kunit *test)
{
	struct kit_alarm *alarm = new_alarm(test);

	alarm->again = 5;
	mod_timer(&alarm->timer, jiffies);
	KUNIT_ASSERT_GT(test, wait_for_completion_timeout(&alarm->rang, PATIENCE), 0);
	del_timer_sync(&alarm->timer);
	KUNIT_EXPECT_EQ(test, alarm->count, 6);
}

static void timer_stops_for_good(struct kunit *test)
{
	struct kit_alarm *alarm = new_alarm(test);
	int count;

	alarm->again = INT_MAX;
	mod_timer(&alarm->timer, jiffies);
	KUNIT_ASSERT_GT(test, wait_for_completion_timeout(&alarm->began, PATIENCE), 0);
	msleep(30);
	del_timer_sync(&alarm->timer);
	count = alarm->count;
	KUNIT_EXPECT_GT(test, count, 0);
	KUNIT_EXPECT_FALSE(test, timer_pending(&alarm->timer));
	msleep(30);
	KUNIT_EXPECT_EQ(test, alarm->count, count);
}

static void timers_in_order(struct kunit *test)
{
	struct kit_alarm *alarms[40];
	unsigned long start = jiffies;
	int i;

	for (i = 0; i < 40; i++) {
		alarms[i] = new_alarm(test);
		mod_timer(&alarms[i]->timer, start + 1 + (i * 7) % 10);
	}
	for (i = 0; i < 40; i++) {
		KUNIT_EXPECT_GT(test, wait_for_completion_timeout(&alarms[i]->rang, PATIENCE), 0);
		del_timer_sync(&alarms[i]->timer);
		KUNIT_EXPECT_TRUE(test, time_after_eq(alarms[i]->at, start + 1 + (i * 7) % 10));
	}
}

static struct kunit_case kit_timer_cases[] = {
	KUNIT_CASE(timer_fires),	  KUNIT_CASE(timer_moves),     KUNIT_CASE(timer_again),
	KUNIT_CASE(timer_stops_for_good), KUNIT_CASE(timers_in_order), {},
};

static struct kunit_suite kit_timer_suite = {
	.name = "kit_timer",
	.test_cases = kit_timer_cases,
};

kunit_test_suite(kit_timer_suite);

MODULE_LICENSE("GPL");
