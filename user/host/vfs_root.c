// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * User host file system: share roots, and the system calls that not every host has.
 *
 * Hosts differ: openat2() is missing or forbidden by a seccomp filter in old containers,
 * /proc may not be mounted. What is missing is found out at the first ksmbd_root_open()
 * and kept in one word; every use has a fallback that is no less safe, only slower or
 * less able (links are then not followed).
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/slab.h>

#include "cred_host.h"
#include "vfs_host.h"

/* From <linux/openat2.h>, which needs the system's <linux/types.h>. */
struct open_how {
	u64 flags;
	u64 mode;
	u64 resolve;
};

#define RESOLVE_NO_MAGICLINKS 0x02
#define RESOLVE_NO_SYMLINKS   0x04
#define RESOLVE_BENEATH	      0x08

#ifndef SYS_openat2
#define SYS_openat2 437
#endif

/* A concurrent rename makes the kernel give up on a link with ".."; then it is asked again. */
#define EAGAIN_TRIES 64

static u32 lacking;

void ksmbd_vfs_degrade(u32 mask)
{
	__atomic_fetch_or(&lacking, mask, __ATOMIC_RELAXED);
}

void ksmbd_vfs_undegrade(void)
{
	__atomic_store_n(&lacking, 0, __ATOMIC_RELAXED);
}

void ksmbd_vfs_note_lack(u32 mask)
{
	ksmbd_vfs_degrade(mask);
}

bool ksmbd_vfs_lacks(u32 mask)
{
	return __atomic_load_n(&lacking, __ATOMIC_RELAXED) & mask;
}

const char *ksmbd_vfs_proc_path(int fd, char buf[PROC_PATH_SIZE])
{
	snprintf(buf, PROC_PATH_SIZE, "/proc/self/fd/%d", fd);
	return buf;
}

/* ---- opening beneath ---- */

static int sys_openat2(int dirfd, const char *name, int oflags, u32 mode, u64 resolve)
{
	struct open_how how = { .flags = oflags | O_CLOEXEC, .mode = mode, .resolve = resolve };
	int tries, fd = -1;

	for (tries = 0; tries < EAGAIN_TRIES; tries++) {
		fd = syscall(SYS_openat2, dirfd, *name ? name : ".", &how, sizeof(how));
		if (fd >= 0)
			return fd;
		if (errno != EAGAIN && errno != EINTR)
			return -errno;
		/* With O_NONBLOCK it can also mean a lease; asking again does no harm. */
	}
	return -EAGAIN;
}

/* One component; a link is -ELOOP whatever the flags. */
static int open_component(int dirfd, const char *comp, int oflags, u32 mode)
{
	struct stat st;
	int fd, err;

	fd = openat(dirfd, comp, oflags | O_NOFOLLOW | O_CLOEXEC, mode);
	if (fd < 0) {
		err = -errno;
		/* O_DIRECTORY | O_NOFOLLOW calls a link "not a directory". */
		if (err == -ENOTDIR && !fstatat(dirfd, comp, &st, AT_SYMLINK_NOFOLLOW) &&
		    S_ISLNK(st.st_mode))
			err = -ELOOP;
		return err;
	}
	if ((oflags & O_PATH) && !fstat(fd, &st) && S_ISLNK(st.st_mode)) {
		close(fd);
		return -ELOOP;
	}
	return fd;
}

/* Without openat2(): one held directory after the other, no link followed. */
static int open_stepwise(int dirfd, const char *name, int oflags, u32 mode)
{
	char comp[KSMBD_NAME_MAX + 1];
	int cur = dirfd, next;
	const char *slash;
	size_t len;

	while ((slash = strchr(name, '/'))) {
		len = slash - name;
		next = -ENAMETOOLONG;
		if (len <= KSMBD_NAME_MAX) {
			memcpy(comp, name, len);
			comp[len] = '\0';
			next = open_component(cur, comp, O_PATH | O_DIRECTORY, 0);
		}
		if (cur != dirfd)
			close(cur);
		if (next < 0)
			return next;
		cur = next;
		name = slash + 1;
	}
	next = open_component(cur, *name ? name : ".", oflags, mode);
	if (cur != dirfd)
		close(cur);
	return next;
}

