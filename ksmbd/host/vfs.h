/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Port: the file system. User host: openat2 and *at() system calls. Kernel host: VFS.
 *
 * Names are UTF-8, relative to a share root, '/'-separated, without a leading '/',
 * "" being the root itself. No name can leave the root: neither "..", nor a symbolic
 * link, nor a rename behind the server's back (RESOLVE_BENEATH or an equivalent).
 *
 * Calls return 0 or a negative errno and may sleep. Unless said otherwise the caller
 * acts as the client: it is between ksmbd_cred_enter() and ksmbd_cred_leave().
 * ksmbd_root, ksmbd_path and ksmbd_file are safe to use from several threads.
 */
#ifndef KSMBD_HOST_VFS_H
#define KSMBD_HOST_VFS_H

#include <linux/bits.h>
#include <linux/stat.h>
#include <linux/time64.h>
#include <linux/types.h>

#include "util/seg_types.h"

struct ksmbd_root; /* a share's root directory */
struct ksmbd_path; /* a name that was looked up; may be negative */
struct ksmbd_file; /* an open file or directory */

#define KSMBD_NAME_MAX 255 /* bytes of one UTF-8 component on disk */
#define KSMBD_PATH_MAX 4096

/**
 * struct ksmbd_stat - attributes, host-neutral
 * @dev, @ino, @generation: identity of the inode while it is open
 * @btime: birth time; equals the earliest of the other times where unknown
 * @change: a value that changes with every change of data or metadata
 * @alloc: bytes allocated
 */
struct ksmbd_stat {
	u64 dev;
	u64 ino;
	u64 size;
	u64 alloc;
	u64 change;
	u32 generation;
	u32 mode;
	u32 uid;
	u32 gid;
	u32 nlink;
	u32 blksize;
	struct timespec64 atime;
	struct timespec64 mtime;
	struct timespec64 ctime;
	struct timespec64 btime;
};

/* ---- share roots ---- */

/**
 * ksmbd_root_open() - open a share's directory (as the server, not as a client)
 * @path: absolute path
 * @root: receives a counted reference
 */
int ksmbd_root_open(const char *path, struct ksmbd_root **root);
struct ksmbd_root *ksmbd_root_get(struct ksmbd_root *root);
void ksmbd_root_put(struct ksmbd_root *root);

/* ---- lookup ---- */

#define KSMBD_LOOKUP_CASELESS BIT(0) /* fall back to a caseless match, component by component */
#define KSMBD_LOOKUP_FOLLOW   BIT(1) /* follow symbolic links (they stay beneath the root) */

/**
 * ksmbd_path_lookup() - find a name
 * @path: receives the result, to be freed with ksmbd_path_put()
 *
 * Tries the exact name first. With CASELESS, a component that is not there is looked
 * for once more by one scan of its directory; a name that is still missing yields a
 * negative path that remembers its parent, so that ksmbd_path_create() scans nothing.
 * Without FOLLOW any symbolic link on the way is -ELOOP.
 *
 * Return: 0 (positive or negative path); -ENOTDIR: a parent is missing or not a
 * directory (so: path not found); -EXDEV: the name would leave the root; -ELOOP,
 * -EACCES, -ENAMETOOLONG, -ENOMEM...
 */
int ksmbd_path_lookup(struct ksmbd_root *root, const char *name, u32 flags,
		      struct ksmbd_path **path);
void ksmbd_path_put(struct ksmbd_path *path);
/** ksmbd_path_stat() - attributes found by the lookup; NULL for a negative path */
const struct ksmbd_stat *ksmbd_path_stat(const struct ksmbd_path *path);
/** ksmbd_path_name() - the name relative to the root, as spelled on disk */
const char *ksmbd_path_name(const struct ksmbd_path *path);

/* ---- open, create, close ---- */

#define KSMBD_OPEN_READ	 BIT(0)
#define KSMBD_OPEN_WRITE BIT(1)
#define KSMBD_OPEN_TRUNC BIT(2)

/**
 * ksmbd_file_open() - open what a lookup found
 * @path: a positive path
 * @flags: KSMBD_OPEN_READ and/or _WRITE; 0 opens for attributes only, which needs no
 *         right on the object itself. Directories take READ or 0.
 * @file: receives the file; ended by ksmbd_file_put()
 *
 * Only regular files and directories open; anything else is -EOPNOTSUPP and is never
 * touched (no FIFO is waited for, no device is opened).
 */
int ksmbd_file_open(struct ksmbd_path *path, u32 flags, struct ksmbd_file **file);

/**
 * ksmbd_file_create() - create the object of a negative path, exclusively
 * @mode: permission bits, plus S_IFDIR for a directory or S_IFREG for a file; the
 *        process umask does not apply
 * @flags: KSMBD_OPEN_*
 *
 * Return: 0; -EEXIST when something has that name by now (look up again).
 */
