// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A client that loses a channel: late requests, requests and CREATEs sent again, notices
 * that have to find another way. [MS-SMB2] 3.3.4.1.6, 3.3.5.2.10, 3.3.5.9.10
 */
#include <linux/delay.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "open/create_id.h"
#include "session/session.h"
#include "tests/replay/oplock.h"
#include "wire/fileinfo.h"

/* ---- channel sequence numbers ---- */

static void write_at(struct replay *r, struct replay_fid fid, u16 sequence, u32 flags,
		     ntstatus_t status)
{
	struct replay_reply reply;

	r->sequence = sequence;
	r->flags = flags;
	replay_write(r, fid, "data", 4, 0);
	replay_finish(r);
	REPLAY_EXPECT(r, &reply, SMB2_WRITE, status);
	r->flags = 0;
}

static void set_end(struct replay *r, struct replay_fid fid, ntstatus_t status)
{
	struct ksmbd_wr *wr = &r->wr;
	struct replay_reply reply;

	replay_begin(r, SMB2_SET_INFO);
	ksmbd_wr_u16(wr, 33);
	ksmbd_wr_u8(wr, 1);
	ksmbd_wr_u8(wr, FILE_END_OF_FILE_INFORMATION);
	ksmbd_wr_u32(wr, 8);
	ksmbd_wr_u16(wr, SMB2_HEADER_SIZE + 32);
	ksmbd_wr_zero(wr, 6);
	ksmbd_wr_u64(wr, fid.persistent_id);
	ksmbd_wr_u64(wr, fid.volatile_id);
	ksmbd_wr_u64(wr, 4);
	replay_finish(r);
	REPLAY_EXPECT(r, &reply, SMB2_SET_INFO, status);
}

static void get_id(struct replay *r, struct replay_fid fid, ntstatus_t status)
{
	struct ksmbd_wr *wr = &r->wr;
	struct replay_reply reply;

	replay_begin(r, SMB2_IOCTL);
	ksmbd_wr_u16(wr, 57);
	ksmbd_wr_u16(wr, 0);
	ksmbd_wr_u32(wr, FSCTL_CREATE_OR_GET_OBJECT_ID);
	ksmbd_wr_u64(wr, fid.persistent_id);
	ksmbd_wr_u64(wr, fid.volatile_id);
	ksmbd_wr_zero(wr, 20);
	ksmbd_wr_u32(wr, 64);
	ksmbd_wr_u32(wr, 1);
	ksmbd_wr_u32(wr, 0);
	replay_finish(r);
	REPLAY_EXPECT(r, &reply, SMB2_IOCTL, status);
}

/* What comes late over a lost channel changes nothing, and may look. */
static void late_requests(struct kunit *test)
{
	static const u16 dialects[] = { KSMBD_DIALECT_210, KSMBD_DIALECT_300, KSMBD_DIALECT_311 };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(dialects); i++) {
		struct replay *r = replay_open(test, dialects[i]);
		struct replay_fid fid = oplock_open(r, "f", RW, NONE, NONE);
		ntstatus_t late = dialects[i] == KSMBD_DIALECT_210 ? STATUS_SUCCESS :
								     STATUS_FILE_NOT_AVAILABLE;
		struct replay_reply reply;

		write_at(r, fid, 0, 0, STATUS_SUCCESS);
		write_at(r, fid, 3, 0, STATUS_SUCCESS);
		write_at(r, fid, 2, 0, late);
		write_at(r, fid, 2, SMB2_FLAGS_REPLAY_OPERATION, late);
		set_end(r, fid, late);
		get_id(r, fid, late);
		replay_read(r, fid, 4, 0);
		replay_finish(r);
		REPLAY_EXPECT(r, &reply, SMB2_READ, STATUS_SUCCESS);
		write_at(r, fid, 3, SMB2_FLAGS_REPLAY_OPERATION, STATUS_SUCCESS);
		r->sequence = 0;
		oplock_close(r, fid);
	}
}

