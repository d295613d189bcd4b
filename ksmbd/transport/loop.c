// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/refcount.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/wait.h>

#include "frame/frame.h"
#include "host/vfs.h"
#include "session/conn.h"
#include "transport/loop.h"

#define FIRST_SIZE 1024
#define FILE_STEP  4096

/* Bytes in flight, a ring that grows up to KSMBD_LOOP_QUEUE_MAX. */
struct queue {
	u8 *buf;
	u32 size;
	u32 head;
	u32 len;
};

/**
 * struct ksmbd_loop - both ends
 * @finished: (lock) the client writes no more
 * @closed: (lock) the client has gone
 * @shut: (lock) the server has ended the connection
 * @changed: woken when a queue or one of these changes
 * @changes: counts that: a waiter's condition, because the lock must not be taken in one
 */
struct ksmbd_loop {
	refcount_t refs;
	struct mutex lock;
	struct queue to_server; /* (lock) */
	struct queue to_client; /* (lock) */
	bool finished;
	bool closed;
	bool shut;
	wait_queue_head_t changed;
	atomic_t changes;
	struct ksmbd_loop_peer peer;
};

/* ---- queues: called with the lock held ---- */

static int grow_queue(struct queue *q, u32 need)
{
	u32 size = max(q->size, (u32)FIRST_SIZE), first;
	u8 *buf;

	while (size < need)
		size *= 2;
	buf = kvmalloc(size, GFP_KERNEL);
	if (!buf)
		return -ENOMEM;
	first = min(q->len, q->size - q->head);
	if (q->len) {
		memcpy(buf, q->buf + q->head, first);
		memcpy(buf + first, q->buf, q->len - first);
	}
	kvfree(q->buf);
	q->buf = buf;
	q->size = size;
	q->head = 0;
	return 0;
}

/* Takes up to @len bytes of @data in; returns how many, or a negative errno. */
static s64 put_bytes(struct queue *q, const u8 *data, u32 len)
{
	u32 n = min(len, KSMBD_LOOP_QUEUE_MAX - q->len), tail, first;

	if (!n)
		return 0;
	if (q->len + n > q->size) {
		int err = grow_queue(q, q->len + n);

		if (err)
			return err;
	}
	tail = (q->head + q->len) & (q->size - 1);
	first = min(n, q->size - tail);
	memcpy(q->buf + tail, data, first);
	memcpy(q->buf, data + first, n - first);
	q->len += n;
	return n;
}

static u32 take_bytes(struct queue *q, u8 *buf, u32 len)
{
	u32 n = min(len, q->len), first = min(n, q->size - q->head);

	if (!n)
		return 0;
	memcpy(buf, q->buf + q->head, first);
	memcpy(buf + first, q->buf, n - first);
	q->head = (q->head + n) & (q->size - 1);
	q->len -= n;
	return n;
}

/* ---- waiting: without the lock ---- */

static void tell_change(struct ksmbd_loop *loop)
{
	atomic_inc(&loop->changes);
	wake_up_all(&loop->changed);
}

/* Waits until @ready, or @timeout jiffies for each change. */
static void wait_ready(struct ksmbd_loop *loop, bool (*ready)(struct ksmbd_loop *loop),
		       long timeout)
{
	for (;;) {
		int seen = atomic_read(&loop->changes);

		if (ready(loop) ||
		    !wait_event_timeout(loop->changed, atomic_read(&loop->changes) != seen,
					timeout))
			return;
	}
}

/* ---- the server's end ---- */

static bool can_recv(struct ksmbd_loop *loop)
{
	bool ready;

	mutex_lock(&loop->lock);
	ready = loop->to_server.len || loop->finished || loop->shut;
	mutex_unlock(&loop->lock);
	return ready;
}

/* Waits for input, or lets an inline client make some. */
static void want_input(struct ksmbd_loop *loop)
{
	if (!loop->peer.source)
		wait_ready(loop, can_recv, MAX_SCHEDULE_TIMEOUT);
	else if (!can_recv(loop) && !loop->peer.source(loop->peer.ctx, loop))
		ksmbd_loop_finish(loop);
}

