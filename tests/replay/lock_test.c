// SPDX-License-Identifier: GPL-2.0-or-later
/* LOCK on whole connections: what waits, and what ends the waiting. [MS-SMB2] 3.3.5.14 */
#include <linux/kernel.h>

#include "config_types.h"
#include "open/lock.h"
#include "session/conn_types.h"
#include "tests/replay/oplock.h"

#define SHARED	  SMB2_LOCKFLAG_SHARED_LOCK
#define EXCLUSIVE SMB2_LOCKFLAG_EXCLUSIVE_LOCK
#define UNLOCK	  SMB2_LOCKFLAG_UNLOCK
#define NOW	  SMB2_LOCKFLAG_FAIL_IMMEDIATELY

/* Two clients with a handle each on "f"; the first has the bytes 0 to 9 for itself. */
struct lock_pair {
	struct replay *a;
	struct replay *b;
	struct replay_fid fid_a;
	struct replay_fid fid_b;
};

static void try_lock(struct replay *r, struct replay_fid fid, u64 offset, u64 length, u32 flags,
		     ntstatus_t status)
{
	struct replay_reply reply;

	replay_lock(r, fid, offset, length, flags);
	replay_finish(r);
	REPLAY_EXPECT(r, &reply, SMB2_LOCK, status);
	if (status == STATUS_SUCCESS)
		KUNIT_EXPECT_EQ(r->test, reply.body_len, 4U);
}

static struct lock_pair lock_hold(struct kunit *test)
{
	struct lock_pair p = { .a = replay_open(test, KSMBD_DIALECT_311) };

	p.b = replay_open(test, KSMBD_DIALECT_302);
	p.fid_a = oplock_open(p.a, "f", RW, NONE, NONE);
	p.fid_b = oplock_open(p.b, "f", RW, NONE, NONE);
	try_lock(p.a, p.fid_a, 0, 10, EXCLUSIVE, STATUS_SUCCESS);
	return p;
}

/* A LOCK that has to wait; its async id. */
static u64 park_lock(struct replay *r, struct replay_fid fid, u64 offset, u64 length, u32 flags)
{
	struct replay_reply reply;

	replay_lock(r, fid, offset, length, flags);
	replay_finish(r);
	REPLAY_EXPECT(r, &reply, SMB2_LOCK, STATUS_PENDING);
	KUNIT_EXPECT_TRUE(r->test, reply.flags & SMB2_FLAGS_ASYNC_COMMAND);
	return reply.async_id;
}

static void expect_lock(struct replay *r, u64 async_id, ntstatus_t status)
{
	struct replay_reply reply;

	REPLAY_EXPECT(r, &reply, SMB2_LOCK, status);
	KUNIT_EXPECT_EQ(r->test, reply.async_id, async_id);
}

/* ---- what waits ---- */

static void granted_in_order(struct kunit *test)
{
	struct lock_pair p = lock_hold(test);
	struct replay *c = replay_open(test, KSMBD_DIALECT_210);
	struct replay_fid fid_c = oplock_open(c, "f", RW, NONE, NONE);
	u64 first, second, third;

	first = park_lock(p.b, p.fid_b, 5, 10, EXCLUSIVE);
	second = park_lock(c, fid_c, 0, 1, EXCLUSIVE);
	third = park_lock(c, fid_c, 9, 1, SHARED);
	try_lock(c, fid_c, 14, 1, SHARED, STATUS_SUCCESS);
	try_lock(c, fid_c, 14, 1, UNLOCK, STATUS_SUCCESS);
	try_lock(p.a, p.fid_a, 0, 10, UNLOCK, STATUS_SUCCESS);
	/* The third is in the way of the first, which came before it. */
	expect_lock(p.b, first, STATUS_SUCCESS);
	expect_lock(c, second, STATUS_SUCCESS);
	KUNIT_EXPECT_TRUE(test, replay_silent(c));
	try_lock(p.a, p.fid_a, 14, 1, SHARED | NOW, STATUS_LOCK_NOT_GRANTED);
	oplock_close(p.b, p.fid_b);
	expect_lock(c, third, STATUS_SUCCESS);
	try_lock(p.a, p.fid_a, 9, 1, EXCLUSIVE | NOW, STATUS_LOCK_NOT_GRANTED);
	try_lock(p.a, p.fid_a, 9, 1, SHARED | NOW, STATUS_SUCCESS);
}

