/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Create contexts. [MS-SMB2] 2.2.13.2, 2.2.14.2 */
#ifndef KSMBD_WIRE_CREATE_CTX_H
#define KSMBD_WIRE_CREATE_CTX_H

#include "util/status_types.h"
#include "wire/cursor.h"

/**
 * struct ksmbd_create_ctx - what a client's contexts ask for
 * @extended_attributes: ExtA with at least one attribute in it
 * @reconnect: DHnC or DH2C: take up a durable handle
 * @durable: DHnQ; @durable_v2: DH2Q, with @create_guid
 * @snapshot: TWrp
 * @maximal_access, @query_file_id: MxAc, QFid: answers are wanted
 * @allocation: AlSi, valid when @has_allocation
 * Everything else is none of the server's business yet and is skipped.
 */
struct ksmbd_create_ctx {
	bool extended_attributes;
	bool reconnect;
	bool durable;
	bool durable_v2;
	bool snapshot;
	bool maximal_access;
	bool query_file_id;
	bool has_allocation;
	u64 allocation;
	u8 create_guid[16];
};

/**
 * ksmbd_create_ctx_read() - decode the whole chain
 * @rd: window over CreateContextsOffset/Length; may be empty
 * Return: STATUS_SUCCESS or STATUS_INVALID_PARAMETER
 */
ntstatus_t ksmbd_create_ctx_read(struct ksmbd_rd *rd, struct ksmbd_create_ctx *ctx);

/**
 * ksmbd_create_ctx_begin() - start a response context
 * @prev: position of the previous one in @wr, 0 if this is the first; updated
 * @tag: four bytes of name; @data_len: bytes of data the caller writes next
 */
void ksmbd_create_ctx_begin(struct ksmbd_wr *wr, u32 *prev, const char *tag, u32 data_len);

#endif