/* The number of a handle begins with the one that its CREATE had. */
static void begins_with_create(struct kunit *test)
{
	struct replay *r = replay_open(test, KSMBD_DIALECT_302);
	struct replay_fid fid;

	r->sequence = 0x9000;
	fid = oplock_open(r, "f", RW, NONE, NONE);
	write_at(r, fid, 0x8FFF, 0, STATUS_FILE_NOT_AVAILABLE);
	write_at(r, fid, 0x9000, 0, STATUS_SUCCESS);
	write_at(r, fid, 0, 0, STATUS_SUCCESS);
}

enum park_end {
	ANSWERED,
	CANCELLED,
	LOST
};

/* While a first attempt waits, nothing is done again; and then it may be, however that ended. */
static void waits_for_first(struct kunit *test)
{
	enum park_end end;

	for (end = ANSWERED; end <= LOST; end++) {
		struct oplock_pair p = oplock_hold(test, BATCH);
		struct replay *c = replay_channel(p.b);
		struct replay_fid fid = oplock_open(p.b, "g", RW, NONE, NONE);
		struct replay_reply reply;
		u64 id = p.b->next_id;

		replay_set_name(p.b, fid, FILE_RENAME_INFORMATION, "f");
		replay_finish(p.b);
		REPLAY_EXPECT(p.b, &reply, SMB2_SET_INFO, STATUS_PENDING);
		oplock_expect_notice(p.a, p.fid, II);
		write_at(c, fid, 1, SMB2_FLAGS_REPLAY_OPERATION, STATUS_FILE_NOT_AVAILABLE);
		write_at(c, fid, 1, 0, STATUS_SUCCESS);
		write_at(c, fid, 1, SMB2_FLAGS_REPLAY_OPERATION, STATUS_FILE_NOT_AVAILABLE);
		if (end == ANSWERED) {
			oplock_ack(p.a, p.fid, II, STATUS_SUCCESS);
			REPLAY_EXPECT(p.b, &reply, SMB2_SET_INFO, STATUS_ACCESS_DENIED);
		} else if (end == CANCELLED) {
			replay_cancel(p.b, id, reply.async_id);
			REPLAY_EXPECT(p.b, &reply, SMB2_SET_INFO, STATUS_CANCELLED);
		} else {
			replay_drop(p.b);
		}
		write_at(c, fid, 1, SMB2_FLAGS_REPLAY_OPERATION, STATUS_SUCCESS);
		oplock_close(c, fid);
		oplock_close(p.a, p.fid);
	}
}

/* ---- CREATE sent again ---- */

#define AGAIN SMB2_FLAGS_REPLAY_OPERATION

static void send_create(struct replay *r, const char *name, u32 disposition, u8 level, u32 guid,
			u32 flags)
{
	r->flags = flags;
	replay_create(r, name, RW, disposition, 0);
	replay_oplock(r, level);
	replay_durable(r, guid);
	replay_finish(r);
	r->flags = 0;
}

static void refuse_create(struct replay *r, const char *name, u32 guid, u32 flags,
			  ntstatus_t status)
{
	struct replay_reply reply;

	send_create(r, name, FILE_CREATE, BATCH, guid, flags);
	REPLAY_EXPECT(r, &reply, SMB2_CREATE, status);
}

/* The handle of a CREATE that succeeds, and did @action */
static struct replay_fid do_create(struct replay *r, const char *name, u8 level, u32 guid,
				   u32 flags, u32 action)
{
	struct replay_reply reply;

	send_create(r, name, FILE_OPEN_IF, level, guid, flags);
	KUNIT_ASSERT_TRUE(r->test, replay_take(r, &reply));
	KUNIT_ASSERT_EQ(r->test, reply.command, SMB2_CREATE);
	KUNIT_ASSERT_EQ(r->test, reply.status, 0U);
	KUNIT_EXPECT_EQ(r->test, oplock_granted(&reply), level);
	KUNIT_EXPECT_EQ(r->test, reply.body[4], action);
	KUNIT_EXPECT_EQ(r->test, reply.body_len, 88U); /* durability is not granted */
	return replay_fid(&reply);
}

