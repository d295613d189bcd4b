/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Kernel compatibility: what names and data of the file system back end have in common.
 */
#ifndef KSMBD_HOST_LINUX_KC_VFS_H
#define KSMBD_HOST_LINUX_KC_VFS_H

#include "kc.h"

#include <linux/cred.h>
#include <linux/mount.h>
#ifdef KC_FILELOCK_H
#include <linux/filelock.h>
#endif

/*
 * The first argument of calls that map ids for a mount, its comma included: a struct mnt_idmap,
 * a struct user_namespace, or nothing at all.
 */
#if defined(KC_IDMAP_ARG)
#define KC_IDMAP(mnt) mnt_idmap(mnt),
#elif defined(KC_USERNS_ARG)
#define KC_IDMAP(mnt) mnt_user_ns(mnt),
#else
#define KC_IDMAP(mnt)
#endif

/**
 * kc_deleg_t - an inode whose delegation has to be returned before a change
 *
 * Starts as KC_DELEG_NONE, its address goes to the vfs_*() call, then to kc_deleg_again().
 */
#ifdef KC_DELEGATED_INODE
typedef struct delegated_inode kc_deleg_t;
#define KC_DELEG_NONE \
	{             \
	}
static inline bool kc_is_delegated(kc_deleg_t *deleg)
{
	return is_delegated(deleg);
}
#else
typedef struct inode *kc_deleg_t;
#define KC_DELEG_NONE NULL
static inline bool kc_is_delegated(kc_deleg_t *deleg)
{
	return *deleg;
}
#endif

/**
 * kc_deleg_again() - after a call that failed with @err, without locks
 *
 * Waits until the delegation is returned, if that was the obstacle. True: try all again.
 */
static inline bool kc_deleg_again(kc_deleg_t *deleg, int *err)
{
	if (!kc_is_delegated(deleg))
		return false;
	*err = break_deleg_wait(deleg);
	return !*err;
}

/* What a directory's actor returns to see more entries, and to stop before this one. */
#ifdef KC_FILLDIR_BOOL
typedef bool kc_filldir_t;
#define KC_FILLDIR_MORE true
#define KC_FILLDIR_STOP false
#else
typedef int kc_filldir_t;
#define KC_FILLDIR_MORE 0
#define KC_FILLDIR_STOP 1
#endif

static inline int kc_inode_permission(const struct path *path, int mask)
{
	return inode_permission(KC_IDMAP(path->mnt) d_inode(path->dentry), mask);
}

static inline bool kc_owner_or_capable(const struct path *path)
{
	return inode_owner_or_capable(KC_IDMAP(path->mnt) d_inode(path->dentry));
}

#endif
