/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIT_LINUX_KTHREAD_H
#define KIT_LINUX_KTHREAD_H

#include <linux/err.h>
#include <linux/sched.h>

/*
 * The task is freed when its function has returned and every reference is
 * gone; the running thread itself holds one. Whoever calls kthread_stop() for
 * a thread that may have returned already holds a reference of his own, taken
 * between kthread_create() and wake_up_process(), exactly as in the kernel.
 */
struct task_struct *kit_kthread_create(int (*fn)(void *data), void *data, const char *fmt, ...)
	__printf(3, 4);
#define kthread_create(fn, data, fmt, arg...) kit_kthread_create(fn, data, fmt, ##arg)
#define kthread_run(fn, data, fmt, arg...)                                         \
	({                                                                         \
		struct task_struct *__kr_t = kthread_create(fn, data, fmt, ##arg); \
                                                                                   \
		if (!IS_ERR(__kr_t))                                               \
			wake_up_process(__kr_t);                                   \
		__kr_t;                                                            \
	})

/* Asks, waits, and returns what the function returned; -EINTR when it never ran. */
int kthread_stop(struct task_struct *task);
bool kthread_should_stop(void);

#endif
