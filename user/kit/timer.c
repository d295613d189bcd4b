// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Timers: one thread, a tree ordered by expiry. The thread starts with
 * kit_init(), or with the first timer.
 */

#include <time.h>

#include "internal.h"
#include <linux/jiffies.h>
#include <linux/rbtree.h>
#include <linux/string.h>
#include <linux/timer.h>

static pthread_mutex_t timer_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t timer_cond = PTHREAD_COND_INITIALIZER;
/* Somebody waits for the end of the running function. */
static pthread_cond_t idle_cond = PTHREAD_COND_INITIALIZER;
static struct rb_root_cached timer_tree = RB_ROOT_CACHED;
static struct timer_list *running;
static struct task_struct *timer_task;
static bool timers_run, timers_stop;

static void insert_timer(struct timer_list *timer)
{
	struct rb_node **link = &timer_tree.rb_root.rb_node, *parent = NULL;
	bool leftmost = true;

	while (*link) {
		parent = *link;
		/* Equal ones in the order of their coming. */
		if (time_before(timer->expires,
				rb_entry(parent, struct timer_list, node)->expires)) {
			link = &parent->rb_left;
		} else {
			link = &parent->rb_right;
			leftmost = false;
		}
	}
	rb_link_node(&timer->node, parent, link);
	rb_insert_color_cached(&timer->node, &timer_tree, leftmost);
	WRITE_ONCE(timer->queued, true);
	if (leftmost)
		pthread_cond_signal(&timer_cond);
}

static void remove_timer(struct timer_list *timer)
{
	rb_erase_cached(&timer->node, &timer_tree);
	WRITE_ONCE(timer->queued, false);
}

static void run_timer(struct timer_list *timer)
{
	struct task_struct *task = kit_current();
	void (*fn)(struct timer_list * timer) = timer->function;

	remove_timer(timer);
	running = timer;
	kit_raw_unlock(&timer_lock);

	/* A soft interrupt as far as sleeping goes. The function may free its timer. */
	task->atomic_depth++;
	fn(timer);
	task->atomic_depth--;
	kit_check_no_locks(task, "timer", (void *)fn);

	kit_raw_lock(&timer_lock);
	running = NULL;
	pthread_cond_broadcast(&idle_cond);
}

static int timer_thread(void *arg)
{
	struct timer_list *first;
	struct timespec deadline;
	struct rb_node *node;
	long left;

	kit_raw_lock(&timer_lock);
	while (!timers_stop) {
		node = rb_first_cached(&timer_tree);
		if (!node) {
			pthread_cond_wait(&timer_cond, &timer_lock);
			continue;
		}
		first = rb_entry(node, struct timer_list, node);
		left = (long)(first->expires - jiffies);
		if (left <= 0) {
			run_timer(first);
			continue;
		}
		kit_deadline(&deadline, left);
		pthread_cond_clockwait(&timer_cond, &timer_lock, CLOCK_MONOTONIC, &deadline);
	}
	timers_run = false;
	kit_raw_unlock(&timer_lock);
	return 0;
}

static int start_timers_locked(void)
{
	int err;

	if (timers_run)
		return 0;
	timer_task = kit_task_alloc(timer_thread, NULL);
	if (!timer_task)
		return -ENOMEM;
	strscpy(timer_task->comm, "timers", sizeof(timer_task->comm));
	timer_task->started = true;
	timers_stop = false;
	get_task_struct(timer_task);
	err = kit_task_start(timer_task);
	if (err) {
		put_task_struct(timer_task);
		put_task_struct(timer_task);
		timer_task = NULL;
		return err;
	}
	timers_run = true;
	return 0;
}

int kit_timers_start(void)
{
	int err;

	kit_raw_lock(&timer_lock);
	err = start_timers_locked();
	kit_raw_unlock(&timer_lock);
	return err;
}

void kit_timers_stop(void)
{
	struct task_struct *task;
	bool left;

	kit_raw_lock(&timer_lock);
	task = timer_task;
	timer_task = NULL;
	timers_stop = true;
	left = !RB_EMPTY_ROOT(&timer_tree.rb_root);
	pthread_cond_signal(&timer_cond);
	kit_raw_unlock(&timer_lock);
	if (!task)
		return;
	if (left)
		kit_warn(__FILE__, __LINE__, "timers are pending at the end");
	wait_for_completion(&task->exited);
	put_task_struct(task);
}

void timer_setup(struct timer_list *timer, void (*fn)(struct timer_list *), unsigned int flags)
{
	memset(timer, 0, sizeof(*timer));
	timer->function = fn;
	timer->flags = flags;
}

int timer_pending(const struct timer_list *timer)
{
	return READ_ONCE(timer->queued);
}

static int set_timer(struct timer_list *timer, unsigned long expires, bool must_be_new)
{
	bool was;

	if (unlikely(!timer->function))
		kit_bug(__FILE__, __LINE__, "timer without a function");
	kit_raw_lock(&timer_lock);
	was = timer->queued;
	if (unlikely(was && must_be_new))
		kit_bug(__FILE__, __LINE__, "add_timer() of a pending timer");
	if (was)
		remove_timer(timer);
	timer->expires = expires;
	insert_timer(timer);
	if (unlikely(!timers_run) && start_timers_locked())
		kit_bug(__FILE__, __LINE__, "no thread for timers");
	kit_raw_unlock(&timer_lock);
	return was;
}

int mod_timer(struct timer_list *timer, unsigned long expires)
{
	return set_timer(timer, expires, false);
}

void add_timer(struct timer_list *timer)
{
	set_timer(timer, timer->expires, true);
}

int del_timer(struct timer_list *timer)
{
	bool was;

	kit_raw_lock(&timer_lock);
	was = timer->queued;
	if (was)
		remove_timer(timer);
	kit_raw_unlock(&timer_lock);
	return was;
}

static void wait_idle_locked(struct timer_list *timer)
{
	if (unlikely(running == timer && timer_task == kit_current()))
		kit_bug(__FILE__, __LINE__, "a timer's function waits for its own end");
	while (running == timer)
		pthread_cond_wait(&idle_cond, &timer_lock);
}

void kit_timer_wait(struct timer_list *timer)
{
	kit_raw_lock(&timer_lock);
	wait_idle_locked(timer);
	kit_raw_unlock(&timer_lock);
}

/* A function that sets its timer again loses against this, as in the kernel: hence the loop. */
int del_timer_sync(struct timer_list *timer)
{
	bool was = false;

	kit_raw_lock(&timer_lock);
	for (;;) {
		if (timer->queued) {
			remove_timer(timer);
			was = true;
		}
		if (running != timer)
			break;
		wait_idle_locked(timer);
	}
	kit_raw_unlock(&timer_lock);
	return was;
}
