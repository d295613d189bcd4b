/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Port: memory of large payloads.
 *
 * Kernel host: pages that the socket sends without a copy. User host: ordinary memory.
 */
#ifndef KSMBD_HOST_PAGES_H
#define KSMBD_HOST_PAGES_H

#include <linux/types.h>

#include "util/seg_types.h"

/**
 * struct ksmbd_pages - memory in pieces of any size; owner: whoever allocated it
 * @count: pieces
 * @segs: the pieces, memory segments marked as paged; a user may shorten their .len and give
 *        them a .view, but not change .data
 */
struct ksmbd_pages {
	u32 count;
	struct ksmbd_seg segs[];
};

/**
 * ksmbd_pages_alloc() - memory of @len bytes, more than 0, not initialized
 * Return: NULL if there is none. May sleep.
 */
struct ksmbd_pages *ksmbd_pages_alloc(u32 len);
/** ksmbd_pages_free() - what is being sent stays until it is; NULL is ignored */
void ksmbd_pages_free(struct ksmbd_pages *pages);

#endif
