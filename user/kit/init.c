// SPDX-License-Identifier: GPL-2.0-or-later
/* Start and end of the kit. */

#include <malloc.h>
#include <unistd.h>

#include "internal.h"

#define EXIT_PATIENCE 10 /* seconds */

/*
 * Large buffers (a request may have 8 MiB) come from the heap and stay there,
 * instead of being mapped and cleared by the kernel each time; few arenas, so
 * that what stays is little. 32 MiB is the most that glibc takes.
 */
static void tune_malloc(void)
{
#ifndef KIT_SANITIZED
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	mallopt(M_MMAP_THRESHOLD, 32 << 20);
	mallopt(M_TRIM_THRESHOLD, 64 << 20);
	mallopt(M_ARENA_MAX, (int)clamp(cpus, 2L, 8L));
#endif
}

int kit_init(void)
{
	int err;

	tune_malloc();
	err = kit_spawner_start();
	if (!err)
		err = kit_timers_start();
	if (!err)
		err = kit_workqueues_start();
	if (err)
		kit_exit();
	return err;
}

void kit_exit(void)
{
	kit_workqueues_stop();
	kit_timers_stop();
	if (!kit_tasks_wait(EXIT_PATIENCE)) {
		WARN(1, "threads still run at the end");
		return;
	}
	kit_workqueues_free();
	kit_spawner_stop();
}
