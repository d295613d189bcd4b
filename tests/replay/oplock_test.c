// SPDX-License-Identifier: GPL-2.0-or-later
/* Oplocks: who is granted what, and how they break. [MS-SMB2] 3.3.4.6, 3.3.5.22.1, 3.3.6.1 */
#include <linux/kernel.h>

#include "tests/replay/oplock.h"

/* ---- granting ---- */

static void granted_alone(struct kunit *test)
{
	static const struct {
		u8 asked;
		u8 got;
		u32 access;
	} rows[] = {
		{ NONE, NONE, RW },   { II, II, RW },	      { EXCL, EXCL, RW },
		{ BATCH, BATCH, RW }, { LEASE, NONE, RW },    { 2, NONE, RW },
		{ 0x0A, NONE, RW },   { 0xFE, NONE, RW },     { II, II, STAT },
		{ EXCL, EXCL, STAT }, { BATCH, BATCH, STAT },
	};
	struct replay *r = replay_open(test, KSMBD_DIALECT_311);
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		oplock_close(r, oplock_open(r, "f", rows[i].access, rows[i].asked, rows[i].got));
	replay_create(r, "dir", FILE_GENERIC_READ, FILE_OPEN, FILE_DIRECTORY_FILE);
	replay_oplock(r, BATCH);
	replay_finish(r);
	oplock_close(r, oplock_expect_opened(r, NONE));
	/* Its parameter says no. */
	oplock_open(replay_open_share(test, KSMBD_DIALECT_311, "links"), "f", RW, BATCH, NONE);
	r->tree_id = r->login.pipe_tree;
	replay_create(r, "srvsvc", FILE_GENERIC_READ | FILE_GENERIC_WRITE, FILE_OPEN, 0);
	replay_oplock(r, BATCH);
	replay_finish(r);
	oplock_expect_opened(r, NONE);
}

static void granted_beside_others(struct kunit *test)
{
	static const struct {
		u8 first;
		u32 first_access;
		u8 asked;
		u32 access;
		u8 got;
	} rows[] = {
		{ NONE, RW, BATCH, RW, II },	 { NONE, RW, EXCL, RW, II },
		{ NONE, RW, II, RW, II },	 { NONE, RW, NONE, RW, NONE },
		{ II, RW, BATCH, RW, II },	 { II, RW, NONE, RW, NONE },
		{ NONE, STAT, BATCH, RW, II },	 { BATCH, RW, BATCH, STAT, NONE },
		{ EXCL, RW, II, STAT, NONE },	 { BATCH, RW, NONE, FILE_READ_ATTRIBUTES, NONE },
		{ BATCH, STAT, II, STAT, NONE },
	};
	struct replay *a = replay_open(test, KSMBD_DIALECT_311);
	struct replay *b = replay_open(test, KSMBD_DIALECT_202);
	struct replay_fid fid;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		fid = oplock_open(a, "f", rows[i].first_access, rows[i].first, rows[i].first);
		oplock_close(b, oplock_open(b, "f", rows[i].access, rows[i].asked, rows[i].got));
		oplock_close(a, fid);
	}
	KUNIT_EXPECT_TRUE(test, replay_silent(a));
}

/* ---- breaking by a second CREATE ---- */