int ksmbd_vfs_beneath(int dirfd, const char *name, int oflags, u32 mode, u32 lookup)
{
	u64 resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;

	if (!(lookup & KSMBD_LOOKUP_FOLLOW))
		resolve |= RESOLVE_NO_SYMLINKS;
	if (ksmbd_vfs_lacks(KSMBD_DEGRADE_OPENAT2))
		return open_stepwise(dirfd, name, oflags, mode);
	return sys_openat2(dirfd, name, oflags, mode, resolve);
}

int ksmbd_vfs_parent(const struct ksmbd_root *root, const char *name, u32 lookup, const char **last)
{
	const char *slash = strrchr(name, '/');
	char *dir;
	int fd;

	if (last)
		*last = slash ? slash + 1 : name;
	dir = slash ? strndup(name, slash - name) : strdup("");
	if (!dir)
		return -ENOMEM;
	fd = ksmbd_vfs_beneath(root->fd, dir, O_PATH | O_DIRECTORY, 0, lookup);
	free(dir);
	return fd;
}

/* ---- attributes ---- */

static struct timespec64 to_time(const struct statx_timestamp *t)
{
	return (struct timespec64){ .tv_sec = t->tv_sec, .tv_nsec = t->tv_nsec };
}

static bool earlier(const struct timespec64 *a, const struct timespec64 *b)
{
	return a->tv_sec != b->tv_sec ? a->tv_sec < b->tv_sec : a->tv_nsec < b->tv_nsec;
}

/*
 * The kernel's own change cookie is not given to user space. The ctime moves with every
 * change, but only in steps of a clock tick: size and mtime catch part of what falls into one.
 */
static u64 change_of(const struct ksmbd_stat *st)
{
	u64 c = st->ctime.tv_sec * 1000000000ull + st->ctime.tv_nsec;
	u64 m = st->mtime.tv_sec * 1000000000ull + st->mtime.tv_nsec;

	return c + (m ^ st->size) * 0x9e3779b97f4a7c15ull;
}

int ksmbd_vfs_stat(int dirfd, const char *name, int at, struct ksmbd_stat *st)
{
	struct statx x;

	if (statx(dirfd, name, at | AT_NO_AUTOMOUNT, STATX_BASIC_STATS | STATX_BTIME, &x))
		return -errno;
	memset(st, 0, sizeof(*st));
	st->dev = (u64)x.stx_dev_major << 32 | x.stx_dev_minor;
	st->ino = x.stx_ino;
	st->size = x.stx_size;
	st->alloc = x.stx_blocks * 512;
	st->mode = x.stx_mode;
	st->uid = x.stx_uid;
	st->gid = x.stx_gid;
	st->nlink = x.stx_nlink;
	st->blksize = x.stx_blksize;
	st->atime = to_time(&x.stx_atime);
	st->mtime = to_time(&x.stx_mtime);
	st->ctime = to_time(&x.stx_ctime);
	if (x.stx_mask & STATX_BTIME) {
		st->btime = to_time(&x.stx_btime);
	} else {
		st->btime = earlier(&st->mtime, &st->ctime) ? st->mtime : st->ctime;
		if (earlier(&st->atime, &st->btime))
			st->btime = st->atime;
	}
	st->change = change_of(st);
	return 0;
}

/* ---- names of descriptors ---- */

static int read_fd_link(int fd, char *buf, u32 size)
{
	char proc[PROC_PATH_SIZE];
	ssize_t n;

	if (ksmbd_vfs_lacks(KSMBD_DEGRADE_PROC))
		return -EOPNOTSUPP;
	n = readlink(ksmbd_vfs_proc_path(fd, proc), buf, size);
	if (n < 0)
		return -errno;
	if (n >= size)
		return -ERANGE;
	buf[n] = '\0';
	return n;
}

