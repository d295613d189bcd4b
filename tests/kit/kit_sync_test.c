// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the engine relies on of counters, locks, waiting and threads. The same
 * file is a kernel module: there is only kernel API here.
 */

#include <kunit/test.h>
#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/kref.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/refcount.h>
#include <linux/rwsem.h>
#include <linux/sched/task.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

#define THREADS 4
#define ROUNDS	2000
/* For what comes at once on an idle machine. */
#define PATIENCE (60 * HZ)

static void atomics(struct kunit *test)
{
	atomic_t a = ATOMIC_INIT(1);
	atomic64_t b = ATOMIC64_INIT(0);
	int old = 5, v = 5;

	KUNIT_EXPECT_EQ(test, atomic_inc_return(&a), 2);
	KUNIT_EXPECT_FALSE(test, atomic_dec_and_test(&a));
	KUNIT_EXPECT_TRUE(test, atomic_dec_and_test(&a));
	KUNIT_EXPECT_FALSE(test, atomic_inc_not_zero(&a));
	atomic_set(&a, 3);
	KUNIT_EXPECT_FALSE(test, atomic_add_unless(&a, 1, 3));
	KUNIT_EXPECT_TRUE(test, atomic_add_unless(&a, 1, 4));
	KUNIT_EXPECT_EQ(test, atomic_cmpxchg(&a, 9, 1), 4);
	KUNIT_EXPECT_EQ(test, atomic_cmpxchg(&a, 4, 1), 4);
	KUNIT_EXPECT_EQ(test, atomic_xchg(&a, 7), 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&a), 7);
	atomic64_add(1LL << 40, &b);
	KUNIT_EXPECT_EQ(test, atomic64_read(&b), 1LL << 40);
	KUNIT_EXPECT_EQ(test, atomic64_dec_return(&b), (1LL << 40) - 1);
	KUNIT_EXPECT_EQ(test, cmpxchg(&v, old, 6), 5);
	KUNIT_EXPECT_EQ(test, xchg(&v, 8), 6);
	KUNIT_EXPECT_EQ(test, READ_ONCE(v), 8);
}

static void refcounts(struct kunit *test)
{
	refcount_t r = REFCOUNT_INIT(1);

	refcount_inc(&r);
	KUNIT_EXPECT_EQ(test, refcount_read(&r), 2);
	KUNIT_EXPECT_TRUE(test, refcount_inc_not_zero(&r));
	KUNIT_EXPECT_FALSE(test, refcount_dec_and_test(&r));
	KUNIT_EXPECT_FALSE(test, refcount_dec_if_one(&r));
	refcount_dec(&r);
	KUNIT_EXPECT_FALSE(test, refcount_dec_not_one(&r));
	KUNIT_EXPECT_TRUE(test, refcount_dec_and_test(&r));
	KUNIT_EXPECT_FALSE(test, refcount_inc_not_zero(&r));
	KUNIT_EXPECT_EQ(test, refcount_read(&r), 0);
}

struct counted {
	struct kref ref;
	struct mutex *lock;
	int released;
};

static void release_counted(struct kref *ref)
{
	container_of(ref, struct counted, ref)->released++;
}

static void release_locked(struct kref *ref)
{
	struct counted *c = container_of(ref, struct counted, ref);

	lockdep_assert_held(c->lock);
	c->released++;
	mutex_unlock(c->lock);
}

static void krefs(struct kunit *test)
{
	struct counted c = {};
	struct mutex lock;

	mutex_init(&lock);
	c.lock = &lock;
	kref_init(&c.ref);
	kref_get(&c.ref);
	KUNIT_EXPECT_EQ(test, kref_read(&c.ref), 2);
	KUNIT_EXPECT_EQ(test, kref_put(&c.ref, release_counted), 0);
	KUNIT_EXPECT_EQ(test, kref_put(&c.ref, release_counted), 1);
	KUNIT_EXPECT_EQ(test, c.released, 1);
	KUNIT_EXPECT_EQ(test, kref_get_unless_zero(&c.ref), 0);
	kref_init(&c.ref);
	KUNIT_EXPECT_EQ(test, kref_put_mutex(&c.ref, release_locked, &lock), 1);
	KUNIT_EXPECT_EQ(test, c.released, 2);
	KUNIT_EXPECT_FALSE(test, mutex_is_locked(&lock));
	mutex_destroy(&lock);
}

