/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIT_LINUX_TIMER_H
#define KIT_LINUX_TIMER_H

#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/rbtree.h>

/*
 * The function runs in the one timer thread, as in a soft interrupt: it must
 * not sleep. jiffies is never before expires then. Kernels from 6.15 on have
 * other names for from_timer() and del_timer*(): the engine uses delayed work.
 */
struct timer_list {
	struct rb_node node;
	unsigned long expires;
	void (*function)(struct timer_list *timer);
	u32 flags;
	bool queued;
};

#define TIMER_DEFERRABLE 0x00080000
#define TIMER_IRQSAFE	 0x00200000

#define __TIMER_INITIALIZER(fn, f)             \
	{                                      \
		.function = (fn), .flags = (f) \
	}
#define DEFINE_TIMER(name, fn)	      struct timer_list name = __TIMER_INITIALIZER(fn, 0)
#define from_timer(var, timer, field) container_of(timer, typeof(*var), field)

void timer_setup(struct timer_list *timer, void (*fn)(struct timer_list *), unsigned int flags);
void add_timer(struct timer_list *timer);
/* 1 when it was pending. */
int mod_timer(struct timer_list *timer, unsigned long expires);
int del_timer(struct timer_list *timer);
/* Waits for a running function too. Not under a lock that the function takes. */
int del_timer_sync(struct timer_list *timer);
int timer_pending(const struct timer_list *timer);

#endif
