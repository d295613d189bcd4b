/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * NDR, the transfer syntax of DCE/RPC (C706 chapter 14, [MS-RPCE] 2.2.4): a bounds-checked
 * reader whose first overrun latches, and a growing, bounded writer whose first failure does.
 */
#ifndef KSMBD_TOOLS_RPC_NDR_H
#define KSMBD_TOOLS_RPC_NDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct ndr_in - reader; alignment counts from the start of @data
 * @big_endian: byte order of the sender
 * @bad: something did not fit; everything read since is zero
 */
struct ndr_in {
	const uint8_t *data;
	size_t len;
	size_t at;
	bool big_endian;
	bool bad;
};

void ndr_in_init(struct ndr_in *in, const void *data, size_t len, bool big_endian);
/** ndr_in_left() - bytes not read yet; 0 when bad */
size_t ndr_in_left(const struct ndr_in *in);
/** ndr_get_align() - skip to a multiple of @size, a power of two */
void ndr_get_align(struct ndr_in *in, size_t size);
uint8_t ndr_get_u8(struct ndr_in *in);
/* These two align first. */
uint16_t ndr_get_u16(struct ndr_in *in);
uint32_t ndr_get_u32(struct ndr_in *in);
/** ndr_get_bytes() - @len bytes where they stand, or NULL when there are not so many */
const uint8_t *ndr_get_bytes(struct ndr_in *in, size_t len);
/** ndr_get_pointer() - a unique or full pointer: is it there? */
bool ndr_get_pointer(struct ndr_in *in);
/**
 * ndr_get_string() - a conformant varying string of UTF-16, NUL included
 * @text, @cap: receives UTF-8; what is longer or malformed gives "", and is no fault
 */
void ndr_get_string(struct ndr_in *in, char *text, size_t cap);

/**
 * struct ndr_out - writer, least significant byte first
 * @limit: never more bytes than this
 * @failed: no memory, or the limit; nothing is written any more
 * @referents: number of pointers so far
 */
struct ndr_out {
	uint8_t *data;
	size_t len;
	size_t room;
	size_t limit;
	bool failed;
	uint32_t referents;
};

void ndr_out_init(struct ndr_out *out, size_t limit);
void ndr_out_release(struct ndr_out *out);
/** ndr_put_align() - zeros up to a multiple of @size */
void ndr_put_align(struct ndr_out *out, size_t size);
void ndr_put_u8(struct ndr_out *out, uint8_t value);
/* These two align first. */
void ndr_put_u16(struct ndr_out *out, uint16_t value);
void ndr_put_u32(struct ndr_out *out, uint32_t value);
void ndr_put_bytes(struct ndr_out *out, const void *data, size_t len);
/** ndr_put_pointer() - a referent id, or 0 for NULL */
void ndr_put_pointer(struct ndr_out *out, bool present);
/** ndr_put_string() - UTF-8 text as a conformant varying UTF-16 string with NUL */
void ndr_put_string(struct ndr_out *out, const char *text);
/** ndr_set_u16() - overwrite what was written at @at */
void ndr_set_u16(struct ndr_out *out, size_t at, uint16_t value);

#endif