static int loop_recv(void *transport, void *buf, u32 len)
{
	struct ksmbd_loop *loop = transport;
	u32 done = 0;
	int err = 0;

	while (done < len && !err) {
		want_input(loop);
		mutex_lock(&loop->lock);
		if (loop->shut)
			err = -ESHUTDOWN;
		else if (loop->to_server.len)
			done += take_bytes(&loop->to_server, (u8 *)buf + done, len - done);
		else if (loop->finished)
			err = done ? -ECONNRESET : -ENODATA;
		mutex_unlock(&loop->lock);
		tell_change(loop);
	}
	return err;
}

static u32 loop_pending(void *transport)
{
	struct ksmbd_loop *loop = transport;
	u32 len;

	if (loop->peer.source)
		return 0;
	mutex_lock(&loop->lock);
	len = loop->to_server.len;
	mutex_unlock(&loop->lock);
	return len;
}

static bool can_send(struct ksmbd_loop *loop)
{
	bool ready;

	mutex_lock(&loop->lock);
	ready = loop->to_client.len < KSMBD_LOOP_QUEUE_MAX || loop->closed || loop->shut;
	mutex_unlock(&loop->lock);
	return ready;
}

static bool has_room(struct ksmbd_loop *loop, u64 len)
{
	bool room;

	mutex_lock(&loop->lock);
	room = len <= KSMBD_LOOP_QUEUE_MAX - loop->to_client.len || loop->closed || loop->shut;
	mutex_unlock(&loop->lock);
	return room;
}

static int send_bytes(struct ksmbd_loop *loop, const u8 *data, u32 len)
{
	while (len) {
		s64 n;

		/* An inline client reads afterwards, if at all: it cannot be waited for. */
		if (!loop->peer.source)
			wait_ready(loop, can_send, MAX_SCHEDULE_TIMEOUT);
		mutex_lock(&loop->lock);
		if (loop->shut)
			n = -ESHUTDOWN;
		else if (loop->closed)
			n = -EPIPE;
		else
			n = put_bytes(&loop->to_client, data, len);
		mutex_unlock(&loop->lock);
		if (!n)
			return -ENOBUFS;
		if (n < 0)
			return n;
		tell_change(loop);
		data += n;
		len -= n;
	}
	return 0;
}

/* A file that became shorter is filled up with zeros, as ksmbd_sock_send() does. */
static int send_file(struct ksmbd_loop *loop, const struct ksmbd_seg *seg)
{
	u32 done = 0, n;
	int err = 0;
	u8 *buf = kmalloc(FILE_STEP, GFP_KERNEL);

	if (!buf)
		return -ENOMEM;
	while (done < seg->len && !err) {
		s64 got;

		n = min_t(u32, FILE_STEP, seg->len - done);
		got = ksmbd_file_read(seg->file, buf, n, seg->off + done);
		if (got < 0) {
			err = got;
			break;
		}
		memset(buf + got, 0, n - got);
		err = send_bytes(loop, buf, n);
		done += n;
	}
	kfree(buf);
	return err;
}

/* All or nothing: @pos is always 0. */
static s64 loop_send(void *transport, const struct ksmbd_seg *segs, u32 nsegs, u64 pos, bool wait)
{
	struct ksmbd_loop *loop = transport;
	u64 total = 0;
	int err = 0;
	u32 i;

	for (i = 0; i < nsegs; i++)
		total += segs[i].len;
	if (loop->peer.watch)
		loop->peer.watch(loop->peer.ctx);
	if (loop->peer.sink) {
		loop->peer.sink(loop->peer.ctx, segs, nsegs);
		return total;
	}
	if (!wait && !loop->peer.source && !has_room(loop, total))
		return 0;
	for (i = 0; i < nsegs && !err; i++)
		err = segs[i].file ? send_file(loop, &segs[i]) :
				     send_bytes(loop, segs[i].data, segs[i].len);
	return err ? err : total;
}

static void loop_shutdown(void *transport)
{
	struct ksmbd_loop *loop = transport;

	mutex_lock(&loop->lock);
	loop->shut = true;
	mutex_unlock(&loop->lock);
	tell_change(loop);
}

