/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signatures of SMB2 messages. [MS-SMB2] 3.1.4.1, 3.1.5.1 */
#ifndef KSMBD_PROTECT_SIGN_H
#define KSMBD_PROTECT_SIGN_H

#include <linux/types.h>

#include "host/crypto.h"
#include "util/seg_types.h"

#define KSMBD_SIGNATURE_SIZE   16
#define KSMBD_SIGNATURE_OFFSET 48 /* in the SMB2 header */

/**
 * ksmbd_sign_message() - put the signature into a message's header
 * @key: HMAC-SHA256, AES-CMAC or AES-GMAC key
 * @segs: one message (a compound's element with its padding); the first segment holds
 *        at least the 64-byte header. All memory.
 */
int ksmbd_sign_message(const struct ksmbd_mac_key *key, struct ksmbd_seg *segs, u32 nsegs);

/**
 * ksmbd_sign_verify() - check a received element
 * @msg: the element from its header to its end, padding included; not modified
 * Return: 0, -EBADMSG on a wrong signature, or an error of the crypto port
 */
int ksmbd_sign_verify(const struct ksmbd_mac_key *key, const u8 *msg, u32 len);

#endif
