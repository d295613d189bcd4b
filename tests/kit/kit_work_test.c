// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the engine relies on of work queues. The same file is a kernel module:
 * there is only kernel API here.
 */

#include <kunit/test.h>
#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

/* For what comes at once on an idle machine. */
#define PATIENCE (60 * HZ)

/* A job that can be held up, counts its runs, and notices when it runs twice at once. */
struct job {
	struct work_struct work;
	struct delayed_work dwork;
	struct workqueue_struct *wq;
	struct completion started, go;
	atomic_t runs, inside, twice;
	int requeues;
	u64 order;
	unsigned long ran_at;
};

static atomic64_t order_counter = ATOMIC64_INIT(0);

static void enter_job(struct job *job)
{
	if (atomic_inc_return(&job->inside) != 1)
		atomic_inc(&job->twice);
	job->order = atomic64_inc_return(&order_counter);
	job->ran_at = jiffies;
	atomic_inc(&job->runs);
}

static void count_work(struct work_struct *work)
{
	struct job *job = container_of(work, struct job, work);

	enter_job(job);
	atomic_dec(&job->inside);
}

static void held_work(struct work_struct *work)
{
	struct job *job = container_of(work, struct job, work);

	enter_job(job);
	complete(&job->started);
	wait_for_completion(&job->go);
	atomic_dec(&job->inside);
}

static void requeue_work(struct work_struct *work)
{
	struct job *job = container_of(work, struct job, work);

	enter_job(job);
	if (job->requeues-- > 0)
		queue_work(job->wq, work);
	usleep_range(100, 200);
	atomic_dec(&job->inside);
}

static void count_delayed(struct work_struct *work)
{
	struct job *job = container_of(to_delayed_work(work), struct job, dwork);

	enter_job(job);
	atomic_dec(&job->inside);
}

static struct job *new_job(struct kunit *test, work_func_t fn)
{
	struct job *job = kunit_kzalloc(test, sizeof(*job), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, job);
	INIT_WORK(&job->work, fn);
	INIT_DELAYED_WORK(&job->dwork, count_delayed);
	init_completion(&job->started);
	init_completion(&job->go);
	job->wq = test->priv;
	return job;
}

static void queue_and_flush(struct kunit *test)
{
	struct workqueue_struct *wq = test->priv;
	struct job *job = new_job(test, count_work);

	KUNIT_EXPECT_FALSE(test, flush_work(&job->work));
	KUNIT_EXPECT_FALSE(test, cancel_work_sync(&job->work));
	KUNIT_EXPECT_TRUE(test, queue_work(wq, &job->work));
	flush_work(&job->work);
	KUNIT_EXPECT_EQ(test, atomic_read(&job->runs), 1);
	KUNIT_EXPECT_FALSE(test, work_pending(&job->work));
	KUNIT_EXPECT_TRUE(test, queue_work(wq, &job->work));
	flush_workqueue(wq);
	KUNIT_EXPECT_EQ(test, atomic_read(&job->runs), 2);
	KUNIT_EXPECT_TRUE(test, schedule_work(&job->work));
	flush_work(&job->work);
	KUNIT_EXPECT_EQ(test, atomic_read(&job->runs), 3);
}

static void pending_once(struct kunit *test)
{
	struct workqueue_struct *wq = test->priv;
	struct job *job = new_job(test, held_work);

	KUNIT_EXPECT_TRUE(test, queue_work(wq, &job->work));
	wait_for_completion(&job->started);
	/* It runs, so it is not pending: once more is taken, twice more is not. */
	KUNIT_EXPECT_FALSE(test, work_pending(&job->work));
	KUNIT_EXPECT_TRUE(test, queue_work(wq, &job->work));
	KUNIT_EXPECT_FALSE(test, queue_work(wq, &job->work));
	KUNIT_EXPECT_TRUE(test, work_pending(&job->work));
	msleep(20);
	KUNIT_EXPECT_EQ(test, atomic_read(&job->runs), 1);
	complete_all(&job->go);
	flush_work(&job->work);
	KUNIT_EXPECT_EQ(test, atomic_read(&job->runs), 2);
	KUNIT_EXPECT_EQ(test, atomic_read(&job->twice), 0);
}

