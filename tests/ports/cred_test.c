// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Conformance of a cred back end: whose rights the file system sees. What needs several
 * users runs as root only.
 */
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/limits.h>
#include <linux/sched.h>
#include <linux/stat.h>

#include "fixture.h"

#define ALICE 61001
#define BOB   61002
#define STAFF 62000

/* The share becomes everybody's. */
static void begin(struct kunit *test)
{
	if (ports_host_uid())
		kunit_skip(test, "needs root");
	ports_chmod(test, "", 01777);
}

static int open_as(struct kunit *test, struct ksmbd_cred *cred, const char *name, u32 flags)
{
	struct ksmbd_file *file;
	int err;

	err = ksmbd_cred_enter(cred);
	if (err)
		return err;
	file = ports_open(test, name, 0, flags, &err);
	ksmbd_cred_leave();
	ksmbd_file_put(file);
	return err;
}

static int access_as(struct kunit *test, struct ksmbd_cred *cred, const char *name, u32 mask)
{
	struct ksmbd_path *path;
	int err;

	KUNIT_EXPECT_EQ(test, ksmbd_cred_enter(cred), 0);
	err = ksmbd_path_lookup(ports_fixture(test)->root, name, 0, &path);
	if (!err) {
		err = ksmbd_path_access(path, mask);
		ksmbd_path_put(path);
	}
	ksmbd_cred_leave();
	return err;
}

static struct ksmbd_file *create_as(struct kunit *test, struct ksmbd_cred *cred, const char *name,
				    u32 mode)
{
	struct ksmbd_file *file = NULL;
	struct ksmbd_path *path;
	int err;

	KUNIT_ASSERT_EQ(test, ksmbd_cred_enter(cred), 0);
	err = ksmbd_path_lookup(ports_fixture(test)->root, name, 0, &path);
	if (!err) {
		err = ksmbd_file_create(path, S_IFREG | mode, KSMBD_OPEN_READ | KSMBD_OPEN_WRITE,
					&file);
		ksmbd_path_put(path);
	}
	ksmbd_cred_leave();
	KUNIT_ASSERT_EQ(test, err, 0);
	return file;
}

static void getters_test(struct kunit *test)
{
	static const u32 groups[] = { 7, 8 };
	struct ksmbd_cred *cred = ksmbd_cred_create(ALICE, STAFF, groups, 2);

	KUNIT_EXPECT_EQ(test, ksmbd_cred_uid(cred), ALICE);
	KUNIT_EXPECT_EQ(test, ksmbd_cred_gid(cred), STAFF);
	KUNIT_EXPECT_TRUE(test, ksmbd_cred_has_group(cred, STAFF));
	KUNIT_EXPECT_TRUE(test, ksmbd_cred_has_group(cred, 7));
	KUNIT_EXPECT_TRUE(test, ksmbd_cred_has_group(cred, 8));
	KUNIT_EXPECT_FALSE(test, ksmbd_cred_has_group(cred, 9));
	KUNIT_EXPECT_FALSE(test, ksmbd_cred_privileged(cred));
	ksmbd_cred_put(ksmbd_cred_get(cred));
	ksmbd_cred_put(cred);
	cred = ksmbd_cred_create(0, 0, NULL, 0);
	KUNIT_EXPECT_EQ(test, ksmbd_cred_privileged(cred), ports_host_uid() == 0);
	ksmbd_cred_put(cred);
}

