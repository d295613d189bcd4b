// SPDX-License-Identifier: GPL-2.0-or-later
#include <asm/unaligned.h>
#include <linux/string.h>

#include "tests/replay/notify.h"

struct replay_fid notify_open(struct replay *r, const char *name, u32 access, u32 options)
{
	struct replay_reply reply;

	replay_create(r, name, access, FILE_OPEN_IF, options);
	replay_finish(r);
	REPLAY_EXPECT(r, &reply, SMB2_CREATE, STATUS_SUCCESS);
	return replay_fid(&reply);
}

void notify_close(struct replay *r, struct replay_fid fid)
{
	struct replay_reply reply;

	replay_file_request(r, SMB2_CLOSE, fid);
	replay_finish(r);
	REPLAY_EXPECT(r, &reply, SMB2_CLOSE, STATUS_SUCCESS);
}

void notify_ask(struct replay *r, struct replay_fid fid, u16 flags, u32 filter, u32 room)
{
	struct ksmbd_wr *wr = &r->wr;

	replay_begin(r, SMB2_CHANGE_NOTIFY);
	ksmbd_wr_u16(wr, 32);
	ksmbd_wr_u16(wr, flags);
	ksmbd_wr_u32(wr, room);
	ksmbd_wr_u64(wr, fid.persistent_id);
	ksmbd_wr_u64(wr, fid.volatile_id);
	ksmbd_wr_u32(wr, filter);
	ksmbd_wr_u32(wr, 0);
}

u64 notify_park(struct replay *r, struct replay_fid fid, u16 flags, u32 filter, u32 room)
{
	struct replay_reply reply;

	notify_ask(r, fid, flags, filter, room);
	replay_finish(r);
	REPLAY_EXPECT(r, &reply, SMB2_CHANGE_NOTIFY, STATUS_PENDING);
	KUNIT_EXPECT_TRUE(r->test, reply.flags & SMB2_FLAGS_ASYNC_COMMAND);
	return reply.async_id;
}

/* The list in words; @cap bytes at @out. */
static void spell(struct kunit *test, const u8 *list, u32 len, char *out, u32 cap)
{
	struct ksmbd_notifyinfo info;
	struct ksmbd_rd rd;
	u32 n = 0, i;

	ksmbd_rd_init(&rd, list, len);
	for (;;) {
		KUNIT_ASSERT_TRUE(test, ksmbd_notifyinfo_read(&rd, &info));
		KUNIT_ASSERT_TRUE(test, info.action >= 1 && info.action <= 5);
		KUNIT_ASSERT_LT(test, n + 3 + info.name_len, cap);
		if (n)
			out[n++] = ' ';
		out[n++] = "?+-*<>"[info.action];
		for (i = 0; i < info.name_len; i += 2)
			out[n++] = info.name[i];
		if (!info.next)
			break;
		KUNIT_EXPECT_EQ(test, info.next % 4, 0U);
		ksmbd_rd_skip(&rd, info.next);
	}
	out[n] = '\0';
}

void notify_expect(struct replay *r, const char *changes)
{
	struct replay_reply reply;
	char got[1024];
	u32 len;

	REPLAY_EXPECT(r, &reply, SMB2_CHANGE_NOTIFY, STATUS_SUCCESS);
	KUNIT_ASSERT_GT(r->test, reply.body_len, 8U);
	KUNIT_EXPECT_EQ(r->test, get_unaligned_le16(reply.body), 9);
	KUNIT_EXPECT_EQ(r->test, get_unaligned_le16(reply.body + 2), SMB2_HEADER_SIZE + 8);
	len = get_unaligned_le32(reply.body + 4);
	KUNIT_ASSERT_EQ(r->test, len, reply.body_len - 8);
	spell(r->test, reply.body + 8, len, got, sizeof(got));
	KUNIT_EXPECT_STREQ(r->test, got, changes);
}

void notify_answer(struct replay *r, struct replay_fid fid, const char *changes)
{
	notify_ask(r, fid, 0, 0, ROOM);
	replay_finish(r);
	notify_expect(r, changes);
}

void notify_expect_end(struct replay *r, ntstatus_t status)
{
	struct replay_reply reply;

	REPLAY_EXPECT(r, &reply, SMB2_CHANGE_NOTIFY, status);
	KUNIT_EXPECT_EQ(r->test, reply.body_len, 9U);
	KUNIT_EXPECT_EQ(r->test, get_unaligned_le32(reply.body + 4), 0U);
}

void notify_make(struct replay *r, const char *name, u32 options)
{
	notify_close(r, notify_open(r, name, FILE_GENERIC_WRITE, options));
}

void notify_remove(struct replay *r, const char *name)
{
	notify_close(r, notify_open(r, name, FILE_DELETE, FILE_DELETE_ON_CLOSE));
}

void notify_set(struct replay *r, struct replay_fid fid, u8 class, const void *data, u32 len,
		ntstatus_t status)
{
	struct ksmbd_wr *wr = &r->wr;
	struct replay_reply reply;

	replay_begin(r, SMB2_SET_INFO);
	ksmbd_wr_u16(wr, 33);
	ksmbd_wr_u8(wr, SMB2_0_INFO_FILE);
	ksmbd_wr_u8(wr, class);
	ksmbd_wr_u32(wr, len);
	ksmbd_wr_u16(wr, SMB2_HEADER_SIZE + 32);
	ksmbd_wr_zero(wr, 6);
	ksmbd_wr_u64(wr, fid.persistent_id);
	ksmbd_wr_u64(wr, fid.volatile_id);
	ksmbd_wr_bytes(wr, data, len);
	replay_finish(r);
	REPLAY_EXPECT(r, &reply, SMB2_SET_INFO, status);
}

void notify_rename(struct replay *r, struct replay_fid fid, u8 class, const char *name)
{
	struct ksmbd_wr wr;
	u8 data[256];

	ksmbd_wr_init(&wr, data, sizeof(data));
	ksmbd_wr_u64(&wr, 1); /* replace */
	ksmbd_wr_u64(&wr, 0);
	ksmbd_wr_u32(&wr, 2 * strlen(name));
	for (; *name; name++)
		ksmbd_wr_u16(&wr, (u8)*name);
	KUNIT_ASSERT_TRUE(r->test, ksmbd_wr_ok(&wr));
	notify_set(r, fid, class, data, wr.len, STATUS_SUCCESS);
}
