/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIT_LINUX_WORKQUEUE_H
#define KIT_LINUX_WORKQUEUE_H

#include <linux/atomic.h>
#include <linux/list.h>
#include <linux/timer.h>
#include <linux/types.h>

/*
 * A work item is pending at most once and never runs twice at the same time
 * on one queue. Its function may free or requeue it. Threads start when they
 * are needed, at most max_active per queue (0: four per CPU), and end after
 * some idle seconds, but for one.
 */
struct work_struct;
struct workqueue_struct;
typedef void (*work_func_t)(struct work_struct *work);

struct work_struct {
	unsigned long state;
	struct list_head entry;
	struct list_head barriers;
	work_func_t func;
	struct workqueue_struct *wq;
	u64 seq;
};

struct delayed_work {
	struct work_struct work;
	struct timer_list timer;
	struct workqueue_struct *wq;
};

enum {
	WQ_UNBOUND = 1 << 1,
	WQ_FREEZABLE = 1 << 2,
	WQ_MEM_RECLAIM = 1 << 3,
	WQ_HIGHPRI = 1 << 4,
	WQ_CPU_INTENSIVE = 1 << 5,
	WQ_SYSFS = 1 << 6,
	WQ_MAX_ACTIVE = 512,
};

extern struct workqueue_struct *system_wq;
extern struct workqueue_struct *system_long_wq;
extern struct workqueue_struct *system_unbound_wq;

void kit_init_work(struct work_struct *work, work_func_t func);
void kit_init_delayed_work(struct delayed_work *dwork, work_func_t func);
#define INIT_WORK(w, fn)		 kit_init_work(w, fn)
#define INIT_WORK_ONSTACK(w, fn)	 kit_init_work(w, fn)
#define INIT_DELAYED_WORK(w, fn)	 kit_init_delayed_work(w, fn)
#define INIT_DELAYED_WORK_ONSTACK(w, fn) kit_init_delayed_work(w, fn)
#define destroy_work_on_stack(w) \
	do {                     \
	} while (0)
#define destroy_delayed_work_on_stack(w) \
	do {                             \
	} while (0)

#define __WORK_INITIALIZER(n, fn)                                                             \
	{                                                                                     \
		.entry = LIST_HEAD_INIT((n).entry), .barriers = LIST_HEAD_INIT((n).barriers), \
		.func = (fn),                                                                 \
	}
void kit_delayed_work_timer(struct timer_list *timer);
#define __DELAYED_WORK_INITIALIZER(n, fn)                                \
	{                                                                \
		.work = __WORK_INITIALIZER((n).work, fn),                \
		.timer = __TIMER_INITIALIZER(kit_delayed_work_timer, 0), \
	}
#define DECLARE_WORK(n, fn)	    struct work_struct n = __WORK_INITIALIZER(n, fn)
#define DECLARE_DELAYED_WORK(n, fn) struct delayed_work n = __DELAYED_WORK_INITIALIZER(n, fn)

static inline struct delayed_work *to_delayed_work(struct work_struct *work)
{
	return container_of(work, struct delayed_work, work);
}

bool work_pending(struct work_struct *work);
#define delayed_work_pending(w) work_pending(&(w)->work)

struct workqueue_struct *alloc_workqueue(const char *fmt, unsigned int flags, int max_active, ...)
	__printf(1, 4);
#define alloc_ordered_workqueue(fmt, flags, args...) alloc_workqueue(fmt, flags, 1, ##args)
#define create_workqueue(name)			     alloc_workqueue("%s", 0, 1, (name))
#define create_singlethread_workqueue(name)	     alloc_ordered_workqueue("%s", 0, name)
/* Runs what is queued, requeues included, then ends. */
void destroy_workqueue(struct workqueue_struct *wq);
void drain_workqueue(struct workqueue_struct *wq);
void kit_flush_workqueue(struct workqueue_struct *wq);
/* Waits for what was queued before the call. */
#define flush_workqueue(wq) kit_flush_workqueue(wq)

/* False: it was pending already. Never sleeps. */
bool queue_work(struct workqueue_struct *wq, struct work_struct *work);
bool queue_delayed_work(struct workqueue_struct *wq, struct delayed_work *dwork,
			unsigned long delay);
/* True: it was pending. Pending with the new delay afterwards in any case. */
bool mod_delayed_work(struct workqueue_struct *wq, struct delayed_work *dwork, unsigned long delay);

/* False: there was nothing to wait for. */
bool flush_work(struct work_struct *work);
bool flush_delayed_work(struct delayed_work *dwork);
/* True: it was pending and is not now. It may be running still. */
bool cancel_work(struct work_struct *work);
bool cancel_delayed_work(struct delayed_work *dwork);
/* The same, and it does not run now either; cannot requeue itself meanwhile. */
bool cancel_work_sync(struct work_struct *work);
bool cancel_delayed_work_sync(struct delayed_work *dwork);

static inline bool schedule_work(struct work_struct *work)
{
	return queue_work(system_wq, work);
}

static inline bool schedule_delayed_work(struct delayed_work *dwork, unsigned long delay)
{
	return queue_delayed_work(system_wq, dwork, delay);
}

#endif
