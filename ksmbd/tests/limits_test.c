// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/slab.h>

#include "host/sock.h"
#include "session/limits.h"
#include "tests/helpers.h"

static struct ksmbd_addr address(u8 family, u32 number)
{
	struct ksmbd_addr addr = { .family = family };

	memcpy(addr.key, &number, sizeof(number));
	return addr;
}

static void grows_and_stays(struct kunit *test)
{
	static const u32 want[] = { 10, 20, 40, 40, 40 };
	struct ksmbd_addr bad = address(4, 1), other = address(4, 2), six = address(6, 1);
	u32 i;

	for (i = 0; i < ARRAY_SIZE(want); i++)
		KUNIT_EXPECT_EQ(test, ksmbd_limits_failed(&bad, 10), want[i]);
	/* Nobody pays for another. */
	KUNIT_EXPECT_EQ(test, ksmbd_limits_failed(&other, 10), 10U);
	KUNIT_EXPECT_EQ(test, ksmbd_limits_failed(&six, 10), 10U);
	ksmbd_limits_succeeded(&other);
	KUNIT_EXPECT_EQ(test, ksmbd_limits_failed(&bad, 10), 40U);
	KUNIT_EXPECT_EQ(test, ksmbd_limits_failed(&other, 10), 10U);
	ksmbd_limits_succeeded(&bad);
	KUNIT_EXPECT_EQ(test, ksmbd_limits_failed(&bad, 10), 10U);
	/* What was never entered. */
	ksmbd_limits_succeeded(&(struct ksmbd_addr){ .family = 4, .key = { 9, 9 } });
	ksmbd_limits_exit();
	KUNIT_EXPECT_EQ(test, ksmbd_limits_failed(&bad, 10), 10U);
	ksmbd_limits_exit();
}

static void off(struct kunit *test)
{
	struct ksmbd_addr bad = address(4, 1);

	KUNIT_EXPECT_EQ(test, ksmbd_limits_failed(&bad, 0), 0U);
	KUNIT_EXPECT_EQ(test, ksmbd_limits_failed(&bad, 0), 0U);
	KUNIT_EXPECT_EQ(test, ksmbd_limits_failed(&bad, 10), 10U);
	ksmbd_limits_exit();
}

/* As many as there may be, and some more: the oldest are forgotten, the others are not. */
static void bounded(struct kunit *test)
{
	struct ksmbd_addr addr, often = address(4, 0);
	u32 i;

	for (i = 0; i < KSMBD_LIMITS_ADDRESSES + 10; i++) {
		addr = address(4, i);
		KUNIT_EXPECT_EQ(test, ksmbd_limits_failed(&addr, 10), 10U);
		/* Who goes on is not the oldest. */
		if (i % 100 == 50)
			KUNIT_EXPECT_GE(test, ksmbd_limits_failed(&often, 10), 20U);
	}
	KUNIT_EXPECT_EQ(test, ksmbd_limits_failed(&often, 10), 40U);
	addr = address(4, KSMBD_LIMITS_ADDRESSES + 9);
	KUNIT_EXPECT_EQ(test, ksmbd_limits_failed(&addr, 10), 20U);
	addr = address(4, 20);
	KUNIT_EXPECT_EQ(test, ksmbd_limits_failed(&addr, 10), 20U);
	addr = address(4, 1);
	KUNIT_EXPECT_EQ(test, ksmbd_limits_failed(&addr, 10), 10U);
	ksmbd_limits_exit();
}

static struct kunit_case limits_cases[] = {
	KUNIT_CASE(grows_and_stays),
	KUNIT_CASE(off),
	KUNIT_CASE(bounded),
	{},
};

static struct kunit_suite limits_suite = {
	.name = "ksmbd-limits",
	.test_cases = limits_cases,
};
kunit_test_suite(limits_suite);
