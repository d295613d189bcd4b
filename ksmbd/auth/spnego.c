// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The exchange: picks NTLMSSP out of SPNEGO, or takes it bare, and guards the list of
 * mechanisms. States:
 *
 *	START -> CHOSEN        the client's first choice is another mechanism: ours is named
 *	START, CHOSEN -> CHALLENGED    NEGOTIATE was answered with CHALLENGE
 *	CHALLENGED -> DONE     AUTHENTICATE was right
 *	any -> FAILED
 */
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "auth/auth.h"
#include "auth/ntlm.h"
#include "auth/ntlm_crypt.h"
#include "host/crypto.h"
#include "wire/spnego.h"

/* Windows offers four mechanisms in 48 bytes. */
#define MECH_TYPES_MAX 256
/* Room for what a NegTokenResp puts round its token and MIC. */
#define RESP_OVERHEAD 64

enum auth_state {
	AUTH_START,
	AUTH_CHOSEN,
	AUTH_CHALLENGED,
	AUTH_DONE,
	AUTH_FAILED
};

/**
 * struct ksmbd_auth - owner: the session being set up, which serialises the steps
 * @wrapped: the client speaks SPNEGO
 * @mech_named: our mechanism was named in an answer
 * @mech_types: the client's list, for mechListMIC; kmalloc'ed or NULL
 */
struct ksmbd_auth {
	struct ksmbd_auth_params params;
	enum auth_state state;
	bool wrapped;
	bool mech_named;
	u8 *mech_types;
	u32 mech_types_len;
	struct ksmbd_ntlm ntlm;
};

struct ksmbd_auth *ksmbd_auth_create(const struct ksmbd_auth_params *params)
{
	struct ksmbd_auth *auth = kzalloc(sizeof(*auth), GFP_KERNEL);

	if (auth)
		auth->params = *params;
	return auth;
}

void ksmbd_auth_free(struct ksmbd_auth *auth)
{
	if (!auth)
		return;
	ksmbd_ntlm_clear(&auth->ntlm);
	kfree(auth->mech_types);
	kfree(auth);
}

const struct ksmbd_auth_result *ksmbd_auth_result(const struct ksmbd_auth *auth)
{
	return auth->state == AUTH_DONE ? &auth->ntlm.result : NULL;
}

u32 ksmbd_auth_hint(u8 *buf, u32 cap)
{
	struct ksmbd_wr w;

	ksmbd_wr_init(&w, buf, cap);
	ksmbd_spnego_wr_hint(&w);
	return ksmbd_wr_ok(&w) ? w.len : 0;
}

/* One answer to the client. */
struct reply {
	u8 **out;
	u32 *out_len;
};

/* Sends @token, in SPNEGO if that is what the client speaks. */
static ntstatus_t send_token(struct ksmbd_auth *auth, struct reply *reply,
			     enum ksmbd_spnego_state state, const u8 *token, u32 token_len,
			     const u8 *mic, ntstatus_t status)
{
	u32 mic_len = mic ? KSMBD_NTLM_SIGNATURE_SIZE : 0;
	struct ksmbd_wr w;
	u8 *buf;

	if (!auth->wrapped && !token)
		return status;
	buf = kmalloc(token_len + mic_len + RESP_OVERHEAD, GFP_KERNEL);
	if (!buf)
		return STATUS_NO_MEMORY;
	ksmbd_wr_init(&w, buf, token_len + mic_len + RESP_OVERHEAD);
	if (auth->wrapped) {
		ksmbd_spnego_wr_resp(&w, state, !auth->mech_named, token, token_len, mic, mic_len);
		auth->mech_named = true;
	} else {
		ksmbd_wr_bytes(&w, token, token_len);
	}
	if (!ksmbd_wr_ok(&w)) {
		kfree(buf);
		return STATUS_INVALID_PARAMETER;
	}
	*reply->out = buf;
	*reply->out_len = w.len;
	return status;
}

static ntstatus_t keep_mech_types(struct ksmbd_auth *auth, const struct ksmbd_spnego_token *token)
{
	if (!token->mech_types || auth->mech_types)
		return STATUS_SUCCESS;
	if (token->mech_types_len > MECH_TYPES_MAX)
		return STATUS_INVALID_PARAMETER;
	auth->mech_types = kmemdup(token->mech_types, token->mech_types_len, GFP_KERNEL);
	if (!auth->mech_types)
		return STATUS_NO_MEMORY;
	auth->mech_types_len = token->mech_types_len;
	return STATUS_SUCCESS;
}

static ntstatus_t step_negotiate(struct ksmbd_auth *auth, const struct ksmbd_spnego_token *token,
				 struct reply *reply)
{
	struct ksmbd_ntlm *ntlm = &auth->ntlm;
	ntstatus_t status;

	status = ksmbd_ntlm_begin(ntlm, &auth->params, token->token, token->token_len);
	if (status != STATUS_MORE_PROCESSING_REQUIRED)
		return status;
	auth->state = AUTH_CHALLENGED;
	return send_token(auth, reply, KSMBD_SPNEGO_ACCEPT_INCOMPLETE, ntlm->challenge.data,
			  ntlm->challenge.len, NULL, STATUS_MORE_PROCESSING_REQUIRED);
}

