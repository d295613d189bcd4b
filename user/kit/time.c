// SPDX-License-Identifier: GPL-2.0-or-later
/* Clocks, jiffies, sleeping. */

#include <errno.h>
#include <time.h>

#include "internal.h"
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>

#define NSEC_PER_JIFFY (NSEC_PER_SEC / HZ)

static s64 read_clock(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (s64)ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

/* Nanoseconds of the monotonic clock at which jiffies was INITIAL_JIFFIES. */
static s64 jiffies_base(void)
{
	static s64 base;
	s64 now, unset = 0;

	now = __atomic_load_n(&base, __ATOMIC_RELAXED);
	if (likely(now))
		return now;
	now = read_clock(CLOCK_MONOTONIC_COARSE);
	if (__atomic_compare_exchange_n(&base, &unset, now, false, __ATOMIC_RELAXED,
					__ATOMIC_RELAXED))
		return now;
	return unset;
}

/* The coarse clock, as it costs a quarter: jiffies are as coarse themselves. */
unsigned long kit_jiffies(void)
{
	s64 base = jiffies_base();

	return INITIAL_JIFFIES +
	       (unsigned long)((read_clock(CLOCK_MONOTONIC_COARSE) - base) / NSEC_PER_JIFFY);
}

/*
 * The moment, on CLOCK_MONOTONIC, by which jiffies will have advanced by
 * timeout. The tick under way does not count, and the coarse clock lags.
 */
void kit_deadline(struct timespec *ts, long timeout)
{
	s64 ns = read_clock(CLOCK_MONOTONIC);

	if (timeout > (LONG_MAX - ns) / NSEC_PER_JIFFY - 1)
		ns = LONG_MAX;
	else
		ns += timeout * NSEC_PER_JIFFY;
	ts->tv_sec = ns / NSEC_PER_SEC;
	ts->tv_nsec = ns % NSEC_PER_SEC;
}

long kit_deadline_left(unsigned long end)
{
	long left = (long)(end - jiffies);

	return left < 0 ? 0 : left;
}

ktime_t ktime_get(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

ktime_t ktime_get_real(void)
{
	return read_clock(CLOCK_REALTIME);
}

ktime_t ktime_get_boottime(void)
{
	return read_clock(CLOCK_BOOTTIME);
}

static void get_ts64(clockid_t id, struct timespec64 *out)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	out->tv_sec = ts.tv_sec;
	out->tv_nsec = ts.tv_nsec;
}

void ktime_get_ts64(struct timespec64 *ts)
{
	get_ts64(CLOCK_MONOTONIC, ts);
}

void ktime_get_real_ts64(struct timespec64 *ts)
{
	get_ts64(CLOCK_REALTIME, ts);
}

void ktime_get_coarse_real_ts64(struct timespec64 *ts)
{
	get_ts64(CLOCK_REALTIME_COARSE, ts);
}

time64_t ktime_get_seconds(void)
{
	return read_clock(CLOCK_MONOTONIC_COARSE) / NSEC_PER_SEC;
}

time64_t ktime_get_real_seconds(void)
{
	return read_clock(CLOCK_REALTIME_COARSE) / NSEC_PER_SEC;
}

time64_t ktime_get_boottime_seconds(void)
{
	return read_clock(CLOCK_BOOTTIME) / NSEC_PER_SEC;
}

void set_normalized_timespec64(struct timespec64 *ts, time64_t sec, s64 nsec)
{
	s64 carry = nsec / NSEC_PER_SEC;

	nsec %= NSEC_PER_SEC;
	if (nsec < 0) {
		nsec += NSEC_PER_SEC;
		carry--;
	}
	ts->tv_sec = sec + carry;
	ts->tv_nsec = (long)nsec;
}

static void sleep_ns(s64 ns)
{
	struct timespec ts;

	ns += read_clock(CLOCK_MONOTONIC);
	ts.tv_sec = ns / NSEC_PER_SEC;
	ts.tv_nsec = ns % NSEC_PER_SEC;
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL) == EINTR)
		;
}

void msleep(unsigned int msecs)
{
	might_sleep();
	sleep_ns((s64)msecs * NSEC_PER_MSEC);
}

unsigned long msleep_interruptible(unsigned int msecs)
{
	msleep(msecs);
	return 0;
}

void usleep_range(unsigned long min, unsigned long max)
{
	might_sleep();
	sleep_ns((s64)min * NSEC_PER_USEC);
}

/* Allowed in atomic context; not worth burning a processor for. */
void udelay(unsigned long usecs)
{
	sleep_ns((s64)usecs * NSEC_PER_USEC);
}

void cond_resched(void)
{
	/* Threads of a process are preempted anyway. */
	might_sleep();
}
