// SPDX-License-Identifier: GPL-2.0-or-later
/* What ends something waits for the requests before it. frame/order.h */
#include <linux/kernel.h>
#include <linux/string.h>

#include "tests/replay/oplock.h"
#include "tests/replay/replay.h"

#define ROUNDS 100
#define WRITES 12

static struct replay_fid open_file(struct replay *r, const char *name, u32 access, u32 options)
{
	struct replay_reply reply;

	replay_create(r, name, access, FILE_OPEN_IF, options);
	replay_finish(r);
	KUNIT_ASSERT_TRUE(r->test, replay_take(r, &reply));
	KUNIT_ASSERT_EQ(r->test, reply.status, 0U);
	return replay_fid(&reply);
}

static void send_list(struct replay *r, struct replay_fid fid)
{
	struct ksmbd_wr *wr = &r->wr;

	replay_begin(r, SMB2_QUERY_DIRECTORY);
	ksmbd_wr_u16(wr, 33);
	ksmbd_wr_u8(wr, 3); /* FileBothDirectoryInformation */
	ksmbd_wr_u8(wr, SMB2_RESTART_SCANS);
	ksmbd_wr_u32(wr, 0);
	ksmbd_wr_u64(wr, fid.persistent_id);
	ksmbd_wr_u64(wr, fid.volatile_id);
	ksmbd_wr_u16(wr, SMB2_HEADER_SIZE + 32);
	ksmbd_wr_u16(wr, 2);
	ksmbd_wr_u32(wr, 4096);
	ksmbd_wr_u16(wr, '*');
	replay_finish(r);
}

/* The CLOSE would be the receive thread's, and the listing a worker's that has yet to wake up. */
static void list_then_close(struct kunit *test)
{
	struct replay *r = replay_open(test, KSMBD_DIALECT_311);
	struct replay_reply reply;
	struct replay_fid fid;
	u32 i;

	for (i = 0; i < ROUNDS; i++) {
		r->credits = 4;
		fid = open_file(r, "dir", FILE_GENERIC_READ, FILE_DIRECTORY_FILE);
		send_list(r, fid);
		send_list(r, fid);
		replay_file_request(r, SMB2_CLOSE, fid);
		replay_finish(r);
		REPLAY_EXPECT(r, &reply, SMB2_QUERY_DIRECTORY, STATUS_SUCCESS);
		REPLAY_EXPECT(r, &reply, SMB2_QUERY_DIRECTORY, STATUS_SUCCESS);
		REPLAY_EXPECT(r, &reply, SMB2_CLOSE, STATUS_SUCCESS);
		send_list(r, fid);
		REPLAY_EXPECT(r, &reply, SMB2_QUERY_DIRECTORY, STATUS_FILE_CLOSED);
	}
}

static void send_writes(struct replay *r, struct replay_fid fid)
{
	u32 i;

	for (i = 0; i < WRITES; i++) {
		replay_write(r, fid, "0123456789abcdef", 16, 16 * i);
		replay_finish(r);
	}
}

/* All writes are answered before @command is, and @command was right. */
static void expect_writes(struct replay *r, u16 command)
{
	struct replay_reply reply;
	u32 i;

	for (i = 0; i < WRITES; i++)
		REPLAY_EXPECT(r, &reply, SMB2_WRITE, STATUS_SUCCESS);
	REPLAY_EXPECT(r, &reply, command, STATUS_SUCCESS);
}

static void write_then_close(struct kunit *test)
{
	struct replay *r = replay_open(test, KSMBD_DIALECT_311);
	struct replay_fid fid;
	u32 i;

	for (i = 0; i < ROUNDS / 4; i++) {
		r->credits = WRITES;
		fid = open_file(r, "w", FILE_GENERIC_READ | FILE_GENERIC_WRITE, 0);
		send_writes(r, fid);
		replay_file_request(r, SMB2_CLOSE, fid);
		replay_finish(r);
		expect_writes(r, SMB2_CLOSE);
	}
}

static void write_then_leave(struct kunit *test)
{
	static const u16 commands[] = { SMB2_TREE_DISCONNECT, SMB2_LOGOFF };
	u32 i;

	for (i = 0; i < 20; i++) {
		struct replay *r = replay_open(test, KSMBD_DIALECT_311);
		u16 command = commands[i % ARRAY_SIZE(commands)];

		r->credits = WRITES + 4;
		send_writes(r, open_file(r, "w", FILE_GENERIC_WRITE, 0));
		replay_empty(r, command);
		replay_finish(r);
		expect_writes(r, command);
		replay_drop(r);
	}
}