static void expect_same(struct kunit *test, struct replay_fid a, struct replay_fid b)
{
	KUNIT_EXPECT_EQ(test, a.persistent_id, b.persistent_id);
	KUNIT_EXPECT_EQ(test, a.volatile_id, b.volatile_id);
}

static void gets_its_handle(struct kunit *test)
{
	static const u8 levels[] = { NONE, II, BATCH };
	struct replay *a = replay_open(test, KSMBD_DIALECT_311);
	struct replay *b = replay_channel(a);
	struct replay_reply reply;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(levels); i++) {
		char name[] = { 'n', '0' + i, 0 };
		struct replay_fid fid = do_create(a, name, levels[i], 7, 0, FILE_CREATED);

		KUNIT_EXPECT_EQ(test, ksmbd_create_id_count(), 1U);
		expect_same(test, do_create(b, name, levels[i], 7, AGAIN, FILE_CREATED), fid);
		name[0] = 'N';
		expect_same(test, do_create(a, name, levels[i], 7, AGAIN, FILE_CREATED), fid);
		/* Sent again by mistake: the handle stays as it is. */
		expect_same(test, do_create(a, name, NONE, 7, AGAIN, FILE_CREATED), fid);
		refuse_create(b, name, 7, 0, STATUS_DUPLICATE_OBJECTID);
		/* It is used: its answer has arrived. */
		replay_read(b, fid, 1, 0);
		replay_finish(b);
		REPLAY_EXPECT(b, &reply, SMB2_READ, STATUS_END_OF_FILE);
		KUNIT_EXPECT_EQ(test, ksmbd_create_id_count(), 0U);
		refuse_create(b, name, 7, AGAIN, STATUS_OBJECT_NAME_COLLISION);
		oplock_close(b, fid);
	}
	/* One that was closed has been answered. */
	oplock_close(a, do_create(a, "closed", NONE, 8, 0, FILE_CREATED));
	oplock_close(a, do_create(a, "closed", NONE, 8, AGAIN, FILE_OPENED));
	KUNIT_EXPECT_EQ(test, ksmbd_create_id_count(), 0U);
}

/* Nobody gets a handle who did not ask for it. */
static void not_that_one(struct kunit *test)
{
	struct replay *a = replay_open(test, KSMBD_DIALECT_311);
	struct replay *other = replay_open(test, KSMBD_DIALECT_311);
	struct replay *old = replay_open(test, KSMBD_DIALECT_210);
	struct replay *stranger = replay_open(test, KSMBD_DIALECT_302);
	struct ksmbd_session *session = ksmbd_session_lookup(stranger->session_id);
	struct replay_fid fid = do_create(a, "one", BATCH, 1, 0, FILE_CREATED);
	struct replay_reply reply;

	refuse_create(a, "two", 1, AGAIN, STATUS_INVALID_PARAMETER);
	send_create(a, "one", FILE_OPEN_IF, LEASE, 1, AGAIN);
	REPLAY_EXPECT(a, &reply, SMB2_CREATE, STATUS_ACCESS_DENIED);
	/* The same client in another session; another client; who knows no such thing. */
	refuse_create(other, "one", 1, AGAIN, STATUS_DUPLICATE_OBJECTID);
	refuse_create(other, "one", 1, 0, STATUS_DUPLICATE_OBJECTID);
	session->client_guid[0] ^= 1;
	ksmbd_session_put(session);
	refuse_create(stranger, "one", 1, AGAIN, STATUS_OBJECT_NAME_COLLISION);
	oplock_close(stranger, do_create(stranger, "mine", NONE, 1, 0, FILE_CREATED));
	oplock_close(old, do_create(old, "old", NONE, 1, 0, FILE_CREATED));
	oplock_close(old, do_create(old, "old", NONE, 1, AGAIN, FILE_OPENED));
	expect_same(test, do_create(a, "one", BATCH, 1, AGAIN, FILE_CREATED), fid);
	oplock_close(a, fid);
}

