/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pre-authentication integrity: a running SHA-512 over messages. [MS-SMB2] 3.1.4.4.1 */
#ifndef KSMBD_PROTECT_PREAUTH_H
#define KSMBD_PROTECT_PREAUTH_H

#include <linux/types.h>

#include "util/seg_types.h"

#define KSMBD_PREAUTH_SIZE 64

/**
 * ksmbd_preauth_update() - hash = SHA-512(hash || message)
 * @hash: KSMBD_PREAUTH_SIZE bytes, starts as zeros; unchanged on error
 * @segs: the message from its SMB2 header on, without the transport's length word
 */
int ksmbd_preauth_update(u8 *hash, const struct ksmbd_seg *segs, u32 nsegs);

#endif
