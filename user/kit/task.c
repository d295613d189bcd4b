// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Threads. All of them are made by one thread, the spawner, which kit_init()
 * starts while the process is as the operator started it: a new thread gets
 * its creator's credentials, and a worker that serves a client has others.
 */

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "internal.h"
#include <linux/kthread.h>
#include <linux/list.h>
#include <linux/slab.h>
#include <linux/string.h>

#ifdef KIT_SANITIZED
#define KIT_STACK_SIZE (2UL << 20)
#else
#define KIT_STACK_SIZE (256UL << 10)
#endif

__thread struct task_struct *kit_task_ptr __attribute__((tls_model("initial-exec")));
static __thread struct task_struct foreign_task;

static pthread_mutex_t spawn_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t spawn_cond = PTHREAD_COND_INITIALIZER;
static pthread_cond_t ended_cond = PTHREAD_COND_INITIALIZER;
static LIST_HEAD(spawn_list);
static pthread_t spawner;
static bool spawner_runs, spawner_stops;
static unsigned int threads_alive;
static pthread_t last_ended; /* not joined yet, if have_ended */
static bool have_ended;

/* A thread that the kit did not make: main(), or a library's. */
struct task_struct *kit_task_setup(void)
{
	struct task_struct *task = &foreign_task;

	pthread_mutex_init(&task->lock, NULL);
	pthread_cond_init(&task->cond, NULL);
	if (pthread_getname_np(pthread_self(), task->comm, sizeof(task->comm)))
		strscpy(task->comm, "?", sizeof(task->comm));
	kit_task_ptr = task;
	return task;
}

const char *kit_thread_name(void)
{
	return kit_current()->comm;
}

struct task_struct *kit_task_alloc(int (*fn)(void *data), void *data)
{
	struct task_struct *task = calloc(1, sizeof(*task));

	if (!task)
		return NULL;
	pthread_mutex_init(&task->lock, NULL);
	pthread_cond_init(&task->cond, NULL);
	init_completion(&task->exited);
	INIT_LIST_HEAD(&task->spawn);
	refcount_set(&task->usage, 1);
	task->is_kthread = true;
	task->fn = fn;
	task->data = data;
	return task;
}

struct task_struct *get_task_struct(struct task_struct *task)
{
	refcount_inc(&task->usage);
	return task;
}

void put_task_struct(struct task_struct *task)
{
	if (!refcount_dec_and_test(&task->usage))
		return;
	pthread_cond_destroy(&task->cond);
	pthread_mutex_destroy(&task->lock);
	free(task);
}

/*
 * Each thread that ends joins the one that ended before it, and the last is joined by
 * kit_tasks_wait(): what runs after that (exit handlers of libraries) meets no thread.
 */
static void thread_ended(bool was_thread)
{
	pthread_t before = { 0 };
	bool join;

	kit_raw_lock(&spawn_lock);
	join = was_thread && have_ended;
	if (was_thread) {
		before = last_ended;
		last_ended = pthread_self();
		have_ended = true;
	}
	threads_alive--;
	pthread_cond_broadcast(&ended_cond);
	kit_raw_unlock(&spawn_lock);
	if (join)
		kit_check(pthread_join(before, NULL));
}

static void *run_task(void *arg)
{
	struct task_struct *task = arg;
	bool never = false;

	kit_task_ptr = task;
	pthread_setname_np(pthread_self(), task->comm);
	kit_raw_lock(&task->lock);
	never = task->should_stop;
	kit_raw_unlock(&task->lock);

	kit_jitter();
	task->result = never ? -EINTR : task->fn(task->data);
	kit_check_no_locks(task, "thread function", (void *)task->fn);
	if (task->cleanup)
		task->cleanup(task->data);
	kit_task_ptr = NULL;
	complete_all(&task->exited);
	put_task_struct(task);
	thread_ended(true);
	return NULL;
}

/* Signals are for the threads of the host; faults stay with the thread that causes them. */
static void block_signals(sigset_t *old)
{
	static const int keep[] = { SIGSEGV, SIGBUS,  SIGFPE, SIGILL,
				    SIGTRAP, SIGABRT, SIGSYS, SIGPROF };
	sigset_t set;
	size_t i;

	sigfillset(&set);
	for (i = 0; i < ARRAY_SIZE(keep); i++)
		sigdelset(&set, keep[i]);
	pthread_sigmask(SIG_SETMASK, &set, old);
}

static int create_thread(struct task_struct *task)
{
	pthread_attr_t attr;
	pthread_t thread;
	int err;

	kit_check(pthread_attr_init(&attr));
	kit_check(pthread_attr_setstacksize(&attr, KIT_STACK_SIZE));
	err = pthread_create(&thread, &attr, run_task, task);
	pthread_attr_destroy(&attr);
	return err;
}

