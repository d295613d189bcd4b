// SPDX-License-Identifier: GPL-2.0-or-later
#include "tools/lib/runlock.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define NUMBER_SIZE 24
#define LOOK_TRIES  2000
#define TAKE_TRIES  10
#define TRY_USEC    5000

static int lock_name(const char *dir, const char *more, char name[PATH_MAX])
{
	return snprintf(name, PATH_MAX, "%s/ksmbd.lock%s", dir, more) >= PATH_MAX ? -ENAMETOOLONG :
										    0;
}

static int open_lock(const char *name)
{
	int fd = open(name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

	return fd < 0 ? -errno : fd;
}

/* Is @fd still what @name leads to? */
static bool is_current(int fd, const char *name)
{
	struct stat by_fd, by_name;

	return !fstat(fd, &by_fd) && !lstat(name, &by_name) && by_fd.st_dev == by_name.st_dev &&
	       by_fd.st_ino == by_name.st_ino;
}

/*
 * A new file with our number, locked, under a name of its own in @temporary. Its mode stays
 * 0600: whoever may read a file may lock it, and so pass off what a crash left for a daemon.
 */
static int make_file(char temporary[PATH_MAX])
{
	char number[NUMBER_SIZE];
	int fd = mkostemp(temporary, O_CLOEXEC);
	int len = snprintf(number, sizeof(number), "%d\n", getpid());

	if (fd < 0)
		return -errno;
	if (!flock(fd, LOCK_EX | LOCK_NB) && write(fd, number, len) == len)
		return fd;
	len = errno ? -errno : -EIO;
	unlink(temporary);
	close(fd);
	return len;
}

/*
 * Whoever only looks holds a lock that may be shared, for a moment: a long one where the
 * machine has much to do. One that may not be shared is a daemon's, but for a moment
 * also of another one that starts.
 */
static bool lock_is_free(int fd)
{
	int looked = 0, taken = 0;

	while (looked < LOOK_TRIES && taken < TAKE_TRIES) {
		if (!flock(fd, LOCK_EX | LOCK_NB))
			return true;
		if (flock(fd, LOCK_SH | LOCK_NB)) {
			taken++;
		} else {
			looked++;
			flock(fd, LOCK_UN);
		}
		usleep(TRY_USEC);
	}
	return false;
}

static pid_t read_number(int fd)
{
	char text[NUMBER_SIZE] = "", *end;
	ssize_t len = pread(fd, text, sizeof(text) - 1, 0);
	long number;

	if (len <= 0)
		return -ESRCH;
	number = strtol(text, &end, 10);
	return number > 1 && number <= INT_MAX && (!*end || *end == '\n') ? (pid_t)number : -ESRCH;
}

/* The process of an unlocked file, if it is a daemon that takes no lock; else -ESRCH. */
static pid_t find_unlocked(int fd)
{
	pid_t pid = read_number(fd);
	char name[64], comm[32] = "";
	FILE *file;

	if (pid < 0 || pid == getpid() || pid == getppid())
		return -ESRCH;
	snprintf(name, sizeof(name), "/proc/%d/comm", pid);
	file = fopen(name, "re");
	if (!file)
		return -ESRCH;
	if (!fgets(comm, sizeof(comm), file))
		*comm = '\0';
	fclose(file);
	return strcmp(comm, "ksmbd.mountd\n") ? -ESRCH : pid;
}

/* Put @temporary in the place of a lock that nobody holds. -EAGAIN: look again */
static int replace_stale(const char *temporary, const char *name)
{
	int old = open_lock(name), ret = 0;

	if (old < 0)
		return old == -ENOENT ? -EAGAIN : old;
	/* Who holds the old one's lock is the only one to replace it. */
	if (!lock_is_free(old))
		ret = -EEXIST;
	else if (!is_current(old, name))
		ret = -EAGAIN;
	else if (find_unlocked(old) > 0)
		ret = -EEXIST;
	else if (rename(temporary, name))
		ret = -errno;
	close(old);
	return ret;
}

int runlock_take(const char *dir)
{
	char name[PATH_MAX], temporary[PATH_MAX];
	int fd, ret = lock_name(dir, "", name);

	if (!ret)
		ret = lock_name(dir, ".XXXXXX", temporary);
	if (ret)
		return ret;
	fd = make_file(temporary);
	if (fd < 0)
		return fd;
	do {
		if (!link(temporary, name)) {
			unlink(temporary);
			return fd;
		}
		ret = errno == EEXIST ? replace_stale(temporary, name) : -errno;
	} while (ret == -EAGAIN);
	if (!ret)
		return fd;
	unlink(temporary);
	close(fd);
	return ret;
}

void runlock_drop(const char *dir, int fd)
{
	char name[PATH_MAX];

	if (!lock_name(dir, "", name) && is_current(fd, name))
		unlink(name);
	close(fd);
}

pid_t runlock_pid(const char *dir)
{
	char name[PATH_MAX];
	int ret = lock_name(dir, "", name), fd;

	if (ret)
		return ret;
	fd = open_lock(name);
	if (fd < 0)
		return fd == -ENOENT ? -ESRCH : fd;
	if (!flock(fd, LOCK_SH | LOCK_NB))
		ret = find_unlocked(fd);
	else
		ret = errno == EWOULDBLOCK ? read_number(fd) : -errno;
	close(fd);
	return ret;
}

int runlock_signal(const char *dir, int number)
{
	pid_t pid = runlock_pid(dir);

	if (pid < 0)
		return pid;
	return kill(pid, number) ? -errno : 0;
}

int runlock_fifo(const char *dir, pid_t pid, char *name, size_t size)
{
	return snprintf(name, size, "%s/ksmbd.fifo.%d", dir, pid) >= (int)size ? -ENAMETOOLONG : 0;
}
