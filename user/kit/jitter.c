// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Delays that no schedule of an idle machine has. Sanitized programs only: KIT_JITTER=N in the
 * environment makes threads pause up to N microseconds where they hand something to one another,
 * at one call in 32.
 */
#include <stdlib.h>
#include <time.h>

#include "internal.h"

#ifdef KIT_SANITIZED

#define ONE_IN 32
#define MOST   500000ul /* microseconds */

unsigned int kit_jitter_us;

__attribute__((constructor)) static void read_setting(void)
{
	const char *text = getenv("KIT_JITTER");

	kit_jitter_us = text ? min(strtoul(text, NULL, 10), MOST) : 0;
}

/* xorshift32, of each thread its own: threads must not wait for one another here. */
static u32 next_random(void)
{
	static __thread u32 state;
	struct timespec now;

	if (!state) {
		clock_gettime(CLOCK_MONOTONIC, &now);
		state = (u32)now.tv_nsec ^ (u32)(uintptr_t)&state;
		state |= 1;
	}
	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state;
}

void kit_jitter_pause(void)
{
	struct timespec pause = {};

	if (next_random() % ONE_IN)
		return;
	pause.tv_nsec = 1000 * (long)(next_random() % kit_jitter_us);
	nanosleep(&pause, NULL);
}

#endif
