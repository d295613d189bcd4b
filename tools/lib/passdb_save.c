// SPDX-License-Identifier: GPL-2.0-or-later
#include "tools/lib/passdb.h"

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

#include "tools/lib/base64.h"

#define LINE_SIZE (PASSDB_NAME_MAX + 1 + BASE64_SIZE(PASSDB_HASH_SIZE) + 1)

int passdb_lock(const char *path)
{
	char name[PATH_MAX];
	int fd, ret;

	if (snprintf(name, sizeof(name), "%s.lock", path) >= (int)sizeof(name))
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

static int write_all(int fd, const char *data, size_t len)
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

static int write_users(int fd, const struct passdb *db)
{
	char line[LINE_SIZE + 1];
	int ret = 0;
	size_t i;

	for (i = 0; i < db->count && !ret; i++) {
		size_t len = strlen(db->users[i].name);

		memcpy(line, db->users[i].name, len);
		line[len++] = ':';
		len += base64_encode(db->users[i].hash, PASSDB_HASH_SIZE, line + len);
		line[len++] = '\n';
		ret = write_all(fd, line, len);
	}
	explicit_bzero(line, sizeof(line));
	return ret;
}

/* The new file gets the old one's owner and mode, as far as allowed. */
static int copy_identity(int fd, const char *path)
{
	struct stat st;

	if (stat(path, &st))
		return errno == ENOENT ? 0 : -errno;
	if (fchown(fd, st.st_uid, st.st_gid) && errno != EPERM)
		return -errno;
	return fchmod(fd, st.st_mode & 07777) ? -errno : 0;
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

int passdb_save(const struct passdb *db, const char *path)
{
	char temporary[PATH_MAX];
	int fd, ret;

	if (snprintf(temporary, sizeof(temporary), "%s.XXXXXX", path) >= (int)sizeof(temporary))
		return -ENAMETOOLONG;
	fd = mkostemp(temporary, O_CLOEXEC); /* mode 0600 */
	if (fd < 0)
		return -errno;
	ret = write_users(fd, db);
	if (!ret)
		ret = copy_identity(fd, path);
	if (!ret && fsync(fd))
		ret = -errno;
	if (close(fd) && !ret)
		ret = -errno;
	if (!ret && rename(temporary, path))
		ret = -errno;
	if (ret) {
		unlink(temporary);
		return ret;
	}
	return sync_directory(path);
}
