/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIT_LINUX_ATOMIC_H
#define KIT_LINUX_ATOMIC_H

#include <linux/compiler.h>
#include <linux/types.h>
#include <asm/barrier.h>

/*
 * Order as in the kernel: what returns a value is a full barrier, what does
 * not orders nothing. The atomic_fetch_*() names are not here: <stdatomic.h>
 * has macros of the same names with other arguments.
 */
#define ATOMIC_INIT(i) \
	{              \
		(i)    \
	}
#define ATOMIC64_INIT(i) \
	{                \
		(i)      \
	}
#define ATOMIC_LONG_INIT(i) \
	{                   \
		(i)         \
	}

#define xchg(ptr, v) __atomic_exchange_n((ptr), (v), __ATOMIC_SEQ_CST)
#define cmpxchg(ptr, o, n)                                                                  \
	({                                                                                  \
		typeof(*(ptr)) __cx_old = (o);                                              \
                                                                                            \
		__atomic_compare_exchange_n((ptr), &__cx_old, (n), false, __ATOMIC_SEQ_CST, \
					    __ATOMIC_RELAXED);                              \
		__cx_old;                                                                   \
	})
#define try_cmpxchg(ptr, oldp, n) \
	__atomic_compare_exchange_n((ptr), (oldp), (n), false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED)

static inline int atomic_read(const atomic_t *v)
{
	return __atomic_load_n(&v->counter, __ATOMIC_RELAXED);
}

static inline int atomic_read_acquire(const atomic_t *v)
{
	return __atomic_load_n(&v->counter, __ATOMIC_ACQUIRE);
}

static inline void atomic_set(atomic_t *v, int i)
{
	__atomic_store_n(&v->counter, i, __ATOMIC_RELAXED);
}

static inline void atomic_set_release(atomic_t *v, int i)
{
	__atomic_store_n(&v->counter, i, __ATOMIC_RELEASE);
}

static inline void atomic_add(int i, atomic_t *v)
{
	__atomic_fetch_add(&v->counter, i, __ATOMIC_RELAXED);
}

static inline void atomic_sub(int i, atomic_t *v)
{
	__atomic_fetch_sub(&v->counter, i, __ATOMIC_RELAXED);
}

static inline void atomic_or(int i, atomic_t *v)
{
	__atomic_fetch_or(&v->counter, i, __ATOMIC_RELAXED);
}

static inline void atomic_and(int i, atomic_t *v)
{
	__atomic_fetch_and(&v->counter, i, __ATOMIC_RELAXED);
}

static inline void atomic_xor(int i, atomic_t *v)
{
	__atomic_fetch_xor(&v->counter, i, __ATOMIC_RELAXED);
}

static inline int atomic_add_return(int i, atomic_t *v)
{
	return __atomic_add_fetch(&v->counter, i, __ATOMIC_SEQ_CST);
}

static inline int atomic_sub_return(int i, atomic_t *v)
{
	return __atomic_sub_fetch(&v->counter, i, __ATOMIC_SEQ_CST);
}

static inline void atomic_inc(atomic_t *v)
{
	atomic_add(1, v);
}

static inline void atomic_dec(atomic_t *v)
{
	atomic_sub(1, v);
}

static inline int atomic_inc_return(atomic_t *v)
{
	return atomic_add_return(1, v);
}

static inline int atomic_dec_return(atomic_t *v)
{
	return atomic_sub_return(1, v);
}

static inline bool atomic_sub_and_test(int i, atomic_t *v)
{
	return atomic_sub_return(i, v) == 0;
}

static inline bool atomic_dec_and_test(atomic_t *v)
{
	return atomic_sub_return(1, v) == 0;
}

static inline bool atomic_inc_and_test(atomic_t *v)
{
	return atomic_add_return(1, v) == 0;
}

static inline bool atomic_add_negative(int i, atomic_t *v)
{
	return atomic_add_return(i, v) < 0;
}

static inline int atomic_xchg(atomic_t *v, int i)
{
	return __atomic_exchange_n(&v->counter, i, __ATOMIC_SEQ_CST);
}

static inline int atomic_cmpxchg(atomic_t *v, int old, int new_value)
{
	typeof(v->counter) seen = old;

	__atomic_compare_exchange_n(&v->counter, &seen, new_value, false, __ATOMIC_SEQ_CST,
				    __ATOMIC_RELAXED);
	return seen;
}

/* False, and nothing added, when the counter is u. */
static inline bool atomic_add_unless(atomic_t *v, int a, int u)
{
	typeof(v->counter) seen = atomic_read(v);

	do {
		if (seen == u)
			return false;
	} while (!__atomic_compare_exchange_n(&v->counter, &seen, seen + a, false, __ATOMIC_SEQ_CST,
					      __ATOMIC_RELAXED));
	return true;
}