/* The first attempt waits for another client. */
static void still_under_way(struct kunit *test)
{
	struct oplock_pair p = oplock_hold(test, BATCH);
	struct replay *c = replay_channel(p.b);
	struct replay_reply reply;
	struct replay_fid fid;

	send_create(p.b, "f", FILE_OPEN_IF, II, 5, 0);
	REPLAY_EXPECT(p.b, &reply, SMB2_CREATE, STATUS_PENDING);
	oplock_expect_notice(p.a, p.fid, II);
	refuse_create(c, "f", 5, AGAIN, STATUS_FILE_NOT_AVAILABLE);
	refuse_create(c, "f", 5, 0, STATUS_DUPLICATE_OBJECTID);
	refuse_create(p.b, "f", 5, AGAIN, STATUS_FILE_NOT_AVAILABLE);
	oplock_ack(p.a, p.fid, II, STATUS_SUCCESS);
	fid = oplock_expect_opened(p.b, II);
	expect_same(test, do_create(c, "f", II, 5, AGAIN, FILE_OPENED), fid);
	oplock_close(c, fid);
}

/* A CREATE that comes to nothing may be sent again as if it had never been. */
static void comes_to_nothing(struct kunit *test)
{
	enum park_end end;

	for (end = ANSWERED; end <= LOST; end++) {
		struct oplock_pair p = oplock_hold(test, BATCH);
		struct replay *c = replay_channel(p.b);
		struct replay_reply reply;
		struct replay_fid fid;
		u64 id = p.b->next_id;

		send_create(p.b, "f", FILE_OPEN_IF, II, 5, 0);
		REPLAY_EXPECT(p.b, &reply, SMB2_CREATE, STATUS_PENDING);
		oplock_expect_notice(p.a, p.fid, II);
		if (end == CANCELLED) {
			replay_cancel(p.b, id, reply.async_id);
			REPLAY_EXPECT(p.b, &reply, SMB2_CREATE, STATUS_CANCELLED);
		} else if (end == LOST) {
			replay_drop(p.b);
		} else {
			oplock_ack(p.a, p.fid, II, STATUS_SUCCESS);
			oplock_close(p.b, oplock_expect_opened(p.b, II));
			oplock_close(p.a, p.fid);
			refuse_create(c, "f", 5, 0, STATUS_OBJECT_NAME_COLLISION);
			refuse_create(c, "f", 5, 0, STATUS_OBJECT_NAME_COLLISION);
			continue;
		}
		KUNIT_EXPECT_EQ(test, ksmbd_create_id_count(), 0U);
		send_create(c, "f", FILE_OPEN_IF, II, 5, AGAIN);
		REPLAY_EXPECT(c, &reply, SMB2_CREATE, STATUS_PENDING);
		oplock_ack(p.a, p.fid, II, STATUS_SUCCESS);
		fid = oplock_expect_opened(c, II);
		oplock_close(c, fid);
		oplock_close(p.a, p.fid);
	}
}

/* No more is kept than there are handles. */
static void bounded(struct kunit *test)
{
	struct replay *r = replay_open(test, KSMBD_DIALECT_311);
	struct replay_fid fids[50];
	u32 i;

	for (i = 0; i < ARRAY_SIZE(fids); i++)
		fids[i] = do_create(r, "many", NONE, i, 0, i ? FILE_OPENED : FILE_CREATED);
	for (i = 0; i < 200; i++)
		refuse_create(r, "many", 1000 + i, 0, STATUS_OBJECT_NAME_COLLISION);
	KUNIT_EXPECT_EQ(test, ksmbd_create_id_count(), (u32)ARRAY_SIZE(fids));
	for (i = 0; i < ARRAY_SIZE(fids) / 2; i++)
		oplock_close(r, fids[i]);
	KUNIT_EXPECT_EQ(test, ksmbd_create_id_count(), (u32)(ARRAY_SIZE(fids) - i));
	replay_drop(r);
	KUNIT_EXPECT_EQ(test, ksmbd_create_id_count(), 0U);
}

