// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/errno.h>
#include <linux/workqueue.h>

#include "util/workers.h"

/* Requests wait for disks, not for each other: more of them than processors is right. */
#define MAX_WORKERS 32

/* One for each connection that could be stuck at the same time. */
#define MAX_WAITING 512

static struct workqueue_struct *workers;
static struct workqueue_struct *waiting;

int ksmbd_workers_init(void)
{
	workers = alloc_workqueue("ksmbd-io", WQ_UNBOUND | WQ_MEM_RECLAIM, MAX_WORKERS);
	if (!workers)
		return -ENOMEM;
	waiting = alloc_workqueue("ksmbd-send", WQ_UNBOUND, MAX_WAITING);
	if (waiting)
		return 0;
	destroy_workqueue(workers);
	return -ENOMEM;
}

void ksmbd_workers_exit(void)
{
	destroy_workqueue(workers);
	destroy_workqueue(waiting);
	workers = NULL;
	waiting = NULL;
}

bool ksmbd_workers_queue_waiting(struct work_struct *work)
{
	return queue_work(waiting, work);
}

bool ksmbd_workers_queue(struct work_struct *work)
{
	return queue_work(workers, work);
}

void ksmbd_workers_queue_delayed(struct delayed_work *work, unsigned long delay_jiffies)
{
	mod_delayed_work(workers, work, delay_jiffies);
}
