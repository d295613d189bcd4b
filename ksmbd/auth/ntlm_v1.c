// SPDX-License-Identifier: GPL-2.0-or-later
/* NTLMv1 and the "NTLM2 session" kind of it. [MS-NLMP] 3.3.1, 3.4.5.1 */
#include <asm/unaligned.h>
#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "auth/des.h"
#include "auth/ntlm_crypt.h"
#include "auth/rc4.h"
#include "host/crypto.h"

#define SIGNATURE_VERSION 1
#define V1_SEALED	  12
#define V1_SIGNATURES_MAX 2
#define MD4_WORDS	  16
#define MD4_STEPS	  48

/* RFC 1320, 3.4: one function for each third of the steps. */
static u32 md4_mix(u32 third, u32 x, u32 y, u32 z)
{
	if (third == 0)
		return (x & y) | (~x & z);
	if (third == 1)
		return (x & y) | (x & z) | (y & z);
	return x ^ y ^ z;
}

/* MD4 of a hash, which fits one block with its padding. */
static void md4_of_hash(const u8 *hash, u8 *out)
{
	static const u32 begin[4] = { 0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476 };
	static const u32 constants[3] = { 0, 0x5A827999, 0x6ED9EBA1 };
	static const u8 shifts[3][4] = { { 3, 7, 11, 19 }, { 3, 5, 9, 13 }, { 3, 9, 11, 15 } };
	static const u8 order[3][MD4_WORDS] = {
		{ 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 },
		{ 0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15 },
		{ 0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15 },
	};
	u32 words[MD4_WORDS] = {};
	u32 v[4], i, sum;

	for (i = 0; i < KSMBD_NTLM_KEY_SIZE / 4; i++)
		words[i] = get_unaligned_le32(hash + 4 * i);
	words[i] = 0x80;
	words[14] = 8 * KSMBD_NTLM_KEY_SIZE;
	memcpy(v, begin, sizeof(v));
	for (i = 0; i < MD4_STEPS; i++) {
		u32 third = i / MD4_WORDS;

		sum = v[0] + md4_mix(third, v[1], v[2], v[3]) + words[order[third][i % MD4_WORDS]] +
		      constants[third];
		v[0] = v[3];
		v[3] = v[2];
		v[2] = v[1];
		v[1] = rol32(sum, shifts[third][i % 4]);
	}
	for (i = 0; i < 4; i++)
		put_unaligned_le32(begin[i] + v[i], out + 4 * i);
	memzero_explicit(words, sizeof(words));
	memzero_explicit(v, sizeof(v));
}

/* DESL(), section 6: the hash as three keys, the last one mostly zeros. */
static void encrypt_challenge(const u8 *nt_hash, const u8 *challenge, u8 *response)
{
	u8 keys[3 * KSMBD_DES_KEY_SIZE] = {};
	u32 i;

	memcpy(keys, nt_hash, KSMBD_NTLM_KEY_SIZE);
	for (i = 0; i < 3; i++)
		ksmbd_des_encrypt(keys + i * KSMBD_DES_KEY_SIZE, challenge,
				  response + i * KSMBD_DES_BLOCK_SIZE);
	memzero_explicit(keys, sizeof(keys));
}

/* ITU-T V.42, as Ethernet has it. */
static u32 crc32_of(const u8 *data, u32 len)
{
	u32 crc = ~0u, i, bit;

	for (i = 0; i < len; i++) {
		crc ^= data[i];
		for (bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320 : 0);
	}
	return ~crc;
}

int ksmbd_ntlm_v1_signature(const u8 *session_key, u32 sequence, const u8 *msg, u32 len,
			    u8 *signature)
{
	u8 stream[V1_SIGNATURES_MAX * V1_SEALED] = {};
	u8 *sealed = stream + sequence * V1_SEALED; /* random pad, checksum, number */
	int err;

	if (sequence >= V1_SIGNATURES_MAX)
		return -EINVAL;
	put_unaligned_le32(crc32_of(msg, len), sealed + KSMBD_NTLM_V1_PAD);
	err = ksmbd_rc4(session_key, KSMBD_NTLM_KEY_SIZE, stream, stream, sizeof(stream));
	if (err)
		return err;
	put_unaligned_le32(get_unaligned_le32(sealed + 8) ^ sequence, sealed + 8);
	put_unaligned_le32(SIGNATURE_VERSION, signature);
	memset(signature + 4, 0, KSMBD_NTLM_V1_PAD);
	memcpy(signature + 4 + KSMBD_NTLM_V1_PAD, sealed + KSMBD_NTLM_V1_PAD, 8);
	memzero_explicit(stream, sizeof(stream));
	return 0;
}

static int hmac_challenges(const u8 *key, const struct ksmbd_seg *challenges, u8 *out)
{
	struct ksmbd_mac_key *mac;
	int err = ksmbd_mac_key_create(KSMBD_MAC_HMAC_MD5, key, KSMBD_NTLM_KEY_SIZE, &mac);

	if (err)
		return err;
	err = ksmbd_mac_compute(mac, NULL, challenges, 2, out, KSMBD_NTLM_KEY_SIZE);
	ksmbd_mac_key_free(mac);
	return err;
}

int ksmbd_ntlm_v1(const u8 *nt_hash, const u8 *server_challenge, const u8 *client_challenge,
		  u8 *response, u8 *key)
{
	struct ksmbd_seg challenges[2] = {
		{ .data = (void *)server_challenge, .len = KSMBD_NTLM_CHALLENGE_SIZE },
		{ .data = (void *)client_challenge, .len = KSMBD_NTLM_CHALLENGE_SIZE },
	};
	u8 mixed[KSMBD_NTLM_KEY_SIZE], base_key[KSMBD_NTLM_KEY_SIZE];
	int err;

	if (!client_challenge) {
		encrypt_challenge(nt_hash, server_challenge, response);
		md4_of_hash(nt_hash, key);
		return 0;
	}
	err = ksmbd_crypto_hash(KSMBD_HASH_MD5, challenges, 2, mixed, sizeof(mixed));
	if (err)
		return err;
	encrypt_challenge(nt_hash, mixed, response);
	md4_of_hash(nt_hash, base_key);
	err = hmac_challenges(base_key, challenges, key);
	memzero_explicit(base_key, sizeof(base_key));
	return err;
}
