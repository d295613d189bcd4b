// SPDX-License-Identifier: GPL-2.0-or-later
/* Oplocks: who is granted what, and how they break. [MS-SMB2] 3.3.4.6, 3.3.5.22.1, 3.3.6.1 */
#include <asm/unaligned.h>
#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/string.h>

#include "session/conn.h"
#include "session/session.h"
#include "tests/replay/replay.h"
#include "wire/fileinfo.h"

#define NONE  SMB2_OPLOCK_LEVEL_NONE
#define II    SMB2_OPLOCK_LEVEL_II
#define EXCL  SMB2_OPLOCK_LEVEL_EXCLUSIVE
#define BATCH SMB2_OPLOCK_LEVEL_BATCH
#define LEASE SMB2_OPLOCK_LEVEL_LEASE

#define RW   (FILE_GENERIC_READ | FILE_GENERIC_WRITE | FILE_DELETE)
#define STAT (FILE_READ_ATTRIBUTES | FILE_WRITE_ATTRIBUTES | FILE_SYNCHRONIZE)

static void send_create(struct replay *r, const char *name, u32 access, u32 disposition, u8 level)
{
	replay_create(r, name, access, disposition, 0);
	replay_oplock(r, level);
	replay_finish(r);
}

static u8 granted(const struct replay_reply *reply)
{
	return reply->body_len > 2 ? reply->body[2] : 0xEE;
}

/* A CREATE that nothing stands in the way of. */
static struct replay_fid open_file(struct replay *r, const char *name, u32 access, u8 level,
				   u8 want)
{
	struct replay_reply reply;

	send_create(r, name, access, FILE_OPEN_IF, level);
	KUNIT_ASSERT_TRUE(r->test, replay_take(r, &reply));
	KUNIT_ASSERT_EQ(r->test, reply.command, SMB2_CREATE);
	KUNIT_ASSERT_EQ(r->test, reply.status, 0U);
	KUNIT_EXPECT_EQ(r->test, granted(&reply), want);
	return replay_fid(&reply);
}

static void close_file(struct replay *r, struct replay_fid fid)
{
	struct replay_reply reply;

	replay_file_request(r, SMB2_CLOSE, fid);
	replay_finish(r);
	REPLAY_EXPECT(r, &reply, SMB2_CLOSE, STATUS_SUCCESS);
}

/* A CREATE that has to wait; its async id. */
static u64 park_create(struct replay *r, const char *name, u32 disposition, u8 level)
{
	struct replay_reply reply;

	send_create(r, name, RW, disposition, level);
	REPLAY_EXPECT(r, &reply, SMB2_CREATE, STATUS_PENDING);
	KUNIT_EXPECT_TRUE(r->test, reply.flags & SMB2_FLAGS_ASYNC_COMMAND);
	return reply.async_id;
}

static struct replay_fid expect_opened(struct replay *r, u8 level)
{
	struct replay_reply reply;

