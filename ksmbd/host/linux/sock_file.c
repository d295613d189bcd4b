// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sending ranges of files without a copy: the pages of the page cache pass through the thread's
 * own pipe (splice_direct_to_actor()) into the socket. A file system without splice costs one
 * copy, into fresh pages.
 */
#include "sock_linux.h"

#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/pipe_fs_i.h>
#include <linux/splice.h>

#include "vfs_send.h"

#include "host/vfs.h"

#define BOUNCE_ORDER 4

/* In splice_desc.u.data: where to, and how. */
struct range_job {
	struct socket *sock;
	int flags;
};

/* What splice says on whether more follows holds for all of the range. */
static int flags_of(const struct range_job *job, const struct splice_desc *sd)
{
	return job->flags | (sd->flags & SPLICE_F_MORE ? MSG_MORE : 0);
}

#ifdef KC_SENDPAGE

static int send_buffer(struct pipe_inode_info *pipe, struct pipe_buffer *buf,
		       struct splice_desc *sd)
{
	const struct range_job *job = sd->u.data;
	int flags = flags_of(job, sd);

	if (sd->len < sd->total_len)
		flags |= MSG_MORE | MSG_SENDPAGE_NOTLAST;
	return kernel_sendpage(job->sock, buf->page, buf->offset, sd->len, flags);
}

static int send_pipe(struct pipe_inode_info *pipe, struct splice_desc *sd)
{
	return __splice_from_pipe(pipe, sd, send_buffer);
}

#else

/* The pipe's buffers in @bv, at most @len bytes of them: returns how many parts, or an errno. */
static int map_pipe(struct pipe_inode_info *pipe, struct bio_vec *bv, size_t *len)
{
	typeof(pipe->tail) tail = pipe->tail; /* wraps as that of the pipe */
	size_t sum = 0;
	int n, err = 0;

	for (n = 0; n < KC_SEND_PAGES && sum < *len && tail != pipe->head; n++, tail++) {
		struct pipe_buffer *buf = &pipe->bufs[tail & (pipe->ring_size - 1)];

		err = pipe_buf_confirm(pipe, buf);
		if (err)
			break;
		bv[n].bv_page = buf->page;
		bv[n].bv_offset = buf->offset;
		bv[n].bv_len = min_t(size_t, buf->len, *len - sum);
		sum += bv[n].bv_len;
	}
	*len = sum;
	return n ? n : err;
}

static void drain_pipe(struct pipe_inode_info *pipe, size_t len)
{
	while (len) {
		struct pipe_buffer *buf = &pipe->bufs[pipe->tail & (pipe->ring_size - 1)];
		size_t n = min_t(size_t, buf->len, len);

		buf->offset += n;
		buf->len -= n;
		len -= n;
		if (!buf->len) {
			pipe_buf_release(pipe, buf);
			pipe->tail++;
		}
	}
}

/* What stays in the pipe because the peer is slow, splice_direct_to_actor() drops. */
static int send_pipe(struct pipe_inode_info *pipe, struct splice_desc *sd)
{
	const struct range_job *job = sd->u.data;
	struct bio_vec bv[KC_SEND_PAGES];
	size_t done = 0;

	while (done < sd->total_len) {
		size_t len = sd->total_len - done;
		int flags = flags_of(job, sd);
		ssize_t sent;
		int n = map_pipe(pipe, bv, &len);

		if (n <= 0) {
			/* -ENODATA: cut off while it was being read. */
			return done || n == -ENODATA ? done : n;
		}
		if (done + len < sd->total_len)
			flags |= MSG_MORE;
		sent = kc_send_pages(job->sock, bv, n, len, flags);
		if (sent <= 0)
			return done ? done : sent;
		drain_pipe(pipe, sent);
		done += sent;
		if (sent < len)
			break;
	}
	return done;
}

#endif

/* For file systems without splice. */
static ssize_t send_copy(struct ksmbd_sock *sock, struct ksmbd_file *file, u64 off, u32 len,
			 int flags)
{
	unsigned int order = BOUNCE_ORDER;
	struct page *page;
	struct bio_vec bv;
	ssize_t n;

	page = alloc_pages(GFP_KERNEL | __GFP_COMP | __GFP_NOWARN | __GFP_NORETRY, order);
	if (!page) {
		order = 0;
		page = alloc_page(GFP_KERNEL);
	}
	if (!page)
		return -ENOMEM;
	n = ksmbd_file_read(file, page_address(page), min_t(u32, len, PAGE_SIZE << order), off);
	if (n > 0) {
		bv.bv_page = page;
		bv.bv_offset = 0;
		bv.bv_len = n;
		if (n < len)
			flags |= MSG_MORE;
		n = kc_send_pages(sock->sock, &bv, 1, n, MSG_NOSIGNAL | MSG_DONTWAIT | flags);
	}
	put_page(page); /* the socket has references of its own */
	return n;
}

ssize_t ksmbd_sock_send_range(struct ksmbd_sock *sock, struct ksmbd_file *file, u64 off, u32 len,
			      int flags)
{
	struct range_job job = { .sock = sock->sock, .flags = MSG_NOSIGNAL | MSG_DONTWAIT | flags };
	struct splice_desc sd = { .total_len = len,
				  .flags = flags & MSG_MORE ? SPLICE_F_MORE : 0,
				  .pos = off,
				  .u.data = &job };
	struct file *filp = ksmbd_vfs_filp(file);
	ssize_t n;

	if (!filp)
		return -EBADF;
	n = kc_verify_read(filp, off, len);
	if (n < 0)
		return n;
	n = splice_direct_to_actor(filp, &sd, send_pipe);
	if (n == -EINVAL)
		n = send_copy(sock, file, off, len, flags);
	return n;
}
