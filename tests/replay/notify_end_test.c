// SPDX-License-Identifier: GPL-2.0-or-later
/* CHANGE_NOTIFY: what is refused, what is too much, and what ends the waiting. */
#include <linux/kernel.h>
#include <linux/string.h>

#include "open/notify.h"
#include "session/session.h"
#include "tests/replay/notify.h"
#include "wire/fileinfo.h"

#define LIST (FILE_LIST_DIRECTORY | FILE_SYNCHRONIZE)
#define DIR  FILE_DIRECTORY_FILE

static struct replay_fid open_dir(struct replay *r)
{
	return notify_open(r, "dir", LIST, DIR);
}

static void refuse(struct replay *r, struct replay_fid fid, u32 room, ntstatus_t status)
{
	struct replay_reply reply;

	notify_ask(r, fid, 0, NAMES, room);
	replay_finish(r);
	REPLAY_EXPECT(r, &reply, SMB2_CHANGE_NOTIFY, status);
}

static void refused(struct kunit *test)
{
	struct replay *r = replay_open(test, KSMBD_DIALECT_311);
	struct replay_fid fid = notify_open(r, "a.txt", FILE_GENERIC_READ, 0);

	refuse(r, fid, ROOM, STATUS_INVALID_PARAMETER);
	notify_close(r, fid);
	refuse(r, fid, ROOM, STATUS_FILE_CLOSED);
	fid = notify_open(r, "dir", FILE_READ_ATTRIBUTES | FILE_ADD_FILE, DIR);
	refuse(r, fid, ROOM, STATUS_ACCESS_DENIED);
	fid = open_dir(r);
	refuse(r, fid, 65537, STATUS_INVALID_PARAMETER); /* more than was paid for */
	refuse(r, replay_open_pipe(r), ROOM, STATUS_INVALID_PARAMETER);
}

static void cancelled(struct kunit *test)
{
	struct replay *r = replay_open(test, KSMBD_DIALECT_311);
	struct replay_fid fid = open_dir(r);
	u64 message_id = r->next_id;

	replay_cancel(r, 0, notify_park(r, fid, 0, NAMES, ROOM));
	notify_expect_end(r, STATUS_CANCELLED);
	message_id = r->next_id;
	notify_park(r, fid, 0, NAMES, ROOM);
	replay_cancel(r, message_id, 0);
	notify_expect_end(r, STATUS_CANCELLED);
	/* The handle watches on. */
	notify_make(r, "dir\\new", 0);
	notify_answer(r, fid, "+new");
}

static void closed(struct kunit *test)
{
	struct replay *r = replay_open(test, KSMBD_DIALECT_311);
	struct replay_fid fid = open_dir(r);
	struct replay_reply reply;
	u32 i, seen = 0;

	notify_park(r, fid, 0, NAMES, ROOM);
	notify_park(r, fid, 0, NAMES, ROOM);
	replay_file_request(r, SMB2_CLOSE, fid);
	replay_finish(r);
	for (i = 0; i < 3; i++) {
		KUNIT_ASSERT_TRUE(test, replay_take(r, &reply));
		seen += reply.command == SMB2_CHANGE_NOTIFY;
		KUNIT_EXPECT_EQ(
			test, reply.status,
			reply.command == SMB2_CLOSE ? 0 : ksmbd_status_u32(STATUS_NOTIFY_CLEANUP));
	}
	KUNIT_EXPECT_EQ(test, seen, 2U);
	KUNIT_EXPECT_FALSE(test, ksmbd_notify_wanted(U32_MAX));
}

/* What ends the handle ends the waiting. */
static void left(struct kunit *test)
{
	static const u16 commands[] = { SMB2_TREE_DISCONNECT, SMB2_LOGOFF };
	struct replay_reply reply;
	u32 i, n;

	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		struct replay *r = replay_open(test, KSMBD_DIALECT_311);

		notify_park(r, open_dir(r), TREE, NAMES, ROOM);
		replay_empty(r, commands[i]);
		replay_finish(r);
		for (n = 0; n < 2; n++) {
			KUNIT_ASSERT_TRUE(test, replay_take(r, &reply));
			KUNIT_EXPECT_EQ(test, reply.status,
					reply.command == commands[i] ?
						0 :
						ksmbd_status_u32(STATUS_NOTIFY_CLEANUP));
		}
		replay_drop(r);
	}
}

