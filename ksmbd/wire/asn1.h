/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The part of DER that SPNEGO needs: one-byte tags, definite lengths (X.690 8.1).
 * Nothing here recurses: a decoder opens a window per level it knows.
 */
#ifndef KSMBD_WIRE_ASN1_H
#define KSMBD_WIRE_ASN1_H

#include "wire/cursor.h"

#define ASN1_OCTET_STRING   0x04
#define ASN1_OID	    0x06
#define ASN1_ENUMERATED	    0x0a
#define ASN1_GENERAL_STRING 0x1b
#define ASN1_SEQUENCE	    0x30
#define ASN1_APPLICATION(n) (0x60 | (n)) /* constructed */
#define ASN1_CONTEXT(n)	    (0xa0 | (n)) /* constructed, explicit */

/**
 * ksmbd_asn1_rd_any() - take the next element
 * @tag: receives its tag, 0 on failure
 * @body: receives a window over its contents
 *
 * Long tags, indefinite lengths, lengths of more than four bytes and contents that
 * reach out of @r's window latch @r and @body.
 * Return: false when latched.
 */
bool ksmbd_asn1_rd_any(struct ksmbd_rd *r, u8 *tag, struct ksmbd_rd *body);

/** ksmbd_asn1_rd_tag() - as ksmbd_asn1_rd_any(); another tag than @tag latches too */
bool ksmbd_asn1_rd_tag(struct ksmbd_rd *r, u8 tag, struct ksmbd_rd *body);

/** ksmbd_asn1_rd_is() - does @r hold exactly these bytes? */
bool ksmbd_asn1_rd_is(const struct ksmbd_rd *r, const u8 *bytes, u32 len);

/**
 * ksmbd_asn1_wr_begin() - open an element; its contents are written next
 * Return: what ksmbd_asn1_wr_end() wants
 */
u32 ksmbd_asn1_wr_begin(struct ksmbd_wr *w, u8 tag);
/** ksmbd_asn1_wr_end() - close it: puts the length in, moving the contents if need be */
void ksmbd_asn1_wr_end(struct ksmbd_wr *w, u32 begin);
/** ksmbd_asn1_wr_bytes() - a primitive element */
void ksmbd_asn1_wr_bytes(struct ksmbd_wr *w, u8 tag, const void *bytes, u32 len);

#endif
