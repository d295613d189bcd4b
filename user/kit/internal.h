/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIT_INTERNAL_H
#define KIT_INTERNAL_H

/*
 * What the files of the kit know of one another. Order of the kit's own
 * (pthread) locks: work queue, then timers, then thread creation; wait queue, then task.
 */
#include <pthread.h>

#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/refcount.h>
#include <linux/completion.h>
#include <linux/lockdep.h>
#include <linux/timer.h>
#include <kit/kit.h>

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
#define KIT_SANITIZED
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer) || \
	__has_feature(memory_sanitizer)
#define KIT_SANITIZED
#endif
#endif

#define KIT_MAX_HELD 32

struct kit_held_lock {
	const void *lock;
	enum kit_held how;
	bool spins;
};

/*
 * One for each thread. That of a kit thread is on the heap and counted; any
 * other thread's lives in its thread-local storage, where only wait queues
 * that the thread itself sits on point at it.
 */
struct task_struct {
	pthread_mutex_t lock;
	pthread_cond_t cond;
	bool kicked;
	unsigned int atomic_depth;
	bool waiting; /* on a wait queue and looking at its condition, which must not sleep */
	unsigned int nr_held;
	struct kit_held_lock held[KIT_MAX_HELD];
	char comm[TASK_COMM_LEN];

	refcount_t usage;
	bool is_kthread;
	bool started;
	bool should_stop;
	int result;
	int (*fn)(void *data);
	void *data;
	void (*cleanup)(void *data);
	struct list_head spawn;
	struct completion exited;
};

extern __thread struct task_struct *kit_task_ptr __attribute__((tls_model("initial-exec")));
struct task_struct *kit_task_setup(void);

static inline struct task_struct *kit_current(void)
{
	struct task_struct *task = kit_task_ptr;

	return likely(task) ? task : kit_task_setup();
}

/* task.c: threads with the kit's defaults, made by a thread of unchanged credentials */
struct task_struct *kit_task_alloc(int (*fn)(void *data), void *data);
/* Hands the task to the creator thread. Does not sleep, allocates nothing. */
int kit_task_start(struct task_struct *task);
int kit_spawner_start(void);
void kit_spawner_stop(void);
/* False: some still ran when the time was up. */
bool kit_tasks_wait(unsigned int seconds);
void kit_check_no_locks(const struct task_struct *task, const char *what, const void *fn);
void kit_check_not_held_in(const void *mem, size_t size);

/* time.c */
void kit_deadline(struct timespec *ts, long timeout);
long kit_deadline_left(unsigned long end);

/* timer.c */
int kit_timers_start(void);
void kit_timers_stop(void);
/* Waits until the timer thread is not in this timer's function. */
void kit_timer_wait(struct timer_list *timer);

/* workqueue.c */
int kit_workqueues_start(void);
void kit_workqueues_stop(void);
/* When no thread is left that might look at one. */
void kit_workqueues_free(void);

/* jitter.c: may pause the calling thread, which holds none of the kit's internal locks. */
#ifdef KIT_SANITIZED
extern unsigned int kit_jitter_us;
void kit_jitter_pause(void);

static inline void kit_jitter(void)
{
	if (unlikely(kit_jitter_us))
		kit_jitter_pause();
}
#else
static inline void kit_jitter(void)
{
}
#endif

/* The kit's internal locks fail only when the kit is wrong. */
#define kit_check(call)                                                             \
	do {                                                                        \
		int __kc_e = (call);                                                \
                                                                                    \
		if (unlikely(__kc_e))                                               \
			kit_bug(__FILE__, __LINE__, "%s: error %d", #call, __kc_e); \
	} while (0)
#define kit_raw_lock(m)	  kit_check(pthread_mutex_lock(m))
#define kit_raw_unlock(m) kit_check(pthread_mutex_unlock(m))

#endif
