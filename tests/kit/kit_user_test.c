// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What only the kit has: its checks must abort the process, its fault
 * injection must reach every allocation, and kernel and C library headers
 * must live in one file. A program only.
 */

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <asm/byteorder.h>
#include <kit/kit.h>
#include <kunit/test.h>
#include <linux/bitmap.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/idr.h>
#include <linux/kref.h>
#include <linux/kthread.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/ratelimit.h>
#include <linux/rwsem.h>
#include <linux/spinlock.h>
#include <linux/timer.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

/* What is awaited ends the process at once, on an idle machine. */
#define PATIENCE_MS 60000

static DEFINE_MUTEX(mutex);
static DEFINE_SPINLOCK(spin);
static DECLARE_RWSEM(sem);
static DECLARE_WAIT_QUEUE_HEAD(wq);
static struct work_struct work;
static struct timer_list timer;

static int unlock_others(void *data)
{
	mutex_unlock(&mutex);
	return 0;
}

static void die_unlock_others(void)
{
	mutex_lock(&mutex);
	msleep(10);
	kthread_run(unlock_others, NULL, "other");
	msleep(PATIENCE_MS);
}

static void die_unlock_free(void)
{
	mutex_unlock(&mutex);
}

static void die_lock_twice(void)
{
	mutex_lock(&mutex);
	mutex_lock(&mutex);
}

static void die_spin_twice(void)
{
	spin_lock(&spin);
	spin_lock(&spin);
}

static void die_destroy_held(void)
{
	mutex_lock(&mutex);
	mutex_destroy(&mutex);
}

static void die_uninitialised(void)
{
	struct mutex *m = kzalloc(sizeof(*m), GFP_KERNEL);

	mutex_lock(m);
}

static void die_use_destroyed(void)
{
	struct mutex m;

	mutex_init(&m);
	mutex_destroy(&m);
	mutex_lock(&m);
}

static void die_read_twice(void)
{
	down_read(&sem);
	down_read(&sem);
}

static void die_up_wrong_way(void)
{
	down_read(&sem);
	up_write(&sem);
}

static void die_free_held(void)
{
	struct held {
		char pad[40];
		spinlock_t lock;
	} *h = kzalloc(sizeof(*h), GFP_KERNEL);

	spin_lock_init(&h->lock);
	spin_lock(&h->lock);
	kfree(h);
}

static void die_sleep_atomic(void)
{
	spin_lock(&spin);
	msleep(1);
}

static void die_alloc_atomic(void)
{
	spin_lock(&spin);
	kfree(kmalloc(10, GFP_KERNEL));
}

static void die_mutex_atomic(void)
{
	spin_lock(&spin);
	mutex_lock(&mutex);
}

static void die_wait_atomic(void)
{
	spin_lock(&spin);
	wait_event(wq, true);
}

static bool locked_look(void)
{
	mutex_lock(&mutex);
	mutex_unlock(&mutex);
	return false;
}

static void die_sleeping_condition(void)
{
	wait_event_timeout(wq, locked_look(), HZ);
}

static void die_assert_held(void)
{
	lockdep_assert_held(&mutex);
}

static void die_assert_write(void)
{
	down_read(&sem);
	lockdep_assert_held_write(&sem);
}

static void die_ref_underflow(void)
{
	refcount_t r = REFCOUNT_INIT(1);

	if (refcount_dec_and_test(&r) && refcount_dec_and_test(&r))
		exit(0);
}

static void die_ref_resurrect(void)
{
	refcount_t r = REFCOUNT_INIT(0);

	refcount_inc(&r);
}

static void die_ref_overflow(void)
{
	refcount_t r = REFCOUNT_INIT(REFCOUNT_MAX);

	refcount_inc(&r);
}

static void die_ref_leak(void)
{
	refcount_t r = REFCOUNT_INIT(1);

	refcount_dec(&r);
}

static void die_list_del_twice(void)
{
	struct list_head entry;
	LIST_HEAD(head);

	list_add(&entry, &head);
	list_del(&entry);
	list_del(&entry);
}

static void die_list_add_twice(void)
{
	struct list_head entry;
	LIST_HEAD(head);

	list_add(&entry, &head);
	list_add(&entry, &head);
}

static void die_hlist_del_twice(void)
{
	struct hlist_node entry;
	HLIST_HEAD(head);

	hlist_add_head(&entry, &head);
	hlist_del(&entry);
	hlist_del(&entry);
}

static void die_bug_on(void)
{
	BUG_ON(mutex_is_locked(&mutex) == 0);
}

static void die_fatal_warning(void)
{
	setenv("KSMBD_WARN_FATAL", "1", 1);
	WARN_ON_ONCE(1);
}

static void leak_lock(struct work_struct *w)
{
	mutex_lock(&mutex);
}

