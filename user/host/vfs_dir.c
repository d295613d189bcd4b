// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * User host file system: scanning directories.
 *
 * Each scan has a description of its own, so its position is its own too. Attributes are
 * asked for by name relative to that directory; a link that may be followed is resolved
 * beneath the share's root; ".." is looked for beneath it too, and is the root in the root.
 */
#include <dirent.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <linux/printk.h>
#include <linux/slab.h>

#include "cred_host.h"
#include "vfs_host.h"

#define DIR_BUFFER (32 * 1024)

/**
 * struct ksmbd_dirpos - owner: whoever opened the scan; one user at a time
 * @inside: it is the thread's working directory, during an iteration
 * @buf: entries read; [@at, @len) are not delivered yet
 */
struct ksmbd_dirpos {
	struct ksmbd_root *root;
	int fd;
	bool inside;
	u32 at;
	u32 len;
	char buf[DIR_BUFFER] __attribute__((aligned(8)));
};

static int open_listing(struct ksmbd_file *dir)
{
	int oflags = O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_CLOEXEC;
	int fd = ksmbd_vfs_reopen(dir->fd, oflags);

	if (fd != -EOPNOTSUPP)
		return fd;
	fd = openat(dir->fd, ".", oflags);
	return fd < 0 ? -errno : fd;
}

int ksmbd_dir_open(struct ksmbd_file *dir, struct ksmbd_dirpos **out)
{
	struct ksmbd_dirpos *pos;
	int err = ksmbd_cred_check();

	if (err)
		return err;
	if (!dir->dir)
		return -ENOTDIR;
	pos = kmalloc(sizeof(*pos), GFP_KERNEL);
	if (!pos)
		return -ENOMEM;
	pos->fd = open_listing(dir);
	if (pos->fd < 0) {
		err = pos->fd;
		kfree(pos);
		return err;
	}
	pos->root = ksmbd_root_get(dir->root);
	pos->inside = false;
	pos->at = 0;
	pos->len = 0;
	*out = pos;
	return 0;
}

void ksmbd_dir_close(struct ksmbd_dirpos *pos)
{
	if (!pos)
		return;
	close(pos->fd);
	ksmbd_root_put(pos->root);
	kfree(pos);
}

int ksmbd_dir_rewind(struct ksmbd_dirpos *pos)
{
	pos->at = 0;
	pos->len = 0;
	return lseek(pos->fd, 0, SEEK_SET) < 0 ? -errno : 0;
}

/* ---- attributes of entries ---- */

/* Attributes of an object named from the root, for what cannot be named from the directory. */
static int stat_beneath(const struct ksmbd_root *root, const char *name, u32 lookup,
			struct ksmbd_stat *st)
{
	int fd = ksmbd_vfs_beneath(root->fd, name, O_PATH, 0, lookup);
	int err;

	if (fd < 0)
		return fd;
	err = ksmbd_vfs_stat(fd, "", AT_EMPTY_PATH, st);
	close(fd);
	return err;
}

/* The directory above, but never one above the root: then the directory itself. */
static int stat_dotdot(struct ksmbd_dirpos *pos, struct ksmbd_stat *st)
{
	char *name, *slash;
	int err;

	err = ksmbd_vfs_stat(pos->fd, "", AT_EMPTY_PATH, st);
	if (err || (st->dev == pos->root->dev && st->ino == pos->root->ino))
		return err;
	name = kmalloc(KSMBD_PATH_MAX, GFP_KERNEL);
	if (!name)
		return -ENOMEM;
	if (!ksmbd_vfs_fd_name(pos->fd, pos->root, name, KSMBD_PATH_MAX) && *name) {
		slash = strrchr(name, '/');
		*(slash ? slash : name) = '\0';
		stat_beneath(pos->root, name, 0, st); /* fails: stays the directory itself */
	}
	kfree(name);
	return 0;
}

static int stat_link_target(struct ksmbd_dirpos *pos, const char *entry, struct ksmbd_stat *st)
{
	char *name;
	u32 len;
	int fd, err;

	fd = ksmbd_vfs_beneath(pos->fd, entry, O_PATH, 0, KSMBD_LOOKUP_FOLLOW);
	if (fd >= 0) {
		err = ksmbd_vfs_stat(fd, "", AT_EMPTY_PATH, st);
		close(fd);
		return err;
	}
	if (fd != -EXDEV)
		return fd;
	/* It leaves this directory; it may still stay beneath the root. */
	name = kmalloc(KSMBD_PATH_MAX + KSMBD_NAME_MAX + 2, GFP_KERNEL);
	if (!name)
		return -ENOMEM;
	err = ksmbd_vfs_fd_name(pos->fd, pos->root, name, KSMBD_PATH_MAX);
	if (!err) {
		len = strlen(name);
		snprintf(name + len, KSMBD_NAME_MAX + 2, "%s%s", len ? "/" : "", entry);
		err = stat_beneath(pos->root, name, KSMBD_LOOKUP_FOLLOW, st);
	}
	kfree(name);
	return err;
}

