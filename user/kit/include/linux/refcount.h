/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIT_LINUX_REFCOUNT_H
#define KIT_LINUX_REFCOUNT_H

#include <linux/atomic.h>
#include <linux/bug.h>
#include <linux/spinlock_types.h>

struct mutex;

typedef struct refcount_struct {
	atomic_t refs;
} refcount_t;

#define REFCOUNT_INIT(n)               \
	{                              \
		.refs = ATOMIC_INIT(n) \
	}
#define REFCOUNT_MAX	   0x7fffffff
#define REFCOUNT_SATURATED ((int)0xc0000000)

/*
 * Where the kernel warns and saturates (taking a reference on 0, dropping one
 * that is not there, overflow), the counter saturates and the program aborts.
 */
void kit_refcount_bad(refcount_t *r, const char *what) __cold;

static inline void refcount_set(refcount_t *r, int n)
{
	atomic_set(&r->refs, n);
}

static inline unsigned int refcount_read(const refcount_t *r)
{
	return (unsigned int)atomic_read(&r->refs);
}

static inline void refcount_add(int i, refcount_t *r)
{
	int old = __atomic_fetch_add(&r->refs.counter, i, __ATOMIC_RELAXED);

	if (unlikely(old <= 0 || i < 0 || old > REFCOUNT_MAX - i))
		kit_refcount_bad(r, old == 0 ? "addition on 0, use after free" : "overflow");
}

static inline void refcount_inc(refcount_t *r)
{
	refcount_add(1, r);
}

static inline bool __must_check refcount_add_not_zero(int i, refcount_t *r)
{
	int old = atomic_read(&r->refs);

	do {
		if (!old)
			return false;
	} while (!__atomic_compare_exchange_n(&r->refs.counter, &old,
					      (int)((unsigned int)old + (unsigned int)i), false,
					      __ATOMIC_RELAXED, __ATOMIC_RELAXED));
	if (unlikely(old < 0 || i < 0 || old > REFCOUNT_MAX - i))
		kit_refcount_bad(r, "overflow");
	return true;
}

static inline bool __must_check refcount_inc_not_zero(refcount_t *r)
{
	return refcount_add_not_zero(1, r);
}

static inline bool __must_check refcount_sub_and_test(int i, refcount_t *r)
{
	int old = __atomic_fetch_sub(&r->refs.counter, i, __ATOMIC_ACQ_REL);

	if (i > 0 && old == i)
		return true;
	if (unlikely(i < 0 || old < i))
		kit_refcount_bad(r, "underflow, use after free");
	return false;
}

static inline bool __must_check refcount_dec_and_test(refcount_t *r)
{
	return refcount_sub_and_test(1, r);
}

/* For a reference that is known not to be the last. */
static inline void refcount_dec(refcount_t *r)
{
	if (unlikely(__atomic_fetch_sub(&r->refs.counter, 1, __ATOMIC_RELEASE) <= 1))
		kit_refcount_bad(r, "decrement hit 0, leaking memory");
}

bool __must_check refcount_dec_if_one(refcount_t *r);
bool __must_check refcount_dec_not_one(refcount_t *r);
/* True, with the lock held, when this was the last one. */
bool __must_check refcount_dec_and_mutex_lock(refcount_t *r, struct mutex *lock);
bool __must_check kit_refcount_dec_and_lock(refcount_t *r, spinlock_t *lock);
#define refcount_dec_and_lock(r, lock) __cond_lock(lock, kit_refcount_dec_and_lock(r, lock))

#endif
