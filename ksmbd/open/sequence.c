// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/bug.h>
#include <linux/spinlock.h>

#include "open/sequence.h"

/* Numbers wrap: the half ahead of the current one is new, the other one old. */
#define NEWEST_STEP 0x7FFF

/* Called with seq->lock held. */
static bool enter_locked(struct ksmbd_sequence *seq, u16 number, bool again)
{
	u16 step = number - seq->number;

	if (step > NEWEST_STEP)
		return false;
	if (step) {
		seq->number = number;
		seq->round++;
		seq->before += seq->now;
		seq->now = 0;
	}
	if (again && seq->before)
		return false;
	seq->now++;
	return true;
}

bool ksmbd_sequence_enter(struct ksmbd_sequence *seq, u16 number, bool again, u32 *round)
{
	bool in;

	spin_lock(&seq->lock);
	in = enter_locked(seq, number, again);
	*round = seq->round;
	spin_unlock(&seq->lock);
	return in;
}

void ksmbd_sequence_leave(struct ksmbd_sequence *seq, u32 round)
{
	u32 *count;

	spin_lock(&seq->lock);
	count = round == seq->round ? &seq->now : &seq->before;
	if (!WARN_ON_ONCE(!*count))
		--*count;
	spin_unlock(&seq->lock);
}