int ksmbd_file_create(struct ksmbd_path *path, u32 mode, u32 flags, struct ksmbd_file **file);

struct ksmbd_file *ksmbd_file_get(struct ksmbd_file *file);
void ksmbd_file_put(struct ksmbd_file *file);

/**
 * ksmbd_file_name() - the present name of an open file, relative to @root
 * @buf: receives a NUL-terminated name; follows renames by anybody
 *
 * Return: 0; -ENOENT it has no name any more; -ERANGE @size is too small.
 */
int ksmbd_file_name(struct ksmbd_file *file, struct ksmbd_root *root, char *buf, u32 size);

/* ---- data ---- */

/**
 * ksmbd_file_read() - positional read into memory
 * Return: bytes read, short only at the end of the file; or a negative errno
 */
s64 ksmbd_file_read(struct ksmbd_file *file, void *buf, u32 len, u64 off);

/* A range of a file as references to its pages. Who writes to the file meanwhile may be seen. */
struct ksmbd_view;

/**
 * ksmbd_file_view() - hold the pages of a range instead of copying them
 * @view: receives the view if the result is above 0; the caller owns it
 *
 * The bytes cannot go away: what is cut off the file or punched out of it afterwards reads as
 * before or as zeros.
 *
 * Return: bytes held, short only at the end of the file; -EOPNOTSUPP: not this host, or not
 * this file: ksmbd_file_read() does it; or another negative errno
 */
s64 ksmbd_file_view(struct ksmbd_file *file, u64 off, u32 len, struct ksmbd_view **view);
/** ksmbd_view_put() - let go of the pages; NULL is ignored */
void ksmbd_view_put(struct ksmbd_view *view);

/** ksmbd_file_write() - positional write of memory segments; all or a negative errno */
int ksmbd_file_write(struct ksmbd_file *file, const struct ksmbd_seg *segs, u32 nsegs, u64 off);
/** ksmbd_file_sync() - data (and, unless @data_only, metadata) on stable storage */
int ksmbd_file_sync(struct ksmbd_file *file, bool data_only);
int ksmbd_file_truncate(struct ksmbd_file *file, u64 size);
/**
 * ksmbd_file_allocate() - reserve room for [@off, @off + @len) without changing the size
 * Return: -EOPNOTSUPP when the file system cannot (the caller may ignore it)
 */
int ksmbd_file_allocate(struct ksmbd_file *file, u64 off, u64 len);
/** ksmbd_file_zero() - make a range read as zeros, releasing its blocks; size unchanged */
int ksmbd_file_zero(struct ksmbd_file *file, u64 off, u64 len);
/** ksmbd_file_seek_data() / _hole() - next data or hole at or after @off; -ENXIO: none */
s64 ksmbd_file_seek_data(struct ksmbd_file *file, u64 off);
s64 ksmbd_file_seek_hole(struct ksmbd_file *file, u64 off);
/**
 * ksmbd_file_copy() - server-side copy, cloned where the file system can
 * Return: bytes copied (short at the end of @src), or a negative errno
 */
s64 ksmbd_file_copy(struct ksmbd_file *src, u64 src_off, struct ksmbd_file *dst, u64 dst_off,
		    u64 len);

/* ---- attributes ---- */

int ksmbd_file_stat(struct ksmbd_file *file, struct ksmbd_stat *st);
/** ksmbd_file_is_dir() - kind at open time, no system call */
bool ksmbd_file_is_dir(const struct ksmbd_file *file);

#define KSMBD_SETATTR_ATIME BIT(0)
#define KSMBD_SETATTR_MTIME BIT(1)
#define KSMBD_SETATTR_MODE  BIT(2)
#define KSMBD_SETATTR_UID   BIT(3)
#define KSMBD_SETATTR_GID   BIT(4)

/** struct ksmbd_setattr - what ksmbd_file_setattr() changes; @valid: KSMBD_SETATTR_* */
struct ksmbd_setattr {
	u32 valid;
	u32 mode;
	u32 uid;
	u32 gid;
	struct timespec64 atime;
	struct timespec64 mtime;
};

int ksmbd_file_setattr(struct ksmbd_file *file, const struct ksmbd_setattr *attr);

#define KSMBD_MAY_READ	BIT(2)
#define KSMBD_MAY_WRITE BIT(1)
#define KSMBD_MAY_EXEC	BIT(0)

/**
 * ksmbd_path_access() - would the file system grant these to the acting client
 * @mask: KSMBD_MAY_*
 * Return: 0 or -EACCES / -EROFS. Honours mode, POSIX ACL and privilege.
 */
int ksmbd_path_access(struct ksmbd_path *path, u32 mask);
/** ksmbd_path_parent_access() - the same for the directory that holds @path (root: itself) */
int ksmbd_path_parent_access(struct ksmbd_path *path, u32 mask);
/** ksmbd_path_parent_stat() - attributes of that directory */
int ksmbd_path_parent_stat(struct ksmbd_path *path, struct ksmbd_stat *st);

