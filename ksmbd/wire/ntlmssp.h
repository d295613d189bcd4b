/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NTLMSSP messages as bytes. [MS-NLMP] 2.2 */
#ifndef KSMBD_WIRE_NTLMSSP_H
#define KSMBD_WIRE_NTLMSSP_H

#include "wire/cursor.h"

#define NTLMSSP_NEGOTIATE_MESSAGE    1
#define NTLMSSP_CHALLENGE_MESSAGE    2
#define NTLMSSP_AUTHENTICATE_MESSAGE 3

/* NegotiateFlags, 2.2.2.5 */
#define NTLMSSP_NEGOTIATE_UNICODE		   0x00000001
#define NTLMSSP_NEGOTIATE_OEM			   0x00000002
#define NTLMSSP_REQUEST_TARGET			   0x00000004
#define NTLMSSP_NEGOTIATE_SIGN			   0x00000010
#define NTLMSSP_NEGOTIATE_SEAL			   0x00000020
#define NTLMSSP_NEGOTIATE_NTLM			   0x00000200
#define NTLMSSP_ANONYMOUS			   0x00000800
#define NTLMSSP_NEGOTIATE_ALWAYS_SIGN		   0x00008000
#define NTLMSSP_TARGET_TYPE_SERVER		   0x00020000
#define NTLMSSP_NEGOTIATE_EXTENDED_SESSIONSECURITY 0x00080000
#define NTLMSSP_NEGOTIATE_TARGET_INFO		   0x00800000
#define NTLMSSP_NEGOTIATE_VERSION		   0x02000000
#define NTLMSSP_NEGOTIATE_128			   0x20000000
#define NTLMSSP_NEGOTIATE_KEY_EXCH		   0x40000000
#define NTLMSSP_NEGOTIATE_56			   0x80000000

/* AvId, 2.2.2.1 */
enum ksmbd_ntlm_av {
	MSV_AV_EOL,
	MSV_AV_NB_COMPUTER_NAME,
	MSV_AV_NB_DOMAIN_NAME,
	MSV_AV_DNS_COMPUTER_NAME,
	MSV_AV_DNS_DOMAIN_NAME,
	MSV_AV_DNS_TREE_NAME,
	MSV_AV_FLAGS,
	MSV_AV_TIMESTAMP,
	MSV_AV_SINGLE_HOST,
	MSV_AV_TARGET_NAME,
	MSV_AV_CHANNEL_BINDINGS, /* taken as it is: there is no channel below to be bound to */
};

#define MSV_AV_FLAG_MIC 0x00000002

#define KSMBD_NTLM_CHALLENGE_SIZE 8
#define KSMBD_NTLM_MIC_SIZE	  16
#define KSMBD_NTLM_MIC_OFFSET	  72 /* in AUTHENTICATE */

/** struct ksmbd_ntlm_field - bytes of a message: a field of its payload */
struct ksmbd_ntlm_field {
	const u8 *data;
	u32 len;
};

/**
 * struct ksmbd_ntlm_authenticate - AUTHENTICATE, 2.2.1.3; pointers go into the message
 * @mic: 16 bytes at KSMBD_NTLM_MIC_OFFSET if no payload lies there, else NULL. Whether
 *       they are a MIC is said by MSV_AV_FLAGS.
 */
struct ksmbd_ntlm_authenticate {
	u32 flags;
	struct ksmbd_ntlm_field lm;
	struct ksmbd_ntlm_field nt;
	struct ksmbd_ntlm_field domain;
	struct ksmbd_ntlm_field user;
	struct ksmbd_ntlm_field workstation;
	struct ksmbd_ntlm_field session_key;
	const u8 *mic;
};

/**
 * struct ksmbd_ntlm_response - NTLMv2_RESPONSE, 2.2.2.8
 * @proof: NTProofStr, 16 bytes
 * @blob: NTLMv2_CLIENT_CHALLENGE: all that follows the proof
 * @has_mic: the client says that its message has a MIC
 */
struct ksmbd_ntlm_response {
	const u8 *proof;
	struct ksmbd_ntlm_field blob;
	bool has_mic;
};

/**
 * struct ksmbd_ntlm_challenge - CHALLENGE, 2.2.1.2
 * @server_challenge: 8 bytes
 * @target_name: UTF-16LE
 * @target_info: AV pairs, MSV_AV_EOL included
 */
struct ksmbd_ntlm_challenge {
	u32 flags;
	const u8 *server_challenge;
	struct ksmbd_ntlm_field target_name;
	struct ksmbd_ntlm_field target_info;
};

/** ksmbd_ntlm_type() - MessageType of an NTLMSSP message, 0: it is none */
u32 ksmbd_ntlm_type(const u8 *data, u32 len);

/** ksmbd_ntlm_decode_negotiate() - its flags; -EINVAL when malformed */
int ksmbd_ntlm_decode_negotiate(const u8 *data, u32 len, u32 *flags);

/** ksmbd_ntlm_decode_authenticate() - -EINVAL when malformed */
int ksmbd_ntlm_decode_authenticate(const u8 *data, u32 len, struct ksmbd_ntlm_authenticate *msg);

/**
 * ksmbd_ntlm_decode_response() - take an NTLMv2 response apart
 * Return: 0; -ENOENT: not NTLMv2 (too short, another version); -EINVAL: malformed AV pairs
 */
int ksmbd_ntlm_decode_response(const struct ksmbd_ntlm_field *nt, struct ksmbd_ntlm_response *resp);

/** ksmbd_ntlm_wr_challenge() - write a CHALLENGE */
void ksmbd_ntlm_wr_challenge(struct ksmbd_wr *w, const struct ksmbd_ntlm_challenge *msg);

/** ksmbd_ntlm_wr_av() - write one AV pair */
void ksmbd_ntlm_wr_av(struct ksmbd_wr *w, enum ksmbd_ntlm_av id, const void *value, u32 len);

#endif
