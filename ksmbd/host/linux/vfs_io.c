// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Kernel host file system: data. Rights were checked when the file was opened, so nothing
 * here depends on who the thread acts as.
 *
 * The kernel's own calls do the rest: locks of the inode, frozen file systems, limits of
 * size, quota, set-id bits. Nothing is allocated but the buffer of a copy by hand.
 */
#include "kc_io.h"

#include <linux/falloc.h>
#include <linux/limits.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "vfs_linux.h"
#include "vfs_send.h"

#define COPY_BUFFER (256 * 1024)
#define COPY_MAX    (1ull << 30) /* per call: well below the kernel's own limit */

static bool range_ok(u64 off, u64 len)
{
	return off <= S64_MAX && len <= S64_MAX - off;
}

struct file *ksmbd_vfs_filp(const struct ksmbd_file *file)
{
	return file->filp;
}

/* The kernel's readers and writers warn where the system calls say EBADF. */
static int check_mode(const struct ksmbd_file *file, fmode_t mode)
{
	if (!file->filp || !(file->filp->f_mode & mode))
		return -EBADF;
	return file->dir ? -EISDIR : 0;
}

s64 ksmbd_file_read(struct ksmbd_file *file, void *buf, u32 len, u64 off)
{
	loff_t pos = off;
	u32 done = 0;
	ssize_t n;

	if (off > S64_MAX)
		return -EINVAL;
	n = check_mode(file, FMODE_READ);
	if (n)
		return n;
	if (len > S64_MAX - off)
		len = S64_MAX - off;
	while (done < len) {
		n = kernel_read(file->filp, (u8 *)buf + done, len - done, &pos);
		if (n < 0)
			return n;
		if (n == 0)
			break;
		done += n;
	}
	return done;
}

/*
 * kernel_write() is the one writer that means the same in all kernels: vfs_iter_write() left
 * the protection against freezing to its callers at first. Each segment is written on its
 * own; a WRITE request is one segment.
 */
static int write_seg(struct file *filp, const struct ksmbd_seg *seg, loff_t *pos)
{
	u32 done = 0;
	ssize_t n;

	while (done < seg->len) {
		n = kernel_write(filp, (u8 *)seg->data + done, seg->len - done, pos);
		if (n < 0)
			return n;
		if (n == 0)
			return -EIO; /* nothing moves: not for ever */
		done += n;
	}
	return 0;
}

int ksmbd_file_write(struct ksmbd_file *file, const struct ksmbd_seg *segs, u32 nsegs, u64 off)
{
	loff_t pos = off;
	u64 total = 0;
	int err;
	u32 i;

	for (i = 0; i < nsegs; i++) {
		if (segs[i].file)
			return -EINVAL;
		total += segs[i].len;
	}
	if (!range_ok(off, total))
		return -EINVAL;
	err = check_mode(file, FMODE_WRITE);
	for (i = 0; i < nsegs && !err; i++)
		err = write_seg(file->filp, &segs[i], &pos);
	return err;
}

int ksmbd_file_sync(struct ksmbd_file *file, bool data_only)
{
	return file->filp ? vfs_fsync(file->filp, data_only) : -EBADF;
}

/*
 * As ftruncate(), which modules cannot call: vfs_truncate() would ask for the present
 * permission of the present user. Who opened for writing has broken leases already.
 */
int ksmbd_file_truncate(struct ksmbd_file *file, u64 size)
{
	struct iattr attr = { .ia_valid = ATTR_SIZE | ATTR_MTIME | ATTR_CTIME | ATTR_FILE };
	struct file *filp = file->filp;
	struct inode *inode;
	int err;

	if (size > S64_MAX)
		return -EINVAL;
	if (!filp)
		return -EBADF;
	inode = file_inode(filp);
	if (!S_ISREG(inode->i_mode) || !(filp->f_mode & FMODE_WRITE))
		return -EINVAL;
	if (IS_APPEND(inode))
		return -EPERM;
	attr.ia_size = size;
	attr.ia_file = filp;
	file_start_write(filp);
	inode_lock(inode);
	err = file_remove_privs(filp);
	if (!err)
		err = kc_notify_change(&filp->f_path, &attr, NULL);
	inode_unlock(inode);
	file_end_write(filp);
	return err;
}

