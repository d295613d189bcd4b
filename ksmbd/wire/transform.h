/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The header in front of a sealed message. [MS-SMB2] 2.2.41 */
#ifndef KSMBD_WIRE_TRANSFORM_H
#define KSMBD_WIRE_TRANSFORM_H

#include <linux/types.h>

#define SMB2_TRANSFORM_SIZE	  52
#define SMB2_TRANSFORM_TAG_OFFSET 4  /* Signature: the cipher's tag */
#define SMB2_TRANSFORM_AAD_OFFSET 20 /* from the nonce to the end: authenticated, not encrypted */
#define SMB2_TRANSFORM_AAD_SIZE	  (SMB2_TRANSFORM_SIZE - SMB2_TRANSFORM_AAD_OFFSET)
#define SMB2_TRANSFORM_NONCE_SIZE 16 /* of which a cipher uses the first 11 or 12 bytes */
#define SMB2_TRANSFORM_ENCRYPTED  0x0001

/**
 * struct ksmbd_transform - the header's fields
 * @nonce: points into the header
 * @size: of the message once it is opened
 * @flags: SMB2_TRANSFORM_ENCRYPTED from 3.1.1 on; before, the same bytes name the algorithm
 */
struct ksmbd_transform {
	const u8 *nonce;
	u32 size;
	u16 flags;
	u64 session_id;
};

/**
 * ksmbd_transform_read() - decode
 * @msg: a message, @len bytes, that begins with SMB2_TRANSFORM_ID
 * Return: false: too short, @size is not what follows the header, or flags that are not defined
 */
bool ksmbd_transform_read(const u8 *msg, u32 len, struct ksmbd_transform *transform);

/** ksmbd_transform_write() - encode into SMB2_TRANSFORM_SIZE bytes, the tag left zero */
void ksmbd_transform_write(u8 *out, const struct ksmbd_transform *transform);

#endif