	REPLAY_EXPECT(r, &reply, SMB2_CREATE, STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(r->test, granted(&reply), level);
	return replay_fid(&reply);
}

static void expect_notice(struct replay *r, struct replay_fid fid, u8 level)
{
	struct replay_reply reply;

	REPLAY_EXPECT(r, &reply, SMB2_OPLOCK_BREAK, STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(r->test, reply.message_id, U64_MAX);
	KUNIT_EXPECT_EQ(r->test, reply.session_id, 0ULL);
	KUNIT_EXPECT_EQ(r->test, reply.tree_id, 0U);
	KUNIT_EXPECT_EQ(r->test, reply.credits, 0);
	KUNIT_EXPECT_EQ(r->test, reply.flags, (u32)SMB2_FLAGS_SERVER_TO_REDIR);
	KUNIT_ASSERT_EQ(r->test, reply.body_len, 24U);
	KUNIT_EXPECT_EQ(r->test, get_unaligned_le16(reply.body), 24);
	KUNIT_EXPECT_EQ(r->test, reply.body[2], level);
	KUNIT_EXPECT_EQ(r->test, get_unaligned_le64(reply.body + 8), fid.persistent_id);
	KUNIT_EXPECT_EQ(r->test, get_unaligned_le64(reply.body + 16), fid.volatile_id);
}

static void ack(struct replay *r, struct replay_fid fid, u8 level, ntstatus_t status)
{
	struct replay_reply reply;

	replay_ack(r, fid, level);
	replay_finish(r);
	REPLAY_EXPECT(r, &reply, SMB2_OPLOCK_BREAK, status);
	if (status != STATUS_SUCCESS)
		return;
	KUNIT_ASSERT_EQ(r->test, reply.body_len, 24U);
	KUNIT_EXPECT_EQ(r->test, reply.body[2], level);
	KUNIT_EXPECT_EQ(r->test, get_unaligned_le64(reply.body + 16), fid.volatile_id);
}

/* Two clients; the first has @level on "f". */
struct pair {
	struct replay *a;
	struct replay *b;
	struct replay_fid fid;
};

static struct pair hold(struct kunit *test, u8 level)
{
	struct pair p = { .a = replay_open(test, KSMBD_DIALECT_311) };

	p.b = replay_open(test, KSMBD_DIALECT_302);
	p.fid = open_file(p.a, "f", RW, level, level);
	return p;
}

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
		close_file(r, open_file(r, "f", rows[i].access, rows[i].asked, rows[i].got));
	replay_create(r, "dir", FILE_GENERIC_READ, FILE_OPEN, FILE_DIRECTORY_FILE);
	replay_oplock(r, BATCH);
	replay_finish(r);
	close_file(r, expect_opened(r, NONE));
	/* Its parameter says no. */
	open_file(replay_open_share(test, KSMBD_DIALECT_311, "links"), "f", RW, BATCH, NONE);
	r->tree_id = r->login.pipe_tree;
	replay_create(r, "srvsvc", FILE_GENERIC_READ | FILE_GENERIC_WRITE, FILE_OPEN, 0);
	replay_oplock(r, BATCH);
	replay_finish(r);
	expect_opened(r, NONE);
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
		fid = open_file(a, "f", rows[i].first_access, rows[i].first, rows[i].first);
		close_file(b, open_file(b, "f", rows[i].access, rows[i].asked, rows[i].got));
		close_file(a, fid);
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
		mine = open_file(a, "f", RW, rows[i].level, rows[i].level);
		park_create(b, "f", rows[i].disposition, BATCH);
		expect_notice(a, mine, rows[i].to);
		KUNIT_EXPECT_TRUE(test, replay_silent(b));
		ack(a, mine, rows[i].kept, STATUS_SUCCESS);
		theirs = expect_opened(b, II);
		/* What is kept is level II, which a write ends everywhere. */
		replay_write(b, theirs, "x", 1, 0);
		replay_finish(b);
		expect_notice(b, theirs, NONE);
		REPLAY_EXPECT(b, &reply, SMB2_WRITE, STATUS_SUCCESS);
		if (rows[i].kept == II)
			expect_notice(a, mine, NONE);
		close_file(a, mine);
		close_file(b, theirs);
	}
}

