// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * User host file system: reading all names of a directory.
 */
#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <linux/slab.h>

#include "vfs_host.h"

#define SCAN_BUFFER (64 * 1024)

static bool is_dots(const char *name)
{
	return name[0] == '.' && (!name[1] || (name[1] == '.' && !name[2]));
}

static int scan_fd(int fd, char *buf, ksmbd_vfs_name_fn fn, void *ctx)
{
	const struct dirent64 *d;
	ssize_t n, at;

	while ((n = getdents64(fd, buf, SCAN_BUFFER)) > 0) {
		for (at = 0; at < n; at += d->d_reclen) {
			d = (const struct dirent64 *)(buf + at);
			if (!is_dots(d->d_name) && !fn(ctx, d->d_name, strlen(d->d_name)))
				return 1;
		}
	}
	return n < 0 && errno != ENOENT ? -errno : 0; /* a removed directory is empty */
}

int ksmbd_vfs_scan(int dirfd, ksmbd_vfs_name_fn fn, void *ctx)
{
	int fd, ret;
	char *buf;

	fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	buf = kmalloc(SCAN_BUFFER, GFP_KERNEL);
	ret = buf ? scan_fd(fd, buf, fn, ctx) : -ENOMEM;
	kfree(buf);
	close(fd);
	return ret;
}