static void shared_together(struct kunit *test)
{
	struct lock_pair p = lock_hold(test);
	u64 ids[3];
	u32 i;

	for (i = 0; i < ARRAY_SIZE(ids); i++)
		ids[i] = park_lock(p.b, p.fid_b, 0, 10, SHARED);
	try_lock(p.a, p.fid_a, 0, 10, UNLOCK, STATUS_SUCCESS);
	for (i = 0; i < ARRAY_SIZE(ids); i++) {
		struct replay_reply reply;

		/* In any order: they are answered side by side. */
		REPLAY_EXPECT(p.b, &reply, SMB2_LOCK, STATUS_SUCCESS);
	}
	for (i = 0; i < ARRAY_SIZE(ids); i++)
		try_lock(p.b, p.fid_b, 0, 10, UNLOCK, STATUS_SUCCESS);
	try_lock(p.b, p.fid_b, 0, 10, UNLOCK, STATUS_RANGE_NOT_LOCKED);
}

/* ---- what ends the waiting ---- */

static void cancelled(struct kunit *test)
{
	struct lock_pair p = lock_hold(test);
	u64 id, message_id;

	id = park_lock(p.b, p.fid_b, 0, 10, EXCLUSIVE);
	replay_cancel(p.b, 0, id);
	expect_lock(p.b, id, STATUS_CANCELLED);
	message_id = p.b->next_id;
	id = park_lock(p.b, p.fid_b, 0, 10, EXCLUSIVE);
	replay_cancel(p.b, message_id, 0);
	expect_lock(p.b, id, STATUS_CANCELLED);
	try_lock(p.a, p.fid_a, 0, 10, UNLOCK, STATUS_SUCCESS);
	KUNIT_EXPECT_TRUE(test, replay_silent(p.b));
	try_lock(p.a, p.fid_a, 0, 10, EXCLUSIVE | NOW, STATUS_SUCCESS);
}

/* The one who asked closes the handle, its tree or its session. */
static void handle_ends(struct kunit *test)
{
	static const u16 commands[] = { SMB2_CLOSE, SMB2_TREE_DISCONNECT, SMB2_LOGOFF };
	struct replay_reply reply;
	struct lock_pair p;
	u32 i, j, seen;

	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		p = lock_hold(test);
		park_lock(p.b, p.fid_b, 5, 10, EXCLUSIVE);
		if (commands[i] == SMB2_CLOSE)
			replay_file_request(p.b, SMB2_CLOSE, p.fid_b);
		else
			replay_empty(p.b, commands[i]);
		replay_finish(p.b);
		for (j = 0, seen = 0; j < 2; j++) {
			KUNIT_ASSERT_TRUE(test, replay_take(p.b, &reply));
			seen |= BIT(reply.command);
			KUNIT_EXPECT_EQ(test, reply.status,
					reply.command == SMB2_LOCK ?
						ksmbd_status_u32(STATUS_RANGE_NOT_LOCKED) :
						0U);
		}
		KUNIT_EXPECT_EQ(test, seen, (u32)(BIT(commands[i]) | BIT(SMB2_LOCK)));
		/* Nothing of it is left. */
		try_lock(p.a, p.fid_a, 10, 5, EXCLUSIVE | NOW, STATUS_SUCCESS);
		oplock_close(p.a, p.fid_a);
	}
}

static void holder_ends(struct kunit *test)
{
	static const u16 commands[] = { SMB2_CLOSE, SMB2_TREE_DISCONNECT, SMB2_LOGOFF, 0 };
	struct replay_reply reply;
	struct lock_pair p;
	u32 i;
	u64 id;

	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		p = lock_hold(test);
		id = park_lock(p.b, p.fid_b, 5, 10, SHARED);
		if (commands[i] == SMB2_CLOSE) {
			oplock_close(p.a, p.fid_a);
		} else if (commands[i]) {
			replay_empty(p.a, commands[i]);
			replay_finish(p.a);
			REPLAY_EXPECT(p.a, &reply, commands[i], STATUS_SUCCESS);
		} else {
			replay_drop(p.a);
		}
		expect_lock(p.b, id, STATUS_SUCCESS);
		oplock_close(p.b, p.fid_b);
	}
}

