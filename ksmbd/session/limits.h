/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Addresses from which logins have failed, and for how long the answer to the next failure
 * is to be held back.
 *
 * The table is bounded: the address that failed longest ago makes room. So nobody can
 * take memory or places from others by failing: who is dropped is only forgiven.
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

/**
 * ksmbd_limits_failed() - a login from @peer has failed. May sleep.
 * @delay: milliseconds after the first failure; 0: nothing is counted
 * Return: milliseconds to hold the answer back
 */
u32 ksmbd_limits_failed(const struct ksmbd_addr *peer, u32 delay);

/** ksmbd_limits_succeeded() - a user from @peer knew his password: it is forgiven */
void ksmbd_limits_succeeded(const struct ksmbd_addr *peer);

/** ksmbd_limits_exit() - forget everybody */
void ksmbd_limits_exit(void);

#endif