static void two_users_test(struct kunit *test)
{
	struct ksmbd_cred *alice, *bob, *root;
	struct ksmbd_file *file;
	struct ksmbd_stat st;
	char buf[8];

	begin(test);
	alice = ksmbd_cred_create(ALICE, ALICE, NULL, 0);
	bob = ksmbd_cred_create(BOB, BOB, NULL, 0);
	root = ksmbd_cred_create(0, 0, NULL, 0);
	file = create_as(test, alice, "alice", 0600);
	KUNIT_EXPECT_EQ(test, ksmbd_file_stat(file, &st), 0);
	KUNIT_EXPECT_EQ(test, st.uid, ALICE);
	KUNIT_EXPECT_EQ(test, st.gid, ALICE);
	KUNIT_EXPECT_EQ(test, open_as(test, alice, "alice", KSMBD_OPEN_READ), 0);
	KUNIT_EXPECT_EQ(test, open_as(test, bob, "alice", KSMBD_OPEN_READ), -EACCES);
	KUNIT_EXPECT_EQ(test, open_as(test, bob, "alice", KSMBD_OPEN_WRITE), -EACCES);
	KUNIT_EXPECT_EQ(test, open_as(test, bob, "alice", 0), 0);
	KUNIT_EXPECT_EQ(test, open_as(test, root, "alice", KSMBD_OPEN_READ), 0);
	KUNIT_EXPECT_EQ(test, access_as(test, alice, "alice", KSMBD_MAY_READ), 0);
	KUNIT_EXPECT_EQ(test, access_as(test, bob, "alice", KSMBD_MAY_READ), -EACCES);
	KUNIT_EXPECT_EQ(test, access_as(test, bob, "", KSMBD_MAY_WRITE), 0);
	KUNIT_EXPECT_EQ(test, access_as(test, root, "alice", KSMBD_MAY_WRITE), 0);

	/* A sticky directory: not Bob's to remove or rename. */
	KUNIT_EXPECT_EQ(test, ksmbd_cred_enter(bob), 0);
	KUNIT_EXPECT_EQ(test, ksmbd_file_unlink(file, ports_fixture(test)->root), -EPERM);
	/* What was opened with rights goes on working, whoever the thread is. */
	KUNIT_EXPECT_EQ(test, ksmbd_file_read(file, buf, sizeof(buf), 0), 0);
	ksmbd_cred_leave();
	ksmbd_file_put(file);
	ksmbd_cred_put(alice);
	ksmbd_cred_put(bob);
	ksmbd_cred_put(root);
}

static void groups_test(struct kunit *test)
{
	static const u32 staff[] = { 5, STAFF };
	struct ksmbd_cred *in, *out, *primary;

	begin(test);
	in = ksmbd_cred_create(ALICE, ALICE, staff, 2);
	out = ksmbd_cred_create(ALICE, ALICE, NULL, 0);
	primary = ksmbd_cred_create(BOB, STAFF, NULL, 0);
	ports_put_file(test, "staff", "x");
	ports_chown(test, "staff", 0, STAFF);
	ports_chmod(test, "staff", 0640);
	KUNIT_EXPECT_EQ(test, open_as(test, in, "staff", KSMBD_OPEN_READ), 0);
	KUNIT_EXPECT_EQ(test, open_as(test, out, "staff", KSMBD_OPEN_READ), -EACCES);
	KUNIT_EXPECT_EQ(test, open_as(test, primary, "staff", KSMBD_OPEN_READ), 0);
	KUNIT_EXPECT_EQ(test, open_as(test, in, "staff", KSMBD_OPEN_WRITE), -EACCES);
	KUNIT_EXPECT_EQ(test, access_as(test, in, "staff", KSMBD_MAY_READ), 0);
	KUNIT_EXPECT_EQ(test, access_as(test, out, "staff", KSMBD_MAY_READ), -EACCES);
	ksmbd_cred_put(in);
	ksmbd_cred_put(out);
	ksmbd_cred_put(primary);
}

static void privilege_test(struct kunit *test)
{
	struct ksmbd_setattr owner = { .valid = KSMBD_SETATTR_UID, .uid = BOB };
	struct ksmbd_setattr group = { .valid = KSMBD_SETATTR_GID, .gid = STAFF };
	struct ksmbd_cred *alice, *root;
	struct ksmbd_file *file;
	struct ksmbd_stat st;

	begin(test);
	alice = ksmbd_cred_create(ALICE, ALICE, NULL, 0);
	root = ksmbd_cred_create(0, 0, NULL, 0);
	ports_put_file(test, "root", "x");
	ports_chmod(test, "root", 0640);
	file = create_as(test, alice, "file", 0600);
	KUNIT_ASSERT_EQ(test, ksmbd_cred_enter(alice), 0);
	KUNIT_EXPECT_EQ(test, ksmbd_file_setattr(file, &owner), -EPERM);
	KUNIT_EXPECT_EQ(test, ksmbd_file_setattr(file, &group), -EPERM);
	KUNIT_EXPECT_LT(test, ksmbd_file_setxattr(file, "trusted.test", "x", 1), 0);
	ksmbd_cred_leave();
	/* Gid 0 went too. */
	KUNIT_EXPECT_EQ(test, open_as(test, alice, "root", KSMBD_OPEN_READ), -EACCES);
	KUNIT_ASSERT_EQ(test, ksmbd_cred_enter(root), 0);
	KUNIT_EXPECT_EQ(test, ksmbd_file_setattr(file, &owner), 0);
	KUNIT_EXPECT_EQ(test, ksmbd_file_setattr(file, &group), 0);
	ksmbd_cred_leave();
	KUNIT_EXPECT_EQ(test, ksmbd_file_stat(file, &st), 0);
	KUNIT_EXPECT_EQ(test, st.uid, BOB);
	KUNIT_EXPECT_EQ(test, st.gid, STAFF);
	ksmbd_file_put(file);
	ksmbd_cred_put(alice);
	ksmbd_cred_put(root);
}

