// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "wire/asn1.h"
#include "wire/spnego.h"

/* 1.3.6.1.5.5.2 */
static const u8 oid_spnego[] = { 0x2b, 0x06, 0x01, 0x05, 0x05, 0x02 };
/* 1.3.6.1.4.1.311.2.2.10 */
static const u8 oid_ntlmssp[] = { 0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x02, 0x02, 0x0a };

/* [MS-SPNG] 2.2.1: what every server sends. */
static const char hint_name[] = "not_defined_in_RFC4178@please_ignore";

/* A list longer than this is no list of mechanisms. */
#define MECHS_MAX 64

static void decode_mech_types(struct ksmbd_rd *r, struct ksmbd_spnego_token *token)
{
	struct ksmbd_rd list, oid;
	u32 i;

	token->mech_types = r->base;
	token->mech_types_len = r->len;
	ksmbd_asn1_rd_tag(r, ASN1_SEQUENCE, &list);
	for (i = 0; ksmbd_rd_left(&list) && i < MECHS_MAX; i++) {
		ksmbd_asn1_rd_tag(&list, ASN1_OID, &oid);
		if (ksmbd_asn1_rd_is(&oid, oid_ntlmssp, sizeof(oid_ntlmssp))) {
			token->mech_ntlm = true;
			token->mech_ntlm_first |= !i;
		}
	}
	if (!ksmbd_rd_ok(&list) || ksmbd_rd_left(r))
		r->err = true;
}

static void decode_octets(struct ksmbd_rd *r, const u8 **bytes, u32 *len)
{
	struct ksmbd_rd body;

	if (ksmbd_asn1_rd_tag(r, ASN1_OCTET_STRING, &body)) {
		*bytes = body.base;
		*len = body.len;
	}
}

static void decode_state(struct ksmbd_rd *r, struct ksmbd_spnego_token *token)
{
	struct ksmbd_rd body;
	u8 state;

	ksmbd_asn1_rd_tag(r, ASN1_ENUMERATED, &body);
	state = ksmbd_rd_u8(&body);
	if (!ksmbd_rd_ok(&body) || ksmbd_rd_left(&body) || state > KSMBD_SPNEGO_REQUEST_MIC)
		r->err = true;
	else
		token->state = state;
}

static void decode_init_field(u8 tag, struct ksmbd_rd *r, struct ksmbd_spnego_token *token)
{
	switch (tag) {
	case ASN1_CONTEXT(0):
		decode_mech_types(r, token);
		break;
	case ASN1_CONTEXT(2):
		decode_octets(r, &token->token, &token->token_len);
		break;
	case ASN1_CONTEXT(3):
		/* NegTokenInit2 has a SEQUENCE of hints here, and the MIC in [4]. */
		if (ksmbd_rd_left(r) && r->base[0] == ASN1_SEQUENCE)
			break;
		decode_octets(r, &token->mic, &token->mic_len);
		break;
	case ASN1_CONTEXT(4):
		decode_octets(r, &token->mic, &token->mic_len);
		break;
	}
}

static void decode_resp_field(u8 tag, struct ksmbd_rd *r, struct ksmbd_spnego_token *token)
{
	switch (tag) {
	case ASN1_CONTEXT(0):
		decode_state(r, token);
		break;
	case ASN1_CONTEXT(2):
		decode_octets(r, &token->token, &token->token_len);
		break;
	case ASN1_CONTEXT(3):
		decode_octets(r, &token->mic, &token->mic_len);
		break;
	}
}

