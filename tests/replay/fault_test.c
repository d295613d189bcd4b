// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A whole connection, once for each of its allocations, and that one fails: no crash, no
 * hang, no leak, and the next client is served as if nothing had happened.
 */
#include <kit/kit.h>
#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "config.h"
#include "session/conn.h"
#include "tests/replay/replay.h"
#include "wire/fileinfo.h"

#define MAX_ALLOCATIONS	  2000 /* then it is the test that has no end */
#define DATA_SIZE	  5000
#define ID_BOTH_DIRECTORY 37 /* FileIdBothDirectoryInformation */

/**
 * struct talk - one connection from beginning to end
 * @over: the server has hung up, or the client could not send
 * @errors: replies with an error
 * @reply: the last one
 */
struct talk {
	struct replay *r;
	bool over;
	u32 errors;
	struct replay_reply reply;
};

/* Sends what was built and waits for the last reply to it; false: error, or none came. */
static bool ask(struct talk *t)
{
	bool ok;

	if (t->over)
		return false;
	replay_finish(t->r);
	do {
		t->over = !replay_take(t->r, &t->reply);
	} while (!t->over && t->reply.status == ksmbd_status_u32(STATUS_PENDING));
	ok = !t->over && (!t->reply.status ||
			  t->reply.status == ksmbd_status_u32(STATUS_MORE_PROCESSING_REQUIRED));
	t->errors += !ok;
	return ok;
}

static bool log_in(struct talk *t)
{
	u8 token[REPLAY_TOKEN_MAX];
	u32 len;

	replay_negotiate(t->r, KSMBD_DIALECT_302);
	t->over = !replay_take(t->r, &t->reply);
	if (t->over || t->reply.status)
		return false;
	len = replay_ntlm_negotiate(token);
	replay_setup(t->r, 0, token, len);
	t->over = !replay_take(t->r, &t->reply);
	if (t->over || t->reply.status != ksmbd_status_u32(STATUS_MORE_PROCESSING_REQUIRED))
		return false;
	t->r->session_id = t->reply.session_id;
	len = replay_ntlm_anonymous(token);
	replay_setup(t->r, 0, token, len);
	t->over = !replay_take(t->r, &t->reply);
	return !t->over && !t->reply.status;
}

static bool connect_tree(struct talk *t, const char *path)
{
	replay_tree_connect(t->r, path);
	if (!ask(t))
		return false;
	t->r->tree_id = t->reply.tree_id;
	return true;
}

static bool create(struct talk *t, const char *name, u32 disposition, u32 options)
{
	replay_create(t->r, name, FILE_GENERIC_READ | FILE_GENERIC_WRITE | FILE_DELETE, disposition,
		      options);
	replay_durable(t->r, 1);
	return ask(t);
}

static void close_file(struct talk *t, struct replay_fid fid)
{
	replay_file_request(t->r, SMB2_CLOSE, fid);
	ask(t);
}

static void work_on_file(struct talk *t)
{
	static const u8 data[DATA_SIZE] = { 1, 2, 3 };
	struct replay_fid fid;

	/* In a directory that is spelled otherwise on disk: every way of looking up. */
	if (!create(t, "DIR\\fault", FILE_OPEN_IF, FILE_DELETE_ON_CLOSE))
		return;
	fid = replay_fid(&t->reply);
	replay_write(t->r, fid, data, sizeof(data), 0);
	ask(t);
	replay_read(t->r, fid, 100, 0);
	ask(t);
	replay_read(t->r, fid, DATA_SIZE, 0);
	ask(t);
	replay_file_request(t->r, SMB2_FLUSH, fid);
	ask(t);
	replay_query(t->r, fid, 1, FILE_ALL_INFORMATION, 4096);
	ask(t);
	replay_query(t->r, fid, 3, 0, 4096);
	ask(t);
	replay_set_name(t->r, fid, FILE_RENAME_INFORMATION, "dir\\fault2");
	ask(t);
	close_file(t, fid);
}

static void list_directory(struct talk *t)
{
	struct ksmbd_wr *wr = &t->r->wr;
	struct replay_fid fid;

	if (!create(t, "dir", FILE_OPEN, FILE_DIRECTORY_FILE))
		return;
	fid = replay_fid(&t->reply);
	replay_begin(t->r, SMB2_QUERY_DIRECTORY);
	ksmbd_wr_u16(wr, 33);
	ksmbd_wr_u8(wr, ID_BOTH_DIRECTORY);
	ksmbd_wr_zero(wr, 5);
	ksmbd_wr_u64(wr, fid.persistent_id);
	ksmbd_wr_u64(wr, fid.volatile_id);
	ksmbd_wr_u16(wr, SMB2_HEADER_SIZE + 32);
	ksmbd_wr_u16(wr, 2);
	ksmbd_wr_u32(wr, 32768);
	ksmbd_wr_u16(wr, '*');
	ask(t);
	close_file(t, fid);
}

