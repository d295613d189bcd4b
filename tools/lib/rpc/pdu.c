// SPDX-License-Identifier: GPL-2.0-or-later
#include "tools/lib/rpc/pdu.h"

#define VERSION_MAJOR		 5
#define LITTLE_ENDIAN_ASCII_IEEE 0x10
#define LITTLE_ENDIAN_BIT	 0x10

bool pdu_get_header(const uint8_t *data, struct pdu_header *header)
{
	struct ndr_in in;

	ndr_in_init(&in, data, PDU_HEADER_SIZE, false);
	header->major = ndr_get_u8(&in);
	header->minor = ndr_get_u8(&in);
	header->type = ndr_get_u8(&in);
	header->flags = ndr_get_u8(&in);
	header->big_endian = !(ndr_get_u8(&in) & LITTLE_ENDIAN_BIT);
	ndr_get_bytes(&in, 3); /* floating point format, reserved */
	in.big_endian = header->big_endian;
	header->length = ndr_get_u16(&in);
	header->auth_length = ndr_get_u16(&in);
	header->call_id = ndr_get_u32(&in);
	return header->major == VERSION_MAJOR && header->minor <= 1 &&
	       header->length >= PDU_HEADER_SIZE &&
	       header->auth_length <= header->length - PDU_HEADER_SIZE;
}

size_t pdu_begin(struct ndr_out *out, uint8_t type, uint8_t flags, uint32_t call_id)
{
	size_t begin;

	/* The writer aligns from its own start, so every PDU must begin aligned as well. */
	ndr_put_align(out, PDU_ALIGN);
	begin = out->len;
	ndr_put_u8(out, VERSION_MAJOR);
	ndr_put_u8(out, 0);
	ndr_put_u8(out, type);
	ndr_put_u8(out, flags);
	ndr_put_bytes(out, (const uint8_t[]){ LITTLE_ENDIAN_ASCII_IEEE, 0, 0, 0 }, 4);
	ndr_put_u16(out, 0); /* pdu_end() */
	ndr_put_u16(out, 0); /* no authentication */
	ndr_put_u32(out, call_id);
	return begin;
}

void pdu_end(struct ndr_out *out, size_t begin)
{
	ndr_set_u16(out, begin + PDU_LENGTH_OFFSET, out->len - begin);
}

void pdu_put_fault(struct ndr_out *out, uint8_t flags, uint32_t call_id, uint16_t context,
		   uint32_t status)
{
	size_t begin = pdu_begin(out, PDU_FAULT, PDU_FIRST | PDU_LAST | flags, call_id);

	ndr_put_u32(out, 32); /* allocation hint: this PDU */
	ndr_put_u16(out, context);
	ndr_put_u16(out, 0); /* cancel count, reserved */
	ndr_put_u32(out, status);
	ndr_put_u32(out, 0);
	pdu_end(out, begin);
}

void pdu_put_bind_nak(struct ndr_out *out, uint32_t call_id, uint16_t reason)
{
	size_t begin = pdu_begin(out, PDU_BIND_NAK, PDU_FIRST | PDU_LAST, call_id);

	ndr_put_u16(out, reason);
	ndr_put_u8(out, 1); /* one version: */
	ndr_put_u8(out, VERSION_MAJOR);
	ndr_put_u8(out, 0);
	ndr_put_align(out, 4);
	pdu_end(out, begin);
}

void pdu_put_response(struct ndr_out *out, uint32_t call_id, uint16_t context, const uint8_t *stub,
		      size_t len, size_t max)
{
	/* Fragments but the last carry a multiple of 8 ([MS-RPCE] 3.3.1.5). */
	size_t room = (max - PDU_RESPONSE_HEADER) & ~(size_t)7;
	uint8_t flags = PDU_FIRST;

	do {
		size_t part = len < room ? len : room;
		size_t begin;

		if (part == len)
			flags |= PDU_LAST;
		begin = pdu_begin(out, PDU_RESPONSE, flags, call_id);
		ndr_put_u32(out, len); /* allocation hint: what is left */
		ndr_put_u16(out, context);
		ndr_put_u16(out, 0); /* cancel count, reserved */
		ndr_put_bytes(out, stub, part);
		pdu_end(out, begin);
		stub += part;
		len -= part;
		flags = 0;
	} while (len && !out->failed);
}
