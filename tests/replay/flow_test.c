// SPDX-License-Identifier: GPL-2.0-or-later
/* Many requests at once: peers that do not read, and ends that meet work under way. */
#include <linux/delay.h>
#include <linux/kernel.h>
#include <linux/random.h>
#include <linux/string.h>

#include "session/conn.h"
#include "tests/replay/replay.h"

#define BLOCK 65536

/* Creates or opens a file and returns its handle. */
static struct replay_fid open_file(struct replay *r, const char *name)
{
	struct replay_reply reply;

	replay_create(r, name, FILE_GENERIC_READ | FILE_GENERIC_WRITE | FILE_DELETE, FILE_OPEN_IF,
		      0);
	replay_finish(r);
	KUNIT_ASSERT_TRUE(r->test, replay_take(r, &reply));
	KUNIT_ASSERT_EQ(r->test, reply.status, 0U);
	return replay_fid(&reply);
}

/* A file of @blocks whose bytes say where they are. */
static struct replay_fid make_file(struct kunit *test, struct replay *r, u32 blocks)
{
	u8 *data = kunit_kmalloc(test, BLOCK, GFP_KERNEL);
	struct replay_fid fid = open_file(r, "blocks");
	struct replay_reply reply;
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, data);
	for (i = 0; i < blocks; i++) {
		memset(data, i, BLOCK);
		replay_write(r, fid, data, BLOCK, (u64)i * BLOCK);
		replay_finish(r);
		REPLAY_EXPECT(r, &reply, SMB2_WRITE, STATUS_SUCCESS);
	}
	return fid;
}

static void ask_for_blocks(struct replay *r, struct replay_fid fid, u32 blocks)
{
	u32 i;

	for (i = 0; i < blocks; i++) {
		replay_read(r, fid, BLOCK, (u64)i * BLOCK);
		replay_finish(r);
	}
}

static bool is_filled(const u8 *data, u32 len, u8 with)
{
	return data[0] == with && !memcmp(data, data + 1, len - 1);
}

/* Far more replies than the transport holds: they wait, others are served, none is lost. */
static void stuck_peer(struct kunit *test)
{
	const u32 blocks = 40;
	struct replay *stuck = replay_open(test, KSMBD_DIALECT_311);
	struct replay_fid fid = make_file(test, stuck, blocks);
	u64 first = stuck->next_id;
	struct replay_reply reply;
	u32 seen = 0, i;

	ask_for_blocks(stuck, fid, blocks);
	msleep(20);
	for (i = 0; i < 3; i++) {
		struct replay *other = replay_open(test, KSMBD_DIALECT_311);
		struct replay_fid other_fid = open_file(other, "blocks");

		ask_for_blocks(other, other_fid, 2);
		REPLAY_EXPECT(other, &reply, SMB2_READ, STATUS_SUCCESS);
		REPLAY_EXPECT(other, &reply, SMB2_READ, STATUS_SUCCESS);
		replay_close(other);
	}
	for (i = 0; i < blocks; i++) {
		REPLAY_EXPECT(stuck, &reply, SMB2_READ, STATUS_SUCCESS);
		KUNIT_ASSERT_EQ(test, reply.body_len, 16U + BLOCK);
		KUNIT_EXPECT_TRUE(test,
				  is_filled(reply.body + 16, BLOCK, reply.message_id - first));
		seen++;
	}
	KUNIT_EXPECT_EQ(test, seen, blocks);
}

static void stuck_peer_goes(struct kunit *test)
{
	struct replay *stuck = replay_open_signing(test, KSMBD_DIALECT_302);
	struct replay_fid fid = make_file(test, stuck, 16);

	ask_for_blocks(stuck, fid, 48);
	msleep(10);
	replay_close(stuck);
}

static void stuck_peer_is_dropped(struct kunit *test)
{
	struct replay *stuck = replay_open(test, KSMBD_DIALECT_302);
	struct replay_fid fid = make_file(test, stuck, 16);

	ask_for_blocks(stuck, fid, 48);
	msleep(10);
	ksmbd_conn_shutdown(stuck->conn);
	replay_close(stuck);
}

