/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the socket back end (sock*.c) share; their tests use it, too. */
#ifndef KSMBD_HOST_LINUX_SOCK_LINUX_H
#define KSMBD_HOST_LINUX_SOCK_LINUX_H

#include "kc_net.h"

#include "host/sock.h"

/*
 * A send that makes less than this progress in this time has a peer that does not read:
 * it ends with -ETIMEDOUT, so that no worker waits for one for ever.
 */
#define KSMBD_SEND_TIMEOUT_SECONDS 60
#define KSMBD_SEND_MIN_PROGRESS	   (64 * 1024)

/**
 * struct ksmbd_sock - a socket
 * @sock: without a descriptor or file; released by ksmbd_sock_close()
 * @listening: in the list of listeners (sock_netif.c), or empty
 * @down: shut down by us; never cleared
 * @send_timeout_ms: KSMBD_SEND_TIMEOUT_SECONDS; only tests set another
 */
struct ksmbd_sock {
	struct socket *sock;
	struct list_head listening;
	bool down;
	u32 send_timeout_ms;
};

static inline bool ksmbd_sock_is_down(const struct ksmbd_sock *sock)
{
	return smp_load_acquire(&sock->down); /* ksmbd_sock_shutdown() */
}

/** ksmbd_sock_note_listener(), _forget_: what ksmbd_sock_interfaces() goes by; sock_netif.c */
void ksmbd_sock_note_listener(struct ksmbd_sock *sock);
void ksmbd_sock_forget_listener(struct ksmbd_sock *sock);

/**
 * ksmbd_sock_send_memory() - one sendmsg() of memory, which is copied
 * @n: pieces, @len bytes altogether
 * @flags: MSG_MORE or 0; never waits
 * Return: bytes sent, maybe fewer, or a negative errno; -EAGAIN: the peer is slow
 */
ssize_t ksmbd_sock_send_memory(struct ksmbd_sock *sock, struct kvec *vec, u32 n, size_t len,
			       int flags);

/**
 * ksmbd_sock_send_range() - send part of a file from the page cache
 * @flags: MSG_MORE or 0; never waits for the peer, but for the file
 * Return: bytes sent, maybe fewer; 0: @off is at the end of the file or beyond; -EAGAIN: the
 * peer is slow; another negative errno
 */
ssize_t ksmbd_sock_send_range(struct ksmbd_sock *sock, struct ksmbd_file *file, u64 off, u32 len,
			      int flags);

#endif
