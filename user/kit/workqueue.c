// SPDX-License-Identifier: GPL-2.0-or-later
/* Work queues: their threads, queueing, start and end. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "workqueue_internal.h"
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/timekeeping.h>

#define WORKER_IDLE_SECONDS 10

/* By then a thread that was called is mostly here: longer than a burst of requests takes. */
#define CALL_PATIENCE_NS 20000

struct workqueue_struct *system_wq;
struct workqueue_struct *system_long_wq;
struct workqueue_struct *system_unbound_wq;

static pthread_mutex_t recycle_lock = PTHREAD_MUTEX_INITIALIZER;
static LIST_HEAD(recycle_list);
__thread struct kit_worker *kit_this_worker;

static void wake_worker_locked(struct workqueue_struct *wq);

void kit_init_work(struct work_struct *work, work_func_t func)
{
	WRITE_ONCE(work->state, 0);
	INIT_LIST_HEAD(&work->entry);
	INIT_LIST_HEAD(&work->barriers);
	work->func = func;
	WRITE_ONCE(work->wq, NULL);
	work->seq = 0;
}

void kit_init_delayed_work(struct delayed_work *dwork, work_func_t func)
{
	kit_init_work(&dwork->work, func);
	timer_setup(&dwork->timer, kit_delayed_work_timer, TIMER_IRQSAFE);
	dwork->wq = NULL;
}

bool work_pending(struct work_struct *work)
{
	return READ_ONCE(work->state) & WORK_PENDING;
}

struct kit_worker *kit_wq_find_running(struct workqueue_struct *wq, const struct work_struct *work)
{
	struct kit_worker *worker;

	list_for_each_entry(worker, &wq->busy, node)
		if (worker->current_work == work && worker->current_func == work->func)
			return worker;
	return NULL;
}

void kit_wq_complete_barriers(struct list_head *barriers)
{
	struct kit_barrier *b;

	while (!list_empty(barriers)) {
		b = list_first_entry(barriers, struct kit_barrier, node);
		list_del(&b->node);
		complete(&b->done);
	}
}

void kit_wq_changed(struct workqueue_struct *wq)
{
	if (wq->nr_waiting)
		pthread_cond_broadcast(&wq->changed);
}

void kit_wq_wait_changed(struct workqueue_struct *wq)
{
	wq->nr_waiting++;
	pthread_cond_wait(&wq->changed, &wq->lock);
	wq->nr_waiting--;
}

/*
 * The next item that may run here. One that runs elsewhere is handed to the
 * thread that runs it; that also keeps it from running twice at a time.
 */
static struct work_struct *next_work(struct kit_worker *self)
{
	struct workqueue_struct *wq = self->wq;
	struct work_struct *work;
	struct kit_worker *other;

	if (!list_empty(&self->scheduled))
		return list_first_entry(&self->scheduled, struct work_struct, entry);
	while (!list_empty(&wq->pending)) {
		work = list_first_entry(&wq->pending, struct work_struct, entry);
		other = kit_wq_find_running(wq, work);
		if (!other || other == self)
			return work;
		list_move_tail(&work->entry, &other->scheduled);
	}
	return NULL;
}

static void run_work(struct kit_worker *self, struct work_struct *work)
{
	struct workqueue_struct *wq = self->wq;
	work_func_t func = work->func;

	list_del_init(&work->entry);
	if (!list_empty(&wq->pending))
		wake_worker_locked(wq);
	list_splice_init(&work->barriers, &self->barriers);
	self->current_work = work;
	self->current_func = func;
	self->current_seq = work->seq;
	kit_work_clear_state(work);
	kit_raw_unlock(&wq->lock);

	kit_jitter();
	func(work);
	kit_check_no_locks(self->task, "work function", (void *)func);

	kit_raw_lock(&wq->lock);
	self->current_work = NULL;
	self->current_func = NULL;
	kit_wq_complete_barriers(&self->barriers);
	kit_wq_changed(wq);
}

/* Waits once for at most WORKER_IDLE_SECONDS; true when that time has passed. */
static bool doze(struct kit_worker *self)
{
	struct timespec deadline;

	clock_gettime(CLOCK_MONOTONIC, &deadline);
	deadline.tv_sec += WORKER_IDLE_SECONDS;
	return pthread_cond_clockwait(&self->wake, &self->wq->lock, CLOCK_MONOTONIC, &deadline) ==
	       ETIMEDOUT;
}

/* A thread that was called is here, or will never come. */
static void arrive_locked(struct kit_worker *self)
{
	if (self->called)
		self->wq->calling = 0;
	self->called = false;
}

/* False when the time to be idle is over and another thread is left. */
static bool wait_for_work(struct kit_worker *self)
{
	struct workqueue_struct *wq = self->wq;
	bool late = false;

	list_move(&self->node, &wq->idle);
	self->is_idle = true;
	while (self->is_idle && !wq->stopping && !(late && wq->nr_threads > 1))
		late = doze(self);
	if (self->is_idle && !wq->stopping)
		return false;
	self->is_idle = false;
	list_move(&self->node, &wq->busy);
	arrive_locked(self);
	return true;
}

