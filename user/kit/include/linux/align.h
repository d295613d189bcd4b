/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIT_LINUX_ALIGN_H
#define KIT_LINUX_ALIGN_H

#define __KIT_ALIGN_MASK(x, mask) (((x) + (mask)) & ~(mask))
#define ALIGN(x, a)		  __KIT_ALIGN_MASK(x, (typeof(x))(a)-1)
#define ALIGN_DOWN(x, a)	  ALIGN((x) - ((a)-1), (a))
#define PTR_ALIGN(p, a)		  ((typeof(p))ALIGN((unsigned long)(p), (a)))
#define IS_ALIGNED(x, a)	  (((x) & ((typeof(x))(a)-1)) == 0)

#endif
