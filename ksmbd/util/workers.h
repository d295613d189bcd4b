/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The bounded worker pool that every connection shares (house rule 7). */
#ifndef KSMBD_UTIL_WORKERS_H
#define KSMBD_UTIL_WORKERS_H

#include <linux/workqueue.h>

int ksmbd_workers_init(void);
/** ksmbd_workers_exit() - waits for everything queued */
void ksmbd_workers_exit(void);
/** ksmbd_workers_queue() - false when @work is already pending */
bool ksmbd_workers_queue(struct work_struct *work);
/** ksmbd_workers_queue_delayed() - (re)arm a timer; runs on the pool */
void ksmbd_workers_queue_delayed(struct delayed_work *work, unsigned long delay_jiffies);

#endif
