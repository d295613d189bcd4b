/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIT_LINUX_BITS_H
#define KIT_LINUX_BITS_H

#include <linux/const.h>
#include <linux/types.h>

#define BITS_PER_BYTE	    8
#define BITS_PER_TYPE(type) (sizeof(type) * BITS_PER_BYTE)
#ifndef BITS_PER_LONG
#define BITS_PER_LONG __BITS_PER_LONG
#endif
#define BITS_PER_LONG_LONG 64

#define BIT(nr)		  (1UL << (nr))
#define BIT_ULL(nr)	  (1ULL << (nr))
#define BIT_MASK(nr)	  (1UL << ((nr) % BITS_PER_LONG))
#define BIT_WORD(nr)	  ((nr) / BITS_PER_LONG)
#define GENMASK(h, l)	  ((~0UL << (l)) & (~0UL >> (BITS_PER_LONG - 1 - (h))))
#define GENMASK_ULL(h, l) ((~0ULL << (l)) & (~0ULL >> (BITS_PER_LONG_LONG - 1 - (h))))

#endif
