// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sending a vector of memory and file ranges, from any position, as far as the peer
 * takes it or to the end.
 */
#include <errno.h>
#include <poll.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>

#include <linux/minmax.h>
#include <linux/slab.h>

#include "sock_host.h"
#include "sock_private.h"
#include "vfs_host.h"

#define SEND_BATCH  16
#define BOUNCE_SIZE (64 * 1024)

/**
 * struct send_state - a send under way
 * @index, @within: the segment to go on with, and how much of it is sent
 * @since, @bytes: start of the present period of KSMBD_SEND_TIMEOUT_SECONDS, sent in it
 */
struct send_state {
	struct ksmbd_sock *sock;
	const struct ksmbd_seg *segs;
	u32 nsegs;
	u32 index;
	u32 within;
	u64 since;
	u64 bytes;
};

static u64 now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000ull + ts.tv_nsec / 1000000;
}

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

static ssize_t put_iov(struct send_state *st, struct iovec *iov, u32 n, bool more)
{
	struct msghdr msg = { .msg_iov = iov, .msg_iovlen = n };

	return sendmsg(st->sock->fd, &msg, MSG_NOSIGNAL | MSG_DONTWAIT | (more ? MSG_MORE : 0));
}

/* Memory segments in a row. */
static ssize_t put_memory(struct send_state *st)
{
	struct iovec iov[SEND_BATCH];
	u32 i = st->index, n = 0;

	for (; i < st->nsegs && !st->segs[i].file && n < SEND_BATCH; i++) {
		u32 skip = i == st->index ? st->within : 0;

		iov[n].iov_base = (u8 *)st->segs[i].data + skip;
		iov[n++].iov_len = st->segs[i].len - skip;
	}
	return put_iov(st, iov, n, i < st->nsegs);
}

/* The file is shorter than what was promised. */
static ssize_t put_zeros(struct send_state *st, u32 len, bool more)
{
	static u8 zeros[BOUNCE_SIZE]; /* never written to */
	struct iovec iov = { .iov_base = zeros, .iov_len = min_t(u32, len, sizeof(zeros)) };

	return put_iov(st, &iov, 1, more || len > iov.iov_len);
}

/* For file systems without sendfile(). */
static ssize_t put_by_hand(struct send_state *st, const struct ksmbd_seg *seg, u32 len, bool more)
{
	struct iovec iov = { .iov_base = kmalloc(BOUNCE_SIZE, GFP_KERNEL) };
	ssize_t n;
	s64 got;

	if (!iov.iov_base) {
		errno = ENOMEM;
		return -1;
	}
	got = ksmbd_file_read(seg->file, iov.iov_base, min_t(u32, len, BOUNCE_SIZE),
			      seg->off + st->within);
	if (got < 0) {
		errno = -got;
		n = -1;
	} else if (!got) {
		n = put_zeros(st, len, more);
	} else {
		iov.iov_len = got;
		n = put_iov(st, &iov, 1, more || got < len);
	}
	kfree(iov.iov_base);
	return n;
}

static ssize_t put_file(struct send_state *st)
{
	const struct ksmbd_seg *seg = &st->segs[st->index];
	bool more = st->index + 1 < st->nsegs;
	off_t off = seg->off + st->within;
	u32 len = seg->len - st->within;
	ssize_t n;

	n = sendfile(st->sock->fd, ksmbd_file_fd(seg->file), &off, len);
	if (n == 0)
		return put_zeros(st, len, more);
	if (n < 0 && (errno == EINVAL || errno == ENOSYS))
		return put_by_hand(st, seg, len, more);
	return n;
}

/* A peer that takes nearly nothing for a whole period is given up. */
static int check_period(struct send_state *st)
{
	u64 now = now_ms();

	if (now - st->since < st->sock->send_timeout_ms)
		return 0;
	if (st->bytes < KSMBD_SEND_MIN_PROGRESS)
		return -ETIMEDOUT;
	st->since = now;
	st->bytes = 0;
	return 0;
}

static int wait_writable(struct send_state *st)
{
	struct pollfd pfd = { .fd = st->sock->fd, .events = POLLOUT };
	s64 left = (s64)(st->since + st->sock->send_timeout_ms) - (s64)now_ms();

	if (poll(&pfd, 1, left > 0 ? left : 0) < 0 && errno != EINTR)
		return -errno;
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
		n = segs[st.index].file ? put_file(&st) : put_memory(&st);
		err = n < 0 ? errno : 0;
		if (n >= 0) {
			advance(&st, n);
			pos += n;
			st.bytes += n;
		} else if (err == EAGAIN || err == EWOULDBLOCK) {
			if (!wait)
				return pos;
			if (!st.since)
				st.since = now_ms();
			err = wait_writable(&st);
			if (err)
				return err;
		} else if (err != EINTR) {
			return ksmbd_sock_is_down(sock) ? -ESHUTDOWN : -err;
		}
	}
	return pos;
}