/* A chain: three replies in one message. */
static void work_in_chain(struct talk *t)
{
	u32 i;

	replay_create(t->r, "a.txt", FILE_GENERIC_READ, FILE_OPEN, 0);
	t->r->flags = SMB2_FLAGS_RELATED_OPERATIONS;
	replay_query(t->r, REPLAY_SAME, 1, FILE_ALL_INFORMATION, 4096);
	replay_file_request(t->r, SMB2_CLOSE, REPLAY_SAME);
	t->r->flags = 0;
	ask(t);
	for (i = 0; i < 2 && !t->over && t->r->in_pos < t->r->in_len; i++) {
		replay_take(t->r, &t->reply);
		t->errors += t->reply.status != 0;
	}
}

static void work_on_pipe(struct talk *t)
{
	struct replay_fid fid;
	u8 bind[128];

	if (!connect_tree(t, "\\\\h\\IPC$"))
		return;
	replay_create(t->r, "srvsvc", FILE_GENERIC_READ | FILE_GENERIC_WRITE, FILE_OPEN, 0);
	if (!ask(t))
		return;
	fid = replay_fid(&t->reply);
	/* The read comes first and waits, unless it cannot. */
	replay_read(t->r, fid, 1024, 0);
	replay_finish(t->r);
	if (replay_take(t->r, &t->reply) && t->reply.status == ksmbd_status_u32(STATUS_PENDING)) {
		replay_write(t->r, fid, bind, replay_rpc_bind(bind), 0);
		ask(t);
		if (t->reply.command == SMB2_WRITE && t->reply.status)
			return; /* the other one waits for ever; the end ends it */
		t->over = !replay_take(t->r, &t->reply);
		t->errors += t->reply.status != 0;
	} else {
		t->errors++;
	}
	close_file(t, fid);
}

/* Returns how many replies were not what they are without faults. */
static u32 talk(struct replay *r)
{
	struct talk t = { .r = r };

	r->lossy = true;
	if (!log_in(&t))
		return 1;
	if (connect_tree(&t, "\\\\h\\share")) {
		work_on_file(&t);
		list_directory(&t);
		work_in_chain(&t);
		replay_empty(r, SMB2_TREE_DISCONNECT);
		ask(&t);
	}
	work_on_pipe(&t);
	replay_empty(r, SMB2_LOGOFF);
	ask(&t);
	return t.errors + t.over;
}

/*
 * Whether nothing is left after allocation @nth has failed. The last references go on threads that
 * the client does not see. Each leak is waited for: after the first one, there is no need to go on.
 */
static bool nothing_leaked(struct kunit *test, u32 nth)
{
	u32 ms;

	for (ms = 0; kit_alloc_outstanding() && ms < REPLAY_TIMEOUT_MS; ms++)
		msleep(1);
	KUNIT_EXPECT_EQ_MSG(test, kit_alloc_outstanding(), 0L, "allocation %u", nth);
	return !kit_alloc_outstanding();
}

static void every_allocation(struct kunit *test)
{
	bool fired = true, tidy = true;
	u32 nth, errors = 0;

	for (nth = 1; fired && tidy && nth < MAX_ALLOCATIONS; nth++) {
		struct replay *r;

		kit_alloc_track(true);
		r = replay_open(test, 0);
		kit_fault_set(nth);
		errors = talk(r);
		fired = kit_fault_fired();
		kit_fault_set(0);
		replay_drop(r);
		tidy = nothing_leaked(test, nth);
		kit_alloc_track(false);
	}
	/* The last round had no fault left: all went well in it. */
	KUNIT_EXPECT_FALSE(test, fired);
	KUNIT_EXPECT_EQ(test, errors, 0U);
	KUNIT_EXPECT_GT(test, nth, 100U);
	KUNIT_EXPECT_TRUE(test, hook_canary_ok());
}

static void beginning_of_a_connection(struct kunit *test)
{
	bool fired = true, tidy = true;
	u32 nth;
	int err = 0;

	for (nth = 1; fired && tidy && nth < MAX_ALLOCATIONS; nth++) {
		struct ksmbd_conn *conn;
		struct ksmbd_loop *loop = NULL;

		kit_alloc_track(true);
		kit_fault_set(nth);
		err = hook_conn(NULL, 1, &conn, &loop);
		if (!err)
			err = ksmbd_loop_start(conn);
		fired = kit_fault_fired();
		kit_fault_set(0);
		KUNIT_EXPECT_EQ(test, !err, !fired);
		if (loop)
			ksmbd_loop_close(loop);
		tidy = nothing_leaked(test, nth);
		kit_alloc_track(false);
	}
	KUNIT_EXPECT_EQ(test, err, 0);
	KUNIT_EXPECT_GT(test, nth, 3U);
}

