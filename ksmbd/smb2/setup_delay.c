// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/jiffies.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "config_types.h"
#include "frame/request_types.h"
#include "session/limits.h"
#include "smb2/setup_delay.h"
#include "util/workers.h"

/* An answer that is held back; lives from its parking to its unhook. */
struct setup_delay {
	struct delayed_work timer;
	struct ksmbd_request *req;
	ntstatus_t status;
};

static bool enter_delay(struct ksmbd_conn *conn)
{
	bool room;

	spin_lock(&conn->lock);
	room = conn->nr_delayed < KSMBD_SETUP_DELAYED_MAX;
	conn->nr_delayed += room;
	spin_unlock(&conn->lock);
	return room;
}

/* The request stays until this has returned: its unhook waits. */
static void delay_is_over(struct work_struct *work)
{
	struct setup_delay *delay = container_of(to_delayed_work(work), struct setup_delay, timer);

	delay->req->park.wake(delay->req, STATUS_SUCCESS);
}

static void unhook_delay(struct ksmbd_request *req)
{
	struct setup_delay *delay = req->park.data;

	cancel_delayed_work_sync(&delay->timer);
	spin_lock(&req->conn->lock);
	req->conn->nr_delayed--;
	/* Whatever has woken it: the login has failed. */
	req->park.why = delay->status;
	spin_unlock(&req->conn->lock);
	kfree(delay);
}

static ntstatus_t tell_failure(struct ksmbd_request *req, ntstatus_t why)
{
	return why;
}

ntstatus_t ksmbd_setup_delay(struct ksmbd_request *req, ntstatus_t status)
{
	u32 ms = ksmbd_limits_failed(&req->conn->peer, req->conn->config->auth_delay);
	struct setup_delay *delay;

	if (!ms)
		return status;
	delay = kzalloc(sizeof(*delay), GFP_KERNEL);
	if (!delay || !enter_delay(req->conn)) {
		kfree(delay);
		req->drop_conn = true;
		return status;
	}
	INIT_DELAYED_WORK(&delay->timer, delay_is_over);
	delay->req = req;
	delay->status = status;
	ksmbd_request_park_quietly(req, tell_failure, unhook_delay, delay);
	req->park.spent = true;
	ksmbd_workers_queue_delayed(&delay->timer, msecs_to_jiffies(ms));
	return KSMBD_STATUS_PARKED;
}