static void never_twice_at_once(struct kunit *test)
{
	struct workqueue_struct *wq = test->priv;
	struct job *job = new_job(test, requeue_work);
	int i, queued = 0;

	for (i = 0; i < 200; i++) {
		queued += queue_work(wq, &job->work);
		usleep_range(50, 60);
	}
	flush_work(&job->work);
	KUNIT_EXPECT_EQ(test, atomic_read(&job->runs), queued);
	KUNIT_EXPECT_EQ(test, atomic_read(&job->twice), 0);
}

static void requeue_itself(struct kunit *test)
{
	struct job *job = new_job(test, requeue_work);

	job->requeues = 20;
	KUNIT_EXPECT_TRUE(test, queue_work(test->priv, &job->work));
	drain_workqueue(test->priv);
	KUNIT_EXPECT_EQ(test, atomic_read(&job->runs), 21);
	KUNIT_EXPECT_EQ(test, atomic_read(&job->twice), 0);
}

struct short_lived {
	struct work_struct work;
	atomic_t *freed;
};

static void free_itself(struct work_struct *work)
{
	struct short_lived *s = container_of(work, struct short_lived, work);
	atomic_t *freed = s->freed;

	kfree(s);
	atomic_inc(freed);
}

static void work_frees_itself(struct kunit *test)
{
	atomic_t *freed = kunit_kzalloc(test, sizeof(*freed), GFP_KERNEL);
	struct short_lived *s;
	int i;

	KUNIT_ASSERT_NOT_NULL(test, freed);
	for (i = 0; i < 500; i++) {
		s = kmalloc(sizeof(*s), GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, s);
		s->freed = freed;
		INIT_WORK(&s->work, free_itself);
		KUNIT_EXPECT_TRUE(test, queue_work(test->priv, &s->work));
	}
	flush_workqueue(test->priv);
	KUNIT_EXPECT_EQ(test, atomic_read(freed), 500);
}

static void several_at_once(struct kunit *test)
{
	struct job *jobs[4];
	int i;

	/* Each waits until all have started. */
	for (i = 0; i < 4; i++) {
		jobs[i] = new_job(test, held_work);
		queue_work(test->priv, &jobs[i]->work);
	}
	for (i = 0; i < 4; i++)
		KUNIT_EXPECT_GT(test, wait_for_completion_timeout(&jobs[i]->started, PATIENCE), 0);
	for (i = 0; i < 4; i++)
		complete(&jobs[i]->go);
	for (i = 0; i < 4; i++)
		flush_work(&jobs[i]->work);
}

static void ordered_queue(struct kunit *test)
{
	struct workqueue_struct *wq = alloc_ordered_workqueue("kit-%s", 0, "ordered");
	struct job *jobs[20];
	int i;

	KUNIT_ASSERT_NOT_NULL(test, wq);
	for (i = 0; i < 20; i++) {
		jobs[i] = new_job(test, i ? count_work : held_work);
		KUNIT_EXPECT_TRUE(test, queue_work(wq, &jobs[i]->work));
	}
	wait_for_completion(&jobs[0]->started);
	msleep(20);
	KUNIT_EXPECT_EQ(test, atomic_read(&jobs[1]->runs), 0);
	complete(&jobs[0]->go);
	flush_workqueue(wq);
	for (i = 1; i < 20; i++)
		KUNIT_EXPECT_EQ(test, jobs[i]->order, jobs[i - 1]->order + 1);
	destroy_workqueue(wq);
}

static void cancel_pending(struct kunit *test)
{
	struct workqueue_struct *wq = alloc_ordered_workqueue("kit-cancel", 0);
	struct job *first = new_job(test, held_work);
	struct job *second = new_job(test, count_work);

	KUNIT_ASSERT_NOT_NULL(test, wq);
	queue_work(wq, &first->work);
	wait_for_completion(&first->started);
	queue_work(wq, &second->work);
	KUNIT_EXPECT_TRUE(test, cancel_work_sync(&second->work));
	KUNIT_EXPECT_FALSE(test, work_pending(&second->work));
	KUNIT_EXPECT_FALSE(test, cancel_work_sync(&second->work));
	complete(&first->go);
	flush_workqueue(wq);
	KUNIT_EXPECT_EQ(test, atomic_read(&second->runs), 0);
	KUNIT_EXPECT_TRUE(test, queue_work(wq, &second->work));
	destroy_workqueue(wq);
	/* The end of a queue runs what was queued. */
	KUNIT_EXPECT_EQ(test, atomic_read(&second->runs), 1);
	KUNIT_EXPECT_FALSE(test, flush_work(&second->work));
	KUNIT_EXPECT_FALSE(test, cancel_work_sync(&second->work));
}

