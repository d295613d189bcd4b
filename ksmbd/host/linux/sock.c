// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Kernel host sockets: TCP in the initial network namespace, made as kernel sockets: they have
 * the kernel's security label, no descriptor, and count for no namespace or process. Sending:
 * sock_send.c.
 *
 * Owner: struct ksmbd_sock belongs to whoever got it; it is not counted. Its struct socket
 * lives until ksmbd_sock_close().
 * States: open -> down, by ksmbd_sock_shutdown() only; @down is set before TCP is told, so
 * that whoever wakes sees why.
 */
#include "sock_linux.h"

#include <linux/err.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/inet.h>
#include <linux/mm.h>
#include <linux/netdevice.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <net/ipv6.h>
#include <net/net_namespace.h>
#include <net/tcp.h>

#define BACKLOG 1024

/* A peer that vanished without a word is noticed after about three minutes. */
#define KEEPALIVE_IDLE	   120
#define KEEPALIVE_INTERVAL 15
#define KEEPALIVE_COUNT	   4

static struct ksmbd_sock *make_sock(struct socket *socket)
{
	struct ksmbd_sock *sock = kzalloc(sizeof(*sock), GFP_KERNEL);

	if (sock) {
		sock->sock = socket;
		INIT_LIST_HEAD(&sock->listening);
		sock->send_timeout_ms = KSMBD_SEND_TIMEOUT_SECONDS * 1000;
	}
	return sock;
}

/* ---- listening ---- */

/* @ifindex: 0, or the one interface to serve. */
static int bind_and_listen(struct sockaddr_storage *sa, int ifindex, struct socket **out)
{
	int len = sa->ss_family == AF_INET6 ? sizeof(struct sockaddr_in6) :
					      sizeof(struct sockaddr_in);
	struct socket *socket;
	struct sock *sk;
	int err;

	err = sock_create_kern(&init_net, sa->ss_family, SOCK_STREAM, IPPROTO_TCP, &socket);
	if (err)
		return err;
	sk = socket->sk;
	lock_sock(sk);
	sk->sk_reuse = SK_CAN_REUSE;
	sk->sk_ipv6only = 0;
	sk->sk_bound_dev_if = ifindex;
	release_sock(sk);
	err = kc_bind(socket, sa, len);
	if (!err)
		err = kernel_listen(socket, BACKLOG);
	if (err)
		sock_release(socket);
	else
		*out = socket;
	return err;
}

/* All addresses of both families, those of one interface if @ifindex is not 0. */
static int listen_any(u16 port, int ifindex, struct socket **out)
{
	struct sockaddr_storage sa = { .ss_family = AF_INET6 };
	int err;

	((struct sockaddr_in6 *)&sa)->sin6_port = htons(port);
	err = bind_and_listen(&sa, ifindex, out);
	if (err != -EAFNOSUPPORT && err != -EADDRNOTAVAIL)
		return err;
	/* A host without IPv6. */
	memset(&sa, 0, sizeof(sa));
	sa.ss_family = AF_INET;
	((struct sockaddr_in *)&sa)->sin_port = htons(port);
	return bind_and_listen(&sa, ifindex, out);
}

static int listen_on_interface(const char *name, u16 port, struct socket **out)
{
	struct net_device *dev = dev_get_by_name(&init_net, name);
	int ifindex;

	if (!dev)
		return -ENODEV;
	ifindex = dev->ifindex;
	dev_put(dev);
	return listen_any(port, ifindex, out);
}

static int listen_on_address(const char *addr, u16 port, struct socket **out)
{
	struct sockaddr_storage sa = { 0 };
	char service[8];

	snprintf(service, sizeof(service), "%u", port);
	if (inet_pton_with_scope(&init_net, AF_UNSPEC, addr, service, &sa))
		return -EINVAL;
	return bind_and_listen(&sa, 0, out);
}

int ksmbd_sock_listen(const char *addr, u16 port, struct ksmbd_sock **out)
{
	struct socket *socket;
	int err;

	if (!addr)
		err = listen_any(port, 0, &socket);
	else if (addr[0] == '%')
		err = listen_on_interface(addr + 1, port, &socket);
	else
		err = listen_on_address(addr, port, &socket);
	if (err)
		return err;
	*out = make_sock(socket);
	if (!*out) {
		sock_release(socket);
		return -ENOMEM;
	}
	ksmbd_sock_note_listener(*out);
	return 0;
}

static u16 port_of(const struct sockaddr_storage *sa)
{
	return ntohs(sa->ss_family == AF_INET6 ? ((const struct sockaddr_in6 *)sa)->sin6_port :
						 ((const struct sockaddr_in *)sa)->sin_port);
}