/* What was cached is written before the acknowledgment lets others read. */
static void write_then_acknowledge(struct kunit *test)
{
	struct oplock_pair p = oplock_hold(test, BATCH);
	struct replay_reply reply;

	p.a->credits = WRITES + 4;
	replay_echo(p.a);
	replay_finish(p.a);
	REPLAY_EXPECT(p.a, &reply, SMB2_ECHO, STATUS_SUCCESS);
	oplock_park(p.b, "f", FILE_OPEN, BATCH);
	oplock_expect_notice(p.a, p.fid, II);
	send_writes(p.a, p.fid);
	replay_ack(p.a, p.fid, II);
	replay_finish(p.a);
	expect_writes(p.a, SMB2_OPLOCK_BREAK);
	oplock_expect_opened(p.b, II);
}

/* Parked requests hold nobody up: a CLOSE is what ends them. Others' handles do not either. */
static void parked_is_no_obstacle(struct kunit *test)
{
	struct replay *r = replay_open(test, KSMBD_DIALECT_311);
	struct replay_fid fid = replay_open_pipe(r);
	struct replay_reply reply;
	u32 i, seen = 0;

	r->credits = 8;
	replay_read(r, fid, 10, 0);
	replay_finish(r);
	REPLAY_EXPECT(r, &reply, SMB2_READ, STATUS_PENDING);
	replay_file_request(r, SMB2_CLOSE, fid);
	replay_finish(r);
	for (i = 0; i < 2; i++) {
		KUNIT_ASSERT_TRUE(test, replay_take(r, &reply));
		seen |= BIT(reply.command);
	}
	KUNIT_EXPECT_EQ(test, seen, (u32)(BIT(SMB2_READ) | BIT(SMB2_CLOSE)));
}

/* One after the other on the same handle, of which one is right; held requests hold too. */
static void many_closes(struct kunit *test)
{
	struct replay *r = replay_open(test, KSMBD_DIALECT_311);
	struct replay_reply reply;
	struct replay_fid fid;
	u32 i, right = 0;

	r->credits = WRITES + 20;
	fid = open_file(r, "w", FILE_GENERIC_WRITE, 0);
	send_writes(r, fid);
	for (i = 0; i < 8; i++) {
		replay_file_request(r, SMB2_CLOSE, fid);
		replay_finish(r);
	}
	replay_empty(r, SMB2_LOGOFF);
	replay_finish(r);
	for (i = 0; i < WRITES; i++)
		REPLAY_EXPECT(r, &reply, SMB2_WRITE, STATUS_SUCCESS);
	for (i = 0; i < 8; i++) {
		KUNIT_ASSERT_TRUE(test, replay_take(r, &reply));
		KUNIT_EXPECT_EQ(test, reply.command, SMB2_CLOSE);
		right += !reply.status;
	}
	KUNIT_EXPECT_EQ(test, right, 1U);
	REPLAY_EXPECT(r, &reply, SMB2_LOGOFF, STATUS_SUCCESS);
}

/* Whoever is held back when the connection goes, goes with it. */
static void dropped_while_held(struct kunit *test)
{
	u32 i;

	for (i = 0; i < 20; i++) {
		struct replay *r = replay_open(test, KSMBD_DIALECT_311);
		struct replay_fid fid;

		r->credits = WRITES + 4;
		fid = open_file(r, "w", FILE_GENERIC_WRITE, 0);
		send_writes(r, fid);
		replay_file_request(r, SMB2_CLOSE, fid);
		replay_finish(r);
		replay_drop(r);
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(list_then_close),	   KUNIT_CASE(write_then_close),
	KUNIT_CASE(write_then_leave),	   KUNIT_CASE(write_then_acknowledge),
	KUNIT_CASE(parked_is_no_obstacle), KUNIT_CASE(many_closes),
	KUNIT_CASE(dropped_while_held),	   {},
};

static struct kunit_suite suite = {
	.name = "replay_order",
	.suite_init = replay_suite_init,
	.suite_exit = replay_suite_exit,
	.exit = replay_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
