// SPDX-License-Identifier: GPL-2.0-or-later
/* Mutexes, spinlocks, reader-writer locks: pthread locks that know their owner. */

#include <errno.h>

#include "internal.h"
#include <linux/mutex.h>
#include <linux/rwsem.h>
#include <linux/spinlock.h>

#define lock_bug(name, fmt, ...) kit_bug(__FILE__, __LINE__, "lock %s: " fmt, name, ##__VA_ARGS__)

/* What the locks differ in: may the holder sleep, may the taker. */
enum lock_kind {
	LOCK_SLEEPS,
	LOCK_SPINS,
};

static void push_held(struct task_struct *task, const void *lock, enum kit_held how,
		      enum lock_kind kind)
{
	struct kit_held_lock *held;

	if (unlikely(task->nr_held == KIT_MAX_HELD))
		kit_bug(__FILE__, __LINE__, "more than %d locks held", KIT_MAX_HELD);
	held = &task->held[task->nr_held++];
	held->lock = lock;
	held->how = how;
	held->spins = kind == LOCK_SPINS;
	if (kind == LOCK_SPINS)
		task->atomic_depth++;
}

/* Newest first: locks are mostly dropped in the reverse order. */
static int find_held(const struct task_struct *task, const void *lock)
{
	int i = (int)task->nr_held;

	while (--i >= 0)
		if (task->held[i].lock == lock)
			break;
	return i;
}

static void pop_held(struct task_struct *task, const void *lock, enum kit_held how,
		     const char *name)
{
	int i = find_held(task, lock);

	if (unlikely(i < 0 || task->held[i].how != how))
		lock_bug(name, "unlocked by %s, who does not hold it %s", task->comm,
			 how == KIT_HELD_READ ? "for reading" : "for writing");
	if (task->held[i].spins)
		task->atomic_depth--;
	task->nr_held--;
	for (; i < (int)task->nr_held; i++)
		task->held[i] = task->held[i + 1];
}

enum kit_held kit_lock_held(const void *lock)
{
	const struct task_struct *task = kit_current();
	int i = find_held(task, lock);

	return i < 0 ? KIT_HELD_NOT : task->held[i].how;
}

void kit_check_no_locks(const struct task_struct *task, const char *what, const void *fn)
{
	if (unlikely(task->nr_held))
		kit_bug(__FILE__, __LINE__, "%s %p returned with %u locks held, the last at %p",
			what, fn, task->nr_held, task->held[task->nr_held - 1].lock);
	if (unlikely(task->atomic_depth))
		kit_bug(__FILE__, __LINE__, "%s %p returned in atomic context", what, fn);
}

void kit_check_not_held_in(const void *mem, size_t size)
{
	const struct task_struct *task = kit_current();
	unsigned int i;

	for (i = 0; i < task->nr_held; i++) {
		size_t offset = (size_t)((const char *)task->held[i].lock - (const char *)mem);

		if (unlikely(offset < size))
			kit_bug(__FILE__, __LINE__, "memory freed with a held lock in it");
	}
}

void kit_might_sleep(const char *file, int line)
{
	const struct task_struct *task = kit_current();

	if (unlikely(task->atomic_depth))
		kit_bug(file, line, "sleeping function called in atomic context, depth %u",
			task->atomic_depth);
	/* The kernel would overwrite the state that the wait has set, and spin instead of wait. */
	if (unlikely(task->waiting))
		kit_bug(file, line, "sleeping function called in the condition of a wait");
}

void kit_mutex_init(struct kit_mutex *lock, const char *name)
{
	pthread_mutexattr_t attr;

	kit_check(pthread_mutexattr_init(&attr));
	kit_check(pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_ADAPTIVE_NP));
	kit_check(pthread_mutex_init(&lock->raw, &attr));
	pthread_mutexattr_destroy(&attr);
	WRITE_ONCE(lock->owner, NULL);
	lock->name = name;
}

