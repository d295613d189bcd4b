// SPDX-License-Identifier: GPL-2.0-or-later
/* Work queues: taking items back and waiting for them. */

#include <sched.h>

#include "workqueue_internal.h"

enum grab {
	GRAB_IDLE,	/* it was not pending */
	GRAB_PENDING,	/* it was, and is off the timer and the lists */
	GRAB_CANCELING, /* somebody else is cancelling: PENDING is his */
};

/* One try, under the lock of the queue that the item was on last. False: look again. */
static bool grab_locked(struct workqueue_struct *wq, struct work_struct *work,
			struct delayed_work *dwork, bool wait, enum grab *result)
{
	if (kit_work_set_pending(work)) {
		*result = GRAB_IDLE;
		return true;
	}
	if (READ_ONCE(work->state) & WORK_CANCELING) {
		*result = GRAB_CANCELING;
		if (!wait)
			return true;
		kit_wq_wait_changed(wq);
		return false;
	}
	if ((dwork && del_timer(&dwork->timer)) || !list_empty(&work->entry)) {
		*result = GRAB_PENDING;
		list_del_init(&work->entry);
		kit_wq_complete_barriers(&work->barriers);
		kit_wq_changed(wq);
		return true;
	}
	return false;
}

/*
 * Makes PENDING the caller's. The one state in which that has to wait is
 * between the timer and the list.
 */
static enum grab grab_pending(struct work_struct *work, struct delayed_work *dwork, bool wait,
			      unsigned long mark)
{
	struct workqueue_struct *wq;
	enum grab result;
	bool got;

	for (;;) {
		wq = __atomic_load_n(&work->wq, __ATOMIC_ACQUIRE);
		if (!wq) {
			/* Never queued, or being so for the first time right now. */
			if (kit_work_set_pending(work)) {
				__atomic_or_fetch(&work->state, mark, __ATOMIC_SEQ_CST);
				return GRAB_IDLE;
			}
			sched_yield();
			continue;
		}
		kit_raw_lock(&wq->lock);
		got = READ_ONCE(work->wq) == wq && grab_locked(wq, work, dwork, wait, &result);
		if (got && result != GRAB_CANCELING)
			__atomic_or_fetch(&work->state, mark, __ATOMIC_SEQ_CST);
		kit_raw_unlock(&wq->lock);
		if (got)
			return result;
		if (dwork)
			kit_timer_wait(&dwork->timer);
		sched_yield();
	}
}

bool mod_delayed_work(struct workqueue_struct *wq, struct delayed_work *dwork, unsigned long delay)
{
	enum grab was = grab_pending(&dwork->work, dwork, false, 0);

	if (was == GRAB_CANCELING)
		return true;
	kit_raw_lock(&wq->lock);
	if (kit_wq_may_queue(wq))
		kit_wq_start_delay(wq, dwork, delay);
	else
		kit_work_clear_state(&dwork->work);
	kit_raw_unlock(&wq->lock);
	return was == GRAB_PENDING;
}

static void check_not_own(const struct work_struct *work, const char *what)
{
	if (unlikely(kit_this_worker && kit_this_worker->current_work == work &&
		     kit_this_worker->current_func == work->func))
		kit_bug(__FILE__, __LINE__, "%s of a work item by its own function", what);
}

/* Waits for the instance that is queued or running now. */
static bool wait_work(struct work_struct *work, bool running_only)
{
	struct workqueue_struct *wq;
	struct kit_worker *worker;
	struct kit_barrier b;
	bool wait = false;

	wq = __atomic_load_n(&work->wq, __ATOMIC_ACQUIRE);
	if (!wq)
		return false;
	init_completion(&b.done);
	kit_raw_lock(&wq->lock);
	worker = kit_wq_find_running(wq, work);
	if (!running_only && READ_ONCE(work->wq) == wq && !list_empty(&work->entry)) {
		list_add_tail(&b.node, &work->barriers);
		wait = true;
	} else if (worker) {
		list_add_tail(&b.node, &worker->barriers);
		wait = true;
	}
	kit_raw_unlock(&wq->lock);
	if (wait)
		wait_for_completion(&b.done);
	return wait;
}

bool flush_work(struct work_struct *work)
{
	might_sleep();
	check_not_own(work, "flush");
	return wait_work(work, false);
}

bool flush_delayed_work(struct delayed_work *dwork)
{
	struct workqueue_struct *wq;

	might_sleep();
	check_not_own(&dwork->work, "flush");
	if (del_timer_sync(&dwork->timer)) {
		wq = dwork->wq;
		kit_raw_lock(&wq->lock);
		kit_wq_insert(wq, &dwork->work);
		kit_raw_unlock(&wq->lock);
	}
	return wait_work(&dwork->work, false);
}

static bool cancel(struct work_struct *work, struct delayed_work *dwork)
{
	enum grab was = grab_pending(work, dwork, false, 0);

	if (was != GRAB_CANCELING)
		kit_work_clear_state(work);
	return was == GRAB_PENDING;
}

bool cancel_work(struct work_struct *work)
{
	return cancel(work, NULL);
}

bool cancel_delayed_work(struct delayed_work *dwork)
{
	return cancel(&dwork->work, dwork);
}

static bool cancel_sync(struct work_struct *work, struct delayed_work *dwork)
{
	struct workqueue_struct *wq;
	enum grab was;

	might_sleep();
	check_not_own(work, "cancel");
	was = grab_pending(work, dwork, true, WORK_CANCELING);
	wait_work(work, true);
	wq = READ_ONCE(work->wq);
	if (!wq) {
		kit_work_clear_state(work);
		return false;
	}
	kit_raw_lock(&wq->lock);
	kit_work_clear_state(work);
	kit_wq_changed(wq);
	kit_raw_unlock(&wq->lock);
	return was == GRAB_PENDING;
}

bool cancel_work_sync(struct work_struct *work)
{
	return cancel_sync(work, NULL);
}

bool cancel_delayed_work_sync(struct delayed_work *dwork)
{
	return cancel_sync(&dwork->work, dwork);
}

/* Is anything left that was queued at or before seq? */
static bool unfinished_locked(struct workqueue_struct *wq, u64 seq)
{
	struct work_struct *work;
	struct kit_worker *worker;

	if (!list_empty(&wq->pending) &&
	    list_first_entry(&wq->pending, struct work_struct, entry)->seq <= seq)
		return true;
	list_for_each_entry(worker, &wq->busy, node) {
		if (worker->current_work && worker->current_seq <= seq)
			return true;
		list_for_each_entry(work, &worker->scheduled, entry)
			if (work->seq <= seq)
				return true;
	}
	return false;
}

void kit_flush_workqueue(struct workqueue_struct *wq)
{
	u64 seq;

	might_sleep();
	if (unlikely(kit_this_worker && kit_this_worker->wq == wq))
		kit_bug(__FILE__, __LINE__, "work queue %s flushed by its own work", wq->name);
	kit_raw_lock(&wq->lock);
	seq = wq->last_seq;
	while (unfinished_locked(wq, seq))
		kit_wq_wait_changed(wq);
	kit_raw_unlock(&wq->lock);
}

void drain_workqueue(struct workqueue_struct *wq)
{
	might_sleep();
	if (unlikely(kit_this_worker && kit_this_worker->wq == wq))
		kit_bug(__FILE__, __LINE__, "work queue %s drained by its own work", wq->name);
	kit_raw_lock(&wq->lock);
	while (unfinished_locked(wq, U64_MAX))
		kit_wq_wait_changed(wq);
	kit_raw_unlock(&wq->lock);
}
