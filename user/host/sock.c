// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * User host sockets: blocking BSD sockets.
 *
 * Owner: struct ksmbd_sock belongs to whoever got it; it is not counted. Its descriptor
 * lives until ksmbd_sock_close(), so a shutdown by another thread never hits a descriptor
 * number that means something else by then.
 * States: open -> down, by ksmbd_sock_shutdown() only; @down is set before the kernel is
 * told, so that whoever wakes sees why.
 */
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include <linux/slab.h>

#include "sock_host.h"
#include "vfs_host.h"

#define BACKLOG	    1024
#define SEND_BATCH  16
#define BOUNCE_SIZE (64 * 1024)

/* A peer that vanished without a word is noticed after about three minutes. */
#define KEEPALIVE_IDLE	   120
#define KEEPALIVE_INTERVAL 15
#define KEEPALIVE_COUNT	   4

struct ksmbd_sock {
	int fd;
	bool down;
	u32 send_timeout_ms;
};

static bool is_down(const struct ksmbd_sock *sock)
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
	if (sock)
		sock->fd = fd;
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
	if (*out)
		return 0;
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
		if (is_down(listener))
			return -ESHUTDOWN;
		len = sizeof(sa);
		memset(&sa, 0, sizeof(sa));
		fd = accept4(listener->fd, (struct sockaddr *)&sa, &len, SOCK_CLOEXEC);
	} while (fd < 0 && is_stillborn(errno));
	if (fd < 0) {
		err = -errno;
		return is_down(listener) ? -ESHUTDOWN : err;
	}
	if (is_down(listener)) {
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
	struct timeval tv = { .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000 };

	if (setsockopt(sock->fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv)))
		return -errno;
	sock->send_timeout_ms = ms;
	return 0;
}

/* ---- receiving ---- */

int ksmbd_sock_recv(struct ksmbd_sock *sock, void *buf, u32 len)
{
	u32 done = 0;
	ssize_t n;

	while (done < len) {
		if (is_down(sock))
			return -ESHUTDOWN;
		n = recv(sock->fd, (u8 *)buf + done, len - done, MSG_WAITALL);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0 && is_down(sock))
			return -ESHUTDOWN;
		if (n < 0)
			return -errno;
		if (n == 0)
			return done ? -ECONNRESET : -ENODATA;
		done += n;
	}
	return 0;
}

u32 ksmbd_sock_pending(struct ksmbd_sock *sock)
{
	int n = 0;

	return ioctl(sock->fd, FIONREAD, &n) || n < 0 ? 0 : n;
}

/* ---- sending ---- */

static u64 now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000ull + ts.tv_nsec / 1000000;
}

/**
 * struct progress - how a send gets on; see KSMBD_SEND_TIMEOUT_SECONDS
 * @since: start of the present period
 * @bytes: sent in it
 */
struct progress {
	u64 since;
	u64 bytes;
};

/* Account for a system call's result; 0 to go on, or a negative errno. */
static int note_progress(struct ksmbd_sock *sock, struct progress *p, ssize_t n, int err)
{
	u64 now;

	if (is_down(sock))
		return -ESHUTDOWN;
	if (n < 0 && err != EINTR)
		return err == EAGAIN || err == EWOULDBLOCK ? -ETIMEDOUT : -err;
	if (n > 0)
		p->bytes += n;
	now = now_ms();
	if (now - p->since >= sock->send_timeout_ms) {
		if (p->bytes < KSMBD_SEND_MIN_PROGRESS)
			return -ETIMEDOUT;
		p->since = now;
		p->bytes = 0;
	}
	return 0;
}

/* Send memory; @iov is consumed. */
static int send_memory(struct ksmbd_sock *sock, struct progress *p, struct iovec *iov, u32 n,
		       bool more)
{
	struct msghdr msg = { 0 };
	ssize_t put;
	int err;

	while (n) {
		msg.msg_iov = iov;
		msg.msg_iovlen = n;
		put = sendmsg(sock->fd, &msg, MSG_NOSIGNAL | (more ? MSG_MORE : 0));
		err = note_progress(sock, p, put, errno);
		if (err)
			return err;
		if (put < 0)
			continue;
		for (; n && (size_t)put >= iov->iov_len; iov++, n--)
			put -= iov->iov_len;
		if (n) {
			iov->iov_base = (u8 *)iov->iov_base + put;
			iov->iov_len -= put;
		}
	}
	return 0;
}

/* The file is shorter than what was promised. */
static int send_zeros(struct ksmbd_sock *sock, struct progress *p, u64 len, bool more)
{
	static u8 zeros[BOUNCE_SIZE]; /* never written to */
	struct iovec iov;
	u32 n;
	int err;

	for (; len; len -= n) {
		n = len < sizeof(zeros) ? len : sizeof(zeros);
		iov.iov_base = zeros;
		iov.iov_len = n;
		err = send_memory(sock, p, &iov, 1, more || n < len);
		if (err)
			return err;
	}
	return 0;
}

/* For file systems without sendfile(). */
static int send_by_hand(struct ksmbd_sock *sock, struct progress *p, const struct ksmbd_seg *seg,
			u32 done, bool more)
{
	struct iovec iov;
	int err = 0;
	void *buf;
	s64 n;

	buf = kmalloc(BOUNCE_SIZE, GFP_KERNEL);
	if (!buf)
		return -ENOMEM;
	while (!err && done < seg->len) {
		n = seg->len - done < BOUNCE_SIZE ? seg->len - done : BOUNCE_SIZE;
		n = ksmbd_file_read(seg->file, buf, n, seg->off + done);
		if (n <= 0) {
			err = n ? n : send_zeros(sock, p, seg->len - done, more);
			break;
		}
		iov.iov_base = buf;
		iov.iov_len = n;
		done += n;
		err = send_memory(sock, p, &iov, 1, more || done < seg->len);
	}
	kfree(buf);
	return err;
}

static int send_file_range(struct ksmbd_sock *sock, struct progress *p, const struct ksmbd_seg *seg,
			   bool more)
{
	off_t off = seg->off;
	u32 done = 0;
	ssize_t n;
	int err;

	while (done < seg->len) {
		n = sendfile(sock->fd, ksmbd_file_fd(seg->file), &off, seg->len - done);
		if (n == 0)
			return send_zeros(sock, p, seg->len - done, more);
		if (n < 0 && (errno == EINVAL || errno == ENOSYS) && !is_down(sock))
			return send_by_hand(sock, p, seg, done, more);
		err = note_progress(sock, p, n, errno);
		if (err)
			return err;
		if (n > 0)
			done += n;
	}
	return 0;
}

int ksmbd_sock_send(struct ksmbd_sock *sock, const struct ksmbd_seg *segs, u32 nsegs)
{
	struct iovec iov[SEND_BATCH];
	struct progress p = { .since = now_ms() };
	u32 i, n = 0;
	int err = 0;
	bool last;

	if (is_down(sock))
		return -ESHUTDOWN;
	for (i = 0; i < nsegs && !err; i++) {
		last = i + 1 == nsegs;
		if (segs[i].file) {
			if (segs[i].len)
				err = send_file_range(sock, &p, &segs[i], !last);
			continue;
		}
		if (segs[i].len) {
			iov[n].iov_base = segs[i].data;
			iov[n++].iov_len = segs[i].len;
		}
		if (n && (last || n == SEND_BATCH || segs[i + 1].file)) {
			err = send_memory(sock, &p, iov, n, !last);
			n = 0;
		}
	}
	return err;
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
	close(sock->fd);
	kfree(sock);
}