static void leave_locked(struct kit_worker *self)
{
	struct workqueue_struct *wq = self->wq;

	self->left = true;
	arrive_locked(self);
	list_del(&self->node);
	wq->nr_threads--;
	if (!list_empty(&wq->pending) && !list_empty(&wq->idle)) /* it was called in vain */
		wake_worker_locked(wq);
	kit_wq_changed(wq);
}

static int worker_thread(void *data)
{
	struct kit_worker *self = data;
	struct workqueue_struct *wq = self->wq;
	struct work_struct *work;

	kit_this_worker = self;
	kit_raw_lock(&wq->lock);
	arrive_locked(self);
	wq->proven = true;
	kit_wq_changed(wq);
	for (;;) {
		work = next_work(self);
		if (work)
			run_work(self, work);
		else if (wq->stopping || !wait_for_work(self))
			break;
	}
	/* Under the lock that decided it: another idle thread may be about to leave too. */
	leave_locked(self);
	kit_raw_unlock(&wq->lock);
	return 0;
}

/* Also for a worker whose thread could not be made. */
static void free_worker(void *data)
{
	struct kit_worker *self = data;
	struct workqueue_struct *wq = self->wq;

	kit_raw_lock(&wq->lock);
	if (!self->left)
		leave_locked(self);
	kit_raw_unlock(&wq->lock);
	pthread_cond_destroy(&self->wake);
	free(self);
}

/* Nothing here sleeps: queue_work() comes here under spinlocks. */
static int add_worker_locked(struct workqueue_struct *wq)
{
	struct kit_worker *worker = calloc(1, sizeof(*worker));
	int err = -ENOMEM;

	if (!worker)
		return err;
	worker->task = kit_task_alloc(worker_thread, worker);
	if (!worker->task)
		goto free;
	worker->wq = wq;
	INIT_LIST_HEAD(&worker->barriers);
	INIT_LIST_HEAD(&worker->scheduled);
	pthread_cond_init(&worker->wake, NULL);
	strscpy(worker->task->comm, wq->name, sizeof(worker->task->comm));
	worker->task->cleanup = free_worker;
	worker->task->started = true;
	err = kit_task_start(worker->task);
	if (err)
		goto put_task;
	/* The thread, or its failure, comes here for the lock first. */
	list_add(&worker->node, &wq->busy);
	worker->called = true;
	wq->calling = ktime_get_ns();
	wq->nr_threads++;
	return 0;

put_task:
	put_task_struct(worker->task);
free:
	free(worker);
	return err;
}

/*
 * Calls one more thread, unless one is on its way: that one calls the next when it finds more
 * than it can do itself. What is short is often done by then, without a wake-up for each.
 * One that does not come soon has to wait for a processor: another may be luckier.
 * The thread that became idle last has the warmest cache.
 */
static void wake_worker_locked(struct workqueue_struct *wq)
{
	struct kit_worker *worker;

	if (wq->calling && ktime_get_ns() - wq->calling < CALL_PATIENCE_NS)
		return;
	if (!list_empty(&wq->idle)) {
		worker = list_first_entry(&wq->idle, struct kit_worker, node);
		worker->is_idle = false;
		worker->called = true;
		wq->calling = ktime_get_ns();
		list_move(&worker->node, &wq->busy);
		pthread_cond_signal(&worker->wake);
		return;
	}
	if (wq->nr_threads < wq->max_threads && add_worker_locked(wq) && !wq->nr_threads)
		kit_bug(__FILE__, __LINE__, "no thread for work queue %s", wq->name);
}

/* With PENDING owned by the caller. */
void kit_wq_insert(struct workqueue_struct *wq, struct work_struct *work)
{
	if (unlikely(!work->func))
		kit_bug(__FILE__, __LINE__, "work item without a function");
	WRITE_ONCE(work->wq, wq);
	work->seq = ++wq->last_seq;
	list_add_tail(&work->entry, &wq->pending);
	wake_worker_locked(wq);
}

bool kit_wq_may_queue(const struct workqueue_struct *wq)
{
	/* Draining: what the queue's own work chains is still taken. */
	if (likely(wq->alive))
		return true;
	WARN_ONCE(1, "work queued on %s, which is being destroyed", wq->name);
	return false;
}

bool queue_work(struct workqueue_struct *wq, struct work_struct *work)
{
	bool queued = false;

	/*
	 * A write even when it changes nothing: what the caller stored before
	 * is then visible to the function that is still to run.
	 */
	if (__atomic_fetch_or(&work->state, 0, __ATOMIC_SEQ_CST) & WORK_PENDING)
		return false;
	kit_raw_lock(&wq->lock);
	if (kit_wq_may_queue(wq) && kit_work_set_pending(work)) {
		kit_wq_insert(wq, work);
		queued = true;
	}
	kit_raw_unlock(&wq->lock);
	return queued;
}

