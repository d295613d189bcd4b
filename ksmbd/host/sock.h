/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Port: TCP. User host: BSD sockets. Kernel host: sock_* calls.
 *
 * Blocking calls; one thread receives on a socket, one at a time sends (the caller's
 * lock). ksmbd_sock_shutdown() may be called by any thread and wakes both for good.
 */
#ifndef KSMBD_HOST_SOCK_H
#define KSMBD_HOST_SOCK_H

#include <linux/types.h>

#include "util/netif_types.h"
#include "util/seg_types.h"

struct ksmbd_sock;

#define KSMBD_ADDR_TEXT_SIZE 64

/**
 * struct ksmbd_addr - a peer's address
 * @text: printable, without port
 * @family: 4 or 6
 * @key: what counts as "one address": IPv4 as is, IPv6 its /64; compare with memcmp
 * @port: peer's port
 */
struct ksmbd_addr {
	char text[KSMBD_ADDR_TEXT_SIZE];
	u8 key[16];
	u8 family;
	u16 port;
};

/**
 * ksmbd_sock_listen() - bind and listen
 * @addr: numeric IPv4 or IPv6 address as text; NULL: all addresses, both families;
 *        "%NAME", kernel host only (-EINVAL elsewhere): what arrives by that interface
 * @port: 0 lets the system choose
 */
int ksmbd_sock_listen(const char *addr, u16 port, struct ksmbd_sock **sock);
/** ksmbd_sock_port() - the local port of @sock */
u16 ksmbd_sock_port(struct ksmbd_sock *sock);
/**
 * ksmbd_sock_accept() - wait for a connection
 * @peer: receives the peer's address
 * Return: 0; -ESHUTDOWN after ksmbd_sock_shutdown(); -EMFILE and the like: try again later
 */
int ksmbd_sock_accept(struct ksmbd_sock *listener, struct ksmbd_sock **sock,
		      struct ksmbd_addr *peer);
/**
 * ksmbd_sock_recv() - receive exactly @len bytes
 * Return: 0; -ENODATA: closed before the first byte; -ECONNRESET: closed inside;
 * -ESHUTDOWN: shut down by us
 */
int ksmbd_sock_recv(struct ksmbd_sock *sock, void *buf, u32 len);
/** ksmbd_sock_pending() - bytes that can be received without waiting */
u32 ksmbd_sock_pending(struct ksmbd_sock *sock);
/**
 * ksmbd_sock_send_from() - send a vector, file ranges without a copy
 * @pos: bytes of the vector that are out already
 * @wait: wait for a peer that does not take more; else stop there
 *
 * A file that became shorter than its range is filled up with zeros: the length has
 * been promised already. Paged memory (pages.h) may be held on to after the call. A peer
 * that takes less than 64 KiB in a minute is given up.
 * Return: the new position: the vector's length unless it stopped; or a negative
 * errno: the stream is then unusable.
 */
s64 ksmbd_sock_send_from(struct ksmbd_sock *sock, const struct ksmbd_seg *segs, u32 nsegs, u64 pos,
			 bool wait);

/** ksmbd_sock_send() - the whole vector, waiting; 0 or a negative errno */
static inline int ksmbd_sock_send(struct ksmbd_sock *sock, const struct ksmbd_seg *segs, u32 nsegs)
{
	s64 n = ksmbd_sock_send_from(sock, segs, nsegs, 0, true);

	return n < 0 ? n : 0;
}

/**
 * ksmbd_sock_interfaces() - the addresses at which this server can be reached
 * @list: receives up to @max of them
 *
 * Of interfaces that are up, the addresses on which a socket of ksmbd_sock_listen() listens.
 * Not among them: link-local IPv6 addresses, which mean nothing without a scope of the
 * client's; and addresses of the loopback interface, unless there are no others.
 * What the speed of is not known counts as 1 Gbit/s.
 *
 * Return: how many, or a negative errno
 */
int ksmbd_sock_interfaces(struct ksmbd_netif *list, u32 max);

/** ksmbd_sock_shutdown() - end both directions and wake whoever waits; may be repeated */
void ksmbd_sock_shutdown(struct ksmbd_sock *sock);
/** ksmbd_sock_close() - free; no call may be running */
void ksmbd_sock_close(struct ksmbd_sock *sock);

#endif
