/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KSMBD_SMB2_NEGOTIATE_H
#define KSMBD_SMB2_NEGOTIATE_H

#include "frame/request_types.h"

/** ksmbd_smb2_init() - choose the ServerGuid of this run */
void ksmbd_smb2_init(void);
/** ksmbd_smb2_server_guid() - 16 bytes, constant while the server runs */
const u8 *ksmbd_smb2_server_guid(void);

/**
 * ksmbd_smb2_negotiate_multi() - NEGOTIATE response to an SMB1 NEGOTIATE
 * @dialect: KSMBD_DIALECT_202, or SMB2_DIALECT_WILDCARD: the client negotiates again
 */
ntstatus_t ksmbd_smb2_negotiate_multi(struct ksmbd_request *req, u16 dialect);

/**
 * ksmbd_smb2_choose_dialect() - the greatest common one
 * @rd: at @count 16-bit dialects
 * Return: wire value, or 0
 */
u16 ksmbd_smb2_choose_dialect(const struct ksmbd_conn *conn, struct ksmbd_rd *rd, u32 count);

/**
 * ksmbd_smb2_hash_dialects() - what a list of dialects is compared by later
 * @rd: at @count 16-bit dialects; stays there
 * @hash: receives 64 bytes
 * Return: false: the list is cut off, or memory is short
 */
bool ksmbd_smb2_hash_dialects(const struct ksmbd_rd *rd, u32 count, u8 *hash);

#endif