static int allocate_range(struct ksmbd_file *file, int mode, u64 off, u64 len)
{
	int err;

	if (!file->filp)
		return -EBADF;
	err = vfs_fallocate(file->filp, mode | FALLOC_FL_KEEP_SIZE, off, len);
	return err == -ENOSYS ? -EOPNOTSUPP : err;
}

int ksmbd_file_allocate(struct ksmbd_file *file, u64 off, u64 len)
{
	if (!range_ok(off, len))
		return -EINVAL;
	return len ? allocate_range(file, 0, off, len) : 0;
}

/* For file systems without holes: real zeros, as far as the file goes. */
static int write_zeros(struct ksmbd_file *file, u64 off, u64 len)
{
	struct ksmbd_seg seg = { .len = 0 };
	struct ksmbd_stat st;
	int err = ksmbd_file_stat(file, &st);

	if (err || off >= st.size)
		return err;
	len = min_t(u64, len, st.size - off);
	seg.data = kvzalloc(COPY_BUFFER, GFP_KERNEL);
	if (!seg.data)
		return -ENOMEM;
	for (; len && !err; off += seg.len, len -= seg.len) {
		seg.len = min_t(u64, len, COPY_BUFFER);
		err = ksmbd_file_write(file, &seg, 1, off);
	}
	kvfree(seg.data);
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
		err = allocate_range(file, ways[i], off, len);
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
	if (!file->filp)
		return -EBADF;
	/* Moves the file's position too, which nobody looks at. */
	ret = vfs_llseek(file->filp, off, whence);
	if (ret != -EINVAL)
		return ret;
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

static bool copy_unsupported(ssize_t err)
{
	return err == -EXDEV || err == -EOPNOTSUPP || err == -ENOSYS || err == -EINVAL ||
	       err == -EPERM;
}

/*
 * By the file system, which shares extents where they are aligned, or by splicing. Return:
 * bytes copied before the end of @src or before the file system would not; then *@again is
 * set.
 */
static s64 copy_in_kernel(struct ksmbd_file *src, u64 src_off, struct ksmbd_file *dst, u64 dst_off,
			  u64 len, bool *again)
{
	u64 done = 0;
	ssize_t n;

	*again = false;
	while (done < len) {
		n = vfs_copy_file_range(src->filp, src_off + done, dst->filp, dst_off + done,
					min_t(u64, len - done, COPY_MAX), 0);
		if (n < 0 && !copy_unsupported(n))
			return n;
		if (n <= 0) {
			/* Some file systems say 0 where they mean "cannot". */
			*again = n < 0 || done == 0;
			break;
		}
		done += n;
		cond_resched();
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

	seg.data = kvmalloc(COPY_BUFFER, GFP_KERNEL);
	if (!seg.data)
		return -ENOMEM;
	while (done < len) {
		want = min_t(u64, len - done, COPY_BUFFER);
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
		cond_resched();
	}
	kvfree(seg.data);
	return n < 0 ? n : (s64)done;
}

s64 ksmbd_file_copy(struct ksmbd_file *src, u64 src_off, struct ksmbd_file *dst, u64 dst_off,
		    u64 len)
{
	struct ksmbd_stat st;
	s64 done, more;
	bool again;
	int err;

	if (!range_ok(src_off, len) || !range_ok(dst_off, len))
		return -EINVAL;
	err = ksmbd_file_stat(src, &st);
	if (err)
		return err;
	if (src_off >= st.size || !len)
		return 0;
	err = check_mode(src, FMODE_READ) ?: check_mode(dst, FMODE_WRITE);
	if (err)
		return err;
	len = min_t(u64, len, st.size - src_off);
	if (src_off < dst_off + len && dst_off < src_off + len &&
	    file_inode(src->filp) == file_inode(dst->filp))
		return copy_by_hand(src, src_off, dst, dst_off, len, dst_off > src_off);
	done = copy_in_kernel(src, src_off, dst, dst_off, len, &again);
	if (done < 0 || !again)
		return done;
	more = copy_by_hand(src, src_off + done, dst, dst_off + done, len - done, false);
	return more < 0 ? more : done + more;
}
