// SPDX-License-Identifier: GPL-2.0-or-later
/* Oplocks and what is done to files and handles: data, names, compounds, many at once. */
#include <asm/unaligned.h>
#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/string.h>

#include "tests/replay/oplock.h"
#include "wire/fileinfo.h"

/* ---- level II ---- */

static void set_size(struct replay *r, struct replay_fid fid, u8 class)
{
	struct ksmbd_wr *wr = &r->wr;

	replay_begin(r, SMB2_SET_INFO);
	ksmbd_wr_u16(wr, 33);
	ksmbd_wr_u8(wr, 1);
	ksmbd_wr_u8(wr, class);
	ksmbd_wr_u32(wr, 8);
	ksmbd_wr_u16(wr, SMB2_HEADER_SIZE + 32);
	ksmbd_wr_zero(wr, 6);
	ksmbd_wr_u64(wr, fid.persistent_id);
	ksmbd_wr_u64(wr, fid.volatile_id);
	ksmbd_wr_u64(wr, 12345);
	replay_finish(r);
}

static void shared_ends_with_data(struct kunit *test)
{
	static const u8 classes[] = { FILE_END_OF_FILE_INFORMATION, FILE_ALLOCATION_INFORMATION };
	struct oplock_pair p = oplock_hold(test, II);
	struct replay_fid fid = oplock_open(p.b, "f", RW, II, II);
	struct replay_reply reply;
	u32 i;

	/* Whoever writes: all lose it, also the writer. Nothing is to be acknowledged. */
	replay_write(p.a, p.fid, "data", 4, 0);
	replay_finish(p.a);
	oplock_expect_notice(p.a, p.fid, NONE);
	REPLAY_EXPECT(p.a, &reply, SMB2_WRITE, STATUS_SUCCESS);
	oplock_expect_notice(p.b, fid, NONE);
	oplock_ack(p.b, fid, NONE, STATUS_INVALID_OPLOCK_PROTOCOL);
	replay_write(p.a, p.fid, "data", 4, 0);
	replay_finish(p.a);
	REPLAY_EXPECT(p.a, &reply, SMB2_WRITE, STATUS_SUCCESS);
	KUNIT_EXPECT_TRUE(test, replay_silent(p.b));
	oplock_close(p.b, fid);
	for (i = 0; i < ARRAY_SIZE(classes); i++) {
		fid = oplock_open(p.b, "f", RW, BATCH, II);
		set_size(p.a, p.fid, classes[i]);
		REPLAY_EXPECT(p.a, &reply, SMB2_SET_INFO, STATUS_SUCCESS);
		oplock_expect_notice(p.b, fid, NONE);
		oplock_close(p.b, fid);
	}
	fid = oplock_open(p.b, "f", RW, BATCH, II);
	oplock_send_create(p.a, "f", RW, FILE_OVERWRITE_IF, II);
	oplock_expect_opened(p.a, II);
	oplock_expect_notice(p.b, fid, NONE);
}

/* ---- names ---- */

static void send_name(struct replay *r, struct replay_fid fid, u8 class, const char *name)
{
	replay_set_name(r, fid, class, name);
	replay_finish(r);
}

/* A target that is open only for its holder's cache is waited for. */
static void renamed_onto(struct kunit *test)
{
	struct oplock_pair p = oplock_hold(test, BATCH);
	struct replay_fid fid = oplock_open(p.b, "g", RW, NONE, NONE);
	struct replay_reply reply;

	send_name(p.b, fid, FILE_RENAME_INFORMATION, "f");
	REPLAY_EXPECT(p.b, &reply, SMB2_SET_INFO, STATUS_PENDING);
	oplock_expect_notice(p.a, p.fid, II);
	oplock_ack(p.a, p.fid, II, STATUS_SUCCESS);
	REPLAY_EXPECT(p.b, &reply, SMB2_SET_INFO, STATUS_ACCESS_DENIED);
	oplock_close(p.a, p.fid);
	p.fid = oplock_open(p.a, "f", RW, BATCH, BATCH);
	send_name(p.b, fid, FILE_RENAME_INFORMATION, "f");
	REPLAY_EXPECT(p.b, &reply, SMB2_SET_INFO, STATUS_PENDING);
	oplock_expect_notice(p.a, p.fid, II);
	oplock_close(p.a, p.fid);
	REPLAY_EXPECT(p.b, &reply, SMB2_SET_INFO, STATUS_SUCCESS);
	oplock_close(p.b, fid);

	/* The holder's own handle is in nobody's way; an exclusive oplock is not about names. */
	p.fid = oplock_open(p.a, "f", RW, BATCH, BATCH);
	send_name(p.a, p.fid, FILE_RENAME_INFORMATION, "h");
	REPLAY_EXPECT(p.a, &reply, SMB2_SET_INFO, STATUS_SUCCESS);
	oplock_close(p.a, p.fid);
	oplock_open(p.a, "h", RW, EXCL, EXCL);
	fid = oplock_open(p.b, "g", RW, NONE, NONE);
	send_name(p.b, fid, FILE_RENAME_INFORMATION, "h");
	REPLAY_EXPECT(p.b, &reply, SMB2_SET_INFO, STATUS_ACCESS_DENIED);
}

