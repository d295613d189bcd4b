// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Conformance of a sock back end, over the loopback interface.
 */
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/slab.h>
#include <linux/stat.h>
#include <linux/string.h>

#include "fixture.h"
#include "host/sock.h"
#include "sock_peer.h"

#define PATIENCE_MS 20000

/**
 * struct link - a listener, a connection accepted from it, and the connection's other end
 */
struct link {
	struct ksmbd_sock *listener;
	struct ksmbd_sock *sock;
	struct ksmbd_addr peer;
	struct sock_peer *client;
};

static struct link open_link(struct kunit *test)
{
	struct link l;

	KUNIT_ASSERT_EQ(test, ksmbd_sock_listen("127.0.0.1", 0, &l.listener), 0);
	l.client = sock_peer_connect(ksmbd_sock_port(l.listener), false);
	KUNIT_ASSERT_NOT_NULL(test, l.client);
	KUNIT_ASSERT_EQ(test, ksmbd_sock_accept(l.listener, &l.sock, &l.peer), 0);
	return l;
}

static void close_client(struct link *l)
{
	sock_peer_close(l->client);
	l->client = NULL;
}

static void close_link(struct link *l)
{
	close_client(l);
	ksmbd_sock_close(l->sock);
	ksmbd_sock_close(l->listener);
}

/* ---- something that runs beside the test ---- */

struct job {
	struct task_struct *thread;
	struct completion done;
	void (*run)(void *arg);
	void *arg;
};

static int run_job(void *data)
{
	struct job *job = data;

	job->run(job->arg);
	complete(&job->done);
	/* kthread_stop() wants a thread that is still there. */
	while (!kthread_should_stop())
		msleep(1);
	return 0;
}

static void start_job(struct kunit *test, struct job *job, void (*run)(void *), void *arg)
{
	init_completion(&job->done);
	job->run = run;
	job->arg = arg;
	job->thread = kthread_run(run_job, job, "port_sock");
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, job->thread);
}

/* A job that does not end would hang the test. */
static void join_job(struct kunit *test, struct job *job)
{
	KUNIT_ASSERT_NE(
		test, wait_for_completion_timeout(&job->done, msecs_to_jiffies(PATIENCE_MS)), 0UL);
	kthread_stop(job->thread);
}

/* ---- listening and receiving ---- */

static void expect_peer(struct kunit *test, struct ksmbd_sock *listener, bool v6)
{
	static const u8 loopback[2][16] = { { 127, 0, 0, 1 }, { 0 } /* its /64 */ };
	struct sock_peer *client = sock_peer_connect(ksmbd_sock_port(listener), v6);
	struct ksmbd_addr addr;
	struct ksmbd_sock *sock;

	if (!client && v6) /* not on every machine */
		return;
	KUNIT_ASSERT_NOT_NULL(test, client);
	KUNIT_ASSERT_EQ(test, ksmbd_sock_accept(listener, &sock, &addr), 0);
	KUNIT_EXPECT_EQ(test, addr.family, v6 ? 6 : 4);
	KUNIT_EXPECT_STREQ(test, addr.text, v6 ? "::1" : "127.0.0.1");
	KUNIT_EXPECT_EQ(test, memcmp(addr.key, loopback[v6], 16), 0);
	KUNIT_EXPECT_EQ(test, addr.port, sock_peer_port(client));
	ksmbd_sock_close(sock);
	sock_peer_close(client);
}

static void listen_test(struct kunit *test)
{
	struct ksmbd_sock *listener, *other;
	u16 port;

	KUNIT_ASSERT_EQ(test, ksmbd_sock_listen("127.0.0.1", 0, &listener), 0);
	expect_peer(test, listener, false);
	port = ksmbd_sock_port(listener);
	KUNIT_EXPECT_NE(test, port, 0);
	KUNIT_EXPECT_EQ(test, ksmbd_sock_listen("127.0.0.1", port, &other), -EADDRINUSE);
	KUNIT_EXPECT_EQ(test, ksmbd_sock_listen("localhost", 0, &other), -EINVAL);
	KUNIT_EXPECT_EQ(test, ksmbd_sock_listen("192.0.2.1", 0, &other), -EADDRNOTAVAIL);
	ksmbd_sock_close(listener);

	/* Both families on one port; IPv4 shows as IPv4. */
	KUNIT_ASSERT_EQ(test, ksmbd_sock_listen(NULL, 0, &listener), 0);
	expect_peer(test, listener, false);
	expect_peer(test, listener, true);
	ksmbd_sock_close(listener);
}

static void send_slowly(void *arg)
{
	u32 i;

	for (i = 0; i < 5; i++) {
		if (sock_peer_write(arg, "abcd", 4))
			break;
		msleep(5);
	}
}