/* The chain's reply would not fit the length word: what does not fit is refused. */
static void chain_too_large(struct kunit *test)
{
	struct replay *r = replay_open(test, KSMBD_DIALECT_311);
	struct replay_fid fid = make_file(test, r, 1);
	struct replay_reply reply;
	u32 i, n = 0, refused = 0;
	u8 word[4];

	/* A hole of 32 MiB to read from */
	replay_write(r, fid, "x", 1, 32u << 20);
	replay_finish(r);
	REPLAY_EXPECT(r, &reply, SMB2_WRITE, STATUS_SUCCESS);
	r->credits = 512;
	for (i = 0; i < 8; i++) {
		replay_echo(r);
		replay_finish(r);
		REPLAY_EXPECT(r, &reply, SMB2_ECHO, STATUS_SUCCESS);
	}
	r->charge = 64;
	for (i = 0; i < 6; i++)
		replay_read(r, fid, 4u << 20, 0);
	replay_finish(r);
	KUNIT_ASSERT_EQ(test, ksmbd_loop_read(r->loop, word, 4, REPLAY_TIMEOUT_MS), 0);
	/* By hand: it is larger than the client's buffer. */
	for (i = get_unaligned_be32(word); i > 0; i -= n) {
		n = min_t(u32, i, sizeof(r->in));
		KUNIT_ASSERT_EQ(test, ksmbd_loop_read(r->loop, r->in, n, REPLAY_TIMEOUT_MS), 0);
	}
	KUNIT_EXPECT_LT(test, get_unaligned_be32(word), 1U << 24);
	KUNIT_EXPECT_GT(test, get_unaligned_be32(word), 4U << 20);
	/* The last element's error is the end of the message. */
	refused = get_unaligned_le32(r->in + n - 73 + 8);
	KUNIT_EXPECT_EQ(test, refused, ksmbd_status_u32(STATUS_INSUFFICIENT_RESOURCES));
	r->charge = 1;
	replay_echo(r);
	replay_finish(r);
	REPLAY_EXPECT(r, &reply, SMB2_ECHO, STATUS_SUCCESS);
}

/* ---- several connections, the same few names ---- */

/* In one message: open or create, write, read, close, perhaps deleting. */
static void send_round(struct replay *r, u32 n)
{
	static const char *const names[] = { "one", "two", "dir\\three", "four" };
	static const u32 dispositions[] = { FILE_OPEN_IF, FILE_OVERWRITE_IF, FILE_CREATE, FILE_OPEN,
					    FILE_SUPERSEDE };

	replay_create(r, names[n % ARRAY_SIZE(names)],
		      FILE_GENERIC_READ | FILE_GENERIC_WRITE | FILE_DELETE,
		      dispositions[n % ARRAY_SIZE(dispositions)], n % 3 ? 0 : FILE_DELETE_ON_CLOSE);
	r->flags = SMB2_FLAGS_RELATED_OPERATIONS;
	replay_write(r, REPLAY_SAME, "0123456789", 10, n % 7);
	replay_read(r, REPLAY_SAME, 500, 0);
	replay_query(r, REPLAY_SAME, SMB2_0_INFO_FILE, 18, 4096);
	replay_file_request(r, SMB2_CLOSE, REPLAY_SAME);
	r->flags = 0;
	replay_finish(r);
}

static bool expected(u32 status)
{
	static const ntstatus_t ok[] = {
		STATUS_SUCCESS,	       STATUS_OBJECT_NAME_NOT_FOUND, STATUS_OBJECT_NAME_COLLISION,
		STATUS_DELETE_PENDING, STATUS_END_OF_FILE,
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(ok); i++)
		if (status == ksmbd_status_u32(ok[i]))
			return true;
	return false;
}

static void same_names(struct kunit *test)
{
	struct replay *r[5];
	struct replay_reply reply;
	u32 round, i, k;

	for (i = 0; i < ARRAY_SIZE(r); i++)
		r[i] = i % 2 ? replay_open_signing(test, KSMBD_DIALECT_311) :
			       replay_open(test, KSMBD_DIALECT_210);
	for (round = 0; round < 60; round++) {
		for (k = 0; k < 3; k++)
			for (i = 0; i < ARRAY_SIZE(r); i++)
				send_round(r[i], round * 7 + i * 3 + k);
		for (i = 0; i < ARRAY_SIZE(r); i++)
			for (k = 0; k < 3 * 5; k++) {
				KUNIT_ASSERT_TRUE(test, replay_take(r[i], &reply));
				KUNIT_EXPECT_TRUE_MSG(test, expected(reply.status),
						      "command %u: 0x%x", reply.command,
						      reply.status);
			}
	}
}

