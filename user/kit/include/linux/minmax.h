/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIT_LINUX_MINMAX_H
#define KIT_LINUX_MINMAX_H

#include <linux/compiler.h>

/*
 * As in the older kernels, both operands must have the same type (a compiler
 * warning tells); each is evaluated once. Constant operands give a constant
 * expression here and in some kernels only: not for the size of an array.
 */
#define __kit_cmp_types(x, y) (!!(sizeof((typeof(x) *)1 == (typeof(y) *)1)))
#define __is_constexpr(x)     (sizeof(int) == sizeof(*(8 ? ((void *)((long)(x)*0l)) : (int *)8)))
#define __kit_cmp(x, op, y)   ((x)op(y) ? (x) : (y))
#define __kit_cmp_once(x, op, y, ux, uy) \
	({                               \
		typeof(x) ux = (x);      \
		typeof(y) uy = (y);      \
                                         \
		__kit_cmp(ux, op, uy);   \
	})
#define __kit_minmax(x, op, y)                                                                 \
	__builtin_choose_expr(__kit_cmp_types(x, y) && __is_constexpr(x) && __is_constexpr(y), \
			      __kit_cmp(x, op, y),                                             \
			      __kit_cmp_once(x, op, y, __UNIQUE_ID(x_), __UNIQUE_ID(y_)))

#define min(x, y)	  __kit_minmax(x, <, y)
#define max(x, y)	  __kit_minmax(x, >, y)
#define min_t(type, x, y) __kit_minmax((type)(x), <, (type)(y))
#define max_t(type, x, y) __kit_minmax((type)(x), >, (type)(y))
#define min3(x, y, z)	  min((typeof(x))min(x, y), z)
#define max3(x, y, z)	  max((typeof(x))max(x, y), z)
#define min_not_zero(x, y)                                                                 \
	({                                                                                 \
		typeof(x) __mnz_x = (x);                                                   \
		typeof(y) __mnz_y = (y);                                                   \
                                                                                           \
		__mnz_x == 0 ? __mnz_y : (__mnz_y == 0 ? __mnz_x : min(__mnz_x, __mnz_y)); \
	})
#define clamp(val, lo, hi)	   min((typeof(val))max(val, lo), hi)
#define clamp_t(type, val, lo, hi) min_t(type, max_t(type, val, lo), hi)
#define clamp_val(val, lo, hi)	   clamp_t(typeof(val), val, lo, hi)

#define swap(a, b)                      \
	do {                            \
		typeof(a) __sw_t = (a); \
                                        \
		(a) = (b);              \
		(b) = __sw_t;           \
	} while (0)

#endif
