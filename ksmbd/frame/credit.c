// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/minmax.h>

#include "frame/credit.h"

#define RING(id) ((u32)((id) & (KSMBD_CREDIT_WINDOW - 1)))

/* Drops used ids at the lower end. Called with the lock held. */
static void slide_window(struct ksmbd_credits *credits)
{
	while (credits->low < credits->high && test_bit(RING(credits->low), credits->used)) {
		__clear_bit(RING(credits->low), credits->used);
		credits->low++;
		credits->nr_used--;
	}
}

bool ksmbd_credit_consume(struct ksmbd_credits *credits, u64 message_id, u32 charge)
{
	bool legal = false;
	u32 i;

	charge = max(charge, 1u);
	spin_lock(&credits->lock);
	if (message_id < credits->low || message_id >= credits->high ||
	    charge > credits->high - message_id)
		goto out;
	for (i = 0; i < charge; i++)
		if (test_bit(RING(message_id + i), credits->used))
			goto out;
	for (i = 0; i < charge; i++)
		__set_bit(RING(message_id + i), credits->used);
	credits->nr_used += charge;
	slide_window(credits);
	legal = true;
out:
	spin_unlock(&credits->lock);
	return legal;
}

u32 ksmbd_credit_grant(struct ksmbd_credits *credits, u32 asked)
{
	u32 width, outstanding, room, grant;

	spin_lock(&credits->lock);
	width = credits->high - credits->low;
	outstanding = width - credits->nr_used;
	/* A skipped id holds the window back: the ring must never wrap onto it. */
	room = min(credits->max - min(outstanding, credits->max), KSMBD_CREDIT_WINDOW - width);
	grant = min(max(asked, 1u), room);
	credits->high += grant;
	spin_unlock(&credits->lock);
	return grant;
}
