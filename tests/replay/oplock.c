// SPDX-License-Identifier: GPL-2.0-or-later
#include <asm/unaligned.h>
#include <linux/kernel.h>

#include "tests/replay/oplock.h"

void oplock_send_create(struct replay *r, const char *name, u32 access, u32 disposition, u8 level)
{
	replay_create(r, name, access, disposition, 0);
	replay_oplock(r, level);
	replay_finish(r);
}

u8 oplock_granted(const struct replay_reply *reply)
{
	return reply->body_len > 2 ? reply->body[2] : 0xEE;
}

struct replay_fid oplock_open(struct replay *r, const char *name, u32 access, u8 level, u8 want)
{
	struct replay_reply reply;

	oplock_send_create(r, name, access, FILE_OPEN_IF, level);
	KUNIT_ASSERT_TRUE(r->test, replay_take(r, &reply));
	KUNIT_ASSERT_EQ(r->test, reply.command, SMB2_CREATE);
	KUNIT_ASSERT_EQ(r->test, reply.status, 0U);
	KUNIT_EXPECT_EQ(r->test, oplock_granted(&reply), want);
	return replay_fid(&reply);
}

void oplock_close(struct replay *r, struct replay_fid fid)
{
	struct replay_reply reply;

	replay_file_request(r, SMB2_CLOSE, fid);
	replay_finish(r);
	REPLAY_EXPECT(r, &reply, SMB2_CLOSE, STATUS_SUCCESS);
}

u64 oplock_park(struct replay *r, const char *name, u32 disposition, u8 level)
{
	struct replay_reply reply;

	oplock_send_create(r, name, RW, disposition, level);
	REPLAY_EXPECT(r, &reply, SMB2_CREATE, STATUS_PENDING);
	KUNIT_EXPECT_TRUE(r->test, reply.flags & SMB2_FLAGS_ASYNC_COMMAND);
	return reply.async_id;
}

struct replay_fid oplock_expect_opened(struct replay *r, u8 level)
{
	struct replay_reply reply;

	REPLAY_EXPECT(r, &reply, SMB2_CREATE, STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(r->test, oplock_granted(&reply), level);
	return replay_fid(&reply);
}

void oplock_expect_notice(struct replay *r, struct replay_fid fid, u8 level)
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

void oplock_ack(struct replay *r, struct replay_fid fid, u8 level, ntstatus_t status)
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

struct oplock_pair oplock_hold(struct kunit *test, u8 level)
{
	struct oplock_pair p = { .a = replay_open(test, KSMBD_DIALECT_311) };

	p.b = replay_open(test, KSMBD_DIALECT_302);
	p.fid = oplock_open(p.a, "f", RW, level, level);
	return p;
}

void oplock_short_timeout(struct ksmbd_config *values)
{
	values->oplock_timeout = 60;
}