struct shared {
	struct mutex mutex;
	spinlock_t spin;
	struct rw_semaphore sem;
	int by_mutex, by_spin, by_sem;
	atomic_t readers, writers, wrong;
	struct completion done;
};

static int hammer(void *data)
{
	struct shared *s = data;
	unsigned long flags;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		mutex_lock(&s->mutex);
		s->by_mutex++;
		mutex_unlock(&s->mutex);
		spin_lock_irqsave(&s->spin, flags);
		s->by_spin++;
		spin_unlock_irqrestore(&s->spin, flags);
		if (i % 4 == 0) {
			down_write(&s->sem);
			s->by_sem++;
			if (atomic_inc_return(&s->writers) != 1 || atomic_read(&s->readers))
				atomic_inc(&s->wrong);
			atomic_dec(&s->writers);
			up_write(&s->sem);
		} else {
			down_read(&s->sem);
			atomic_inc(&s->readers);
			if (atomic_read(&s->writers))
				atomic_inc(&s->wrong);
			atomic_dec(&s->readers);
			up_read(&s->sem);
		}
	}
	complete(&s->done);
	return 0;
}

static void locks_exclude(struct kunit *test)
{
	struct shared *s = kunit_kzalloc(test, sizeof(*s), GFP_KERNEL);
	int i;

	KUNIT_ASSERT_NOT_NULL(test, s);
	mutex_init(&s->mutex);
	spin_lock_init(&s->spin);
	init_rwsem(&s->sem);
	init_completion(&s->done);
	for (i = 0; i < THREADS; i++)
		KUNIT_ASSERT_FALSE(test, IS_ERR(kthread_run(hammer, s, "hammer/%d", i)));
	for (i = 0; i < THREADS; i++)
		wait_for_completion(&s->done);
	KUNIT_EXPECT_EQ(test, s->by_mutex, THREADS * ROUNDS);
	KUNIT_EXPECT_EQ(test, s->by_spin, THREADS * ROUNDS);
	KUNIT_EXPECT_EQ(test, s->by_sem, THREADS * ROUNDS / 4);
	KUNIT_EXPECT_EQ(test, atomic_read(&s->wrong), 0);
}

static DEFINE_MUTEX(static_mutex);
static DEFINE_SPINLOCK(static_spin);
static DECLARE_RWSEM(static_sem);

static int try_locks(void *data)
{
	int *got = data;

	if (mutex_trylock(&static_mutex)) {
		*got += 1;
		mutex_unlock(&static_mutex);
	}
	if (spin_trylock(&static_spin)) {
		*got += 2;
		spin_unlock(&static_spin);
	}
	if (down_read_trylock(&static_sem)) {
		*got += 4;
		up_read(&static_sem);
	}
	if (down_write_trylock(&static_sem)) {
		*got += 8;
		up_write(&static_sem);
	}
	return 0;
}

struct runner {
	int (*fn)(void *data);
	void *data;
	struct completion began;
};

static int begin_and_run(void *data)
{
	struct runner *runner = data;

	complete(&runner->began);
	return runner->fn(runner->data);
}

/*
 * The thread cannot be gone before it is stopped: a reference is held across. One that is
 * stopped before it began would never run.
 */
static int run_and_wait(int (*fn)(void *data), void *data)
{
	struct runner runner = { .fn = fn, .data = data };
	struct task_struct *task;
	int ret;

	init_completion(&runner.began);
	task = kthread_create(begin_and_run, &runner, "kit-test");
	if (IS_ERR(task))
		return (int)PTR_ERR(task);
	get_task_struct(task);
	wake_up_process(task);
	wait_for_completion(&runner.began);
	msleep(20);
	ret = kthread_stop(task);
	put_task_struct(task);
	return ret;
}

