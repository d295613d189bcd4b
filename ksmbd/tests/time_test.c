// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/limits.h>

#include "tests/helpers.h"
#include "util/time.h"

static u64 to_nt(s64 sec, long nsec)
{
	struct timespec64 ts = { .tv_sec = sec, .tv_nsec = nsec };

	return ksmbd_time_to_nt(ts);
}

static void known_times(struct kunit *test)
{
	/* 1970-01-01, 2000-01-01 (each known from Windows), 1601-01-01 */
	KUNIT_EXPECT_EQ(test, to_nt(0, 0), 116444736000000000ULL);
	KUNIT_EXPECT_EQ(test, to_nt(946684800, 0), 125911584000000000ULL);
	KUNIT_EXPECT_EQ(test, to_nt(-11644473600LL, 0), 0ULL);
	KUNIT_EXPECT_EQ(test, to_nt(-11644473600LL, 100), 1ULL);
	KUNIT_EXPECT_EQ(test, to_nt(0, 199), 116444736000000001ULL);
	/* Before 1970: 0.1 us before the epoch. */
	KUNIT_EXPECT_EQ(test, to_nt(-1, 999999900), 116444735999999999ULL);
}

static void out_of_range(struct kunit *test)
{
	struct timespec64 ts;

	KUNIT_EXPECT_EQ(test, to_nt(-11644473601LL, 999999999), 0ULL);
	KUNIT_EXPECT_EQ(test, to_nt(LLONG_MIN, 0), 0ULL);
	KUNIT_EXPECT_EQ(test, to_nt(LLONG_MAX, 999999999), KSMBD_NT_TIME_MAX);
	ts = ksmbd_time_from_nt(U64_MAX);
	KUNIT_EXPECT_EQ(test, ts.tv_sec, 910692730085LL);
	KUNIT_EXPECT_EQ(test, ts.tv_nsec, 477580700L);
	KUNIT_EXPECT_EQ(test, ksmbd_time_to_nt(ts), KSMBD_NT_TIME_MAX);
	ts = ksmbd_time_from_nt(0);
	KUNIT_EXPECT_EQ(test, ts.tv_sec, -11644473600LL);
	KUNIT_EXPECT_EQ(test, ts.tv_nsec, 0L);
}

static void there_and_back(struct kunit *test)
{
	u64 nt;

	for (nt = 1; nt < KSMBD_NT_TIME_MAX / 3 - 10000000; nt = nt * 3 + 1)
		KUNIT_EXPECT_EQ(test, ksmbd_time_to_nt(ksmbd_time_from_nt(nt)), nt);
}

static struct kunit_case time_cases[] = {
	KUNIT_CASE(known_times),
	KUNIT_CASE(out_of_range),
	KUNIT_CASE(there_and_back),
	{},
};

static struct kunit_suite time_suite = {
	.name = "ksmbd-time",
	.test_cases = time_cases,
};
kunit_test_suite(time_suite);
