// SPDX-License-Identifier: GPL-2.0-or-later
#include "open/sequence.h"
#include "tests/helpers.h"

#define REFUSED U32_MAX

static struct ksmbd_sequence fresh(u16 number)
{
	struct ksmbd_sequence seq = { .number = number };

	spin_lock_init(&seq.lock);
	return seq;
}

/* The round that the request is of, or REFUSED. */
static u32 enter(struct ksmbd_sequence *seq, u16 number, bool again)
{
	u32 round;

	return ksmbd_sequence_enter(seq, number, again, &round) ? round : REFUSED;
}

static void expect(struct kunit *test, const struct ksmbd_sequence *seq, u16 number, u32 now,
		   u32 before)
{
	KUNIT_EXPECT_EQ(test, seq->number, number);
	KUNIT_EXPECT_EQ(test, seq->now, now);
	KUNIT_EXPECT_EQ(test, seq->before, before);
}

static void half_is_new(struct kunit *test)
{
	static const struct {
		u16 at, number;
		bool in;
	} steps[] = {
		{ 0, 0, true },
		{ 0, 1, true },
		{ 0, 0x7FFF, true },
		{ 0, 0x8000, false },
		{ 0, 0xFFFF, false },
		{ 1, 0, false },
		{ 0x7FFF, 0xFFFE, true },
		{ 0x7FFF, 0xFFFF, false },
		{ 0xFFFF, 0, true },
		{ 0xFFFF, 0x7FFE, true },
		{ 0xFFFF, 0x7FFF, false },
		{ 0x8000, 0x7FFF, false },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(steps); i++) {
		struct ksmbd_sequence seq = fresh(steps[i].at);
		bool in = enter(&seq, steps[i].number, i & 1) != REFUSED;

		KUNIT_EXPECT_EQ(test, in, steps[i].in);
		expect(test, &seq, in ? steps[i].number : steps[i].at, in, 0);
	}
}

static void counts(struct kunit *test)
{
	struct ksmbd_sequence seq = fresh(5);
	u32 first = enter(&seq, 5, false), second = enter(&seq, 5, true), third;

	KUNIT_EXPECT_NE(test, second, REFUSED); /* nothing is under way from before */
	third = enter(&seq, 6, false);
	KUNIT_EXPECT_NE(test, third, REFUSED);
	expect(test, &seq, 6, 1, 2);
	/* What is sent again waits until its first attempt is over, whatever its number. */
	KUNIT_EXPECT_EQ(test, enter(&seq, 6, true), REFUSED);
	ksmbd_sequence_leave(&seq, first);
	KUNIT_EXPECT_EQ(test, enter(&seq, 6, true), REFUSED);
	expect(test, &seq, 6, 1, 1);
	ksmbd_sequence_leave(&seq, second);
	KUNIT_EXPECT_EQ(test, enter(&seq, 6, true), third);
	ksmbd_sequence_leave(&seq, third);
	ksmbd_sequence_leave(&seq, third);
	expect(test, &seq, 6, 0, 0);
}

/* A replay that is refused moves the number all the same. */
static void refused_replay_moves(struct kunit *test)
{
	struct ksmbd_sequence seq = fresh(0);
	u32 first = enter(&seq, 0, false);

	KUNIT_EXPECT_EQ(test, enter(&seq, 1, true), REFUSED);
	expect(test, &seq, 1, 0, 1);
	KUNIT_EXPECT_EQ(test, enter(&seq, 0, false), REFUSED);
	ksmbd_sequence_leave(&seq, first);
	expect(test, &seq, 1, 0, 0);
	KUNIT_EXPECT_NE(test, enter(&seq, 1, true), REFUSED);
}

/* The number has come round to where it was: the old request is still an old one. */
static void comes_round(struct kunit *test)
{
	struct ksmbd_sequence seq = fresh(0);
	u32 old = enter(&seq, 0, false), i, round;

	for (i = 1; i <= 4; i++)
		ksmbd_sequence_leave(&seq, enter(&seq, i * 0x4000, false));
	expect(test, &seq, 0, 0, 1);
	round = enter(&seq, 0, false);
	ksmbd_sequence_leave(&seq, old);
	expect(test, &seq, 0, 1, 0);
	ksmbd_sequence_leave(&seq, round);
	expect(test, &seq, 0, 0, 0);
}

static struct kunit_case sequence_cases[] = {
	KUNIT_CASE(half_is_new),
	KUNIT_CASE(counts),
	KUNIT_CASE(refused_replay_moves),
	KUNIT_CASE(comes_round),
	{},
};

static struct kunit_suite sequence_suite = {
	.name = "ksmbd-sequence",
	.test_cases = sequence_cases,
};
kunit_test_suite(sequence_suite);