int ksmbd_spnego_decode(const u8 *data, u32 len, struct ksmbd_spnego_token *token)
{
	struct ksmbd_rd r, outer, choice, fields, field, oid;
	u8 tag;

	memset(token, 0, sizeof(*token));
	token->state = KSMBD_SPNEGO_NO_STATE;
	ksmbd_rd_init(&r, data, len);
	if (!ksmbd_asn1_rd_any(&r, &tag, &outer))
		return -EINVAL;
	if (tag == ASN1_APPLICATION(0)) {
		token->init = true;
		ksmbd_asn1_rd_tag(&outer, ASN1_OID, &oid);
		if (!ksmbd_asn1_rd_is(&oid, oid_spnego, sizeof(oid_spnego)))
			return -EINVAL;
		ksmbd_asn1_rd_tag(&outer, ASN1_CONTEXT(0), &choice);
	} else if (tag == ASN1_CONTEXT(0)) {
		/* Without its GSS frame, as some clients send it. */
		token->init = true;
		choice = outer;
	} else if (tag == ASN1_CONTEXT(1)) {
		choice = outer;
	} else {
		return -EINVAL;
	}
	ksmbd_asn1_rd_tag(&choice, ASN1_SEQUENCE, &fields);
	while (ksmbd_rd_left(&fields) && ksmbd_asn1_rd_any(&fields, &tag, &field)) {
		if (token->init)
			decode_init_field(tag, &field, token);
		else
			decode_resp_field(tag, &field, token);
		if (!ksmbd_rd_ok(&field))
			return -EINVAL;
	}
	return ksmbd_rd_ok(&fields) ? 0 : -EINVAL;
}

/* [@number] EXPLICIT @tag */
static void write_field(struct ksmbd_wr *w, u8 number, u8 tag, const void *bytes, u32 len)
{
	u32 field = ksmbd_asn1_wr_begin(w, ASN1_CONTEXT(number));

	ksmbd_asn1_wr_bytes(w, tag, bytes, len);
	ksmbd_asn1_wr_end(w, field);
}

static void write_hints(struct ksmbd_wr *w)
{
	u32 field = ksmbd_asn1_wr_begin(w, ASN1_CONTEXT(3));
	u32 hints = ksmbd_asn1_wr_begin(w, ASN1_SEQUENCE);

	write_field(w, 0, ASN1_GENERAL_STRING, hint_name, sizeof(hint_name) - 1);
	ksmbd_asn1_wr_end(w, hints);
	ksmbd_asn1_wr_end(w, field);
}

void ksmbd_spnego_wr_hint(struct ksmbd_wr *w)
{
	u32 frame = ksmbd_asn1_wr_begin(w, ASN1_APPLICATION(0));
	u32 choice, fields, field, list;

	ksmbd_asn1_wr_bytes(w, ASN1_OID, oid_spnego, sizeof(oid_spnego));
	choice = ksmbd_asn1_wr_begin(w, ASN1_CONTEXT(0));
	fields = ksmbd_asn1_wr_begin(w, ASN1_SEQUENCE);
	field = ksmbd_asn1_wr_begin(w, ASN1_CONTEXT(0));
	list = ksmbd_asn1_wr_begin(w, ASN1_SEQUENCE);
	ksmbd_asn1_wr_bytes(w, ASN1_OID, oid_ntlmssp, sizeof(oid_ntlmssp));
	ksmbd_asn1_wr_end(w, list);
	ksmbd_asn1_wr_end(w, field);
	write_hints(w);
	ksmbd_asn1_wr_end(w, fields);
	ksmbd_asn1_wr_end(w, choice);
	ksmbd_asn1_wr_end(w, frame);
}

void ksmbd_spnego_wr_resp(struct ksmbd_wr *w, enum ksmbd_spnego_state state, bool with_mech,
			  const u8 *token, u32 token_len, const u8 *mic, u32 mic_len)
{
	u32 choice = ksmbd_asn1_wr_begin(w, ASN1_CONTEXT(1));
	u32 fields = ksmbd_asn1_wr_begin(w, ASN1_SEQUENCE);
	u8 neg_state = (u8)state;

	if (state != KSMBD_SPNEGO_NO_STATE)
		write_field(w, 0, ASN1_ENUMERATED, &neg_state, 1);
	if (with_mech)
		write_field(w, 1, ASN1_OID, oid_ntlmssp, sizeof(oid_ntlmssp));
	if (token)
		write_field(w, 2, ASN1_OCTET_STRING, token, token_len);
	if (mic)
		write_field(w, 3, ASN1_OCTET_STRING, mic, mic_len);
	ksmbd_asn1_wr_end(w, fields);
	ksmbd_asn1_wr_end(w, choice);
}