static void receive_test(struct kunit *test)
{
	struct link l = open_link(test);
	char buf[32] = "";
	struct job job;
	u32 i;

	KUNIT_EXPECT_EQ(test, ksmbd_sock_pending(l.sock), 0);
	start_job(test, &job, send_slowly, l.client);
	KUNIT_EXPECT_EQ(test, ksmbd_sock_recv(l.sock, buf, 18), 0);
	KUNIT_EXPECT_STREQ(test, buf, "abcdabcdabcdabcdab");
	join_job(test, &job);
	for (i = 0; i < PATIENCE_MS && ksmbd_sock_pending(l.sock) < 2; i++)
		msleep(1);
	KUNIT_EXPECT_EQ(test, ksmbd_sock_pending(l.sock), 2);
	KUNIT_EXPECT_EQ(test, ksmbd_sock_recv(l.sock, buf, 0), 0);
	close_client(&l);
	KUNIT_EXPECT_EQ(test, ksmbd_sock_recv(l.sock, buf, 3), -ECONNRESET);
	KUNIT_EXPECT_EQ(test, ksmbd_sock_recv(l.sock, buf, 3), -ENODATA);
	KUNIT_EXPECT_EQ(test, ksmbd_sock_pending(l.sock), 0);
	close_link(&l);
}

/* ---- sending ---- */

struct reader {
	struct sock_peer *peer;
	u8 *buf;
	u32 len;
	u32 got;
};

static void read_all(void *arg)
{
	struct reader *r = arg;
	u32 n;

	while (r->got < r->len && (n = sock_peer_read(r->peer, r->buf + r->got, r->len - r->got)))
		r->got += n;
}

static u8 *pattern(u32 len)
{
	u8 *p = kvmalloc(len, GFP_KERNEL);
	u32 i;

	for (i = 0; p && i < len; i++)
		p[i] = i * 2654435761u >> 11;
	return p;
}

enum {
	FILE_LEN = 2 << 20,
	TAIL = 300 << 10,
	SMALL = 40,
	ALL = 8 << 20
};

/* A vector and what it should arrive as. */
struct parcel {
	struct ksmbd_seg segs[SMALL + 4];
	u32 nsegs;
	u8 *data;
	u8 *want;
	u8 *got;
	u32 len;
};

static void add_part(struct parcel *p, struct ksmbd_file *file, u64 off, u32 len)
{
	u32 there = off >= FILE_LEN ? 0 : min_t(u64, len, FILE_LEN - off);

	p->segs[p->nsegs++] = (struct ksmbd_seg){
		.data = file ? NULL : p->data + off, .file = file, .off = file ? off : 0, .len = len
	};
	memcpy(p->want + p->len, p->data + off, there);
	p->len += len;
}

/* Many small pieces, file ranges in the middle and at the end, one that ends too early. */
static struct parcel *make_parcel(struct kunit *test, struct ksmbd_file *file)
{
	struct parcel *p = kvzalloc(sizeof(*p), GFP_KERNEL);
	struct ksmbd_seg put = { .len = FILE_LEN };
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, p);
	p->data = put.data = pattern(FILE_LEN);
	p->want = kvzalloc(ALL, GFP_KERNEL);
	p->got = kvzalloc(ALL, GFP_KERNEL);
	KUNIT_ASSERT_TRUE(test, p->data && p->want && p->got);
	KUNIT_ASSERT_EQ(test, ksmbd_file_write(file, &put, 1, 0), 0);
	for (i = 0; i < SMALL; i++)
		add_part(p, NULL, i, i);
	add_part(p, file, 1001, FILE_LEN - 1001);
	add_part(p, file, 0, 0);
	add_part(p, NULL, 0, FILE_LEN);
	add_part(p, file, FILE_LEN - 7, 7 + TAIL);
	return p;
}

static void free_parcel(struct parcel *p)
{
	kvfree(p->data);
	kvfree(p->want);
	kvfree(p->got);
	kvfree(p);
}

PORTS_TEST(send_test)
{
	struct ksmbd_file *file = ports_must_create(test, "file", S_IFREG | 0644);
	struct parcel *p = make_parcel(test, file);
	struct link l = open_link(test);
	struct reader r = { .peer = l.client, .buf = p->got, .len = p->len + 7 };
	struct job job;

	memcpy(p->want + p->len, p->data + 7, 7);
	start_job(test, &job, read_all, &r);
	KUNIT_EXPECT_EQ(test, ksmbd_sock_send(l.sock, p->segs, p->nsegs), 0);
	KUNIT_EXPECT_EQ(test, ksmbd_sock_send(l.sock, p->segs, 0), 0);
	KUNIT_EXPECT_EQ(test, ksmbd_sock_send(l.sock, &p->segs[7], 1), 0);
	join_job(test, &job);
	KUNIT_EXPECT_EQ(test, r.got, r.len);
	KUNIT_EXPECT_EQ(test, memcmp(p->got, p->want, r.len), 0);
	close_link(&l);
	free_parcel(p);
	ksmbd_file_put(file);
}

