/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A message is a vector of segments: memory, or a range of an open file that is
 * turned into bytes only when the transport sends it (house rule 6).
 */
#ifndef KSMBD_UTIL_SEG_TYPES_H
#define KSMBD_UTIL_SEG_TYPES_H

#include <linux/types.h>

struct ksmbd_file;
struct ksmbd_view;

/**
 * struct ksmbd_seg - one piece of a message
 * @data: memory of @len bytes; ignored when @file is set
 * @file: a file whose bytes [@off, @off + @len) are the segment, or NULL.
 *        Not counted: whoever owns the vector keeps the file open.
 * @view: for sealing, and only with a key that ksmbd_aead_reads_once(): the plain text is
 *        [@off, @off + @len) of this view, and @data receives the cipher text. NULL: in place.
 * @off: offset in @file or @view
 * @len: bytes
 * @paged: @data is memory of ksmbd_pages_alloc(), which the transport may hold on to beyond
 *         its call; nothing writes to it any more once it is sent
 */
struct ksmbd_seg {
	void *data;
	struct ksmbd_file *file;
	const struct ksmbd_view *view;
	u64 off;
	u32 len;
	bool paged;
};

#endif