static void *run_spawner(void *arg)
{
	struct task_struct *task;

	pthread_setname_np(pthread_self(), "kthreadd");
	kit_raw_lock(&spawn_lock);
	while (!spawner_stops || !list_empty(&spawn_list)) {
		if (list_empty(&spawn_list)) {
			pthread_cond_wait(&spawn_cond, &spawn_lock);
			continue;
		}
		task = list_first_entry(&spawn_list, struct task_struct, spawn);
		list_del_init(&task->spawn);
		threads_alive++;
		kit_raw_unlock(&spawn_lock);
		if (create_thread(task)) {
			pr_err_ratelimited("cannot create thread %s\n", task->comm);
			task->result = -EAGAIN;
			if (task->cleanup)
				task->cleanup(task->data);
			complete_all(&task->exited);
			put_task_struct(task);
			thread_ended(false);
		}
		kit_raw_lock(&spawn_lock);
	}
	kit_raw_unlock(&spawn_lock);
	return NULL;
}

static int start_spawner_locked(void)
{
	pthread_attr_t attr;
	sigset_t old;
	int err;

	if (spawner_runs)
		return 0;
	spawner_stops = false;
	kit_check(pthread_attr_init(&attr));
	kit_check(pthread_attr_setstacksize(&attr, KIT_STACK_SIZE));
	/* Inherited by the spawner, and from it by all others. */
	block_signals(&old);
	err = pthread_create(&spawner, &attr, run_spawner, NULL);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	pthread_attr_destroy(&attr);
	if (err)
		return -err;
	spawner_runs = true;
	return 0;
}

int kit_spawner_start(void)
{
	int err;

	kit_raw_lock(&spawn_lock);
	err = start_spawner_locked();
	kit_raw_unlock(&spawn_lock);
	return err;
}

/* Threads of the kit that still run are waited for: their stacks may hold the last references. */
bool kit_tasks_wait(unsigned int seconds)
{
	struct timespec deadline;
	bool none, join;
	pthread_t last;
	int err = 0;

	clock_gettime(CLOCK_MONOTONIC, &deadline);
	deadline.tv_sec += seconds;
	kit_raw_lock(&spawn_lock);
	while ((threads_alive || !list_empty(&spawn_list)) && !err)
		err = pthread_cond_clockwait(&ended_cond, &spawn_lock, CLOCK_MONOTONIC, &deadline);
	none = !threads_alive;
	join = none && have_ended;
	last = last_ended;
	have_ended = have_ended && !join;
	kit_raw_unlock(&spawn_lock);
	if (join)
		kit_check(pthread_join(last, NULL));
	return none;
}

void kit_spawner_stop(void)
{
	kit_raw_lock(&spawn_lock);
	if (!spawner_runs) {
		kit_raw_unlock(&spawn_lock);
		return;
	}
	spawner_stops = true;
	pthread_cond_signal(&spawn_cond);
	kit_raw_unlock(&spawn_lock);
	kit_check(pthread_join(spawner, NULL));
	kit_raw_lock(&spawn_lock);
	spawner_runs = false;
	kit_raw_unlock(&spawn_lock);
}

int kit_task_start(struct task_struct *task)
{
	int err;

	kit_raw_lock(&spawn_lock);
	err = start_spawner_locked();
	if (!err) {
		list_add_tail(&task->spawn, &spawn_list);
		pthread_cond_signal(&spawn_cond);
	}
	kit_raw_unlock(&spawn_lock);
	return err;
}

struct task_struct *kit_kthread_create(int (*fn)(void *data), void *data, const char *fmt, ...)
{
	struct task_struct *task;
	va_list args;
	void *probe;

	/* So that an injected allocation failure reaches this call too. */
	probe = kmalloc(1, GFP_KERNEL);
	if (!probe)
		return ERR_PTR(-ENOMEM);
	kfree(probe);
	task = kit_task_alloc(fn, data);
	if (!task)
		return ERR_PTR(-ENOMEM);
	va_start(args, fmt);
	vsnprintf(task->comm, sizeof(task->comm), fmt, args);
	va_end(args);
	return task;
}

int wake_up_process(struct task_struct *task)
{
	bool start;

	kit_raw_lock(&task->lock);
	start = task->is_kthread && !task->started;
	task->started = true;
	if (!start) {
		task->kicked = true;
		pthread_cond_signal(&task->cond);
	}
	kit_raw_unlock(&task->lock);
	if (start && kit_task_start(task)) {
		task->result = -EAGAIN;
		complete_all(&task->exited);
		put_task_struct(task);
	}
	return 1;
}

int kthread_stop(struct task_struct *task)
{
	int result;

	might_sleep();
	if (unlikely(task == kit_current()))
		kit_bug(__FILE__, __LINE__, "%s stops itself", task->comm);
	get_task_struct(task);
	kit_raw_lock(&task->lock);
	task->should_stop = true;
	kit_raw_unlock(&task->lock);
	wake_up_process(task);
	wait_for_completion(&task->exited);
	result = task->result;
	put_task_struct(task);
	return result;
}

bool kthread_should_stop(void)
{
	struct task_struct *task = kit_current();
	bool stop;

	if (unlikely(!task->is_kthread))
		kit_bug(__FILE__, __LINE__, "%s is no kernel thread", task->comm);
	kit_raw_lock(&task->lock);
	stop = task->should_stop;
	kit_raw_unlock(&task->lock);
	return stop;
}