static void waiter_disconnects(struct kunit *test)
{
	struct lock_pair p = lock_hold(test);
	struct replay *c = replay_open(test, KSMBD_DIALECT_311);
	struct replay_fid fid_c = oplock_open(c, "f", RW, NONE, NONE);
	u64 id;

	park_lock(p.b, p.fid_b, 0, 10, EXCLUSIVE);
	id = park_lock(c, fid_c, 0, 10, EXCLUSIVE);
	replay_drop(p.b);
	try_lock(p.a, p.fid_a, 0, 10, UNLOCK, STATUS_SUCCESS);
	expect_lock(c, id, STATUS_SUCCESS);
}

/* The client hears that it was cancelled, or that it has the lock; one of the two is so. */
static void cancelled_or_granted(struct kunit *test)
{
	struct lock_pair p = lock_hold(test);
	struct replay_reply reply;
	u32 i;
	u64 id;

	for (i = 0; i < 200; i++) {
		id = park_lock(p.b, p.fid_b, 0, 10, EXCLUSIVE);
		replay_lock(p.a, p.fid_a, 0, 10, UNLOCK);
		replay_finish(p.a);
		replay_cancel(p.b, 0, id);
		REPLAY_EXPECT(p.a, &reply, SMB2_LOCK, STATUS_SUCCESS);
		KUNIT_ASSERT_TRUE(test, replay_take(p.b, &reply));
		KUNIT_ASSERT_EQ(test, reply.async_id, id);
		if (reply.status)
			KUNIT_ASSERT_EQ(test, reply.status, ksmbd_status_u32(STATUS_CANCELLED));
		try_lock(p.b, p.fid_b, 0, 10, UNLOCK,
			 reply.status ? STATUS_RANGE_NOT_LOCKED : STATUS_SUCCESS);
		try_lock(p.a, p.fid_a, 0, 10, EXCLUSIVE | NOW, STATUS_SUCCESS);
	}
}

/* ---- what is asked ---- */

static void wrong_requests(struct kunit *test)
{
	static const struct {
		u16 count;
		u32 flags[3];
		ntstatus_t status;
		u8 left; /* how many locks */
	} rows[] = {
		{ 0, { EXCLUSIVE }, STATUS_INVALID_PARAMETER, 0 },
		{ 1, { 0 }, STATUS_INVALID_PARAMETER, 0 },
		{ 1, { NOW }, STATUS_INVALID_PARAMETER, 0 },
		{ 1, { SHARED | EXCLUSIVE }, STATUS_INVALID_PARAMETER, 0 },
		{ 1, { UNLOCK | SHARED }, STATUS_INVALID_PARAMETER, 0 },
		{ 1, { 8 | SHARED }, STATUS_INVALID_PARAMETER, 0 },
		{ 1, { UNLOCK }, STATUS_RANGE_NOT_LOCKED, 0 },
		/* More than there are. */
		{ 4, { SHARED | NOW, SHARED | NOW, SHARED | NOW }, STATUS_INVALID_PARAMETER, 0 },
		/* Several cannot wait. */
		{ 2, { SHARED | NOW, SHARED }, STATUS_INVALID_PARAMETER, 0 },
		{ 2, { SHARED | NOW, UNLOCK }, STATUS_INVALID_PARAMETER, 0 },
		/* What came before a wrong one stays. */
		{ 3, { SHARED | NOW, SHARED | NOW, UNLOCK | NOW }, STATUS_INVALID_PARAMETER, 2 },
		{ 3, { SHARED | NOW, 8 | NOW, SHARED | NOW }, STATUS_INVALID_PARAMETER, 1 },
		/* What cannot be had takes the others with it. */
		{ 3, { SHARED | NOW, SHARED | NOW, EXCLUSIVE | NOW }, STATUS_LOCK_NOT_GRANTED, 0 },
		{ 3, { SHARED | NOW, SHARED | NOW, SHARED | NOW }, STATUS_SUCCESS, 3 },
	};
	struct replay *r = replay_open(test, KSMBD_DIALECT_311);
	struct replay_fid fid = oplock_open(r, "f", RW, NONE, NONE);
	struct replay_reply reply;
	u32 i, j;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		replay_lock_many(r, fid, rows[i].count, 0);
		for (j = 0; j < clamp_t(u32, rows[i].count, 1, 3); j++)
			replay_lock_element(r, 7, 1, rows[i].flags[j]);
		replay_finish(r);
		REPLAY_EXPECT(r, &reply, SMB2_LOCK, rows[i].status);
		for (j = 0; j < rows[i].left; j++)
			try_lock(r, fid, 7, 1, UNLOCK, STATUS_SUCCESS);
		try_lock(r, fid, 7, 1, UNLOCK, STATUS_RANGE_NOT_LOCKED);
	}
}

