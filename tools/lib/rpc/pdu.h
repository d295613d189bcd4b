/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Protocol data units: constants and headers (C706 section 12.6, [MS-RPCE] 2.2.2). */
#ifndef KSMBD_TOOLS_RPC_PDU_H
#define KSMBD_TOOLS_RPC_PDU_H

#include "tools/lib/rpc/ndr.h"

#define PDU_HEADER_SIZE	    16
#define PDU_LENGTH_OFFSET   8	 /* of frag_length in the header */
#define PDU_RESPONSE_HEADER 24	 /* with the response's own fields */
#define PDU_ALIGN	    8	 /* where PDUs begin in a struct ndr_out; between them is filling */
#define PDU_MIN_FRAGMENT    1432 /* what every peer must be able to receive */

enum pdu_type {
	PDU_REQUEST = 0,
	PDU_RESPONSE = 2,
	PDU_FAULT = 3,
	PDU_BIND = 11,
	PDU_BIND_ACK = 12,
	PDU_BIND_NAK = 13,
	PDU_ALTER_CONTEXT = 14,
	PDU_ALTER_CONTEXT_RESP = 15,
	PDU_AUTH3 = 16,
	PDU_CO_CANCEL = 18,
	PDU_ORPHANED = 19,
};

#define PDU_FIRST	    0x01
#define PDU_LAST	    0x02
#define PDU_DID_NOT_EXECUTE 0x20
#define PDU_OBJECT	    0x80

/* Results of a presentation context */
#define CONTEXT_ACCEPTED    0
#define CONTEXT_REFUSED	    2
#define CONTEXT_NEGOTIATED  3 /* bind-time features, [MS-RPCE] 2.2.2.14 */
#define REASON_NO_INTERFACE 1
#define REASON_NO_SYNTAX    2
#define REASON_LIMIT	    3

/* Reasons of a bind_nak */
#define NAK_LIMIT	   2
#define NAK_AUTHENTICATION 8

/**
 * struct pdu_header - the common header; @length counts the whole fragment
 */
struct pdu_header {
	uint8_t major;
	uint8_t minor;
	uint8_t type;
	uint8_t flags;
	bool big_endian;
	uint16_t length;
	uint16_t auth_length;
	uint32_t call_id;
};

/**
 * pdu_get_header() - PDU_HEADER_SIZE bytes to a header
 * Return: false when this is no version 5 connection-oriented PDU of a possible size
 */
bool pdu_get_header(const uint8_t *data, struct pdu_header *header);
/** pdu_begin() - a header whose length pdu_end() fills in. Return: its place */
size_t pdu_begin(struct ndr_out *out, uint8_t type, uint8_t flags, uint32_t call_id);
void pdu_end(struct ndr_out *out, size_t begin);
/** pdu_put_fault() - a whole fault PDU */
void pdu_put_fault(struct ndr_out *out, uint8_t flags, uint32_t call_id, uint16_t context,
		   uint32_t status);
/** pdu_put_bind_nak() - a whole bind_nak PDU */
void pdu_put_bind_nak(struct ndr_out *out, uint32_t call_id, uint16_t reason);
/** pdu_put_response() - a call's reply in as many fragments of at most @max bytes as it takes */
void pdu_put_response(struct ndr_out *out, uint32_t call_id, uint16_t context, const uint8_t *stub,
		      size_t len, size_t max);

#endif
