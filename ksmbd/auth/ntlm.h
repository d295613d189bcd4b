/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The server's side of one NTLM exchange: NEGOTIATE in, CHALLENGE out, AUTHENTICATE in.
 * NTLMv2, and NTLMv1 where the configuration wants it; LM responses are never looked at.
 * [MS-NLMP] 3.2
 */
#ifndef KSMBD_AUTH_NTLM_H
#define KSMBD_AUTH_NTLM_H

#include "auth/auth.h"
#include "wire/ntlmssp.h"

/**
 * struct ksmbd_ntlm - owner: struct ksmbd_auth; begins as zeros; one user at a time
 * @flags: what both sides want
 * @negotiate, @challenge: messages so far, for the MIC; kmalloc'ed, owned
 * @result: valid after ksmbd_ntlm_finish(); owns result.login.groups
 * @can_sign: the client's password is known, so @result.session_key is worth something
 */
struct ksmbd_ntlm {
	u32 flags;
	u8 server_challenge[KSMBD_NTLM_CHALLENGE_SIZE];
	struct ksmbd_ntlm_field negotiate;
	struct ksmbd_ntlm_field challenge;
	struct ksmbd_auth_result result;
	bool can_sign;
};

/**
 * ksmbd_ntlm_begin() - take NEGOTIATE, make @ntlm->challenge
 * Return: STATUS_MORE_PROCESSING_REQUIRED, or why the exchange has ended
 */
ntstatus_t ksmbd_ntlm_begin(struct ksmbd_ntlm *ntlm, const struct ksmbd_auth_params *params,
			    const u8 *msg, u32 len);

/**
 * ksmbd_ntlm_finish() - take AUTHENTICATE, fill @ntlm->result
 * Return: STATUS_SUCCESS, or why the exchange has failed
 */
ntstatus_t ksmbd_ntlm_finish(struct ksmbd_ntlm *ntlm, const struct ksmbd_auth_params *params,
			     const u8 *msg, u32 len);

/** ksmbd_ntlm_clear() - free what @ntlm owns and zero it */
void ksmbd_ntlm_clear(struct ksmbd_ntlm *ntlm);

#endif