/* Is @name beneath @root the object of @fd? */
static bool names_object(const struct ksmbd_root *root, const char *name, int fd)
{
	struct ksmbd_stat a, b;
	int found = ksmbd_vfs_beneath(root->fd, name, O_PATH, 0, 0);
	bool same;

	if (found < 0)
		return false;
	same = !ksmbd_vfs_stat(found, "", AT_EMPTY_PATH, &a) &&
	       !ksmbd_vfs_stat(fd, "", AT_EMPTY_PATH, &b) && a.dev == b.dev && a.ino == b.ino;
	close(found);
	return same;
}

int ksmbd_vfs_fd_name(int fd, const struct ksmbd_root *root, char *buf, u32 size)
{
	static const char gone[] = " (deleted)";
	char *top, *full, *rel;
	int top_len, len, err;

	top = kmalloc(2 * KSMBD_PATH_MAX, GFP_KERNEL);
	if (!top)
		return -ENOMEM;
	full = top + KSMBD_PATH_MAX;
	top_len = read_fd_link(root->fd, top, KSMBD_PATH_MAX);
	len = read_fd_link(fd, full, KSMBD_PATH_MAX);
	err = top_len < 0 ? top_len : len < 0 ? len : -ENOENT;
	if (top_len < 0 || len < 0 || full[0] != '/')
		goto out;
	if (top_len == 1)
		top_len = 0; /* the root is "/" */
	if (strncmp(full, top, top_len) || (full[top_len] && full[top_len] != '/'))
		goto out; /* moved out of the share */
	rel = full + top_len + (full[top_len] == '/');
	/* The kernel's mark for an unlinked object, unless somebody really named it so. */
	len = strlen(rel);
	if (len >= (int)strlen(gone) && !strcmp(rel + len - strlen(gone), gone) &&
	    !names_object(root, rel, fd))
		goto out;
	err = -ERANGE;
	if ((u32)len >= size)
		goto out;
	memcpy(buf, rel, len + 1);
	err = 0;
out:
	kfree(top);
	return err;
}

/* ---- roots ---- */

/* What the contract promises about the process: no umask, no deadly RLIMIT_FSIZE. */
static void settle_process(void)
{
	umask(0);
	signal(SIGXFSZ, SIG_IGN);
}

static void probe_host(int fd)
{
	char buf[64];
	int probe, len;

	probe = sys_openat2(fd, "", O_PATH | O_DIRECTORY, 0, RESOLVE_BENEATH);
	if (probe >= 0)
		close(probe);
	else if (probe == -ENOSYS || probe == -EPERM)
		ksmbd_vfs_note_lack(KSMBD_DEGRADE_OPENAT2);
	len = read_fd_link(fd, buf, sizeof(buf));
	if (len < 0 && len != -ERANGE)
		ksmbd_vfs_note_lack(KSMBD_DEGRADE_PROC);
}

static int open_root(const char *path, struct ksmbd_root *root)
{
	struct ksmbd_stat st;
	int err;

	root->fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root->fd < 0)
		return -errno;
	err = ksmbd_vfs_stat(root->fd, "", AT_EMPTY_PATH, &st);
	if (err) {
		close(root->fd);
		return err;
	}
	root->dev = st.dev;
	root->ino = st.ino;
	probe_host(root->fd);
	return 0;
}

int ksmbd_root_open(const char *path, struct ksmbd_root **out)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct ksmbd_root *root;
	struct ksmbd_cred *was;
	int err;

	pthread_once(&once, settle_process);
	if (path[0] != '/')
		return -EINVAL;
	root = kzalloc(sizeof(*root), GFP_KERNEL);
	if (!root)
		return -ENOMEM;
	refcount_set(&root->refs, 1);
	err = ksmbd_cred_server_begin(&was);
	if (!err)
		err = open_root(path, root);
	ksmbd_cred_server_end(was);
	if (err)
		kfree(root);
	else
		*out = root;
	return err;
}

struct ksmbd_root *ksmbd_root_get(struct ksmbd_root *root)
{
	refcount_inc(&root->refs);
	return root;
}

void ksmbd_root_put(struct ksmbd_root *root)
{
	if (root && refcount_dec_and_test(&root->refs)) {
		close(root->fd);
		kfree(root);
	}
}
