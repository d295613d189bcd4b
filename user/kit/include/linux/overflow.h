/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIT_LINUX_OVERFLOW_H
#define KIT_LINUX_OVERFLOW_H

#include <linux/compiler.h>
#include <linux/limits.h>
#include <linux/types.h>

static inline bool __must_check __must_check_overflow(bool overflow)
{
	return unlikely(overflow);
}

/* True when the result did not fit; *d then holds the wrapped value. */
#define check_add_overflow(a, b, d) __must_check_overflow(__builtin_add_overflow(a, b, d))
#define check_sub_overflow(a, b, d) __must_check_overflow(__builtin_sub_overflow(a, b, d))
#define check_mul_overflow(a, b, d) __must_check_overflow(__builtin_mul_overflow(a, b, d))

/* Said so that no compiler warns of an unsigned operand. */
#define __kit_not_negative(v) ((v) > 0 || (v) == 0)
#define check_shl_overflow(a, s, d)                                                                \
	__must_check_overflow(({                                                                   \
		typeof(a) __cs_a = (a);                                                            \
		typeof(s) __cs_s = (s);                                                            \
		typeof(d) __cs_d = (d);                                                            \
		u64 __cs_full = (u64)__cs_a;                                                       \
		bool __cs_ok = __kit_not_negative(__cs_s) && (u64)__cs_s < sizeof(*__cs_d) * 8 &&  \
			       __kit_not_negative(__cs_a);                                         \
		unsigned int __cs_n = __cs_ok ? (unsigned int)__cs_s : 0;                          \
                                                                                                   \
		*__cs_d = (typeof(*__cs_d))(__cs_full << __cs_n);                                  \
		!__cs_ok || !__kit_not_negative(*__cs_d) || ((u64)*__cs_d >> __cs_n) != __cs_full; \
	}))

/* These stay at SIZE_MAX, which no allocator grants, instead of wrapping. */
static inline size_t __must_check size_mul(size_t factor1, size_t factor2)
{
	size_t bytes;

	return __builtin_mul_overflow(factor1, factor2, &bytes) ? SIZE_MAX : bytes;
}

static inline size_t __must_check size_add(size_t addend1, size_t addend2)
{
	size_t bytes;

	return __builtin_add_overflow(addend1, addend2, &bytes) ? SIZE_MAX : bytes;
}

static inline size_t __must_check size_sub(size_t minuend, size_t subtrahend)
{
	if (minuend == SIZE_MAX || subtrahend == SIZE_MAX || minuend < subtrahend)
		return SIZE_MAX;
	return minuend - subtrahend;
}

#define array_size(a, b)     size_mul(a, b)
#define array3_size(a, b, c) size_mul(size_mul(a, b), c)
#define flex_array_size(p, member, count) \
	size_mul(count, sizeof(*(p)->member) + __must_be_array((p)->member))
#define struct_size(p, member, count) size_add(sizeof(*(p)), flex_array_size(p, member, count))

#endif
