// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * User host sockets: BSD sockets, never blocking in the kernel but in poll(), so that a
 * send can stop half way where it would have to wait. Sending: sock_send.c; addresses:
 * sock_netif.c.
 *
 * Owner: struct ksmbd_sock belongs to whoever got it; it is not counted. Its descriptor
 * lives until ksmbd_sock_close(), so a shutdown by another thread never hits a descriptor
 * number that means something else by then.
 * States: open -> down, by ksmbd_sock_shutdown() only; @down is set before the kernel is
 * told, so that whoever wakes sees why.
 */
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/slab.h>

#include "sock_host.h"
#include "sock_private.h"

#define BACKLOG 1024

/* A peer that vanished without a word is noticed after about three minutes. */
#define KEEPALIVE_IDLE	   120
#define KEEPALIVE_INTERVAL 15
#define KEEPALIVE_COUNT	   4

bool ksmbd_sock_is_down(const struct ksmbd_sock *sock)
{
	return __atomic_load_n(&sock->down, __ATOMIC_ACQUIRE);
}

/* sendfile() has no MSG_NOSIGNAL. */
static void ignore_sigpipe(void)
{
	signal(SIGPIPE, SIG_IGN);
}

static struct ksmbd_sock *make_sock(int fd)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct ksmbd_sock *sock = kzalloc(sizeof(*sock), GFP_KERNEL);

	pthread_once(&once, ignore_sigpipe);
	if (sock) {
		sock->fd = fd;
		INIT_LIST_HEAD(&sock->listening);
	}
	return sock;
}

static void set_option(int fd, int level, int name, int value)
{
	setsockopt(fd, level, name, &value, sizeof(value)); /* for speed only: may fail */
}

/* ---- listening ---- */

static int bind_and_listen(const struct sockaddr *sa, socklen_t len)
{
	int fd, err, on = 1, off = 0;

	fd = socket(sa->sa_family, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_TCP);
	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) ||
	    (sa->sa_family == AF_INET6 &&
	     setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off))) ||
	    bind(fd, sa, len) || listen(fd, BACKLOG)) {
		err = -errno;
		close(fd);
		return err;
	}
	return fd;
}

static int listen_any(u16 port)
{
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
	struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = htons(port) };
	int fd;

	fd = bind_and_listen((struct sockaddr *)&v6, sizeof(v6));
	if (fd == -EAFNOSUPPORT || fd == -EADDRNOTAVAIL) /* a host without IPv6 */
		fd = bind_and_listen((struct sockaddr *)&v4, sizeof(v4));
	return fd;
}

static int listen_on(const char *addr, u16 port)
{
	struct addrinfo hints = { .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
				  .ai_socktype = SOCK_STREAM };
	struct addrinfo *ai;
	char service[8];
	int fd;

	snprintf(service, sizeof(service), "%u", port);
	if (getaddrinfo(addr, service, &hints, &ai))
		return -EINVAL;
	fd = bind_and_listen(ai->ai_addr, ai->ai_addrlen);
	freeaddrinfo(ai);
	return fd;
}

int ksmbd_sock_listen(const char *addr, u16 port, struct ksmbd_sock **out)
{
	int fd = addr ? listen_on(addr, port) : listen_any(port);

	if (fd < 0)
		return fd;
	*out = make_sock(fd);
	if (*out) {
		ksmbd_sock_note_listener(*out);
		return 0;
	}
	close(fd);
	return -ENOMEM;
}

static u16 port_of(const struct sockaddr_storage *sa)
{
	return ntohs(sa->ss_family == AF_INET6 ? ((const struct sockaddr_in6 *)sa)->sin6_port :
						 ((const struct sockaddr_in *)sa)->sin_port);
}

u16 ksmbd_sock_port(struct ksmbd_sock *sock)
{
	struct sockaddr_storage sa = { 0 };
	socklen_t len = sizeof(sa);

	return getsockname(sock->fd, (struct sockaddr *)&sa, &len) ? 0 : port_of(&sa);
}

static void fill_peer(const struct sockaddr_storage *sa, struct ksmbd_addr *peer)
{
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)sa;
	struct sockaddr_in v4 = { .sin_family = AF_INET };

	memset(peer, 0, sizeof(*peer));
	peer->port = port_of(sa);
	if (sa->ss_family == AF_INET6 && !IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr)) {
		peer->family = 6;
		memcpy(peer->key, &v6->sin6_addr, 8);
		getnameinfo((const struct sockaddr *)v6, sizeof(*v6), peer->text,
			    sizeof(peer->text), NULL, 0, NI_NUMERICHOST);
		return;
	}
	if (sa->ss_family == AF_INET6)
		memcpy(&v4.sin_addr, &v6->sin6_addr.s6_addr[12], 4);
	else
		v4.sin_addr = ((const struct sockaddr_in *)sa)->sin_addr;
	peer->family = 4;
	memcpy(peer->key, &v4.sin_addr, 4);
	getnameinfo((const struct sockaddr *)&v4, sizeof(v4), peer->text, sizeof(peer->text), NULL,
		    0, NI_NUMERICHOST);
}

/* Errors of one connection that was given up before it was taken, not of the listener. */
static bool is_stillborn(int err)
{
	return err == EINTR || err == ECONNABORTED || err == EPROTO || err == ENETDOWN ||
	       err == ENOPROTOOPT || err == EHOSTDOWN || err == ENONET || err == EHOSTUNREACH ||
	       err == ENETUNREACH || err == ETIMEDOUT;
}

