/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside the kernel host's file system back end (vfs_*.c); nothing else includes this.
 */
#ifndef KSMBD_HOST_LINUX_VFS_LINUX_H
#define KSMBD_HOST_LINUX_VFS_LINUX_H

#include "kc.h"

#include <linux/path.h>
#include <linux/refcount.h>

#include "host/vfs.h"

/**
 * struct ksmbd_root - owner: the share; counted by its paths, files and scans
 * @path: the directory, referenced
 */
struct ksmbd_root {
	refcount_t refs;
	struct path path;
};

/**
 * struct ksmbd_path - owner: whoever looked it up; not counted; immutable
 * @path: the object; .dentry is NULL for a negative path. Referenced
 * @parent: the directory that holds @name, referenced (the root itself for "")
 * @name: canonical, as spelled on disk; a missing last component as the client spelled it
 * @last: offset of the last component in @name
 * @flags: KSMBD_LOOKUP_*
 * @st: valid when positive
 */
struct ksmbd_path {
	struct ksmbd_root *root;
	struct path path;
	struct path parent;
	char *name;
	u32 last;
	u32 flags;
	struct ksmbd_stat st;
};

/**
 * struct ksmbd_file - owner: the open; counted
 * @filp: opened for reading and/or writing, or NULL when opened for attributes only
 * @path: the object, referenced (of its own if @filp is NULL, else filp's)
 * @dir: it is a directory
 */
struct ksmbd_file {
	refcount_t refs;
	struct ksmbd_root *root;
	struct file *filp;
	struct path path;
	bool dir;
};

/* ---- vfs_root.c ---- */

/**
 * ksmbd_vfs_stat() - attributes in host-neutral form (vfs_getattr with btime and change cookie)
 * @path: positive
 */
int ksmbd_vfs_stat(const struct path *path, struct ksmbd_stat *st);

/** ksmbd_vfs_is_beneath() - is @path the root directory of the share or below it */
bool ksmbd_vfs_is_beneath(const struct ksmbd_root *root, const struct path *path);

/**
 * ksmbd_vfs_name() - present name of a path, relative to @root
 * @buf: receives a NUL-terminated name
 * Return: 0, -ENOENT: it has none, or not beneath @root; -ERANGE: @size is too small
 */
int ksmbd_vfs_name(const struct ksmbd_root *root, const struct path *path, char *buf, u32 size);

/* ---- vfs_lookup.c ---- */

/**
 * ksmbd_vfs_lookup_last() - one component of a directory, mounts crossed, links not followed
 * @parent: a directory
 * @name: @len bytes, neither "." nor ".." nor with a '/'
 * @path: receives references
 * Return: 0, -ENOENT there is none, or another negative errno
 */
int ksmbd_vfs_lookup_last(const struct path *parent, const char *name, u32 len, struct path *path);

/**
 * ksmbd_vfs_walk() - an existing object beneath a directory of the share
 * @from: where to start; @name: canonical, relative to it; "" is @from itself
 * @flags: KSMBD_LOOKUP_FOLLOW or not (CASELESS is not looked at)
 * @path: receives references; never leaves @root
 */
int ksmbd_vfs_walk(struct ksmbd_root *root, const struct path *from, const char *name, u32 flags,
		   struct path *path);

/* ---- vfs_names.c ---- */

/**
 * ksmbd_vfs_match() - find the caseless match of a component in a directory
 * @comp: @len bytes
 * @found: receives the name on disk
 * Return: 0, -ENOENT no match (or the client may not list it), or another negative errno
 */
int ksmbd_vfs_match(const struct path *dir, const char *comp, u32 len,
		    char found[KSMBD_NAME_MAX + 1]);

/** ksmbd_vfs_name_fn - takes an entry's name, under the directory's lock; false ends the scan */
typedef bool (*ksmbd_vfs_name_fn)(void *arg, const char *name, u32 len);

/**
 * ksmbd_vfs_scan() - hand all names of a directory but "." and ".." to @fn
 * Return: 0 at the end, 1 when @fn ended it, or a negative errno. Asks for no permission.
 */
int ksmbd_vfs_scan(const struct path *dir, ksmbd_vfs_name_fn fn, void *arg);

/* ---- vfs_kept.c ---- */

/**
 * ksmbd_vfs_kept_match() - ksmbd_vfs_match() from memory
 * Return: 0, -ENOENT no match, -EAGAIN: the names are not known, the directory is to be scanned
 */
int ksmbd_vfs_kept_match(const struct path *dir, const char *comp, u32 len, char *found);
/** ksmbd_vfs_names_drop() - forget all names; true if there were any */
bool ksmbd_vfs_names_drop(void);
/** ksmbd_vfs_names_exit() - the same for good: when the module goes, and nobody calls any more */
void ksmbd_vfs_names_exit(void);

/* ---- vfs_open.c ---- */

/**
 * ksmbd_vfs_close() - end an open file of the server's now, not when the kernel gets to it
 * @filp: the caller's reference
 */
void ksmbd_vfs_close(struct file *filp);

/* ---- vfs_name.c ---- */

/**
 * ksmbd_vfs_remove() - remove the name of @path, a file or an empty directory beneath @root
 * Return: as ksmbd_file_unlink()
 */
int ksmbd_vfs_remove(const struct ksmbd_root *root, const struct path *path);

/* ---- cred.c ---- */

/**
 * ksmbd_cred_check() - is this thread between ksmbd_cred_enter() and _leave()
 * Return: 0, or -EPERM with one warning: calls that depend on the identity fail closed
 */
int ksmbd_cred_check(void);

#endif
