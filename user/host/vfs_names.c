// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * User host file system: finding the caseless match of a name in a directory.
 *
 * That takes a scan of the directory, also to find out that there is none, as for every new
 * file. So the names of directories where that happens repeatedly are kept. What keeps them
 * true is inotify: the kernel queues the event before the call that changed the directory
 * returns, whoever made it, and holding the directory's lock, so in order. Reading the queue
 * before each look therefore gives the present names. Own changes come the same way.
 *
 * File systems that others can change behind this kernel's back are always scanned.
 *
 * Locks: cache.lock guards everything here and is not held for a scan. While one thread
 * fills a directory, it alone owns the cache and the others scan for themselves; so the
 * events since the watch began wait in the queue until the names are there.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <linux/array_size.h>

#include "name/case.h"
#include "vfs_host.h"

#ifndef SYS_faccessat2
#define SYS_faccessat2 439
#endif

#define MAX_DIRS    64
#define MAX_NAMES   (256 * 1024) /* of all directories: some 20 MB */
#define MAX_PER_DIR (MAX_NAMES / 2)
#define MAX_CHAIN   256	 /* names in a bucket: more are no accident */
#define BUCKETS	    1024 /* to begin with */
#define WATCHED	    (IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ONLYDIR)

struct name {
	struct name *next;
	u32 hash;
	u32 len;
	char text[];
};

/**
 * struct dir - a directory where a name was not found
 * @used: when, in lookups; 0: this slot is free
 * @wd: its watch, 0 until its names are wanted for the second time
 * @buckets: its names by caseless hash, @mask + 1 of them; NULL as long as there is no watch
 */
struct dir {
	u64 used;
	u64 dev;
	u64 ino;
	int wd;
	struct name **buckets;
	u32 mask;
	u32 count;
};

static struct {
	pthread_mutex_t lock;
	int fd; /* inotify; -1 not tried yet, -2 not to be had */
	bool filling;
	u64 clock;
	u32 count; /* names in all directories */
	struct dir dirs[MAX_DIRS];
} cache = { .lock = PTHREAD_MUTEX_INITIALIZER, .fd = -1 };

/* ---- one directory's names ---- */

/* The end of the bucket if there is none; NULL: it is too long. */
static struct name **find_exact(struct dir *dir, const char *text, u32 len, u32 hash)
{
	struct name **at = &dir->buckets[hash & dir->mask];
	u32 n = 0;

	while (*at &&
	       ((*at)->hash != hash || (*at)->len != len || memcmp((*at)->text, text, len))) {
		if (++n > MAX_CHAIN)
			return NULL;
		at = &(*at)->next;
	}
	return at;
}

static bool grow(struct dir *dir)
{
	u32 mask = dir->buckets ? dir->mask * 2 + 1 : BUCKETS - 1, i;
	struct name **buckets = calloc(mask + 1, sizeof(*buckets)), *name;

	if (!buckets)
		return false;
	for (i = 0; dir->buckets && i <= dir->mask; i++) {
		while ((name = dir->buckets[i])) {
			dir->buckets[i] = name->next;
			name->next = buckets[name->hash & mask];
			buckets[name->hash & mask] = name;
		}
	}
	free(dir->buckets);
	dir->buckets = buckets;
	dir->mask = mask;
	return true;
}

/* False: there is no room, and the directory cannot be kept. */
static bool add_name(struct dir *dir, const char *text, u32 len)
{
	u32 hash = ksmbd_name_hash_caseless(text, len);
	struct name *name, **at;

	if (len > KSMBD_NAME_MAX)
		return true; /* no client can ask for it */
	if (dir->count > dir->mask && !grow(dir))
		return false;
	at = find_exact(dir, text, len, hash);
	if (!at)
		return false;
	if (*at)
		return true; /* a scan and an event told the same */
	if (dir->count >= MAX_PER_DIR)
		return false;
	name = malloc(sizeof(*name) + len + 1);
	if (!name)
		return false;
	name->next = NULL;
	name->hash = hash;
	name->len = len;
	memcpy(name->text, text, len);
	name->text[len] = '\0';
	*at = name;
	dir->count++;
	cache.count++;
	return true;
}