static void trylocks(struct kunit *test)
{
	int got = 0;

	KUNIT_EXPECT_EQ(test, run_and_wait(try_locks, &got), 0);
	KUNIT_EXPECT_EQ(test, got, 15);

	mutex_lock(&static_mutex);
	down_read(&static_sem);
	lockdep_assert_held(&static_mutex);
	lockdep_assert_held_read(&static_sem);
	got = 0;
	KUNIT_EXPECT_EQ(test, run_and_wait(try_locks, &got), 0);
	KUNIT_EXPECT_EQ(test, got, 2 + 4);
	up_read(&static_sem);
	mutex_unlock(&static_mutex);

	down_write(&static_sem);
	got = 0;
	KUNIT_EXPECT_EQ(test, run_and_wait(try_locks, &got), 0);
	KUNIT_EXPECT_EQ(test, got, 1 + 2);
	up_write(&static_sem);
}

struct ball {
	wait_queue_head_t wq;
	int turn;
	int rounds;
};

static int player(void *data)
{
	struct ball *ball = data;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		/* The other side wakes only those whose wait is interruptible. */
		if (wait_event_interruptible(ball->wq, READ_ONCE(ball->turn) == 1))
			break;
		ball->rounds++;
		/* The condition first, then the call: no lock. */
		smp_store_release(&ball->turn, 0);
		wake_up(&ball->wq);
	}
	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);
	return 17;
}

static void wait_ping_pong(struct kunit *test)
{
	struct ball *ball = kunit_kzalloc(test, sizeof(*ball), GFP_KERNEL);
	struct task_struct *task;
	int i;

	KUNIT_ASSERT_NOT_NULL(test, ball);
	init_waitqueue_head(&ball->wq);
	task = kthread_run(player, ball, "player");
	KUNIT_ASSERT_FALSE(test, IS_ERR(task));
	for (i = 0; i < ROUNDS; i++) {
		smp_store_release(&ball->turn, 1);
		wake_up_interruptible(&ball->wq);
		KUNIT_ASSERT_EQ(
			test,
			wait_event_interruptible(ball->wq, smp_load_acquire(&ball->turn) == 0), 0);
	}
	KUNIT_EXPECT_EQ(test, kthread_stop(task), 17);
	KUNIT_EXPECT_EQ(test, ball->rounds, ROUNDS);
	KUNIT_EXPECT_FALSE(test, waitqueue_active(&ball->wq));
}

static void wait_timeouts(struct kunit *test)
{
	DECLARE_WAIT_QUEUE_HEAD_ONSTACK(wq);
	unsigned long start = jiffies;
	long left;
	int i;

	left = wait_event_timeout(wq, false, msecs_to_jiffies(30));
	KUNIT_EXPECT_EQ(test, left, 0);
	KUNIT_EXPECT_GE(test, jiffies_to_msecs(jiffies - start) + 8, 30);
	KUNIT_EXPECT_EQ(test, wait_event_timeout(wq, true, 50), 50);
	KUNIT_EXPECT_EQ(test, wait_event_timeout(wq, true, 0), 1);
	KUNIT_EXPECT_EQ(test, wait_event_timeout(wq, false, 0), 0);
	KUNIT_EXPECT_EQ(test, wait_event_interruptible_timeout(wq, true, 50), 50);
	/*
	 * Nobody calls wake_up(), but the condition is looked at when time is up. On a busy
	 * machine the first look may come too late, so there are several tries.
	 */
	for (i = 0, left = 0; i < 10 && left != 1; i++) {
		start = jiffies;
		left = wait_event_timeout(wq, time_after(jiffies, start + msecs_to_jiffies(60)),
					  msecs_to_jiffies(200));
		KUNIT_EXPECT_NE(test, left, 0);
	}
	KUNIT_EXPECT_EQ(test, left, 1);
}

static int stop_waiter(void *data)
{
	wait_queue_head_t *wq = data;

	wait_event(*wq, kthread_should_stop());
	return 5;
}

