// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A FileId counts on its tree connection, in its session, and whole ([MS-SMB2] 3.3.5.2.10);
 * and what may be done with it is what it was opened for.
 */
#include <linux/kernel.h>

#include "tests/replay/replay.h"

static struct replay_fid open_file(struct replay *r)
{
	struct replay_reply reply;

	replay_create(r, "a.txt", FILE_GENERIC_READ, FILE_OPEN, 0);
	replay_finish(r);
	REPLAY_EXPECT(r, &reply, SMB2_CREATE, STATUS_SUCCESS);
	return replay_fid(&reply);
}

/* READ and CLOSE with @fid come to @status. */
static void use(struct replay *r, struct replay_fid fid, ntstatus_t status)
{
	struct replay_reply reply;

	replay_read(r, fid, 10, 0);
	replay_finish(r);
	REPLAY_EXPECT(r, &reply, SMB2_READ, status);
	replay_file_request(r, SMB2_CLOSE, fid);
	replay_finish(r);
	REPLAY_EXPECT(r, &reply, SMB2_CLOSE, status);
}

static void on_another_tree(struct kunit *test)
{
	struct replay *r = replay_open(test, KSMBD_DIALECT_311);
	struct replay_fid fid = open_file(r);

	r->tree_id = r->login.pipe_tree;
	use(r, fid, STATUS_FILE_CLOSED);
	r->tree_id = r->login.disk_tree;
	use(r, fid, STATUS_SUCCESS);
}

static void in_another_session(struct kunit *test)
{
	struct replay *mine = replay_open(test, KSMBD_DIALECT_311);
	struct replay *other = replay_open(test, KSMBD_DIALECT_311);
	struct replay_fid fid = open_file(mine);

	use(other, fid, STATUS_FILE_CLOSED);
	use(mine, fid, STATUS_SUCCESS);
}

static void not_quite(struct kunit *test)
{
	struct replay *r = replay_open(test, KSMBD_DIALECT_302);
	struct replay_fid fid = open_file(r);
	const struct replay_fid wrong[] = {
		{ fid.persistent_id + 1, fid.volatile_id },
		{ fid.persistent_id, fid.volatile_id + 1 },
		{ fid.persistent_id, fid.volatile_id + (1ULL << 32) },
		{ 0, fid.volatile_id },
		{ fid.volatile_id, fid.persistent_id + (1ULL << 40) },
		{ 0, 0 },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(wrong); i++)
		use(r, wrong[i], STATUS_FILE_CLOSED);
	use(r, fid, STATUS_SUCCESS);
	use(r, fid, STATUS_FILE_CLOSED);
}

/* [MS-FSA] 2.1.5.4: with FILE_APPEND_DATA alone what is there stays as it is. */
static void appending_only(struct kunit *test)
{
	static const struct {
		u64 offset;
		ntstatus_t status;
	} writes[] = {
		{ 0, STATUS_ACCESS_DENIED }, { 3, STATUS_ACCESS_DENIED }, { 4, STATUS_SUCCESS },
		{ 4, STATUS_ACCESS_DENIED }, { 8, STATUS_SUCCESS },
	};
	struct replay *r = replay_open(test, KSMBD_DIALECT_311);
	struct replay_reply reply;
	struct replay_fid fid;
	u32 i;

	/* 4 bytes long */
	replay_create(r, "dir\\b.txt", FILE_APPEND_DATA, FILE_OPEN, 0);
	replay_finish(r);
	REPLAY_EXPECT(r, &reply, SMB2_CREATE, STATUS_SUCCESS);
	fid = replay_fid(&reply);
	for (i = 0; i < ARRAY_SIZE(writes); i++) {
		replay_write(r, fid, "more", 4, writes[i].offset);
		replay_finish(r);
		REPLAY_EXPECT(r, &reply, SMB2_WRITE, writes[i].status);
	}
	replay_read(r, fid, 4, 0);
	replay_finish(r);
	REPLAY_EXPECT(r, &reply, SMB2_READ, STATUS_ACCESS_DENIED);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(on_another_tree),
	KUNIT_CASE(in_another_session),
	KUNIT_CASE(not_quite),
	KUNIT_CASE(appending_only),
	{},
};

static struct kunit_suite suite = {
	.name = "replay_handle",
	.suite_init = replay_suite_init,
	.suite_exit = replay_suite_exit,
	.exit = replay_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