static void remove_name(struct dir *dir, const char *text, u32 len)
{
	struct name **at = find_exact(dir, text, len, ksmbd_name_hash_caseless(text, len));
	struct name *name = at ? *at : NULL;

	if (!name)
		return;
	*at = name->next;
	free(name);
	dir->count--;
	cache.count--;
}

static int match_name(const struct dir *dir, const char *comp, u32 len, char *found)
{
	u32 hash = ksmbd_name_hash_caseless(comp, len);
	const struct name *name;

	for (name = dir->buckets[hash & dir->mask]; name; name = name->next) {
		if (name->hash == hash &&
		    ksmbd_name_equal_caseless(name->text, name->len, comp, len)) {
			memcpy(found, name->text, name->len + 1);
			return 0;
		}
	}
	return -ENOENT;
}

static void forget_names(struct dir *dir)
{
	struct name *name;
	u32 i;

	for (i = 0; dir->buckets && i <= dir->mask; i++) {
		while ((name = dir->buckets[i])) {
			dir->buckets[i] = name->next;
			free(name);
		}
	}
	free(dir->buckets);
	cache.count -= dir->count;
	if (dir->wd)
		inotify_rm_watch(cache.fd, dir->wd); /* fails where the directory is gone */
	memset(dir, 0, sizeof(*dir));
}

/* ---- events ---- */

static struct dir *find_watch(int wd)
{
	u32 i;

	for (i = 0; i < MAX_DIRS; i++)
		if (cache.dirs[i].wd == wd)
			return &cache.dirs[i];
	return NULL;
}

static void forget_all(void)
{
	u32 i;

	for (i = 0; i < MAX_DIRS; i++)
		forget_names(&cache.dirs[i]);
}

static void apply_event(const struct inotify_event *event)
{
	struct dir *dir = event->wd > 0 ? find_watch(event->wd) : NULL;

	if (event->mask & IN_Q_OVERFLOW)
		forget_all();
	else if (!dir)
		return; /* of a watch that is no more */
	else if (event->mask & (IN_IGNORED | IN_UNMOUNT))
		forget_names(dir);
	else if (event->len && (event->mask & (IN_DELETE | IN_MOVED_FROM)))
		remove_name(dir, event->name, strlen(event->name));
	else if (event->len && !add_name(dir, event->name, strlen(event->name)))
		forget_names(dir);
}

static void take_events(void)
{
	char buf[4096] __attribute__((aligned(8)));
	const struct inotify_event *event;
	ssize_t n, at;

	while ((n = read(cache.fd, buf, sizeof(buf))) > 0) {
		for (at = 0; at < n; at += sizeof(*event) + event->len) {
			event = (const struct inotify_event *)(buf + at);
			apply_event(event);
		}
		/* Room for another event was left: there was none. */
		if (n + sizeof(*event) + KSMBD_NAME_MAX + 1 <= sizeof(buf))
			return;
	}
}

/* ---- filling ---- */

/* File systems that change by this kernel's calls only. */
static bool is_local(int dirfd)
{
	static const u32 local[] = {
		0xef53,	    /* ext2, ext3, ext4 */
		0x58465342, /* xfs */
		0x9123683e, /* btrfs */
		0x01021994, /* tmpfs */
		0xf2f52010, /* f2fs */
		0x2fc12fc1, /* zfs */
	};
	struct statx stx;
	struct statfs fs;
	u32 i;

	/* All names of an encrypted directory change when a key comes or goes. */
	if (fstatfs(dirfd, &fs) || statx(dirfd, "", AT_EMPTY_PATH, 0, &stx) ||
	    (stx.stx_attributes & STATX_ATTR_ENCRYPTED))
		return false;
	for (i = 0; i < ARRAY_SIZE(local); i++)
		if ((u32)fs.f_type == local[i])
			return true;
	return false;
}

static struct dir *find_dir(const struct ksmbd_stat *st)
{
	u32 i;

	for (i = 0; i < MAX_DIRS; i++)
		if (cache.dirs[i].used && cache.dirs[i].ino == st->ino &&
		    cache.dirs[i].dev == st->dev)
			return &cache.dirs[i];
	return NULL;
}

/* The slot that was not used for longest, other than @keep, is emptied. */
static struct dir *make_room(const struct dir *keep)
{
	struct dir *oldest = NULL;
	u32 i;

