/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPNEGO tokens: RFC 4178 4.2, [MS-SPNG] 2.2. The one mechanism is NTLMSSP. */
#ifndef KSMBD_WIRE_SPNEGO_H
#define KSMBD_WIRE_SPNEGO_H

#include "wire/cursor.h"

/* negState, RFC 4178 4.2.2 */
enum ksmbd_spnego_state {
	KSMBD_SPNEGO_ACCEPT_COMPLETED,
	KSMBD_SPNEGO_ACCEPT_INCOMPLETE,
	KSMBD_SPNEGO_REJECT,
	KSMBD_SPNEGO_REQUEST_MIC,
	KSMBD_SPNEGO_NO_STATE,
};

/**
 * struct ksmbd_spnego_token - a decoded token; pointers go into the decoded bytes
 * @init: NegTokenInit, else NegTokenResp
 * @mech_ntlm: the list of mechanisms has NTLMSSP
 * @mech_ntlm_first: it is the first one, so @token is meant for it
 * @mech_types, @mech_types_len: the list's DER, which mechListMIC covers; NULL: none
 * @token, @token_len: mechToken or responseToken; NULL: none
 * @mic, @mic_len: mechListMIC; NULL: none
 * @state: negState of a NegTokenResp
 */
struct ksmbd_spnego_token {
	bool init;
	bool mech_ntlm;
	bool mech_ntlm_first;
	const u8 *mech_types;
	u32 mech_types_len;
	const u8 *token;
	u32 token_len;
	const u8 *mic;
	u32 mic_len;
	enum ksmbd_spnego_state state;
};

/**
 * ksmbd_spnego_decode() - take a token apart
 * Return: 0, or -EINVAL when it is malformed
 */
int ksmbd_spnego_decode(const u8 *data, u32 len, struct ksmbd_spnego_token *token);

/** ksmbd_spnego_wr_hint() - NegTokenInit2 that offers NTLMSSP ([MS-SPNG] 2.2.1) */
void ksmbd_spnego_wr_hint(struct ksmbd_wr *w);

/**
 * ksmbd_spnego_wr_resp() - NegTokenResp
 * @w: needs the token's and the MIC's length and 64 bytes more
 * @with_mech: name NTLMSSP as the supported mechanism (in the first answer)
 * @token, @mic: left out when NULL
 */
void ksmbd_spnego_wr_resp(struct ksmbd_wr *w, enum ksmbd_spnego_state state, bool with_mech,
			  const u8 *token, u32 token_len, const u8 *mic, u32 mic_len);

#endif
