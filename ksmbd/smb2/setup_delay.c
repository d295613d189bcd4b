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

/* An answer that is held back, or a login; lives from its parking to its unhook. */
struct setup_delay {
	struct delayed_work timer;
	struct ksmbd_request *req;
	ntstatus_t status; /* the answer; STATUS_SUCCESS: there is none yet */
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
	if (delay->status != STATUS_SUCCESS)
		req->park.why = delay->status;
	spin_unlock(&req->conn->lock);
	kfree(delay);
}

static ntstatus_t tell_failure(struct ksmbd_request *req, ntstatus_t why)
{
	return why;
}

/* Parks the request for @ms. False: there is no memory, or no room on the connection. */
static bool begin_delay(struct ksmbd_request *req, u32 ms, ntstatus_t status,
			ntstatus_t (*resume)(struct ksmbd_request *req, ntstatus_t why))
{
	struct setup_delay *delay = kzalloc(sizeof(*delay), GFP_KERNEL);

	if (!delay || !enter_delay(req->conn)) {
		kfree(delay);
		return false;
	}
	INIT_DELAYED_WORK(&delay->timer, delay_is_over);
	delay->req = req;
	delay->status = status;
	ksmbd_request_park_quietly(req, resume, unhook_delay, delay);
	req->park.spent = status != STATUS_SUCCESS;
	ksmbd_workers_queue_delayed(&delay->timer, msecs_to_jiffies(ms));
	return true;
}

ntstatus_t ksmbd_setup_delay(struct ksmbd_request *req, ntstatus_t status)
{
	u32 ms = ksmbd_limits_failed(&req->conn->peer, req->conn->config->auth_delay);

	if (!ms)
		return status;
	if (begin_delay(req, ms, status, tell_failure))
		return KSMBD_STATUS_PARKED;
	req->drop_conn = true;
	return status;
}

ntstatus_t ksmbd_setup_hold(struct ksmbd_request *req,
			    ntstatus_t (*resume)(struct ksmbd_request *req, ntstatus_t why))
{
	u32 ms = req->conn->config->auth_delay ? ksmbd_limits_wait(&req->conn->peer) : 0;

	if (!ms)
		return STATUS_SUCCESS;
	return begin_delay(req, ms, STATUS_SUCCESS, resume) ? KSMBD_STATUS_PARKED :
							      STATUS_REQUEST_NOT_ACCEPTED;
}