static void die_work_leaks_lock(void)
{
	INIT_WORK(&work, leak_lock);
	schedule_work(&work);
	msleep(PATIENCE_MS);
}

static void flush_self(struct work_struct *w)
{
	flush_work(w);
}

static void die_work_flushes_itself(void)
{
	INIT_WORK(&work, flush_self);
	schedule_work(&work);
	msleep(PATIENCE_MS);
}

static void sleepy_timer(struct timer_list *t)
{
	msleep(1);
}

static void die_timer_sleeps(void)
{
	timer_setup(&timer, sleepy_timer, 0);
	mod_timer(&timer, jiffies);
	msleep(PATIENCE_MS);
}

static void count_run(struct work_struct *w)
{
	kit_log_level++;
}

/* Not a death: start and end, again and again, each time with threads at work. */
static void live_init_exit(void)
{
	int i;

	kit_log_level = 0;
	for (i = 0; i < 20; i++) {
		INIT_WORK(&work, count_run);
		schedule_work(&work);
		timer_setup(&timer, sleepy_timer, 0);
		mod_timer(&timer, jiffies + 100 * HZ);
		del_timer_sync(&timer);
		kit_exit();
		if (kit_init())
			_exit(4);
	}
	kit_exit();
	if (kit_log_level != 20 || kit_warn_count())
		_exit(5);
	fprintf(stderr, "alive\n");
}

static const struct death {
	const char *name;
	void (*fn)(void);
	const char *says;
	bool lives;
} deaths[] = {
	{ "unlock by another", die_unlock_others, "does not hold it" },
	{ "unlock of a free mutex", die_unlock_free, "does not hold it" },
	{ "mutex twice", die_lock_twice, "locked twice" },
	{ "spinlock twice", die_spin_twice, "locked twice" },
	{ "destroy of a held mutex", die_destroy_held, "destroyed while held" },
	{ "mutex without init", die_uninitialised, "before initialisation" },
	{ "mutex after destroy", die_use_destroyed, "before initialisation" },
	{ "rwsem read twice", die_read_twice, "locked twice" },
	{ "up_write of a reader", die_up_wrong_way, "does not hold it for writing" },
	{ "kfree with a held lock", die_free_held, "held lock" },
	{ "msleep under a spinlock", die_sleep_atomic, "atomic context" },
	{ "GFP_KERNEL under a spinlock", die_alloc_atomic, "atomic context" },
	{ "mutex under a spinlock", die_mutex_atomic, "atomic context" },
	{ "wait under a spinlock", die_wait_atomic, "atomic context" },
	{ "condition that sleeps", die_sleeping_condition, "condition of a wait" },
	{ "lockdep_assert_held", die_assert_held, "lock &mutex" },
	{ "lockdep_assert_held_write", die_assert_write, "lock &sem" },
	{ "refcount underflow", die_ref_underflow, "underflow" },
	{ "refcount from 0", die_ref_resurrect, "use after free" },
	{ "refcount overflow", die_ref_overflow, "overflow" },
	{ "refcount_dec to 0", die_ref_leak, "hit 0" },
	{ "list_del twice", die_list_del_twice, "list_del corruption" },
	{ "list_add twice", die_list_add_twice, "list_add corruption" },
	{ "hlist_del twice", die_hlist_del_twice, "hlist_del corruption" },
	{ "BUG_ON", die_bug_on, "BUG_ON" },
	{ "fatal warning", die_fatal_warning, "WARNING" },
	{ "work that leaks a lock", die_work_leaks_lock, "locks held" },
	{ "work that flushes itself", die_work_flushes_itself, "by its own function" },
	{ "timer that sleeps", die_timer_sleeps, "atomic context" },
	{ "kit_init() and kit_exit()", live_init_exit, "alive", true },
};

/* A new process image: fork() alone would leave the kit's threads behind. */
static char *run_death(size_t i, int *status)
{
	char arg[16], *out = kzalloc(4096, GFP_KERNEL);
	size_t len = 0;
	ssize_t n;
	int fd[2];
	pid_t pid;

	if (!out || pipe(fd))
		return NULL;
	snprintf(arg, sizeof(arg), "%zu", i);
	pid = fork();
	if (!pid) {
		dup2(fd[1], STDERR_FILENO);
		close(fd[0]);
		close(fd[1]);
		setenv("KIT_DEATH", arg, 1);
		execl("/proc/self/exe", "kit-death", (char *)NULL);
		_exit(127);
	}
	close(fd[1]);
	while (len < 4095 && (n = read(fd[0], out + len, 4095 - len)) > 0)
		len += (size_t)n;
	close(fd[0]);
	if (pid < 0 || waitpid(pid, status, 0) != pid) {
		kfree(out);
		return NULL;
	}
	return out;
}

