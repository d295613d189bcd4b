/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The SMB2 header. [MS-SMB2] 2.2.1 */
#ifndef KSMBD_WIRE_SMB2_HDR_H
#define KSMBD_WIRE_SMB2_HDR_H

#include "util/status_types.h"
#include "wire/cursor.h"
#include "wire/smb2_hdr_types.h"

/**
 * ksmbd_smb2_hdr_read() - decode the 64 bytes of a request's header
 * @rd: at the header; left right behind it
 * Return: false when it is too short, not SMB2, or its StructureSize is wrong
 */
bool ksmbd_smb2_hdr_read(struct ksmbd_rd *rd, struct ksmbd_smb2_hdr *hdr);

/**
 * ksmbd_smb2_hdr_write() - encode a response's header, signature zero
 * @buf: 64 bytes
 * @hdr: message_id, command, credit_charge, flags, ids as they go out; @hdr->next ignored
 */
void ksmbd_smb2_hdr_write(u8 *buf, const struct ksmbd_smb2_hdr *hdr, ntstatus_t status,
			  u32 credits);

#endif