int ksmbd_sock_accept(struct ksmbd_sock *listener, struct ksmbd_sock **out, struct ksmbd_addr *peer)
{
	struct sockaddr_storage sa;
	socklen_t len;
	int fd, err;

	do {
		if (ksmbd_sock_is_down(listener))
			return -ESHUTDOWN;
		len = sizeof(sa);
		memset(&sa, 0, sizeof(sa));
		fd = accept4(listener->fd, (struct sockaddr *)&sa, &len, SOCK_CLOEXEC);
	} while (fd < 0 && is_stillborn(errno));
	if (fd < 0) {
		err = -errno;
		return ksmbd_sock_is_down(listener) ? -ESHUTDOWN : err;
	}
	if (ksmbd_sock_is_down(listener)) {
		close(fd);
		return -ESHUTDOWN;
	}
	fill_peer(&sa, peer);
	return ksmbd_sock_adopt(fd, out);
}

int ksmbd_sock_adopt(int fd, struct ksmbd_sock **out)
{
	struct ksmbd_sock *sock = make_sock(fd);
	int err;

	err = sock ? ksmbd_sock_set_send_timeout(sock, KSMBD_SEND_TIMEOUT_SECONDS * 1000) : -ENOMEM;
	/* sendfile() has no MSG_DONTWAIT. */
	if (!err && fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK))
		err = -errno;
	if (err) {
		kfree(sock);
		close(fd);
		return err;
	}
	set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
	set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
	set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, KEEPALIVE_IDLE);
	set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, KEEPALIVE_INTERVAL);
	set_option(fd, IPPROTO_TCP, TCP_KEEPCNT, KEEPALIVE_COUNT);
	*out = sock;
	return 0;
}

int ksmbd_sock_set_send_timeout(struct ksmbd_sock *sock, u32 ms)
{
	sock->send_timeout_ms = ms;
	return 0;
}

/* ---- receiving ---- */

/* Waits until the socket is readable. 0, or -ESHUTDOWN / a negative errno. */
static int wait_readable(struct ksmbd_sock *sock)
{
	struct pollfd pfd = { .fd = sock->fd, .events = POLLIN };

	while (poll(&pfd, 1, -1) < 0)
		if (errno != EINTR)
			return -errno;
	return ksmbd_sock_is_down(sock) ? -ESHUTDOWN : 0;
}

/* One recv of what is there, waiting for it if need be; 0 at the end of the stream. */
static ssize_t receive_some(struct ksmbd_sock *sock, void *buf, size_t len)
{
	ssize_t n;
	int err;

	for (;;) {
		if (ksmbd_sock_is_down(sock))
			return -ESHUTDOWN;
		if (sock->drained) {
			err = wait_readable(sock);
			if (err)
				return err;
		}
		n = recv(sock->fd, buf, len, MSG_DONTWAIT);
		sock->drained = n < (ssize_t)len;
		if (n >= 0)
			return n == 0 && ksmbd_sock_is_down(sock) ? -ESHUTDOWN : n;
		if (errno != EINTR && errno != EAGAIN && errno != EWOULDBLOCK)
			return ksmbd_sock_is_down(sock) ? -ESHUTDOWN : -errno;
	}
}

/* Takes up to @len bytes that were received ahead. */
static u32 take_ahead(struct ksmbd_sock *sock, void *buf, u32 len)
{
	u32 n = sock->ahead_len < len ? sock->ahead_len : len;

	memcpy(buf, sock->ahead + sock->ahead_pos, n);
	sock->ahead_pos += n;
	sock->ahead_len -= n;
	return n;
}

/*
 * Small pieces go through a small buffer, so that a length word and a short request cost
 * one system call; large ones are received where they belong.
 */
int ksmbd_sock_recv(struct ksmbd_sock *sock, void *buf, u32 len)
{
	u32 done = take_ahead(sock, buf, len);
	ssize_t n;

	while (done < len) {
		if (len - done >= sizeof(sock->ahead)) {
			n = receive_some(sock, (u8 *)buf + done, len - done);
			if (n > 0)
				done += n;
		} else {
			n = receive_some(sock, sock->ahead, sizeof(sock->ahead));
			sock->ahead_pos = 0;
			sock->ahead_len = n > 0 ? n : 0;
			done += take_ahead(sock, (u8 *)buf + done, len - done);
		}
		if (n < 0)
			return n;
		if (n == 0)
			return done ? -ECONNRESET : -ENODATA;
	}
	return 0;
}

u32 ksmbd_sock_pending(struct ksmbd_sock *sock)
{
	int n = 0;

	if (sock->ahead_len)
		return sock->ahead_len;
	return ioctl(sock->fd, FIONREAD, &n) || n < 0 ? 0 : n;
}

/* ---- the end ---- */

void ksmbd_sock_shutdown(struct ksmbd_sock *sock)
{
	__atomic_store_n(&sock->down, true, __ATOMIC_RELEASE);
	shutdown(sock->fd, SHUT_RDWR);
}

void ksmbd_sock_close(struct ksmbd_sock *sock)
{
	if (!sock)
		return;
	ksmbd_sock_forget_listener(sock);
	close(sock->fd);
	kfree(sock);
}
