// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Kernel host file system: the names of directories that were looked into repeatedly.
 *
 * What keeps them true is fsnotify: it calls for every change of a marked directory, whoever
 * made it, before the call that made it returns, and under the directory's lock, so in order.
 * A scan holds that lock as well. So a scan and the events meanwhile can go into one table.
 *
 * File systems that others can change behind this kernel's back are always scanned; and
 * directories that are caseless themselves, whose events may spell a name differently; and
 * encrypted ones, all of whose names change when a key comes or goes.
 *
 * struct kept - owner: kept.list; whoever takes it off the list puts the mark's reference.
 * That is an eviction, or fsnotify when the directory goes. It is freed by fsnotify, later.
 *
 * Locks: kept.lock is taken under a directory's lock (events, scans), and nothing but memory
 * is asked for under it, without reclaim by file systems. No fsnotify call is made under it.
 */
#include <linux/err.h>
#include <linux/fsnotify_backend.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/wait.h>

#include "kc_vfs.h"
#include "name/case.h"
#include "vfs_linux.h"

#if defined(CONFIG_FSNOTIFY) && defined(KC_FSNOTIFY_INODE_EVENT)

#define MAX_DIRS    64
#define MAX_NAMES   (256 * 1024) /* of all directories: some 20 MB */
#define MAX_PER_DIR (MAX_NAMES / 2)
#define MAX_CHAIN   256 /* names in a bucket: more are no accident */
#define BUCKETS	    256 /* to begin with */
#define WATCHED	    (FS_CREATE | FS_DELETE | FS_MOVED_FROM | FS_MOVED_TO)

struct name {
	struct name *next;
	u32 hash;
	u32 len;
	char text[];
};

/**
 * struct kept - a directory's names
 * @inode: pinned by the mark as long as that is alive
 * @lost: a name is missing here, or it is off the list: of no use any more
 * @buckets: names by caseless hash, @mask + 1 of them
 */
struct kept {
	struct fsnotify_mark mark;
	struct list_head node;
	struct inode *inode;
	bool lost;
	struct name **buckets;
	u32 mask;
	u32 count;
};

static struct {
	struct mutex lock;
	struct list_head list; /* the last used first */
	u32 dirs;
	u32 names;
	struct fsnotify_group *group;
	unsigned long missed[MAX_DIRS]; /* hashes of directories where a name was missing once */
	u32 next_missed;
	atomic_t alive; /* structs, those that wait to be freed too */
	wait_queue_head_t freed;
} kept = {
	.lock = __MUTEX_INITIALIZER(kept.lock),
	.list = LIST_HEAD_INIT(kept.list),
	.alive = ATOMIC_INIT(0),
	.freed = __WAIT_QUEUE_HEAD_INITIALIZER(kept.freed),
};

static unsigned int lock_kept(void)
{
	unsigned int nofs = memalloc_nofs_save();

	mutex_lock(&kept.lock);
	return nofs;
}

static void unlock_kept(unsigned int nofs)
{
	mutex_unlock(&kept.lock);
	memalloc_nofs_restore(nofs);
}

/* ---- one directory's names, with the lock ---- */

/* The end of the bucket if there is none; NULL: it is too long. */
static struct name **find_exact(struct kept *k, const char *text, u32 len, u32 hash)
{
	struct name **at = &k->buckets[hash & k->mask];
	u32 n = 0;

	while (*at &&
	       ((*at)->hash != hash || (*at)->len != len || memcmp((*at)->text, text, len))) {
		if (++n > MAX_CHAIN)
			return NULL;
		at = &(*at)->next;
	}
	return at;
}

static bool grow(struct kept *k)
{
	u32 mask = k->buckets ? k->mask * 2 + 1 : BUCKETS - 1, i;
	struct name **buckets = kvcalloc(mask + 1, sizeof(*buckets), GFP_KERNEL), *name;

	if (!buckets)
		return false;
	for (i = 0; k->buckets && i <= k->mask; i++) {
		while ((name = k->buckets[i])) {
			k->buckets[i] = name->next;
			name->next = buckets[name->hash & mask];
			buckets[name->hash & mask] = name;
		}
	}
	kvfree(k->buckets);
	k->buckets = buckets;
	k->mask = mask;
	return true;
}

/* False: there is no room, and the directory cannot be kept. */
static bool add_name(struct kept *k, const char *text, u32 len)
{
	u32 hash = ksmbd_name_hash_caseless(text, len);
	struct name *name, **at;

	if (len > KSMBD_NAME_MAX)
		return true; /* no client can ask for it */
	if (k->count >= MAX_PER_DIR || (k->count > k->mask && !grow(k)))
		return false;
	at = find_exact(k, text, len, hash);
	if (!at)
		return false;
	if (*at)
		return true; /* a scan and an event told the same */
	name = kmalloc(sizeof(*name) + len + 1, GFP_KERNEL);
	if (!name)
		return false;
	name->next = NULL;
	name->hash = hash;
	name->len = len;
	memcpy(name->text, text, len);
	name->text[len] = '\0';
	*at = name;
	k->count++;
	kept.names++;
	return true;
}

