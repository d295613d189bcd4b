// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * User host file system: opening and creating.
 *
 * A positive path holds its inode by an O_PATH descriptor; /proc/self/fd/N opens that very
 * inode, whatever its name stands for by now. Kind is checked before, on the descriptor, so
 * that nothing but regular files and directories is ever really opened.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <linux/slab.h>

#include "cred_host.h"
#include "vfs_host.h"

#define OPEN_ALWAYS (O_NONBLOCK | O_NOCTTY | O_CLOEXEC)

int ksmbd_file_fd(const struct ksmbd_file *file)
{
	return file->fd;
}

bool ksmbd_file_is_dir(const struct ksmbd_file *file)
{
	return file->dir;
}

static int open_flags(u32 flags, bool dir)
{
	int acc = O_RDONLY;

	if (dir)
		return O_RDONLY | O_DIRECTORY | OPEN_ALWAYS;
	if (flags & (KSMBD_OPEN_WRITE | KSMBD_OPEN_TRUNC))
		acc = flags & KSMBD_OPEN_READ ? O_RDWR : O_WRONLY;
	if (flags & KSMBD_OPEN_TRUNC)
		acc |= O_TRUNC;
	return acc | OPEN_ALWAYS;
}

int ksmbd_vfs_reopen(int fd, int oflags)
{
	char proc[PROC_PATH_SIZE];
	int ret;

	if (ksmbd_vfs_lacks(KSMBD_DEGRADE_PROC))
		return -EOPNOTSUPP;
	ret = open(ksmbd_vfs_proc_path(fd, proc), oflags | OPEN_ALWAYS);
	return ret < 0 ? -errno : ret;
}

/* Without /proc: by name again; only the same inode will do, and only then is it truncated. */
static int open_by_name(const struct ksmbd_path *path, int oflags)
{
	struct ksmbd_stat st;
	int fd, err;

	fd = ksmbd_vfs_beneath(path->root->fd, path->name, oflags & ~O_TRUNC, 0, path->flags);
	if (fd < 0)
		return fd == -ENXIO ? -EOPNOTSUPP : fd;
	err = ksmbd_vfs_stat(fd, "", AT_EMPTY_PATH, &st);
	if (!err && (st.dev != path->st.dev || st.ino != path->st.ino))
		err = -ESTALE;
	if (!err && (oflags & O_TRUNC) && ftruncate(fd, 0))
		err = -errno;
	if (!err)
		return fd;
	close(fd);
	return err;
}

/* Takes @fd, also when it fails. */
static int make_file(const struct ksmbd_path *path, int fd, bool dir, bool path_only,
		     struct ksmbd_file **out)
{
	struct ksmbd_file *file = kzalloc(sizeof(*file), GFP_KERNEL);

	if (file)
		file->name = strdup(path->name);
	if (!file || !file->name) {
		kfree(file);
		close(fd);
		return -ENOMEM;
	}
	refcount_set(&file->refs, 1);
	file->root = ksmbd_root_get(path->root);
	file->fd = fd;
	file->dir = dir;
	file->path_only = path_only;
	pthread_mutex_init(&file->lock, NULL);
	*out = file;
	return 0;
}

int ksmbd_file_open(struct ksmbd_path *path, u32 flags, struct ksmbd_file **file)
{
	bool dir = S_ISDIR(path->st.mode);
	int err = ksmbd_cred_check();
	int fd, oflags;

	if (err)
		return err;
	if (path->fd < 0)
		return -ENOENT;
	if (!dir && !S_ISREG(path->st.mode))
		return -EOPNOTSUPP;
	if (dir && (flags & (KSMBD_OPEN_WRITE | KSMBD_OPEN_TRUNC)))
		return -EISDIR;
	if (!flags) {
		fd = fcntl(path->fd, F_DUPFD_CLOEXEC, 0);
		return fd < 0 ? -errno : make_file(path, fd, dir, true, file);
	}
	oflags = open_flags(flags, dir);
	fd = ksmbd_vfs_reopen(path->fd, oflags);
	if (fd == -EOPNOTSUPP && ksmbd_vfs_lacks(KSMBD_DEGRADE_PROC))
		fd = open_by_name(path, oflags);
	return fd < 0 ? fd : make_file(path, fd, dir, false, file);
}

static int create_regular(const struct ksmbd_path *path, u32 mode, u32 flags)
{
	int oflags = open_flags(flags & ~KSMBD_OPEN_TRUNC, false) | O_CREAT | O_EXCL | O_NOFOLLOW;
	int fd;

	/* From the root: a parent that was moved out of the share since is not written to. */
	fd = ksmbd_vfs_beneath(path->root->fd, path->name, oflags, mode & 07777, path->flags);
	/* O_CREAT calls a link in the place of the new name a loop. */
	return fd == -ELOOP && !(path->flags & KSMBD_LOOKUP_FOLLOW) ? -EEXIST : fd;
}

static int create_directory(const struct ksmbd_path *path, u32 mode, u32 flags)
{
	int parent, fd;
	const char *last;

	parent = ksmbd_vfs_parent(path->root, path->name, path->flags, &last);
	if (parent < 0)
		return parent;
	if (mkdirat(parent, last, mode & 07777)) {
		fd = -errno;
	} else {
		fd = openat(parent, last,
			    (flags ? O_RDONLY | OPEN_ALWAYS : O_PATH | O_CLOEXEC) | O_DIRECTORY |
				    O_NOFOLLOW);
		if (fd < 0) {
			fd = -errno;
			unlinkat(parent, last, AT_REMOVEDIR);
		}
	}
	close(parent);
	return fd;
}

int ksmbd_file_create(struct ksmbd_path *path, u32 mode, u32 flags, struct ksmbd_file **file)
{
	bool dir = S_ISDIR(mode);
	int err = ksmbd_cred_check();
	int fd;

	if (err)
		return err;
	if (path->fd >= 0)
		return -EEXIST;
	if (!dir && (mode & S_IFMT) && !S_ISREG(mode))
		return -EOPNOTSUPP;
	if (dir && (flags & (KSMBD_OPEN_WRITE | KSMBD_OPEN_TRUNC)))
		return -EISDIR;
	fd = dir ? create_directory(path, mode, flags) : create_regular(path, mode, flags);
	if (fd == -ENOENT)
		fd = -ENOTDIR; /* the parent went away */
	return fd < 0 ? fd : make_file(path, fd, dir, dir && !flags, file);
}

struct ksmbd_file *ksmbd_file_get(struct ksmbd_file *file)
{
	refcount_inc(&file->refs);
	return file;
}

void ksmbd_file_put(struct ksmbd_file *file)
{
	if (!file || !refcount_dec_and_test(&file->refs))
		return;
	close(file->fd);
	ksmbd_root_put(file->root);
	pthread_mutex_destroy(&file->lock);
	free(file->name);
	kfree(file);
}
