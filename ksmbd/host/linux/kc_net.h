/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kernel compatibility of the socket back end (sock.c, sock_send.c). */
#ifndef KSMBD_HOST_LINUX_KC_NET_H
#define KSMBD_HOST_LINUX_KC_NET_H

#include "kc.h"

#include <linux/bvec.h>
#include <linux/net.h>
#include <linux/socket.h>
#include <linux/tcp.h>
#include <linux/uio.h>
#include <net/sock.h>

/* ITER_SOURCE: Linux 6.1 (WRITE before). */
#ifndef ITER_SOURCE
#define ITER_SOURCE WRITE
#endif

static inline int kc_bind(struct socket *sock, struct sockaddr_storage *sa, int len)
{
#ifdef KC_SOCKADDR_UNSIZED
	return kernel_bind(sock, (struct sockaddr_unsized *)sa, len);
#else
	return kernel_bind(sock, (struct sockaddr *)sa, len);
#endif
}

/**
 * kc_tcp_tune() - send at once, and notice a peer that vanished without a word
 * @idle: seconds before the first probe
 * @interval: seconds between two
 * @count: probes without an answer before the connection counts as lost
 *
 * Errors are not reported: none is a reason to refuse a connection.
 */
static inline void kc_tcp_tune(struct socket *sock, int idle, int interval, int count)
{
#ifdef KC_TCP_SETTERS
	tcp_sock_set_nodelay(sock->sk);
	sock_set_keepalive(sock->sk);
	tcp_sock_set_keepidle(sock->sk, idle);
	tcp_sock_set_keepintvl(sock->sk, interval);
	tcp_sock_set_keepcnt(sock->sk, count);
#else
	int on = 1;

	kernel_setsockopt(sock, SOL_TCP, TCP_NODELAY, (char *)&on, sizeof(on));
	kernel_setsockopt(sock, SOL_SOCKET, SO_KEEPALIVE, (char *)&on, sizeof(on));
	kernel_setsockopt(sock, SOL_TCP, TCP_KEEPIDLE, (char *)&idle, sizeof(idle));
	kernel_setsockopt(sock, SOL_TCP, TCP_KEEPINTVL, (char *)&interval, sizeof(interval));
	kernel_setsockopt(sock, SOL_TCP, TCP_KEEPCNT, (char *)&count, sizeof(count));
#endif
}

/* Before a range of a file is spliced: security modules, fsnotify's content events. */
static inline int kc_verify_read(struct file *file, loff_t pos, size_t len)
{
#ifdef KC_RW_VERIFY_AREA
	return rw_verify_area(READ, file, &pos, len);
#else
	return 0;
#endif
}

#define KC_SEND_PAGES 16

/**
 * kc_send_pages() - send parts of pages without copying them; the stack keeps references
 * @bv: @n parts, never slab memory; changed by the call
 * @n: at most KC_SEND_PAGES
 * @flags: MSG_*
 * Return: bytes sent, maybe fewer than asked for, or a negative errno
 *
 * Kernels with kernel_sendpage() may know MSG_SPLICE_PAGES as a number without TCP
 * heeding it.
 */
static inline ssize_t kc_send_pages(struct socket *sock, struct bio_vec *bv, u32 n, size_t len,
				    int flags)
{
#ifdef KC_SENDPAGE
	ssize_t sent = 0;
	u32 i;

	for (i = 0; i < n; i++) {
		int more = i + 1 < n ? MSG_MORE | MSG_SENDPAGE_NOTLAST : 0;
		ssize_t ret = kernel_sendpage(sock, bv[i].bv_page, bv[i].bv_offset, bv[i].bv_len,
					      flags | more);

		if (ret < 0)
			return sent ? sent : ret;
		sent += ret;
		if (ret < bv[i].bv_len)
			break;
	}
	return sent;
#else
	struct msghdr msg = { .msg_flags = flags | MSG_SPLICE_PAGES };

	iov_iter_bvec(&msg.msg_iter, ITER_SOURCE, bv, n, len);
	return sock_sendmsg(sock, &msg);
#endif
}

#endif
