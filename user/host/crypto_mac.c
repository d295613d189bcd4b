// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Message authentication codes.
 *
 * HMAC is OpenSSL's. GMAC is GCM over nothing but associated data. CMAC is built here
 * on CBC encryption, which takes whole chunks: OpenSSL 3.0's own goes through a
 * provider call for every 16 bytes.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>

#include "crypto_ssl.h"

#define AES_BLOCK  16
#define GMAC_NONCE 12
#define CBC_CHUNK  4096

/* What one CBC-MAC run works on; the cipher text but for its last block is dropped. */
struct cmac_state {
	EVP_CIPHER_CTX *cbc;
	u8 chain[CBC_CHUNK];
};

/**
 * struct ksmbd_mac_key - owner: whoever created it; immutable but for @pool
 * @pool: keyed contexts: EVP_MAC_CTX, struct cmac_state or EVP_CIPHER_CTX, by @alg
 * @subkey: RFC 4493 2.3, for a whole last block and for a padded one
 * @key: secret
 */
struct ksmbd_mac_key {
	enum ksmbd_mac_alg alg;
	struct crypto_pool pool;
	u8 subkey[2][AES_BLOCK];
	u32 key_len;
	u8 key[];
};

/* By algorithm: the part of the work that differs. */
struct mac_kind {
	u32 size;
	u32 key_len; /* 0: any */
	const char *digest;
	void *(*create)(const struct ksmbd_mac_key *key);
	void (*destroy)(void *ctx);
	bool (*compute)(const struct ksmbd_mac_key *key, void *ctx, const u8 *nonce,
			const struct ksmbd_seg *segs, u32 nsegs, u8 *out);
};

static const struct mac_kind kinds[KSMBD_MAC_NR];

/* ---- HMAC ---- */

static void destroy_hmac(void *ctx)
{
	EVP_MAC_CTX_free(ctx);
}

static void *create_hmac(const struct ksmbd_mac_key *key)
{
	OSSL_PARAM params[2] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST,
						 (char *)kinds[key->alg].digest, 0),
		OSSL_PARAM_construct_end(),
	};
	EVP_MAC_CTX *ctx = EVP_MAC_CTX_new(ksmbd_crypto_algs_get()->hmac);

	if (ctx && EVP_MAC_init(ctx, key->key, key->key_len, params) == 1)
		return ctx;
	EVP_MAC_CTX_free(ctx);
	return NULL;
}

static bool compute_hmac(const struct ksmbd_mac_key *key, void *ctx, const u8 *nonce,
			 const struct ksmbd_seg *segs, u32 nsegs, u8 *out)
{
	u32 size = kinds[key->alg].size;
	size_t len;
	u32 i;

	/* Without a key: begin anew with the one that is there. */
	if (EVP_MAC_init(ctx, NULL, 0, NULL) != 1)
		return false;
	for (i = 0; i < nsegs; i++)
		if (EVP_MAC_update(ctx, segs[i].data, segs[i].len) != 1)
			return false;
	return EVP_MAC_final(ctx, out, &len, size) == 1 && len == size;
}

/* ---- AES-CMAC, RFC 4493 ---- */

static void destroy_cmac(void *ctx)
{
	struct cmac_state *state = ctx;

	EVP_CIPHER_CTX_free(state->cbc);
	OPENSSL_cleanse(state->chain, sizeof(state->chain));
	free(state);
}

static void *create_cmac(const struct ksmbd_mac_key *key)
{
	struct cmac_state *state = calloc(1, sizeof(*state));

	if (!state)
		return NULL;
	state->cbc = EVP_CIPHER_CTX_new();
	if (state->cbc &&
	    EVP_EncryptInit_ex2(state->cbc, ksmbd_crypto_algs_get()->cbc, key->key, NULL, NULL) ==
		    1 &&
	    EVP_CIPHER_CTX_set_padding(state->cbc, 0) == 1)
		return state;
	destroy_cmac(state);
	return NULL;
}

