// SPDX-License-Identifier: GPL-2.0-or-later
/* Message ids and credits over whole connections. [MS-SMB2] 3.3.1.1, 3.3.1.2, 3.3.5.2.3 */
#include <linux/kernel.h>
#include <linux/string.h>

#include "session/conn.h"
#include "tests/replay/replay.h"

/* What hook_login() grants in a replay, less the one used. */
#define GRANTED 64

static bool echo_with_id(struct replay *r, u64 id)
{
	struct replay_reply reply;

	r->next_id = id;
	replay_echo(r);
	replay_finish(r);
	return replay_take(r, &reply) && !reply.status && reply.message_id == id;
}

static void in_order(struct kunit *test)
{
	struct replay *r = replay_open(test, KSMBD_DIALECT_311);
	u64 id;

	for (id = 1; id < 3 * KSMBD_CREDIT_WINDOW / 2; id++)
		KUNIT_ASSERT_TRUE(test, echo_with_id(r, id));
}

static void any_order(struct kunit *test)
{
	struct replay *r = replay_open(test, KSMBD_DIALECT_311);
	u64 id;

	for (id = GRANTED; id > 0; id--)
		KUNIT_ASSERT_TRUE(test, echo_with_id(r, id));
	KUNIT_ASSERT_TRUE(test, echo_with_id(r, GRANTED + 1));
}

static void replayed(struct kunit *test)
{
	static const u64 again[] = { 0, 1, 2, 5 };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(again); i++) {
		struct replay *r = replay_open(test, KSMBD_DIALECT_311);

		KUNIT_ASSERT_TRUE(test, echo_with_id(r, 1));
		KUNIT_ASSERT_TRUE(test, echo_with_id(r, 2));
		KUNIT_ASSERT_TRUE(test, echo_with_id(r, 5));
		r->next_id = again[i];
		replay_echo(r);
		replay_finish(r);
		KUNIT_EXPECT_TRUE(test, replay_ended(r));
		replay_close(r);
	}
}

static void out_of_window(struct kunit *test)
{
	static const u64 ids[] = { GRANTED + 1, KSMBD_CREDIT_WINDOW, 1ULL << 32, U64_MAX - 1,
				   U64_MAX };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(ids); i++) {
		struct replay *r = replay_open(test, KSMBD_DIALECT_311);

		r->next_id = ids[i];
		replay_echo(r);
		replay_finish(r);
		KUNIT_EXPECT_TRUE(test, replay_ended(r));
		replay_close(r);
	}
}

/* An id that is never used holds the window back, whatever is asked for. */
static void skipped(struct kunit *test)
{
	struct replay *r = replay_open(test, KSMBD_DIALECT_311);
	struct replay_reply reply;
	u64 id = 2, granted = GRANTED;

	r->credits = 512;
	for (;;) {
		r->next_id = id++;
		replay_echo(r);
		replay_finish(r);
		if (!replay_take(r, &reply))
			break;
		granted += reply.credits;
		KUNIT_ASSERT_LE(test, granted, KSMBD_CREDIT_WINDOW);
		KUNIT_ASSERT_LE(test, id, KSMBD_CREDIT_WINDOW + 2);
	}
	/* Every granted id could be used; the one after them ended the connection. */
	KUNIT_EXPECT_EQ(test, granted, KSMBD_CREDIT_WINDOW);
	KUNIT_EXPECT_EQ(test, id, granted + 2);
}

static void charge_zero(struct kunit *test)
{
	struct replay *r = replay_open(test, KSMBD_DIALECT_210);

	r->charge = 0;
	KUNIT_EXPECT_TRUE(test, echo_with_id(r, 1));
	KUNIT_EXPECT_TRUE(test, echo_with_id(r, 2));
	r->next_id = 2;
	replay_echo(r);
	replay_finish(r);
	KUNIT_EXPECT_TRUE(test, replay_ended(r));
}

static void multi_credit(struct kunit *test)
{
	struct replay *r = replay_open(test, KSMBD_DIALECT_302);

	r->charge = 10;
	KUNIT_EXPECT_TRUE(test, echo_with_id(r, 1));  /* 1 to 10 */
	KUNIT_EXPECT_TRUE(test, echo_with_id(r, 21)); /* 21 to 30 */
	KUNIT_EXPECT_TRUE(test, echo_with_id(r, 11));
	/* 26 is used: no part of a request may be. */
	r->charge = 5;
	r->next_id = 26;
	replay_echo(r);
	replay_finish(r);
	KUNIT_EXPECT_TRUE(test, replay_ended(r));
}

static void charge_past_window(struct kunit *test)
{
	struct replay *r = replay_open(test, KSMBD_DIALECT_302);

	r->charge = GRANTED + 1;
	r->next_id = 1;
	replay_echo(r);
	replay_finish(r);
	KUNIT_EXPECT_TRUE(test, replay_ended(r));
}

/* 2.0.2 knows no charge: the field is reserved. */
static void no_charge_in_202(struct kunit *test)
{
	struct replay *r = replay_open(test, KSMBD_DIALECT_202);

	r->charge = 10;
	KUNIT_EXPECT_TRUE(test, echo_with_id(r, 1));
	KUNIT_EXPECT_TRUE(test, echo_with_id(r, 2));
}

static void few_credits(struct ksmbd_config *values)
{
	values->max_credits = 20;
}