static void bad_ids_test(struct kunit *test)
{
	struct ksmbd_cred *alice, *no_uid, *no_gid, *no_group;
	static const u32 groups[] = { U32_MAX };

	begin(test);
	alice = ksmbd_cred_create(ALICE, ALICE, NULL, 0);
	no_uid = ksmbd_cred_create(U32_MAX, ALICE, NULL, 0);
	no_gid = ksmbd_cred_create(ALICE, U32_MAX, NULL, 0);
	no_group = ksmbd_cred_create(ALICE, ALICE, groups, 1);
	/* -1 is no id. */
	KUNIT_EXPECT_EQ(test, ksmbd_cred_enter(no_uid), -EPERM);
	KUNIT_EXPECT_EQ(test, ksmbd_cred_enter(no_gid), -EPERM);
	KUNIT_EXPECT_EQ(test, ksmbd_cred_enter(no_group), -EPERM);
	KUNIT_EXPECT_EQ(test, ksmbd_cred_enter(alice), 0);
	ksmbd_cred_leave();
	ksmbd_cred_put(alice);
	ksmbd_cred_put(no_uid);
	ksmbd_cred_put(no_gid);
	ksmbd_cred_put(no_group);
}

/* ---- identities of threads ---- */

/* At least so many, for so long at most */
#define ROUNDS	    10
#define PATIENCE_MS 60000

struct worker {
	struct kunit *test;
	struct ksmbd_cred *creds[2];
	struct task_struct *task;
	u32 seed;
	u32 wrong;
	u32 rounds;
};

/* Requests of two users by turns on one thread: each may open its own file only. */
static int serve_both(void *arg)
{
	struct worker *w = arg;
	u32 who, whose;
	int err;

	while (!kthread_should_stop()) {
		w->seed = w->seed * 1103515245 + 12345;
		who = w->seed >> 16 & 1;
		whose = w->seed >> 17 & 1;
		err = open_as(w->test, w->creds[who], whose ? "own-1" : "own-0", KSMBD_OPEN_READ);
		if (err != (who == whose ? 0 : -EACCES))
			w->wrong++;
		WRITE_ONCE(w->rounds, w->rounds + 1);
		cond_resched();
	}
	return 0;
}

/* A slow machine needs its time. */
static void wait_for_rounds(const struct worker *w)
{
	unsigned long end = jiffies + msecs_to_jiffies(PATIENCE_MS);

	while (READ_ONCE(w->rounds) <= ROUNDS && time_before(jiffies, end))
		schedule_timeout_uninterruptible(1);
}

static void threads_test(struct kunit *test)
{
	struct worker *w = kunit_kcalloc(test, 3, sizeof(*w), GFP_KERNEL);
	struct ksmbd_cred *alice, *bob;
	u32 i;

	begin(test);
	KUNIT_ASSERT_NOT_NULL(test, w);
	alice = ksmbd_cred_create(ALICE, ALICE, NULL, 0);
	bob = ksmbd_cred_create(BOB, BOB, NULL, 0);
	ksmbd_file_put(create_as(test, alice, "own-0", 0600));
	ksmbd_file_put(create_as(test, bob, "own-1", 0600));
	for (i = 0; i < 3; i++) {
		w[i] = (struct worker){ .test = test, .creds = { alice, bob }, .seed = i };
		w[i].task = kthread_run(serve_both, &w[i], "ports/%u", i);
		KUNIT_ASSERT_FALSE(test, IS_ERR(w[i].task));
	}
	schedule_timeout_uninterruptible(msecs_to_jiffies(300));
	for (i = 0; i < 3; i++) {
		wait_for_rounds(&w[i]);
		KUNIT_EXPECT_EQ(test, kthread_stop(w[i].task), 0);
		KUNIT_EXPECT_EQ(test, w[i].wrong, 0);
		KUNIT_EXPECT_GT(test, w[i].rounds, ROUNDS);
	}
	ksmbd_cred_put(alice);
	ksmbd_cred_put(bob);
}

static struct kunit_case cases[] = { KUNIT_CASE(getters_test),
				     KUNIT_CASE(two_users_test),
				     KUNIT_CASE(groups_test),
				     KUNIT_CASE(privilege_test),
				     KUNIT_CASE(bad_ids_test),
				     KUNIT_CASE(threads_test),
				     {} };

static struct kunit_suite port_cred_suite = {
	.name = "port_cred",
	.init = ports_share_init,
	.exit = ports_fixture_exit,
	.test_cases = cases,
};

kunit_test_suite(port_cred_suite);