	for (i = 0; i < MAX_DIRS; i++)
		if (&cache.dirs[i] != keep && (!oldest || cache.dirs[i].used < oldest->used))
			oldest = &cache.dirs[i];
	forget_names(oldest);
	return oldest;
}

static bool fill_name(void *ctx, const char *name, u32 len)
{
	return add_name(ctx, name, len);
}

/* Watch, scan, catch up. The caller holds the lock, which is dropped for the scan. */
static bool fill_dir(struct dir *dir, int dirfd)
{
	char proc[PROC_PATH_SIZE];
	int err;

	dir->wd = inotify_add_watch(cache.fd, ksmbd_vfs_proc_path(dirfd, proc), WATCHED);
	if (dir->wd <= 0 || !grow(dir)) {
		if (dir->wd < 0)
			dir->wd = 0;
		forget_names(dir);
		return false;
	}
	cache.filling = true;
	pthread_mutex_unlock(&cache.lock);
	err = ksmbd_vfs_scan(dirfd, fill_name, dir);
	pthread_mutex_lock(&cache.lock);
	cache.filling = false;
	if (err) {
		forget_names(dir);
		return false;
	}
	while (cache.count > MAX_NAMES)
		make_room(dir);
	take_events();
	return dir->buckets;
}

static bool open_queue(void)
{
	if (cache.fd == -1) {
		cache.fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
		if (cache.fd < 0)
			cache.fd = -2;
	}
	return cache.fd >= 0;
}

/* The directory's names, or NULL: they are not known. With the lock. */
static struct dir *get_names(int dirfd, const struct ksmbd_stat *st)
{
	struct dir *dir;

	if (cache.filling || !open_queue())
		return NULL;
	take_events();
	dir = find_dir(st);
	if (!dir) {
		if (!is_local(dirfd))
			return NULL;
		dir = make_room(NULL);
		dir->dev = st->dev;
		dir->ino = st->ino;
		dir->used = ++cache.clock;
		return NULL; /* a second time it may be worth it */
	}
	dir->used = ++cache.clock;
	if (!dir->buckets && !fill_dir(dir, dirfd))
		return NULL;
	return dir;
}

/* May the client list the directory? Who may not has to be told by the scan. */
static bool may_list(int dirfd)
{
	return !ksmbd_vfs_lacks(KSMBD_DEGRADE_PROC | KSMBD_DEGRADE_FACCESSAT2) &&
	       !syscall(SYS_faccessat2, dirfd, "", R_OK, AT_EACCESS | AT_EMPTY_PATH);
}

/* Return: 0, -ENOENT, or -EAGAIN: the directory has to be scanned. */
static int match_cached(int dirfd, const char *comp, u32 len, char *found)
{
	struct ksmbd_stat st;
	struct dir *dir;
	int ret = -EAGAIN;

	if (!may_list(dirfd) || ksmbd_vfs_stat(dirfd, "", AT_EMPTY_PATH, &st))
		return ret;
	pthread_mutex_lock(&cache.lock);
	dir = get_names(dirfd, &st);
	if (dir)
		ret = match_name(dir, comp, len, found);
	pthread_mutex_unlock(&cache.lock);
	return ret;
}

bool ksmbd_vfs_names_drop(void)
{
	bool any;

	pthread_mutex_lock(&cache.lock);
	any = !cache.filling && cache.count;
	if (!cache.filling)
		forget_all();
	pthread_mutex_unlock(&cache.lock);
	return any;
}

/* ---- without ---- */

struct match {
	const char *comp;
	u32 len;
	char *found;
};

static bool compare_name(void *ctx, const char *name, u32 len)
{
	const struct match *m = ctx;

	if (len > KSMBD_NAME_MAX || !ksmbd_name_equal_caseless(name, len, m->comp, m->len))
		return true;
	memcpy(m->found, name, len + 1);
	return false;
}

int ksmbd_vfs_match(int dirfd, const char *comp, u32 len, char found[KSMBD_NAME_MAX + 1])
{
	struct match m = { .comp = comp, .len = len, .found = found };
	int ret = match_cached(dirfd, comp, len, found);

	if (ret != -EAGAIN)
		return ret;
	ret = ksmbd_vfs_scan(dirfd, compare_name, &m);
	if (ret == 1)
		return 0;
	return !ret || ret == -EACCES ? -ENOENT : ret;
}