/* Encrypts @len bytes (whole blocks); the last cipher block lands in @mac. */
static bool chain_blocks(struct cmac_state *state, const u8 *data, u32 len, u8 *mac)
{
	while (len) {
		u32 n = len < CBC_CHUNK ? len : CBC_CHUNK;
		int done;

		if (EVP_EncryptUpdate(state->cbc, state->chain, &done, data, (int)n) != 1 ||
		    done != (int)n)
			return false;
		memcpy(mac, state->chain + n - AES_BLOCK, AES_BLOCK);
		data += n;
		len -= n;
	}
	return true;
}

static bool restart_cbc(struct cmac_state *state)
{
	static const u8 zeros[AES_BLOCK];

	return EVP_EncryptInit_ex2(state->cbc, NULL, NULL, zeros, NULL) == 1;
}

/*
 * Feeds one segment, always keeping the last 1..16 bytes of the message back in @block:
 * they may be its end, which is treated in another way.
 */
static bool chain_segment(struct cmac_state *state, const u8 *data, u32 len, u8 *block, u32 *kept)
{
	u8 mac[AES_BLOCK];
	u32 n;

	if (*kept < AES_BLOCK || !len) {
		n = AES_BLOCK - *kept < len ? AES_BLOCK - *kept : len;
		if (n)
			memcpy(block + *kept, data, n);
		*kept += n;
		data += n;
		len -= n;
	}
	if (!len)
		return true;
	if (!chain_blocks(state, block, AES_BLOCK, mac))
		return false;
	n = (len - 1) / AES_BLOCK * AES_BLOCK;
	if (!chain_blocks(state, data, n, mac))
		return false;
	*kept = len - n;
	memcpy(block, data + n, *kept);
	return true;
}

static bool compute_cmac(const struct ksmbd_mac_key *key, void *ctx, const u8 *nonce,
			 const struct ksmbd_seg *segs, u32 nsegs, u8 *out)
{
	u8 block[AES_BLOCK];
	const u8 *subkey;
	u32 kept = 0;
	u32 i;

	if (!restart_cbc(ctx))
		return false;
	for (i = 0; i < nsegs; i++)
		if (!chain_segment(ctx, segs[i].data, segs[i].len, block, &kept))
			return false;
	subkey = key->subkey[kept < AES_BLOCK];
	if (kept < AES_BLOCK) {
		memset(block + kept, 0, AES_BLOCK - kept);
		block[kept] = 0x80;
	}
	for (i = 0; i < AES_BLOCK; i++)
		block[i] ^= subkey[i];
	return chain_blocks(ctx, block, AES_BLOCK, out);
}

/* Doubles in GF(2^128); the secret decides no branch. */
static void double_block(const u8 *in, u8 *out)
{
	u8 carry = in[0] >> 7;
	int i;

	for (i = 0; i < AES_BLOCK - 1; i++)
		out[i] = (u8)(in[i] << 1 | in[i + 1] >> 7);
	out[i] = (u8)(in[i] << 1) ^ (u8)(0x87 & -carry);
}

static bool make_subkeys(struct ksmbd_mac_key *key)
{
	static const u8 zeros[AES_BLOCK];
	struct cmac_state *state = create_cmac(key);
	u8 l[AES_BLOCK];
	bool ok;

	if (!state)
		return false;
	ok = restart_cbc(state) && chain_blocks(state, zeros, AES_BLOCK, l);
	if (ok) {
		double_block(l, key->subkey[0]);
		double_block(key->subkey[0], key->subkey[1]);
	}
	OPENSSL_cleanse(l, sizeof(l));
	destroy_cmac(state);
	return ok;
}

/* ---- AES-GMAC, SP 800-38D ---- */

static void destroy_gmac(void *ctx)
{
	EVP_CIPHER_CTX_free(ctx);
}

static void *create_gmac(const struct ksmbd_mac_key *key)
{
	const EVP_CIPHER *gcm = ksmbd_crypto_algs_get()->aead[KSMBD_AEAD_AES_GCM][0];
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();

	if (ctx && gcm && EVP_EncryptInit_ex2(ctx, gcm, key->key, NULL, NULL) == 1)
		return ctx;
	EVP_CIPHER_CTX_free(ctx);
	return NULL;
}