static void linked(struct kunit *test)
{
	struct oplock_pair p = oplock_hold(test, BATCH);
	struct replay_fid fid = oplock_open(p.b, "f", STAT, NONE, NONE);
	struct replay_reply reply;

	send_name(p.b, fid, FILE_LINK_INFORMATION, "second");
	REPLAY_EXPECT(p.b, &reply, SMB2_SET_INFO, STATUS_PENDING);
	oplock_expect_notice(p.a, p.fid, II);
	/* The handle is closed while its request waits. */
	oplock_close(p.b, fid);
	oplock_ack(p.a, p.fid, II, STATUS_SUCCESS);
	REPLAY_EXPECT(p.b, &reply, SMB2_SET_INFO, STATUS_FILE_CLOSED);
}

static void directory_renamed(struct kunit *test)
{
	struct oplock_pair p = { .a = replay_open(test, KSMBD_DIALECT_311) };
	struct replay_reply reply;
	struct replay_fid fid;

	p.b = replay_open(test, KSMBD_DIALECT_302);
	p.fid = oplock_open(p.a, "dir\\f", RW, BATCH, BATCH);
	replay_create(p.b, "dir", RW, FILE_OPEN, FILE_DIRECTORY_FILE);
	replay_finish(p.b);
	fid = oplock_expect_opened(p.b, NONE);
	send_name(p.b, fid, FILE_RENAME_INFORMATION, "dir3");
	REPLAY_EXPECT(p.b, &reply, SMB2_SET_INFO, STATUS_PENDING);
	oplock_expect_notice(p.a, p.fid, II);
	oplock_close(p.a, p.fid);
	REPLAY_EXPECT(p.b, &reply, SMB2_SET_INFO, STATUS_SUCCESS);
}

/* ---- compounds ---- */

static void chain_waits(struct kunit *test)
{
	struct oplock_pair p = oplock_hold(test, BATCH);
	struct replay_reply reply;

	replay_echo(p.b);
	replay_create(p.b, "f", RW, FILE_OPEN, 0);
	p.b->flags = SMB2_FLAGS_RELATED_OPERATIONS;
	replay_query(p.b, REPLAY_SAME, 1, 18, 4096);
	replay_file_request(p.b, SMB2_CLOSE, REPLAY_SAME);
	p.b->flags = 0;
	replay_finish(p.b);
	REPLAY_EXPECT(p.b, &reply, SMB2_ECHO, STATUS_SUCCESS);
	REPLAY_EXPECT(p.b, &reply, SMB2_CREATE, STATUS_PENDING);
	oplock_expect_notice(p.a, p.fid, II);
	oplock_ack(p.a, p.fid, NONE, STATUS_SUCCESS);
	REPLAY_EXPECT(p.b, &reply, SMB2_CREATE, STATUS_SUCCESS);
	REPLAY_EXPECT(p.b, &reply, SMB2_QUERY_INFO, STATUS_SUCCESS);
	REPLAY_EXPECT(p.b, &reply, SMB2_CLOSE, STATUS_SUCCESS);
}

/* The client hears of its oplock before it hears of the break. */
static void told_in_order(struct kunit *test)
{
	struct replay *r = replay_open(test, KSMBD_DIALECT_311);
	struct replay_reply reply;
	struct replay_fid fid;
	u32 i, seen = 0;

	replay_create(r, "f", RW, FILE_OPEN_IF, 0);
	replay_oplock(r, BATCH);
	replay_create(r, "f", RW, FILE_OPEN, 0);
	replay_finish(r);
	fid = oplock_expect_opened(r, BATCH);
	REPLAY_EXPECT(r, &reply, SMB2_CREATE, STATUS_PENDING);
	oplock_expect_notice(r, fid, II);
	replay_ack(r, fid, II);
	replay_finish(r);
	for (i = 0; i < 2; i++) { /* the answer, and what it lets go on: in any order */
		KUNIT_ASSERT_TRUE(test, replay_take(r, &reply));
		KUNIT_EXPECT_EQ(test, reply.status, 0U);
		seen |= BIT(reply.command);
	}
	KUNIT_EXPECT_EQ(test, seen, (u32)(BIT(SMB2_OPLOCK_BREAK) | BIT(SMB2_CREATE)));
	oplock_close(r, fid);

	/* Level II, ended before it was told of. */
	replay_create(r, "f", RW, FILE_OPEN, 0);
	replay_oplock(r, II);
	r->flags = SMB2_FLAGS_RELATED_OPERATIONS;
	replay_write(r, REPLAY_SAME, "x", 1, 0);
	r->flags = 0;
	replay_finish(r);
	fid = oplock_expect_opened(r, II);
	REPLAY_EXPECT(r, &reply, SMB2_WRITE, STATUS_SUCCESS);
	oplock_expect_notice(r, fid, NONE);
}