static void acknowledged(struct kunit *test)
{
	static const struct {
		u8 level;
		u32 disposition;
		u8 to;
		u8 kept;
	} rows[] = {
		{ EXCL, FILE_OPEN, II, II },	       { EXCL, FILE_OPEN, II, NONE },
		{ BATCH, FILE_OPEN, II, II },	       { BATCH, FILE_OPEN_IF, II, NONE },
		{ EXCL, FILE_OVERWRITE, NONE, NONE },  { BATCH, FILE_OVERWRITE_IF, NONE, NONE },
		{ BATCH, FILE_SUPERSEDE, NONE, NONE },
	};
	struct replay *a = replay_open(test, KSMBD_DIALECT_311);
	struct replay *b = replay_open(test, KSMBD_DIALECT_210);
	struct replay_fid mine, theirs;
	struct replay_reply reply;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		mine = oplock_open(a, "f", RW, rows[i].level, rows[i].level);
		oplock_park(b, "f", rows[i].disposition, BATCH);
		oplock_expect_notice(a, mine, rows[i].to);
		KUNIT_EXPECT_TRUE(test, replay_silent(b));
		oplock_ack(a, mine, rows[i].kept, STATUS_SUCCESS);
		theirs = oplock_expect_opened(b, II);
		/* What is kept is level II, which a write ends everywhere. */
		replay_write(b, theirs, "x", 1, 0);
		replay_finish(b);
		oplock_expect_notice(b, theirs, NONE);
		REPLAY_EXPECT(b, &reply, SMB2_WRITE, STATUS_SUCCESS);
		if (rows[i].kept == II)
			oplock_expect_notice(a, mine, NONE);
		oplock_close(a, mine);
		oplock_close(b, theirs);
	}
}

/* The share modes are looked at after a batch oplock broke, and before an exclusive one would. */
static void before_share_modes(struct kunit *test)
{
	struct oplock_pair p = oplock_hold(test, EXCL);
	struct replay_reply reply;

	replay_create(p.b, "f", RW, FILE_OPEN, 0);
	replay_share(p.b, 0);
	replay_finish(p.b);
	REPLAY_EXPECT(p.b, &reply, SMB2_CREATE, STATUS_SHARING_VIOLATION);
	KUNIT_EXPECT_TRUE(test, replay_silent(p.a));
	oplock_close(p.a, p.fid);

	p.fid = oplock_open(p.a, "f", RW, BATCH, BATCH);
	replay_create(p.b, "f", RW, FILE_OPEN, 0);
	replay_share(p.b, 0);
	replay_finish(p.b);
	REPLAY_EXPECT(p.b, &reply, SMB2_CREATE, STATUS_PENDING);
	oplock_expect_notice(p.a, p.fid, II);
	oplock_ack(p.a, p.fid, II, STATUS_SUCCESS);
	REPLAY_EXPECT(p.b, &reply, SMB2_CREATE, STATUS_SHARING_VIOLATION);
	KUNIT_EXPECT_TRUE(test, reply.flags & SMB2_FLAGS_ASYNC_COMMAND);

	/* Level II has nothing to say in this; a holder who closes lets the other in. */
	oplock_close(p.a, p.fid);
	p.fid = oplock_open(p.a, "f", RW, BATCH, BATCH);
	replay_create(p.b, "f", RW, FILE_OPEN, 0);
	replay_share(p.b, 0);
	replay_oplock(p.b, BATCH);
	replay_finish(p.b);
	REPLAY_EXPECT(p.b, &reply, SMB2_CREATE, STATUS_PENDING);
	oplock_expect_notice(p.a, p.fid, II);
	oplock_close(p.a, p.fid);
	oplock_expect_opened(p.b, BATCH);
}

/* What fails anyway asks nobody. */
static void not_asked(struct kunit *test)
{
	struct oplock_pair p = oplock_hold(test, BATCH);
	struct replay_reply reply;

	oplock_send_create(p.b, "f", RW, FILE_CREATE, BATCH);
	REPLAY_EXPECT(p.b, &reply, SMB2_CREATE, STATUS_OBJECT_NAME_COLLISION);
	replay_create(p.b, "f", RW, FILE_OPEN, FILE_DIRECTORY_FILE);
	replay_finish(p.b);
	REPLAY_EXPECT(p.b, &reply, SMB2_CREATE, STATUS_NOT_A_DIRECTORY);
	oplock_open(p.b, "f", STAT, NONE, NONE);
	oplock_open(p.b, "other", RW, BATCH, BATCH);
	KUNIT_EXPECT_TRUE(test, replay_silent(p.a));
	/* The handle for attributes does not break it, but to overwrite is more than that. */
	oplock_send_create(p.b, "f", STAT, FILE_OVERWRITE, NONE);
	REPLAY_EXPECT(p.b, &reply, SMB2_CREATE, STATUS_PENDING);
	oplock_expect_notice(p.a, p.fid, NONE);
	oplock_ack(p.a, p.fid, NONE, STATUS_SUCCESS);
	oplock_expect_opened(p.b, NONE);
}

