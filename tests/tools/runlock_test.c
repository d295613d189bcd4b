// SPDX-License-Identifier: GPL-2.0-or-later
#include <kunit/test.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/tools/messages.h"
#include "tools/lib/runlock.h"
#include "tools/lib/subauth.h"

static char *make_dir(struct kunit *test, char *name)
{
	KUNIT_ASSERT_NOT_NULL(test, mkdtemp(name));
	return name;
}

static void write_file(const char *dir, const char *file, const char *text)
{
	char name[PATH_MAX];
	FILE *stream;

	snprintf(name, sizeof(name), "%s/%s", dir, file);
	stream = fopen(name, "w");
	fputs(text, stream);
	fclose(stream);
}

/* runlock_pid() as another process sees it. */
static int look_from_child(const char *dir)
{
	pid_t child = fork();
	int status = 0;

	if (!child)
		_exit(runlock_pid(dir) == getppid() ? 0 : 1);
	waitpid(child, &status, 0);
	return WEXITSTATUS(status);
}

static void is_held_once(struct kunit *test)
{
	char name[] = "/tmp/runlock.XXXXXX", *dir = make_dir(test, name);
	int fd = runlock_take(dir);
	struct stat st;

	KUNIT_ASSERT_GE(test, fd, 0);
	KUNIT_EXPECT_EQ(test, runlock_take(dir), -EEXIST);
	KUNIT_EXPECT_EQ(test, look_from_child(dir), 0);
	KUNIT_EXPECT_EQ(test, runlock_signal(dir, 0), 0);
	fstat(fd, &st);
	KUNIT_EXPECT_EQ(test, st.st_mode & 07777, 0600); /* nobody else's to lock */
	runlock_drop(dir, fd);
	KUNIT_EXPECT_EQ(test, runlock_pid(dir), -ESRCH);
	KUNIT_EXPECT_EQ(test, rmdir(dir), 0); /* nothing is left */
}

static const char *const stale[] = { "", "x\n", "1\n", "-5\n", "999999999999\n", "0\n" };

static void replaces_stale_files(struct kunit *test)
{
	char name[] = "/tmp/runlock.XXXXXX", *dir = make_dir(test, name);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(stale); i++) {
		int fd;

		write_file(dir, "ksmbd.lock", stale[i]);
		KUNIT_EXPECT_EQ(test, runlock_pid(dir), -ESRCH);
		KUNIT_EXPECT_EQ(test, runlock_signal(dir, 0), -ESRCH);
		fd = runlock_take(dir);
		KUNIT_ASSERT_GE(test, fd, 0);
		KUNIT_EXPECT_EQ(test, runlock_pid(dir), getpid());
		runlock_drop(dir, fd);
	}
	KUNIT_EXPECT_EQ(test, rmdir(dir), 0);
	KUNIT_EXPECT_EQ(test, runlock_pid(dir), -ESRCH);
	KUNIT_EXPECT_EQ(test, runlock_take(dir), -ENOENT);
}

/* Whoever looks may be kept from letting go of the lock; that is no daemon. */
static void waits_for_who_looks(struct kunit *test)
{
	char name[] = "/tmp/runlock.XXXXXX", *dir = make_dir(test, name), file[PATH_MAX], byte;
	int ready[2], fd;
	pid_t child;

	write_file(dir, "ksmbd.lock", "");
	snprintf(file, sizeof(file), "%s/ksmbd.lock", dir);
	KUNIT_ASSERT_EQ(test, pipe(ready), 0);
	child = fork();
	if (!child) {
		fd = open(file, O_RDONLY);
		if (fd < 0 || flock(fd, LOCK_SH) || write(ready[1], "", 1) != 1)
			_exit(1);
		usleep(300000);
		_exit(0);
	}
	close(ready[1]);
	KUNIT_EXPECT_EQ(test, read(ready[0], &byte, 1), 1);
	close(ready[0]);
	fd = runlock_take(dir);
	KUNIT_EXPECT_GE(test, fd, 0);
	if (fd >= 0)
		runlock_drop(dir, fd);
	waitpid(child, NULL, 0);
	unlink(file);
	KUNIT_EXPECT_EQ(test, rmdir(dir), 0);
}

static const struct {
	const char *text;
	bool good;
} sub_auths[] = {
	{ "1:2:4294967295\n", true }, { "1:2:4294967296\n", false }, { "1:2:3", false },
	{ "1:2\n", false },	      { "-1:2:3\n", false },	     { "", false },
};

static void reads_sub_auth(struct kunit *test)
{
	char name[] = "/tmp/runlock.XXXXXX", *dir = make_dir(test, name), file[PATH_MAX];
	struct messages said;
	u32 derived[3], read[3];
	size_t i;

	snprintf(file, sizeof(file), "%s/subauth", dir);
	subauth_derive(derived);
	messages_init(&said);
	subauth_load(file, read, &said.report);
	KUNIT_EXPECT_EQ(test, said.report.warnings, 0);
	KUNIT_EXPECT_EQ(test, memcmp(read, derived, sizeof(read)), 0);
	for (i = 0; i < ARRAY_SIZE(sub_auths); i++) {
		messages_init(&said);
		write_file(dir, "subauth", sub_auths[i].text);
		subauth_load(file, read, &said.report);
		KUNIT_EXPECT_EQ(test, said.report.warnings, !sub_auths[i].good);
		if (sub_auths[i].good)
			KUNIT_EXPECT_EQ(test, read[2], UINT_MAX);
		else
			KUNIT_EXPECT_EQ(test, memcmp(read, derived, sizeof(read)), 0);
	}
	unlink(file);
	rmdir(dir);
}

static struct kunit_case runlock_cases[] = {
	KUNIT_CASE(is_held_once),
	KUNIT_CASE(replaces_stale_files),
	KUNIT_CASE(waits_for_who_looks),
	KUNIT_CASE(reads_sub_auth),
	{},
};

static struct kunit_suite runlock_suite = { .name = "tools-runlock", .test_cases = runlock_cases };
kunit_test_suite(runlock_suite);
