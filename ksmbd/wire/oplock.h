/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The body of break notifications, acknowledgments and their responses. [MS-SMB2] 2.2.23.1 */
#ifndef KSMBD_WIRE_OPLOCK_H
#define KSMBD_WIRE_OPLOCK_H

#include "wire/cursor.h"

#define KSMBD_OPLOCK_BODY_SIZE 24

/** ksmbd_oplock_write() - @level: SMB2_OPLOCK_LEVEL_*, of the handle with these ids */
void ksmbd_oplock_write(struct ksmbd_wr *wr, u8 level, u64 persistent_id, u64 volatile_id);

#endif
