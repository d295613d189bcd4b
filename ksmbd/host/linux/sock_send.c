// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sending a vector of memory, pages and file ranges, from any position, as far as the peer takes it
 * or to the end. Ranges: sock_file.c.
 *
 * TCP itself is never asked to wait: this file does, so that a wait has a deadline and ends
 * with a shutdown.
 */
#include "sock_linux.h"

#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/wait.h>

#define SEND_BATCH 16

/**
 * struct send_state - a send under way
 * @index, @within: the segment to go on with, and how much of it is sent
 * @waiting, @since, @bytes: there was a wait; start of the present period of
 *                           ksmbd_sock.send_timeout_ms, in jiffies, and bytes sent in it
 * @stuck: the last wait was followed by no progress
 */
struct send_state {
	struct ksmbd_sock *sock;
	const struct ksmbd_seg *segs;
	u32 nsegs;
	u32 index;
	u32 within;
	bool waiting;
	bool stuck;
	unsigned long since;
	u64 bytes;
};

/* Moves on by @n bytes, over segments that are complete. */
static void advance(struct send_state *st, u64 n)
{
	while (st->index < st->nsegs && n >= st->segs[st->index].len - st->within) {
		n -= st->segs[st->index].len - st->within;
		st->within = 0;
		st->index++;
	}
	st->within += n;
}

ssize_t ksmbd_sock_send_memory(struct ksmbd_sock *sock, struct kvec *vec, u32 n, size_t len,
			       int flags)
{
	struct msghdr msg = { .msg_flags = MSG_NOSIGNAL | MSG_DONTWAIT | flags };

	return kernel_sendmsg(sock->sock, &msg, vec, n, len);
}

static bool is_plain(const struct ksmbd_seg *seg)
{
	return !seg->file && !seg->paged;
}

/* Segments in a row of memory that the stack may hold on to. */
static ssize_t put_pages(struct send_state *st)
{
	int flags = MSG_NOSIGNAL | MSG_DONTWAIT;
	struct bio_vec bv[KC_SEND_PAGES];
	u32 i = st->index, n = 0;
	size_t len = 0;

	for (; i < st->nsegs && st->segs[i].paged && n < KC_SEND_PAGES; i++) {
		u32 skip = i == st->index ? st->within : 0;
		u8 *p = (u8 *)st->segs[i].data + skip;

		bv[n].bv_page = virt_to_page(p);
		bv[n].bv_offset = offset_in_page(p);
		bv[n].bv_len = st->segs[i].len - skip;
		len += bv[n++].bv_len;
	}
	return kc_send_pages(st->sock->sock, bv, n, len, flags | (i < st->nsegs ? MSG_MORE : 0));
}

/* Plain memory segments in a row. */
static ssize_t put_memory(struct send_state *st)
{
	struct kvec vec[SEND_BATCH];
	u32 i = st->index, n = 0;
	size_t len = 0;

	for (; i < st->nsegs && is_plain(&st->segs[i]) && n < SEND_BATCH; i++) {
		u32 skip = i == st->index ? st->within : 0;

		vec[n].iov_base = (u8 *)st->segs[i].data + skip;
		vec[n].iov_len = st->segs[i].len - skip;
		len += vec[n++].iov_len;
	}
	return ksmbd_sock_send_memory(st->sock, vec, n, len, i < st->nsegs ? MSG_MORE : 0);
}

/* The file is shorter than what was promised. */
static ssize_t put_zeros(struct send_state *st, u32 len, bool more)
{
	static const u8 zeros[1024];
	struct kvec vec[SEND_BATCH];
	u32 n, sum = 0;

	for (n = 0; n < SEND_BATCH && sum < len; n++) {
		vec[n].iov_base = (void *)zeros;
		vec[n].iov_len = min_t(u32, len - sum, sizeof(zeros));
		sum += vec[n].iov_len;
	}
	return ksmbd_sock_send_memory(st->sock, vec, n, sum, more || sum < len ? MSG_MORE : 0);
}

static ssize_t put_file(struct send_state *st)
{
	const struct ksmbd_seg *seg = &st->segs[st->index];
	bool more = st->index + 1 < st->nsegs;
	u32 len = seg->len - st->within;
	ssize_t n;

	n = ksmbd_sock_send_range(st->sock, seg->file, seg->off + st->within, len,
				  more ? MSG_MORE : 0);
	return n ? n : put_zeros(st, len, more);
}

static ssize_t put_segment(struct send_state *st)
{
	const struct ksmbd_seg *seg = &st->segs[st->index];

	if (seg->file)
		return put_file(st);
	return seg->paged ? put_pages(st) : put_memory(st);
}

/* A peer that takes nearly nothing for a whole period is given up. */
static int check_period(struct send_state *st)
{
	unsigned long period = msecs_to_jiffies(st->sock->send_timeout_ms);

	if (time_before(jiffies, st->since + period))
		return 0;
	if (st->bytes < KSMBD_SEND_MIN_PROGRESS)
		return -ETIMEDOUT;
	st->since = jiffies;
	st->bytes = 0;
	return 0;
}

static bool can_send(struct ksmbd_sock *sock)
{
	struct sock *sk = sock->sock->sk;

	if (ksmbd_sock_is_down(sock) || READ_ONCE(sk->sk_err) ||
	    READ_ONCE(sk->sk_shutdown) & SEND_SHUTDOWN || sk_stream_is_writeable(sk))
		return true;
	set_bit(SOCK_NOSPACE, &sock->sock->flags);
	/* TCP wakes those who announced themselves, and may just have looked for one. */
	smp_mb__after_atomic();
	return sk_stream_is_writeable(sk);
}

static int wait_writable(struct send_state *st)
{
	long left;

	if (!st->waiting) {
		st->waiting = true;
		st->since = jiffies;
		st->bytes = 0;
	}
	left = (long)(st->since + msecs_to_jiffies(st->sock->send_timeout_ms) - jiffies);
	/* Room in the socket, but no memory for it: nobody wakes us. */
	if (st->stuck)
		schedule_timeout_uninterruptible(1);
	if (left > 0 && wait_event_interruptible_timeout(*sk_sleep(st->sock->sock->sk),
							 can_send(st->sock), left) < 0)
		return -EINTR;
	st->stuck = true;
	return check_period(st);
}

s64 ksmbd_sock_send_from(struct ksmbd_sock *sock, const struct ksmbd_seg *segs, u32 nsegs, u64 pos,
			 bool wait)
{
	struct send_state st = { .sock = sock, .segs = segs, .nsegs = nsegs };
	ssize_t n;
	int err;

	advance(&st, pos);
	while (st.index < nsegs) {
		if (ksmbd_sock_is_down(sock))
			return -ESHUTDOWN;
		n = put_segment(&st);
		if (n >= 0) {
			advance(&st, n);
			pos += n;
			st.bytes += n;
			st.stuck = false;
		} else if (n == -EAGAIN) {
			if (!wait)
				return pos;
			err = wait_writable(&st);
			if (err)
				return err;
		} else {
			return ksmbd_sock_is_down(sock) ? -ESHUTDOWN : n;
		}
	}
	return pos;
}
