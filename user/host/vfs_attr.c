// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * User host file system: attributes, access, extended attributes, file system figures.
 *
 * Most of these system calls refuse an O_PATH descriptor; then /proc/self/fd/N names the
 * same inode for their path variants.
 */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <linux/array_size.h>
#include <linux/limits.h>

#include "cred_host.h"
#include "vfs_host.h"

#ifndef SYS_faccessat2
#define SYS_faccessat2 439
#endif

int ksmbd_file_stat(struct ksmbd_file *file, struct ksmbd_stat *st)
{
	return ksmbd_vfs_stat(file->fd, "", AT_EMPTY_PATH, st);
}

/* ---- setting ---- */

/* A path that means this very inode, or NULL where there is none. */
static const char *inode_path(struct ksmbd_file *file, char buf[PROC_PATH_SIZE])
{
	if (ksmbd_vfs_lacks(KSMBD_DEGRADE_PROC))
		return NULL;
	return ksmbd_vfs_proc_path(file->fd, buf);
}

static int set_mode(struct ksmbd_file *file, u32 mode)
{
	char buf[PROC_PATH_SIZE];
	const char *path;

	if (!file->path_only)
		return fchmod(file->fd, mode & 07777) ? -errno : 0;
	path = inode_path(file, buf);
	if (!path)
		return -EOPNOTSUPP;
	return chmod(path, mode & 07777) ? -errno : 0;
}

static int set_times(struct ksmbd_file *file, const struct ksmbd_setattr *attr)
{
	struct timespec ts[2] = { { .tv_nsec = UTIME_OMIT }, { .tv_nsec = UTIME_OMIT } };
	char buf[PROC_PATH_SIZE];
	const char *path;

	if (attr->valid & KSMBD_SETATTR_ATIME) {
		ts[0].tv_sec = attr->atime.tv_sec;
		ts[0].tv_nsec = attr->atime.tv_nsec;
	}
	if (attr->valid & KSMBD_SETATTR_MTIME) {
		ts[1].tv_sec = attr->mtime.tv_sec;
		ts[1].tv_nsec = attr->mtime.tv_nsec;
	}
	if (!file->path_only)
		return futimens(file->fd, ts) ? -errno : 0;
	path = inode_path(file, buf);
	if (!path)
		return utimensat(file->fd, "", ts, AT_EMPTY_PATH) ? -errno : 0;
	return utimensat(AT_FDCWD, path, ts, 0) ? -errno : 0;
}

int ksmbd_file_setattr(struct ksmbd_file *file, const struct ksmbd_setattr *attr)
{
	u32 uid = attr->valid & KSMBD_SETATTR_UID ? attr->uid : U32_MAX;
	u32 gid = attr->valid & KSMBD_SETATTR_GID ? attr->gid : U32_MAX;
	int err = ksmbd_cred_check();

	if (err)
		return err;
	/* The owner first: a change of it clears bits of the mode. */
	if ((attr->valid & KSMBD_SETATTR_UID && uid == U32_MAX) ||
	    (attr->valid & KSMBD_SETATTR_GID && gid == U32_MAX))
		return -EINVAL;
	if (attr->valid & (KSMBD_SETATTR_UID | KSMBD_SETATTR_GID) &&
	    fchownat(file->fd, "", uid, gid, AT_EMPTY_PATH))
		return -errno;
	if (attr->valid & KSMBD_SETATTR_MODE)
		err = set_mode(file, attr->mode);
	if (!err && attr->valid & (KSMBD_SETATTR_ATIME | KSMBD_SETATTR_MTIME))
		err = set_times(file, attr);
	return err;
}

/* ---- access ---- */

/*
 * Before Linux 5.8 there is no check by effective ids on a descriptor; then the mode bits
 * decide. They know no ACL: what they grant wrongly the operation itself still refuses.
 */
static int access_by_mode(int fd, u32 mask)
{
	const struct ksmbd_cred *cred = ksmbd_cred_current();
	bool switching = ksmbd_cred_switching();
	struct ksmbd_stat st;
	u32 uid, bits;
	int err;

	err = ksmbd_vfs_stat(fd, "", AT_EMPTY_PATH, &st);
	if (err)
		return err;
	uid = switching ? ksmbd_cred_uid(cred) : geteuid();
	bits = st.mode & 7;
	if (st.uid == uid)
		bits = st.mode >> 6 & 7;
	else if (switching ? ksmbd_cred_has_group(cred, st.gid) : group_member(st.gid))
		bits = st.mode >> 3 & 7;
	if (uid == 0)
		bits = S_ISDIR(st.mode) || (st.mode & 0111) ? 7 : 6;
	return mask & ~bits & 7 ? -EACCES : 0;
}

static int check_access(int fd, u32 mask)
{
	/* KSMBD_MAY_* have the values of R_OK, W_OK and X_OK. */
	if (ksmbd_vfs_lacks(KSMBD_DEGRADE_FACCESSAT2))
		return access_by_mode(fd, mask);
	if (!syscall(SYS_faccessat2, fd, "", mask & 7, AT_EACCESS | AT_EMPTY_PATH))
		return 0;
	if (errno != ENOSYS && errno != EPERM)
		return -errno;
	ksmbd_vfs_note_lack(KSMBD_DEGRADE_FACCESSAT2);
	return access_by_mode(fd, mask);
}

