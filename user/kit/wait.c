// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Wait queues and completions. A waiter sleeps on its task's condition
 * variable, and stays on the queue, until it leaves it under the queue's lock:
 * whoever wakes it under that lock finds the task alive.
 */

#include <errno.h>
#include <limits.h>
#include <time.h>

#include "internal.h"
#include <linux/jiffies.h>
#include <linux/wait.h>

void init_waitqueue_head(struct wait_queue_head *wq)
{
	kit_check(pthread_mutex_init(&wq->raw, NULL));
	INIT_LIST_HEAD(&wq->head);
}

int waitqueue_active(struct wait_queue_head *wq)
{
	return !list_empty(&wq->head);
}

bool wq_has_sleeper(struct wait_queue_head *wq)
{
	bool any;

	kit_raw_lock(&wq->raw);
	any = !list_empty(&wq->head);
	kit_raw_unlock(&wq->raw);
	return any;
}

void kit_wait_begin(struct wait_queue_head *wq, struct kit_waiter *w)
{
	w->task = kit_current();
	w->woken = false;
	kit_raw_lock(&wq->raw);
	list_add_tail(&w->node, &wq->head);
	kit_raw_unlock(&wq->raw);
	w->task->waiting = true;
}

void kit_wait_end(struct wait_queue_head *wq, struct kit_waiter *w)
{
	w->task->waiting = false;
	kit_raw_lock(&wq->raw);
	list_del(&w->node);
	kit_raw_unlock(&wq->raw);
}

/*
 * The flags are cleared on the way out, before the caller looks at its
 * condition: a wakeup that comes after the look is kept for the next sleep.
 */
long kit_wait_sleep(struct kit_waiter *w, long timeout)
{
	struct task_struct *task = w->task;
	bool forever = timeout == MAX_SCHEDULE_TIMEOUT;
	unsigned long end = jiffies + (unsigned long)timeout;
	struct timespec deadline;
	long left = timeout;

	if (!forever)
		kit_deadline(&deadline, timeout);
	kit_raw_lock(&task->lock);
	while (!w->woken && !task->kicked) {
		if (forever) {
			pthread_cond_wait(&task->cond, &task->lock);
		} else if (pthread_cond_clockwait(&task->cond, &task->lock, CLOCK_MONOTONIC,
						  &deadline) == ETIMEDOUT) {
			left = 0;
			break;
		}
	}
	w->woken = false;
	task->kicked = false;
	kit_raw_unlock(&task->lock);
	if (!forever && left)
		left = kit_deadline_left(end);
	return left;
}

static void wake_waiter(struct kit_waiter *w)
{
	struct task_struct *task = w->task;

	kit_raw_lock(&task->lock);
	w->woken = true;
	pthread_cond_signal(&task->cond);
	kit_raw_unlock(&task->lock);
}

void kit_wake_up(struct wait_queue_head *wq)
{
	struct kit_waiter *w;

	kit_jitter();
	kit_raw_lock(&wq->raw);
	list_for_each_entry(w, &wq->head, node)
		wake_waiter(w);
	kit_raw_unlock(&wq->raw);
}

static long sleep_for(long timeout)
{
	struct kit_waiter w = { .task = kit_current() };

	might_sleep();
	if (timeout <= 0)
		return 0;
	return kit_wait_sleep(&w, timeout);
}

long schedule_timeout_interruptible(long timeout)
{
	return sleep_for(timeout);
}

long schedule_timeout_uninterruptible(long timeout)
{
	return sleep_for(timeout);
}

long schedule_timeout_killable(long timeout)
{
	return sleep_for(timeout);
}

void init_completion(struct completion *x)
{
	x->done = 0;
	init_waitqueue_head(&x->wait);
}

void reinit_completion(struct completion *x)
{
	kit_raw_lock(&x->wait.raw);
	x->done = 0;
	kit_raw_unlock(&x->wait.raw);
}

/*
 * The unlock is the last thing that touches x: a waiter that saw done took
 * the lock after it, and may free x.
 */
void complete(struct completion *x)
{
	struct kit_waiter *w;

	kit_jitter();
	kit_raw_lock(&x->wait.raw);
	if (x->done != UINT_MAX)
		x->done++;
	if (!list_empty(&x->wait.head)) {
		w = list_first_entry(&x->wait.head, struct kit_waiter, node);
		/* The next complete() is for the next waiter. */
		list_del_init(&w->node);
		wake_waiter(w);
	}
	kit_raw_unlock(&x->wait.raw);
}

void complete_all(struct completion *x)
{
	struct kit_waiter *w;

	kit_jitter();
	kit_raw_lock(&x->wait.raw);
	x->done = UINT_MAX;
	list_for_each_entry(w, &x->wait.head, node)
		wake_waiter(w);
	kit_raw_unlock(&x->wait.raw);
}

static bool take_done_locked(struct completion *x)
{
	if (!x->done)
		return false;
	if (x->done != UINT_MAX)
		x->done--;
	return true;
}

bool completion_done(struct completion *x)
{
	bool done;

	kit_raw_lock(&x->wait.raw);
	done = x->done;
	kit_raw_unlock(&x->wait.raw);
	return done;
}

bool try_wait_for_completion(struct completion *x)
{
	bool done;

	kit_raw_lock(&x->wait.raw);
	done = take_done_locked(x);
	kit_raw_unlock(&x->wait.raw);
	return done;
}

/*
 * complete() wakes the first waiter only. That one either takes what was done,
 * or its time is up at that moment: then it must not go without having looked.
 */
static long wait_done(struct completion *x, long timeout)
{
	struct kit_waiter w = { .task = kit_current() };
	bool done;

	might_sleep();
	INIT_LIST_HEAD(&w.node);
	kit_raw_lock(&x->wait.raw);
	for (;;) {
		done = take_done_locked(x);
		if (done || !timeout)
			break;
		if (list_empty(&w.node))
			list_add_tail(&w.node, &x->wait.head);
		kit_raw_unlock(&x->wait.raw);
		timeout = kit_wait_sleep(&w, timeout);
		kit_raw_lock(&x->wait.raw);
	}
	list_del_init(&w.node);
	kit_raw_unlock(&x->wait.raw);
	if (!done)
		return 0;
	return timeout ? timeout : 1;
}

void wait_for_completion(struct completion *x)
{
	wait_done(x, MAX_SCHEDULE_TIMEOUT);
}

unsigned long wait_for_completion_timeout(struct completion *x, unsigned long timeout)
{
	return (unsigned long)wait_done(x, (long)timeout);
}

int wait_for_completion_interruptible(struct completion *x)
{
	wait_done(x, MAX_SCHEDULE_TIMEOUT);
	return 0;
}

int wait_for_completion_killable(struct completion *x)
{
	wait_done(x, MAX_SCHEDULE_TIMEOUT);
	return 0;
}

long wait_for_completion_interruptible_timeout(struct completion *x, unsigned long timeout)
{
	return wait_done(x, (long)timeout);
}