static void put_loop(struct ksmbd_loop *loop)
{
	if (!refcount_dec_and_test(&loop->refs))
		return;
	kvfree(loop->to_server.buf);
	kvfree(loop->to_client.buf);
	kfree(loop);
}

static void loop_release(void *transport)
{
	put_loop(transport);
}

const struct ksmbd_transport_ops ksmbd_loop_ops = {
	.name = "loop",
	.recv = loop_recv,
	.pending = loop_pending,
	.send = loop_send,
	.shutdown = loop_shutdown,
	.release = loop_release,
};

static int serve_conn(void *data)
{
	ksmbd_frame_serve(data);
	return 0;
}

int ksmbd_loop_start(struct ksmbd_conn *conn)
{
	struct task_struct *thread;

	thread = kthread_run(serve_conn, conn, "ksmbd/%u", (u32)conn->id);
	if (!IS_ERR(thread))
		return 0;
	ksmbd_conn_unlist(conn);
	ksmbd_conn_put(conn);
	return PTR_ERR(thread);
}

/* ---- the client's end ---- */

int ksmbd_loop_create(const struct ksmbd_loop_peer *peer, struct ksmbd_loop **out)
{
	struct ksmbd_loop *loop = kzalloc(sizeof(*loop), GFP_KERNEL);

	if (!loop)
		return -ENOMEM;
	refcount_set(&loop->refs, 2);
	mutex_init(&loop->lock);
	init_waitqueue_head(&loop->changed);
	if (peer)
		loop->peer = *peer;
	*out = loop;
	return 0;
}

static bool can_write(struct ksmbd_loop *loop)
{
	bool ready;

	mutex_lock(&loop->lock);
	ready = loop->to_server.len < KSMBD_LOOP_QUEUE_MAX || loop->shut;
	mutex_unlock(&loop->lock);
	return ready;
}

int ksmbd_loop_write(struct ksmbd_loop *loop, const void *data, u32 len)
{
	const u8 *bytes = data;

	while (len) {
		s64 n;

		if (!loop->peer.source)
			wait_ready(loop, can_write, MAX_SCHEDULE_TIMEOUT);
		mutex_lock(&loop->lock);
		n = loop->shut ? -EPIPE : put_bytes(&loop->to_server, bytes, len);
		mutex_unlock(&loop->lock);
		if (!n)
			return -ENOBUFS;
		if (n < 0)
			return n;
		tell_change(loop);
		bytes += n;
		len -= n;
	}
	return 0;
}

void ksmbd_loop_finish(struct ksmbd_loop *loop)
{
	mutex_lock(&loop->lock);
	loop->finished = true;
	mutex_unlock(&loop->lock);
	tell_change(loop);
}

static bool can_read(struct ksmbd_loop *loop)
{
	bool ready;

	mutex_lock(&loop->lock);
	ready = loop->to_client.len || loop->shut;
	mutex_unlock(&loop->lock);
	return ready;
}

int ksmbd_loop_read(struct ksmbd_loop *loop, void *buf, u32 len, u32 timeout_ms)
{
	u32 done = 0, n;
	bool ended;

	while (done < len) {
		if (timeout_ms)
			wait_ready(loop, can_read, msecs_to_jiffies(timeout_ms));
		mutex_lock(&loop->lock);
		n = take_bytes(&loop->to_client, (u8 *)buf + done, len - done);
		ended = loop->shut;
		mutex_unlock(&loop->lock);
		if (!n && done)
			return -ECONNRESET;
		if (!n)
			return ended ? -ENODATA : -EAGAIN;
		tell_change(loop);
		done += n;
	}
	return 0;
}

bool ksmbd_loop_ended(struct ksmbd_loop *loop)
{
	bool ended;

	mutex_lock(&loop->lock);
	ended = loop->shut;
	mutex_unlock(&loop->lock);
	return ended;
}

void ksmbd_loop_close(struct ksmbd_loop *loop)
{
	mutex_lock(&loop->lock);
	loop->closed = true;
	loop->finished = true;
	mutex_unlock(&loop->lock);
	tell_change(loop);
	put_loop(loop);
}

void ksmbd_loop_release(struct ksmbd_loop *loop)
{
	put_loop(loop);
}
