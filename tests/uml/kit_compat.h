/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Newer names of what tests/kit/ tests under its old name; the engine uses neither. Included
 * before each of its files when they are built as a kernel module.
 */
#include <linux/hex.h>
#include <linux/timer.h>

#ifdef timer_container_of
#define from_timer     timer_container_of
#define del_timer      timer_delete
#define del_timer_sync timer_delete_sync
#endif