static int release_later(void *data)
{
	struct job *job = data;

	msleep(50);
	complete_all(&job->go);
	return 0;
}

static void cancel_running(struct kunit *test)
{
	struct job *job = new_job(test, held_work);

	queue_work(test->priv, &job->work);
	wait_for_completion(&job->started);
	KUNIT_ASSERT_FALSE(test, IS_ERR(kthread_run(release_later, job, "later")));
	/* Waits for the end, though it was not pending. */
	KUNIT_EXPECT_FALSE(test, cancel_work_sync(&job->work));
	KUNIT_EXPECT_EQ(test, atomic_read(&job->inside), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&job->runs), 1);
}

static void requeue_for_ever(struct work_struct *work)
{
	struct job *job = container_of(to_delayed_work(work), struct job, dwork);

	enter_job(job);
	complete_all(&job->started);
	queue_delayed_work(job->wq, &job->dwork, atomic_read(&job->runs) % 2);
	atomic_dec(&job->inside);
}

/* The usual periodic work: ends for certain, whatever state the cancel meets it in. */
static void cancel_periodic(struct kunit *test)
{
	struct workqueue_struct *wq = test->priv;
	int i, runs;

	for (i = 0; i < 50; i++) {
		struct job *job = new_job(test, count_work);

		INIT_DELAYED_WORK(&job->dwork, requeue_for_ever);
		queue_delayed_work(wq, &job->dwork, 0);
		wait_for_completion(&job->started);
		if (i % 3)
			usleep_range(i * 100, i * 110);
		cancel_delayed_work_sync(&job->dwork);
		runs = atomic_read(&job->runs);
		KUNIT_EXPECT_FALSE(test, delayed_work_pending(&job->dwork));
		KUNIT_EXPECT_EQ(test, atomic_read(&job->twice), 0);
		if (i % 10 == 0)
			msleep(20);
		KUNIT_EXPECT_EQ(test, atomic_read(&job->runs), runs);
	}
}

static void delayed(struct kunit *test)
{
	struct workqueue_struct *wq = test->priv;
	struct job *job = new_job(test, count_work);
	unsigned long start, delay = msecs_to_jiffies(60);

	KUNIT_EXPECT_FALSE(test, cancel_delayed_work(&job->dwork));
	KUNIT_EXPECT_TRUE(test, queue_delayed_work(wq, &job->dwork, 100 * HZ));
	KUNIT_EXPECT_FALSE(test, queue_delayed_work(wq, &job->dwork, 0));
	KUNIT_EXPECT_TRUE(test, delayed_work_pending(&job->dwork));
	KUNIT_EXPECT_TRUE(test, cancel_delayed_work(&job->dwork));
	start = jiffies;
	KUNIT_EXPECT_TRUE(test, queue_delayed_work(wq, &job->dwork, delay));
	while (!atomic_read(&job->runs) && time_before(jiffies, start + PATIENCE))
		msleep(5);
	flush_delayed_work(&job->dwork);
	KUNIT_EXPECT_EQ(test, atomic_read(&job->runs), 1);
	KUNIT_EXPECT_TRUE(test, time_after_eq(job->ran_at, start + delay));

	KUNIT_EXPECT_TRUE(test, queue_delayed_work(wq, &job->dwork, 100 * HZ));
	flush_delayed_work(&job->dwork);
	KUNIT_EXPECT_EQ(test, atomic_read(&job->runs), 2);

	KUNIT_EXPECT_TRUE(test, queue_delayed_work(wq, &job->dwork, 100 * HZ));
	KUNIT_EXPECT_TRUE(test, cancel_delayed_work(&job->dwork));
	KUNIT_EXPECT_FALSE(test, delayed_work_pending(&job->dwork));
	KUNIT_EXPECT_FALSE(test, cancel_delayed_work_sync(&job->dwork));
	KUNIT_EXPECT_EQ(test, atomic_read(&job->runs), 2);
}

