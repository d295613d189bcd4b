// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Kernel host file system: attributes, access, extended attributes, file system figures.
 *
 * All by path, so files that were opened for their attributes only need nothing special.
 * Ids are what the mount shows, which is not what an idmapped one stores.
 */
#include "kc_io.h"

#include <linux/limits.h>
#include <linux/statfs.h>
#include <linux/string.h>

#include "vfs_linux.h"

int ksmbd_file_stat(struct ksmbd_file *file, struct ksmbd_stat *st)
{
	return ksmbd_vfs_stat(&file->path, st);
}

/* ---- setting ---- */

/* @want holds the new values and which; the rest follows from what the inode is by then. */
static int change_attr(const struct path *path, const struct iattr *want)
{
	struct inode *inode = d_inode(path->dentry);
	kc_deleg_t deleg = KC_DELEG_NONE;
	struct iattr attr;
	int err;

	do {
		attr = *want;
		inode_lock(inode);
		/* A new owner must not get the old one's set-id program. */
		if ((attr.ia_valid & (ATTR_UID | ATTR_GID)) && !S_ISDIR(inode->i_mode))
			attr.ia_valid |= ATTR_KILL_SUID | ATTR_KILL_PRIV | kc_kill_sgid(path);
		if (attr.ia_valid & ATTR_MODE)
			attr.ia_mode |= inode->i_mode & ~S_IALLUGO;
		err = kc_notify_change(path, &attr, &deleg);
		inode_unlock(inode);
	} while (kc_deleg_again(&deleg, &err));
	return err;
}

static int set_owner(const struct path *path, const struct ksmbd_setattr *attr)
{
	struct iattr want = { .ia_valid = ATTR_CTIME };

	if ((attr->valid & KSMBD_SETATTR_UID) && !kc_set_uid(path, &want, attr->uid))
		return -EINVAL;
	if ((attr->valid & KSMBD_SETATTR_GID) && !kc_set_gid(path, &want, attr->gid))
		return -EINVAL;
	return want.ia_valid == ATTR_CTIME ? 0 : change_attr(path, &want);
}

static int set_mode_times(const struct path *path, const struct ksmbd_setattr *attr)
{
	struct iattr want = { .ia_valid = ATTR_CTIME };

	if (attr->valid & KSMBD_SETATTR_MODE) {
		want.ia_valid |= ATTR_MODE;
		want.ia_mode = attr->mode & S_IALLUGO;
	}
	if (attr->valid & KSMBD_SETATTR_ATIME) {
		want.ia_valid |= ATTR_ATIME | ATTR_ATIME_SET | ATTR_TIMES_SET;
		want.ia_atime = attr->atime;
	}
	if (attr->valid & KSMBD_SETATTR_MTIME) {
		want.ia_valid |= ATTR_MTIME | ATTR_MTIME_SET | ATTR_TIMES_SET;
		want.ia_mtime = attr->mtime;
	}
	return want.ia_valid == ATTR_CTIME ? 0 : change_attr(path, &want);
}

static bool time_ok(const struct ksmbd_setattr *attr, u32 which, const struct timespec64 *time)
{
	return !(attr->valid & which) || (time->tv_nsec >= 0 && time->tv_nsec < NSEC_PER_SEC);
}

int ksmbd_file_setattr(struct ksmbd_file *file, const struct ksmbd_setattr *attr)
{
	int err = ksmbd_cred_check();

	if (err)
		return err;
	if (!time_ok(attr, KSMBD_SETATTR_ATIME, &attr->atime) ||
	    !time_ok(attr, KSMBD_SETATTR_MTIME, &attr->mtime))
		return -EINVAL;
	err = mnt_want_write(file->path.mnt);
	if (err)
		return err;
	/* The owner first: a change of it clears bits of the mode. */
	err = set_owner(&file->path, attr) ?: set_mode_times(&file->path, attr);
	mnt_drop_write(file->path.mnt);
	return err;
}

/* ---- access ---- */