static void remove_name(struct kept *k, const char *text, u32 len)
{
	struct name **at = find_exact(k, text, len, ksmbd_name_hash_caseless(text, len));
	struct name *name = at ? *at : NULL;

	if (!name)
		return;
	*at = name->next;
	kfree(name);
	k->count--;
	kept.names--;
}

static int match_name(const struct kept *k, const char *comp, u32 len, char *found)
{
	u32 hash = ksmbd_name_hash_caseless(comp, len);
	const struct name *name;

	for (name = k->buckets[hash & k->mask]; name; name = name->next) {
		if (name->hash == hash &&
		    ksmbd_name_equal_caseless(name->text, name->len, comp, len)) {
			memcpy(found, name->text, name->len + 1);
			return 0;
		}
	}
	return -ENOENT;
}

/* ---- fsnotify calls ---- */

static bool is_alive(const struct kept *k)
{
	return READ_ONCE(k->mark.flags) & FSNOTIFY_MARK_FLAG_ALIVE;
}

/* With the lock: what is still in the buckets counts no more, and no more is added. */
static void forget_count(struct kept *k)
{
	kept.names -= k->count;
	k->count = 0;
	k->lost = true;
}

/* With the lock: take @k off the list; true: the caller has the mark's reference now. */
static bool take_off(struct kept *k)
{
	if (list_empty(&k->node))
		return false;
	list_del_init(&k->node);
	kept.dirs--;
	forget_count(k);
	return true;
}

static int take_event(struct fsnotify_mark *mark, u32 mask, struct inode *inode, struct inode *dir,
		      const struct qstr *file_name, u32 cookie)
{
	struct kept *k = container_of(mark, struct kept, mark);
	unsigned int nofs;

	if (!file_name || !(mask & WATCHED))
		return 0;
	nofs = lock_kept();
	if (k->lost)
		; /* nobody asks it any more */
	else if (mask & (FS_DELETE | FS_MOVED_FROM))
		remove_name(k, file_name->name, file_name->len);
	else if (!add_name(k, file_name->name, file_name->len))
		k->lost = true;
	unlock_kept(nofs);
	return 0;
}

/* The directory goes, or we let it go. */
static void let_go(struct fsnotify_mark *mark, struct fsnotify_group *group)
{
	struct kept *k = container_of(mark, struct kept, mark);
	unsigned int nofs = lock_kept();
	bool mine = take_off(k);

	unlock_kept(nofs);
	if (mine)
		fsnotify_put_mark(mark);
}

static void free_kept(struct fsnotify_mark *mark)
{
	struct kept *k = container_of(mark, struct kept, mark);
	struct name *name;
	u32 i;

	for (i = 0; k->buckets && i <= k->mask; i++) {
		while ((name = k->buckets[i])) {
			k->buckets[i] = name->next;
			kfree(name);
		}
	}
	kvfree(k->buckets);
	kfree(k);
	if (atomic_dec_and_test(&kept.alive))
		wake_up(&kept.freed);
}

static const struct fsnotify_ops ops = {
	.handle_inode_event = take_event,
	.freeing_mark = let_go,
	.free_mark = free_kept,
};

/* Without locks; @k was taken off the list by the caller. */
static void destroy_kept(struct kept *k)
{
	fsnotify_destroy_mark(&k->mark, kept.group);
	fsnotify_put_mark(&k->mark);
}

/* Forget directories until what is left fits; @all: forget them all. */
static bool make_room(bool all)
{
	unsigned int nofs;
	bool any = false;
	struct kept *k;

	for (;;) {
		k = NULL;
		nofs = lock_kept();
		if (!list_empty(&kept.list) &&
		    (all || kept.dirs > MAX_DIRS || kept.names > MAX_NAMES)) {
			k = list_last_entry(&kept.list, struct kept, node);
			any |= k->count != 0;
			take_off(k);
		}
		unlock_kept(nofs);
		if (!k)
			return any;
		destroy_kept(k);
	}
}

/* ---- filling ---- */

/* File systems that change by this kernel's calls only. */
static bool is_local(const struct inode *dir)
{
	static const u32 local[] = {
		0xef53,	    /* ext2, ext3, ext4 */
		0x58465342, /* xfs */
		0x9123683e, /* btrfs */
		0x01021994, /* tmpfs */
		0xf2f52010, /* f2fs */
		0x2fc12fc1, /* zfs */
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(local); i++)
		if ((u32)dir->i_sb->s_magic == local[i])
			return !IS_CASEFOLDED(dir) && !IS_ENCRYPTED(dir);
	return false;
}

