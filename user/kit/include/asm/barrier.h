/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIT_ASM_BARRIER_H
#define KIT_ASM_BARRIER_H

#include <linux/compiler.h>

/*
 * A race detector does not see bare fences: pair smp_load_acquire() with
 * smp_store_release() where that is possible.
 */
#ifdef __SANITIZE_THREAD__
#define KIT_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define KIT_TSAN 1
#endif
#endif

#ifdef KIT_TSAN
void kit_tsan_fence(void);
#define __kit_fence(order) kit_tsan_fence()
#else
#define __kit_fence(order) __atomic_thread_fence(order)
#endif

#define smp_mb()		__kit_fence(__ATOMIC_SEQ_CST)
#define smp_rmb()		__kit_fence(__ATOMIC_ACQUIRE)
#define smp_wmb()		__kit_fence(__ATOMIC_RELEASE)
#define smp_mb__before_atomic() smp_mb()
#define smp_mb__after_atomic()	smp_mb()
#ifdef __CHECKER__
#define smp_load_acquire(p)	READ_ONCE(*(p))
#define smp_store_release(p, v) WRITE_ONCE(*(p), v)
#else
#define smp_load_acquire(p) __atomic_load_n((p), __ATOMIC_ACQUIRE)
#define smp_store_release(p, v)                                  \
	do {                                                     \
		typeof(*(p)) __sr_v = (v);                       \
                                                                 \
		__atomic_store_n((p), __sr_v, __ATOMIC_RELEASE); \
	} while (0)
#endif

#endif
