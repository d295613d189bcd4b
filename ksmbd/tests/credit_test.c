// SPDX-License-Identifier: GPL-2.0-or-later
#include "frame/credit.h"
#include "tests/helpers.h"

static struct ksmbd_credits *new_window(struct kunit *test, u32 max)
{
	struct ksmbd_credits *credits = kunit_kzalloc(test, sizeof(*credits), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, credits);
	spin_lock_init(&credits->lock);
	credits->high = 1;
	credits->max = max;
	return credits;
}

static u32 outstanding(const struct ksmbd_credits *credits)
{
	return credits->high - credits->low - credits->nr_used;
}

static void begins_with_one(struct kunit *test)
{
	struct ksmbd_credits *credits = new_window(test, 512);

	KUNIT_EXPECT_FALSE(test, ksmbd_credit_consume(credits, 1, 1));
	KUNIT_EXPECT_FALSE(test, ksmbd_credit_consume(credits, 0, 2));
	KUNIT_EXPECT_TRUE(test, ksmbd_credit_consume(credits, 0, 1));
	KUNIT_EXPECT_FALSE(test, ksmbd_credit_consume(credits, 0, 1));
	KUNIT_EXPECT_EQ(test, outstanding(credits), 0U);
}

static void a_charge_of_zero_is_one(struct kunit *test)
{
	struct ksmbd_credits *credits = new_window(test, 512);

	KUNIT_EXPECT_TRUE(test, ksmbd_credit_consume(credits, 0, 0));
	KUNIT_EXPECT_FALSE(test, ksmbd_credit_consume(credits, 0, 0));
}

static void grants_what_is_asked(struct kunit *test)
{
	struct ksmbd_credits *credits = new_window(test, 512);

	KUNIT_EXPECT_TRUE(test, ksmbd_credit_consume(credits, 0, 1));
	KUNIT_EXPECT_EQ(test, ksmbd_credit_grant(credits, 0), 1U);
	KUNIT_EXPECT_EQ(test, ksmbd_credit_grant(credits, 100), 100U);
	KUNIT_EXPECT_EQ(test, ksmbd_credit_grant(credits, 65535), 411U);
	KUNIT_EXPECT_EQ(test, outstanding(credits), 512U);
	KUNIT_EXPECT_EQ(test, ksmbd_credit_grant(credits, 1), 0U);
	KUNIT_EXPECT_EQ(test, ksmbd_credit_grant(credits, 0), 0U);
}

static void multi_credit_is_all_or_nothing(struct kunit *test)
{
	struct ksmbd_credits *credits = new_window(test, 512);
	u64 low;

	ksmbd_credit_consume(credits, 0, 1);
	ksmbd_credit_grant(credits, 20); /* 1 to 20 */
	KUNIT_EXPECT_TRUE(test, ksmbd_credit_consume(credits, 5, 3));
	KUNIT_EXPECT_FALSE(test, ksmbd_credit_consume(credits, 3, 3));
	KUNIT_EXPECT_FALSE(test, ksmbd_credit_consume(credits, 7, 2));
	KUNIT_EXPECT_FALSE(test, ksmbd_credit_consume(credits, 18, 4));
	KUNIT_EXPECT_FALSE(test, ksmbd_credit_consume(credits, 18, 65535));
	/* What failed has used nothing. */
	KUNIT_EXPECT_EQ(test, outstanding(credits), 17U);
	KUNIT_EXPECT_TRUE(test, ksmbd_credit_consume(credits, 1, 4));
	low = credits->low;
	KUNIT_EXPECT_EQ(test, low, 8ULL);
	KUNIT_EXPECT_TRUE(test, ksmbd_credit_consume(credits, 8, 13));
	KUNIT_EXPECT_EQ(test, outstanding(credits), 0U);
}

static void extremes_do_not_wrap(struct kunit *test)
{
	struct ksmbd_credits *credits = new_window(test, 8192);

	KUNIT_EXPECT_FALSE(test, ksmbd_credit_consume(credits, U64_MAX, 1));
	KUNIT_EXPECT_FALSE(test, ksmbd_credit_consume(credits, U64_MAX, U32_MAX));
	KUNIT_EXPECT_FALSE(test, ksmbd_credit_consume(credits, 0, U32_MAX));
	KUNIT_EXPECT_FALSE(test, ksmbd_credit_consume(credits, KSMBD_CREDIT_WINDOW, 1));
	KUNIT_EXPECT_TRUE(test, ksmbd_credit_consume(credits, 0, 1));
}

/* One id is left out: the window stops when the ring is full. */
static void a_gap_holds_the_window(struct kunit *test)
{
	struct ksmbd_credits *credits = new_window(test, 8192);
	u64 id = 1;

	ksmbd_credit_grant(credits, 100); /* 0 is never used */
	while (ksmbd_credit_consume(credits, id, 1)) {
		ksmbd_credit_grant(credits, 50);
		id++;
	}
	KUNIT_EXPECT_EQ(test, id, (u64)KSMBD_CREDIT_WINDOW);
	KUNIT_EXPECT_EQ(test, ksmbd_credit_grant(credits, 1), 0U);
	/* Closing it opens the window again. */
	KUNIT_EXPECT_TRUE(test, ksmbd_credit_consume(credits, 0, 1));
	KUNIT_EXPECT_EQ(test, credits->low, credits->high);
	KUNIT_EXPECT_EQ(test, ksmbd_credit_grant(credits, 8192), 8192U);
	KUNIT_EXPECT_TRUE(test, ksmbd_credit_consume(credits, id, 8192));
}

static void goes_round_the_ring(struct kunit *test)
{
	struct ksmbd_credits *credits = new_window(test, 100);
	u64 id = 0;
	u32 i;

	for (i = 0; i < 3000; i++) {
		u32 charge = 1 + i % 7;

		ksmbd_credit_grant(credits, 100);
		KUNIT_ASSERT_TRUE(test, ksmbd_credit_consume(credits, id + charge, charge));
		KUNIT_ASSERT_TRUE(test, ksmbd_credit_consume(credits, id, charge));
		KUNIT_ASSERT_FALSE(test, ksmbd_credit_consume(credits, id + charge, charge));
		id += 2 * charge;
		KUNIT_ASSERT_EQ(test, credits->low, id);
		KUNIT_ASSERT_EQ(test, credits->nr_used, 0U);
	}
}

static struct kunit_case credit_cases[] = {
	KUNIT_CASE(begins_with_one),	  KUNIT_CASE(a_charge_of_zero_is_one),
	KUNIT_CASE(grants_what_is_asked), KUNIT_CASE(multi_credit_is_all_or_nothing),
	KUNIT_CASE(extremes_do_not_wrap), KUNIT_CASE(a_gap_holds_the_window),
	KUNIT_CASE(goes_round_the_ring),  {},
};

static struct kunit_suite credit_suite = {
	.name = "ksmbd-credit",
	.test_cases = credit_cases,
};
kunit_test_suite(credit_suite);