static void never_above_max(struct kunit *test)
{
	struct replay_reply reply;
	u32 outstanding = 20, i;
	struct replay *r;

	KUNIT_ASSERT_EQ(test, hook_configure(few_credits), 0);
	r = replay_open(test, KSMBD_DIALECT_311); /* asked for 64, got 20 */
	for (i = 0; i < 100; i++) {
		r->credits = i % 3 ? 0xFFFF : 0;
		replay_echo(r);
		replay_finish(r);
		KUNIT_ASSERT_TRUE(test, replay_take(r, &reply));
		outstanding += reply.credits - 1;
		KUNIT_ASSERT_LE(test, outstanding, 20U);
		KUNIT_ASSERT_GE(test, outstanding, 1U);
	}
}

/* Whoever asks for none keeps the last one. */
static void never_without(struct kunit *test)
{
	struct replay *r = replay_open(test, 0);
	struct replay_reply reply;
	u32 i;

	r->credits = 0;
	for (i = 0; i < 10; i++) {
		/* Refused, and yet the client must be able to go on. */
		replay_begin(r, SMB2_NEGOTIATE);
		ksmbd_wr_u16(&r->wr, 36);
		ksmbd_wr_zero(&r->wr, 34);
		replay_finish(r);
		REPLAY_EXPECT(r, &reply, SMB2_NEGOTIATE, STATUS_INVALID_PARAMETER);
		KUNIT_EXPECT_EQ(test, reply.credits, 1);
	}
}

/* An IOCTL whose code nobody knows, for @room bytes of output */
static void unknown_ioctl(struct replay *r, u32 room)
{
	replay_begin(r, SMB2_IOCTL);
	ksmbd_wr_u16(&r->wr, 57);
	ksmbd_wr_u16(&r->wr, 0);
	ksmbd_wr_u32(&r->wr, 0xFFFF0000);
	ksmbd_wr_u64(&r->wr, U64_MAX);
	ksmbd_wr_u64(&r->wr, U64_MAX);
	ksmbd_wr_zero(&r->wr, 20);
	ksmbd_wr_u32(&r->wr, room);
	ksmbd_wr_u32(&r->wr, 1); /* an FSCTL */
	ksmbd_wr_zero(&r->wr, 4);
	replay_finish(r);
}

/* A charge that does not pay for what is asked. 3.3.5.2.5 */
static void underpaid(struct kunit *test)
{
	struct replay *r = replay_open(test, KSMBD_DIALECT_302);
	struct replay_reply reply;
	struct replay_fid fid;

	replay_create(r, "a.txt", FILE_GENERIC_READ, FILE_OPEN, 0);
	replay_finish(r);
	REPLAY_EXPECT(r, &reply, SMB2_CREATE, STATUS_SUCCESS);
	fid = replay_fid(&reply);
	r->charge = 2;
	replay_read(r, fid, 131072, 0);
	replay_finish(r);
	REPLAY_EXPECT(r, &reply, SMB2_READ, STATUS_SUCCESS);
	replay_read(r, fid, 131073, 0);
	replay_finish(r);
	REPLAY_EXPECT(r, &reply, SMB2_READ, STATUS_INVALID_PARAMETER);
	r->charge = 0;
	replay_read(r, fid, 65536, 0);
	replay_finish(r);
	REPLAY_EXPECT(r, &reply, SMB2_READ, STATUS_SUCCESS);
	replay_read(r, fid, 65537, 0);
	replay_finish(r);
	REPLAY_EXPECT(r, &reply, SMB2_READ, STATUS_INVALID_PARAMETER);
	replay_query(r, fid, SMB2_0_INFO_FILE, 18, 65537);
	replay_finish(r);
	REPLAY_EXPECT(r, &reply, SMB2_QUERY_INFO, STATUS_INVALID_PARAMETER);
	unknown_ioctl(r, 65536);
	KUNIT_ASSERT_TRUE(test, replay_take(r, &reply));
	KUNIT_EXPECT_NE(test, reply.status, ksmbd_status_u32(STATUS_INVALID_PARAMETER));
	unknown_ioctl(r, 65537);
	REPLAY_EXPECT(r, &reply, SMB2_IOCTL, STATUS_INVALID_PARAMETER);
}

/* CANCEL uses no id and is granted nothing. */
static void cancel_is_free(struct kunit *test)
{
	struct replay *r = replay_open(test, KSMBD_DIALECT_311);
	u32 i;

	for (i = 0; i < 3 * GRANTED; i++)
		replay_cancel(r, i, 0);
	KUNIT_EXPECT_TRUE(test, echo_with_id(r, 1));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(in_order),	      KUNIT_CASE(any_order),
	KUNIT_CASE(replayed),	      KUNIT_CASE(out_of_window),
	KUNIT_CASE(skipped),	      KUNIT_CASE(charge_zero),
	KUNIT_CASE(multi_credit),     KUNIT_CASE(charge_past_window),
	KUNIT_CASE(no_charge_in_202), KUNIT_CASE(never_above_max),
	KUNIT_CASE(never_without),    KUNIT_CASE(underpaid),
	KUNIT_CASE(cancel_is_free),   {},
};

static struct kunit_suite suite = {
	.name = "replay_credit",
	.suite_init = replay_suite_init,
	.suite_exit = replay_suite_exit,
	.exit = replay_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
