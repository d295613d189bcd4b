// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Conformance of a sock back end, over the loopback interface.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "fixture.h"
#include "user/host/sock_host.h"

#define PATIENCE_SECONDS 20

/**
 * struct link - a listener, a connection accepted from it, and a plain client descriptor
 */
struct link {
	struct ksmbd_sock *listener;
	struct ksmbd_sock *sock;
	struct ksmbd_addr peer;
	int client;
};

static int connect_to(u16 port, const char *v6)
{
	struct sockaddr_in sa = { .sin_family = AF_INET, .sin_port = htons(port) };
	struct sockaddr_in6 sa6 = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
	int fd = socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), err;

	sa.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (v6)
		inet_pton(AF_INET6, v6, &sa6.sin6_addr);
	err = v6 ? connect(fd, (struct sockaddr *)&sa6, sizeof(sa6)) :
		   connect(fd, (struct sockaddr *)&sa, sizeof(sa));
	if (!err)
		return fd;
	close(fd);
	return -1;
}

static struct link open_link(struct kunit *test)
{
	struct link l;

	KUNIT_ASSERT_EQ(test, ksmbd_sock_listen("127.0.0.1", 0, &l.listener), 0);
	l.client = connect_to(ksmbd_sock_port(l.listener), NULL);
	KUNIT_ASSERT_GE(test, l.client, 0);
	KUNIT_ASSERT_EQ(test, ksmbd_sock_accept(l.listener, &l.sock, &l.peer), 0);
	return l;
}

static void close_link(struct link *l)
{
	if (l->client >= 0)
		close(l->client);
	ksmbd_sock_close(l->sock);
	ksmbd_sock_close(l->listener);
}

static void pause_ms(u32 ms)
{
	struct timespec ts = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };

	nanosleep(&ts, NULL);
}

static void listen_test(struct kunit *test)
{
	struct ksmbd_sock *listener, *other;
	struct link l = open_link(test);
	struct sockaddr_in sa;
	socklen_t len = sizeof(sa);
	u16 port;
	int fd;

	KUNIT_EXPECT_EQ(test, l.peer.family, 4);
	KUNIT_EXPECT_STREQ(test, l.peer.text, "127.0.0.1");
	KUNIT_EXPECT_EQ(test, memcmp(l.peer.key, "\x7f\0\0\1\0\0\0\0\0\0\0\0\0\0\0\0", 16), 0);
	KUNIT_EXPECT_EQ(test, getsockname(l.client, (struct sockaddr *)&sa, &len), 0);
	KUNIT_EXPECT_EQ(test, l.peer.port, ntohs(sa.sin_port));
	port = ksmbd_sock_port(l.listener);
	KUNIT_EXPECT_NE(test, port, 0);
	KUNIT_EXPECT_EQ(test, ksmbd_sock_listen("127.0.0.1", port, &other), -EADDRINUSE);
	KUNIT_EXPECT_EQ(test, ksmbd_sock_listen("localhost", 0, &other), -EINVAL);
	KUNIT_EXPECT_EQ(test, ksmbd_sock_listen("1.2.3", 70, &other), -EADDRNOTAVAIL);
	close_link(&l);

	/* Both families on one port; IPv4 shows as IPv4. */
	KUNIT_ASSERT_EQ(test, ksmbd_sock_listen(NULL, 0, &listener), 0);
	fd = connect_to(ksmbd_sock_port(listener), NULL);
	KUNIT_ASSERT_GE(test, fd, 0);
	KUNIT_ASSERT_EQ(test, ksmbd_sock_accept(listener, &other, &l.peer), 0);
	KUNIT_EXPECT_EQ(test, l.peer.family, 4);
	KUNIT_EXPECT_STREQ(test, l.peer.text, "127.0.0.1");
	ksmbd_sock_close(other);
	close(fd);
	fd = connect_to(ksmbd_sock_port(listener), "::1");
	if (fd >= 0) {
		KUNIT_ASSERT_EQ(test, ksmbd_sock_accept(listener, &other, &l.peer), 0);
		KUNIT_EXPECT_EQ(test, l.peer.family, 6);
		KUNIT_EXPECT_STREQ(test, l.peer.text, "::1");
		/* Its /64. */
		KUNIT_EXPECT_EQ(test, memcmp(l.peer.key, (u8[16]){ 0 }, 16), 0);
		ksmbd_sock_close(other);
		close(fd);
	}
	ksmbd_sock_close(listener);
}

static void *send_slowly(void *arg)
{
	int fd = *(int *)arg;
	u32 i;

	for (i = 0; i < 5; i++) {
		if (write(fd, "abcd", 4) != 4)
			break;
		pause_ms(5);
	}
	return NULL;
}