static void wrong_handles(struct kunit *test)
{
	struct replay *r = replay_open(test, KSMBD_DIALECT_311);
	struct replay_fid fid = oplock_open(r, "f", STAT, NONE, NONE);
	struct replay_reply reply;

	try_lock(r, fid, 0, 1, EXCLUSIVE, STATUS_ACCESS_DENIED);
	oplock_close(r, fid);
	try_lock(r, fid, 0, 1, EXCLUSIVE, STATUS_FILE_CLOSED);
	replay_create(r, "d", RW, FILE_CREATE, FILE_DIRECTORY_FILE);
	replay_finish(r);
	REPLAY_EXPECT(r, &reply, SMB2_CREATE, STATUS_SUCCESS);
	try_lock(r, replay_fid(&reply), 0, 1, EXCLUSIVE, STATUS_INVALID_PARAMETER);
	fid = replay_open_pipe(r);
	try_lock(r, fid, 0, 1, EXCLUSIVE, STATUS_INVALID_DEVICE_REQUEST);
}

static void sequence(struct replay *r, struct replay_fid fid, u32 number, u32 flags,
		     ntstatus_t status)
{
	struct replay_reply reply;

	replay_lock_many(r, fid, 1, number);
	replay_lock_element(r, 0, 1, flags);
	replay_finish(r);
	REPLAY_EXPECT(r, &reply, SMB2_LOCK, status);
}

/* As if NEGOTIATE had said so. */
static void with_channels(struct replay *r)
{
	r->conn->server_capabilities |= SMB2_GLOBAL_CAP_MULTI_CHANNEL;
}

/* Said again, it is not done again, where a client may say it again: it has several channels. */
static void said_again(struct kunit *test)
{
	static const struct {
		u16 dialect;
		bool channels;
		bool again;
	} rows[] = {
		{ KSMBD_DIALECT_202, true, false },  { KSMBD_DIALECT_210, true, false },
		{ KSMBD_DIALECT_302, true, true },   { KSMBD_DIALECT_311, true, true },
		{ KSMBD_DIALECT_311, false, false },
	};
	struct replay_fid fid;
	struct replay *r;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		bool again = rows[i].again;

		r = replay_open(test, rows[i].dialect);
		if (rows[i].channels)
			with_channels(r);
		fid = oplock_open(r, "f", RW, NONE, NONE);
		sequence(r, fid, 0x15, EXCLUSIVE | NOW, STATUS_SUCCESS);
		sequence(r, fid, 0x15, EXCLUSIVE | NOW,
			 again ? STATUS_SUCCESS : STATUS_LOCK_NOT_GRANTED);
		sequence(r, fid, 0x16, EXCLUSIVE | NOW, STATUS_LOCK_NOT_GRANTED);
		sequence(r, fid, 0x15, EXCLUSIVE | NOW, STATUS_LOCK_NOT_GRANTED);
		sequence(r, fid, 0x26, UNLOCK, STATUS_SUCCESS);
		sequence(r, fid, 0x26, UNLOCK, again ? STATUS_SUCCESS : STATUS_RANGE_NOT_LOCKED);
		oplock_close(r, fid);
	}
}

/* Also what has waited. */
static void waited_and_said_again(struct kunit *test)
{
	struct replay_reply reply;
	struct lock_pair p;
	u64 id;

	p = lock_hold(test);
	with_channels(p.b);
	sequence(p.b, p.fid_b, 0x31, EXCLUSIVE, STATUS_PENDING);
	try_lock(p.a, p.fid_a, 0, 10, UNLOCK, STATUS_SUCCESS);
	REPLAY_EXPECT(p.b, &reply, SMB2_LOCK, STATUS_SUCCESS);
	sequence(p.b, p.fid_b, 0x31, EXCLUSIVE | NOW, STATUS_SUCCESS);
	id = park_lock(p.a, p.fid_a, 0, 1, SHARED);
	try_lock(p.b, p.fid_b, 0, 1, UNLOCK, STATUS_SUCCESS);
	expect_lock(p.a, id, STATUS_SUCCESS);
}

