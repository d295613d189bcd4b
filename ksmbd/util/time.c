// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/math64.h>

#include "util/time.h"

#define NT_PER_SEC  10000000U
#define NSEC_PER_NT 100U
/* Seconds from 1601 to 1970: 369 years with 89 leap days. */
#define EPOCH_GAP ((369LL * 365 + 89) * 86400)

u64 ksmbd_time_to_nt(struct timespec64 ts)
{
	const s64 last = KSMBD_NT_TIME_MAX / NT_PER_SEC;

	if (ts.tv_sec < -EPOCH_GAP)
		return 0;
	/* "last" itself is refused too: its fraction might not fit. */
	if (ts.tv_sec >= last - EPOCH_GAP)
		return KSMBD_NT_TIME_MAX;
	return (u64)(ts.tv_sec + EPOCH_GAP) * NT_PER_SEC + (u32)ts.tv_nsec / NSEC_PER_NT;
}

struct timespec64 ksmbd_time_from_nt(u64 nt)
{
	struct timespec64 ts;
	u32 rest;

	if (nt > KSMBD_NT_TIME_MAX)
		nt = KSMBD_NT_TIME_MAX;
	ts.tv_sec = (s64)div_u64_rem(nt, NT_PER_SEC, &rest) - EPOCH_GAP;
	ts.tv_nsec = (long)(rest * NSEC_PER_NT);
	return ts;
}