/* ---- other ends of a break ---- */

static void holder_closes(struct kunit *test)
{
	struct oplock_pair p = oplock_hold(test, BATCH);

	oplock_park(p.b, "f", FILE_OPEN, BATCH);
	oplock_expect_notice(p.a, p.fid, II);
	oplock_close(p.a, p.fid);
	oplock_expect_opened(p.b, BATCH);
}

static void holder_deletes(struct kunit *test)
{
	struct oplock_pair p = { .a = replay_open(test, KSMBD_DIALECT_311) };
	struct replay_reply reply;

	p.b = replay_open(test, KSMBD_DIALECT_302);
	replay_create(p.a, "gone", RW, FILE_CREATE, FILE_DELETE_ON_CLOSE);
	replay_oplock(p.a, BATCH);
	replay_finish(p.a);
	p.fid = oplock_expect_opened(p.a, BATCH);
	oplock_park(p.b, "gone", FILE_OPEN, BATCH);
	oplock_expect_notice(p.a, p.fid, II);
	oplock_close(p.a, p.fid);
	REPLAY_EXPECT(p.b, &reply, SMB2_CREATE, STATUS_OBJECT_NAME_NOT_FOUND);
}

static void holder_disconnects(struct kunit *test)
{
	struct oplock_pair p = oplock_hold(test, EXCL);

	oplock_park(p.b, "f", FILE_OPEN, BATCH);
	oplock_expect_notice(p.a, p.fid, II);
	replay_drop(p.a);
	oplock_expect_opened(p.b, BATCH);
}

static void holder_leaves(struct kunit *test)
{
	static const u16 commands[] = { SMB2_TREE_DISCONNECT, SMB2_LOGOFF };
	struct replay_reply reply;
	struct oplock_pair p;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		p = oplock_hold(test, BATCH);
		oplock_park(p.b, "f", FILE_OVERWRITE, BATCH);
		oplock_expect_notice(p.a, p.fid, NONE);
		replay_empty(p.a, commands[i]);
		replay_finish(p.a);
		REPLAY_EXPECT(p.a, &reply, commands[i], STATUS_SUCCESS);
		oplock_close(p.b, oplock_expect_opened(p.b, BATCH));
	}
}

static void holder_is_silent(struct kunit *test)
{
	struct oplock_pair p;

	KUNIT_ASSERT_EQ(test, hook_configure(oplock_short_timeout), 0);
	p = oplock_hold(test, BATCH);
	oplock_park(p.b, "f", FILE_OPEN, BATCH);
	oplock_expect_notice(p.a, p.fid, II);
	oplock_expect_opened(p.b, II);
	/* Too late. */
	oplock_ack(p.a, p.fid, II, STATUS_INVALID_OPLOCK_PROTOCOL);
	/* Nothing is left of it: a write is none of its client's business. */
	oplock_close(p.a, p.fid);
	KUNIT_EXPECT_TRUE(test, replay_silent(p.a));
}

/* ---- acknowledgments that are none ---- */

