// SPDX-License-Identifier: GPL-2.0-or-later
#include <asm/unaligned.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "protect/sign.h"
#include "wire/smb2_format.h"

#define HEADER_SIZE 64
#define SEGS_INLINE 8

/*
 * The signature covers the message as if its signature field held zeros: the first
 * segment is taken as two parts with zeros between them, so no byte of it changes.
 */
static const u8 blank[KSMBD_SIGNATURE_SIZE];

#define NONCE_SIZE   12
#define NONCE_SERVER BIT(0)
#define NONCE_CANCEL BIT(1)

/*
 * What makes AES-GMAC's nonce unique for a key: the message id and the direction, and a CANCEL
 * has the id of what it cancels. [MS-SMB2] 3.1.4.1. The other algorithms have no nonce.
 */
static void make_nonce(const u8 *header, u8 *nonce)
{
	u32 flags = 0;

	if (get_unaligned_le32(header + SMB2_HEADER_FLAGS_OFFSET) & SMB2_FLAGS_SERVER_TO_REDIR)
		flags |= NONCE_SERVER;
	if (get_unaligned_le16(header + SMB2_HEADER_COMMAND_OFFSET) == SMB2_CANCEL)
		flags |= NONCE_CANCEL;
	memcpy(nonce, header + SMB2_HEADER_MESSAGE_ID_OFFSET, sizeof(u64));
	put_unaligned_le32(flags, nonce + sizeof(u64));
}

static int compute_signature(const struct ksmbd_mac_key *key, const struct ksmbd_seg *segs,
			     u32 nsegs, u8 *signature)
{
	struct ksmbd_seg few[SEGS_INLINE];
	struct ksmbd_seg *all = few;
	u8 nonce[NONCE_SIZE];
	u32 count;
	u8 *head;
	int err;

	if (!nsegs || segs[0].file || segs[0].len < HEADER_SIZE ||
	    check_add_overflow(nsegs, 2U, &count))
		return -EINVAL;
	if (count > ARRAY_SIZE(few)) {
		all = kvmalloc_array(count, sizeof(*all), GFP_KERNEL);
		if (!all)
			return -ENOMEM;
	}
	head = segs[0].data;
	make_nonce(head, nonce);
	all[0] = (struct ksmbd_seg){ .data = head, .len = KSMBD_SIGNATURE_OFFSET };
	all[1] = (struct ksmbd_seg){ .data = (void *)blank, .len = sizeof(blank) };
	all[2] = (struct ksmbd_seg){ .data = head + HEADER_SIZE, .len = segs[0].len - HEADER_SIZE };
	memcpy(all + 3, segs + 1, (nsegs - 1) * sizeof(*all));
	err = ksmbd_mac_compute(key, nonce, all, count, signature, KSMBD_SIGNATURE_SIZE);
	if (all != few)
		kvfree(all);
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