/* ---- an end in the middle of work ---- */

static void race_close(struct kunit *test)
{
	u32 round, i, closed, gone;

	for (round = 0; round < 30; round++) {
		struct replay *r = replay_open(test, KSMBD_DIALECT_311);
		struct replay_fid fid = open_file(r, "a.txt");
		struct replay_reply reply;

		for (i = 0; i < 12; i++) {
			if (i % 4 == 2)
				replay_file_request(r, SMB2_CLOSE, fid);
			else
				replay_read(r, fid, 20, 0);
			replay_finish(r);
		}
		closed = 0;
		gone = 0;
		for (i = 0; i < 12; i++) {
			KUNIT_ASSERT_TRUE(test, replay_take(r, &reply));
			closed += reply.command == SMB2_CLOSE && !reply.status;
			gone += reply.status == ksmbd_status_u32(STATUS_FILE_CLOSED);
			KUNIT_EXPECT_TRUE(
				test, !reply.status ||
					      reply.status == ksmbd_status_u32(STATUS_FILE_CLOSED));
		}
		KUNIT_EXPECT_EQ(test, closed, 1U);
		KUNIT_EXPECT_GE(test, gone, 2U);
		replay_close(r);
	}
}

/*
 * One client keeps deleting a file, another keeps making it: what was written to a handle
 * that nobody deleted must be found under the name. The first never opens what the second
 * has made: its CREATE is exclusive.
 */
static void race_delete(struct kunit *test)
{
	struct replay *deleter = replay_open(test, KSMBD_DIALECT_311);
	struct replay *maker = replay_open(test, KSMBD_DIALECT_311);
	struct replay_reply reply;
	u32 round, i;

	for (round = 0; round < 300; round++) {
		bool made = false;

		replay_create(deleter, "coming", FILE_GENERIC_WRITE | FILE_DELETE, FILE_CREATE,
			      FILE_DELETE_ON_CLOSE);
		deleter->flags = SMB2_FLAGS_RELATED_OPERATIONS;
		replay_file_request(deleter, SMB2_CLOSE, REPLAY_SAME);
		deleter->flags = 0;
		replay_create(maker, "coming", FILE_GENERIC_READ | FILE_GENERIC_WRITE, FILE_OPEN_IF,
			      0);
		maker->flags = SMB2_FLAGS_RELATED_OPERATIONS;
		replay_file_request(maker, SMB2_CLOSE, REPLAY_SAME);
		maker->flags = 0;
		replay_finish(deleter);
		replay_finish(maker);
		for (i = 0; i < 2; i++) {
			KUNIT_ASSERT_TRUE(test, replay_take(deleter, &reply));
			KUNIT_ASSERT_TRUE(test, replay_take(maker, &reply));
			/* An action that created, or a handle beside one that deletes? */
			if (reply.command == SMB2_CREATE && !reply.status)
				made = get_unaligned_le32(reply.body + 4) == FILE_CREATED;
		}
		replay_create(maker, "coming", FILE_GENERIC_READ | FILE_DELETE, FILE_OPEN,
			      FILE_DELETE_ON_CLOSE);
		maker->flags = SMB2_FLAGS_RELATED_OPERATIONS;
		replay_file_request(maker, SMB2_CLOSE, REPLAY_SAME);
		maker->flags = 0;
		replay_finish(maker);
		KUNIT_ASSERT_TRUE(test, replay_take(maker, &reply));
		if (made)
			KUNIT_EXPECT_EQ(test, reply.status, 0U);
		KUNIT_ASSERT_TRUE(test, replay_take(maker, &reply));
	}
}

/* Opens in flight while what they are opened on goes away. */
static void race_end(struct kunit *test, u16 command)
{
	u32 round, i;

	for (round = 0; round < 40; round++) {
		struct replay *r = replay_open(test, KSMBD_DIALECT_311);
		struct replay_reply reply;

		for (i = 0; i < 14; i++) {
			if (i == 3 + round % 8) {
				replay_empty(r, command);
			} else {
				replay_create(r, i % 2 ? "a.txt" : "raced",
					      FILE_GENERIC_READ | FILE_DELETE, FILE_OPEN_IF,
					      i % 3 ? 0 : FILE_DELETE_ON_CLOSE);
			}
			replay_finish(r);
		}
		for (i = 0; i < 14; i++) {
			KUNIT_ASSERT_TRUE(test, replay_take(r, &reply));
			if (reply.command == command)
				KUNIT_EXPECT_EQ(test, reply.status, 0U);
		}
		/* Nothing is left open: the next one may have it for itself. */
		replay_close(r);
	}
}

