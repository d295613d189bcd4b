/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIT_LINUX_SCHED_H
#define KIT_LINUX_SCHED_H

#include <linux/limits.h>
#include <linux/types.h>

struct task_struct;

#define TASK_COMM_LEN	     16
#define MAX_SCHEDULE_TIMEOUT LONG_MAX

/* Both sleep, and return the jiffies left: 0, or more when wake_up_process() came first. */
long schedule_timeout_interruptible(long timeout);
long schedule_timeout_uninterruptible(long timeout);
long schedule_timeout_killable(long timeout);
void cond_resched(void);
/* Starts a thread of kthread_create(), or ends the wait that the task is in. 1: it did. */
int wake_up_process(struct task_struct *task);

struct task_struct *get_task_struct(struct task_struct *task);
void put_task_struct(struct task_struct *task);

#endif
