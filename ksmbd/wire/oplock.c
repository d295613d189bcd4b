// SPDX-License-Identifier: GPL-2.0-or-later
#include "wire/oplock.h"

void ksmbd_oplock_write(struct ksmbd_wr *wr, u8 level, u64 persistent_id, u64 volatile_id)
{
	ksmbd_wr_u16(wr, KSMBD_OPLOCK_BODY_SIZE);
	ksmbd_wr_u8(wr, level);
	ksmbd_wr_zero(wr, 5);
	ksmbd_wr_u64(wr, persistent_id);
	ksmbd_wr_u64(wr, volatile_id);
}
