// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * User host file system: data. Rights were checked when the file was opened, so nothing
 * here depends on who the thread acts as.
 */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <linux/array_size.h>
#include <linux/limits.h>
#include <linux/slab.h>

#include "vfs_host.h"

#define WRITE_BATCH 16
#define COPY_BUFFER (256 * 1024)
#define COPY_MAX    (1ull << 30) /* per system call: well below the kernel's own limit */

static bool range_ok(u64 off, u64 len)
{
	return off <= S64_MAX && len <= S64_MAX - off;
}

s64 ksmbd_file_read(struct ksmbd_file *file, void *buf, u32 len, u64 off)
{
	u32 done = 0;
	ssize_t n;

	if (off > S64_MAX)
		return -EINVAL;
	if (len > S64_MAX - off)
		len = S64_MAX - off;
	while (done < len) {
		n = pread(file->fd, (u8 *)buf + done, len - done, off + done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		done += n;
	}
	return done;
}

/* Write a batch; @iov is consumed. */
static int write_batch(int fd, struct iovec *iov, u32 n, u64 *off)
{
	ssize_t put;

	while (n) {
		put = pwritev(fd, iov, n, *off);
		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -errno;
		if (put == 0)
			return -EIO; /* nothing moves: not for ever */
		*off += put;
		for (; n && (size_t)put >= iov->iov_len; iov++, n--)
			put -= iov->iov_len;
		if (n) {
			iov->iov_base = (u8 *)iov->iov_base + put;
			iov->iov_len -= put;
		}
	}
	return 0;
}

int ksmbd_file_write(struct ksmbd_file *file, const struct ksmbd_seg *segs, u32 nsegs, u64 off)
{
	struct iovec iov[WRITE_BATCH];
	u64 total = 0;
	u32 i, n = 0;
	int err;

	for (i = 0; i < nsegs; i++) {
		if (segs[i].file)
			return -EINVAL;
		total += segs[i].len;
	}
	if (!range_ok(off, total))
		return -EINVAL;
	for (i = 0; i < nsegs; i++) {
		if (segs[i].len) {
			iov[n].iov_base = segs[i].data;
			iov[n++].iov_len = segs[i].len;
		}
		if (n && (n == WRITE_BATCH || i + 1 == nsegs)) {
			err = write_batch(file->fd, iov, n, &off);
			if (err)
				return err;
			n = 0;
		}
	}
	return 0;
}

int ksmbd_file_sync(struct ksmbd_file *file, bool data_only)
{
	int ret;

	do
		ret = data_only ? fdatasync(file->fd) : fsync(file->fd);
	while (ret && errno == EINTR);
	return ret ? -errno : 0;
}

int ksmbd_file_truncate(struct ksmbd_file *file, u64 size)
{
	int ret;

	if (size > S64_MAX)
		return -EINVAL;
	do
		ret = ftruncate(file->fd, size);
	while (ret && errno == EINTR);
	return ret ? -errno : 0;
}

static int allocate_range(int fd, int mode, u64 off, u64 len)
{
	int ret;

	do
		ret = fallocate(fd, mode, off, len);
	while (ret && errno == EINTR);
	if (!ret)
		return 0;
	return errno == ENOSYS ? -EOPNOTSUPP : -errno;
}

int ksmbd_file_allocate(struct ksmbd_file *file, u64 off, u64 len)
{
	if (!range_ok(off, len))
		return -EINVAL;
	return len ? allocate_range(file->fd, FALLOC_FL_KEEP_SIZE, off, len) : 0;
}

/* For file systems without holes: real zeros, as far as the file goes. */
static int write_zeros(struct ksmbd_file *file, u64 off, u64 len)
{
	struct ksmbd_seg seg = { .len = 0 };
	struct ksmbd_stat st;
	int err = ksmbd_file_stat(file, &st);

	if (err || off >= st.size)
		return err;
	if (len > st.size - off)
		len = st.size - off;
	seg.data = kzalloc(COPY_BUFFER, GFP_KERNEL);
	if (!seg.data)
		return -ENOMEM;
	for (; len && !err; off += seg.len, len -= seg.len) {
		seg.len = len < COPY_BUFFER ? len : COPY_BUFFER;
		err = ksmbd_file_write(file, &seg, 1, off);
	}
	kfree(seg.data);
	return err;
}

int ksmbd_file_zero(struct ksmbd_file *file, u64 off, u64 len)
{
	static const int ways[] = { FALLOC_FL_PUNCH_HOLE, FALLOC_FL_ZERO_RANGE };
	int err, i;

	if (!range_ok(off, len))
		return -EINVAL;
	if (!len)
		return 0;
	for (i = 0; i < ARRAY_SIZE(ways); i++) {
		err = allocate_range(file->fd, ways[i] | FALLOC_FL_KEEP_SIZE, off, len);
		if (err != -EOPNOTSUPP)
			return err;
	}
	return write_zeros(file, off, len);
}

static s64 seek_file(struct ksmbd_file *file, u64 off, int whence)
{
	struct ksmbd_stat st;
	s64 ret;
	int err;

	if (off > S64_MAX)
		return -ENXIO;
	ret = lseek(file->fd, off, whence);
	if (ret >= 0)
		return ret;
	if (errno != EINVAL)
		return -errno;
	/* The file system knows no holes: all data. */
	err = ksmbd_file_stat(file, &st);
	if (err)
		return err;
	if (off >= st.size)
		return -ENXIO;
	return whence == SEEK_DATA ? off : st.size;
}

s64 ksmbd_file_seek_data(struct ksmbd_file *file, u64 off)
{
	return seek_file(file, off, SEEK_DATA);
}

s64 ksmbd_file_seek_hole(struct ksmbd_file *file, u64 off)
{
	return seek_file(file, off, SEEK_HOLE);
}

/* ---- copying ---- */

static bool copy_unsupported(int err)
{
	return err == EXDEV || err == EOPNOTSUPP || err == ENOSYS || err == EINVAL || err == EPERM;
}

/*
 * In the kernel, which clones extents where it can. Return: bytes copied before the end of
 * @src or before the file system would not; then *@again is set.
 */
static s64 copy_in_kernel(struct ksmbd_file *src, u64 src_off, struct ksmbd_file *dst, u64 dst_off,
			  u64 len, bool *again)
{
	loff_t from = src_off, to = dst_off;
	u64 done = 0;
	ssize_t n;

	*again = false;
	while (done < len) {
		n = copy_file_range(src->fd, &from, dst->fd, &to,
				    len - done < COPY_MAX ? len - done : COPY_MAX, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && !copy_unsupported(errno))
			return -errno;
		if (n <= 0) {
			/* Some file systems say 0 where they mean "cannot". */
			*again = n < 0 || done == 0;
			break;
		}
		done += n;
	}
	return done;
}

/* Through a buffer; backwards where a forward copy would read what it wrote. */
static s64 copy_by_hand(struct ksmbd_file *src, u64 src_off, struct ksmbd_file *dst, u64 dst_off,
			u64 len, bool backwards)
{
	struct ksmbd_seg seg = { .len = 0 };
	u64 done = 0, at;
	s64 n = 0;
	u32 want;

	seg.data = kmalloc(COPY_BUFFER, GFP_KERNEL);
	if (!seg.data)
		return -ENOMEM;
	while (done < len) {
		want = len - done < COPY_BUFFER ? len - done : COPY_BUFFER;
		at = backwards ? len - done - want : done;
		n = ksmbd_file_read(src, seg.data, want, src_off + at);
		if (n <= 0)
			break;
		seg.len = n;
		n = ksmbd_file_write(dst, &seg, 1, dst_off + at);
		if (n < 0)
			break;
		done += seg.len;
		if (seg.len < want)
			break;
	}
	kfree(seg.data);
	return n < 0 ? n : (s64)done;
}

static bool same_file(struct ksmbd_file *a, struct ksmbd_file *b)
{
	struct ksmbd_stat sa, sb;

	return !ksmbd_file_stat(a, &sa) && !ksmbd_file_stat(b, &sb) && sa.dev == sb.dev &&
	       sa.ino == sb.ino;
}

s64 ksmbd_file_copy(struct ksmbd_file *src, u64 src_off, struct ksmbd_file *dst, u64 dst_off,
		    u64 len)
{
	bool again, overlap;
	struct ksmbd_stat st;
	s64 done = 0, more;
	int err;

	if (!range_ok(src_off, len) || !range_ok(dst_off, len))
		return -EINVAL;
	err = ksmbd_file_stat(src, &st);
	if (err)
		return err;
	if (src_off >= st.size || !len)
		return 0;
	if (len > st.size - src_off)
		len = st.size - src_off;
	overlap = src_off < dst_off + len && dst_off < src_off + len && same_file(src, dst);
	if (overlap)
		return copy_by_hand(src, src_off, dst, dst_off, len, dst_off > src_off);
	done = copy_in_kernel(src, src_off, dst, dst_off, len, &again);
	if (done < 0 || !again)
		return done;
	more = copy_by_hand(src, src_off + done, dst, dst_off + done, len - done, false);
	return more < 0 ? more : done + more;
}
