/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIT_LINUX_COMPLETION_H
#define KIT_LINUX_COMPLETION_H

#include <linux/wait.h>

/* May be freed as soon as the wait for it returned. */
struct completion {
	unsigned int done;
	struct wait_queue_head wait;
};

#define COMPLETION_INITIALIZER(work)                                          \
	{                                                                     \
		.done = 0, .wait = __WAIT_QUEUE_HEAD_INITIALIZER((work).wait) \
	}
#define COMPLETION_INITIALIZER_ONSTACK(work) COMPLETION_INITIALIZER(work)
#define DECLARE_COMPLETION(work)	     struct completion work = COMPLETION_INITIALIZER(work)
#define DECLARE_COMPLETION_ONSTACK(work)     DECLARE_COMPLETION(work)

void init_completion(struct completion *x);
void reinit_completion(struct completion *x);
void complete(struct completion *x);
/* For all waiters, those to come too, until reinit_completion(). */
void complete_all(struct completion *x);
bool completion_done(struct completion *x);
bool try_wait_for_completion(struct completion *x);
void wait_for_completion(struct completion *x);
/* 0: time is up. Else the jiffies left, at least 1. */
unsigned long wait_for_completion_timeout(struct completion *x, unsigned long timeout);
int wait_for_completion_interruptible(struct completion *x);
int wait_for_completion_killable(struct completion *x);
long wait_for_completion_interruptible_timeout(struct completion *x, unsigned long timeout);

#endif