/* The share modes are looked at after a batch oplock broke, and before an exclusive one would. */
static void before_share_modes(struct kunit *test)
{
	struct pair p = hold(test, EXCL);
	struct replay_reply reply;

	replay_create(p.b, "f", RW, FILE_OPEN, 0);
	replay_share(p.b, 0);
	replay_finish(p.b);
	REPLAY_EXPECT(p.b, &reply, SMB2_CREATE, STATUS_SHARING_VIOLATION);
	KUNIT_EXPECT_TRUE(test, replay_silent(p.a));
	close_file(p.a, p.fid);

	p.fid = open_file(p.a, "f", RW, BATCH, BATCH);
	replay_create(p.b, "f", RW, FILE_OPEN, 0);
	replay_share(p.b, 0);
	replay_finish(p.b);
	REPLAY_EXPECT(p.b, &reply, SMB2_CREATE, STATUS_PENDING);
	expect_notice(p.a, p.fid, II);
	ack(p.a, p.fid, II, STATUS_SUCCESS);
	REPLAY_EXPECT(p.b, &reply, SMB2_CREATE, STATUS_SHARING_VIOLATION);
	KUNIT_EXPECT_TRUE(test, reply.flags & SMB2_FLAGS_ASYNC_COMMAND);

	/* Level II has nothing to say in this; a holder who closes lets the other in. */
	close_file(p.a, p.fid);
	p.fid = open_file(p.a, "f", RW, BATCH, BATCH);
	replay_create(p.b, "f", RW, FILE_OPEN, 0);
	replay_share(p.b, 0);
	replay_oplock(p.b, BATCH);
	replay_finish(p.b);
	REPLAY_EXPECT(p.b, &reply, SMB2_CREATE, STATUS_PENDING);
	expect_notice(p.a, p.fid, II);
	close_file(p.a, p.fid);
	expect_opened(p.b, BATCH);
}

/* What fails anyway asks nobody. */
static void not_asked(struct kunit *test)
{
	struct pair p = hold(test, BATCH);
	struct replay_reply reply;

	send_create(p.b, "f", RW, FILE_CREATE, BATCH);
	REPLAY_EXPECT(p.b, &reply, SMB2_CREATE, STATUS_OBJECT_NAME_COLLISION);
	replay_create(p.b, "f", RW, FILE_OPEN, FILE_DIRECTORY_FILE);
	replay_finish(p.b);
	REPLAY_EXPECT(p.b, &reply, SMB2_CREATE, STATUS_NOT_A_DIRECTORY);
	open_file(p.b, "f", STAT, NONE, NONE);
	open_file(p.b, "other", RW, BATCH, BATCH);
	KUNIT_EXPECT_TRUE(test, replay_silent(p.a));
	/* The handle for attributes does not break it, but to overwrite is more than that. */
	send_create(p.b, "f", STAT, FILE_OVERWRITE, NONE);
	REPLAY_EXPECT(p.b, &reply, SMB2_CREATE, STATUS_PENDING);
	expect_notice(p.a, p.fid, NONE);
	ack(p.a, p.fid, NONE, STATUS_SUCCESS);
	expect_opened(p.b, NONE);
}

/* ---- other ends of a break ---- */

static void holder_closes(struct kunit *test)
{
	struct pair p = hold(test, BATCH);

	park_create(p.b, "f", FILE_OPEN, BATCH);
	expect_notice(p.a, p.fid, II);
	close_file(p.a, p.fid);
	expect_opened(p.b, BATCH);
}

static void holder_deletes(struct kunit *test)
{
	struct pair p = { .a = replay_open(test, KSMBD_DIALECT_311) };
	struct replay_reply reply;

	p.b = replay_open(test, KSMBD_DIALECT_302);
	replay_create(p.a, "gone", RW, FILE_CREATE, FILE_DELETE_ON_CLOSE);
	replay_oplock(p.a, BATCH);
	replay_finish(p.a);
	p.fid = expect_opened(p.a, BATCH);
	park_create(p.b, "gone", FILE_OPEN, BATCH);
	expect_notice(p.a, p.fid, II);
	close_file(p.a, p.fid);
	REPLAY_EXPECT(p.b, &reply, SMB2_CREATE, STATUS_OBJECT_NAME_NOT_FOUND);
}

static void holder_disconnects(struct kunit *test)
{
	struct pair p = hold(test, EXCL);

	park_create(p.b, "f", FILE_OPEN, BATCH);
	expect_notice(p.a, p.fid, II);
	replay_drop(p.a);
	expect_opened(p.b, BATCH);
}

