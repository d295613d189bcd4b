// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/list.h>
#include <linux/mutex.h>

#include "frame/request_types.h"
#include "open/open.h"
#include "open/turn.h"
#include "util/workers.h"

bool ksmbd_open_take_turn(struct ksmbd_open *open, struct ksmbd_request *req)
{
	bool mine;

	if (req->turn_open) /* it has come */
		return true;
	mutex_lock(&open->lock);
	mine = !open->writing;
	open->writing = true;
	req->turn_open = ksmbd_open_get(open);
	if (!mine) {
		req->deferred = true;
		list_add_tail(&req->turn_link, &open->writers);
	}
	mutex_unlock(&open->lock);
	return mine;
}

void ksmbd_open_end_turn(struct ksmbd_request *req)
{
	struct ksmbd_open *open = req->turn_open;
	struct ksmbd_request *next;

	if (!open)
		return;
	req->turn_open = NULL;
	mutex_lock(&open->lock);
	next = list_first_entry_or_null(&open->writers, struct ksmbd_request, turn_link);
	if (next)
		list_del(&next->turn_link);
	else
		open->writing = false;
	mutex_unlock(&open->lock);
	if (next)
		ksmbd_workers_queue(&next->work);
	ksmbd_open_put(open);
}
