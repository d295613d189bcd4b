/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIT_LINUX_RATELIMIT_TYPES_H
#define KIT_LINUX_RATELIMIT_TYPES_H

#include <linux/compiler.h>
#include <linux/types.h>

#define DEFAULT_RATELIMIT_INTERVAL (5 * 250) /* 5 * HZ, without jiffies.h */
#define DEFAULT_RATELIMIT_BURST	   10

struct ratelimit_state {
	pthread_mutex_t lock;
	int interval;
	int burst;
	int printed;
	int missed;
	bool started;
	unsigned long begin;
};

#define RATELIMIT_STATE_INIT(name, interval_init, burst_init)   \
	{                                                       \
		.interval = interval_init, .burst = burst_init, \
	}
#define DEFINE_RATELIMIT_STATE(name, interval_init, burst_init) \
	struct ratelimit_state name = RATELIMIT_STATE_INIT(name, interval_init, burst_init)

/* Non-zero: go ahead. The number of suppressed calls is reported when an interval ends. */
int ___ratelimit(struct ratelimit_state *rs, const char *func);
#define __ratelimit(state) ___ratelimit(state, __func__)

#endif
