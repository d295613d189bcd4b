/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NTLM's computations, free of state. [MS-NLMP] 3.3, 3.4 */
#ifndef KSMBD_AUTH_NTLM_CRYPT_H
#define KSMBD_AUTH_NTLM_CRYPT_H

#include "wire/ntlmssp.h"

#define KSMBD_NTLM_KEY_SIZE	  16
#define KSMBD_NTLM_SIGNATURE_SIZE 16
#define KSMBD_NTLM_V1_SIZE	  24 /* an NTLMv1 response */

/* All return 0 or a negative errno of the crypto port. Results are secrets. */

/**
 * ksmbd_ntlm_ntowf() - NTOWFv2: the key that stands for a user in a domain
 * @nt_hash: MD4 of the password
 * @user: UTF-16LE as the client sent it; taken in upper case
 * @domain: UTF-16LE exactly as the client sent it
 */
int ksmbd_ntlm_ntowf(const u8 *nt_hash, const struct ksmbd_ntlm_field *user,
		     const struct ksmbd_ntlm_field *domain, u8 *ntowf);

/**
 * ksmbd_ntlm_proof() - what a client that knows the key answers
 * @proof: receives NTProofStr
 * @base_key: receives SessionBaseKey
 */
int ksmbd_ntlm_proof(const u8 *ntowf, const u8 *server_challenge,
		     const struct ksmbd_ntlm_field *blob, u8 *proof, u8 *base_key);

/**
 * ksmbd_ntlm_v1() - what a client answers by NTLMv1, and the key of the exchange then
 * @client_challenge: 8 bytes: as with extended session security; NULL: without
 * @response: receives KSMBD_NTLM_V1_SIZE bytes
 * @key: receives KeyExchangeKey
 */
int ksmbd_ntlm_v1(const u8 *nt_hash, const u8 *server_challenge, const u8 *client_challenge,
		  u8 *response, u8 *key);

/**
 * ksmbd_ntlm_mic() - the code over all three messages, AUTHENTICATE's own MIC as zeros
 * @authenticate: holds at least KSMBD_NTLM_MIC_OFFSET + KSMBD_NTLM_MIC_SIZE bytes
 */
int ksmbd_ntlm_mic(const u8 *session_key, const struct ksmbd_ntlm_field *negotiate,
		   const struct ksmbd_ntlm_field *challenge,
		   const struct ksmbd_ntlm_field *authenticate, u8 *mic);

/**
 * ksmbd_ntlm_v1_signature() - GSS_GetMIC without extended session security, 3.4.4.1
 * @sequence: 0 the client's, 1 the server's: both directions share the key, its RC4 state and the
 *	numbers
 *
 * What a peer puts into its random pad, KSMBD_NTLM_V1_PAD bytes behind the version, means nothing.
 */
int ksmbd_ntlm_v1_signature(const u8 *session_key, u32 sequence, const u8 *msg, u32 len,
			    u8 *signature);
#define KSMBD_NTLM_V1_PAD 4

/**
 * ksmbd_ntlm_signature() - GSS_GetMIC with extended session security, 3.4.4.2
 * @flags: negotiated: key strength and key exchange
 * @from_client: which direction's keys
 * The sequence number is 0, and the RC4 state a fresh one ([MS-SPNG] 3.3.5.1).
 */
int ksmbd_ntlm_signature(const u8 *session_key, u32 flags, bool from_client, const u8 *msg, u32 len,
			 u8 *signature);

#endif
