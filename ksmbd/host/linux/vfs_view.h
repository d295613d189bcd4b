/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For the crypto back end, which seals from views. */
#ifndef KSMBD_HOST_LINUX_VFS_VIEW_H
#define KSMBD_HOST_LINUX_VFS_VIEW_H

#include <linux/bvec.h>
#include <linux/types.h>

/**
 * struct ksmbd_view - references to the pages of a file's range; immutable once it is made
 * @count: parts there are, @max: there is room for
 * @parts: each with a reference on its page
 */
struct ksmbd_view {
	u32 count;
	u32 max;
	struct bio_vec parts[];
};

#endif