static struct kept *alloc_kept(struct inode *dir)
{
	struct kept *k = kzalloc(sizeof(*k), GFP_KERNEL);

	if (!k || !grow(k)) {
		kfree(k);
		return NULL;
	}
	fsnotify_init_mark(&k->mark, kept.group);
	k->mark.mask = WATCHED;
	k->inode = dir;
	INIT_LIST_HEAD(&k->node);
	atomic_inc(&kept.alive);
	return k;
}

static bool fill_name(void *arg, const char *text, u32 len)
{
	struct kept *k = arg;
	unsigned int nofs = lock_kept();
	bool more = !k->lost && add_name(k, text, len);

	unlock_kept(nofs);
	return more;
}

/* With the lock: @k is filled. False: it is of no use. */
static bool put_on(struct kept *k)
{
	/* A directory that goes later finds @k on the list: let_go() waits for the lock. */
	if (k->lost || !is_alive(k))
		return false;
	list_add(&k->node, &kept.list);
	kept.dirs++;
	return true;
}

/* Mark, scan, match. Until @k is on the list its reference is ours. */
static int fill_and_match(const struct path *dir, const char *comp, u32 len, char *found)
{
	struct inode *inode = d_inode(dir->dentry);
	struct kept *k = alloc_kept(inode);
	unsigned int nofs;
	int err;
	bool on;

	if (!k)
		return -EAGAIN;
	nofs = memalloc_nofs_save();
	err = fsnotify_add_inode_mark(&k->mark, inode, 0);
	memalloc_nofs_restore(nofs);
	if (err) { /* somebody else is filling it */
		fsnotify_put_mark(&k->mark);
		return -EAGAIN;
	}
	err = ksmbd_vfs_scan(dir, fill_name, k);
	nofs = lock_kept();
	on = !err && put_on(k);
	if (on) {
		err = match_name(k, comp, len, found);
	} else {
		forget_count(k);
		err = -EAGAIN;
	}
	unlock_kept(nofs);
	if (on)
		make_room(false);
	else
		destroy_kept(k);
	return err;
}

/* Is this the second time that a name is missing in @dir? Hashes may collide: no harm. */
static bool missed_before(const struct inode *dir)
{
	unsigned long hash = dir->i_ino ^ (unsigned long)dir->i_sb;
	u32 i;

	for (i = 0; i < MAX_DIRS; i++)
		if (kept.missed[i] == hash)
			return true;
	kept.missed[kept.next_missed++ % MAX_DIRS] = hash;
	return false;
}

static struct kept *find_kept(const struct inode *dir)
{
	struct kept *k;

	list_for_each_entry(k, &kept.list, node)
		if (k->inode == dir && is_alive(k))
			return k;
	return NULL;
}

static struct fsnotify_group *get_group(void)
{
	struct fsnotify_group *group;

	if (kept.group)
		return kept.group;
#ifdef KC_FSNOTIFY_GROUP_FLAGS
	group = fsnotify_alloc_group(&ops, 0);
#else
	group = fsnotify_alloc_group(&ops);
#endif
	if (!IS_ERR(group))
		kept.group = group;
	return kept.group;
}

int ksmbd_vfs_kept_match(const struct path *dir, const char *comp, u32 len, char *found)
{
	struct inode *inode = d_inode(dir->dentry);
	bool fill = false, lost = false;
	unsigned int nofs;
	struct kept *k;
	int err = -EAGAIN;

	if (!is_local(inode))
		return err;
	nofs = lock_kept();
	k = find_kept(inode);
	if (k && !k->lost) {
		list_move(&k->node, &kept.list);
		err = match_name(k, comp, len, found);
	} else if (k) {
		lost = take_off(k);
	} else {
		fill = missed_before(inode) && get_group();
	}
	unlock_kept(nofs);
	if (lost)
		destroy_kept(k);
	return fill ? fill_and_match(dir, comp, len, found) : err;
}

bool ksmbd_vfs_names_drop(void)
{
	return make_room(true);
}

void ksmbd_vfs_names_exit(void)
{
	make_room(true);
	if (!kept.group)
		return;
	fsnotify_wait_marks_destroyed();
	wait_event(kept.freed, !atomic_read(&kept.alive));
	fsnotify_wait_marks_destroyed(); /* for the end of the last free_kept() */
	fsnotify_put_group(kept.group);
	kept.group = NULL;
}

#else /* no fsnotify, or one with another way to call */

int ksmbd_vfs_kept_match(const struct path *dir, const char *comp, u32 len, char *found)
{
	return -EAGAIN;
}

bool ksmbd_vfs_names_drop(void)
{
	return false;
}

void ksmbd_vfs_names_exit(void)
{
}

#endif
