/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIT_LINUX_MATH_H
#define KIT_LINUX_MATH_H

#include <linux/types.h>
#include <linux/align.h>

#define __round_mask(x, y)	  ((typeof(x))((y)-1))
#define round_up(x, y)		  ((((x)-1) | __round_mask(x, y)) + 1)
#define round_down(x, y)	  ((x) & ~__round_mask(x, y))
#define DIV_ROUND_UP(n, d)	  (((n) + (d)-1) / (d))
#define DIV_ROUND_DOWN_ULL(ll, d) ((unsigned long long)(ll) / (unsigned long)(d))
#define DIV_ROUND_UP_ULL(ll, d)	  DIV_ROUND_DOWN_ULL((unsigned long long)(ll) + (d)-1, (d))

/* <sys/param.h> has the same name for the same thing. */
#ifndef roundup
#define roundup(x, y)                                     \
	({                                                \
		typeof(y) __ru_y = (y);                   \
                                                          \
		(((x) + (__ru_y - 1)) / __ru_y) * __ru_y; \
	})
#endif
#define rounddown(x, y)                  \
	({                               \
		typeof(x) __rd_x = (x);  \
                                         \
		__rd_x - (__rd_x % (y)); \
	})

#endif
