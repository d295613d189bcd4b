// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/replay/ntlm.h"

#include <linux/string.h>

#include "auth/ntlm_crypt.h"
#include "tools/lib/passdb.h"

#define NAME_SIZE  (2 * (sizeof(REPLAY_USER) - 1))
#define BLOB_SIZE  32
#define PROOF_SIZE 16

void replay_login_begin(struct replay *r, u64 session_id, u8 challenge[8])
{
	struct replay_reply reply;
	u8 token[REPLAY_TOKEN_MAX];
	u32 off;

	r->session_id = session_id;
	replay_setup(r, 0, token, replay_ntlm_negotiate(token));
	REPLAY_EXPECT(r, &reply, SMB2_SESSION_SETUP, STATUS_MORE_PROCESSING_REQUIRED);
	r->session_id = reply.session_id;
	off = get_unaligned_le16(reply.body + 4) - SMB2_HEADER_SIZE;
	KUNIT_ASSERT_LE(r->test, off + 32, reply.body_len);
	memcpy(challenge, reply.body + off + 24, 8);
}

static void write_fields(struct ksmbd_wr *wr)
{
	static const u16 sizes[6] = { 0, PROOF_SIZE + BLOB_SIZE, 0, NAME_SIZE, 0, 0 };
	u32 off = 64, i;

	for (i = 0; i < 6; i++) {
		ksmbd_wr_u16(wr, sizes[i]);
		ksmbd_wr_u16(wr, sizes[i]);
		ksmbd_wr_u32(wr, off);
		off += sizes[i];
	}
}

/* By NTLMv2, without key exchange and without a MIC. */
u32 replay_ntlm_authenticate(u8 *token, const u8 challenge[8], const char *password)
{
	u8 name[NAME_SIZE] = {}, blob[BLOB_SIZE] = { 1, 1 };
	struct ksmbd_ntlm_field user = { name, sizeof(name) }, domain = {};
	struct ksmbd_ntlm_field blob_field = { blob, sizeof(blob) };
	u8 hash[16], ntowf[16], proof[PROOF_SIZE], base_key[16];
	struct ksmbd_wr wr;
	u32 i;

	for (i = 0; i < NAME_SIZE; i += 2)
		name[i] = REPLAY_USER[i / 2];
	passdb_hash(password, hash);
	ksmbd_ntlm_ntowf(hash, &user, &domain, ntowf);
	ksmbd_ntlm_proof(ntowf, challenge, &blob_field, proof, base_key);
	ksmbd_wr_init(&wr, token, 2 * REPLAY_TOKEN_MAX);
	ksmbd_wr_bytes(&wr, "NTLMSSP\0\3\0\0", 12);
	write_fields(&wr);
	ksmbd_wr_u32(&wr, 0xA2088217);
	ksmbd_wr_bytes(&wr, proof, sizeof(proof));
	ksmbd_wr_bytes(&wr, blob, sizeof(blob));
	ksmbd_wr_bytes(&wr, name, sizeof(name));
	return wr.len;
}

void replay_login_end(struct replay *r, const u8 challenge[8], const char *password, u32 pad)
{
	static u8 token[20 << 10];
	u32 len = replay_ntlm_authenticate(token, challenge, password);

	memset(token + len, 0, pad);
	replay_setup(r, 0, token, len + pad);
}

void replay_login(struct replay *r, u64 session_id, const char *password)
{
	u8 challenge[8];

	replay_login_begin(r, session_id, challenge);
	replay_login_end(r, challenge, password, 0);
}
