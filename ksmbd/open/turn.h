/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * WRITEs on one handle take turns: the file system would let only one at a time into
 * the file anyway, and the others would wait for it on a processor each. Who has to wait
 * keeps no thread: it is queued again when its turn comes. First come, first served.
 */
#ifndef KSMBD_OPEN_TURN_H
#define KSMBD_OPEN_TURN_H

#include "open/open_types.h"

struct ksmbd_request;

/**
 * ksmbd_open_take_turn() - may @req write on @open now?
 *
 * Return: true: yes, until ksmbd_open_end_turn(). False: not yet; @req is no longer the
 * caller's, who returns KSMBD_STATUS_DEFERRED without touching it. The handler runs
 * again, and is then told true.
 */
bool ksmbd_open_take_turn(struct ksmbd_open *open, struct ksmbd_request *req);

/** ksmbd_open_end_turn() - let the next one write; nothing if @req has no turn */
void ksmbd_open_end_turn(struct ksmbd_request *req);

#endif