/* ---- what it keeps from others ---- */

static void data(struct kunit *test)
{
	struct lock_pair p = lock_hold(test);
	struct replay_reply reply;

	replay_write(p.a, p.fid_a, "0123456789ab", 12, 0);
	replay_finish(p.a);
	REPLAY_EXPECT(p.a, &reply, SMB2_WRITE, STATUS_SUCCESS);
	replay_write(p.b, p.fid_b, "x", 1, 9);
	replay_finish(p.b);
	REPLAY_EXPECT(p.b, &reply, SMB2_WRITE, STATUS_FILE_LOCK_CONFLICT);
	replay_read(p.b, p.fid_b, 1, 9);
	replay_finish(p.b);
	REPLAY_EXPECT(p.b, &reply, SMB2_READ, STATUS_FILE_LOCK_CONFLICT);
	/* Long ones are sent another way. */
	replay_read(p.b, p.fid_b, 4096, 0);
	replay_finish(p.b);
	REPLAY_EXPECT(p.b, &reply, SMB2_READ, STATUS_FILE_LOCK_CONFLICT);
	replay_read(p.b, p.fid_b, 2, 10);
	replay_finish(p.b);
	REPLAY_EXPECT(p.b, &reply, SMB2_READ, STATUS_SUCCESS);
	replay_read(p.b, p.fid_b, 0, 5);
	replay_finish(p.b);
	REPLAY_EXPECT(p.b, &reply, SMB2_READ, STATUS_SUCCESS);
}

/* Level II ends with a lock, and is not granted beside one. */
static void oplocks(struct kunit *test)
{
	struct oplock_pair p = oplock_hold(test, II);
	struct replay_fid fid = oplock_open(p.b, "f", RW, II, II);
	struct replay_reply reply;

	replay_lock(p.b, fid, 0, 1, SHARED | NOW);
	replay_finish(p.b);
	oplock_expect_notice(p.b, fid, NONE);
	REPLAY_EXPECT(p.b, &reply, SMB2_LOCK, STATUS_SUCCESS);
	oplock_expect_notice(p.a, p.fid, NONE);
	oplock_close(p.a, p.fid);
	p.fid = oplock_open(p.a, "f", RW, BATCH, NONE);
	try_lock(p.b, fid, 0, 1, UNLOCK, STATUS_SUCCESS);
	oplock_close(p.a, p.fid);
	oplock_open(p.a, "f", RW, BATCH, II);
}

/* What was sent before an UNLOCK has its lock still; see frame/order.h. */
static void unlocked_after_io(struct kunit *test)
{
	struct lock_pair p = lock_hold(test);
	struct replay_reply reply;
	u32 i, seen;

	for (i = 0; i < 100; i++) {
		replay_write(p.a, p.fid_a, "0123456789", 10, 0);
		replay_finish(p.a);
		replay_lock(p.a, p.fid_a, 0, 10, UNLOCK);
		replay_finish(p.a);
		for (seen = 0; seen != (BIT(SMB2_WRITE) | BIT(SMB2_LOCK));) {
			KUNIT_ASSERT_TRUE(test, replay_take(p.a, &reply));
			KUNIT_ASSERT_EQ(test, reply.status, 0U);
			seen |= BIT(reply.command);
		}
		try_lock(p.a, p.fid_a, 0, 10, EXCLUSIVE | NOW, STATUS_SUCCESS);
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(granted_in_order),
	KUNIT_CASE(shared_together),
	KUNIT_CASE(cancelled),
	KUNIT_CASE(handle_ends),
	KUNIT_CASE(holder_ends),
	KUNIT_CASE(waiter_disconnects),
	KUNIT_CASE(cancelled_or_granted),
	KUNIT_CASE(wrong_requests),
	KUNIT_CASE(wrong_handles),
	KUNIT_CASE(said_again),
	KUNIT_CASE(waited_and_said_again),
	KUNIT_CASE(data),
	KUNIT_CASE(oplocks),
	KUNIT_CASE(unlocked_after_io),
	{},
};

static struct kunit_suite suite = {
	.name = "replay_lock",
	.suite_init = replay_suite_init,
	.suite_exit = replay_suite_exit,
	.exit = replay_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
