/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIT_LINUX_MM_H
#define KIT_LINUX_MM_H

#include <linux/align.h>
#include <linux/gfp.h>
#include <linux/slab.h>

#ifndef PAGE_SHIFT
#define PAGE_SHIFT 12
#endif
#ifndef PAGE_SIZE
#define PAGE_SIZE (1UL << PAGE_SHIFT)
#endif
#ifndef PAGE_MASK
#define PAGE_MASK (~(PAGE_SIZE - 1))
#endif
#define PAGE_ALIGN(addr)  ALIGN(addr, PAGE_SIZE)
#define offset_in_page(p) ((unsigned long)(p) & ~PAGE_MASK)

#endif