static void receive_test(struct kunit *test)
{
	struct link l = open_link(test);
	char buf[32] = "";
	pthread_t thread;
	u32 i;

	KUNIT_EXPECT_EQ(test, ksmbd_sock_pending(l.sock), 0);
	KUNIT_ASSERT_EQ(test, pthread_create(&thread, NULL, send_slowly, &l.client), 0);
	KUNIT_EXPECT_EQ(test, ksmbd_sock_recv(l.sock, buf, 18), 0);
	KUNIT_EXPECT_STREQ(test, buf, "abcdabcdabcdabcdab");
	pthread_join(thread, NULL);
	for (i = 0; i < 100 && ksmbd_sock_pending(l.sock) < 2; i++)
		pause_ms(1);
	KUNIT_EXPECT_EQ(test, ksmbd_sock_pending(l.sock), 2);
	KUNIT_EXPECT_EQ(test, ksmbd_sock_recv(l.sock, buf, 0), 0);
	close(l.client);
	l.client = -1;
	KUNIT_EXPECT_EQ(test, ksmbd_sock_recv(l.sock, buf, 3), -ECONNRESET);
	KUNIT_EXPECT_EQ(test, ksmbd_sock_recv(l.sock, buf, 3), -ENODATA);
	KUNIT_EXPECT_EQ(test, ksmbd_sock_pending(l.sock), 0);
	close_link(&l);
}

/* ---- sending ---- */

struct reader {
	int fd;
	u8 *buf;
	u32 len;
	u32 got;
};

static void *read_all(void *arg)
{
	struct reader *r = arg;
	ssize_t n;

	while (r->got < r->len && (n = read(r->fd, r->buf + r->got, r->len - r->got)) > 0)
		r->got += n;
	return NULL;
}

static u8 *pattern(u32 len)
{
	u8 *p = malloc(len);
	u32 i;

	for (i = 0; p && i < len; i++)
		p[i] = i * 2654435761u >> 11;
	return p;
}

/* Many small pieces, file ranges in the middle and at the end, one that ends too early. */
static void send_test(struct kunit *test)
{
	enum {
		FILE_LEN = 2 << 20,
		TAIL = 300 << 10,
		SMALL = 40
	};
	struct ksmbd_file *file = ports_must_create(test, "file", S_IFREG | 0644);
	u8 *data = pattern(FILE_LEN), *want;
	struct ksmbd_seg segs[SMALL + 4], put = { .data = data, .len = FILE_LEN };
	struct link l = open_link(test);
	struct reader r = { .fd = l.client };
	u32 i, n = 0, len = 0;
	pthread_t thread;

	KUNIT_ASSERT_EQ(test, ksmbd_file_write(file, &put, 1, 0), 0);
	r.buf = calloc(1, 8 << 20);
	want = calloc(1, 8 << 20);
	KUNIT_ASSERT_TRUE(test, r.buf && want && data);
	for (i = 0; i < SMALL; i++) {
		segs[n++] = (struct ksmbd_seg){ .data = data + i, .len = i };
		memcpy(want + len, data + i, i);
		len += i;
	}
	segs[n++] = (struct ksmbd_seg){ .file = file, .off = 1001, .len = FILE_LEN - 1001 };
	memcpy(want + len, data + 1001, FILE_LEN - 1001);
	len += FILE_LEN - 1001;
	segs[n++] = (struct ksmbd_seg){ .file = file, .off = 0, .len = 0 };
	segs[n++] = (struct ksmbd_seg){ .data = data, .len = FILE_LEN };
	memcpy(want + len, data, FILE_LEN);
	len += FILE_LEN;
	segs[n++] = (struct ksmbd_seg){ .file = file, .off = FILE_LEN - 7, .len = 7 + TAIL };
	memcpy(want + len, data + FILE_LEN - 7, 7);
	len += 7 + TAIL;
	r.len = len + 7;
	KUNIT_ASSERT_EQ(test, pthread_create(&thread, NULL, read_all, &r), 0);
	KUNIT_EXPECT_EQ(test, ksmbd_sock_send(l.sock, segs, n), 0);
	KUNIT_EXPECT_EQ(test, ksmbd_sock_send(l.sock, segs, 0), 0);
	KUNIT_EXPECT_EQ(test, ksmbd_sock_send(l.sock, &segs[7], 1), 0);
	memcpy(want + len, data + 7, 7);
	pthread_join(thread, NULL);
	KUNIT_EXPECT_EQ(test, r.got, len + 7);
	KUNIT_EXPECT_EQ(test, memcmp(r.buf, want, len + 7), 0);
	close_link(&l);
	ksmbd_file_put(file);
	free(r.buf);
	free(want);
	free(data);
}

