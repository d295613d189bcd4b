// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <asm/unaligned.h>

#include "auth/ntlm_crypt.h"
#include "auth/rc4.h"
#include "host/crypto.h"
#include "name/case.h"

#define CHECKSUM_SIZE	  8
#define SIGNATURE_VERSION 1

/* 3.4.5.2, 3.4.5.3: hashed with their terminating NUL. */
static const char sign_magic[2][64] = {
	"session key to server-to-client signing key magic constant",
	"session key to client-to-server signing key magic constant",
};
static const char seal_magic[2][64] = {
	"session key to server-to-client sealing key magic constant",
	"session key to client-to-server sealing key magic constant",
};

static struct ksmbd_seg seg_of(const void *data, u32 len)
{
	struct ksmbd_seg seg = { .data = (void *)data, .len = len };

	return seg;
}

static struct ksmbd_seg field_seg(const struct ksmbd_ntlm_field *field)
{
	return seg_of(field->data, field->len);
}

static int hmac_md5(const u8 *key, const struct ksmbd_seg *segs, u32 nsegs, u8 *out, u32 out_len)
{
	struct ksmbd_mac_key *mac;
	int err = ksmbd_mac_key_create(KSMBD_MAC_HMAC_MD5, key, KSMBD_NTLM_KEY_SIZE, &mac);

	if (err)
		return err;
	err = ksmbd_mac_compute(mac, NULL, segs, nsegs, out, out_len);
	ksmbd_mac_key_free(mac);
	return err;
}

int ksmbd_ntlm_ntowf(const u8 *nt_hash, const struct ksmbd_ntlm_field *user,
		     const struct ksmbd_ntlm_field *domain, u8 *ntowf)
{
	struct ksmbd_seg segs[2];
	u8 *upper;
	int err;
	u32 i;

	if (user->len % 2)
		return -EINVAL;
	upper = kmalloc(user->len + 2, GFP_KERNEL);
	if (!upper)
		return -ENOMEM;
	for (i = 0; i < user->len; i += 2)
		put_unaligned_le16((u16)ksmbd_case_fold(get_unaligned_le16(user->data + i)),
				   upper + i);
	segs[0] = seg_of(upper, user->len);
	segs[1] = field_seg(domain);
	err = hmac_md5(nt_hash, segs, ARRAY_SIZE(segs), ntowf, KSMBD_NTLM_KEY_SIZE);
	kfree(upper);
	return err;
}

int ksmbd_ntlm_proof(const u8 *ntowf, const u8 *server_challenge,
		     const struct ksmbd_ntlm_field *blob, u8 *proof, u8 *base_key)
{
	struct ksmbd_seg segs[2];
	int err;

	segs[0] = seg_of(server_challenge, KSMBD_NTLM_CHALLENGE_SIZE);
	segs[1] = field_seg(blob);
	err = hmac_md5(ntowf, segs, ARRAY_SIZE(segs), proof, KSMBD_NTLM_KEY_SIZE);
	if (err)
		return err;
	segs[0] = seg_of(proof, KSMBD_NTLM_KEY_SIZE);
	return hmac_md5(ntowf, segs, 1, base_key, KSMBD_NTLM_KEY_SIZE);
}

int ksmbd_ntlm_mic(const u8 *session_key, const struct ksmbd_ntlm_field *negotiate,
		   const struct ksmbd_ntlm_field *challenge,
		   const struct ksmbd_ntlm_field *authenticate, u8 *mic)
{
	static const u8 zeros[KSMBD_NTLM_MIC_SIZE];
	const u32 end = KSMBD_NTLM_MIC_OFFSET + KSMBD_NTLM_MIC_SIZE;
	struct ksmbd_seg segs[5];

	if (authenticate->len < end)
		return -EINVAL;
	segs[0] = field_seg(negotiate);
	segs[1] = field_seg(challenge);
	segs[2] = seg_of(authenticate->data, KSMBD_NTLM_MIC_OFFSET);
	segs[3] = seg_of(zeros, sizeof(zeros));
	segs[4] = seg_of(authenticate->data + end, authenticate->len - end);
	return hmac_md5(session_key, segs, ARRAY_SIZE(segs), mic, KSMBD_NTLM_MIC_SIZE);
}

/* MD5(@key || @magic): 3.4.5.2 SIGNKEY, 3.4.5.3 SEALKEY */
static int derive_key(const u8 *key, u32 key_len, const char *magic, u8 *out)
{
	struct ksmbd_seg segs[2];

	segs[0] = seg_of(key, key_len);
	segs[1] = seg_of(magic, strlen(magic) + 1);
	return ksmbd_crypto_hash(KSMBD_HASH_MD5, segs, ARRAY_SIZE(segs), out, KSMBD_NTLM_KEY_SIZE);
}

static u32 seal_key_strength(u32 flags)
{
	if (flags & NTLMSSP_NEGOTIATE_128)
		return 16;
	return flags & NTLMSSP_NEGOTIATE_56 ? 7 : 5;
}

int ksmbd_ntlm_signature(const u8 *session_key, u32 flags, bool from_client, const u8 *msg, u32 len,
			 u8 *signature)
{
	u8 key[KSMBD_NTLM_KEY_SIZE];
	u8 checksum[CHECKSUM_SIZE];
	u8 sequence[4] = {};
	struct ksmbd_seg segs[2];
	int err;

	segs[0] = seg_of(sequence, sizeof(sequence));
	segs[1] = seg_of(msg, len);
	err = derive_key(session_key, KSMBD_NTLM_KEY_SIZE, sign_magic[from_client], key);
	if (!err)
		err = hmac_md5(key, segs, ARRAY_SIZE(segs), checksum, sizeof(checksum));
	if (!err && (flags & NTLMSSP_NEGOTIATE_KEY_EXCH)) {
		err = derive_key(session_key, seal_key_strength(flags), seal_magic[from_client],
				 key);
		if (!err)
			err = ksmbd_rc4(key, sizeof(key), checksum, checksum, sizeof(checksum));
	}
	memzero_explicit(key, sizeof(key));
	if (err)
		return err;
	put_unaligned_le32(SIGNATURE_VERSION, signature);
	memcpy(signature + 4, checksum, sizeof(checksum));
	memcpy(signature + 12, sequence, sizeof(sequence));
	return 0;
}
