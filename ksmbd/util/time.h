/* SPDX-License-Identifier: GPL-2.0-or-later */
/* FILETIME: 100 ns since 1601-01-01 UTC. [MS-DTYP] 2.3.3 */
#ifndef KSMBD_UTIL_TIME_H
#define KSMBD_UTIL_TIME_H

#include <linux/time64.h>
#include <linux/types.h>

#define KSMBD_NT_TIME_MAX 0x7fffffffffffffffULL

/**
 * ksmbd_time_to_nt() - a FILETIME
 * @ts: seconds since 1970, normalised (0 <= tv_nsec < 10^9)
 *
 * Return: 100 ns units, rounded down; 0 for times before 1601 and KSMBD_NT_TIME_MAX
 * for times that a FILETIME cannot hold.
 */
u64 ksmbd_time_to_nt(struct timespec64 ts);

/**
 * ksmbd_time_from_nt() - the inverse
 * @nt: FILETIME; values above KSMBD_NT_TIME_MAX count as that. The meaning of 0 and -1
 *      in requests is the caller's.
 */
struct timespec64 ksmbd_time_from_nt(u64 nt);

#endif