static void send_closed_test(struct kunit *test)
{
	struct ksmbd_file *file = ports_must_create(test, "file", S_IFREG | 0644);
	struct ksmbd_seg mem = { .data = "x", .len = 1 };
	struct ksmbd_seg range = { .file = file, .len = 1 << 20 };
	struct link l = open_link(test);
	int err = 0;
	u32 i;

	KUNIT_EXPECT_EQ(test, ksmbd_file_truncate(file, 1 << 20), 0);
	close(l.client);
	l.client = -1;
	for (i = 0; !err && i < 100; i++) {
		err = ksmbd_sock_send(l.sock, &mem, 1);
		pause_ms(1);
	}
	KUNIT_EXPECT_TRUE(test, err == -EPIPE || err == -ECONNRESET);
	/* No signal either way. */
	KUNIT_EXPECT_LT(test, ksmbd_sock_send(l.sock, &mem, 1), 0);
	KUNIT_EXPECT_LT(test, ksmbd_sock_send(l.sock, &range, 1), 0);
	close_link(&l);
	ksmbd_file_put(file);
}

static void stuck_peer_test(struct kunit *test)
{
	struct ksmbd_file *file = ports_must_create(test, "file", S_IFREG | 0644);
	struct ksmbd_seg seg = { .len = 32 << 20 };
	struct link l = open_link(test);

	KUNIT_EXPECT_EQ(test, ksmbd_sock_set_send_timeout(l.sock, 100), 0);
	seg.data = calloc(1, seg.len);
	KUNIT_ASSERT_NOT_NULL(test, seg.data);
	KUNIT_EXPECT_EQ(test, ksmbd_sock_send(l.sock, &seg, 1), -ETIMEDOUT);
	close_link(&l);
	free(seg.data);

	l = open_link(test);
	KUNIT_EXPECT_EQ(test, ksmbd_sock_set_send_timeout(l.sock, 100), 0);
	KUNIT_EXPECT_EQ(test, ksmbd_file_truncate(file, seg.len), 0);
	seg.file = file;
	KUNIT_EXPECT_EQ(test, ksmbd_sock_send(l.sock, &seg, 1), -ETIMEDOUT);
	close_link(&l);
	ksmbd_file_put(file);
}

/* ---- shutdown ---- */

enum waits_in {
	IN_ACCEPT,
	IN_RECV,
	IN_SEND,
	IN_SENDFILE,
	WAITS_NR
};

struct waiter {
	enum waits_in in;
	struct link *l;
	struct ksmbd_seg seg;
	int err;
};

static void *wait_in(void *arg)
{
	struct waiter *w = arg;
	struct ksmbd_sock *none;
	struct ksmbd_addr peer;
	char buf[4];

	if (w->in == IN_ACCEPT)
		w->err = ksmbd_sock_accept(w->l->listener, &none, &peer);
	else if (w->in == IN_RECV)
		w->err = ksmbd_sock_recv(w->l->sock, buf, sizeof(buf));
	else
		w->err = ksmbd_sock_send(w->l->sock, &w->seg, 1);
	return NULL;
}

static void shutdown_test(struct kunit *test)
{
	struct ksmbd_file *file = ports_must_create(test, "file", S_IFREG | 0644);
	struct ksmbd_seg seg = { .data = calloc(1, 32 << 20), .len = 32 << 20 };
	struct timespec deadline;
	struct ksmbd_sock *sock;
	pthread_t thread;
	struct link l;
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, seg.data);
	KUNIT_EXPECT_EQ(test, ksmbd_file_truncate(file, seg.len), 0);
	for (i = 0; i < WAITS_NR; i++) {
		struct waiter w = { .in = i, .l = &l, .seg = seg, .err = 1 };

		l = open_link(test);
		if (i == IN_SENDFILE)
			w.seg.file = file;
		sock = i == IN_ACCEPT ? l.listener : l.sock;
		KUNIT_ASSERT_EQ(test, pthread_create(&thread, NULL, wait_in, &w), 0);
		pause_ms(50);
		ksmbd_sock_shutdown(sock);
		ksmbd_sock_shutdown(sock);
		clock_gettime(CLOCK_REALTIME, &deadline);
		deadline.tv_sec += PATIENCE_SECONDS;
		KUNIT_ASSERT_EQ(test, pthread_timedjoin_np(thread, NULL, &deadline), 0);
		KUNIT_EXPECT_EQ(test, w.err, -ESHUTDOWN);
		/* And for good. */
		wait_in(&w);
		KUNIT_EXPECT_EQ(test, w.err, -ESHUTDOWN);
		close_link(&l);
	}
	free(seg.data);
	ksmbd_file_put(file);
}

static struct kunit_case cases[] = { KUNIT_CASE(listen_test),
				     KUNIT_CASE(receive_test),
				     KUNIT_CASE(send_test),
				     KUNIT_CASE(send_closed_test),
				     KUNIT_CASE(stuck_peer_test),
				     KUNIT_CASE(shutdown_test),
				     {} };

static struct kunit_suite port_sock_suite = {
	.name = "port_sock",
	.init = ports_fixture_init,
	.exit = ports_fixture_exit,
	.test_cases = cases,
};

kunit_test_suite(port_sock_suite);
