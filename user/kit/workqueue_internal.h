/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIT_WORKQUEUE_INTERNAL_H
#define KIT_WORKQUEUE_INTERNAL_H

/*
 * Work queues. Each queue has its own lock, list and threads.
 *
 * A work item is in one of these states:
 *   idle       PENDING clear
 *   delayed    PENDING set, its timer queued or just running
 *   queued     PENDING set, entry on its queue's list or on a worker's
 *   cancelled  PENDING and CANCELING set: somebody waits for it to stop running
 * Running is no state of the item, which its function may free: the worker
 * knows the address that it runs. Queues are recycled and not freed before
 * kit_exit(), so that a work item's wq pointer can always be locked.
 */
#include "internal.h"
#include <linux/workqueue.h>

#define WORK_PENDING   1UL
#define WORK_CANCELING 2UL

struct workqueue_struct {
	pthread_mutex_t lock;
	/* A cancel or a flush may go on, or a thread has ended. */
	pthread_cond_t changed;
	struct list_head pending;
	struct list_head idle;
	struct list_head busy;
	unsigned int nr_threads;
	unsigned int max_threads;
	unsigned int nr_waiting;
	/* A thread was called then and is not here yet; 0 none. */
	u64 calling;
	u64 last_seq;
	bool alive;
	bool stopping;
	/* A thread has come to life: before that, creating one may still fail. */
	bool proven;
	struct list_head recycle;
	char name[24];
};

struct kit_worker {
	struct list_head node;
	struct workqueue_struct *wq;
	pthread_cond_t wake;
	bool is_idle;
	bool called;
	bool left;
	struct work_struct *current_work;
	work_func_t current_func;
	u64 current_seq;
	/* For the end of what runs now. */
	struct list_head barriers;
	/* Queued again while it ran here: only this thread may run it next. */
	struct list_head scheduled;
	struct task_struct *task;
};

struct kit_barrier {
	struct list_head node;
	struct completion done;
};

extern __thread struct kit_worker *kit_this_worker;

/* True: PENDING is the caller's. */
static inline bool kit_work_set_pending(struct work_struct *work)
{
	return !(__atomic_fetch_or(&work->state, WORK_PENDING, __ATOMIC_SEQ_CST) & WORK_PENDING);
}

static inline void kit_work_clear_state(struct work_struct *work)
{
	__atomic_and_fetch(&work->state, ~(WORK_PENDING | WORK_CANCELING), __ATOMIC_SEQ_CST);
}

/* All of these with the queue's lock held. */
struct kit_worker *kit_wq_find_running(struct workqueue_struct *wq, const struct work_struct *work);
void kit_wq_complete_barriers(struct list_head *barriers);
void kit_wq_changed(struct workqueue_struct *wq);
void kit_wq_wait_changed(struct workqueue_struct *wq);
bool kit_wq_may_queue(const struct workqueue_struct *wq);
/* With PENDING owned by the caller. */
void kit_wq_insert(struct workqueue_struct *wq, struct work_struct *work);
void kit_wq_start_delay(struct workqueue_struct *wq, struct delayed_work *dwork,
			unsigned long delay);

#endif
