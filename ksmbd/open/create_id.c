// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/hashtable.h>
#include <linux/jhash.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "open/create_id.h"
#include "open/open.h"
#include "session/session_types.h"

static DEFINE_SPINLOCK(table_lock);
static DECLARE_HASHTABLE(ids, 8); /* under table_lock, as is nr_ids */
static u32 nr_ids;
static u32 hash_seed; /* the client chooses what is hashed */

void ksmbd_create_id_init(void)
{
	hash_init(ids);
	get_random_bytes(&hash_seed, sizeof(hash_seed));
}

static u32 id_hash(const struct ksmbd_create_id *id)
{
	return jhash(id->create, sizeof(id->create), hash_seed);
}

/* Called with table_lock held. */
static struct ksmbd_create_id *find_id(const struct ksmbd_create_id *wanted)
{
	struct ksmbd_create_id *id;

	hash_for_each_possible(ids, id, hash, id_hash(wanted))
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

	if (!fresh)
		return STATUS_INSUFFICIENT_RESOURCES;
	spin_lock(&table_lock);
	found = find_id(wanted);
	if (!found) {
		hash_add(ids, &fresh->hash, id_hash(fresh));
		nr_ids++;
	} else if (!again) {
		status = STATUS_DUPLICATE_OBJECTID;
	} else {
		status = check_replay(found, wanted, user);
		if (status == STATUS_SUCCESS)
			*open = ksmbd_open_get(found->open);
	}
	spin_unlock(&table_lock);
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
		hash_del(&ended->hash);
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