static void disconnected(struct kunit *test)
{
	struct replay *a = replay_open(test, KSMBD_DIALECT_311);
	struct replay *b = replay_open(test, KSMBD_DIALECT_311);

	notify_park(a, open_dir(a), TREE, NAMES, ROOM);
	KUNIT_EXPECT_TRUE(test, ksmbd_notify_wanted(NAMES));
	replay_drop(a);
	notify_make(b, "dir\\new", 0);
	KUNIT_EXPECT_FALSE(test, ksmbd_notify_wanted(U32_MAX));
}

static void deleted(struct kunit *test)
{
	struct replay *a = replay_open(test, KSMBD_DIALECT_311);
	struct replay *b = replay_open(test, KSMBD_DIALECT_311);
	struct replay_fid top = notify_open(a, "", LIST, DIR);
	struct replay *c = replay_open(test, KSMBD_DIALECT_311);
	struct replay_fid fid = notify_open(c, "empty", LIST, DIR);
	struct replay_fid by = notify_open(b, "empty", FILE_DELETE, DIR);
	static const u8 yes = 1;

	notify_park(c, fid, 0, NAMES, ROOM);
	notify_park(a, top, 0, NAMES, ROOM);
	notify_set(b, by, FILE_DISPOSITION_INFORMATION, &yes, 1, STATUS_SUCCESS);
	notify_expect_end(c, STATUS_DELETE_PENDING);
	refuse(c, fid, ROOM, STATUS_DELETE_PENDING);
	notify_close(b, by);
	KUNIT_EXPECT_TRUE(test, replay_silent(a));
	/* It is gone with its last handle. */
	notify_close(c, fid);
	notify_expect(a, "-empty");
}

static void too_much(struct kunit *test)
{
	struct replay *r = replay_open(test, KSMBD_DIALECT_311);
	struct replay *b = replay_open(test, KSMBD_DIALECT_311);
	struct replay_fid fid = open_dir(r);
	u32 i;

	/* Not even one fits. */
	notify_park(r, fid, 0, NAMES, 13);
	notify_make(b, "dir\\a", 0);
	notify_expect_end(r, STATUS_NOTIFY_ENUM_DIR);
	/* The room of later requests counts too; what was too much is forgotten. */
	replay_cancel(r, 0, notify_park(r, fid, 0, NAMES, 100));
	notify_expect_end(r, STATUS_CANCELLED);
	for (i = 0; i < 8; i++) {
		char name[] = "dir\\file0";

		name[8] += i;
		notify_make(b, name, 0);
	}
	refuse(r, fid, ROOM, STATUS_NOTIFY_ENUM_DIR);
	notify_park(r, fid, 0, NAMES, ROOM);
	notify_remove(b, "dir\\a");
	notify_expect(r, "-a");
}

/* A long name that nothing else has. */
static void make_long(struct replay *r, u32 number)
{
	char name[206];

	memset(name, 'x', sizeof(name));
	memcpy(name, "dir\\", 4);
	name[4] = 'a' + number / 26;
	name[5] = 'a' + number % 26;
	name[sizeof(name) - 1] = '\0';
	notify_make(r, name, 0);
}

/* What is kept for all handles is bounded: once it is much, little is kept for each. */
static void too_much_for_all(struct kunit *test)
{
	struct replay *b = replay_open(test, KSMBD_DIALECT_311), *r = NULL;
	struct replay_fid fid;
	u32 i;

	for (i = 0; i < 270; i++) {
		if (i % 54 == 0)
			r = replay_open(test, KSMBD_DIALECT_311);
		fid = open_dir(r);
		replay_cancel(r, 0, notify_park(r, fid, 0, NAMES, 65536));
		notify_expect_end(r, STATUS_CANCELLED);
	}
	/* Each has more than half of its 64 KiB. */
	for (i = 0; i < 90; i++)
		make_long(b, i);
	fid = open_dir(r);
	notify_park(r, fid, 0, NAMES, 65536);
	make_long(b, i++);
	KUNIT_ASSERT_TRUE(test, replay_take(r, &(struct replay_reply){}));
	make_long(b, i++);
	make_long(b, i++);
	make_long(b, i++);
	refuse(r, fid, 65536, STATUS_NOTIFY_ENUM_DIR);
	notify_park(r, fid, 0, NAMES, 65536);
	notify_make(b, "dir\\1", 0);
	notify_expect(r, "+1");
}

