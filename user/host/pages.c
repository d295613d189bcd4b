// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Payload memory: one piece. send() copies it: MSG_ZEROCOPY would say later when the memory is
 * free again, and copies all the same for a peer on this machine.
 */
#include <linux/errno.h>
#include <linux/slab.h>

#include "host/pages.h"
#include "host/vfs.h"

struct ksmbd_pages *ksmbd_pages_alloc(u32 len)
{
	struct ksmbd_pages *pages = kmalloc(sizeof(*pages) + sizeof(pages->segs[0]), GFP_KERNEL);
	void *data = kvmalloc(len, GFP_KERNEL);

	if (!pages || !data) {
		kvfree(data);
		kfree(pages);
		return NULL;
	}
	pages->count = 1;
	pages->segs[0] = (struct ksmbd_seg){ .data = data, .len = len, .paged = true };
	return pages;
}

void ksmbd_pages_free(struct ksmbd_pages *pages)
{
	if (!pages)
		return;
	kvfree(pages->segs[0].data);
	kfree(pages);
}

/*
 * A mapping would be one. It costs page faults, and who cuts the file off meanwhile ends the
 * process that looks at it.
 */
s64 ksmbd_file_view(struct ksmbd_file *file, u64 off, u32 len, struct ksmbd_view **view)
{
	return -EOPNOTSUPP;
}

void ksmbd_view_put(struct ksmbd_view *view)
{
}