static inline bool atomic_inc_not_zero(atomic_t *v)
{
	return atomic_add_unless(v, 1, 0);
}

static inline int atomic_dec_if_positive(atomic_t *v)
{
	typeof(v->counter) seen = atomic_read(v);

	do {
		if (seen - 1 < 0)
			break;
	} while (!__atomic_compare_exchange_n(&v->counter, &seen, seen - 1, false, __ATOMIC_SEQ_CST,
					      __ATOMIC_RELAXED));
	return seen - 1;
}

static inline s64 atomic64_read(const atomic64_t *v)
{
	return __atomic_load_n(&v->counter, __ATOMIC_RELAXED);
}

static inline s64 atomic64_read_acquire(const atomic64_t *v)
{
	return __atomic_load_n(&v->counter, __ATOMIC_ACQUIRE);
}

static inline void atomic64_set(atomic64_t *v, s64 i)
{
	__atomic_store_n(&v->counter, i, __ATOMIC_RELAXED);
}

static inline void atomic64_set_release(atomic64_t *v, s64 i)
{
	__atomic_store_n(&v->counter, i, __ATOMIC_RELEASE);
}

static inline void atomic64_add(s64 i, atomic64_t *v)
{
	__atomic_fetch_add(&v->counter, i, __ATOMIC_RELAXED);
}

static inline void atomic64_sub(s64 i, atomic64_t *v)
{
	__atomic_fetch_sub(&v->counter, i, __ATOMIC_RELAXED);
}

static inline void atomic64_or(s64 i, atomic64_t *v)
{
	__atomic_fetch_or(&v->counter, i, __ATOMIC_RELAXED);
}

static inline void atomic64_and(s64 i, atomic64_t *v)
{
	__atomic_fetch_and(&v->counter, i, __ATOMIC_RELAXED);
}

static inline void atomic64_xor(s64 i, atomic64_t *v)
{
	__atomic_fetch_xor(&v->counter, i, __ATOMIC_RELAXED);
}

static inline s64 atomic64_add_return(s64 i, atomic64_t *v)
{
	return __atomic_add_fetch(&v->counter, i, __ATOMIC_SEQ_CST);
}

static inline s64 atomic64_sub_return(s64 i, atomic64_t *v)
{
	return __atomic_sub_fetch(&v->counter, i, __ATOMIC_SEQ_CST);
}

static inline void atomic64_inc(atomic64_t *v)
{
	atomic64_add(1, v);
}

static inline void atomic64_dec(atomic64_t *v)
{
	atomic64_sub(1, v);
}

static inline s64 atomic64_inc_return(atomic64_t *v)
{
	return atomic64_add_return(1, v);
}

static inline s64 atomic64_dec_return(atomic64_t *v)
{
	return atomic64_sub_return(1, v);
}

static inline bool atomic64_sub_and_test(s64 i, atomic64_t *v)
{
	return atomic64_sub_return(i, v) == 0;
}

static inline bool atomic64_dec_and_test(atomic64_t *v)
{
	return atomic64_sub_return(1, v) == 0;
}

static inline bool atomic64_inc_and_test(atomic64_t *v)
{
	return atomic64_add_return(1, v) == 0;
}

static inline bool atomic64_add_negative(s64 i, atomic64_t *v)
{
	return atomic64_add_return(i, v) < 0;
}

static inline s64 atomic64_xchg(atomic64_t *v, s64 i)
{
	return __atomic_exchange_n(&v->counter, i, __ATOMIC_SEQ_CST);
}

static inline s64 atomic64_cmpxchg(atomic64_t *v, s64 old, s64 new_value)
{
	typeof(v->counter) seen = old;

	__atomic_compare_exchange_n(&v->counter, &seen, new_value, false, __ATOMIC_SEQ_CST,
				    __ATOMIC_RELAXED);
	return seen;
}

/* False, and nothing added, when the counter is u. */
static inline bool atomic64_add_unless(atomic64_t *v, s64 a, s64 u)
{
	typeof(v->counter) seen = atomic64_read(v);

	do {
		if (seen == u)
			return false;
	} while (!__atomic_compare_exchange_n(&v->counter, &seen, seen + a, false, __ATOMIC_SEQ_CST,
					      __ATOMIC_RELAXED));
	return true;
}

static inline bool atomic64_inc_not_zero(atomic64_t *v)
{
	return atomic64_add_unless(v, 1, 0);
}

