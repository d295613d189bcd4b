// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Conformance of a cred back end: whose rights the file system sees. What needs several
 * users runs as root only.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <linux/limits.h>

#include "fixture.h"
#include "user/host/cred_host.h"
#include "user/host/vfs_host.h"

#define ALICE 61001
#define BOB   61002
#define STAFF 62000

/* The fixture's identity ends; the share becomes everybody's. */
static void begin(struct kunit *test, bool needs_root)
{
	if (needs_root && geteuid())
		kunit_skip(test, "needs root");
	KUNIT_EXPECT_EQ(test, chmod(ports_host_path(test, ""), 01777), 0);
	ksmbd_cred_leave();
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
	int err, degraded;

	KUNIT_EXPECT_EQ(test, ksmbd_cred_enter(cred), 0);
	KUNIT_EXPECT_EQ(test, ksmbd_path_lookup(ports_fixture(test)->root, name, 0, &path), 0);
	err = ksmbd_path_access(path, mask);
	ksmbd_vfs_degrade(KSMBD_DEGRADE_FACCESSAT2);
	degraded = ksmbd_path_access(path, mask);
	ksmbd_vfs_undegrade();
	KUNIT_EXPECT_EQ(test, err, degraded);
	ksmbd_path_put(path);
	ksmbd_cred_leave();
	return err;
}

static struct ksmbd_file *create_as(struct kunit *test, struct ksmbd_cred *cred, const char *name,
				    u32 mode)
{
	struct ksmbd_file *file;

	KUNIT_EXPECT_EQ(test, ksmbd_cred_enter(cred), 0);
	file = ports_must_create(test, name, S_IFREG | mode);
	ksmbd_cred_leave();
	return file;
}

static void getters_test(struct kunit *test)
{
	static const u32 groups[] = { 7, 8 };
	struct ksmbd_cred *cred = ksmbd_cred_create(ALICE, STAFF, groups, 2);

	begin(test, false);
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
	KUNIT_EXPECT_EQ(test, ksmbd_cred_privileged(cred), geteuid() == 0);
	ksmbd_cred_put(cred);
}

