/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Kernel compatibility for data, attributes and listings (vfs_io.c, vfs_attr.c, vfs_dir.c).
 */
#ifndef KSMBD_HOST_LINUX_KC_IO_H
#define KSMBD_HOST_LINUX_KC_IO_H

#include "kc_vfs.h"

#include <linux/path.h>
#include <linux/uidgid.h>
#include <linux/user_namespace.h>
#include <linux/xattr.h>

#ifdef KC_IATTR_VFSUID
#include <linux/mnt_idmapping.h>
#endif

/* ---- attributes ---- */

/** kc_notify_change() - change attributes; the inode is locked by the caller */
static inline int kc_notify_change(const struct path *path, struct iattr *attr, kc_deleg_t *deleg)
{
	return notify_change(KC_IDMAP(path->mnt) path->dentry, attr, deleg);
}

/** kc_kill_sgid() - ATTR_KILL_SGID if a change of owner takes the bit away, or 0 */
static inline unsigned int kc_kill_sgid(const struct path *path)
{
#ifdef KC_SHOULD_DROP_SGID
	return setattr_should_drop_sgid(KC_IDMAP(path->mnt) d_inode(path->dentry));
#else
	umode_t both = S_ISGID | S_IXGRP; /* without group execution it used to mean locking */

	return (d_inode(path->dentry)->i_mode & both) == both ? ATTR_KILL_SGID : 0;
#endif
}

/** kc_set_uid() - @uid, as seen through @path's mount, into @attr; false: no such id */
static inline bool kc_set_uid(const struct path *path, struct iattr *attr, u32 uid)
{
	kuid_t kuid = make_kuid(&init_user_ns, uid);

#if defined(KC_IATTR_VFSUID)
	attr->ia_vfsuid = VFSUIDT_INIT(kuid);
#elif defined(KC_USERNS_ARG)
	attr->ia_uid = KUIDT_INIT(from_kuid(mnt_user_ns(path->mnt), kuid));
#else
	attr->ia_uid = kuid;
#endif
	attr->ia_valid |= ATTR_UID;
	return uid_valid(kuid);
}

/** kc_set_gid() - the same for the group */
static inline bool kc_set_gid(const struct path *path, struct iattr *attr, u32 gid)
{
	kgid_t kgid = make_kgid(&init_user_ns, gid);

#if defined(KC_IATTR_VFSUID)
	attr->ia_vfsgid = VFSGIDT_INIT(kgid);
#elif defined(KC_USERNS_ARG)
	attr->ia_gid = KGIDT_INIT(from_kgid(mnt_user_ns(path->mnt), kgid));
#else
	attr->ia_gid = kgid;
#endif
	attr->ia_valid |= ATTR_GID;
	return gid_valid(kgid);
}

/* ---- extended attributes ---- */

static inline ssize_t kc_getxattr(const struct path *path, const char *name, void *buf, size_t size)
{
	return vfs_getxattr(KC_IDMAP(path->mnt) path->dentry, name, buf, size);
}

static inline int kc_setxattr(const struct path *path, const char *name, const void *buf,
			      size_t size)
{
	return vfs_setxattr(KC_IDMAP(path->mnt) path->dentry, name, buf, size, 0);
}

static inline int kc_removexattr(const struct path *path, const char *name)
{
	return vfs_removexattr(KC_IDMAP(path->mnt) path->dentry, name);
}

#endif
