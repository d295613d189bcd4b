/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIT_LINUX_DELAY_H
#define KIT_LINUX_DELAY_H

#include <linux/math.h>
#include <linux/sched.h>

void msleep(unsigned int msecs);
/* The milliseconds left: always 0 here. */
unsigned long msleep_interruptible(unsigned int msecs);
void usleep_range(unsigned long min, unsigned long max);
void udelay(unsigned long usecs);

static inline void ssleep(unsigned int seconds)
{
	msleep(seconds * 1000);
}

#endif
