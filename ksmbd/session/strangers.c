// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/wait.h>

#include "session/conn.h"
#include "session/strangers.h"

/* Whose it is; family 0: nobody's. */
struct place {
	u8 family;
	u8 key[sizeof_field(struct ksmbd_addr, key)];
};

static DEFINE_SPINLOCK(places_lock);
static struct place places[KSMBD_STRANGER_PLACES]; /* under places_lock */
static DECLARE_WAIT_QUEUE_HEAD(place_free);

static bool is_of(const struct place *place, const struct ksmbd_addr *peer)
{
	return place->family == peer->family && !memcmp(place->key, peer->key, sizeof(place->key));
}

/* A place for @peer, counted from 1; 0: there is none now. */
static u32 take_place(const struct ksmbd_addr *peer)
{
	u32 i, own = 0, found = 0;

	spin_lock(&places_lock);
	for (i = 0; i < KSMBD_STRANGER_PLACES; i++) {
		if (!places[i].family)
			found = i + 1;
		else
			own += is_of(&places[i], peer);
	}
	if (own >= KSMBD_STRANGER_ADDRESS_MAX)
		found = 0;
	if (found) {
		places[found - 1].family = peer->family;
		memcpy(places[found - 1].key, peer->key, sizeof(places[0].key));
	}
	spin_unlock(&places_lock);
	return found;
}

u32 ksmbd_stranger_enter(struct ksmbd_conn *conn)
{
	u32 place = 0;

	wait_event_idle(place_free, (place = take_place(&conn->peer)) != 0 ||
					    ksmbd_conn_state(conn) == KSMBD_CONN_CLOSING);
	return place;
}

void ksmbd_stranger_leave(u32 place)
{
	if (!place)
		return;
	spin_lock(&places_lock);
	places[place - 1].family = 0;
	spin_unlock(&places_lock);
	wake_up_all(&place_free);
}

void ksmbd_stranger_wake(void)
{
	wake_up_all(&place_free);
}