static void stop_ends_wait(struct kunit *test)
{
	DECLARE_WAIT_QUEUE_HEAD_ONSTACK(wq);

	KUNIT_EXPECT_EQ(test, run_and_wait(stop_waiter, &wq), 5);
}

static int return_value(void *data)
{
	return *(int *)data;
}

static void stop_after_return(struct kunit *test)
{
	int value = 42;

	KUNIT_EXPECT_EQ(test, run_and_wait(return_value, &value), 42);
}

static void stop_before_start(struct kunit *test)
{
	int value = 42;
	struct task_struct *task = kthread_create(return_value, &value, "never");

	KUNIT_ASSERT_FALSE(test, IS_ERR(task));
	KUNIT_EXPECT_EQ(test, kthread_stop(task), -EINTR);
}

struct starter {
	struct completion go;
	struct completion done;
};

static int wait_for_go(void *data)
{
	struct starter *s = data;

	wait_for_completion(&s->go);
	complete(&s->done);
	return 0;
}

static void completions(struct kunit *test)
{
	struct starter *s = kunit_kzalloc(test, sizeof(*s), GFP_KERNEL);
	int i;

	KUNIT_ASSERT_NOT_NULL(test, s);
	init_completion(&s->go);
	init_completion(&s->done);
	KUNIT_EXPECT_FALSE(test, completion_done(&s->go));
	KUNIT_EXPECT_FALSE(test, try_wait_for_completion(&s->go));
	complete(&s->go);
	complete(&s->go);
	KUNIT_EXPECT_TRUE(test, try_wait_for_completion(&s->go));
	wait_for_completion(&s->go);
	KUNIT_EXPECT_EQ(test, wait_for_completion_timeout(&s->go, 2), 0);

	/* One each. */
	for (i = 0; i < THREADS; i++)
		KUNIT_ASSERT_FALSE(test, IS_ERR(kthread_run(wait_for_go, s, "go/%d", i)));
	msleep(20);
	for (i = 0; i < THREADS; i++)
		complete(&s->go);
	for (i = 0; i < THREADS; i++)
		KUNIT_ASSERT_GT(test, wait_for_completion_timeout(&s->done, PATIENCE), 0);

	/* All, those that come later too. */
	for (i = 0; i < THREADS; i++)
		KUNIT_ASSERT_FALSE(test, IS_ERR(kthread_run(wait_for_go, s, "go/%d", i)));
	complete_all(&s->go);
	for (i = 0; i < THREADS; i++)
		KUNIT_ASSERT_GT(test, wait_for_completion_timeout(&s->done, PATIENCE), 0);
	KUNIT_EXPECT_TRUE(test, completion_done(&s->go));
	wait_for_completion(&s->go);
	reinit_completion(&s->go);
	KUNIT_EXPECT_FALSE(test, completion_done(&s->go));
	msleep(5);
}

static int complete_it(void *data)
{
	complete(data);
	return 0;
}

/* The waiter's stack frame, with the completion, is gone at once. */
static void completion_on_stack(struct kunit *test)
{
	int i;

	for (i = 0; i < 200; i++) {
		DECLARE_COMPLETION_ONSTACK(done);

		KUNIT_ASSERT_FALSE(test, IS_ERR(kthread_run(complete_it, &done, "short")));
		wait_for_completion(&done);
	}
}

static struct kunit_case kit_sync_cases[] = {
	KUNIT_CASE(atomics),
	KUNIT_CASE(refcounts),
	KUNIT_CASE(krefs),
	KUNIT_CASE(locks_exclude),
	KUNIT_CASE(trylocks),
	KUNIT_CASE(wait_ping_pong),
	KUNIT_CASE(wait_timeouts),
	KUNIT_CASE(stop_ends_wait),
	KUNIT_CASE(stop_after_return),
	KUNIT_CASE(stop_before_start),
	KUNIT_CASE(completions),
	KUNIT_CASE(completion_on_stack),
	{},
};

static struct kunit_suite kit_sync_suite = {
	.name = "kit_sync",
	.test_cases = kit_sync_cases,
};

kunit_test_suite(kit_sync_suite);

MODULE_LICENSE("GPL");
