// SPDX-License-Identifier: GPL-2.0-or-later
#include <kunit/test.h>

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/lib/save.h"

static int write_text(int fd, const void *arg)
{
	return save_write(fd, arg, strlen(arg));
}

static int write_and_die(int fd, const void *arg)
{
	write_text(fd, arg);
	return raise(SIGKILL);
}

static unsigned int count_files(const char *dir)
{
	unsigned int count = 0;
	struct dirent *entry;
	DIR *all = opendir(dir);

	while (all && (entry = readdir(all)))
		count += entry->d_name[0] != '.';
	if (all)
		closedir(all);
	return count;
}

static void expect_text(struct kunit *test, const char *path, const char *text)
{
	char got[64] = "";
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	KUNIT_EXPECT_GE(test, read(fd, got, sizeof(got) - 1), 0);
	KUNIT_EXPECT_STREQ(test, got, text);
	close(fd);
}

/* In a process of its own, which is killed while it writes. */
static void be_killed(struct kunit *test, const char *path)
{
	pid_t child = fork();
	int status = 0;

	if (!child) {
		if (save_lock(path) >= 0)
			save_file(path, 0600, write_and_die, "unfinished");
		_exit(1);
	}
	KUNIT_ASSERT_EQ(test, waitpid(child, &status, 0), child);
	KUNIT_EXPECT_TRUE(test, WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

/* What a killed writer leaves goes with the next save, and nothing else does. */
static void leaves_nothing_behind(struct kunit *test)
{
	char dir[] = "/tmp/ksmbd-save.XXXXXX", path[64], other[64], lock[80];
	int fd, i;

	KUNIT_ASSERT_NOT_NULL(test, mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/file", dir);
	snprintf(other, sizeof(other), "%s/file.backup", dir);
	snprintf(lock, sizeof(lock), "%s.lock", path);
	KUNIT_EXPECT_EQ(test, save_file(other, 0600, write_text, "kept"), 0);
	KUNIT_EXPECT_EQ(test, save_file(path, 0600, write_text, "first"), 0);
	for (i = 0; i < 3; i++)
		be_killed(test, path);
	expect_text(test, path, "first");
	fd = save_lock(path);
	KUNIT_EXPECT_GE(test, fd, 0);
	KUNIT_EXPECT_EQ(test, save_file(path, 0600, write_text, "second"), 0);
	close(fd);
	expect_text(test, path, "second");
	expect_text(test, other, "kept");
	KUNIT_EXPECT_EQ(test, count_files(dir), 3); /* these two, and the lock */
	unlink(path);
	unlink(other);
	unlink(lock);
	KUNIT_EXPECT_EQ(test, rmdir(dir), 0);
}

static struct kunit_case save_cases[] = {
	KUNIT_CASE(leaves_nothing_behind),
	{},
};

static struct kunit_suite save_suite = {
	.name = "tools-save",
	.test_cases = save_cases,
};
kunit_test_suite(save_suite);
