// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/string.h>

#include "wire/cursor.h"
#include "wire/smb2_format.h"
#include "wire/transform.h"

bool ksmbd_transform_read(const u8 *msg, u32 len, struct ksmbd_transform *transform)
{
	struct ksmbd_rd rd;

	ksmbd_rd_init(&rd, msg, len);
	ksmbd_rd_skip(&rd, SMB2_TRANSFORM_AAD_OFFSET);
	transform->nonce = ksmbd_rd_bytes(&rd, SMB2_TRANSFORM_NONCE_SIZE);
	transform->size = ksmbd_rd_u32(&rd);
	ksmbd_rd_skip(&rd, 2);
	transform->flags = ksmbd_rd_u16(&rd);
	transform->session_id = ksmbd_rd_u64(&rd);
	return ksmbd_rd_ok(&rd) && transform->size == ksmbd_rd_left(&rd) &&
	       transform->flags == SMB2_TRANSFORM_ENCRYPTED;
}

void ksmbd_transform_write(u8 *out, const struct ksmbd_transform *transform)
{
	struct ksmbd_wr wr;

	ksmbd_wr_init(&wr, out, SMB2_TRANSFORM_SIZE);
	ksmbd_wr_u32(&wr, SMB2_TRANSFORM_ID);
	ksmbd_wr_zero(&wr, SMB2_TRANSFORM_AAD_OFFSET - SMB2_TRANSFORM_TAG_OFFSET);
	ksmbd_wr_bytes(&wr, transform->nonce, SMB2_TRANSFORM_NONCE_SIZE);
	ksmbd_wr_u32(&wr, transform->size);
	ksmbd_wr_u16(&wr, 0);
	ksmbd_wr_u16(&wr, transform->flags);
	ksmbd_wr_u64(&wr, transform->session_id);
}