static void modify_delay(struct kunit *test)
{
	struct workqueue_struct *wq = test->priv;
	struct job *job = new_job(test, count_work);
	unsigned long start;
	int i, runs;

	KUNIT_EXPECT_FALSE(test, mod_delayed_work(wq, &job->dwork, 100 * HZ));
	KUNIT_EXPECT_TRUE(test, mod_delayed_work(wq, &job->dwork, 0));
	flush_delayed_work(&job->dwork);
	KUNIT_EXPECT_EQ(test, atomic_read(&job->runs), 1);

	/* A time-out that is put off again and again does not come. */
	start = jiffies;
	mod_delayed_work(wq, &job->dwork, msecs_to_jiffies(300));
	for (i = 0; i < 10; i++) {
		msleep(10);
		mod_delayed_work(wq, &job->dwork, msecs_to_jiffies(300));
	}
	runs = atomic_read(&job->runs);
	if (time_before(jiffies, start + msecs_to_jiffies(300)))
		KUNIT_EXPECT_EQ(test, runs, 1);
	mod_delayed_work(wq, &job->dwork, 100 * HZ);
	KUNIT_EXPECT_TRUE(test, cancel_delayed_work_sync(&job->dwork));
}

struct racer {
	struct job *job;
	struct completion done;
	atomic_t queued;
};

static int race_queue(void *data)
{
	struct racer *r = data;
	struct job *job = r->job;
	int i;

	for (i = 0; i < 2000; i++) {
		switch (i % 5) {
		case 0:
			queue_delayed_work(job->wq, &job->dwork, 1);
			break;
		case 1:
			mod_delayed_work(job->wq, &job->dwork, i & 1);
			break;
		case 2:
			cancel_delayed_work(&job->dwork);
			break;
		case 3:
			flush_delayed_work(&job->dwork);
			break;
		case 4:
			if (i % 20 == 4)
				cancel_delayed_work_sync(&job->dwork);
			else
				queue_delayed_work(job->wq, &job->dwork, 0);
			break;
		}
	}
	complete(&r->done);
	return 0;
}

static void everybody_at_once(struct kunit *test)
{
	struct racer *r = kunit_kzalloc(test, sizeof(*r), GFP_KERNEL);
	int i;

	KUNIT_ASSERT_NOT_NULL(test, r);
	r->job = new_job(test, count_work);
	init_completion(&r->done);
	for (i = 0; i < 4; i++)
		KUNIT_ASSERT_FALSE(test, IS_ERR(kthread_run(race_queue, r, "racer/%d", i)));
	for (i = 0; i < 4; i++)
		wait_for_completion(&r->done);
	cancel_delayed_work_sync(&r->job->dwork);
	KUNIT_EXPECT_FALSE(test, delayed_work_pending(&r->job->dwork));
	KUNIT_EXPECT_EQ(test, atomic_read(&r->job->twice), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&r->job->inside), 0);
}

static void many_queues(struct kunit *test)
{
	struct workqueue_struct *wq;
	struct job *job;
	int i;

	for (i = 0; i < 50; i++) {
		wq = alloc_workqueue("kit-%d", WQ_UNBOUND | WQ_MEM_RECLAIM, 0, i);
		KUNIT_ASSERT_NOT_NULL(test, wq);
		job = new_job(test, requeue_work);
		job->wq = wq;
		job->requeues = i % 3;
		queue_work(wq, &job->work);
		destroy_workqueue(wq);
		KUNIT_EXPECT_EQ(test, atomic_read(&job->runs), 1 + i % 3);
	}
}

static int kit_work_init(struct kunit *test)
{
	test->priv = alloc_workqueue("kit-test", WQ_UNBOUND, 8);
	return test->priv ? 0 : -ENOMEM;
}

static void kit_work_exit(struct kunit *test)
{
	if (test->priv)
		destroy_workqueue(test->priv);
}

static struct kunit_case kit_work_cases[] = {
	KUNIT_CASE(queue_and_flush),
	KUNIT_CASE(pending_once),
	KUNIT_CASE(never_twice_at_once),
	KUNIT_CASE(requeue_itself),
	KUNIT_CASE(work_frees_itself),
	KUNIT_CASE(several_at_once),
	KUNIT_CASE(ordered_queue),
	KUNIT_CASE(cancel_pending),
	KUNIT_CASE(cancel_running),
	KUNIT_CASE(cancel_periodic),
	KUNIT_CASE(delayed),
	KUNIT_CASE(modify_delay),
	KUNIT_CASE(everybody_at_once),
	KUNIT_CASE(many_queues),
	{},
};

static struct kunit_suite kit_work_suite = {
	.name = "kit_work",
	.init = kit_work_init,
	.exit = kit_work_exit,
	.test_cases = kit_work_cases,
};

kunit_test_suite(kit_work_suite);

MODULE_LICENSE("GPL");
