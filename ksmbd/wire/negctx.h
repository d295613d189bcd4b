/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Negotiate contexts of SMB 3.1.1. [MS-SMB2] 2.2.3.1, 2.2.4.1 */
#ifndef KSMBD_WIRE_NEGCTX_H
#define KSMBD_WIRE_NEGCTX_H

#include "util/status_types.h"
#include "wire/cursor.h"

/**
 * struct ksmbd_negctx - what a client's contexts say
 * @sha512: SHA-512 is among the preauthentication hashes
 * @has_*: the context was there
 * @signing_algs: bit n: algorithm n (SMB2_SIGNING_*) is offered; unknown ones left out
 * @ciphers, @nr_ciphers: as offered, in the client's order, cut off at the array's size
 */
struct ksmbd_negctx {
	bool has_preauth;
	bool sha512;
	bool has_encryption;
	bool has_signing;
	u32 signing_algs;
	u16 ciphers[8];
	u32 nr_ciphers;
};

/**
 * ksmbd_negctx_read() - decode a list of contexts
 * @rd: window from the first context on
 * @count: NegotiateContextCount
 *
 * Return: STATUS_SUCCESS, or STATUS_INVALID_PARAMETER (malformed, or a context that
 * must be unique is there twice). Unknown contexts are skipped.
 */
ntstatus_t ksmbd_negctx_read(struct ksmbd_rd *rd, u32 count, struct ksmbd_negctx *ctx);

/** ksmbd_negctx_write_preauth() - SHA-512 with a 32-byte random salt */
void ksmbd_negctx_write_preauth(struct ksmbd_wr *wr, const u8 *salt);
/** ksmbd_negctx_write_u16() - a context whose data is a count of one and one value */
void ksmbd_negctx_write_u16(struct ksmbd_wr *wr, u16 type, u16 value);

#endif