static void holder_leaves(struct kunit *test)
{
	static const u16 commands[] = { SMB2_TREE_DISCONNECT, SMB2_LOGOFF };
	struct replay_reply reply;
	struct pair p;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		p = hold(test, BATCH);
		park_create(p.b, "f", FILE_OVERWRITE, BATCH);
		expect_notice(p.a, p.fid, NONE);
		replay_empty(p.a, commands[i]);
		replay_finish(p.a);
		REPLAY_EXPECT(p.a, &reply, commands[i], STATUS_SUCCESS);
		close_file(p.b, expect_opened(p.b, BATCH));
	}
}

static void short_timeout(struct ksmbd_config *values)
{
	values->oplock_timeout = 60;
}

static void holder_is_silent(struct kunit *test)
{
	struct pair p;

	KUNIT_ASSERT_EQ(test, hook_configure(short_timeout), 0);
	p = hold(test, BATCH);
	park_create(p.b, "f", FILE_OPEN, BATCH);
	expect_notice(p.a, p.fid, II);
	expect_opened(p.b, II);
	/* Too late. */
	ack(p.a, p.fid, II, STATUS_INVALID_OPLOCK_PROTOCOL);
	/* Nothing is left of it: a write is none of its client's business. */
	close_file(p.a, p.fid);
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
	struct pair p = hold(test, BATCH);
	struct replay_reply reply;
	struct replay_fid fid;
	u32 i;

	/* Nothing was asked, or not of this one. */
	ack(p.a, p.fid, NONE, STATUS_INVALID_DEVICE_STATE);
	ack(p.a, p.fid, BATCH, STATUS_INVALID_DEVICE_STATE);
	fid = open_file(p.b, "other", RW, NONE, NONE);
	ack(p.b, fid, NONE, STATUS_INVALID_OPLOCK_PROTOCOL);
	ack(p.b, p.fid, NONE, STATUS_FILE_CLOSED);
	replay_begin(p.b, SMB2_OPLOCK_BREAK);
	ksmbd_wr_u16(&p.b->wr, 24);
	ksmbd_wr_zero(&p.b->wr, 10);
	replay_finish(p.b);
	REPLAY_EXPECT(p.b, &reply, SMB2_OPLOCK_BREAK, STATUS_INVALID_PARAMETER);
	close_file(p.a, p.fid);
	ack(p.a, p.fid, NONE, STATUS_FILE_CLOSED);

	/* The oplock is lost, and the other one goes on. */
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		p.fid = open_file(p.a, "f", RW, BATCH, BATCH);
		park_create(p.b, "f", rows[i].disposition, BATCH);
		expect_notice(p.a, p.fid, rows[i].disposition == FILE_OPEN ? II : NONE);
		ack(p.a, p.fid, rows[i].level, rows[i].status);
		close_file(p.b, expect_opened(p.b, II));
		ack(p.a, p.fid, NONE, STATUS_INVALID_OPLOCK_PROTOCOL);
		close_file(p.a, p.fid);
	}
	fid = replay_open_pipe(p.a);
	ack(p.a, fid, NONE, STATUS_INVALID_OPLOCK_PROTOCOL);
}

/* ---- the one who waits ---- */

static void cancelled(struct kunit *test)
{
	struct pair p = hold(test, BATCH);
	u64 async_id, message_id;
	struct replay_reply reply;

	async_id = park_create(p.b, "f", FILE_OPEN, BATCH);
	expect_notice(p.a, p.fid, II);
	replay_cancel(p.b, 0, async_id);
	REPLAY_EXPECT(p.b, &reply, SMB2_CREATE, STATUS_CANCELLED);
	KUNIT_EXPECT_EQ(test, reply.async_id, async_id);
	/* It breaks all the same; the next one waits for the same break. */
	message_id = p.b->next_id;
	park_create(p.b, "f", FILE_OPEN, BATCH);
	replay_cancel(p.b, message_id, 0);
	REPLAY_EXPECT(p.b, &reply, SMB2_CREATE, STATUS_CANCELLED);
	ack(p.a, p.fid, II, STATUS_SUCCESS);
	open_file(p.b, "f", RW, BATCH, II);
}

