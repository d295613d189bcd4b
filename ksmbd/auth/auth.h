/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One authentication exchange: SPNEGO ([MS-SPNG], RFC 4178) around NTLMSSP ([MS-NLMP]),
 * or NTLMSSP bare. Independent of sessions: bytes in, bytes out, a result.
 */
#ifndef KSMBD_AUTH_AUTH_H
#define KSMBD_AUTH_AUTH_H

#include <linux/types.h>

#include "host/upcall.h"
#include "util/status_types.h"

#define KSMBD_SESSION_KEY_SIZE 16
#define KSMBD_AUTH_MAX_TOKEN   16384 /* larger tokens are refused */

struct ksmbd_auth;

/**
 * struct ksmbd_auth_params - server's side of an exchange; strings outlive it
 * @netbios_name, @workgroup: go into the challenge's target info
 * @allow_anonymous: a NULL login is accepted (result.anonymous)
 * @allow_guest: KSMBD_LOGIN_GUEST answers of the login upcall are accepted
 * @allow_ntlmv1: a response by NTLMv1 is as good as one by NTLMv2
 */
struct ksmbd_auth_params {
	const char *netbios_name;
	const char *workgroup;
	bool allow_anonymous;
	bool allow_guest;
	bool allow_ntlmv1;
};

/**
 * struct ksmbd_auth_result - who it is
 * @login: account; @login.groups is owned by the exchange
 * @guest, @anonymous: then @session_key is all zero and must not sign
 * @session_key: exported session key: a secret
 */
struct ksmbd_auth_result {
	struct ksmbd_login login;
	bool guest;
	bool anonymous;
	u8 session_key[KSMBD_SESSION_KEY_SIZE];
};

/** ksmbd_auth_create() - begin; NULL without memory */
struct ksmbd_auth *ksmbd_auth_create(const struct ksmbd_auth_params *params);
/** ksmbd_auth_free() - end at any state; zeroes secrets; NULL is ignored */
void ksmbd_auth_free(struct ksmbd_auth *auth);

/**
 * ksmbd_auth_step() - take the client's next token
 * @in, @in_len: security buffer from SESSION_SETUP
 * @out: receives a kmalloc'ed reply token, or NULL; the caller frees it
 * @out_len: its length
 *
 * Return: STATUS_MORE_PROCESSING_REQUIRED, STATUS_SUCCESS (the result is ready),
 * STATUS_LOGON_FAILURE, STATUS_INVALID_PARAMETER (malformed), STATUS_ACCESS_DENIED
 * (policy), STATUS_NO_MEMORY. After anything but MORE_PROCESSING the exchange has ended.
 */
ntstatus_t ksmbd_auth_step(struct ksmbd_auth *auth, const u8 *in, u32 in_len, u8 **out,
			   u32 *out_len);

/** ksmbd_auth_result() - valid after STATUS_SUCCESS and until ksmbd_auth_free() */
const struct ksmbd_auth_result *ksmbd_auth_result(const struct ksmbd_auth *auth);

/**
 * ksmbd_auth_hint() - NegTokenInit2 for the NEGOTIATE response ([MS-SPNG] 2.2.1)
 * @buf: receives the token; 128 bytes always suffice
 * Return: its length, or 0 when @cap is too small
 */
u32 ksmbd_auth_hint(u8 *buf, u32 cap);

#endif