void kit_delayed_work_timer(struct timer_list *timer)
{
	struct delayed_work *dwork = container_of(timer, struct delayed_work, timer);
	struct workqueue_struct *wq = dwork->wq;

	kit_raw_lock(&wq->lock);
	if (kit_wq_may_queue(wq))
		kit_wq_insert(wq, &dwork->work);
	else
		kit_work_clear_state(&dwork->work);
	kit_raw_unlock(&wq->lock);
}

/* With PENDING owned by the caller. */
void kit_wq_start_delay(struct workqueue_struct *wq, struct delayed_work *dwork,
			unsigned long delay)
{
	if (!delay) {
		kit_wq_insert(wq, &dwork->work);
		return;
	}
	WRITE_ONCE(dwork->work.wq, wq);
	dwork->wq = wq;
	mod_timer(&dwork->timer, jiffies + delay);
}

bool queue_delayed_work(struct workqueue_struct *wq, struct delayed_work *dwork,
			unsigned long delay)
{
	bool queued = false;

	if (__atomic_fetch_or(&dwork->work.state, 0, __ATOMIC_SEQ_CST) & WORK_PENDING)
		return false;
	kit_raw_lock(&wq->lock);
	if (kit_wq_may_queue(wq) && kit_work_set_pending(&dwork->work)) {
		kit_wq_start_delay(wq, dwork, delay);
		queued = true;
	}
	kit_raw_unlock(&wq->lock);
	return queued;
}

static struct workqueue_struct *get_queue(void)
{
	struct workqueue_struct *wq = NULL;
	void *probe = kmalloc(1, GFP_KERNEL);

	/* So that an injected allocation failure reaches this call too. */
	if (!probe)
		return NULL;
	kfree(probe);
	kit_raw_lock(&recycle_lock);
	if (!list_empty(&recycle_list)) {
		wq = list_first_entry(&recycle_list, struct workqueue_struct, recycle);
		list_del_init(&wq->recycle);
	}
	kit_raw_unlock(&recycle_lock);
	if (wq)
		return wq;
	wq = calloc(1, sizeof(*wq));
	if (!wq)
		return NULL;
	pthread_mutex_init(&wq->lock, NULL);
	pthread_cond_init(&wq->changed, NULL);
	INIT_LIST_HEAD(&wq->pending);
	INIT_LIST_HEAD(&wq->idle);
	INIT_LIST_HEAD(&wq->busy);
	INIT_LIST_HEAD(&wq->recycle);
	return wq;
}

static void put_queue(struct workqueue_struct *wq)
{
	kit_raw_lock(&recycle_lock);
	list_add(&wq->recycle, &recycle_list);
	kit_raw_unlock(&recycle_lock);
}

struct workqueue_struct *alloc_workqueue(const char *fmt, unsigned int flags, int max_active, ...)
{
	struct workqueue_struct *wq = get_queue();
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	va_list args;
	bool ok;

	if (!wq)
		return NULL;
	kit_raw_lock(&wq->lock);
	va_start(args, max_active);
	vsnprintf(wq->name, sizeof(wq->name), fmt, args);
	va_end(args);
	wq->max_threads = (unsigned int)(max_active > 0 ? min_t(int, max_active, WQ_MAX_ACTIVE) :
							  (int)max_t(long, cpus, 1) * 4);
	wq->stopping = false;
	wq->alive = true;
	/* One thread from the start: later shortage slows the queue, and never stops it. */
	wq->proven = false;
	if (!add_worker_locked(wq))
		while (wq->nr_threads && !wq->proven)
			kit_wq_wait_changed(wq);
	wq->alive = wq->nr_threads > 0;
	ok = wq->alive;
	kit_raw_unlock(&wq->lock);
	if (ok)
		return wq;
	put_queue(wq);
	return NULL;
}

void destroy_workqueue(struct workqueue_struct *wq)
{
	struct kit_worker *worker;

	drain_workqueue(wq);
	kit_raw_lock(&wq->lock);
	wq->alive = false;
	wq->stopping = true;
	list_for_each_entry(worker, &wq->idle, node)
		pthread_cond_signal(&worker->wake);
	while (wq->nr_threads)
		kit_wq_wait_changed(wq);
	kit_raw_unlock(&wq->lock);
	put_queue(wq);
}

int kit_workqueues_start(void)
{
	if (system_wq)
		return 0;
	system_wq = alloc_workqueue("events", 0, 0);
	if (!system_wq)
		return -ENOMEM;
	system_long_wq = system_wq;
	system_unbound_wq = system_wq;
	return 0;
}

void kit_workqueues_stop(void)
{
	if (system_wq)
		destroy_workqueue(system_wq);
	system_wq = NULL;
	system_long_wq = NULL;
	system_unbound_wq = NULL;
}

void kit_workqueues_free(void)
{
	struct workqueue_struct *wq;

	kit_raw_lock(&recycle_lock);
	while (!list_empty(&recycle_list)) {
		wq = list_first_entry(&recycle_list, struct workqueue_struct, recycle);
		list_del(&wq->recycle);
		pthread_cond_destroy(&wq->changed);
		pthread_mutex_destroy(&wq->lock);
		free(wq);
	}
	kit_raw_unlock(&recycle_lock);
}