static bool compute_gmac(const struct ksmbd_mac_key *key, void *ctx, const u8 *nonce,
			 const struct ksmbd_seg *segs, u32 nsegs, u8 *out)
{
	u8 none[AES_BLOCK];
	u32 i;
	int n;

	if (!nonce || EVP_EncryptInit_ex2(ctx, NULL, NULL, nonce, NULL) != 1)
		return false;
	for (i = 0; i < nsegs; i++)
		if (segs[i].len &&
		    EVP_EncryptUpdate(ctx, NULL, &n, segs[i].data, (int)segs[i].len) != 1)
			return false;
	return EVP_EncryptFinal_ex(ctx, none, &n) == 1 &&
	       EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, AES_BLOCK, out) == 1;
}

static const struct mac_kind kinds[KSMBD_MAC_NR] = {
	[KSMBD_MAC_HMAC_MD5] = { 16, 0, "MD5", create_hmac, destroy_hmac, compute_hmac },
	[KSMBD_MAC_HMAC_SHA256] = { 32, 0, "SHA256", create_hmac, destroy_hmac, compute_hmac },
	[KSMBD_MAC_AES_CMAC] = { 16, 16, NULL, create_cmac, destroy_cmac, compute_cmac },
	[KSMBD_MAC_AES_GMAC] = { 16, 16, NULL, create_gmac, destroy_gmac, compute_gmac },
};

/* ---- the port's calls ---- */

int ksmbd_mac_key_create(enum ksmbd_mac_alg alg, const u8 *key, u32 key_len,
			 struct ksmbd_mac_key **out)
{
	struct ksmbd_mac_key *k;

	if ((u32)alg >= KSMBD_MAC_NR || key_len > CRYPTO_MAX_BYTES ||
	    (kinds[alg].key_len && key_len != kinds[alg].key_len))
		return -EINVAL;
	k = calloc(1, sizeof(*k) + key_len);
	if (!k)
		return -ENOMEM;
	k->alg = alg;
	k->key_len = key_len;
	if (key_len)
		memcpy(k->key, key, key_len);
	if (alg == KSMBD_MAC_AES_CMAC && !make_subkeys(k)) {
		ksmbd_mac_key_free(k);
		return ksmbd_crypto_fail(-EIO);
	}
	*out = k;
	return 0;
}

void ksmbd_mac_key_free(struct ksmbd_mac_key *key)
{
	void *ctx;

	if (!key)
		return;
	while ((ctx = ksmbd_crypto_pool_take(&key->pool)))
		kinds[key->alg].destroy(ctx);
	OPENSSL_cleanse(key, sizeof(*key) + key->key_len);
	free(key);
}

int ksmbd_mac_compute(const struct ksmbd_mac_key *key, const u8 *nonce,
		      const struct ksmbd_seg *segs, u32 nsegs, u8 *out, u32 out_len)
{
	const struct mac_kind *kind = &kinds[key->alg];
	/* The pool is the one part of a key that operations change. */
	struct crypto_pool *pool = (struct crypto_pool *)&key->pool;
	u8 mac[32];
	u64 total;
	void *ctx;

	if (!out_len || out_len > kind->size || !ksmbd_crypto_segs_ok(segs, nsegs, &total))
		return -EINVAL;
	ctx = ksmbd_crypto_pool_take(pool);
	if (!ctx)
		ctx = kind->create(key);
	if (!ctx)
		return ksmbd_crypto_fail(-ENOMEM);
	if (!kind->compute(key, ctx, nonce, segs, nsegs, mac)) {
		kind->destroy(ctx);
		return ksmbd_crypto_fail(-EIO);
	}
	if (!ksmbd_crypto_pool_give(pool, ctx))
		kind->destroy(ctx);
	memcpy(out, mac, out_len);
	OPENSSL_cleanse(mac, sizeof(mac));
	return 0;
}