static void opener_disconnects(struct kunit *test)
{
	struct pair p = hold(test, BATCH);

	park_create(p.b, "f", FILE_OPEN, BATCH);
	park_create(p.b, "f", FILE_OVERWRITE, BATCH);
	expect_notice(p.a, p.fid, II);
	replay_drop(p.b);
	ack(p.a, p.fid, II, STATUS_SUCCESS);
	KUNIT_EXPECT_TRUE(test, replay_silent(p.a));
}

static void opener_logs_off(struct kunit *test)
{
	struct pair p = hold(test, BATCH);
	struct replay_reply reply;

	park_create(p.b, "f", FILE_OVERWRITE, BATCH);
	expect_notice(p.a, p.fid, NONE);
	replay_empty(p.b, SMB2_LOGOFF);
	replay_finish(p.b);
	REPLAY_EXPECT(p.b, &reply, SMB2_LOGOFF, STATUS_SUCCESS);
	ack(p.a, p.fid, NONE, STATUS_SUCCESS);
	REPLAY_EXPECT(p.b, &reply, SMB2_CREATE, STATUS_USER_SESSION_DELETED);
}

static void opener_loses_tree(struct kunit *test)
{
	struct pair p = hold(test, BATCH);
	struct replay_reply reply;

	park_create(p.b, "f", FILE_OPEN, BATCH);
	expect_notice(p.a, p.fid, II);
	replay_empty(p.b, SMB2_TREE_DISCONNECT);
	replay_finish(p.b);
	REPLAY_EXPECT(p.b, &reply, SMB2_TREE_DISCONNECT, STATUS_SUCCESS);
	close_file(p.a, p.fid);
	REPLAY_EXPECT(p.b, &reply, SMB2_CREATE, STATUS_NETWORK_NAME_DELETED);
}

/* One notice, and all go on; while they wait nobody gets in their way. */
static void many_wait(struct kunit *test)
{
	struct pair p = hold(test, EXCL);
	struct replay *others[6];
	u32 i;

	for (i = 0; i < ARRAY_SIZE(others); i++) {
		others[i] = replay_open(test, KSMBD_DIALECT_311);
		park_create(others[i], "f", FILE_OPEN, i % 2 ? BATCH : EXCL);
	}
	expect_notice(p.a, p.fid, II);
	ack(p.a, p.fid, II, STATUS_SUCCESS);
	for (i = 0; i < ARRAY_SIZE(others); i++)
		expect_opened(others[i], II);
	KUNIT_EXPECT_TRUE(test, replay_silent(p.a));
}

/* After a break to level II comes one who overwrites: he waits once, the rest is told. */
static void two_intentions(struct kunit *test)
{
	struct pair p = hold(test, BATCH);
	struct replay *c = replay_open(test, KSMBD_DIALECT_311);

	park_create(p.b, "f", FILE_OPEN, NONE);
	expect_notice(p.a, p.fid, II);
	park_create(c, "f", FILE_OVERWRITE, BATCH);
	ack(p.a, p.fid, II, STATUS_SUCCESS);
	expect_opened(p.b, NONE);
	expect_opened(c, II);
	expect_notice(p.a, p.fid, NONE);
}

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
	struct pair p = hold(test, II);
	struct replay_fid fid = open_file(p.b, "f", RW, II, II);
	struct replay_reply reply;
	u32 i;

	/* Whoever writes: all lose it, also the writer. Nothing is to be acknowledged. */
	replay_write(p.a, p.fid, "data", 4, 0);
	replay_finish(p.a);
	expect_notice(p.a, p.fid, NONE);
	REPLAY_EXPECT(p.a, &reply, SMB2_WRITE, STATUS_SUCCESS);
	expect_notice(p.b, fid, NONE);
	ack(p.b, fid, NONE, STATUS_INVALID_OPLOCK_PROTOCOL);
	replay_write(p.a, p.fid, "data", 4, 0);
	replay_finish(p.a);
	REPLAY_EXPECT(p.a, &reply, SMB2_WRITE, STATUS_SUCCESS);
	KUNIT_EXPECT_TRUE(test, replay_silent(p.b));
	close_file(p.b, fid);
	for (i = 0; i < ARRAY_SIZE(classes); i++) {
		fid = open_file(p.b, "f", RW, BATCH, II);
		set_size(p.a, p.fid, classes[i]);
		REPLAY_EXPECT(p.a, &reply, SMB2_SET_INFO, STATUS_SUCCESS);
		expect_notice(p.b, fid, NONE);
		close_file(p.b, fid);
	}
	fid = open_file(p.b, "f", RW, BATCH, II);
	send_create(p.a, "f", RW, FILE_OVERWRITE_IF, II);
	expect_opened(p.a, II);
	expect_notice(p.b, fid, NONE);
}

