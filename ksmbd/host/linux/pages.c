// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Payload memory: whole pages, in pieces as large as the network stack's own where there are
 * such, else single ones. The stack keeps references of its own to what it sends.
 */
#include "host/pages.h"

#include <linux/gfp.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/slab.h>

#define PIECE_ORDER PAGE_ALLOC_COSTLY_ORDER

static struct ksmbd_pages *alloc_pieces(u32 len, unsigned int order, gfp_t gfp)
{
	u32 size = PAGE_SIZE << order, max = DIV_ROUND_UP(len, size), n;
	struct ksmbd_pages *pages = kvmalloc(struct_size(pages, segs, max), GFP_KERNEL);

	if (!pages)
		return NULL;
	for (pages->count = 0; pages->count < max; pages->count++, len -= n) {
		struct page *page;

		n = min_t(u32, len, size);
		page = alloc_pages(gfp, get_order(n));
		if (!page) {
			ksmbd_pages_free(pages);
			return NULL;
		}
		pages->segs[pages->count] = (struct ksmbd_seg){
			.data = page_address(page),
			.len = n,
			.paged = true,
		};
	}
	return pages;
}

struct ksmbd_pages *ksmbd_pages_alloc(u32 len)
{
	struct ksmbd_pages *pages;

	pages = alloc_pieces(len, PIECE_ORDER,
			     GFP_KERNEL | __GFP_COMP | __GFP_NOWARN | __GFP_NORETRY);
	return pages ? pages : alloc_pieces(len, 0, GFP_KERNEL | __GFP_NOWARN);
}

void ksmbd_pages_free(struct ksmbd_pages *pages)
{
	u32 i;

	if (!pages)
		return;
	for (i = 0; i < pages->count; i++)
		put_page(virt_to_page(pages->segs[i].data));
	kvfree(pages);
}