static void wrong_acknowledgments(struct kunit *test)
{
	static const struct {
		u32 disposition;
		u8 level;
		ntstatus_t status;
	} rows[] = {
		{ FILE_OPEN, EXCL, STATUS_INVALID_OPLOCK_PROTOCOL },
		{ FILE_OPEN, BATCH, STATUS_INVALID_OPLOCK_PROTOCOL },
		{ FILE_OPEN, 2, STATUS_INVALID_OPLOCK_PROTOCOL },
		{ FILE_OPEN, LEASE, STATUS_INVALID_PARAMETER },
		{ FILE_OVERWRITE, II, STATUS_INVALID_OPLOCK_PROTOCOL },
	};
	struct oplock_pair p = oplock_hold(test, BATCH);
	struct replay_reply reply;
	struct replay_fid fid;
	u32 i;

	/* Nothing was asked, or not of this one. */
	oplock_ack(p.a, p.fid, NONE, STATUS_INVALID_DEVICE_STATE);
	oplock_ack(p.a, p.fid, BATCH, STATUS_INVALID_DEVICE_STATE);
	fid = oplock_open(p.b, "other", RW, NONE, NONE);
	oplock_ack(p.b, fid, NONE, STATUS_INVALID_OPLOCK_PROTOCOL);
	oplock_ack(p.b, p.fid, NONE, STATUS_FILE_CLOSED);
	replay_begin(p.b, SMB2_OPLOCK_BREAK);
	ksmbd_wr_u16(&p.b->wr, 24);
	ksmbd_wr_zero(&p.b->wr, 10);
	replay_finish(p.b);
	REPLAY_EXPECT(p.b, &reply, SMB2_OPLOCK_BREAK, STATUS_INVALID_PARAMETER);
	oplock_close(p.a, p.fid);
	oplock_ack(p.a, p.fid, NONE, STATUS_FILE_CLOSED);

	/* The oplock is lost, and the other one goes on. */
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		p.fid = oplock_open(p.a, "f", RW, BATCH, BATCH);
		oplock_park(p.b, "f", rows[i].disposition, BATCH);
		oplock_expect_notice(p.a, p.fid, rows[i].disposition == FILE_OPEN ? II : NONE);
		oplock_ack(p.a, p.fid, rows[i].level, rows[i].status);
		oplock_close(p.b, oplock_expect_opened(p.b, II));
		oplock_ack(p.a, p.fid, NONE, STATUS_INVALID_OPLOCK_PROTOCOL);
		oplock_close(p.a, p.fid);
	}
	fid = replay_open_pipe(p.a);
	oplock_ack(p.a, fid, NONE, STATUS_INVALID_OPLOCK_PROTOCOL);
}

/* ---- the one who waits ---- */

static void cancelled(struct kunit *test)
{
	struct oplock_pair p = oplock_hold(test, BATCH);
	u64 async_id, message_id;
	struct replay_reply reply;

	async_id = oplock_park(p.b, "f", FILE_OPEN, BATCH);
	oplock_expect_notice(p.a, p.fid, II);
	replay_cancel(p.b, 0, async_id);
	REPLAY_EXPECT(p.b, &reply, SMB2_CREATE, STATUS_CANCELLED);
	KUNIT_EXPECT_EQ(test, reply.async_id, async_id);
	/* It breaks all the same; the next one waits for the same break. */
	message_id = p.b->next_id;
	oplock_park(p.b, "f", FILE_OPEN, BATCH);
	replay_cancel(p.b, message_id, 0);
	REPLAY_EXPECT(p.b, &reply, SMB2_CREATE, STATUS_CANCELLED);
	oplock_ack(p.a, p.fid, II, STATUS_SUCCESS);
	oplock_open(p.b, "f", RW, BATCH, II);
}

static void opener_disconnects(struct kunit *test)
{
	struct oplock_pair p = oplock_hold(test, BATCH);

	oplock_park(p.b, "f", FILE_OPEN, BATCH);
	oplock_park(p.b, "f", FILE_OVERWRITE, BATCH);
	oplock_expect_notice(p.a, p.fid, II);
	replay_drop(p.b);
	oplock_ack(p.a, p.fid, II, STATUS_SUCCESS);
	KUNIT_EXPECT_TRUE(test, replay_silent(p.a));
}

/*
 * In any order: @command was right, and the CREATE that waited ended with @status, although the
 * holder has said nothing yet.
 */