/* ---- names ---- */

static void send_name(struct replay *r, struct replay_fid fid, u8 class, const char *name)
{
	struct ksmbd_wr *wr = &r->wr;

	replay_begin(r, SMB2_SET_INFO);
	ksmbd_wr_u16(wr, 33);
	ksmbd_wr_u8(wr, 1);
	ksmbd_wr_u8(wr, class);
	ksmbd_wr_u32(wr, 20 + 2 * strlen(name));
	ksmbd_wr_u16(wr, SMB2_HEADER_SIZE + 32);
	ksmbd_wr_zero(wr, 6);
	ksmbd_wr_u64(wr, fid.persistent_id);
	ksmbd_wr_u64(wr, fid.volatile_id);
	ksmbd_wr_u64(wr, 1); /* replace */
	ksmbd_wr_u64(wr, 0);
	ksmbd_wr_u32(wr, 2 * strlen(name));
	for (; *name; name++)
		ksmbd_wr_u16(wr, (u8)*name);
	replay_finish(r);
}

/* A target that is open only for its holder's cache is waited for. */
static void renamed_onto(struct kunit *test)
{
	struct pair p = hold(test, BATCH);
	struct replay_fid fid = open_file(p.b, "g", RW, NONE, NONE);
	struct replay_reply reply;

	send_name(p.b, fid, FILE_RENAME_INFORMATION, "f");
	REPLAY_EXPECT(p.b, &reply, SMB2_SET_INFO, STATUS_PENDING);
	expect_notice(p.a, p.fid, II);
	ack(p.a, p.fid, II, STATUS_SUCCESS);
	REPLAY_EXPECT(p.b, &reply, SMB2_SET_INFO, STATUS_ACCESS_DENIED);
	close_file(p.a, p.fid);
	p.fid = open_file(p.a, "f", RW, BATCH, BATCH);
	send_name(p.b, fid, FILE_RENAME_INFORMATION, "f");
	REPLAY_EXPECT(p.b, &reply, SMB2_SET_INFO, STATUS_PENDING);
	expect_notice(p.a, p.fid, II);
	close_file(p.a, p.fid);
	REPLAY_EXPECT(p.b, &reply, SMB2_SET_INFO, STATUS_SUCCESS);
	close_file(p.b, fid);

	/* The holder's own handle is in nobody's way; an exclusive oplock is not about names. */
	p.fid = open_file(p.a, "f", RW, BATCH, BATCH);
	send_name(p.a, p.fid, FILE_RENAME_INFORMATION, "h");
	REPLAY_EXPECT(p.a, &reply, SMB2_SET_INFO, STATUS_SUCCESS);
	close_file(p.a, p.fid);
	open_file(p.a, "h", RW, EXCL, EXCL);
	fid = open_file(p.b, "g", RW, NONE, NONE);
	send_name(p.b, fid, FILE_RENAME_INFORMATION, "h");
	REPLAY_EXPECT(p.b, &reply, SMB2_SET_INFO, STATUS_ACCESS_DENIED);
}

