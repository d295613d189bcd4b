// SPDX-License-Identifier: GPL-2.0-or-later
#include <asm/unaligned.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "auth/auth.h"
#include "host/crypto.h"
#include "protect/kdf.h"
#include "protect/seal.h"
#include "session/conn_types.h"
#include "session/session_types.h"
#include "wire/smb2_format.h"
#include "wire/transform.h"

/*
 * A session's key seals at most this many messages. The counter fits the 11 bytes of a CCM nonce
 * many times over; the limit is SP 800-38D's for one key, and far beyond any session's life.
 */
#define MAX_NONCE (1ull << 48)

/* By preference: fast ones first. */
static const struct {
	u16 id;
	enum ksmbd_aead_alg alg;
	u8 key_len;
} ciphers[] = {
	{ SMB2_ENCRYPTION_AES128_GCM, KSMBD_AEAD_AES_GCM, 16 },
	{ SMB2_ENCRYPTION_AES256_GCM, KSMBD_AEAD_AES_GCM, 32 },
	{ SMB2_ENCRYPTION_AES128_CCM, KSMBD_AEAD_AES_CCM, 16 },
	{ SMB2_ENCRYPTION_AES256_CCM, KSMBD_AEAD_AES_CCM, 32 },
};

u16 ksmbd_seal_choose(const u16 *offered, u32 count)
{
	u32 i, k;

	for (i = 0; i < ARRAY_SIZE(ciphers); i++)
		for (k = 0; k < count; k++)
			if (offered[k] == ciphers[i].id)
				return ciphers[i].id;
	return 0;
}

static int create_key(enum ksmbd_key_purpose purpose, const struct ksmbd_session *session,
		      const u8 *preauth, u32 cipher, struct ksmbd_aead_key **out)
{
	u8 derived[32];
	int err;

	err = ksmbd_kdf_derive(purpose, session->dialect, preauth, session->key,
			       sizeof(session->key), derived, ciphers[cipher].key_len);
	if (!err)
		err = ksmbd_aead_key_create(ciphers[cipher].alg, derived, ciphers[cipher].key_len,
					    out);
	memzero_explicit(derived, sizeof(derived));
	return err;
}

int ksmbd_seal_create_keys(struct ksmbd_session *session, const struct ksmbd_conn *conn,
			   const u8 *preauth)
{
	u32 i;
	int err;

	for (i = 0; i < ARRAY_SIZE(ciphers); i++)
		if (ciphers[i].id == conn->cipher)
			break;
	if (i == ARRAY_SIZE(ciphers))
		return 0;
	err = create_key(KSMBD_KEY_SEAL_SERVER_IN, session, preauth, i, &session->seal_in);
	if (!err)
		err = create_key(KSMBD_KEY_SEAL_SERVER_OUT, session, preauth, i,
				 &session->seal_out);
	if (!err)
		session->cipher = conn->cipher;
	return err;
}

int ksmbd_seal_message(struct ksmbd_session *session, u8 *header, const struct ksmbd_seg *segs,
		       u32 nsegs)
{
	u8 nonce[SMB2_TRANSFORM_NONCE_SIZE] = {};
	struct ksmbd_transform transform = {
		.nonce = nonce,
		.flags = SMB2_TRANSFORM_ENCRYPTED,
		.session_id = session->id,
	};
	u64 counter = atomic64_inc_return(&session->seal_nonce);
	u32 i;

	if (!session->seal_out)
		return -ENOKEY;
	if (counter > MAX_NONCE) {
		/* Stays there: no thread may see the counter come round. */
		atomic64_set(&session->seal_nonce, MAX_NONCE);
		return -EKEYEXPIRED;
	}
	put_unaligned_le64(counter, nonce);
	for (i = 0; i < nsegs; i++)
		transform.size += segs[i].len;
	ksmbd_transform_write(header, &transform);
	return ksmbd_aead_seal(session->seal_out, nonce, header + SMB2_TRANSFORM_AAD_OFFSET,
			       SMB2_TRANSFORM_AAD_SIZE, segs, nsegs,
			       header + SMB2_TRANSFORM_TAG_OFFSET);
}

int ksmbd_seal_open(const struct ksmbd_session *session, const struct ksmbd_transform *transform,
		    u8 *msg)
{
	struct ksmbd_seg seg = { .data = msg + SMB2_TRANSFORM_SIZE, .len = transform->size };

	if (!session->seal_in)
		return -ENOKEY;
	return ksmbd_aead_open(session->seal_in, transform->nonce, msg + SMB2_TRANSFORM_AAD_OFFSET,
			       SMB2_TRANSFORM_AAD_SIZE, &seg, 1, msg + SMB2_TRANSFORM_TAG_OFFSET);
}