static void new_settings(struct kunit *test)
{
	struct ksmbd_config *before = ksmbd_config_get(), *after;

	kit_fault_set(1);
	KUNIT_EXPECT_EQ(test, hook_configure(NULL), -ENOMEM);
	kit_fault_set(0);
	after = ksmbd_config_get();
	KUNIT_EXPECT_PTR_EQ(test, after, before);
	ksmbd_config_put(after);
	ksmbd_config_put(before);
}

static void short_timeout(struct ksmbd_config *values)
{
	values->oplock_timeout = 100;
}

/* Opens "f" with a batch oplock; false: it could not. */
static bool hold_file(struct talk *t, struct replay_fid *fid)
{
	replay_create(t->r, "f", FILE_GENERIC_READ | FILE_GENERIC_WRITE, FILE_OPEN_IF, 0);
	replay_oplock(t->r, SMB2_OPLOCK_LEVEL_BATCH);
	if (!ask(t))
		return false;
	*fid = replay_fid(&t->reply);
	return true;
}

/* Takes the notice and acknowledges it. True: it came. */
static bool give_way(struct talk *t, struct replay_fid fid)
{
	t->over = !replay_take(t->r, &t->reply);
	if (t->over)
		return false;
	replay_ack(t->r, fid, SMB2_OPLOCK_LEVEL_II);
	return ask(t);
}

/* One client has an oplock, another one opens the same file and writes. */
static u32 break_oplock(struct talk *a, struct talk *b)
{
	struct replay_fid mine, theirs;
	bool gave;

	if (!hold_file(a, &mine))
		return 1;
	replay_create(b->r, "f", FILE_GENERIC_READ | FILE_GENERIC_WRITE, FILE_OPEN, 0);
	replay_finish(b->r);
	b->over = !replay_take(b->r, &b->reply);
	if (b->over || b->reply.status != ksmbd_status_u32(STATUS_PENDING))
		return 1; /* without memory to wait, or the holder was lost */
	gave = give_way(a, mine);
	a->errors += !gave;
	if (a->over)
		replay_close(a->r);
	b->over = !replay_take(b->r, &b->reply);
	if (b->over || b->reply.status)
		return 1;
	theirs = replay_fid(&b->reply);
	replay_write(b->r, theirs, "x", 1, 0);
	if (ask(b) && gave) /* level II ends */
		a->over = !replay_take(a->r, &a->reply);
	close_file(b, theirs);
	if (!a->over)
		close_file(a, mine);
	return a->errors + b->errors + a->over;
}

/* Once, where allocation @nth fails; 0: none does. Did it, and was nothing lost? */
static bool try_oplock(struct kunit *test, u32 nth, u32 *errors)
{
	struct talk a = {}, b = {};
	bool fired, tidy;

	kit_alloc_track(true);
	a.r = replay_open(test, KSMBD_DIALECT_311);
	b.r = replay_open(test, KSMBD_DIALECT_302);
	a.r->lossy = true;
	b.r->lossy = true;
	kit_fault_set(nth);
	*errors = break_oplock(&a, &b);
	fired = kit_fault_fired();
	kit_fault_set(0);
	replay_drop(a.r);
	replay_drop(b.r);
	tidy = nothing_leaked(test, nth);
	kit_alloc_track(false);
	return fired && tidy;
}

static void oplock_breaks(struct kunit *test)
{
	u32 nth = 1, errors;

	KUNIT_ASSERT_EQ(test, hook_configure(short_timeout), 0);
	while (nth < MAX_ALLOCATIONS && try_oplock(test, nth, &errors))
		nth++;
	KUNIT_EXPECT_LT(test, nth, (u32)MAX_ALLOCATIONS);
	KUNIT_EXPECT_GE(test, nth, 20U);
	/* As much time as it takes: all goes well. */
	KUNIT_ASSERT_EQ(test, hook_configure(NULL), 0);
	try_oplock(test, 0, &errors);
	KUNIT_EXPECT_EQ(test, errors, 0U);
}

static void no_fault(struct kunit *test)
{
	kit_fault_set(0);
	kit_alloc_track(false);
	replay_exit(test);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(every_allocation),
	KUNIT_CASE(oplock_breaks),
	KUNIT_CASE(beginning_of_a_connection),
	KUNIT_CASE(new_settings),
	{},
};

static struct kunit_suite suite = {
	.name = "replay_fault",
	.suite_init = replay_suite_init,
	.suite_exit = replay_suite_exit,
	.exit = no_fault,
	.test_cases = cases,
};

kunit_test_suite(suite);