u16 ksmbd_sock_port(struct ksmbd_sock *sock)
{
	struct sockaddr_storage sa = { 0 };

	return kernel_getsockname(sock->sock, (struct sockaddr *)&sa) < 0 ? 0 : port_of(&sa);
}

static void fill_peer(const struct sockaddr_storage *sa, struct ksmbd_addr *peer)
{
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)sa;
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)sa;
	const __be32 *addr = &v4->sin_addr.s_addr;

	memset(peer, 0, sizeof(*peer));
	peer->port = port_of(sa);
	if (sa->ss_family == AF_INET6 && !ipv6_addr_v4mapped(&v6->sin6_addr)) {
		peer->family = 6;
		memcpy(peer->key, &v6->sin6_addr, 8);
		snprintf(peer->text, sizeof(peer->text), "%pI6c", &v6->sin6_addr);
		return;
	}
	if (sa->ss_family == AF_INET6)
		addr = &v6->sin6_addr.s6_addr32[3];
	peer->family = 4;
	memcpy(peer->key, addr, 4);
	snprintf(peer->text, sizeof(peer->text), "%pI4", addr);
}

/* Errors of one connection that was given up before it was taken, not of the listener. */
static bool is_stillborn(int err)
{
	return err == -ECONNABORTED || err == -EPROTO || err == -ETIMEDOUT;
}

static int adopt(struct socket *socket, struct ksmbd_sock **out, struct ksmbd_addr *peer)
{
	struct sockaddr_storage sa = { 0 };

	/* A peer that is gone already has no name: nobody will miss it. */
	if (kernel_getpeername(socket, (struct sockaddr *)&sa) < 0)
		return -ECONNABORTED;
	fill_peer(&sa, peer);
	kc_tcp_tune(socket, KEEPALIVE_IDLE, KEEPALIVE_INTERVAL, KEEPALIVE_COUNT);
	*out = make_sock(socket);
	return *out ? 0 : -ENOMEM;
}

int ksmbd_sock_accept(struct ksmbd_sock *listener, struct ksmbd_sock **out, struct ksmbd_addr *peer)
{
	struct socket *socket;
	int err;

	do {
		if (ksmbd_sock_is_down(listener))
			return -ESHUTDOWN;
		err = kernel_accept(listener->sock, &socket, 0);
		if (err)
			continue;
		err = ksmbd_sock_is_down(listener) ? -ESHUTDOWN : adopt(socket, out, peer);
		if (err)
			sock_release(socket);
	} while (is_stillborn(err));
	return err && ksmbd_sock_is_down(listener) ? -ESHUTDOWN : err;
}

/* ---- receiving ---- */

/*
 * TCP copies what a thread sends into pages of that thread, 32 KiB at a time, which it would keep
 * until it ends: twice the stack of one that serves a peer who says nothing more.
 */
static void drop_send_pages(void)
{
	if (!current->task_frag.page)
		return;
	put_page(current->task_frag.page);
	current->task_frag.page = NULL;
}

int ksmbd_sock_recv(struct ksmbd_sock *sock, void *buf, u32 len)
{
	u32 done = 0;
	int n;

	if (!ksmbd_sock_pending(sock))
		drop_send_pages();
	while (done < len) {
		struct kvec vec = { .iov_base = (u8 *)buf + done, .iov_len = len - done };
		struct msghdr msg = { 0 };

		if (ksmbd_sock_is_down(sock))
			return -ESHUTDOWN;
		n = kernel_recvmsg(sock->sock, &msg, &vec, 1, vec.iov_len, MSG_WAITALL);
		if (n > 0) {
			done += n;
			continue;
		}
		if (ksmbd_sock_is_down(sock))
			return -ESHUTDOWN;
		if (!n)
			return done ? -ECONNRESET : -ENODATA;
		/* A kernel thread gets no signals; another caller must not spin on one. */
		if (n != -EAGAIN)
			return n;
	}
	return 0;
}

u32 ksmbd_sock_pending(struct ksmbd_sock *sock)
{
	/* Without the socket's lock: the caller alone takes bytes away, so more can only come. */
	int n = tcp_inq(sock->sock->sk);

	return n > 0 ? n : 0;
}

/* ---- the end ---- */

void ksmbd_sock_shutdown(struct ksmbd_sock *sock)
{
	/* Before TCP wakes anybody: ksmbd_sock_is_down(). */
	smp_store_release(&sock->down, true);
	kernel_sock_shutdown(sock->sock, SHUT_RDWR);
}

void ksmbd_sock_close(struct ksmbd_sock *sock)
{
	if (!sock)
		return;
	if (!list_empty(&sock->listening))
		ksmbd_sock_forget_listener(sock);
	sock_release(sock->sock);
	kfree(sock);
}
