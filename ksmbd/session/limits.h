/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Addresses from which logins have failed: for how long the answer to the next failure is held
 * back, and when the next login is looked at.
 *
 * Every failure is a penalty that lasts as long as its answer is held back, whether the client
 * waits for that or hangs up. Of KSMBD_LIMITS_PENALTIES an address may have running, so that more
 * connections and hanging up early gain nothing: beyond, a login is not looked at until one of
 * them is over, right or wrong. So who shares an address with a guesser waits with him; who
 * has an address of his own never waits for another's failures.
 *
 * An address is an IPv4 address or an IPv6 /64; a /48 of which KSMBD_LIMITS_SITE_MAX have failed
 * counts as one for the others. The table is bounded. Only what has no penalty running makes room,
 * the address that failed longest ago first; while there is none, further addresses get the
 * longest delay, and are not remembered. A login that succeeds forgives nothing: whoever has an
 * account could guess another's password else. Time does.
 * Locks: one spinlock inside, nothing is taken within.
 */
#ifndef KSMBD_SESSION_LIMITS_H
#define KSMBD_SESSION_LIMITS_H

#include <linux/types.h>

struct ksmbd_addr;

/* Addresses that are remembered. */
#define KSMBD_LIMITS_ADDRESSES 1024
/* The delay doubles that many times, then stays: below the default "auth timeout". */
#define KSMBD_LIMITS_DOUBLINGS 2
/* Failures of an address that are paid for at the same time. */
#define KSMBD_LIMITS_PENALTIES 4
/* Networks of 64 bits that are told apart within one of 48. */
#define KSMBD_LIMITS_SITE_MAX 16

/**
 * ksmbd_limits_failed() - a login from @peer has failed. May sleep.
 * @delay: milliseconds after the first failure; 0: nothing is counted
 * Return: milliseconds to hold the answer back
 */
u32 ksmbd_limits_failed(const struct ksmbd_addr *peer, u32 delay);

/** ksmbd_limits_wait() - milliseconds until a login from @peer may be looked at; 0: now */
u32 ksmbd_limits_wait(const struct ksmbd_addr *peer);

/** ksmbd_limits_exit() - forget everybody */
void ksmbd_limits_exit(void);

#endif
