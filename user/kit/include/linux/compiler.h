/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIT_LINUX_COMPILER_H
#define KIT_LINUX_COMPILER_H

/*
 * Compiler words of the kernel. Attributes keep the kernel's spelling; those
 * that only sparse reads are empty for a compiler.
 */

#include <sys/cdefs.h>

#ifdef __CHECKER__
#define __force	       __attribute__((force))
#define __nocast       __attribute__((nocast))
#define __safe	       __attribute__((safe))
#define __user	       __attribute__((noderef, address_space(__user)))
#define __kernel       __attribute__((address_space(0)))
#define __must_hold(x) __attribute__((context(x, 1, 1)))
#define __acquires(x)  __attribute__((context(x, 0, 1)))
#define __releases(x)  __attribute__((context(x, 1, 0)))
#define __acquire(x)   __context__(x, 1)
#define __release(x)   __context__(x, -1)
#define __cond_lock(x, c)     \
	((c) ? ({             \
		__acquire(x); \
		1;            \
	}) :                  \
	       0)
#else
#define __force
#define __nocast
#define __safe
#define __user
#define __kernel
#define __must_hold(x)
#define __acquires(x)
#define __releases(x)
#define __acquire(x)	  ((void)0)
#define __release(x)	  ((void)0)
#define __cond_lock(x, c) (c)
#endif
#define __private
#define __iomem

#define __aligned(n)	     __attribute__((__aligned__(n)))
#define __packed	     __attribute__((__packed__))
#define __printf(fmt, first) __attribute__((__format__(printf, fmt, first)))
#define __scanf(fmt, first)  __attribute__((__format__(scanf, fmt, first)))
#define __must_check	     __attribute__((__warn_unused_result__))
#define __maybe_unused	     __attribute__((__unused__))
#define __always_unused	     __attribute__((__unused__))
#define __used		     __attribute__((__used__))
#define __weak		     __attribute__((__weak__))
#define __cold		     __attribute__((__cold__))
#define __noreturn	     __attribute__((__noreturn__))
#define __section(s)	     __attribute__((__section__(s)))
#define __mode(m)	     __attribute__((__mode__(m)))
#define __alias(s)	     __attribute__((__alias__(#s)))
#define __cleanup(f)	     __attribute__((__cleanup__(f)))
#define noinline	     __attribute__((__noinline__))
#define noinline_for_stack   noinline
#define fallthrough	     __attribute__((__fallthrough__))

#ifndef __has_attribute
#define __has_attribute(x) 0
#endif
#if __has_attribute(__nonstring__)
#define __nonstring __attribute__((__nonstring__))
#else
#define __nonstring
#endif
#if __has_attribute(__designated_init__)
#define __designated_init __attribute__((__designated_init__))
#else
#define __designated_init
#endif
#if __has_attribute(__alloc_size__) && !defined(__clang__)
#define __alloc_size(...) __attribute__((__alloc_size__(__VA_ARGS__)))
#else
#define __alloc_size(...)
#endif
#ifndef __always_inline
#define __always_inline inline __attribute__((__always_inline__))
#endif
#ifndef __attribute_const__
#define __attribute_const__ __attribute__((__const__))
#endif

#define likely(x)	      __builtin_expect(!!(x), 1)
#define unlikely(x)	      __builtin_expect(!!(x), 0)
#define unreachable()	      __builtin_unreachable()
#define barrier()	      __asm__ __volatile__("" : : : "memory")
#define barrier_data(p)	      __asm__ __volatile__("" : : "r"(p) : "memory")
#define OPTIMIZER_HIDE_VAR(v) __asm__("" : "=r"(v) : "0"(v))

#define __same_type(a, b)   __builtin_types_compatible_p(typeof(a), typeof(b))
#define __must_be_array(a)  ((size_t)sizeof(struct { int : (-!!(__same_type((a), &(a)[0]))); }))
#define __stringify_1(x...) #x
#define __stringify(x...)   __stringify_1(x)
#define ___PASTE(a, b)	    a##b
#define __PASTE(a, b)	    ___PASTE(a, b)
#define __UNIQUE_ID(p)	    __PASTE(__PASTE(__unique_id_, p), __COUNTER__)

/*
 * Relaxed atomic accesses rather than volatile ones: the same machine code,
 * and a race detector knows that they are meant.
 */
#ifdef __CHECKER__
#define READ_ONCE(x) (*(const volatile typeof(x) *)&(x))
#define WRITE_ONCE(x, v)                           \
	do {                                       \
		*(volatile typeof(x) *)&(x) = (v); \
	} while (0)
#else
#define READ_ONCE(x) __atomic_load_n(&(x), __ATOMIC_RELAXED)
#define WRITE_ONCE(x, v)                                          \
	do {                                                      \
		typeof(x) __wo_v = (v);                           \
                                                                  \
		__atomic_store_n(&(x), __wo_v, __ATOMIC_RELAXED); \
	} while (0)
#endif
#define data_race(expr)                       \
	({                                    \
		typeof(expr) __dr_v = (expr); \
		__dr_v;                       \
	})

#endif
