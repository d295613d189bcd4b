/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A message is a vector of segments: memory, or a range of an open file that is
 * turned into bytes only when the transport sends it (house rule 6).
 */
#ifndef KSMBD_UTIL_SEG_TYPES_H
#define KSMBD_UTIL_SEG_TYPES_H

#include <linux/types.h>

struct ksmbd_file;

/**
 * struct ksmbd_seg - one piece of a message
 * @data: memory of @len bytes; ignored when @file is set
 * @file: a file whose bytes [@off, @off + @len) are the segment, or NULL.
 *        Not counted: whoever owns the vector keeps the file open.
 * @off: offset in @file
 * @len: bytes
 */
struct ksmbd_seg {
	void *data;
	struct ksmbd_file *file;
	u64 off;
	u32 len;
};

#endif