/* Extended attributes, by full name ("user.DOSATTRIB"). -ENODATA: absent. -EOPNOTSUPP. */
s64 ksmbd_file_getxattr(struct ksmbd_file *file, const char *name, void *buf, u32 size);
int ksmbd_file_setxattr(struct ksmbd_file *file, const char *name, const void *buf, u32 size);
int ksmbd_file_removexattr(struct ksmbd_file *file, const char *name);
/** ksmbd_file_listxattr() - NUL-separated names; @size 0 asks for the length */
s64 ksmbd_file_listxattr(struct ksmbd_file *file, char *buf, u32 size);

/* ---- names ---- */

/**
 * ksmbd_file_unlink() - remove the name of an open file or (empty) directory
 *
 * Verifies that the name still is this inode. -ENOENT: it has no name any more.
 */
int ksmbd_file_unlink(struct ksmbd_file *file, struct ksmbd_root *root);

#define KSMBD_RENAME_REPLACE BIT(0)

/**
 * ksmbd_file_rename() - give an open file or directory another name
 * @to: a looked-up target under the same root; negative, or positive with REPLACE;
 *      naming the file itself in other case is a case-only rename and always legal
 * @new_last: last component exactly as the client spelled it (UTF-8)
 *
 * Return: -EEXIST without REPLACE, -ENOTEMPTY, -EXDEV, ...
 */
int ksmbd_file_rename(struct ksmbd_file *file, struct ksmbd_root *root, struct ksmbd_path *to,
		      const char *new_last, u32 flags);
/** ksmbd_file_link() - a further name for an open regular file; flags as for rename */
int ksmbd_file_link(struct ksmbd_file *file, struct ksmbd_path *to, u32 flags);

/* ---- directories ---- */

/**
 * struct ksmbd_dirent - one entry of a batch
 * @name: UTF-8 bytes as on disk (may be invalid UTF-8), NUL-terminated, @name_len bytes
 * @stat_ok: @st is valid (the entry could be stat'ed; a symbolic link that may be followed
 *           beneath the root shows its target)
 * @host: back end's own, for ksmbd_dirent_getxattr()
 */
struct ksmbd_dirent {
	const char *name;
	u32 name_len;
	bool stat_ok;
	struct ksmbd_stat st;
	const void *host;
};

/* Receives one entry; false stops the scan before this entry is consumed. */
typedef bool (*ksmbd_dirent_fn)(void *ctx, const struct ksmbd_dirent *ent);

/* A directory position: own object, so that several scans of one open do not meet. */
struct ksmbd_dirpos;

/** ksmbd_dir_open() - a scan from the first entry; ended by ksmbd_dir_close() */
int ksmbd_dir_open(struct ksmbd_file *dir, struct ksmbd_dirpos **pos);
void ksmbd_dir_close(struct ksmbd_dirpos *pos);
/** ksmbd_dir_rewind() - begin again; sees the directory as it is now */
int ksmbd_dir_rewind(struct ksmbd_dirpos *pos);

#define KSMBD_DIR_STAT	 BIT(0) /* fill in @st */
#define KSMBD_DIR_FOLLOW BIT(1) /* symbolic links show their target */

/**
 * ksmbd_dir_iterate() - deliver entries, "." and ".." included, until @fn says stop
 * @want: called with the name alone before attributes are fetched; false skips the
 *        entry; may be NULL
 * Not concurrent with itself on one @pos: the caller serializes.
 * Return: 1 stopped by @fn, 0 at the end, or a negative errno.
 */
int ksmbd_dir_iterate(struct ksmbd_dirpos *pos, u32 flags,
		      bool (*want)(void *ctx, const char *name, u32 len), ksmbd_dirent_fn fn,
		      void *ctx);
/**
 * ksmbd_dirent_getxattr() - an extended attribute of the entry being delivered
 * @ent: as given to the ksmbd_dirent_fn, until that returns
 *
 * Return: as ksmbd_file_getxattr(), without opening the object. Follows no symbolic link
 * (-ENODATA).
 */
s64 ksmbd_dirent_getxattr(const struct ksmbd_dirent *ent, const char *name, void *buf, u32 size);
/** ksmbd_dir_is_empty() - 1 empty, 0 not, or a negative errno */
int ksmbd_dir_is_empty(struct ksmbd_file *dir);

/* ---- file system ---- */

/** struct ksmbd_statfs - sizes in units of @block_size bytes; @name_max in bytes */
struct ksmbd_statfs {
	u64 blocks;
	u64 blocks_free;
	u64 blocks_avail;
	u32 block_size;
	u32 name_max;
	u64 fsid;
	bool read_only;
	bool sparse;
};

int ksmbd_file_statfs(struct ksmbd_file *file, struct ksmbd_statfs *st);

#endif
