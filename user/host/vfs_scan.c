// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * User host file system: the one caseless scan of a directory that a lookup may make.
 */
#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <linux/slab.h>

#include "name/case.h"
#include "vfs_host.h"

#define SCAN_BUFFER (64 * 1024)

static bool matches(const struct dirent64 *d, const char *comp, u32 len, char *found)
{
	u32 name_len = strlen(d->d_name);

	if (d->d_name[0] == '.' && (name_len == 1 || (name_len == 2 && d->d_name[1] == '.')))
		return false;
	if (name_len > KSMBD_NAME_MAX || !ksmbd_name_equal_caseless(d->d_name, name_len, comp, len))
		return false;
	memcpy(found, d->d_name, name_len + 1);
	return true;
}

int ksmbd_vfs_match(int dirfd, const char *comp, u32 len, char found[KSMBD_NAME_MAX + 1])
{
	const struct dirent64 *d;
	int fd, err = -ENOENT;
	ssize_t n, at;
	char *buf;

	fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return errno == EACCES ? -ENOENT : -errno;
	buf = kmalloc(SCAN_BUFFER, GFP_KERNEL);
	if (!buf) {
		close(fd);
		return -ENOMEM;
	}
	while ((n = getdents64(fd, buf, SCAN_BUFFER)) > 0) {
		for (at = 0; at < n; at += d->d_reclen) {
			d = (const struct dirent64 *)(buf + at);
			if (matches(d, comp, len, found)) {
				err = 0;
				goto out;
			}
		}
	}
	if (n < 0 && errno != ENOENT)
		err = -errno;
out:
	kfree(buf);
	close(fd);
	return err;
}
