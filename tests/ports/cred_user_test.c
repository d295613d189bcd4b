// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The user host's credentials: what they mean to the process and its threads. What needs
 * several users runs as root only.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fixture.h"
#include "user/host/cred_host.h"
#include "user/host/vfs_host.h"

#define ALICE 61001
#define BOB   61002

static void begin(struct kunit *test, bool needs_root)
{
	if (needs_root && ports_host_uid())
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

static struct ksmbd_file *create_as(struct kunit *test, struct ksmbd_cred *cred, const char *name,
				    u32 mode)
{
	struct ksmbd_file *file;

	KUNIT_EXPECT_EQ(test, ksmbd_cred_enter(cred), 0);
	file = ports_must_create(test, name, S_IFREG | mode);
	ksmbd_cred_leave();
	return file;
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

/* -1 means "as before" to the system calls: as root, that is. */
static void bad_ids_test(struct kunit *test)
{
	struct ksmbd_cred *alice, *no_uid;

	begin(test, true);
	alice = ksmbd_cred_create(ALICE, ALICE, NULL, 0);
	no_uid = ksmbd_cred_create((u32)-1, ALICE, NULL, 0);
	KUNIT_EXPECT_EQ(test, ksmbd_cred_enter(no_uid), -EPERM);
	KUNIT_EXPECT_NULL(test, ksmbd_cred_current());
	KUNIT_EXPECT_EQ(test, ksmbd_cred_enter(alice), 0);
	KUNIT_EXPECT_EQ(test, geteuid(), ALICE);
	ksmbd_cred_leave();
	ksmbd_cred_put(alice);
	ksmbd_cred_put(no_uid);
}

/* Without faccessat2() the mode bits say the same. */
static void degraded_access_test(struct kunit *test)
{
	static const struct {
		u32 id;
		u32 mask;
		int err;
	} rows[] = {
		{ ALICE, KSMBD_MAY_READ, 0 },
		{ ALICE, KSMBD_MAY_EXEC, -EACCES },
		{ BOB, KSMBD_MAY_READ, -EACCES },
		{ 0, KSMBD_MAY_WRITE, 0 },
	};
	struct ksmbd_cred *cred;
	struct ksmbd_path *path;
	u32 i;

	begin(test, true);
	ports_put_file(test, "file", "x");
	ports_chmod(test, "file", 0600);
	ports_chown(test, "file", ALICE, ALICE);
	ksmbd_vfs_degrade(KSMBD_DEGRADE_FACCESSAT2);
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		cred = ksmbd_cred_create(rows[i].id, rows[i].id, NULL, 0);
		KUNIT_ASSERT_EQ(test, ksmbd_cred_enter(cred), 0);
		KUNIT_ASSERT_EQ(test,
				ksmbd_path_lookup(ports_fixture(test)->root, "file", 0, &path), 0);
		KUNIT_EXPECT_EQ(test, ksmbd_path_access(path, rows[i].mask), rows[i].err);
		ksmbd_path_put(path);
		ksmbd_cred_leave();
		ksmbd_cred_put(cred);
	}
}

/* ---- identities of threads ---- */

struct worker {
	struct kunit *test;
	struct ksmbd_cred *bob;
	u32 wrong;
};

/* A thread made in the middle of a request inherits its identity, but must not use it. */
static void *inherit(void *arg)
{
	struct worker *w = arg;
	struct ksmbd_cred *was;

	w->wrong += geteuid() != ALICE; /* so it is, and that is why */
	w->wrong += ksmbd_cred_current() != NULL;
	w->wrong += ksmbd_cred_server_begin(&was) || geteuid() != 0;
	ksmbd_cred_server_end(was);
	w->wrong += open_as(w->test, w->bob, "own-0", KSMBD_OPEN_READ) != -EACCES;
	w->wrong += open_as(w->test, w->bob, "own-1", KSMBD_OPEN_READ) != 0;
	return NULL;
}

static void inherit_test(struct kunit *test)
{
	struct worker w = { .test = test };
	struct ksmbd_cred *alice;
	pthread_t thread;

	begin(test, true);
	alice = ksmbd_cred_create(ALICE, ALICE, NULL, 0);
	w.bob = ksmbd_cred_create(BOB, BOB, NULL, 0);
	ksmbd_file_put(create_as(test, alice, "own-0", 0600));
	ksmbd_file_put(create_as(test, w.bob, "own-1", 0600));
	KUNIT_ASSERT_EQ(test, ksmbd_cred_enter(alice), 0);
	KUNIT_ASSERT_EQ(test, pthread_create(&thread, NULL, inherit, &w), 0);
	pthread_join(thread, NULL);
	KUNIT_EXPECT_EQ(test, geteuid(), ALICE); /* one thread's switch is its own */
	ksmbd_cred_leave();
	KUNIT_EXPECT_EQ(test, w.wrong, 0);
	ksmbd_cred_put(alice);
	ksmbd_cred_put(w.bob);
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

static struct kunit_case cases[] = { KUNIT_CASE(privilege_test),       KUNIT_CASE(bad_ids_test),
				     KUNIT_CASE(degraded_access_test), KUNIT_CASE(inherit_test),
				     KUNIT_CASE(forgotten_enter_test), {} };

static struct kunit_suite port_cred_user_suite = {
	.name = "port_cred_user",
	.init = ports_share_init,
	.exit = ports_fixture_exit,
	.test_cases = cases,
};

kunit_test_suite(port_cred_user_suite);
