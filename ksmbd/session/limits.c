// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/hashtable.h>
#include <linux/jhash.h>
#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/minmax.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/stddef.h>
#include <linux/string.h>

#include "host/sock.h"
#include "session/limits.h"

/* Failures before such a pause do not count. */
#define FORGET_MS (15 * 60 * 1000)

struct culprit {
	struct hlist_node link;
	struct list_head age;
	u8 family;
	u8 key[sizeof_field(struct ksmbd_addr, key)];
	u32 failures;
	unsigned long last; /* jiffies */
};

static DEFINE_SPINLOCK(limits_lock);
static DEFINE_HASHTABLE(culprits, 8); /* under limits_lock, with the two below */
static LIST_HEAD(by_age);	      /* who failed last is the last */
static u32 nr_culprits;

static u32 hash_of(const struct ksmbd_addr *peer)
{
	return jhash(peer->key, sizeof(peer->key), peer->family);
}

static struct culprit *find_culprit(const struct ksmbd_addr *peer)
{
	struct culprit *culprit;

	hash_for_each_possible(culprits, culprit, link, hash_of(peer))
		if (culprit->family == peer->family &&
		    !memcmp(culprit->key, peer->key, sizeof(culprit->key)))
			return culprit;
	return NULL;
}

static void remove_culprit(struct culprit *culprit)
{
	hash_del(&culprit->link);
	list_del(&culprit->age);
	nr_culprits--;
}

static void enter_culprit(struct culprit *culprit, const struct ksmbd_addr *peer)
{
	culprit->family = peer->family;
	memcpy(culprit->key, peer->key, sizeof(culprit->key));
	culprit->failures = 0;
	hash_add(culprits, &culprit->link, hash_of(peer));
	list_add_tail(&culprit->age, &by_age);
	nr_culprits++;
}

/* The peer's entry, made of *@fresh if there is none; *@fresh is then what is to be freed. */
static struct culprit *get_culprit(const struct ksmbd_addr *peer, struct culprit **fresh)
{
	struct culprit *culprit = find_culprit(peer), *oldest = NULL;

	if (culprit || !*fresh)
		return culprit;
	culprit = *fresh;
	if (nr_culprits == KSMBD_LIMITS_ADDRESSES) {
		oldest = list_first_entry(&by_age, struct culprit, age);
		remove_culprit(oldest);
	}
	enter_culprit(culprit, peer);
	*fresh = oldest;
	return culprit;
}

u32 ksmbd_limits_failed(const struct ksmbd_addr *peer, u32 delay)
{
	struct culprit *fresh, *culprit;
	u32 failures = 1;

	if (!delay)
		return 0;
	fresh = kzalloc(sizeof(*fresh), GFP_KERNEL);
	spin_lock(&limits_lock);
	culprit = get_culprit(peer, &fresh);
	if (culprit) {
		if (time_after(jiffies, culprit->last + msecs_to_jiffies(FORGET_MS)))
			culprit->failures = 0;
		culprit->failures = min(culprit->failures, (u32)KSMBD_LIMITS_DOUBLINGS) + 1;
		culprit->last = jiffies;
		list_move_tail(&culprit->age, &by_age);
		failures = culprit->failures;
	}
	spin_unlock(&limits_lock);
	kfree(fresh);
	return delay << (failures - 1);
}

void ksmbd_limits_succeeded(const struct ksmbd_addr *peer)
{
	struct culprit *culprit;

	spin_lock(&limits_lock);
	culprit = find_culprit(peer);
	if (culprit)
		remove_culprit(culprit);
	spin_unlock(&limits_lock);
	kfree(culprit);
}

void ksmbd_limits_exit(void)
{
	struct culprit *culprit, *next;
	LIST_HEAD(gone);

	spin_lock(&limits_lock);
	list_for_each_entry_safe(culprit, next, &by_age, age) {
		remove_culprit(culprit);
		list_add_tail(&culprit->age, &gone);
	}
	spin_unlock(&limits_lock);
	list_for_each_entry_safe(culprit, next, &gone, age)
		kfree(culprit);
}
