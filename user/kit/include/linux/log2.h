/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIT_LINUX_LOG2_H
#define KIT_LINUX_LOG2_H

#include <linux/bitops.h>

static inline bool is_power_of_2(unsigned long n)
{
	return n != 0 && (n & (n - 1)) == 0;
}

static inline unsigned long __roundup_pow_of_two(unsigned long n)
{
	return 1UL << fls_long(n - 1);
}

static inline unsigned long __rounddown_pow_of_two(unsigned long n)
{
	return 1UL << (fls_long(n) - 1);
}

/* Zero has no logarithm: the result is -1 here, undefined in the kernel. */
#define ilog2(n)                                                                      \
	(__builtin_constant_p(n) ?                                                    \
		 ((n) < 1 ? -1 : 63 - __builtin_clzll((unsigned long long)(n) | 1)) : \
		 fls64((u64)(n)) - 1)
#define roundup_pow_of_two(n)	__roundup_pow_of_two(n)
#define rounddown_pow_of_two(n) __rounddown_pow_of_two(n)
static inline int order_base_2(unsigned long n)
{
	return n > 1 ? ilog2(n - 1) + 1 : 0;
}

#endif