/* As faccessat(2) with the effective ids. KSMBD_MAY_* have the values of MAY_*. */
static int check_access(const struct path *path, u32 mask)
{
	struct inode *inode = d_inode(path->dentry);
	int err;

	mask &= MAY_READ | MAY_WRITE | MAY_EXEC;
	if ((mask & MAY_EXEC) && S_ISREG(inode->i_mode) && (path->mnt->mnt_flags & MNT_NOEXEC))
		return -EACCES;
	err = kc_inode_permission(path, mask | MAY_ACCESS);
	if (!err && (mask & MAY_WRITE) && __mnt_is_readonly(path->mnt))
		err = -EROFS;
	return err;
}

int ksmbd_path_access(struct ksmbd_path *path, u32 mask)
{
	int err = ksmbd_cred_check();

	if (err)
		return err;
	return path->path.dentry ? check_access(&path->path, mask) : -ENOENT;
}

int ksmbd_path_parent_access(struct ksmbd_path *path, u32 mask)
{
	return ksmbd_cred_check() ?: check_access(&path->parent, mask);
}

int ksmbd_path_parent_stat(struct ksmbd_path *path, struct ksmbd_stat *st)
{
	return ksmbd_vfs_stat(&path->parent, st);
}

/* ---- extended attributes ---- */

/*
 * What the system calls check before they get to the VFS. POSIX ACLs have had calls of their
 * own since 6.2, and are stored for another mapping of ids than ours: nobody asks for them.
 */
static int check_name(const char *name)
{
	size_t len = strlen(name);

	if (!len || len > XATTR_NAME_MAX)
		return -ERANGE;
	return !strncmp(name, "system.posix_acl_", 17) ? -EOPNOTSUPP : 0;
}

s64 ksmbd_file_getxattr(struct ksmbd_file *file, const char *name, void *buf, u32 size)
{
	int err = ksmbd_cred_check() ?: check_name(name);

	return err ?: kc_getxattr(&file->path, name, size ? buf : NULL, size);
}

int ksmbd_file_setxattr(struct ksmbd_file *file, const char *name, const void *buf, u32 size)
{
	int err = ksmbd_cred_check() ?: check_name(name);

	if (err)
		return err;
	if (size > XATTR_SIZE_MAX)
		return -E2BIG;
	err = mnt_want_write(file->path.mnt);
	if (err)
		return err;
	err = kc_setxattr(&file->path, name, buf, size);
	mnt_drop_write(file->path.mnt);
	return err;
}

int ksmbd_file_removexattr(struct ksmbd_file *file, const char *name)
{
	int err = ksmbd_cred_check() ?: check_name(name);

	err = err ?: mnt_want_write(file->path.mnt);
	if (err)
		return err;
	err = kc_removexattr(&file->path, name);
	mnt_drop_write(file->path.mnt);
	return err;
}

s64 ksmbd_file_listxattr(struct ksmbd_file *file, char *buf, u32 size)
{
	int err = ksmbd_cred_check();

	return err ?: vfs_listxattr(file->path.dentry, size ? buf : NULL, size);
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
	struct kstatfs fs;
	int err = vfs_statfs(&file->path, &fs);
	u32 i;

	if (err)
		return err;
	memset(st, 0, sizeof(*st));
	st->block_size = fs.f_frsize ? fs.f_frsize : fs.f_bsize;
	st->blocks = fs.f_blocks;
	st->blocks_free = fs.f_bfree;
	st->blocks_avail = fs.f_bavail;
	st->name_max = fs.f_namelen;
	BUILD_BUG_ON(sizeof(fs.f_fsid) != sizeof(st->fsid));
	memcpy(&st->fsid, &fs.f_fsid, sizeof(st->fsid));
	st->read_only = fs.f_flags & ST_RDONLY;
	st->sparse = true;
	for (i = 0; i < ARRAY_SIZE(solid_fs); i++)
		if ((u32)fs.f_type == solid_fs[i])
			st->sparse = false;
	return 0;
}
