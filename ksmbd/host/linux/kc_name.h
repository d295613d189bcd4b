/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Kernel compatibility: looking names up and changing them, vfs_*.c only.
 *
 * Changes come in pairs of start and end calls. start looks up, takes the locks of the
 * directories and references; end undoes that. The caller has write access to the mount.
 */
#ifndef KSMBD_HOST_LINUX_KC_NAME_H
#define KSMBD_HOST_LINUX_KC_NAME_H

#include "kc_vfs.h"

#include <linux/dcache.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/namei.h>

/* Exported long before a public header had it. */
int vfs_path_lookup(struct dentry *dentry, struct vfsmount *mnt, const char *name,
		    unsigned int flags, struct path *path);

/* ---- looking up ---- */

/** kc_lookup_one_unlocked() - one component; may be negative; the client needs search permission */
static inline struct dentry *kc_lookup_one_unlocked(const struct path *dir, const char *name,
						    u32 len)
{
#if defined(KC_LOOKUP_ONE_QSTR)
	return lookup_one_unlocked(mnt_idmap(dir->mnt), &(struct qstr)QSTR_INIT(name, len),
				   dir->dentry);
#elif defined(KC_LOOKUP_ONE_UNLOCKED)
	return lookup_one_unlocked(KC_IDMAP(dir->mnt) name, dir->dentry, len);
#else
	return lookup_one_len_unlocked(name, dir->dentry, len);
#endif
}

/** kc_lookup_one() - the same with the directory locked */
static inline struct dentry *kc_lookup_one(const struct path *dir, const char *name, u32 len)
{
#if defined(KC_LOOKUP_ONE_QSTR)
	return lookup_one(mnt_idmap(dir->mnt), &(struct qstr)QSTR_INIT(name, len), dir->dentry);
#elif defined(KC_LOOKUP_ONE)
	return lookup_one(KC_IDMAP(dir->mnt) name, dir->dentry, len);
#else
	return lookup_one_len(name, dir->dentry, len);
#endif
}

/** kc_follow_down() - go to the top of what is mounted here */
static inline int kc_follow_down(struct path *path)
{
#ifdef KC_FOLLOW_DOWN_FLAGS
	return follow_down(path, LOOKUP_AUTOMOUNT);
#else
	return follow_down(path);
#endif
}

/* ---- creating ---- */

/** kc_create_start() - lock @dir and look @name up; the result may be positive */
static inline struct dentry *kc_create_start(const struct path *dir, const char *name, u32 len)
{
#ifdef KC_START_DIROP
	return start_creating(mnt_idmap(dir->mnt), dir->dentry, &(struct qstr)QSTR_INIT(name, len));
#else
	struct dentry *dentry;

	inode_lock_nested(d_inode(dir->dentry), I_MUTEX_PARENT);
	dentry = kc_lookup_one(dir, name, len);
	if (IS_ERR(dentry))
		inode_unlock(d_inode(dir->dentry));
	return dentry;
#endif
}

static inline void kc_create_end(const struct path *dir, struct dentry *dentry)
{
#ifdef KC_START_DIROP
	end_creating(dentry);
#else
	dput(dentry);
	inode_unlock(d_inode(dir->dentry));
#endif
}

static inline int kc_create(const struct path *dir, struct dentry *dentry, umode_t mode,
			    kc_deleg_t *deleg)
{
#ifdef KC_CREATE_BY_DENTRY
	return vfs_create(KC_IDMAP(dir->mnt) dentry, mode, deleg);
#else
	return vfs_create(KC_IDMAP(dir->mnt) d_inode(dir->dentry), dentry, mode, true);
#endif
}

/** kc_mkdir() - make a directory; may exchange *@dentry; a failure includes kc_create_end() */
static inline int kc_mkdir(const struct path *dir, struct dentry **dentry, umode_t mode,
			   kc_deleg_t *deleg)
{
	struct inode *inode = d_inode(dir->dentry);
#if defined(KC_START_DIROP)
	*dentry = vfs_mkdir(KC_IDMAP(dir->mnt) inode, *dentry, mode, deleg);
	return PTR_ERR_OR_ZERO(*dentry);
#elif defined(KC_MKDIR_DENTRY)
	*dentry = vfs_mkdir(KC_IDMAP(dir->mnt) inode, *dentry, mode);
	if (IS_ERR(*dentry))
		inode_unlock(inode);
	return PTR_ERR_OR_ZERO(*dentry);
#else
	int err = vfs_mkdir(KC_IDMAP(dir->mnt) inode, *dentry, mode);

	if (err)
		kc_create_end(dir, *dentry);
	return err;
#endif
}

/* ---- removing ---- */

/**
 * kc_remove_start() - lock the directory @parent that holds @dentry
 * Return: 0 or -ESTALE: it does not hold it any more
 */
static inline int kc_remove_start(struct dentry *parent, struct dentry *dentry)
{
#ifdef KC_START_DIROP
	struct dentry *locked = start_removing_dentry(parent, dentry);

	return IS_ERR(locked) ? -ESTALE : 0;
#else
	inode_lock_nested(d_inode(parent), I_MUTEX_PARENT);
	if (!IS_DEADDIR(d_inode(parent)) && dentry->d_parent == parent && !d_unhashed(dentry) &&
	    d_is_positive(dentry)) {
		dget(dentry);
		return 0;
	}
	inode_unlock(d_inode(parent));
	return -ESTALE;
#endif
}

