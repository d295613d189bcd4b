// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/errno.h>
#include <linux/workqueue.h>

#include "util/workers.h"

/* Requests wait for disks, not for each other: more of them than processors is right. */
#define MAX_WORKERS 32

static struct workqueue_struct *workers;

int ksmbd_workers_init(void)
{
	workers = alloc_workqueue("ksmbd-io", WQ_UNBOUND | WQ_MEM_RECLAIM, MAX_WORKERS);
	return workers ? 0 : -ENOMEM;
}

void ksmbd_workers_exit(void)
{
	destroy_workqueue(workers);
	workers = NULL;
}

bool ksmbd_workers_queue(struct work_struct *work)
{
	return queue_work(workers, work);
}

void ksmbd_workers_queue_delayed(struct delayed_work *work, unsigned long delay_jiffies)
{
	mod_delayed_work(workers, work, delay_jiffies);
}
