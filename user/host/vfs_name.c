// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * User host file system: names of open files: asking, removing, renaming, linking.
 *
 * Linux removes names, not inodes. So the present name is asked for, its directory opened
 * beneath the root, and the entry compared with the open file right before the call; when
 * somebody renamed meanwhile, all of it is tried again.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/slab.h>

#include "cred_host.h"
#include "vfs_host.h"

#define RENAME_TRIES 8

#ifndef RENAME_NOREPLACE
#define RENAME_NOREPLACE 1
#endif

/**
 * struct place - a directory entry that was verified to be a file
 * @name: relative to the root; @last points to its last component
 * @dir: O_PATH of the directory
 * @st: of the file
 */
struct place {
	char *name;
	const char *last;
	int dir;
	struct ksmbd_stat st;
};

static bool is_object(int dir, const char *name, const struct ksmbd_stat *st)
{
	struct ksmbd_stat now;

	return !ksmbd_vfs_stat(dir, name, AT_SYMLINK_NOFOLLOW, &now) && now.dev == st->dev &&
	       now.ino == st->ino;
}

static int remembered_name(struct ksmbd_file *file, char *buf, u32 size)
{
	int err = -ERANGE;

	pthread_mutex_lock(&file->lock);
	if (strlen(file->name) < size) {
		strcpy(buf, file->name);
		err = 0;
	}
	pthread_mutex_unlock(&file->lock);
	return err;
}

static void remember_name(struct ksmbd_file *file, const char *name)
{
	char *copy = strdup(name), *old;

	if (!copy)
		return; /* the old one will be found to be wrong */
	pthread_mutex_lock(&file->lock);
	old = file->name;
	file->name = copy;
	pthread_mutex_unlock(&file->lock);
	free(old);
}

/* Find and verify the present entry. @place->dir is to be closed, @place->name freed. */
static int find_place_once(struct ksmbd_file *file, struct ksmbd_root *root, struct place *place)
{
	int err;

	err = ksmbd_vfs_fd_name(file->fd, root, place->name, KSMBD_PATH_MAX);
	if (err == -EOPNOTSUPP)
		err = remembered_name(file, place->name, KSMBD_PATH_MAX);
	if (err)
		return err;
	if (!*place->name)
		return -EBUSY; /* the root has no name here */
	place->dir = ksmbd_vfs_parent(root, place->name, 0, &place->last);
	if (place->dir < 0)
		return place->dir == -ENOTDIR || place->dir == -ELOOP ? -ENOENT : place->dir;
	if (is_object(place->dir, place->last, &place->st))
		return 0;
	close(place->dir);
	return -ENOENT;
}

static int find_place(struct ksmbd_file *file, struct ksmbd_root *root, struct place *place)
{
	int tries, err;

	err = ksmbd_file_stat(file, &place->st);
	if (err)
		return err;
	place->name = kmalloc(KSMBD_PATH_MAX, GFP_KERNEL);
	if (!place->name)
		return -ENOMEM;
	for (tries = 0, err = -ENOENT; err == -ENOENT && tries < RENAME_TRIES; tries++) {
		err = find_place_once(file, root, place);
		if (err == -ENOENT && !ksmbd_file_stat(file, &place->st) && !place->st.nlink)
			break;
	}
	if (err)
		kfree(place->name);
	return err;
}

static void leave_place(struct place *place)
{
	close(place->dir);
	kfree(place->name);
}

int ksmbd_file_name(struct ksmbd_file *file, struct ksmbd_root *root, char *buf, u32 size)
{
	struct ksmbd_stat st;
	const char *last;
	int err, dir;

	err = ksmbd_vfs_fd_name(file->fd, root, buf, size);
	if (err != -EOPNOTSUPP)
		return err;
	err = remembered_name(file, buf, size);
	if (err || !*buf)
		return err;
	err = ksmbd_file_stat(file, &st);
	if (err)
		return err;
	dir = ksmbd_vfs_parent(root, buf, 0, &last);
	if (dir < 0)
		return -ENOENT;
	if (!is_object(dir, last, &st))
		err = -ENOENT;
	close(dir);
	return err;
}