int ksmbd_path_access(struct ksmbd_path *path, u32 mask)
{
	int err = ksmbd_cred_check();

	if (err)
		return err;
	return path->fd < 0 ? -ENOENT : check_access(path->fd, mask);
}

/* The directory of @path, opened once for all askers. */
static int parent_fd(struct ksmbd_path *path)
{
	int fd = __atomic_load_n(&path->parent_fd, __ATOMIC_ACQUIRE);
	int none = -1;

	if (fd >= 0)
		return fd;
	fd = ksmbd_vfs_parent(path->root, path->name, path->flags, NULL);
	if (fd >= 0 && !__atomic_compare_exchange_n(&path->parent_fd, &none, fd, false,
						    __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
		close(fd);
		fd = none;
	}
	return fd;
}

int ksmbd_path_parent_access(struct ksmbd_path *path, u32 mask)
{
	int fd = ksmbd_cred_check();

	if (fd)
		return fd;
	fd = parent_fd(path);
	return fd < 0 ? fd : check_access(fd, mask);
}

int ksmbd_path_parent_stat(struct ksmbd_path *path, struct ksmbd_stat *st)
{
	int fd = parent_fd(path);

	return fd < 0 ? fd : ksmbd_vfs_stat(fd, "", AT_EMPTY_PATH, st);
}

/* ---- extended attributes ---- */

s64 ksmbd_file_getxattr(struct ksmbd_file *file, const char *name, void *buf, u32 size)
{
	char proc[PROC_PATH_SIZE];
	const char *path;
	ssize_t n = ksmbd_cred_check();

	if (n)
		return n;
	if (!file->path_only) {
		n = fgetxattr(file->fd, name, buf, size);
	} else {
		path = inode_path(file, proc);
		if (!path)
			return -EOPNOTSUPP;
		n = getxattr(path, name, buf, size);
	}
	return n < 0 ? -errno : n;
}

int ksmbd_file_setxattr(struct ksmbd_file *file, const char *name, const void *buf, u32 size)
{
	char proc[PROC_PATH_SIZE];
	const char *path;
	int ret = ksmbd_cred_check();

	if (ret)
		return ret;
	if (!file->path_only) {
		ret = fsetxattr(file->fd, name, buf, size, 0);
	} else {
		path = inode_path(file, proc);
		if (!path)
			return -EOPNOTSUPP;
		ret = setxattr(path, name, buf, size, 0);
	}
	return ret ? -errno : 0;
}

int ksmbd_file_removexattr(struct ksmbd_file *file, const char *name)
{
	char proc[PROC_PATH_SIZE];
	const char *path;
	int ret = ksmbd_cred_check();

	if (ret)
		return ret;
	if (!file->path_only) {
		ret = fremovexattr(file->fd, name);
	} else {
		path = inode_path(file, proc);
		if (!path)
			return -EOPNOTSUPP;
		ret = removexattr(path, name);
	}
	return ret ? -errno : 0;
}

s64 ksmbd_file_listxattr(struct ksmbd_file *file, char *buf, u32 size)
{
	char proc[PROC_PATH_SIZE];
	const char *path;
	ssize_t n = ksmbd_cred_check();

	if (n)
		return n;
	if (!file->path_only) {
		n = flistxattr(file->fd, buf, size);
	} else {
		path = inode_path(file, proc);
		if (!path)
			return -EOPNOTSUPP;
		n = listxattr(path, buf, size);
	}
	return n < 0 ? -errno : n;
}

/* ---- file system ---- */

/* Magic numbers of file systems without holes. */
static const u32 solid_fs[] = {
	0x4d44,	    /* vfat, msdos */
	0x2011bab0, /* exfat */
	0x4244,	    /* hfs */
	0x482b,	    /* hfsplus */
	0x9660,	    /* iso9660 */
	0x15013346, /* udf */
};

int ksmbd_file_statfs(struct ksmbd_file *file, struct ksmbd_statfs *st)
{
	struct statfs fs;
	u32 i;

	if (fstatfs(file->fd, &fs))
		return -errno;
	memset(st, 0, sizeof(*st));
	st->block_size = fs.f_frsize ? fs.f_frsize : fs.f_bsize;
	st->blocks = fs.f_blocks;
	st->blocks_free = fs.f_bfree;
	st->blocks_avail = fs.f_bavail;
	st->name_max = fs.f_namelen;
	memcpy(&st->fsid, &fs.f_fsid, sizeof(st->fsid));
	st->read_only = fs.f_flags & ST_RDONLY;
	st->sparse = true;
	for (i = 0; i < ARRAY_SIZE(solid_fs); i++)
		if ((u32)fs.f_type == solid_fs[i])
			st->sparse = false;
	return 0;
}