static ntstatus_t step_start(struct ksmbd_auth *auth, const struct ksmbd_spnego_token *token,
			     struct reply *reply)
{
	enum ksmbd_spnego_state state;
	ntstatus_t status;

	if (!auth->wrapped)
		return step_negotiate(auth, token, reply);
	if (!token->init)
		return STATUS_INVALID_PARAMETER;
	if (!token->mech_ntlm)
		return STATUS_LOGON_FAILURE;
	status = keep_mech_types(auth, token);
	if (status != STATUS_SUCCESS)
		return status;
	/* Some clients guess right although they list something else first. */
	if (token->token_len &&
	    (token->mech_ntlm_first || ksmbd_ntlm_type(token->token, token->token_len)))
		return step_negotiate(auth, token, reply);
	/* RFC 4178 4.2.2: the list must be protected if its first entry was not taken. */
	state = token->mech_ntlm_first ? KSMBD_SPNEGO_ACCEPT_INCOMPLETE : KSMBD_SPNEGO_REQUEST_MIC;
	auth->state = AUTH_CHOSEN;
	return send_token(auth, reply, state, NULL, 0, NULL, STATUS_MORE_PROCESSING_REQUIRED);
}

static int sign_mech_types(const struct ksmbd_auth *auth, bool from_client, u8 *mic)
{
	const struct ksmbd_ntlm *ntlm = &auth->ntlm;

	if (ntlm->flags & NTLMSSP_NEGOTIATE_EXTENDED_SESSIONSECURITY)
		return ksmbd_ntlm_signature(ntlm->result.session_key, ntlm->flags, from_client,
					    auth->mech_types, auth->mech_types_len, mic);
	return ksmbd_ntlm_v1_signature(ntlm->result.session_key, from_client ? 0 : 1,
				       auth->mech_types, auth->mech_types_len, mic);
}

/* Is the client's mechListMIC right? Gives ours. */
static ntstatus_t exchange_mics(struct ksmbd_auth *auth, const struct ksmbd_spnego_token *token,
				u8 *mic)
{
	u8 expected[KSMBD_NTLM_SIGNATURE_SIZE], given[KSMBD_NTLM_SIGNATURE_SIZE];

	if (token->mic_len != sizeof(given))
		return STATUS_LOGON_FAILURE;
	if (sign_mech_types(auth, true, expected) || sign_mech_types(auth, false, mic))
		return STATUS_NO_MEMORY;
	memcpy(given, token->mic, sizeof(given));
	if (!(auth->ntlm.flags & NTLMSSP_NEGOTIATE_EXTENDED_SESSIONSECURITY))
		memset(given + 4, 0, KSMBD_NTLM_V1_PAD);
	return ksmbd_crypto_equal(expected, given, sizeof(expected)) ? STATUS_SUCCESS :
								       STATUS_LOGON_FAILURE;
}

static ntstatus_t step_authenticate(struct ksmbd_auth *auth, const struct ksmbd_spnego_token *token,
				    struct reply *reply)
{
	u8 mic[KSMBD_NTLM_SIGNATURE_SIZE];
	bool with_mic;
	ntstatus_t status;

	status = ksmbd_ntlm_finish(&auth->ntlm, &auth->params, token->token, token->token_len);
	if (status != STATUS_SUCCESS)
		return status;
	/* Without a common key (guest, anonymous) there is nothing to verify. */
	with_mic = token->mic && auth->mech_types && auth->ntlm.can_sign;
	if (with_mic)
		status = exchange_mics(auth, token, mic);
	if (status != STATUS_SUCCESS)
		return status;
	auth->state = AUTH_DONE;
	return send_token(auth, reply, KSMBD_SPNEGO_ACCEPT_COMPLETED, NULL, 0,
			  with_mic ? mic : NULL, STATUS_SUCCESS);
}

static ntstatus_t step_any(struct ksmbd_auth *auth, const struct ksmbd_spnego_token *token,
			   struct reply *reply)
{
	switch (auth->state) {
	case AUTH_START:
		return step_start(auth, token, reply);
	case AUTH_CHOSEN:
		return step_negotiate(auth, token, reply);
	case AUTH_CHALLENGED:
		return step_authenticate(auth, token, reply);
	default:
		return STATUS_INVALID_PARAMETER;
	}
}

ntstatus_t ksmbd_auth_step(struct ksmbd_auth *auth, const u8 *in, u32 in_len, u8 **out,
			   u32 *out_len)
{
	struct ksmbd_spnego_token token = { .token = in, .token_len = in_len };
	struct reply reply = { out, out_len };
	ntstatus_t status = STATUS_INVALID_PARAMETER;
	bool bare = in_len && ksmbd_ntlm_type(in, in_len);

	*out = NULL;
	*out_len = 0;
	if (auth->state == AUTH_DONE || auth->state == AUTH_FAILED)
		return status;
	auth->wrapped = !bare;
	if (in_len && in_len <= KSMBD_AUTH_MAX_TOKEN &&
	    (bare || !ksmbd_spnego_decode(in, in_len, &token)))
		status = step_any(auth, &token, &reply);
	if (status == STATUS_MORE_PROCESSING_REQUIRED || status == STATUS_SUCCESS)
		return status;
	auth->state = AUTH_FAILED;
	ksmbd_ntlm_clear(&auth->ntlm);
	return status;
}
