// SPDX-License-Identifier: GPL-2.0-or-later
/* The table of inodes that somebody has open. */
#include <linux/hash.h>
#include <linux/hashtable.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "open/notify.h"
#include "open/open.h"

#define TABLE_BITS 10

static DEFINE_SPINLOCK(table_lock);
static DECLARE_HASHTABLE(inodes, TABLE_BITS); /* under table_lock */

int ksmbd_inode_table_init(void)
{
	hash_init(inodes);
	return 0;
}

void ksmbd_inode_table_exit(void)
{
	WARN_ON_ONCE(!hash_empty(inodes));
}

static u64 inode_hash(const struct ksmbd_stat *st)
{
	return st->ino ^ (st->dev << 32) ^ st->generation;
}

/* A counted reference, or NULL. Called with table_lock held. */
static struct ksmbd_inode *find_inode(const struct ksmbd_stat *st)
{
	struct ksmbd_inode *inode;

	hash_for_each_possible(inodes, inode, hash, inode_hash(st)) {
		if (inode->ino != st->ino || inode->dev != st->dev ||
		    inode->generation != st->generation)
			continue;
		refcount_inc(&inode->refs);
		return inode;
	}
	return NULL;
}

struct ksmbd_inode *ksmbd_inode_lookup(const struct ksmbd_stat *st)
{
	struct ksmbd_inode *inode;

	spin_lock(&table_lock);
	inode = find_inode(st);
	spin_unlock(&table_lock);
	return inode;
}

struct ksmbd_inode *ksmbd_inode_get(const struct ksmbd_stat *st)
{
	struct ksmbd_inode *inode = ksmbd_inode_lookup(st), *fresh;

	if (inode)
		return inode;
	fresh = kzalloc(sizeof(*fresh), GFP_KERNEL);
	if (!fresh)
		return NULL;
	refcount_set(&fresh->refs, 1);
	fresh->dev = st->dev;
	fresh->ino = st->ino;
	fresh->generation = st->generation;
	mutex_init(&fresh->lock);
	INIT_LIST_HEAD(&fresh->opens);
	INIT_LIST_HEAD(&fresh->waiters);
	fresh->exclusive_locks = RB_ROOT_CACHED;
	fresh->shared_locks = RB_ROOT_CACHED;
	fresh->waiting_locks = RB_ROOT_CACHED;
	atomic_set(&fresh->nr_locks, 0);
	atomic_set(&fresh->shared, 0);
	spin_lock(&table_lock);
	inode = find_inode(st);
	if (!inode)
		hash_add(inodes, &fresh->hash, inode_hash(st));
	spin_unlock(&table_lock);
	if (!inode)
		return fresh;
	kfree(fresh);
	return inode;
}

void ksmbd_inode_put(struct ksmbd_inode *inode)
{
	if (!inode)
		return;
	/* The last put and the removal are one step: a lookup must not revive a dead inode. */
	spin_lock(&table_lock);
	if (!refcount_dec_and_test(&inode->refs)) {
		spin_unlock(&table_lock);
		return;
	}
	hash_del(&inode->hash);
	spin_unlock(&table_lock);
	kfree(inode);
}

bool ksmbd_inode_doomed(const struct ksmbd_stat *st)
{
	struct ksmbd_inode *inode = ksmbd_inode_lookup(st);
	bool doomed;

	if (!inode)
		return false;
	mutex_lock(&inode->lock);
	doomed = inode->delete_pending;
	mutex_unlock(&inode->lock);
	ksmbd_inode_put(inode);
	return doomed;
}

void ksmbd_inode_doom(struct ksmbd_inode *inode, struct ksmbd_open *by)
{
	struct ksmbd_open *before = inode->doomed_by, *open;

	lockdep_assert_held(&inode->lock);
	if (by && !inode->delete_pending)
		list_for_each_entry(open, &inode->opens, inode_link)
			ksmbd_notify_doomed(open);
	inode->delete_pending = by;
	inode->doomed_by = by ? ksmbd_open_get(by) : NULL;
	ksmbd_open_put(before); /* not the inode's last: the caller has another */
}

static u32 bucket_of(const struct ksmbd_inode *inode)
{
	struct ksmbd_stat st = { .dev = inode->dev,
				 .ino = inode->ino,
				 .generation = inode->generation };

	return hash_min(inode_hash(&st), HASH_BITS(inodes));
}

struct ksmbd_inode *ksmbd_inode_walk(struct ksmbd_inode *inode)
{
	u32 bucket = inode ? bucket_of(inode) : 0;
	struct hlist_node *next;

	spin_lock(&table_lock);
	/* Its reference kept it in the table. */
	next = inode ? inode->hash.next : inodes[0].first;
	while (!next && ++bucket < HASH_SIZE(inodes))
		next = inodes[bucket].first;
	if (next)
		refcount_inc(&hlist_entry(next, struct ksmbd_inode, hash)->refs);
	spin_unlock(&table_lock);
	ksmbd_inode_put(inode);
	return hlist_entry_safe(next, struct ksmbd_inode, hash);
}