static void linked(struct kunit *test)
{
	struct pair p = hold(test, BATCH);
	struct replay_fid fid = open_file(p.b, "f", STAT, NONE, NONE);
	struct replay_reply reply;

	send_name(p.b, fid, FILE_LINK_INFORMATION, "second");
	REPLAY_EXPECT(p.b, &reply, SMB2_SET_INFO, STATUS_PENDING);
	expect_notice(p.a, p.fid, II);
	/* The handle is closed while its request waits. */
	close_file(p.b, fid);
	ack(p.a, p.fid, II, STATUS_SUCCESS);
	REPLAY_EXPECT(p.b, &reply, SMB2_SET_INFO, STATUS_FILE_CLOSED);
}

static void directory_renamed(struct kunit *test)
{
	struct pair p = { .a = replay_open(test, KSMBD_DIALECT_311) };
	struct replay_reply reply;
	struct replay_fid fid;

	p.b = replay_open(test, KSMBD_DIALECT_302);
	p.fid = open_file(p.a, "dir\\f", RW, BATCH, BATCH);
	replay_create(p.b, "dir", RW, FILE_OPEN, FILE_DIRECTORY_FILE);
	replay_finish(p.b);
	fid = expect_opened(p.b, NONE);
	send_name(p.b, fid, FILE_RENAME_INFORMATION, "dir3");
	REPLAY_EXPECT(p.b, &reply, SMB2_SET_INFO, STATUS_PENDING);
	expect_notice(p.a, p.fid, II);
	close_file(p.a, p.fid);
	REPLAY_EXPECT(p.b, &reply, SMB2_SET_INFO, STATUS_SUCCESS);
}

/* ---- compounds ---- */

static void chain_waits(struct kunit *test)
{
	struct pair p = hold(test, BATCH);
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
	expect_notice(p.a, p.fid, II);
	ack(p.a, p.fid, NONE, STATUS_SUCCESS);
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

	replay_create(r, "f", RW, FILE_OPEN_IF, 0);
	replay_oplock(r, BATCH);
	replay_create(r, "f", RW, FILE_OPEN, 0);
	replay_finish(r);
	fid = expect_opened(r, BATCH);
	REPLAY_EXPECT(r, &reply, SMB2_CREATE, STATUS_PENDING);
	expect_notice(r, fid, II);
	ack(r, fid, II, STATUS_SUCCESS);
	expect_opened(r, NONE);
	close_file(r, fid);

	/* Level II, ended before it was told of. */
	replay_create(r, "f", RW, FILE_OPEN, 0);
	replay_oplock(r, II);
	r->flags = SMB2_FLAGS_RELATED_OPERATIONS;
	replay_write(r, REPLAY_SAME, "x", 1, 0);
	r->flags = 0;
	replay_finish(r);
	fid = expect_opened(r, II);
	REPLAY_EXPECT(r, &reply, SMB2_WRITE, STATUS_SUCCESS);
	expect_notice(r, fid, NONE);
}

static void notices_are_not_signed(struct kunit *test)
{
	struct replay *a = replay_open_signing(test, KSMBD_DIALECT_311);
	struct replay *b = replay_open(test, KSMBD_DIALECT_311);
	struct replay_fid fid = open_file(a, "f", RW, BATCH, BATCH);

	park_create(b, "f", FILE_OPEN, BATCH);
	expect_notice(a, fid, II);
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
		send_create(r, "f", RW, i % 5 ? FILE_OPEN_IF : FILE_OVERWRITE_IF,
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
	KUNIT_ASSERT_EQ(test, hook_configure(short_timeout), 0);
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
	KUNIT_CASE(shared_ends_with_data),
	KUNIT_CASE(renamed_onto),
	KUNIT_CASE(linked),
	KUNIT_CASE(directory_renamed),
	KUNIT_CASE(chain_waits),
	KUNIT_CASE(told_in_order),
	KUNIT_CASE(notices_are_not_signed),
	KUNIT_CASE(everybody),
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