/* The same, in as many calls as it takes a sender that never waits. */
PORTS_TEST(send_bits_test)
{
	struct ksmbd_file *file = ports_must_create(test, "file", S_IFREG | 0644);
	struct parcel *p = make_parcel(test, file);
	struct link l = open_link(test);
	struct reader r = { .peer = l.client, .buf = p->got, .len = p->len };
	u32 stops = 0;
	struct job job;
	s64 pos = 0;

	/* Nobody reads yet: it must stop in the middle, twice at the same place. */
	pos = ksmbd_sock_send_from(l.sock, p->segs, p->nsegs, 0, false);
	KUNIT_EXPECT_GT(test, pos, 0);
	while (pos < p->len && stops < 3) {
		s64 next = ksmbd_sock_send_from(l.sock, p->segs, p->nsegs, pos, false);

		stops = next == pos ? stops + 1 : 0;
		pos = next;
	}
	start_job(test, &job, read_all, &r);
	while (pos >= 0 && pos < p->len) {
		pos = ksmbd_sock_send_from(l.sock, p->segs, p->nsegs, pos, false);
		msleep(1);
	}
	KUNIT_EXPECT_EQ(test, pos, p->len);
	join_job(test, &job);
	KUNIT_EXPECT_EQ(test, r.got, r.len);
	KUNIT_EXPECT_EQ(test, memcmp(p->got, p->want, r.len), 0);
	close_link(&l);
	free_parcel(p);
	ksmbd_file_put(file);
}

PORTS_TEST(send_closed_test)
{
	struct ksmbd_file *file = ports_must_create(test, "file", S_IFREG | 0644);
	struct ksmbd_seg mem = { .data = "x", .len = 1 };
	struct ksmbd_seg range = { .file = file, .len = 1 << 20 };
	struct link l = open_link(test);
	int err = 0;
	u32 i;

	KUNIT_EXPECT_EQ(test, ksmbd_file_truncate(file, 1 << 20), 0);
	close_client(&l);
	for (i = 0; !err && i < PATIENCE_MS; i++) {
		err = ksmbd_sock_send(l.sock, &mem, 1);
		msleep(1);
	}
	KUNIT_EXPECT_TRUE(test, err == -EPIPE || err == -ECONNRESET);
	/* No signal either way. */
	KUNIT_EXPECT_LT(test, ksmbd_sock_send(l.sock, &mem, 1), 0);
	KUNIT_EXPECT_LT(test, ksmbd_sock_send(l.sock, &range, 1), 0);
	close_link(&l);
	ksmbd_file_put(file);
}

PORTS_TEST(stuck_peer_test)
{
	struct ksmbd_file *file = ports_must_create(test, "file", S_IFREG | 0644);
	struct ksmbd_seg seg = { .len = 32 << 20 };
	struct link l = open_link(test);

	sock_peer_set_send_timeout(l.sock, 100);
	seg.data = kvzalloc(seg.len, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, seg.data);
	KUNIT_EXPECT_EQ(test, ksmbd_sock_send(l.sock, &seg, 1), -ETIMEDOUT);
	close_link(&l);
	kvfree(seg.data);

	l = open_link(test);
	sock_peer_set_send_timeout(l.sock, 100);
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

static void wait_in(void *arg)
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
}

PORTS_TEST(shutdown_test)
{
	struct ksmbd_file *file = ports_must_create(test, "file", S_IFREG | 0644);
	struct ksmbd_seg seg = { .data = kvzalloc(32 << 20, GFP_KERNEL), .len = 32 << 20 };
	struct ksmbd_sock *sock;
	struct job job;
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
		start_job(test, &job, wait_in, &w);
		msleep(50);
		ksmbd_sock_shutdown(sock);
		ksmbd_sock_shutdown(sock);
		join_job(test, &job);
		KUNIT_EXPECT_EQ(test, w.err, -ESHUTDOWN);
		/* And for good. */
		wait_in(&w);
		KUNIT_EXPECT_EQ(test, w.err, -ESHUTDOWN);
		close_link(&l);
	}
	kvfree(seg.data);
	ksmbd_file_put(file);
}

static struct kunit_case cases[] = { KUNIT_CASE(listen_test),	   KUNIT_CASE(receive_test),
				     KUNIT_CASE(send_test),	   KUNIT_CASE(send_bits_test),
				     KUNIT_CASE(send_closed_test), KUNIT_CASE(stuck_peer_test),
				     KUNIT_CASE(shutdown_test),	   {} };

static struct kunit_suite port_sock_suite = {
	.name = "port_sock",
	.init = ports_share_init,
	.exit = ports_fixture_exit,
	.test_cases = cases,
};

kunit_test_suite(port_sock_suite);
