// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Views of files: the pages that splice finds or reads go through the thread's own pipe, and
 * stay here instead of going on. What a file system without splice, or one that has no pages
 * to share (DAX, O_DIRECT), puts there is a copy and serves as well.
 */
#include "kc_net.h"

#include <linux/mm.h>
#include <linux/pipe_fs_i.h>
#include <linux/slab.h>
#include <linux/splice.h>

#include "vfs_linux.h"
#include "vfs_send.h"
#include "vfs_view.h"

/* A read that finds less than it was asked for may end inside of a page. */
#define SPARE_PARTS 16

static int take_part(struct pipe_inode_info *pipe, struct pipe_buffer *buf, struct splice_desc *sd)
{
	struct ksmbd_view *view = sd->u.data;
	struct bio_vec *part = &view->parts[view->count];

	if (view->count == view->max)
		return -EOPNOTSUPP;
	view->count++;
	get_page(buf->page);
	part->bv_page = buf->page;
	part->bv_offset = buf->offset;
	part->bv_len = sd->len;
	return sd->len;
}

static int take_pipe(struct pipe_inode_info *pipe, struct splice_desc *sd)
{
	return __splice_from_pipe(pipe, sd, take_part);
}

static struct ksmbd_view *alloc_view(u64 off, u32 len)
{
	u32 max = DIV_ROUND_UP(offset_in_page(off) + (u64)len, PAGE_SIZE) + SPARE_PARTS;
	struct ksmbd_view *view = kvmalloc(struct_size(view, parts, max), GFP_KERNEL);

	if (view) {
		view->count = 0;
		view->max = max;
	}
	return view;
}

/* Splice stops early where pages are being cut off, or at the first error: ask again. */
static s64 fill_view(struct ksmbd_view *view, struct file *filp, u64 off, u32 len)
{
	u32 done = 0;
	ssize_t n;

	while (done < len) {
		struct splice_desc sd = {
			.total_len = len - done,
			.pos = off + done,
			.u.data = view,
		};

		n = splice_direct_to_actor(filp, &sd, take_pipe);
		if (n < 0)
			return n == -EINVAL ? -EOPNOTSUPP : n;
		if (!n)
			break;
		done += n;
	}
	return done;
}

s64 ksmbd_file_view(struct ksmbd_file *file, u64 off, u32 len, struct ksmbd_view **out)
{
	struct file *filp = ksmbd_vfs_filp(file);
	struct ksmbd_view *view;
	s64 n;

	if (off > S64_MAX)
		return -EINVAL;
	if (!filp || !(filp->f_mode & FMODE_READ))
		return -EBADF;
	if (file->dir)
		return -EISDIR;
	len = min_t(u64, len, S64_MAX - off);
	if (!len)
		return 0;
	n = kc_verify_read(filp, off, len);
	if (n < 0)
		return n;
	view = alloc_view(off, len);
	if (!view)
		return -ENOMEM;
	n = fill_view(view, filp, off, len);
	if (n > 0)
		*out = view;
	else
		ksmbd_view_put(view);
	return n;
}

void ksmbd_view_put(struct ksmbd_view *view)
{
	u32 i;

	if (!view)
		return;
	for (i = 0; i < view->count; i++)
		put_page(view->parts[i].bv_page);
	kvfree(view);
}