static void two_users_test(struct kunit *test)
{
	struct ksmbd_cred *alice, *bob, *root;
	struct ksmbd_file *file;
	struct ksmbd_stat st;
	char buf[8];

	begin(test, true);
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
	const char *path;

	begin(test, true);
	in = ksmbd_cred_create(ALICE, ALICE, staff, 2);
	out = ksmbd_cred_create(ALICE, ALICE, NULL, 0);
	primary = ksmbd_cred_create(BOB, STAFF, NULL, 0);
	ports_put_file(test, "staff", "x");
	path = ports_host_path(test, "staff");
	KUNIT_EXPECT_EQ(test, chown(path, 0, STAFF), 0);
	KUNIT_EXPECT_EQ(test, chmod(path, 0640), 0);
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

static u64 effective_capabilities(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { { 0 } };

	syscall(SYS_capget, &head, data);
	return (u64)data[1].effective << 32 | data[0].effective;
}

static void privilege_test(struct kunit *test)
{
	struct ksmbd_cred *alice, *was;
	struct ksmbd_setattr attr = { .valid = KSMBD_SETATTR_UID, .uid = BOB };
	struct ksmbd_file *file;
	u64 caps;

	begin(test, true);
	alice = ksmbd_cred_create(ALICE, ALICE, NULL, 0);
	caps = effective_capabilities();
	ports_put_file(test, "root", "x");
	KUNIT_EXPECT_EQ(test, chmod(ports_host_path(test, "root"), 0640), 0);
	file = create_as(test, alice, "file", 0600);

	KUNIT_ASSERT_EQ(test, ksmbd_cred_enter(alice), 0);
	KUNIT_EXPECT_EQ(test, geteuid(), ALICE);
	KUNIT_EXPECT_EQ(test, getegid(), ALICE);
	KUNIT_EXPECT_EQ(test, getgroups(0, NULL), 0);
	KUNIT_EXPECT_EQ(test, effective_capabilities(), 0);
	KUNIT_EXPECT_EQ(test, ksmbd_file_setattr(file, &attr), -EPERM);
	/* The server's own work in the middle, and back. */
	KUNIT_EXPECT_EQ(test, ksmbd_cred_server_begin(&was), 0);
	KUNIT_EXPECT_EQ(test, geteuid(), 0);
	KUNIT_EXPECT_EQ(test, effective_capabilities(), caps);
	ksmbd_cred_server_end(was);
	KUNIT_EXPECT_EQ(test, geteuid(), ALICE);
	KUNIT_EXPECT_EQ(test, effective_capabilities(), 0);
	ksmbd_cred_leave();
	/* Gid 0 went too. */
	KUNIT_EXPECT_EQ(test, open_as(test, alice, "root", KSMBD_OPEN_READ), -EACCES);
	ksmbd_file_put(file);
	ksmbd_cred_put(alice);
}

static void bad_ids_test(struct kunit *test)
{
	struct ksmbd_cred *alice, *no_uid, *no_gid, *no_group;
	static const u32 groups[] = { U32_MAX };

	begin(test, true);
	alice = ksmbd_cred_create(ALICE, ALICE, NULL, 0);
	no_uid = ksmbd_cred_create(U32_MAX, ALICE, NULL, 0);
	no_gid = ksmbd_cred_create(ALICE, U32_MAX, NULL, 0);
	no_group = ksmbd_cred_create(ALICE, ALICE, groups, 1);
	/* -1 means "as before" to the system calls: as root, that is. */
	KUNIT_EXPECT_EQ(test, ksmbd_cred_enter(no_uid), -EPERM);
	KUNIT_EXPECT_EQ(test, ksmbd_cred_enter(no_gid), -EPERM);
	KUNIT_EXPECT_EQ(test, ksmbd_cred_enter(no_group), -EPERM);
	KUNIT_EXPECT_NULL(test, ksmbd_cred_current());
	KUNIT_EXPECT_EQ(test, ksmbd_cred_enter(alice), 0);
	KUNIT_EXPECT_EQ(test, geteuid(), ALICE);
	ksmbd_cred_leave();
	ksmbd_cred_put(alice);
	ksmbd_cred_put(no_uid);
	ksmbd_cred_put(no_gid);
	ksmbd_cred_put(no_group);
}

/* ---- identities of threads ---- */

struct worker {
	struct kunit *test;
	struct ksmbd_cred *creds[2];
	u32 seed;
	u32 wrong;
	u32 rounds;
};

/* Requests of two users by turns on one thread: each may open its own file only. */
static void *serve_both(void *arg)
{
	struct worker *w = arg;
	struct timespec start, now;
	u32 who, whose;
	int err;

	clock_gettime(CLOCK_MONOTONIC, &start);
	do {
		w->seed = w->seed * 1103515245 + 12345;
		who = w->seed >> 16 & 1;
		whose = w->seed >> 17 & 1;
		err = open_as(w->test, w->creds[who], whose ? "own-1" : "own-0", KSMBD_OPEN_READ);
		if (err != (who == whose ? 0 : -EACCES))
			w->wrong++;
		w->rounds++;
		clock_gettime(CLOCK_MONOTONIC, &now);
	} while ((now.tv_sec - start.tv_sec) * 1000 + (now.tv_nsec - start.tv_nsec) / 1000000 <
		 300);
	return NULL;
}

/* A thread made in the middle of a request inherits its identity, but must not use it. */
static void *inherit(void *arg)
{
	struct worker *w = arg;
	struct ksmbd_cred *was;

	w->wrong += geteuid() != ALICE; /* so it is, and that is why */
	w->wrong += ksmbd_cred_current() != NULL;
	w->wrong += ksmbd_cred_server_begin(&was) || geteuid() != 0;
	ksmbd_cred_server_end(was);
	w->wrong += open_as(w->test, w->creds[1], "own-0", KSMBD_OPEN_READ) != -EACCES;
	w->wrong += open_as(w->test, w->creds[1], "own-1", KSMBD_OPEN_READ) != 0;
	return NULL;
}

static void threads_test(struct kunit *test)
{
	struct ksmbd_cred *alice, *bob;
	struct worker w[3];
	pthread_t threads[3];
	u32 i;

	begin(test, true);
	alice = ksmbd_cred_create(ALICE, ALICE, NULL, 0);
	bob = ksmbd_cred_create(BOB, BOB, NULL, 0);
	ksmbd_file_put(create_as(test, alice, "own-0", 0600));
	ksmbd_file_put(create_as(test, bob, "own-1", 0600));
	for (i = 0; i < 3; i++)
		w[i] = (struct worker){ .test = test, .creds = { alice, bob }, .seed = i };
	KUNIT_ASSERT_EQ(test, ksmbd_cred_enter(alice), 0);
	KUNIT_ASSERT_EQ(test, pthread_create(&threads[0], NULL, inherit, &w[0]), 0);
	pthread_join(threads[0], NULL);
	KUNIT_EXPECT_EQ(test, geteuid(), ALICE); /* one thread's switch is its own */
	ksmbd_cred_leave();
	KUNIT_EXPECT_EQ(test, w[0].wrong, 0);
	for (i = 0; i < 3; i++)
		KUNIT_ASSERT_EQ(test, pthread_create(&threads[i], NULL, serve_both, &w[i]), 0);
	for (i = 0; i < 3; i++) {
		pthread_join(threads[i], NULL);
		KUNIT_EXPECT_EQ(test, w[i].wrong, 0);
		KUNIT_EXPECT_GT(test, w[i].rounds, 10);
	}
	ksmbd_cred_put(alice);
	ksmbd_cred_put(bob);
}

/* In a child, so that the warning is not this test's. Exit code: which call let it pass. */
static void call_without_enter(struct ksmbd_root *root, struct ksmbd_cred *cred)
{
	struct ksmbd_path *path, *other;
	int quiet = open("/dev/null", O_WRONLY | O_CLOEXEC);

	dup2(quiet, STDERR_FILENO);
	dup2(quiet, STDOUT_FILENO);
	if (ksmbd_cred_enter(cred) || ksmbd_path_lookup(root, "", 0, &path))
		_exit(1);
	ksmbd_cred_leave();
	if (ksmbd_path_access(path, 0) != -EPERM)
		_exit(2);
	if (ksmbd_path_lookup(root, "", 0, &other) != -EPERM)
		_exit(3);
	_exit(0);
}

/* Leaving keeps the identity for the next request of the same user: nobody else's. */
static void forgotten_enter_test(struct kunit *test)
{
	int status = -1;
	pid_t pid;

	if (getenv("KSMBD_WARN_FATAL"))
		kunit_skip(test, "warnings are fatal here");
	begin(test, false);
	pid = fork();
	if (!pid)
		call_without_enter(ports_fixture(test)->root, ports_fixture(test)->cred);
	KUNIT_ASSERT_GT(test, pid, 0);
	KUNIT_EXPECT_EQ(test, waitpid(pid, &status, 0), pid);
	KUNIT_EXPECT_EQ(test, status, 0);
}

static struct kunit_case cases[] = { KUNIT_CASE(getters_test),	       KUNIT_CASE(two_users_test),
				     KUNIT_CASE(groups_test),	       KUNIT_CASE(privilege_test),
				     KUNIT_CASE(bad_ids_test),	       KUNIT_CASE(threads_test),
				     KUNIT_CASE(forgotten_enter_test), {} };

static struct kunit_suite port_cred_suite = {
	.name = "port_cred",
	.init = ports_fixture_init,
	.exit = ports_fixture_exit,
	.test_cases = cases,
};

kunit_test_suite(port_cred_suite);
