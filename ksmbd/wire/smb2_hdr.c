// SPDX-License-Identifier: GPL-2.0-or-later
#include "wire/smb2_format.h"
#include "wire/smb2_hdr.h"

bool ksmbd_smb2_hdr_read(struct ksmbd_rd *rd, struct ksmbd_smb2_hdr *hdr)
{
	u32 magic = ksmbd_rd_u32(rd);
	u16 size = ksmbd_rd_u16(rd);

	hdr->credit_charge = ksmbd_rd_u16(rd);
	hdr->channel_sequence = ksmbd_rd_u16(rd); /* a response has its Status here */
	ksmbd_rd_skip(rd, 2);
	hdr->command = ksmbd_rd_u16(rd);
	hdr->credit_request = ksmbd_rd_u16(rd);
	hdr->flags = ksmbd_rd_u32(rd);
	hdr->next = ksmbd_rd_u32(rd);
	hdr->message_id = ksmbd_rd_u64(rd);
	hdr->async_id = 0;
	hdr->tree_id = 0;
	if (hdr->flags & SMB2_FLAGS_ASYNC_COMMAND) {
		hdr->async_id = ksmbd_rd_u64(rd);
	} else {
		ksmbd_rd_skip(rd, 4);
		hdr->tree_id = ksmbd_rd_u32(rd);
	}
	hdr->session_id = ksmbd_rd_u64(rd);
	ksmbd_rd_skip(rd, 16); /* Signature */
	return ksmbd_rd_ok(rd) && magic == SMB2_PROTO_ID && size == SMB2_HEADER_SIZE;
}

void ksmbd_smb2_hdr_write(u8 *buf, const struct ksmbd_smb2_hdr *hdr, ntstatus_t status, u32 credits)
{
	struct ksmbd_wr w;

	ksmbd_wr_init(&w, buf, SMB2_HEADER_SIZE);
	ksmbd_wr_u32(&w, SMB2_PROTO_ID);
	ksmbd_wr_u16(&w, SMB2_HEADER_SIZE);
	ksmbd_wr_u16(&w, hdr->credit_charge);
	ksmbd_wr_u32(&w, ksmbd_status_u32(status));
	ksmbd_wr_u16(&w, hdr->command);
	ksmbd_wr_u16(&w, credits);
	ksmbd_wr_u32(&w, hdr->flags);
	ksmbd_wr_u32(&w, 0);
	ksmbd_wr_u64(&w, hdr->message_id);
	if (hdr->flags & SMB2_FLAGS_ASYNC_COMMAND) {
		ksmbd_wr_u64(&w, hdr->async_id);
	} else {
		ksmbd_wr_u32(&w, 0);
		ksmbd_wr_u32(&w, hdr->tree_id);
	}
	ksmbd_wr_u64(&w, hdr->session_id);
	ksmbd_wr_zero(&w, 16);
}
