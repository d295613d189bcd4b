// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who is told that something has ended may take what it held at once: it is given back before
 * the answer leaves, not a moment later.
 */
#include <dirent.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <stdio.h>
#include <unistd.h>

#include "session/conn.h"
#include "session/session.h"
#include "tests/replay/oplock.h"
#include "tests/replay/replay.h"

/* What was taken when the last message was about to leave, and whose it is. */
static struct {
	struct ksmbd_session *session;
	u32 waiting;
	u32 waiting_bytes;
	u32 channels;
	u32 opens;
	u32 trees;
	u32 locks;
	u32 files; /* descriptors of what lies in the share */
	bool ended;
} seen;

static u32 count_files(void)
{
	size_t len = strlen(hook_path("share"));
	char link[300], path[300];
	struct dirent *entry;
	u32 n = 0;
	ssize_t got;
	DIR *dir = opendir("/proc/self/fd");

	while (dir && (entry = readdir(dir)) != NULL) {
		snprintf(path, sizeof(path), "/proc/self/fd/%s", entry->d_name);
		got = readlink(path, link, sizeof(link) - 1);
		link[max_t(ssize_t, got, 0)] = 0;
		n += !strncmp(link, hook_path("share"), len) && link[len] == '/';
	}
	if (dir)
		closedir(dir);
	return n;
}

static void look(struct replay *r)
{
	spin_lock(&r->conn->lock);
	seen.waiting = r->conn->nr_waiting;
	seen.waiting_bytes = r->conn->waiting_bytes;
	seen.channels = r->conn->nr_channels;
	spin_unlock(&r->conn->lock);
	seen.opens = ksmbd_idtable_count(&seen.session->opens);
	seen.trees = ksmbd_idtable_count(&seen.session->trees);
	seen.locks = atomic_read(&seen.session->nr_locks);
	seen.ended = smp_load_acquire(&seen.session->ended);
	seen.files = count_files();
}

/* A client whose answers are looked at. */
static struct replay *watched(struct kunit *test)
{
	struct replay *r = replay_open(test, KSMBD_DIALECT_311);
	struct replay_reply reply;

	seen.session = ksmbd_session_lookup(r->session_id);
	KUNIT_ASSERT_NOT_NULL(test, seen.session);
	r->watch = look;
	replay_echo(r);
	replay_finish(r);
	REPLAY_EXPECT(r, &reply, SMB2_ECHO, STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, seen.channels, 1U);
	KUNIT_EXPECT_EQ(test, seen.trees, 2U);
	KUNIT_EXPECT_EQ(test, seen.files, 0U);
	return r;
}

static void park_read(struct replay *r, struct replay_fid fid)
{
	struct replay_reply reply;

	replay_read(r, fid, 100, 0);
	replay_finish(r);
	REPLAY_EXPECT(r, &reply, SMB2_READ, STATUS_PENDING);
	KUNIT_EXPECT_EQ(r->test, seen.waiting, 1U);
	KUNIT_EXPECT_NE(r->test, seen.waiting_bytes, 0U);
}

static void expect_none_waits(struct replay *r, u16 command, ntstatus_t status)
{
	struct replay_reply reply;

	REPLAY_EXPECT(r, &reply, command, status);
	KUNIT_EXPECT_EQ(r->test, seen.waiting, 0U);
	KUNIT_EXPECT_EQ(r->test, seen.waiting_bytes, 0U);
}

static void cancelled(struct kunit *test)
{
	struct replay *r = watched(test);
	struct replay_fid fid = replay_open_pipe(r);
	u64 message_id = r->next_id;

	park_read(r, fid);
	replay_cancel(r, message_id, 0);
	expect_none_waits(r, SMB2_READ, STATUS_CANCELLED);
}

/* The answer to a READ that waited, and that of one whose handle is closed. */
static void served_or_closed(struct kunit *test)
{
	struct replay *r = watched(test);
	struct replay_fid fid = replay_open_pipe(r);
	struct replay_reply reply;
	u32 i;

	park_read(r, fid);
	replay_file_request(r, SMB2_CLOSE, fid);
	replay_finish(r);
	for (i = 0; i < 2; i++) { /* in any order */
		KUNIT_ASSERT_TRUE(test, replay_take(r, &reply));
		if (reply.command == SMB2_CLOSE)
			KUNIT_EXPECT_EQ(test, reply.status, 0U);
		else
			KUNIT_EXPECT_EQ(test, reply.status, ksmbd_status_u32(STATUS_PIPE_BROKEN));
	}
	KUNIT_EXPECT_EQ(test, seen.waiting, 0U);
	KUNIT_EXPECT_EQ(test, seen.waiting_bytes, 0U);
	KUNIT_EXPECT_EQ(test, seen.opens, 0U);
}

/* Also by who was about to end after an earlier answer: nobody has anything of it any more. */
static void file_closed(struct kunit *test)
{
	struct replay *r = watched(test);
	struct replay_fid fid;
	u32 i;

	for (i = 0; i < 50; i++) {
		fid = oplock_open(r, "f", RW, BATCH, BATCH);
		KUNIT_EXPECT_EQ(test, seen.files, 1U);
		oplock_close(r, fid);
		KUNIT_EXPECT_EQ(test, seen.opens, 0U);
		KUNIT_EXPECT_EQ(test, seen.files, 0U);
	}
}