static inline s64 atomic64_dec_if_positive(atomic64_t *v)
{
	typeof(v->counter) seen = atomic64_read(v);

	do {
		if (seen - 1 < 0)
			break;
	} while (!__atomic_compare_exchange_n(&v->counter, &seen, seen - 1, false, __ATOMIC_SEQ_CST,
					      __ATOMIC_RELAXED));
	return seen - 1;
}

static inline long atomic_long_read(const atomic_long_t *v)
{
	return __atomic_load_n(&v->counter, __ATOMIC_RELAXED);
}

static inline long atomic_long_read_acquire(const atomic_long_t *v)
{
	return __atomic_load_n(&v->counter, __ATOMIC_ACQUIRE);
}

static inline void atomic_long_set(atomic_long_t *v, long i)
{
	__atomic_store_n(&v->counter, i, __ATOMIC_RELAXED);
}

static inline void atomic_long_set_release(atomic_long_t *v, long i)
{
	__atomic_store_n(&v->counter, i, __ATOMIC_RELEASE);
}

static inline void atomic_long_add(long i, atomic_long_t *v)
{
	__atomic_fetch_add(&v->counter, i, __ATOMIC_RELAXED);
}

static inline void atomic_long_sub(long i, atomic_long_t *v)
{
	__atomic_fetch_sub(&v->counter, i, __ATOMIC_RELAXED);
}

static inline void atomic_long_or(long i, atomic_long_t *v)
{
	__atomic_fetch_or(&v->counter, i, __ATOMIC_RELAXED);
}

static inline void atomic_long_and(long i, atomic_long_t *v)
{
	__atomic_fetch_and(&v->counter, i, __ATOMIC_RELAXED);
}

static inline void atomic_long_xor(long i, atomic_long_t *v)
{
	__atomic_fetch_xor(&v->counter, i, __ATOMIC_RELAXED);
}

static inline long atomic_long_add_return(long i, atomic_long_t *v)
{
	return __atomic_add_fetch(&v->counter, i, __ATOMIC_SEQ_CST);
}

static inline long atomic_long_sub_return(long i, atomic_long_t *v)
{
	return __atomic_sub_fetch(&v->counter, i, __ATOMIC_SEQ_CST);
}

static inline void atomic_long_inc(atomic_long_t *v)
{
	atomic_long_add(1, v);
}

static inline void atomic_long_dec(atomic_long_t *v)
{
	atomic_long_sub(1, v);
}

static inline long atomic_long_inc_return(atomic_long_t *v)
{
	return atomic_long_add_return(1, v);
}

static inline long atomic_long_dec_return(atomic_long_t *v)
{
	return atomic_long_sub_return(1, v);
}

static inline bool atomic_long_sub_and_test(long i, atomic_long_t *v)
{
	return atomic_long_sub_return(i, v) == 0;
}

static inline bool atomic_long_dec_and_test(atomic_long_t *v)
{
	return atomic_long_sub_return(1, v) == 0;
}

static inline bool atomic_long_inc_and_test(atomic_long_t *v)
{
	return atomic_long_add_return(1, v) == 0;
}

static inline bool atomic_long_add_negative(long i, atomic_long_t *v)
{
	return atomic_long_add_return(i, v) < 0;
}

static inline long atomic_long_xchg(atomic_long_t *v, long i)
{
	return __atomic_exchange_n(&v->counter, i, __ATOMIC_SEQ_CST);
}

static inline long atomic_long_cmpxchg(atomic_long_t *v, long old, long new_value)
{
	typeof(v->counter) seen = old;

	__atomic_compare_exchange_n(&v->counter, &seen, new_value, false, __ATOMIC_SEQ_CST,
				    __ATOMIC_RELAXED);
	return seen;
}

/* False, and nothing added, when the counter is u. */
static inline bool atomic_long_add_unless(atomic_long_t *v, long a, long u)
{
	typeof(v->counter) seen = atomic_long_read(v);

	do {
		if (seen == u)
			return false;
	} while (!__atomic_compare_exchange_n(&v->counter, &seen, seen + a, false, __ATOMIC_SEQ_CST,
					      __ATOMIC_RELAXED));
	return true;
}

static inline bool atomic_long_inc_not_zero(atomic_long_t *v)
{
	return atomic_long_add_unless(v, 1, 0);
}

static inline long atomic_long_dec_if_positive(atomic_long_t *v)
{
	typeof(v->counter) seen = atomic_long_read(v);

	do {
		if (seen - 1 < 0)
			break;
	} while (!__atomic_compare_exchange_n(&v->counter, &seen, seen - 1, false, __ATOMIC_SEQ_CST,
					      __ATOMIC_RELAXED));
	return seen - 1;
}

#endif