static void take_mutex(struct kit_mutex *lock, enum lock_kind kind)
{
	struct task_struct *task = kit_current();

	if (unlikely(!lock->name))
		lock_bug("?", "used before initialisation");
	if (unlikely(READ_ONCE(lock->owner) == task))
		lock_bug(lock->name, "locked twice by %s", task->comm);
	kit_jitter();
	kit_raw_lock(&lock->raw);
	WRITE_ONCE(lock->owner, task);
	push_held(task, lock, KIT_HELD_WRITE, kind);
}

static bool try_mutex(struct kit_mutex *lock, enum lock_kind kind)
{
	struct task_struct *task = kit_current();

	if (unlikely(!lock->name))
		lock_bug("?", "used before initialisation");
	if (pthread_mutex_trylock(&lock->raw))
		return false;
	WRITE_ONCE(lock->owner, task);
	push_held(task, lock, KIT_HELD_WRITE, kind);
	return true;
}

static void drop_mutex(struct kit_mutex *lock)
{
	struct task_struct *task = kit_current();

	if (unlikely(READ_ONCE(lock->owner) != task))
		lock_bug(lock->name ? lock->name : "?", "unlocked by %s, who does not hold it",
			 task->comm);
	pop_held(task, lock, KIT_HELD_WRITE, lock->name);
	WRITE_ONCE(lock->owner, NULL);
	kit_raw_unlock(&lock->raw);
	kit_jitter();
}

void mutex_lock(struct mutex *lock)
{
	might_sleep();
	take_mutex(&lock->lock, LOCK_SLEEPS);
}

int mutex_trylock(struct mutex *lock)
{
	return try_mutex(&lock->lock, LOCK_SLEEPS);
}

void mutex_unlock(struct mutex *lock)
{
	drop_mutex(&lock->lock);
}

bool mutex_is_locked(struct mutex *lock)
{
	return READ_ONCE(lock->lock.owner) != NULL;
}

void mutex_destroy(struct mutex *lock)
{
	if (unlikely(READ_ONCE(lock->lock.owner)))
		lock_bug(lock->lock.name, "destroyed while held");
	kit_check(pthread_mutex_destroy(&lock->lock.raw));
	lock->lock.name = NULL;
}

void spin_lock(spinlock_t *lock)
{
	take_mutex(&lock->lock, LOCK_SPINS);
}

bool kit_spin_trylock(spinlock_t *lock)
{
	return try_mutex(&lock->lock, LOCK_SPINS);
}

void spin_unlock(spinlock_t *lock)
{
	drop_mutex(&lock->lock);
}

bool spin_is_locked(spinlock_t *lock)
{
	return READ_ONCE(lock->lock.owner) != NULL;
}

void kit_rwlock_init(struct kit_rwlock *lock, const char *name)
{
	pthread_rwlockattr_t attr;

	kit_check(pthread_rwlockattr_init(&attr));
	kit_check(
		pthread_rwlockattr_setkind_np(&attr, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP));
	kit_check(pthread_rwlock_init(&lock->raw, &attr));
	pthread_rwlockattr_destroy(&attr);
	WRITE_ONCE(lock->writer, NULL);
	lock->name = name;
}

/* For both: a second lock by the same thread waits for itself. */
static struct task_struct *check_rwlock(struct kit_rwlock *lock)
{
	struct task_struct *task = kit_current();

	if (unlikely(!lock->name))
		lock_bug("?", "used before initialisation");
	if (unlikely(task->nr_held && find_held(task, lock) >= 0))
		lock_bug(lock->name, "locked twice by %s", task->comm);
	return task;
}

static void take_read(struct kit_rwlock *lock, enum lock_kind kind)
{
	struct task_struct *task = check_rwlock(lock);

	kit_jitter();
	kit_check(pthread_rwlock_rdlock(&lock->raw));
	push_held(task, lock, KIT_HELD_READ, kind);
}

static void take_write(struct kit_rwlock *lock, enum lock_kind kind)
{
	struct task_struct *task = check_rwlock(lock);

	kit_jitter();
	kit_check(pthread_rwlock_wrlock(&lock->raw));
	WRITE_ONCE(lock->writer, task);
	push_held(task, lock, KIT_HELD_WRITE, kind);
}