static void notices_are_not_signed(struct kunit *test)
{
	struct replay *a = replay_open_signing(test, KSMBD_DIALECT_311);
	struct replay *b = replay_open(test, KSMBD_DIALECT_311);
	struct replay_fid fid = oplock_open(a, "f", RW, BATCH, BATCH);

	oplock_park(b, "f", FILE_OPEN, BATCH);
	oplock_expect_notice(a, fid, II);
}

/* ---- a crowd ---- */

#define CROWD  4
#define ROUNDS 150

struct crowd {
	struct replay *r[CROWD];
	atomic_t next;
	atomic_t running;
	atomic_t wrong;
	struct completion done;
};

/* Takes replies until the one to @command; acknowledges what is asked on the way. */
static bool take_final(struct replay *r, u16 command, struct replay_reply *reply)
{
	struct replay_fid fid;

	for (;;) {
		if (!replay_take(r, reply))
			return false;
		if (reply->message_id == U64_MAX && r->next_id % 3) {
			fid.persistent_id = get_unaligned_le64(reply->body + 8);
			fid.volatile_id = get_unaligned_le64(reply->body + 16);
			replay_ack(r, fid, r->next_id % 2);
			replay_finish(r);
		}
		if (reply->message_id != U64_MAX && reply->command == command &&
		    reply->status != ksmbd_status_u32(STATUS_PENDING))
			return true;
	}
}

static int open_and_close(void *data)
{
	struct crowd *crowd = data;
	struct replay *r = crowd->r[atomic_inc_return(&crowd->next) - 1];
	struct replay_reply reply;
	struct replay_fid fid;
	u32 i;

	for (i = 0; i < ROUNDS; i++) {
		r->credits = 4;
		oplock_send_create(r, "f", RW, i % 5 ? FILE_OPEN_IF : FILE_OVERWRITE_IF,
				   i % 3 ? BATCH :
				   i % 2 ? EXCL :
					   II);
		if (!take_final(r, SMB2_CREATE, &reply) || reply.status) {
			atomic_inc(&crowd->wrong);
			break;
		}
		fid = replay_fid(&reply);
		replay_write(r, fid, "x", 1, i);
		replay_finish(r);
		if (!take_final(r, SMB2_WRITE, &reply) || reply.status)
			atomic_inc(&crowd->wrong);
		replay_file_request(r, SMB2_CLOSE, fid);
		replay_finish(r);
		if (!take_final(r, SMB2_CLOSE, &reply) || reply.status)
			atomic_inc(&crowd->wrong);
	}
	if (atomic_dec_and_test(&crowd->running))
		complete(&crowd->done);
	return 0;
}

/* Everybody wants the same file. Some never answer: they close soon enough, or time passes. */
static void everybody(struct kunit *test)
{
	struct crowd *crowd = kunit_kzalloc(test, sizeof(*crowd), GFP_KERNEL);
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, crowd);
	KUNIT_ASSERT_EQ(test, hook_configure(oplock_short_timeout), 0);
	atomic_set(&crowd->running, CROWD);
	init_completion(&crowd->done);
	for (i = 0; i < CROWD; i++)
		crowd->r[i] = replay_open(test, KSMBD_DIALECT_311);
	for (i = 0; i < CROWD; i++)
		KUNIT_ASSERT_FALSE(test, IS_ERR(kthread_run(open_and_close, crowd, "crowd/%u", i)));
	wait_for_completion(&crowd->done);
	KUNIT_EXPECT_EQ(test, atomic_read(&crowd->wrong), 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(shared_ends_with_data),  KUNIT_CASE(renamed_onto), KUNIT_CASE(linked),
	KUNIT_CASE(directory_renamed),	    KUNIT_CASE(chain_waits),  KUNIT_CASE(told_in_order),
	KUNIT_CASE(notices_are_not_signed), KUNIT_CASE(everybody),    {},
};

static struct kunit_suite suite = {
	.name = "replay_oplock_use",
	.suite_init = replay_suite_init,
	.suite_exit = replay_suite_exit,
	.exit = replay_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
