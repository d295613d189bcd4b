// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "host/crypto.h"
#include "protect/preauth.h"

/* Vectors up to this many segments need no allocation. */
#define SEGS_INLINE 8

int ksmbd_preauth_update(u8 *hash, const struct ksmbd_seg *segs, u32 nsegs)
{
	struct ksmbd_seg few[SEGS_INLINE];
	struct ksmbd_seg *all = few;
	u8 next[KSMBD_PREAUTH_SIZE];
	int err;

	if (nsegs >= ARRAY_SIZE(few)) {
		all = kmalloc_array(size_add(nsegs, 1), sizeof(*all), GFP_KERNEL);
		if (!all)
			return -ENOMEM;
	}
	all[0] = (struct ksmbd_seg){ .data = hash, .len = KSMBD_PREAUTH_SIZE };
	memcpy(all + 1, segs, nsegs * sizeof(*all));
	err = ksmbd_crypto_hash(KSMBD_HASH_SHA512, all, nsegs + 1, next, sizeof(next));
	if (!err)
		memcpy(hash, next, sizeof(next));
	if (all != few)
		kfree(all);
	return err;
}
