/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIT_KIT_KIT_H
#define KIT_KIT_KIT_H

#include <linux/types.h>

/*
 * The kit's own controls, for hosts and tests. Engine code includes none of this.
 */

/*
 * Starts what the kit needs (the thread that creates threads, the timer
 * thread, system_wq) and tunes malloc(). Call it first in main(), before any
 * thread changes its credentials: threads inherit those of the kit's creator
 * thread. Returns 0 or a negative errno. kit_exit() stops all of it, waits for
 * the kit's threads, and kit_init() may follow again.
 */
int kit_init(void);
void kit_exit(void);

/* Highest level printed: 3 errors, 4 warnings, 6 information (default), 7 debug. */
extern int kit_log_level;

/*
 * Where finished log lines go. text has no level and no newline. NULL: standard
 * error. The function is called by one thread at a time and must not log.
 */
void kit_log_set_sink(void (*sink)(int level, const char *text, size_t len));

/*
 * Fault injection. The nth allocation from now (1: the next one) fails, in any
 * thread; 0 turns it off. kit_fault_fired() tells whether it has come to that,
 * kit_fault_count() how many allocations there were since kit_fault_set().
 */
void kit_fault_set(u32 nth);
bool kit_fault_fired(void);
u32 kit_fault_count(void);

/* Allocations of kmalloc() and family that were not freed yet, while counting is on. */
void kit_alloc_track(bool on);
long kit_alloc_outstanding(void);
/* The bytes of these, as the allocator rounds them up. */
long kit_alloc_bytes(void);

/* Number of warnings (WARN_ON and family) so far. */
unsigned int kit_warn_count(void);

/* Name of the calling thread, as kthread_create() and the work queues set it. */
const char *kit_thread_name(void);

#endif
