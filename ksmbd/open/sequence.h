/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Channel sequence numbers: a client that loses a channel counts up and sends what had no
 * answer again, over another one. What then arrives late over the lost channel must not undo
 * what came after it, and what is sent again waits until the first attempt is over.
 * [MS-SMB2] 3.3.4.1, 3.3.5.2.10
 *
 * A request is under way from ksmbd_sequence_enter() until its last answer is about to be
 * queued, also while it is parked.
 */
#ifndef KSMBD_OPEN_SEQUENCE_H
#define KSMBD_OPEN_SEQUENCE_H

#include "open/open_types.h"

/**
 * ksmbd_sequence_enter() - a request on the handle arrives
 * @number: ChannelSequence of its header; @again: it is sent again
 * @round: for ksmbd_sequence_leave()
 *
 * Return: false: it is late, or the first attempt may still be under way: it must change
 * nothing, and does not count.
 */
bool ksmbd_sequence_enter(struct ksmbd_sequence *seq, u16 number, bool again, u32 *round);

/** ksmbd_sequence_leave() - a request that was let in is answered, or never will be */
void ksmbd_sequence_leave(struct ksmbd_sequence *seq, u32 round);

#endif