int ksmbd_file_unlink(struct ksmbd_file *file, struct ksmbd_root *root)
{
	struct place place;
	int err, tries = 0;

	err = ksmbd_cred_check();
	if (err)
		return err;
	do {
		err = find_place(file, root, &place);
		if (err)
			return err;
		if (unlinkat(place.dir, place.last, file->dir ? AT_REMOVEDIR : 0))
			err = -errno;
		leave_place(&place);
	} while (err == -ENOENT && ++tries < RENAME_TRIES);
	return err == -EEXIST ? -ENOTEMPTY : err;
}

/* ---- renaming ---- */

static int sys_renameat2(int from_dir, const char *from, int to_dir, const char *to, u32 flags)
{
	if (ksmbd_vfs_lacks(KSMBD_DEGRADE_RENAMEAT2))
		return -EINVAL;
	return syscall(SYS_renameat2, from_dir, from, to_dir, to, flags) ? -errno : 0;
}

/*
 * Without RENAME_NOREPLACE: reserve the name with an empty object of the same kind, made
 * exclusively, and rename over that. (A second link and the removal of the first would leave
 * the open file without a name that the kernel can tell.)
 */
static int rename_reserved(const struct place *from, int to_dir, const char *to)
{
	bool dir = S_ISDIR(from->st.mode);
	int fd, err = 0;

	fd = dir ? mkdirat(to_dir, to, 0700) :
		   openat(to_dir, to, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	if (renameat(from->dir, from->last, to_dir, to)) {
		err = -errno;
		unlinkat(to_dir, to, dir ? AT_REMOVEDIR : 0);
	}
	if (!dir)
		close(fd);
	return err;
}

/* Give @from another name unless that is taken. */
static int rename_noreplace(const struct place *from, int to_dir, const char *to)
{
	int err = sys_renameat2(from->dir, from->last, to_dir, to, RENAME_NOREPLACE);

	/* -EINVAL also says that a directory would move into itself; so will the other way. */
	return err == -EINVAL || err == -ENOSYS ? rename_reserved(from, to_dir, to) : err;
}

/*
 * The target's spelling belongs to the file itself already: the same name, the same in
 * other case, or another hard link.
 */
static int rename_self(const struct place *from, int to_dir, const char *to)
{
	int err = rename_noreplace(from, to_dir, to);

	/* A caseless file system sees itself in the way; a hard link is really there. */
	if (err == -EEXIST && is_object(to_dir, to, &from->st) &&
	    (S_ISDIR(from->st.mode) || from->st.nlink == 1))
		err = renameat(from->dir, from->last, to_dir, to) ? -errno : 0;
	return err;
}

/* Replace the target under its spelling on disk in one step, then take the client's. */
static int rename_over(const struct place *from, const struct ksmbd_path *to, int to_dir,
		       const char *on_disk, const char *to_name)
{
	struct place now = *from;

	if (S_ISDIR(to->st.mode) || S_ISDIR(from->st.mode))
		return S_ISDIR(to->st.mode) ? -EISDIR : -EEXIST;
	if (renameat(from->dir, from->last, to_dir, on_disk))
		return -errno;
	if (strcmp(on_disk, to_name)) {
		now.dir = to_dir;
		now.last = on_disk;
		rename_noreplace(&now, to_dir, to_name); /* else it keeps the old spelling */
	}
	return 0;
}

static bool bad_component(const char *name)
{
	return !*name || !strcmp(name, ".") || !strcmp(name, "..") || strchr(name, '/');
}

static void note_rename(struct ksmbd_file *file, const struct ksmbd_path *to, const char *last)
{
	const char *slash = strrchr(to->name, '/');
	int dir_len = slash ? slash + 1 - to->name : 0;
	char *name = NULL;

	if (asprintf(&name, "%.*s%s", dir_len, to->name, last) >= 0) {
		remember_name(file, name);
		free(name);
	}
}

static bool same_dir(int a, int b)
{
	struct ksmbd_stat st;

	return !ksmbd_vfs_stat(a, "", AT_EMPTY_PATH, &st) && is_object(b, ".", &st);
}

static int rename_to(const struct place *from, const struct ksmbd_path *to, const char *new_last,
		     u32 flags)
{
	const char *on_disk;
	int dir, err;

	dir = ksmbd_vfs_parent(to->root, to->name, to->flags, &on_disk);
	if (dir < 0)
		return dir == -ENOENT ? -ENOTDIR : dir;
	if (!strcmp(from->last, new_last) && same_dir(from->dir, dir))
		err = 0; /* nothing changes */
	else if (to->fd < 0)
		err = rename_noreplace(from, dir, new_last);
	else if (to->st.dev == from->st.dev && to->st.ino == from->st.ino)
		err = rename_self(from, dir, new_last);
	else if (!(flags & KSMBD_RENAME_REPLACE))
		err = -EEXIST;
	else
		err = rename_over(from, to, dir, on_disk, new_last);
	close(dir);
	return err;
}

int ksmbd_file_rename(struct ksmbd_file *file, struct ksmbd_root *root, struct ksmbd_path *to,
		      const char *new_last, u32 flags)
{
	struct place from;
	int err, tries = 0;

	err = ksmbd_cred_check();
	if (err)
		return err;
	if (to->root->dev != root->dev || to->root->ino != root->ino)
		return -EXDEV;
	if (bad_component(new_last) || !*to->name)
		return -EINVAL;
	if (strlen(new_last) > KSMBD_NAME_MAX)
		return -ENAMETOOLONG;
	do {
		err = find_place(file, root, &from);
		if (err)
			return err;
		err = rename_to(&from, to, new_last, flags);
		leave_place(&from);
	} while (err == -ENOENT && ++tries < RENAME_TRIES);
	if (!err)
		note_rename(file, to, new_last);
	return err;
}

/* ---- linking ---- */

static int link_into(struct ksmbd_file *file, int dir, const char *name)
{
	char proc[PROC_PATH_SIZE];
	int ret;

	if (ksmbd_vfs_lacks(KSMBD_DEGRADE_PROC))
		ret = linkat(file->fd, "", dir, name, AT_EMPTY_PATH);
	else
		ret = linkat(AT_FDCWD, ksmbd_vfs_proc_path(file->fd, proc), dir, name,
			     AT_SYMLINK_FOLLOW);
	return ret ? -errno : 0;
}

/* link() never replaces: link under a name nobody has, then rename over the target. */
static int link_over(struct ksmbd_file *file, int dir, const char *name)
{
	char temp[40];
	u64 salt;
	int err;

	if (getrandom(&salt, sizeof(salt), 0) != sizeof(salt))
		return -EAGAIN;
	snprintf(temp, sizeof(temp), ".ksmbd-link-%016llx", (unsigned long long)salt);
	err = link_into(file, dir, temp);
	if (err)
		return err;
	if (renameat(dir, temp, dir, name))
		err = -errno;
	/* Between two names of one inode rename() does nothing and leaves both. */
	unlinkat(dir, temp, 0);
	return err;
}

int ksmbd_file_link(struct ksmbd_file *file, struct ksmbd_path *to, u32 flags)
{
	const char *last;
	int dir, err;

	err = ksmbd_cred_check();
	if (err)
		return err;
	if (file->dir)
		return -EISDIR;
	if (!*to->name)
		return -EEXIST;
	if (to->fd >= 0 && !(flags & KSMBD_RENAME_REPLACE))
		return -EEXIST;
	if (to->fd >= 0 && S_ISDIR(to->st.mode))
		return -EISDIR;
	dir = ksmbd_vfs_parent(to->root, to->name, to->flags, &last);
	if (dir < 0)
		return dir == -ENOENT ? -ENOTDIR : dir;
	err = to->fd >= 0 ? link_over(file, dir, last) : link_into(file, dir, last);
	close(dir);
	return err;
}
