/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIT_LINUX_KERNEL_H
#define KIT_LINUX_KERNEL_H

/* <sys/sysinfo.h> takes struct sysinfo from the uapi file of this name. */
#include_next <linux/kernel.h>
#include <stdarg.h>

#include <linux/align.h>
#include <linux/array_size.h>
#include <linux/bug.h>
#include <linux/bitops.h>
#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/container_of.h>
#include <linux/hex.h>
#include <linux/kstrtox.h>
#include <linux/limits.h>
#include <linux/log2.h>
#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/printk.h>
#include <linux/sprintf.h>
#include <linux/stddef.h>
#include <linux/typecheck.h>
#include <linux/types.h>

#define upper_32_bits(n) ((u32)(((n) >> 16) >> 16))
#define lower_32_bits(n) ((u32)((n)&0xffffffff))
#define REPEAT_BYTE(x)	 ((~0ul / 0xff) * (x))

/* Aborts when this thread holds a spinlock or runs a timer's function. */
void kit_might_sleep(const char *file, int line);
#define might_sleep() kit_might_sleep(__FILE__, __LINE__)
#define might_sleep_if(cond)           \
	do {                           \
		if (cond)              \
			might_sleep(); \
	} while (0)

void panic(const char *fmt, ...) __printf(1, 2) __noreturn;

#endif
