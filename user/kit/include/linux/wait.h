/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIT_LINUX_WAIT_H
#define KIT_LINUX_WAIT_H

#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/sched.h>

/*
 * The waiter evaluates the condition, whoever changes it calls wake_up()
 * afterwards, with or without a lock. No signal ends a wait here, so that the
 * interruptible forms differ in name only. kthread_stop() makes the stopped
 * thread look at its condition again.
 */
struct wait_queue_head {
	pthread_mutex_t raw;
	struct list_head head;
};

typedef struct wait_queue_head wait_queue_head_t;

struct kit_waiter {
	struct list_head node;
	struct task_struct *task;
	bool woken;
};

#define __WAIT_QUEUE_HEAD_INITIALIZER(name)         \
	{                                           \
		.head = LIST_HEAD_INIT((name).head) \
	}
#define DECLARE_WAIT_QUEUE_HEAD(name) \
	struct wait_queue_head name = __WAIT_QUEUE_HEAD_INITIALIZER(name)
#define DECLARE_WAIT_QUEUE_HEAD_ONSTACK(name) DECLARE_WAIT_QUEUE_HEAD(name)

void init_waitqueue_head(struct wait_queue_head *wq);
/* Without a lock: the answer may be old by the time it is used. */
int waitqueue_active(struct wait_queue_head *wq);
bool wq_has_sleeper(struct wait_queue_head *wq);

void kit_wait_begin(struct wait_queue_head *wq, struct kit_waiter *w);
/* Sleeps until woken or out of time; returns the jiffies left. */
long kit_wait_sleep(struct kit_waiter *w, long timeout);
void kit_wait_end(struct wait_queue_head *wq, struct kit_waiter *w);
void kit_wake_up(struct wait_queue_head *wq);

/* No exclusive waiters exist: everybody is woken. */
#define wake_up(wq)		      kit_wake_up(wq)
#define wake_up_all(wq)		      kit_wake_up(wq)
#define wake_up_interruptible(wq)     kit_wake_up(wq)
#define wake_up_interruptible_all(wq) kit_wake_up(wq)

#define __kit_wait(wq, condition, timeout)                            \
	({                                                            \
		struct kit_waiter __kw;                               \
		long __kw_left = (timeout);                           \
		bool __kw_ok;                                         \
                                                                      \
		kit_wait_begin(&(wq), &__kw);                         \
		for (;;) {                                            \
			__kw_ok = !!(condition);                      \
			if (__kw_ok || !__kw_left)                    \
				break;                                \
			__kw_left = kit_wait_sleep(&__kw, __kw_left); \
		}                                                     \
		kit_wait_end(&(wq), &__kw);                           \
		__kw_ok ? (__kw_left ? __kw_left : 1) : 0;            \
	})

#define wait_event(wq, condition)                                              \
	do {                                                                   \
		might_sleep();                                                 \
		if (!(condition))                                              \
			(void)__kit_wait(wq, condition, MAX_SCHEDULE_TIMEOUT); \
	} while (0)

/* In the kernel it does not count as load, and may last. */
#define wait_event_idle(wq, condition) wait_event(wq, condition)

/* 0: time is up and the condition false. Else the jiffies left, at least 1. */
#define wait_event_timeout(wq, condition, timeout)                  \
	({                                                          \
		long __kw_t = (timeout);                            \
                                                                    \
		might_sleep();                                      \
		if (condition)                                      \
			__kw_t = __kw_t ? __kw_t : 1;               \
		else                                                \
			__kw_t = __kit_wait(wq, condition, __kw_t); \
		__kw_t;                                             \
	})

#define wait_event_interruptible(wq, condition) \
	({                                      \
		wait_event(wq, condition);      \
		0;                              \
	})
#define wait_event_killable(wq, condition) wait_event_interruptible(wq, condition)
#define wait_event_interruptible_timeout(wq, condition, timeout) \
	wait_event_timeout(wq, condition, timeout)
#define wait_event_killable_timeout(wq, condition, timeout) \
	wait_event_timeout(wq, condition, timeout)

#endif
