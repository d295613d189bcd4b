/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIT_LINUX_RATELIMIT_H
#define KIT_LINUX_RATELIMIT_H

#include <linux/ratelimit_types.h>
#include <linux/string.h>

static inline void ratelimit_state_init(struct ratelimit_state *rs, int interval, int burst)
{
	memset(rs, 0, sizeof(*rs));
	rs->interval = interval;
	rs->burst = burst;
}

#endif