static void race_logoff(struct kunit *test)
{
	race_end(test, SMB2_LOGOFF);
}

static void race_disconnect(struct kunit *test)
{
	race_end(test, SMB2_TREE_DISCONNECT);
}

static void race_hang_up(struct kunit *test)
{
	u32 round, i;

	for (round = 0; round < 40; round++) {
		struct replay *r = replay_open(test, KSMBD_DIALECT_302);
		struct replay_fid pipe = replay_open_pipe(r);

		for (i = 0; i < 20; i++) {
			r->tree_id = i % 2 ? r->login.disk_tree : r->login.pipe_tree;
			if (i % 4 == 0)
				replay_read(r, pipe, 100, 0);
			else if (i % 4 == 2)
				replay_create(r, "srvsvc", FILE_GENERIC_READ, FILE_OPEN, 0);
			else
				send_round(r, i);
			if (i % 2 == 0)
				replay_finish(r);
		}
		if (round % 2)
			msleep(1);
		replay_close(r);
	}
}

/* WRITEs on one handle take turns; each is answered, none is lost, whatever comes behind. */
static void writes_in_turn(struct kunit *test)
{
	struct replay *r = replay_open(test, KSMBD_DIALECT_302);
	struct replay_fid one = open_file(r, "turns"), other = open_file(r, "turns");
	u8 *data = kunit_kmalloc(test, BLOCK, GFP_KERNEL);
	struct replay_reply reply;
	const u32 count = 60;
	u32 i, done = 0;

	KUNIT_ASSERT_NOT_NULL(test, data);
	for (i = 0; i < count; i++) {
		memset(data, i, BLOCK);
		replay_write(r, i % 3 ? one : other, data, BLOCK, (u64)i * BLOCK);
		replay_finish(r);
	}
	for (i = 0; i < count; i++) {
		KUNIT_ASSERT_TRUE(test, replay_take(r, &reply));
		KUNIT_EXPECT_EQ(test, reply.command, SMB2_WRITE);
		done += reply.status == 0;
	}
	KUNIT_EXPECT_EQ(test, done, count);
	for (i = 0; i < count; i++) {
		replay_read(r, one, BLOCK, (u64)i * BLOCK);
		replay_finish(r);
		REPLAY_EXPECT(r, &reply, SMB2_READ, STATUS_SUCCESS);
		KUNIT_EXPECT_TRUE(test, is_filled(reply.body + 16, BLOCK, i));
	}
}

/* Those that wait for their turn end with the handle, the session, the connection. */
static void ends_in_turn(struct kunit *test)
{
	u8 *data = kunit_kzalloc(test, BLOCK, GFP_KERNEL);
	const u32 count = 40;
	u32 i, round;

	KUNIT_ASSERT_NOT_NULL(test, data);
	for (round = 0; round < 3; round++) {
		struct replay *r = replay_open(test, KSMBD_DIALECT_302);
		struct replay_fid fid = open_file(r, "turns");
		struct replay_reply reply;

		for (i = 0; i < count; i++) {
			replay_write(r, fid, data, BLOCK, (u64)i * BLOCK);
			replay_finish(r);
		}
		if (round < 2) {
			if (round)
				replay_empty(r, SMB2_LOGOFF);
			else
				replay_file_request(r, SMB2_CLOSE, fid);
			replay_finish(r);
			for (i = 0; i <= count; i++)
				KUNIT_ASSERT_TRUE(test, replay_take(r, &reply));
		}
		replay_drop(r);
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(stuck_peer),
	KUNIT_CASE(stuck_peer_goes),
	KUNIT_CASE(stuck_peer_is_dropped),
	KUNIT_CASE(chain_too_large),
	KUNIT_CASE(same_names),
	KUNIT_CASE(race_close),
	KUNIT_CASE(race_logoff),
	KUNIT_CASE(race_disconnect),
	KUNIT_CASE(race_hang_up),
	KUNIT_CASE(race_delete),
	KUNIT_CASE(writes_in_turn),
	KUNIT_CASE(ends_in_turn),
	{},
};

static struct kunit_suite suite = {
	.name = "replay_flow",
	.suite_init = replay_suite_init,
	.suite_exit = replay_suite_exit,
	.exit = replay_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
