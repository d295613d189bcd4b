// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "protect/sign.h"

#define HEADER_SIZE 64
#define SEGS_INLINE 8

/*
 * The signature covers the message as if its signature field held zeros: the first
 * segment is taken as two parts with zeros between them, so no byte of it changes.
 */
static const u8 blank[KSMBD_SIGNATURE_SIZE];

static int compute_signature(const struct ksmbd_mac_key *key, const struct ksmbd_seg *segs,
			     u32 nsegs, u8 *signature)
{
	struct ksmbd_seg few[SEGS_INLINE];
	struct ksmbd_seg *all = few;
	u32 count;
	u8 *head;
	int err;

	if (!nsegs || segs[0].file || segs[0].len < HEADER_SIZE ||
	    check_add_overflow(nsegs, 2U, &count))
		return -EINVAL;
	if (count > ARRAY_SIZE(few)) {
		all = kmalloc_array(count, sizeof(*all), GFP_KERNEL);
		if (!all)
			return -ENOMEM;
	}
	head = segs[0].data;
	all[0] = (struct ksmbd_seg){ .data = head, .len = KSMBD_SIGNATURE_OFFSET };
	all[1] = (struct ksmbd_seg){ .data = (void *)blank, .len = sizeof(blank) };
	all[2] = (struct ksmbd_seg){ .data = head + HEADER_SIZE, .len = segs[0].len - HEADER_SIZE };
	memcpy(all + 3, segs + 1, (nsegs - 1) * sizeof(*all));
	err = ksmbd_mac_compute(key, NULL, all, count, signature, KSMBD_SIGNATURE_SIZE);
	if (all != few)
		kfree(all);
	return err;
}

int ksmbd_sign_message(const struct ksmbd_mac_key *key, struct ksmbd_seg *segs, u32 nsegs)
{
	u8 signature[KSMBD_SIGNATURE_SIZE];
	int err = compute_signature(key, segs, nsegs, signature);

	if (!err)
		memcpy((u8 *)segs[0].data + KSMBD_SIGNATURE_OFFSET, signature, sizeof(signature));
	return err;
}

int ksmbd_sign_verify(const struct ksmbd_mac_key *key, const u8 *msg, u32 len)
{
	struct ksmbd_seg seg = { .data = (void *)msg, .len = len };
	u8 signature[KSMBD_SIGNATURE_SIZE];
	int err = compute_signature(key, &seg, 1, signature);

	if (err)
		return err;
	if (!ksmbd_crypto_equal(signature, msg + KSMBD_SIGNATURE_OFFSET, sizeof(signature)))
		return -EBADMSG;
	return 0;
}