/* Runs before main(), in the child only. */
static void __attribute__((__constructor__)) die_if_told(void)
{
	const char *which = getenv("KIT_DEATH");
	struct rlimit none = { 0, 0 };
	unsigned int i;

	if (!which || kstrtouint(which, 10, &i) || i >= ARRAY_SIZE(deaths))
		return;
	setrlimit(RLIMIT_CORE, &none);
	signal(SIGABRT, SIG_DFL);
	if (kit_init())
		_exit(3);
	deaths[i].fn();
	_exit(0);
}

static bool ended_as_told(const struct death *death, int status)
{
	if (death->lives)
		return WIFEXITED(status) && WEXITSTATUS(status) == 0;
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

static void broken_rules_abort(struct kunit *test)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(deaths); i++) {
		int status = 0;
		char *out = run_death(i, &status);

		KUNIT_ASSERT_NOT_NULL(test, out);
		KUNIT_EXPECT_TRUE_MSG(test, ended_as_told(&deaths[i], status), "%s: status %x",
				      deaths[i].name, status);
		KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(out, deaths[i].says), "%s said: %s",
					  deaths[i].name, out);
		kfree(out);
	}
}

struct id_thread {
	struct completion done;
	int id;
};

static int report_ids(void *data)
{
	struct id_thread *thread = data;

	thread->id = (int)syscall(SYS_geteuid);
	complete(&thread->done);
	return 0;
}

struct id_work {
	struct work_struct work;
	int id;
	struct completion *all;
	atomic_t *inside;
};

static void report_id(struct work_struct *w)
{
	struct id_work *id = container_of(w, struct id_work, work);

	id->id = (int)syscall(SYS_geteuid);
	/* All are needed at once, so that new threads are needed. */
	if (atomic_dec_and_test(id->inside))
		complete_all(id->all);
	wait_for_completion(id->all);
}

/* Raw system calls change the calling thread only; its id must not reach new threads. */
static void threads_have_the_first_id(struct kunit *test)
{
	struct workqueue_struct *queue = alloc_workqueue("ids", 0, 4);
	struct task_struct *task;
	struct id_work ids[4];
	struct completion all;
	atomic_t inside = ATOMIC_INIT(4);
	struct id_thread other = { .id = -1 };
	int i;

	KUNIT_ASSERT_NOT_NULL(test, queue);
	init_completion(&all);
	init_completion(&other.done);
	if (geteuid() || syscall(SYS_setresuid, -1, 12345, -1)) {
		destroy_workqueue(queue);
		kunit_skip(test, "needs root");
	}
	for (i = 0; i < 4; i++) {
		INIT_WORK(&ids[i].work, report_id);
		ids[i].id = -1;
		ids[i].all = &all;
		ids[i].inside = &inside;
		queue_work(queue, &ids[i].work);
	}
	task = kthread_run(report_ids, &other, "ids");
	if (!IS_ERR(task))
		wait_for_completion(&other.done);
	destroy_workqueue(queue);
	KUNIT_EXPECT_EQ(test, syscall(SYS_geteuid), 12345);
	KUNIT_EXPECT_EQ(test, syscall(SYS_setresuid, -1, 0, -1), 0);
	KUNIT_EXPECT_EQ(test, other.id, 0);
	for (i = 0; i < 4; i++)
		KUNIT_EXPECT_EQ(test, ids[i].id, 0);
}

