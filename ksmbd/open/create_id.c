// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/jhash.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "open/create_id.h"
#include "open/open.h"
#include "session/session_types.h"

/* The table grows with what is in it, up to half a megabyte; it does not shrink. */
#define FEW_BUCKETS 64
#define MAX_BUCKETS (64u << 10)

static DEFINE_SPINLOCK(table_lock);
/* Under table_lock: buckets, as many as a power of two, and ids in them. */
static struct hlist_head few[FEW_BUCKETS];
static struct hlist_head *table = few;
static u32 nr_buckets = FEW_BUCKETS;
static u32 nr_ids;
static u32 hash_seed; /* the client chooses what is hashed */

void ksmbd_create_id_init(void)
{
	get_random_bytes(&hash_seed, sizeof(hash_seed));
}

void ksmbd_create_id_exit(void)
{
	WARN_ON_ONCE(nr_ids);
	if (table != few)
		kvfree(table);
	memset(few, 0, sizeof(few));
	table = few;
	nr_buckets = FEW_BUCKETS;
}

/* Called with table_lock held. */
static struct hlist_head *bucket_of(const struct ksmbd_create_id *id)
{
	return &table[jhash(id->create, sizeof(id->create), hash_seed) & (nr_buckets - 1)];
}

/* Moves everything to @larger, of @count buckets. Return: what is to be freed. Lock held. */
static struct hlist_head *adopt_table(struct hlist_head *larger, u32 count)
{
	struct hlist_head *stale = table;
	struct ksmbd_create_id *id;
	struct hlist_node *next;
	u32 old = nr_buckets, i;

	table = larger;
	nr_buckets = count;
	for (i = 0; i < old; i++) {
		hlist_for_each_entry_safe(id, next, &stale[i], hash) {
			hlist_del(&id->hash);
			hlist_add_head(&id->hash, bucket_of(id));
		}
	}
	return stale == few ? NULL : stale;
}

/* It was seen with @old buckets and more in them. Without memory it stays as it is. */
static void grow_table(u32 old)
{
	struct hlist_head *larger = kvcalloc(2 * old, sizeof(*larger), GFP_KERNEL);

	if (!larger)
		return;
	spin_lock(&table_lock);
	if (nr_buckets == old) /* else somebody was faster */
		larger = adopt_table(larger, 2 * old);
	spin_unlock(&table_lock);
	kvfree(larger);
}

/* Called with table_lock held. */
static struct ksmbd_create_id *find_id(const struct ksmbd_create_id *wanted)
{
	struct ksmbd_create_id *id;

	hlist_for_each_entry(id, bucket_of(wanted), hash)
		if (!memcmp(id->create, wanted->create, sizeof(id->create)) &&
		    !memcmp(id->client, wanted->client, sizeof(id->client)))
			return id;
	return NULL;
}

static bool same_user(const struct ksmbd_user *a, const struct ksmbd_user *b)
{
	return a->uid == b->uid && !strcmp(a->account, b->account);
}

/* May who sends @wanted again have the handle of @id? Called with table_lock held. */
static ntstatus_t check_replay(const struct ksmbd_create_id *id,
			       const struct ksmbd_create_id *wanted, const struct ksmbd_user *user)
{
	if (id->session_id != wanted->session_id)
		return STATUS_DUPLICATE_OBJECTID;
	if (!id->open)
		return STATUS_FILE_NOT_AVAILABLE;
	if (id->tree_id != wanted->tree_id || id->lease != wanted->lease ||
	    !same_user(id->open->user, user))
		return STATUS_ACCESS_DENIED;
	return id->name == wanted->name ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
}

ntstatus_t ksmbd_create_id_begin(const struct ksmbd_create_id *wanted, bool again,
				 const struct ksmbd_user *user, struct ksmbd_create_id **id,
				 struct ksmbd_open **open)
{
	struct ksmbd_create_id *fresh = kmemdup(wanted, sizeof(*wanted), GFP_KERNEL), *found;
	ntstatus_t status = STATUS_SUCCESS;
	u32 crowded = 0;

	if (!fresh)
		return STATUS_INSUFFICIENT_RESOURCES;
	spin_lock(&table_lock);
	found = find_id(wanted);
	if (!found) {
		hlist_add_head(&fresh->hash, bucket_of(fresh));
		if (++nr_ids > nr_buckets && nr_buckets < MAX_BUCKETS)
			crowded = nr_buckets;
	} else if (!again) {
		status = STATUS_DUPLICATE_OBJECTID;
	} else {
		status = check_replay(found, wanted, user);
		if (status == STATUS_SUCCESS)
			*open = ksmbd_open_get(found->open);
	}
	spin_unlock(&table_lock);
	if (crowded)
		grow_table(crowded);
	if (found)
		kfree(fresh);
	else
		*id = fresh;
	return status;
}

void ksmbd_create_id_end(struct ksmbd_create_id **id)
{
	struct ksmbd_create_id *ended;

	if (!READ_ONCE(*id))
		return;
	spin_lock(&table_lock);
	ended = *id;
	if (ended) {
		hlist_del(&ended->hash);
		nr_ids--;
		WRITE_ONCE(*id, NULL);
	}
	spin_unlock(&table_lock);
	kfree(ended);
}

void ksmbd_create_id_give(struct ksmbd_create_id **id, struct ksmbd_open *open)
{
	open->create_id = *id;
	*id = NULL;
}

void ksmbd_create_id_done(struct ksmbd_open *open)
{
	spin_lock(&table_lock);
	if (open->create_id) /* not closed meanwhile */
		open->create_id->open = open;
	spin_unlock(&table_lock);
}

void ksmbd_create_id_used(struct ksmbd_open *open)
{
	ksmbd_create_id_end(&open->create_id);
}

u32 ksmbd_create_id_count(void)
{
	u32 n;

	spin_lock(&table_lock);
	n = nr_ids;
	spin_unlock(&table_lock);
	return n;
}