static void one_open(struct ksmbd_config *values)
{
	values->max_open_files = 1;
}

/* Nothing is left of a CREATE that failed at its end. */
static void create_failed(struct kunit *test)
{
	struct replay_reply reply;
	struct replay *r;

	KUNIT_ASSERT_EQ(test, hook_configure(one_open), 0);
	r = watched(test);
	oplock_open(r, "f", RW, NONE, NONE);
	replay_create(r, "a.txt", FILE_GENERIC_READ, FILE_OPEN, 0);
	replay_finish(r);
	REPLAY_EXPECT(r, &reply, SMB2_CREATE, STATUS_TOO_MANY_OPENED_FILES);
	KUNIT_EXPECT_EQ(test, seen.opens, 1U);
	KUNIT_EXPECT_EQ(test, seen.files, 1U);
}

/* One range that is held, and one that is waited for. */
static u64 lock_and_wait(struct replay *r, struct replay_fid fid)
{
	struct replay_reply reply;
	u64 message_id;

	replay_lock(r, fid, 0, 10, SMB2_LOCKFLAG_EXCLUSIVE_LOCK);
	replay_finish(r);
	REPLAY_EXPECT(r, &reply, SMB2_LOCK, STATUS_SUCCESS);
	message_id = r->next_id;
	replay_lock(r, fid, 0, 10, SMB2_LOCKFLAG_EXCLUSIVE_LOCK);
	replay_finish(r);
	REPLAY_EXPECT(r, &reply, SMB2_LOCK, STATUS_PENDING);
	KUNIT_EXPECT_EQ(r->test, seen.locks, 2U);
	return message_id;
}

static void lock_cancelled(struct kunit *test)
{
	struct replay *r = watched(test);
	struct replay_fid fid = oplock_open(r, "f", RW, NONE, NONE);

	replay_cancel(r, lock_and_wait(r, fid), 0);
	expect_none_waits(r, SMB2_LOCK, STATUS_CANCELLED);
	KUNIT_EXPECT_EQ(test, seen.locks, 1U);
}

/* Takes the answers to @command and to the LOCK that waits, which may come in any order. */
static void expect_both(struct replay *r, u16 command)
{
	struct replay_reply reply;
	bool ended = false;
	u32 i;

	replay_empty(r, command);
	replay_finish(r);
	for (i = 0; i < 2; i++) {
		KUNIT_ASSERT_TRUE(r->test, replay_take(r, &reply));
		if (reply.command != command)
			continue;
		ended = true;
		KUNIT_EXPECT_EQ(r->test, reply.status, 0U);
	}
	KUNIT_EXPECT_TRUE(r->test, ended);
	KUNIT_EXPECT_EQ(r->test, seen.waiting, 0U);
	KUNIT_EXPECT_EQ(r->test, seen.locks, 0U);
	KUNIT_EXPECT_EQ(r->test, seen.opens, 0U);
}

static void tree_disconnected(struct kunit *test)
{
	struct replay *r = watched(test);

	lock_and_wait(r, oplock_open(r, "f", RW, NONE, NONE));
	expect_both(r, SMB2_TREE_DISCONNECT);
	KUNIT_EXPECT_EQ(test, seen.trees, 1U);
	KUNIT_EXPECT_FALSE(test, seen.ended);
}

static void logged_off(struct kunit *test)
{
	struct replay *r = watched(test);

	lock_and_wait(r, oplock_open(r, "f", RW, NONE, NONE));
	expect_both(r, SMB2_LOGOFF);
	KUNIT_EXPECT_EQ(test, seen.trees, 0U);
	KUNIT_EXPECT_EQ(test, seen.channels, 0U);
	KUNIT_EXPECT_TRUE(test, seen.ended);
}

static void login_failed(struct kunit *test)
{
	static const u8 garbage[40] = "this is no security token";
	struct replay *r = watched(test);
	struct replay_reply reply;

	replay_setup(r, 0, garbage, sizeof(garbage));
	KUNIT_ASSERT_TRUE(test, replay_take(r, &reply));
	KUNIT_EXPECT_TRUE(test, ksmbd_status_is_error(KSMBD_STATUS(reply.status)));
	KUNIT_EXPECT_EQ(test, seen.channels, 0U);
	KUNIT_EXPECT_EQ(test, seen.trees, 0U);
	KUNIT_EXPECT_TRUE(test, seen.ended);
}

static void leave(struct kunit *test)
{
	replay_exit(test);
	if (seen.session)
		ksmbd_session_put(seen.session);
	seen.session = NULL;
}

static struct kunit_case cases[] = {
	KUNIT_CASE(cancelled),	   KUNIT_CASE(served_or_closed), KUNIT_CASE(file_closed),
	KUNIT_CASE(create_failed), KUNIT_CASE(lock_cancelled),	 KUNIT_CASE(tree_disconnected),
	KUNIT_CASE(logged_off),	   KUNIT_CASE(login_failed),	 {},
};

static struct kunit_suite suite = {
	.name = "replay_release",
	.suite_init = replay_suite_init,
	.suite_exit = replay_suite_exit,
	.exit = leave,
	.test_cases = cases,
};

kunit_test_suite(suite);
