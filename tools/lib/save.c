// SPDX-License-Identifier: GPL-2.0-or-later
#include "tools/lib/save.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* Where a symbolic link leads, relative to where it is. Return: 0, -EINVAL: @path is none */
static int follow_link(char path[PATH_MAX])
{
	char target[PATH_MAX], from[PATH_MAX];
	ssize_t len = readlink(path, target, sizeof(target) - 1);

	if (len < 0)
		return -errno;
	target[len] = '\0';
	memcpy(from, path, PATH_MAX);
	if (*target == '/')
		len = snprintf(path, PATH_MAX, "%s", target);
	else
		len = snprintf(path, PATH_MAX, "%s/%s", dirname(from), target);
	return len < PATH_MAX ? 0 : -ENAMETOOLONG;
}

/* The file that is meant: at the end of symbolic links, there or not. */
static int find_file(const char *path, char real[PATH_MAX])
{
	char at[PATH_MAX] = "";
	int ret;

	if (realpath(path, real))
		return 0;
	if (errno != ENOENT) /* links that lead in a circle as well */
		return -errno;
	if (snprintf(at, sizeof(at), "%s", path) >= (int)sizeof(at))
		return -ENAMETOOLONG;
	do {
		memcpy(real, at, PATH_MAX);
		ret = follow_link(at);
	} while (!ret);
	return ret == -EINVAL || ret == -ENOENT ? 0 : ret;
}

int save_lock(const char *path)
{
	char real[PATH_MAX], name[PATH_MAX];
	int ret = find_file(path, real), fd;

	if (ret)
		return ret;
	if (snprintf(name, sizeof(name), "%s.lock", real) >= (int)sizeof(name))
		return -ENAMETOOLONG;
	fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -errno;
	do {
		ret = flock(fd, LOCK_EX) ? -errno : 0;
	} while (ret == -EINTR);
	if (!ret)
		return fd;
	close(fd);
	return ret;
}

int save_write(int fd, const char *data, size_t len)
{
	while (len) {
		ssize_t put = write(fd, data, len);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -errno;
		data += put;
		len -= put;
	}
	return 0;
}

/* The new file gets the old one's owner and mode, as far as allowed. */
static int copy_identity(int fd, const char *path, mode_t mode)
{
	struct stat st;

	if (stat(path, &st)) {
		if (errno != ENOENT)
			return -errno;
	} else {
		mode = st.st_mode & 07777;
		if (fchown(fd, st.st_uid, st.st_gid) && errno != EPERM)
			return -errno;
	}
	return fchmod(fd, mode) ? -errno : 0;
}

static int sync_directory(const char *path)
{
	char name[PATH_MAX];
	int fd, ret;

	snprintf(name, sizeof(name), "%s", path);
	fd = open(dirname(name), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	ret = fsync(fd) ? -errno : 0;
	close(fd);
	return ret;
}

/*
 * There is one writer at a time: a file that is there already was left behind by one who was
 * killed. It may have passwords' hashes in it.
 */
static int create_temporary(const char *name)
{
	int fd;

	if (unlink(name) && errno != ENOENT)
		return -errno;
	fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	return fd < 0 ? -errno : fd;
}

int save_file(const char *path, mode_t mode, int (*write)(int fd, const void *arg), const void *arg)
{
	char real[PATH_MAX], temporary[PATH_MAX];
	int ret = find_file(path, real), fd;

	if (ret)
		return ret;
	if (snprintf(temporary, sizeof(temporary), "%s.saving", real) >= (int)sizeof(temporary))
		return -ENAMETOOLONG;
	fd = create_temporary(temporary);
	if (fd < 0)
		return fd;
	ret = write(fd, arg);
	if (!ret)
		ret = copy_identity(fd, real, mode);
	if (!ret && fsync(fd))
		ret = -errno;
	if (close(fd) && !ret)
		ret = -errno;
	if (!ret && rename(temporary, real))
		ret = -errno;
	if (ret) {
		unlink(temporary);
		return ret;
	}
	return sync_directory(real);
}