/* ---- notices ---- */

static void noticed_elsewhere(struct kunit *test)
{
	struct oplock_pair p = oplock_hold(test, BATCH);
	struct replay *c = replay_channel(p.a);

	oplock_park(p.b, "f", FILE_OPEN, II);
	oplock_expect_notice(p.a, p.fid, II);
	KUNIT_EXPECT_TRUE(test, replay_silent(c));
	replay_drop(p.a); /* it may not have heard it */
	oplock_expect_notice(c, p.fid, II);
	oplock_ack(c, p.fid, II, STATUS_SUCCESS);
	oplock_expect_opened(p.b, II);
	oplock_close(c, p.fid);
}

/* What was acknowledged has arrived; what went elsewhere is not lost. */
static void not_noticed_twice(struct kunit *test)
{
	struct oplock_pair p = oplock_hold(test, BATCH);
	struct replay *c = replay_channel(p.a), *d = replay_channel(p.a);

	oplock_park(p.b, "f", FILE_OPEN, II);
	oplock_expect_notice(p.a, p.fid, II);
	replay_drop(d);
	KUNIT_EXPECT_TRUE(test, replay_silent(c));
	oplock_ack(p.a, p.fid, II, STATUS_SUCCESS);
	oplock_expect_opened(p.b, II);
	replay_drop(p.a);
	KUNIT_EXPECT_TRUE(test, replay_silent(c));
	oplock_close(c, p.fid);
}

static void shared_end_elsewhere(struct kunit *test)
{
	struct oplock_pair p = oplock_hold(test, II);
	struct replay *c = replay_channel(p.a);
	struct replay_fid fid = oplock_open(p.b, "f", RW, NONE, NONE);

	write_at(p.b, fid, 0, 0, STATUS_SUCCESS);
	oplock_expect_notice(p.a, p.fid, NONE);
	replay_drop(p.a);
	oplock_expect_notice(c, p.fid, NONE);
	oplock_close(c, p.fid);
}

/* The answer that is given again comes before the notice that is given again. */
static void noticed_after_replay(struct kunit *test)
{
	struct replay *a = replay_open(test, KSMBD_DIALECT_311);
	struct replay *c = replay_channel(a), *b = replay_open(test, KSMBD_DIALECT_302);
	struct replay_fid fid = do_create(a, "f", BATCH, 9, 0, FILE_CREATED);

	oplock_park(b, "f", FILE_OPEN, II);
	oplock_expect_notice(a, fid, II);
	expect_same(test, do_create(c, "f", BATCH, 9, AGAIN, FILE_CREATED), fid);
	oplock_expect_notice(c, fid, II);
	oplock_ack(c, fid, II, STATUS_SUCCESS);
	oplock_expect_opened(b, II);
	oplock_close(c, fid);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(late_requests),
	KUNIT_CASE(begins_with_create),
	KUNIT_CASE(waits_for_first),
	KUNIT_CASE(gets_its_handle),
	KUNIT_CASE(not_that_one),
	KUNIT_CASE(still_under_way),
	KUNIT_CASE(comes_to_nothing),
	KUNIT_CASE(bounded),
	KUNIT_CASE(noticed_elsewhere),
	KUNIT_CASE(not_noticed_twice),
	KUNIT_CASE(shared_end_elsewhere),
	KUNIT_CASE(noticed_after_replay),
	{},
};

static struct kunit_suite suite = {
	.name = "replay_failover",
	.suite_init = replay_suite_init,
	.suite_exit = replay_suite_exit,
	.exit = replay_exit,
	.test_cases = cases,
};
kunit_test_suite(suite);
