/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside the user host's file system back end (vfs*.c). Nothing above user/host/ includes
 * this, except for ksmbd_file_fd() and ksmbd_vfs_degrade().
 *
 * File descriptors named here are all O_CLOEXEC. "Beneath" means: resolved by the kernel so
 * that the result is inside the directory it started from, whatever ".." or links say.
 */
#ifndef USER_HOST_VFS_HOST_H
#define USER_HOST_VFS_HOST_H

#include <fcntl.h>
#include <pthread.h>

#include <linux/refcount.h>

#include "host/vfs.h"

/**
 * struct ksmbd_root - owner: the share; counted by its paths, files and scans
 * @fd: O_PATH of the directory
 * @dev, @ino: its identity
 */
struct ksmbd_root {
	refcount_t refs;
	int fd;
	u64 dev;
	u64 ino;
};

/**
 * struct ksmbd_path - owner: whoever looked it up; not counted; immutable but for @parent_fd
 * @name: canonical, as spelled on disk
 * @flags: KSMBD_LOOKUP_*
 * @fd: O_PATH of the object, -1 for a negative path
 * @parent_fd: O_PATH of its directory, -1 until somebody asks; set once, atomically
 */
struct ksmbd_path {
	struct ksmbd_root *root;
	char *name;
	u32 flags;
	int fd;
	int parent_fd;
	struct ksmbd_stat st;
};

/**
 * struct ksmbd_file - owner: the open; counted
 * @path_only: @fd is O_PATH (opened for attributes)
 * @name: last known name, for hosts without /proc; @lock guards it
 */
struct ksmbd_file {
	refcount_t refs;
	struct ksmbd_root *root;
	int fd;
	bool path_only;
	bool dir;
	pthread_mutex_t lock;
	char *name;
};

#define PROC_PATH_SIZE 32

/* ---- vfs_root.c: system calls with their fallbacks ---- */

#define KSMBD_DEGRADE_OPENAT2	 BIT(0)
#define KSMBD_DEGRADE_PROC	 BIT(1)
#define KSMBD_DEGRADE_RENAMEAT2	 BIT(2)
#define KSMBD_DEGRADE_FACCESSAT2 BIT(3)

/**
 * ksmbd_vfs_degrade() - behave as on a host without these (tests); sets, does not clear
 */
void ksmbd_vfs_degrade(u32 mask);
/** ksmbd_vfs_undegrade() - probe again at the next ksmbd_root_open() */
void ksmbd_vfs_undegrade(void);
/** ksmbd_vfs_lacks() - is any of @mask missing on this host */
bool ksmbd_vfs_lacks(u32 mask);
/** ksmbd_vfs_note_lack() - a system call told that the host lacks @mask */
void ksmbd_vfs_note_lack(u32 mask);

/**
 * ksmbd_vfs_beneath() - open @name beneath the directory @dirfd
 * @name: canonical ("" the directory itself)
 * @oflags: open(2) flags; @mode for O_CREAT
 * @lookup: KSMBD_LOOKUP_FOLLOW or not
 * Return: a descriptor or a negative errno. Without openat2() links are never followed.
 */
int ksmbd_vfs_beneath(int dirfd, const char *name, int oflags, u32 mode, u32 lookup);
/**
 * ksmbd_vfs_parent() - O_PATH of the directory that holds @name, beneath @root
 * @last: receives the last component, a pointer into @name
 */
int ksmbd_vfs_parent(const struct ksmbd_root *root, const char *name, u32 lookup,
		     const char **last);
/** ksmbd_vfs_stat() - statx() of @name in @dirfd into host-neutral form; @at: AT_* flags */
int ksmbd_vfs_stat(int dirfd, const char *name, int at, struct ksmbd_stat *st);
/** ksmbd_vfs_proc_path() - "/proc/self/fd/N" */
const char *ksmbd_vfs_proc_path(int fd, char buf[PROC_PATH_SIZE]);
/**
 * ksmbd_vfs_fd_name() - present name of a descriptor's object, relative to @root
 * Return: 0, -ENOENT (none, or not beneath @root), -ERANGE, -EOPNOTSUPP without /proc
 */
int ksmbd_vfs_fd_name(int fd, const struct ksmbd_root *root, char *buf, u32 size);

/* ---- vfs_scan.c: raw directory reading ---- */

/** ksmbd_vfs_name_fn - takes an entry's name; false ends the scan */
typedef bool (*ksmbd_vfs_name_fn)(void *ctx, const char *name, u32 len);

/**
 * ksmbd_vfs_scan() - hand all names of a directory but "." and ".." to @fn
 * @dirfd: the directory, O_PATH will do
 * Return: 0 at the end, 1 when @fn ended it, or a negative errno
 */
int ksmbd_vfs_scan(int dirfd, ksmbd_vfs_name_fn fn, void *ctx);

/* ---- vfs_names.c: caseless matches ---- */

/**
 * ksmbd_vfs_match() - find the caseless match of a component in a directory
 * @dirfd: the directory, O_PATH will do
 * @found: receives the name on disk
 * Return: 0, -ENOENT no match (or the client may not list it), or another negative errno
 */
int ksmbd_vfs_match(int dirfd, const char *comp, u32 len, char found[KSMBD_NAME_MAX + 1]);
/** ksmbd_vfs_names_drop() - forget all names; true if there were any (tests) */
bool ksmbd_vfs_names_drop(void);

/* ---- vfs_open.c ---- */

/** ksmbd_file_fd() - the file's descriptor, valid as long as the file is */
int ksmbd_file_fd(const struct ksmbd_file *file);
/** ksmbd_vfs_reopen() - a new open file description of an O_PATH or other descriptor */
int ksmbd_vfs_reopen(int fd, int oflags);

#endif