static inline void kc_remove_end(struct dentry *parent, struct dentry *dentry)
{
#ifdef KC_START_DIROP
	end_removing(dentry);
#else
	inode_unlock(d_inode(parent));
	dput(dentry);
#endif
}

static inline int kc_rmdir(const struct path *dir, struct dentry *dentry, kc_deleg_t *deleg)
{
#ifdef KC_DELEGATED_INODE
	return vfs_rmdir(KC_IDMAP(dir->mnt) d_inode(dir->dentry), dentry, deleg);
#else
	return vfs_rmdir(KC_IDMAP(dir->mnt) d_inode(dir->dentry), dentry);
#endif
}

/* ---- renaming ---- */

/**
 * struct kc_rename - a rename under way, directories locked
 * @old, @target: the entries
 */
struct kc_rename {
	struct dentry *old;
	struct dentry *target;
	struct dentry *old_dir;
	struct dentry *new_dir;
#ifdef KC_START_DIROP
	struct renamedata rd;
#endif
};

#ifndef KC_START_DIROP
static inline int kc_rename_lock(struct kc_rename *r, struct dentry **trap)
{
	for (;;) {
		r->old_dir = dget_parent(r->old);
		*trap = lock_rename(r->old_dir, r->new_dir);
		if (IS_ERR(*trap)) {
			dput(r->old_dir);
			return PTR_ERR(*trap);
		}
		if (r->old->d_parent == r->old_dir)
			return 0;
		unlock_rename(r->old_dir, r->new_dir);
		dput(r->old_dir);
	}
}
#endif

/**
 * kc_rename_start() - lock the directory of @from and @dir, look @name up in @dir
 * Return: 0; -ENOENT: @from has no name any more; -EINVAL: @dir is below @from;
 * -ENOTEMPTY: the target is above @from; or another negative errno
 */
static inline int kc_rename_start(struct kc_rename *r, struct dentry *from, const struct path *dir,
				  const char *name, u32 len)
{
	int err;
#ifdef KC_START_DIROP
	*r = (struct kc_rename){ .rd = { .mnt_idmap = mnt_idmap(dir->mnt),
					 .new_parent = dir->dentry } };
	err = start_renaming_dentry(&r->rd, 0, from, &(struct qstr)QSTR_INIT(name, len));
	if (err)
		return err == -EINVAL && d_unhashed(from) ? -ENOENT : err;
	r->old = r->rd.old_dentry;
	r->target = r->rd.new_dentry;
	r->old_dir = r->rd.old_parent;
	r->new_dir = dir->dentry;
	return 0;
#else
	struct dentry *trap;

	*r = (struct kc_rename){ .old = from, .new_dir = dir->dentry };
	err = kc_rename_lock(r, &trap);
	if (err)
		return err;
	r->target = d_unhashed(from) ? ERR_PTR(-ENOENT) : kc_lookup_one(dir, name, len);
	err = PTR_ERR_OR_ZERO(r->target);
	if (!err && from == trap)
		err = -EINVAL;
	if (!err && r->target == trap)
		err = -ENOTEMPTY;
	if (!err) {
		dget(from);
		return 0;
	}
	if (!IS_ERR(r->target))
		dput(r->target);
	unlock_rename(r->old_dir, r->new_dir);
	dput(r->old_dir);
	return err;
#endif
}

static inline int kc_rename(struct kc_rename *r, struct vfsmount *mnt, kc_deleg_t *deleg)
{
#if defined(KC_START_DIROP)
	r->rd.delegated_inode = deleg;
	return vfs_rename(&r->rd);
#elif defined(KC_RENAMEDATA)
	struct renamedata rd = {
#if defined(KC_RENAME_ONE_IDMAP)
		.mnt_idmap = mnt_idmap(mnt),
#elif defined(KC_RENAME_TWO_IDMAPS)
		.old_mnt_idmap = mnt_idmap(mnt),
		.new_mnt_idmap = mnt_idmap(mnt),
#elif defined(KC_RENAME_TWO_USERNS)
		.old_mnt_userns = mnt_user_ns(mnt),
		.new_mnt_userns = mnt_user_ns(mnt),
#endif
#if defined(KC_RENAME_PARENTS)
		.old_parent = r->old_dir,
		.new_parent = r->new_dir,
#else
		.old_dir = d_inode(r->old_dir),
		.new_dir = d_inode(r->new_dir),
#endif
		.old_dentry = r->old,
		.new_dentry = r->target,
		.delegated_inode = deleg,
	};

	return vfs_rename(&rd);
#else
	return vfs_rename(d_inode(r->old_dir), r->old, d_inode(r->new_dir), r->target, deleg, 0);
#endif
}

static inline void kc_rename_end(struct kc_rename *r)
{
#ifdef KC_START_DIROP
	end_renaming(&r->rd);
#else
	unlock_rename(r->old_dir, r->new_dir);
	dput(r->target);
	dput(r->old);
	dput(r->old_dir);
#endif
}

#endif