static void expect_both(struct replay *r, u16 command, ntstatus_t status)
{
	struct replay_reply reply;
	u32 i, seen = 0;

	for (i = 0; i < 2; i++) {
		KUNIT_ASSERT_TRUE(r->test, replay_take(r, &reply));
		seen |= BIT(reply.command);
		KUNIT_EXPECT_EQ(r->test, reply.status,
				reply.command == command ? 0 : ksmbd_status_u32(status));
	}
	KUNIT_EXPECT_EQ(r->test, seen, (u32)(BIT(command) | BIT(SMB2_CREATE)));
}

static void opener_logs_off(struct kunit *test)
{
	struct oplock_pair p = oplock_hold(test, BATCH);

	oplock_park(p.b, "f", FILE_OVERWRITE, BATCH);
	oplock_expect_notice(p.a, p.fid, NONE);
	replay_empty(p.b, SMB2_LOGOFF);
	replay_finish(p.b);
	expect_both(p.b, SMB2_LOGOFF, STATUS_USER_SESSION_DELETED);
	oplock_ack(p.a, p.fid, NONE, STATUS_SUCCESS);
}

static void opener_loses_tree(struct kunit *test)
{
	struct oplock_pair p = oplock_hold(test, BATCH);

	oplock_park(p.b, "f", FILE_OPEN, BATCH);
	oplock_expect_notice(p.a, p.fid, II);
	replay_empty(p.b, SMB2_TREE_DISCONNECT);
	replay_finish(p.b);
	expect_both(p.b, SMB2_TREE_DISCONNECT, STATUS_NETWORK_NAME_DELETED);
	oplock_close(p.a, p.fid);
}

/* One notice, and all go on; while they wait nobody gets in their way. */
static void many_wait(struct kunit *test)
{
	struct oplock_pair p = oplock_hold(test, EXCL);
	struct replay *others[6];
	u32 i;

	for (i = 0; i < ARRAY_SIZE(others); i++) {
		others[i] = replay_open(test, KSMBD_DIALECT_311);
		oplock_park(others[i], "f", FILE_OPEN, i % 2 ? BATCH : EXCL);
	}
	oplock_expect_notice(p.a, p.fid, II);
	oplock_ack(p.a, p.fid, II, STATUS_SUCCESS);
	for (i = 0; i < ARRAY_SIZE(others); i++)
		oplock_expect_opened(others[i], II);
	KUNIT_EXPECT_TRUE(test, replay_silent(p.a));
}

/* After a break to level II comes one who overwrites: he waits once, the rest is told. */
static void two_intentions(struct kunit *test)
{
	struct oplock_pair p = oplock_hold(test, BATCH);
	struct replay *c = replay_open(test, KSMBD_DIALECT_311);

	oplock_park(p.b, "f", FILE_OPEN, NONE);
	oplock_expect_notice(p.a, p.fid, II);
	oplock_park(c, "f", FILE_OVERWRITE, BATCH);
	oplock_ack(p.a, p.fid, II, STATUS_SUCCESS);
	oplock_expect_opened(p.b, NONE);
	oplock_expect_opened(c, II);
	oplock_expect_notice(p.a, p.fid, NONE);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(granted_alone),
	KUNIT_CASE(granted_beside_others),
	KUNIT_CASE(acknowledged),
	KUNIT_CASE(before_share_modes),
	KUNIT_CASE(not_asked),
	KUNIT_CASE(holder_closes),
	KUNIT_CASE(holder_deletes),
	KUNIT_CASE(holder_disconnects),
	KUNIT_CASE(holder_leaves),
	KUNIT_CASE(holder_is_silent),
	KUNIT_CASE(wrong_acknowledgments),
	KUNIT_CASE(cancelled),
	KUNIT_CASE(opener_disconnects),
	KUNIT_CASE(opener_logs_off),
	KUNIT_CASE(opener_loses_tree),
	KUNIT_CASE(many_wait),
	KUNIT_CASE(two_intentions),
	{},
};

static struct kunit_suite suite = {
	.name = "replay_oplock",
	.suite_init = replay_suite_init,
	.suite_exit = replay_suite_exit,
	.exit = replay_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