static void faults_hit_the_nth(struct kunit *test)
{
	void *p[3];
	int i;

	kit_fault_set(2);
	for (i = 0; i < 3; i++)
		p[i] = kmalloc(8, GFP_KERNEL);
	KUNIT_EXPECT_TRUE(test, kit_fault_fired());
	KUNIT_EXPECT_EQ(test, kit_fault_count(), 3);
	kit_fault_set(0);
	KUNIT_EXPECT_NOT_NULL(test, p[0]);
	KUNIT_EXPECT_NULL(test, p[1]);
	KUNIT_EXPECT_NOT_NULL(test, p[2]);
	for (i = 0; i < 3; i++)
		kfree(p[i]);
	kfree(kmalloc(8, GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, kit_fault_count(), 0);
}

/* Every way an idr can run out of memory leaves it as it was. */
static void faults_in_idr(struct kunit *test)
{
	DEFINE_IDR(idr);
	u32 nth;
	int id;

	KUNIT_ASSERT_EQ(test, idr_alloc(&idr, &idr, 3, 0, GFP_KERNEL), 3);
	for (nth = 1;; nth++) {
		kit_fault_set(nth);
		id = idr_alloc(&idr, test, 5000000, 0, GFP_KERNEL);
		kit_fault_set(0);
		if (id >= 0)
			break;
		KUNIT_ASSERT_EQ(test, id, -ENOMEM);
		KUNIT_EXPECT_PTR_EQ(test, idr_find(&idr, 3), (void *)&idr);
		KUNIT_EXPECT_NULL(test, idr_find(&idr, 5000000));
	}
	KUNIT_EXPECT_EQ(test, id, 5000000);
	KUNIT_EXPECT_GT(test, nth, 3);
	KUNIT_EXPECT_PTR_EQ(test, idr_remove(&idr, 5000000), (void *)test);
	KUNIT_EXPECT_PTR_EQ(test, idr_remove(&idr, 3), (void *)&idr);
	KUNIT_EXPECT_TRUE(test, idr_is_empty(&idr));
}

static void faults_elsewhere(struct kunit *test)
{
	kit_fault_set(1);
	KUNIT_EXPECT_NULL(test, alloc_workqueue("none", 0, 0));
	kit_fault_set(1);
	KUNIT_EXPECT_EQ(test, PTR_ERR(kthread_run(unlock_others, NULL, "none")), -ENOMEM);
	kit_fault_set(1);
	KUNIT_EXPECT_NULL(test, kvzalloc(1 << 20, GFP_KERNEL));
	kit_fault_set(1);
	KUNIT_EXPECT_NULL(test, kasprintf(GFP_KERNEL, "%d", 1));
	kit_fault_set(0);
}

static void limits_of_kmalloc(struct kunit *test)
{
	KUNIT_EXPECT_NULL(test, kmalloc(KMALLOC_MAX_SIZE + 1, GFP_KERNEL | __GFP_NOWARN));
	KUNIT_EXPECT_NULL(test, kvmalloc((size_t)INT_MAX + 1, GFP_KERNEL | __GFP_NOWARN));
}

static void tracks_outstanding(struct kunit *test)
{
	void *p;

	kit_alloc_track(true);
	p = kmalloc(10, GFP_KERNEL);
	KUNIT_EXPECT_EQ(test, kit_alloc_outstanding(), 1);
	kfree(p);
	KUNIT_EXPECT_EQ(test, kit_alloc_outstanding(), 0);
	kit_alloc_track(false);
}

static int sink_lines, sink_level;
static char sink_text[256];

static void test_sink(int level, const char *text, size_t len)
{
	sink_lines++;
	sink_level = level;
	snprintf(sink_text, sizeof(sink_text), "%.*s", (int)len, text);
}

static void log_is_one_line(struct kunit *test)
{
	static DEFINE_RATELIMIT_STATE(rs, HZ * 1000, 3);
	int i, allowed = 0, level = kit_log_level;

	kit_log_set_sink(test_sink);
	pr_err("a\nb\033[1m\n");
	KUNIT_EXPECT_STREQ(test, sink_text, "a\\x0ab\\x1b[1m");
	KUNIT_EXPECT_EQ(test, sink_level, 3);
	kit_log_level = 4;
	pr_info("not this\n");
	KUNIT_EXPECT_EQ(test, sink_lines, 1);
	kit_log_level = 7;
	pr_debug("debug\n");
	KUNIT_EXPECT_EQ(test, sink_level, 7);
	kit_log_level = level;
	for (i = 0; i < 20; i++) {
		pr_err_ratelimited("often\n");
		allowed += __ratelimit(&rs);
	}
	kit_log_set_sink(NULL);
	KUNIT_EXPECT_EQ(test, sink_lines, 12);
	KUNIT_EXPECT_EQ(test, allowed, 3);
}

static void libc_beside_kernel(struct kunit *test)
{
	struct open_how how = { .flags = O_RDONLY, .resolve = RESOLVE_BENEATH };
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(445) };
	struct stat st;

	KUNIT_EXPECT_EQ(test, be16_to_cpu((__force __be16)in.sin_port), 445);
	KUNIT_EXPECT_EQ(test, fstat(STDERR_FILENO, &st) & how.flags, 0);
	KUNIT_EXPECT_EQ(test, PAGE_SIZE, sysconf(_SC_PAGESIZE));
	errno = 0;
	KUNIT_EXPECT_EQ(test, open("/nonexistent", O_RDONLY), -1);
	KUNIT_EXPECT_EQ(test, errno, ENOENT);
	KUNIT_EXPECT_TRUE(test, S_ISDIR(S_IFDIR | S_IRWXUGO));
}

static struct kunit_case kit_user_cases[] = {
	KUNIT_CASE(broken_rules_abort), KUNIT_CASE(threads_have_the_first_id),
	KUNIT_CASE(faults_hit_the_nth), KUNIT_CASE(faults_in_idr),
	KUNIT_CASE(faults_elsewhere),	KUNIT_CASE(limits_of_kmalloc),
	KUNIT_CASE(tracks_outstanding), KUNIT_CASE(log_is_one_line),
	KUNIT_CASE(libc_beside_kernel), {},
};

static struct kunit_suite kit_user_suite = {
	.name = "kit_user",
	.test_cases = kit_user_cases,
};

kunit_test_suite(kit_user_suite);
