/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A connection without a network, for tests and fuzzers: two bounded byte queues. One
 * end is a transport as struct ksmbd_transport_ops describes it, the other is a client
 * that is called directly.
 *
 * Owner: both ends, one reference each; the queues die with the second. Locks: one
 * mutex inside, never held while a peer is called.
 */
#ifndef KSMBD_TRANSPORT_LOOP_H
#define KSMBD_TRANSPORT_LOOP_H

#include "session/conn_types.h"

struct ksmbd_loop;

/* Bytes that each direction holds before its writer waits. */
#define KSMBD_LOOP_QUEUE_MAX (256u << 10)

/**
 * struct ksmbd_loop_peer - a client without a thread of its own
 * @source: the server wants bytes and has none: ksmbd_loop_write() some; false: no more
 *          will come. Receive thread.
 * @sink: takes one message, length word included, in place of the queue; under the
 *        connection's send_lock. NULL: queued.
 * @watch: sees each message just before the client may have it; NULL: nobody does
 * @ctx: handed to all of them
 *
 * ksmbd_frame_serve() can then be called on the client's own thread: it never waits for
 * input, and pending() is always 0, so that every request runs at once and in order.
 */
struct ksmbd_loop_peer {
	bool (*source)(void *ctx, struct ksmbd_loop *loop);
	void (*sink)(void *ctx, const struct ksmbd_seg *segs, u32 nsegs);
	void (*watch)(void *ctx);
	void *ctx;
};

/* The transport is the struct ksmbd_loop itself. */
extern const struct ksmbd_transport_ops ksmbd_loop_ops;

/**
 * ksmbd_loop_create() - a pair of ends
 * @peer: copied; NULL: client and server have threads of their own
 * @out: the client's reference, ended by ksmbd_loop_close(); the server's is for
 *       ksmbd_conn_create() with ksmbd_loop_ops to take over
 *
 * Return: 0 or -ENOMEM
 */
int ksmbd_loop_create(const struct ksmbd_loop_peer *peer, struct ksmbd_loop **out);

/**
 * ksmbd_loop_start() - serve a connection on a thread of its own
 * @conn: over a loop; reference taken over, also on failure
 * Return: 0 or a negative errno
 */
int ksmbd_loop_start(struct ksmbd_conn *conn);

/**
 * ksmbd_loop_write() - the client sends
 *
 * Waits for room; a peer with a source must not write more than fits (-ENOBUFS).
 * Return: 0; -EPIPE: the server has ended the connection
 */
int ksmbd_loop_write(struct ksmbd_loop *loop, const void *data, u32 len);

/** ksmbd_loop_finish() - the client sends nothing more, but still reads */
void ksmbd_loop_finish(struct ksmbd_loop *loop);

/**
 * ksmbd_loop_read() - the client receives exactly @len bytes
 * @timeout_ms: how long to wait for each part of them; 0: do not wait
 * Return: 0; -EAGAIN: nothing was there in time, and nothing was taken; -ENODATA: the
 * server has ended the connection before the first byte; -ECONNRESET: inside, or too slow
 */
int ksmbd_loop_read(struct ksmbd_loop *loop, void *buf, u32 len, u32 timeout_ms);

/** ksmbd_loop_ended() - has the server shut the connection down */
bool ksmbd_loop_ended(struct ksmbd_loop *loop);

/** ksmbd_loop_close() - the client goes: pending replies are lost, sends fail */
void ksmbd_loop_close(struct ksmbd_loop *loop);

/** ksmbd_loop_release() - drop the server's reference when there came to be no connection */
void ksmbd_loop_release(struct ksmbd_loop *loop);

#endif
