// SPDX-License-Identifier: GPL-2.0-or-later
#include <asm/unaligned.h>
#include <linux/delay.h>
#include <linux/slab.h>

#include "host/sock.h"
#include "session/limits.h"
#include "tests/helpers.h"

/* Does not end within the test. */
#define LONG_MS 20000U

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

/* Each failure is paid for, at most so many at a time; nobody else waits. */
static void penalties(struct kunit *test)
{
	struct ksmbd_addr bad = address(4, 1), other = address(4, 2), six = address(6, 1);
	u32 i, ms;

	for (i = 0; i < KSMBD_LIMITS_PENALTIES; i++) {
		KUNIT_EXPECT_EQ(test, ksmbd_limits_wait(&bad), 0U);
		ksmbd_limits_failed(&bad, LONG_MS);
	}
	ms = ksmbd_limits_wait(&bad);
	KUNIT_EXPECT_GT(test, ms, LONG_MS / 2);
	KUNIT_EXPECT_LE(test, ms, LONG_MS + 100);
	/* Failures of logins that were under way already add up. */
	for (i = 0; i < KSMBD_LIMITS_PENALTIES; i++)
		ksmbd_limits_failed(&bad, LONG_MS);
	KUNIT_EXPECT_GT(test, ksmbd_limits_wait(&bad), 3 * LONG_MS);
	for (i = 0; i < 1000; i++)
		ksmbd_limits_failed(&bad, LONG_MS);
	KUNIT_EXPECT_LE(test, ksmbd_limits_wait(&bad), 15U * 60 * 1000 + 100);
	KUNIT_EXPECT_EQ(test, ksmbd_limits_wait(&other), 0U);
	KUNIT_EXPECT_EQ(test, ksmbd_limits_wait(&six), 0U);
	ksmbd_limits_exit();
	KUNIT_EXPECT_EQ(test, ksmbd_limits_wait(&bad), 0U);
}

/* And it ends. */
static void paid(struct kunit *test)
{
	struct ksmbd_addr bad = address(4, 1);
	u32 i, ms;

	for (i = 0; i < 2 * KSMBD_LIMITS_PENALTIES; i++)
		ksmbd_limits_failed(&bad, 5);
	for (i = 0; i < 1000 && (ms = ksmbd_limits_wait(&bad)) != 0; i++)
		msleep(ms);
	KUNIT_EXPECT_LT(test, i, 1000U);
	/* But not the growth. */
	KUNIT_EXPECT_EQ(test, ksmbd_limits_failed(&bad, 10), 40U);
	ksmbd_limits_exit();
}

/* Who pays is not pushed out, by however many; who would be one too many is not let off. */
static void bounded(struct kunit *test)
{
	struct ksmbd_addr addr, bad = address(4, 0);
	u32 i;

	for (i = 0; i < KSMBD_LIMITS_PENALTIES; i++)
		ksmbd_limits_failed(&bad, LONG_MS);
	for (i = 1; i < KSMBD_LIMITS_ADDRESSES; i++) {
		addr = address(4, i);
		KUNIT_EXPECT_EQ(test, ksmbd_limits_failed(&addr, LONG_MS), LONG_MS);
	}
	for (; i < 2 * KSMBD_LIMITS_ADDRESSES; i++) {
		addr = address(4, i);
		KUNIT_EXPECT_EQ(test, ksmbd_limits_failed(&addr, LONG_MS), 4 * LONG_MS);
		KUNIT_EXPECT_EQ(test, ksmbd_limits_wait(&addr), 0U);
	}
	KUNIT_EXPECT_GT(test, ksmbd_limits_wait(&bad), 0U);
	addr = address(4, 20);
	KUNIT_EXPECT_EQ(test, ksmbd_limits_failed(&addr, LONG_MS), 2 * LONG_MS);
	ksmbd_limits_exit();
}

/* Who has paid makes room, the oldest first. */
static void forgotten(struct kunit *test)
{
	struct ksmbd_addr addr;
	u32 i;

	for (i = 0; i < KSMBD_LIMITS_ADDRESSES; i++) {
		addr = address(4, i);
		ksmbd_limits_failed(&addr, 1);
	}
	msleep(20);
	for (; i < KSMBD_LIMITS_ADDRESSES + 10; i++) {
		addr = address(4, i);
		KUNIT_EXPECT_EQ(test, ksmbd_limits_failed(&addr, LONG_MS), LONG_MS);
	}
	addr = address(4, 500);
	KUNIT_EXPECT_EQ(test, ksmbd_limits_failed(&addr, 1), 2U);
	addr = address(4, 9);
	KUNIT_EXPECT_EQ(test, ksmbd_limits_failed(&addr, 1), 1U);
	ksmbd_limits_exit();
}

/* The networks of one site are told apart, up to a number. */
static void sites(struct kunit *test)
{
	struct ksmbd_addr addr = { .family = 6 }, other = { .family = 6, .key = { 1 } };
	u32 i, n;

	for (n = 0; n < 300; n++) {
		put_unaligned_be16(n, addr.key + 6);
		for (i = 0; i < KSMBD_LIMITS_PENALTIES && !ksmbd_limits_wait(&addr); i++)
			ksmbd_limits_failed(&addr, LONG_MS);
		if (n <= KSMBD_LIMITS_SITE_MAX)
			KUNIT_EXPECT_EQ(test, i, KSMBD_LIMITS_PENALTIES);
		else
			KUNIT_EXPECT_EQ(test, i, 0U);
		KUNIT_EXPECT_GT(test, ksmbd_limits_wait(&addr), 0U);
		KUNIT_EXPECT_EQ(test, ksmbd_limits_wait(&other), 0U);
	}
	/* IPv4 has none. */
	for (n = 0; n < 100; n++) {
		addr = address(4, n << 24);
		KUNIT_EXPECT_EQ(test, ksmbd_limits_failed(&addr, LONG_MS), LONG_MS);
	}
	ksmbd_limits_exit();
}

/* Those of each site are counted for themselves, however many sites there are. */
static void many_sites(struct kunit *test)
{
	struct ksmbd_addr addr = { .family = 6 };
	u32 site, net;

	for (net = 0; net < KSMBD_LIMITS_SITE_MAX + 4; net++) {
		for (site = 0; site < 50; site++) {
			put_unaligned_be16(site, addr.key + 4);
			put_unaligned_be16(net, addr.key + 6);
			KUNIT_EXPECT_EQ(test, ksmbd_limits_failed(&addr, LONG_MS),
					net <= KSMBD_LIMITS_SITE_MAX	 ? LONG_MS :
					net == KSMBD_LIMITS_SITE_MAX + 1 ? 2 * LONG_MS :
									   4 * LONG_MS);
		}
	}
	ksmbd_limits_exit();
}

static struct kunit_case limits_cases[] = {
	KUNIT_CASE(grows_and_stays),
	KUNIT_CASE(off),
	KUNIT_CASE(penalties),
	KUNIT_CASE(paid),
	KUNIT_CASE(bounded),
	KUNIT_CASE(forgotten),
	KUNIT_CASE(sites),
	KUNIT_CASE(many_sites),
	{},
};

static struct kunit_suite limits_suite = {
	.name = "ksmbd-limits",
	.test_cases = limits_cases,
};
kunit_test_suite(limits_suite);