static void drop_read(struct kit_rwlock *lock)
{
	pop_held(kit_current(), lock, KIT_HELD_READ, lock->name ? lock->name : "?");
	kit_check(pthread_rwlock_unlock(&lock->raw));
	kit_jitter();
}

static void drop_write(struct kit_rwlock *lock)
{
	pop_held(kit_current(), lock, KIT_HELD_WRITE, lock->name ? lock->name : "?");
	WRITE_ONCE(lock->writer, NULL);
	kit_check(pthread_rwlock_unlock(&lock->raw));
	kit_jitter();
}

void down_read(struct rw_semaphore *sem)
{
	might_sleep();
	take_read(&sem->lock, LOCK_SLEEPS);
}

void up_read(struct rw_semaphore *sem)
{
	drop_read(&sem->lock);
}

void down_write(struct rw_semaphore *sem)
{
	might_sleep();
	take_write(&sem->lock, LOCK_SLEEPS);
}

void up_write(struct rw_semaphore *sem)
{
	drop_write(&sem->lock);
}

int down_read_trylock(struct rw_semaphore *sem)
{
	struct task_struct *task = kit_current();

	if (unlikely(!sem->lock.name))
		lock_bug("?", "used before initialisation");
	if (find_held(task, sem) >= 0 || pthread_rwlock_tryrdlock(&sem->lock.raw))
		return 0;
	push_held(task, sem, KIT_HELD_READ, LOCK_SLEEPS);
	return 1;
}

int down_write_trylock(struct rw_semaphore *sem)
{
	struct task_struct *task = kit_current();

	if (unlikely(!sem->lock.name))
		lock_bug("?", "used before initialisation");
	if (find_held(task, sem) >= 0 || pthread_rwlock_trywrlock(&sem->lock.raw))
		return 0;
	WRITE_ONCE(sem->lock.writer, task);
	push_held(task, sem, KIT_HELD_WRITE, LOCK_SLEEPS);
	return 1;
}

void read_lock(rwlock_t *lock)
{
	take_read(&lock->lock, LOCK_SPINS);
}

void read_unlock(rwlock_t *lock)
{
	drop_read(&lock->lock);
}

void write_lock(rwlock_t *lock)
{
	take_write(&lock->lock, LOCK_SPINS);
}

void write_unlock(rwlock_t *lock)
{
	drop_write(&lock->lock);
}

void kit_refcount_bad(refcount_t *r, const char *what)
{
	refcount_set(r, REFCOUNT_SATURATED);
	kit_bug("refcount", 0, "refcount_t %p: %s", (void *)r, what);
}

bool refcount_dec_if_one(refcount_t *r)
{
	int one = 1;

	return __atomic_compare_exchange_n(&r->refs.counter, &one, 0, false, __ATOMIC_ACQ_REL,
					   __ATOMIC_RELAXED);
}

bool refcount_dec_not_one(refcount_t *r)
{
	int seen = atomic_read(&r->refs);

	do {
		if (seen == 1)
			return false;
		if (unlikely(seen <= 0))
			kit_refcount_bad(r, "underflow, use after free");
	} while (!__atomic_compare_exchange_n(&r->refs.counter, &seen, seen - 1, false,
					      __ATOMIC_RELEASE, __ATOMIC_RELAXED));
	return true;
}

bool refcount_dec_and_mutex_lock(refcount_t *r, struct mutex *lock)
{
	if (refcount_dec_not_one(r))
		return false;
	mutex_lock(lock);
	if (refcount_dec_and_test(r))
		return true;
	mutex_unlock(lock);
	return false;
}

bool kit_refcount_dec_and_lock(refcount_t *r, spinlock_t *lock)
{
	if (refcount_dec_not_one(r))
		return false;
	spin_lock(lock);
	if (refcount_dec_and_test(r))
		return true;
	spin_unlock(lock);
	return false;
}

#ifdef KIT_TSAN
/* A read-modify-write of one shared word: ordered, and visible to the race detector. */
void kit_tsan_fence(void)
{
	static int word;

	__atomic_fetch_add(&word, 1, __ATOMIC_SEQ_CST);
}
#endif
