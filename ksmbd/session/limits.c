// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/hashtable.h>
#include <linux/jhash.h>
#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/minmax.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/stddef.h>
#include <linux/string.h>

#include "host/sock.h"
#include "session/limits.h"

/* Failures before such a pause do not count; nor does anybody pay for longer. */
#define FORGET_MS (15 * 60 * 1000)
/* Of those that failed longest ago, how many are looked at for one to be forgotten. */
#define MAX_TRIES 32
/* Bytes of an IPv6 key that are common to a site. */
#define SITE_BYTES 6

/**
 * struct culprit - where failures come from
 * @site: a whole /48, without the networks of it that have entries of their own
 * @until: jiffies when each of the penalties ends; the past: none. In 64 bits, as all times here:
 *	entries may grow old, and a past that turns into a future would lock an address out.
 */
struct culprit {
	struct hlist_node link;
	struct list_head age;
	u8 family;
	bool site;
	u8 key[sizeof_field(struct ksmbd_addr, key)];
	u32 failures;
	u64 last; /* jiffies */
	u64 until[KSMBD_LIMITS_PENALTIES];
};

static DEFINE_SPINLOCK(limits_lock);
static DEFINE_HASHTABLE(culprits, 8); /* under limits_lock, with the three below */
static LIST_HEAD(by_age);	      /* who failed last is the last */
static u32 nr_culprits;
static u32 hash_seed; /* whoever has many addresses chooses what is hashed */

/* All of a site are in one place: they are few, and to be counted. */
static u32 hash_of(const struct ksmbd_addr *peer)
{
	return jhash(peer->key, peer->family == 6 ? SITE_BYTES : sizeof(peer->key),
		     hash_seed ^ peer->family);
}

static bool is_of_site(const struct culprit *culprit, const struct ksmbd_addr *peer)
{
	return culprit->family == peer->family && !memcmp(culprit->key, peer->key, SITE_BYTES);
}

static bool is_meant(const struct culprit *culprit, const struct ksmbd_addr *peer, bool site)
{
	if (culprit->site != site || !is_of_site(culprit, peer))
		return false;
	return site || !memcmp(culprit->key, peer->key, sizeof(culprit->key));
}

static struct culprit *find_entry(const struct ksmbd_addr *peer, bool site)
{
	struct culprit *culprit;

	hash_for_each_possible(culprits, culprit, link, hash_of(peer))
		if (is_meant(culprit, peer, site))
			return culprit;
	return NULL;
}

static struct culprit *find_culprit(const struct ksmbd_addr *peer)
{
	struct culprit *culprit = find_entry(peer, false);

	return culprit || peer->family != 6 ? culprit : find_entry(peer, true);
}

static bool has_many(const struct ksmbd_addr *peer)
{
	struct culprit *culprit;
	u32 n = 0;

	hash_for_each_possible(culprits, culprit, link, hash_of(peer))
		n += !culprit->site && is_of_site(culprit, peer);
	return n >= KSMBD_LIMITS_SITE_MAX;
}

static void remove_culprit(struct culprit *culprit)
{
	hash_del(&culprit->link);
	list_del(&culprit->age);
	nr_culprits--;
}

static void enter_culprit(struct culprit *culprit, const struct ksmbd_addr *peer)
{
	u32 i;

	if (!nr_culprits)
		get_random_bytes(&hash_seed, sizeof(hash_seed));
	memset(culprit, 0, sizeof(*culprit));
	culprit->family = peer->family;
	culprit->site = peer->family == 6 && has_many(peer);
	memcpy(culprit->key, peer->key, culprit->site ? SITE_BYTES : sizeof(culprit->key));
	for (i = 0; i < KSMBD_LIMITS_PENALTIES; i++)
		culprit->until[i] = get_jiffies_64();
	culprit->last = get_jiffies_64();
	hash_add(culprits, &culprit->link, hash_of(peer));
	list_add_tail(&culprit->age, &by_age);
	nr_culprits++;
}

/* The penalty that ends first; it may have ended. */
static u64 *first_penalty(struct culprit *culprit)
{
	u64 *first = &culprit->until[0];
	u32 i;

	for (i = 1; i < KSMBD_LIMITS_PENALTIES; i++)
		if (culprit->until[i] < *first)
			first = &culprit->until[i];
	return first;
}

static bool has_paid(const struct culprit *culprit)
{
	u64 now = get_jiffies_64();
	u32 i;

	for (i = 0; i < KSMBD_LIMITS_PENALTIES; i++)
		if (now < culprit->until[i])
			return false;
	return true;
}

/* Takes the place of somebody who has paid; NULL: nobody has. */
static struct culprit *forget_one(void)
{
	struct culprit *culprit;
	u32 tries = 0;

	list_for_each_entry(culprit, &by_age, age) {
		if (++tries > MAX_TRIES)
			break;
		if (!has_paid(culprit))
			continue;
		remove_culprit(culprit);
		return culprit;
	}
	return NULL;
}

/* The peer's entry; made of *@fresh if there is none, which is NULL then. */
static struct culprit *get_culprit(const struct ksmbd_addr *peer, struct culprit **fresh)
{
	struct culprit *culprit = find_culprit(peer);

	if (culprit)
		return culprit;
	if (nr_culprits == KSMBD_LIMITS_ADDRESSES) {
		culprit = forget_one();
	} else {
		culprit = *fresh;
		*fresh = NULL;
	}
	if (culprit)
		enter_culprit(culprit, peer);
	return culprit;
}

/* One failure more. Returns how often the delay is doubled. */
static u32 count_failure(struct culprit *culprit, u32 delay)
{
	u64 now = get_jiffies_64(), most = now + msecs_to_jiffies(FORGET_MS);
	u64 *until = first_penalty(culprit);
	u32 doublings;

	if (now > culprit->last + msecs_to_jiffies(FORGET_MS))
		culprit->failures = 0;
	doublings = min(culprit->failures, (u32)KSMBD_LIMITS_DOUBLINGS);
	culprit->failures = doublings + 1;
	culprit->last = now;
	if (*until < now)
		*until = now;
	*until += msecs_to_jiffies(delay << doublings) + 1;
	if (*until > most)
		*until = most;
	list_move_tail(&culprit->age, &by_age);
	return doublings;
}

u32 ksmbd_limits_failed(const struct ksmbd_addr *peer, u32 delay)
{
	u32 doublings = KSMBD_LIMITS_DOUBLINGS;
	struct culprit *fresh, *culprit;

	if (!delay)
		return 0;
	fresh = kzalloc(sizeof(*fresh), GFP_KERNEL);
	spin_lock(&limits_lock);
	culprit = get_culprit(peer, &fresh);
	if (culprit)
		doublings = count_failure(culprit, delay);
	spin_unlock(&limits_lock);
	kfree(fresh);
	return delay << doublings;
}

u32 ksmbd_limits_wait(const struct ksmbd_addr *peer)
{
	struct culprit *culprit;
	u64 now = get_jiffies_64(), until;
	u32 ms = 0;

	spin_lock(&limits_lock);
	culprit = find_culprit(peer);
	if (culprit) {
		until = *first_penalty(culprit);
		if (now < until)
			ms = jiffies_to_msecs(until - now) + 1;
	}
	spin_unlock(&limits_lock);
	return ms;
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
