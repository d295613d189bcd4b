/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a peer may take up before it has logged in, and the places of the few whose messages are
 * larger: house rule 8. Documentation/data-path.md has the sum.
 *
 * Places are bounded on the whole server, and per address, so that no address takes them all.
 * Who gets none waits for one, and holds no memory meanwhile.
 * Locks: one spinlock inside, nothing is taken within.
 */
#ifndef KSMBD_SESSION_STRANGERS_H
#define KSMBD_SESSION_STRANGERS_H

#include <linux/types.h>

struct ksmbd_conn;

/* A message that needs no place: any NTLM token and what is around it. */
#define KSMBD_STRANGER_MESSAGE (2u << 10)
/* One that does: a token of KSMBD_AUTH_MAX_TOKEN and what is around it. */
#define KSMBD_STRANGER_LARGE (20u << 10)
/* Places, in total and of one address. */
#define KSMBD_STRANGER_PLACES	   64
#define KSMBD_STRANGER_ADDRESS_MAX 4
/* Elements of one message. */
#define KSMBD_STRANGER_CHAIN 2
/* Sessions that are being set up. */
#define KSMBD_STRANGER_SETUPS 2
/* What requests that wait hold together. */
#define KSMBD_STRANGER_WAITING (4u << 10)

/**
 * ksmbd_stranger_enter() - wait for a place for a large message
 * Return: the place, above 0; 0: the connection is ending
 */
u32 ksmbd_stranger_enter(struct ksmbd_conn *conn);
/** ksmbd_stranger_leave() - @place is free again; 0 is ignored */
void ksmbd_stranger_leave(u32 place);
/** ksmbd_stranger_wake() - a connection ends: does it wait for a place? */
void ksmbd_stranger_wake(void);

#endif
