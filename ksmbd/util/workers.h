/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The bounded worker pool that every connection shares (house rule 7), and its annexe. */
#ifndef KSMBD_UTIL_WORKERS_H
#define KSMBD_UTIL_WORKERS_H

#include <linux/workqueue.h>

int ksmbd_workers_init(void);
/** ksmbd_workers_exit() - waits for everything queued */
void ksmbd_workers_exit(void);
/** ksmbd_workers_queue() - false when @work is already pending */
bool ksmbd_workers_queue(struct work_struct *work);
/**
 * ksmbd_workers_queue_waiting() - run @work where it may wait for a peer
 *
 * A pool of its own, large enough for every connection, so that peers that do not read
 * keep no worker from the others.
 */
bool ksmbd_workers_queue_waiting(struct work_struct *work);
/** ksmbd_workers_queue_delayed() - (re)arm a timer; runs on the pool */
void ksmbd_workers_queue_delayed(struct delayed_work *work, unsigned long delay_jiffies);

#endif