/* A session watches a directory so often, and so many; others are not concerned. */
static void not_too_many(struct kunit *test)
{
	struct replay *r = replay_open(test, KSMBD_DIALECT_311);
	struct replay *other = replay_open(test, KSMBD_DIALECT_311);
	struct replay *maker = replay_open(test, KSMBD_DIALECT_311);
	struct ksmbd_session *session = ksmbd_session_lookup(r->session_id);
	struct replay_fid fids[4], more, top;
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, session);
	for (i = 0; i < KSMBD_WATCHES_OF_DIRECTORY - ARRAY_SIZE(fids); i++)
		notify_park(r, open_dir(r), 0, NAMES, ROOM);
	for (i = 0; i < ARRAY_SIZE(fids); i++) {
		fids[i] = open_dir(r);
		notify_park(r, fids[i], 0, NAMES, ROOM);
	}
	more = open_dir(r);
	refuse(r, more, ROOM, STATUS_INSUFFICIENT_RESOURCES);
	refuse(r, more, ROOM, STATUS_INSUFFICIENT_RESOURCES);
	top = notify_open(r, "", LIST, DIR);
	notify_park(r, top, 0, NAMES, ROOM);
	notify_park(other, open_dir(other), 0, NAMES, ROOM);
	/* One that watches goes on, one that goes makes room. */
	notify_make(maker, "dir\\new", 0);
	notify_expect(other, "+new");
	for (i = 0; i < KSMBD_WATCHES_OF_DIRECTORY; i++)
		notify_expect(r, "+new");
	notify_park(r, fids[1], 0, NAMES, ROOM);
	notify_close(r, fids[0]);
	notify_park(r, more, 0, NAMES, ROOM);
	/* Directories of all kinds together. */
	KUNIT_EXPECT_EQ(test, READ_ONCE(session->nr_watches), KSMBD_WATCHES_OF_DIRECTORY + 1U);
	notify_close(r, fids[2]);
	WRITE_ONCE(session->nr_watches, KSMBD_WATCHES_PER_SESSION);
	more = open_dir(r);
	refuse(r, more, ROOM, STATUS_INSUFFICIENT_RESOURCES);
	notify_close(r, fids[3]);
	notify_park(r, more, 0, NAMES, ROOM);
	WRITE_ONCE(session->nr_watches, KSMBD_WATCHES_OF_DIRECTORY);
	replay_drop(r);
	KUNIT_EXPECT_EQ(test, session->nr_watches, 0U);
	ksmbd_session_put(session);
}

static void in_a_chain(struct kunit *test)
{
	struct replay *r = replay_open(test, KSMBD_DIALECT_311);
	struct replay *b = replay_open(test, KSMBD_DIALECT_311);
	struct replay_reply reply;
	struct replay_fid fid;

	/* At its end it waits, in its middle it must not. */
	replay_create(r, "dir", LIST, FILE_OPEN, DIR);
	r->flags = SMB2_FLAGS_RELATED_OPERATIONS;
	notify_ask(r, REPLAY_SAME, 0, NAMES, ROOM);
	replay_file_request(r, SMB2_CLOSE, REPLAY_SAME);
	replay_finish(r);
	r->flags = 0;
	REPLAY_EXPECT(r, &reply, SMB2_CREATE, STATUS_SUCCESS);
	REPLAY_EXPECT(r, &reply, SMB2_CHANGE_NOTIFY, STATUS_INTERNAL_ERROR);
	REPLAY_EXPECT(r, &reply, SMB2_CLOSE, STATUS_SUCCESS);
	replay_create(r, "dir", LIST, FILE_OPEN, DIR);
	r->flags = SMB2_FLAGS_RELATED_OPERATIONS;
	notify_ask(r, REPLAY_SAME, 0, NAMES, ROOM);
	replay_finish(r);
	r->flags = 0;
	REPLAY_EXPECT(r, &reply, SMB2_CREATE, STATUS_SUCCESS);
	fid = replay_fid(&reply);
	REPLAY_EXPECT(r, &reply, SMB2_CHANGE_NOTIFY, STATUS_PENDING);
	notify_make(b, "dir\\1", 0);
	notify_make(b, "dir\\2", 0);
	notify_expect(r, "+1");
	notify_answer(r, fid, "+2");
}

static struct kunit_case cases[] = {
	KUNIT_CASE(refused),
	KUNIT_CASE(cancelled),
	KUNIT_CASE(closed),
	KUNIT_CASE(left),
	KUNIT_CASE(disconnected),
	KUNIT_CASE(deleted),
	KUNIT_CASE(too_much),
	KUNIT_CASE(too_much_for_all),
	KUNIT_CASE(in_a_chain),
	KUNIT_CASE(not_too_many),
	{},
};

static struct kunit_suite suite = {
	.name = "replay_notify_end",
	.suite_init = replay_suite_init,
	.suite_exit = replay_suite_exit,
	.exit = replay_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