/* Return: 0, or -ENOENT when the entry is gone; else @ent->stat_ok tells. */
static int stat_entry(struct ksmbd_dirpos *pos, u32 flags, struct ksmbd_dirent *ent)
{
	int err;

	if (!strcmp(ent->name, ".."))
		err = stat_dotdot(pos, &ent->st);
	else
		err = ksmbd_vfs_stat(pos->fd, ent->name, AT_SYMLINK_NOFOLLOW | AT_STATX_DONT_SYNC,
				     &ent->st);
	if (err == -ENOENT)
		return err;
	if (!err && S_ISLNK(ent->st.mode) && (flags & KSMBD_DIR_FOLLOW))
		err = stat_link_target(pos, ent->name, &ent->st);
	ent->stat_ok = !err;
	return 0;
}

/*
 * There is no *at() call for extended attributes, and a walk through /proc takes more than
 * twice the time. So the thread gets a working directory of its own, and goes there. Not
 * the main thread: where that one is, is the process's affair.
 */
static bool enter_dir(struct ksmbd_dirpos *pos)
{
	static __thread int own; /* -1 refused, by a seccomp filter for instance */

	if (!own)
		own = gettid() == getpid() || unshare(CLONE_FS) ? -1 : 1;
	if (!pos->inside && own > 0)
		pos->inside = !fchdir(pos->fd);
	return pos->inside;
}

/* So that the directory can be removed and its file system unmounted. */
static void leave_dir(struct ksmbd_dirpos *pos)
{
	if (pos->inside && chdir("/"))
		pr_debug("ksmbd: a thread stays in a directory: %d\n", -errno);
	pos->inside = false;
}

s64 ksmbd_dirent_getxattr(const struct ksmbd_dirent *ent, const char *name, void *buf, u32 size)
{
	struct ksmbd_dirpos *pos = (struct ksmbd_dirpos *)ent->host; /* ours: never const */
	char path[PROC_PATH_SIZE + KSMBD_NAME_MAX + 2];
	char dir[PROC_PATH_SIZE];
	ssize_t n;

	if (ksmbd_vfs_lacks(KSMBD_DEGRADE_PROC))
		return -EOPNOTSUPP;
	if (!strcmp(ent->name, "..")) /* may be outside of the share */
		return -ENODATA;
	if (enter_dir(pos)) {
		n = lgetxattr(ent->name, name, buf, size);
	} else {
		snprintf(path, sizeof(path), "%s/%s", ksmbd_vfs_proc_path(pos->fd, dir), ent->name);
		n = lgetxattr(path, name, buf, size);
	}
	return n < 0 ? -errno : n;
}

/* ---- delivery ---- */

/* Return: 1 there are entries in the buffer, 0 the end, or a negative errno. */
static int fill_buffer(struct ksmbd_dirpos *pos)
{
	ssize_t n;

	if (pos->at < pos->len)
		return 1;
	pos->at = 0;
	pos->len = 0;
	n = getdents64(pos->fd, pos->buf, sizeof(pos->buf));
	if (n < 0)
		return errno == ENOENT ? 0 : -errno; /* a removed directory is empty */
	pos->len = n;
	return n > 0;
}

static int iterate(struct ksmbd_dirpos *pos, u32 flags,
		   bool (*want)(void *ctx, const char *name, u32 len), ksmbd_dirent_fn fn,
		   void *ctx)
{
	const struct dirent64 *d;
	struct ksmbd_dirent ent;
	int more;

	while ((more = fill_buffer(pos)) > 0) {
		d = (const struct dirent64 *)(pos->buf + pos->at);
		ent.name = d->d_name;
		ent.name_len = strlen(d->d_name);
		ent.stat_ok = false;
		ent.host = pos;
		if ((!want || want(ctx, ent.name, ent.name_len)) &&
		    (!(flags & KSMBD_DIR_STAT) || stat_entry(pos, flags, &ent) != -ENOENT) &&
		    !fn(ctx, &ent))
			return 1;
		pos->at += d->d_reclen;
	}
	return more;
}

int ksmbd_dir_iterate(struct ksmbd_dirpos *pos, u32 flags,
		      bool (*want)(void *ctx, const char *name, u32 len), ksmbd_dirent_fn fn,
		      void *ctx)
{
	int ret = flags & KSMBD_DIR_STAT ? ksmbd_cred_check() : 0;

	if (ret)
		return ret;
	ret = iterate(pos, flags, want, fn, ctx);
	leave_dir(pos);
	return ret;
}

static bool note_real_entry(void *ctx, const struct ksmbd_dirent *ent)
{
	return !strcmp(ent->name, ".") || !strcmp(ent->name, "..");
}

int ksmbd_dir_is_empty(struct ksmbd_file *dir)
{
	struct ksmbd_dirpos *pos;
	int ret;

	ret = ksmbd_dir_open(dir, &pos);
	if (ret)
		return ret;
	ret = ksmbd_dir_iterate(pos, 0, NULL, note_real_entry, NULL);
	ksmbd_dir_close(pos);
	return ret < 0 ? ret : !ret;
}
