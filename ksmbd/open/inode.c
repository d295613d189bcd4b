// SPDX-License-Identifier: GPL-2.0-or-later
/* The table of inodes that somebody has open. */
#include <linux/hash.h>
#include <linux/hashtable.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

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
