// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Digests and message authentication codes by the plain functions that newer kernels have.
 * Empty on older ones.
 */
#include "crypto_linux.h"

#include <linux/errno.h>
#include <linux/fips.h>
#include <linux/string.h>

#if KC_USE_LIB_MD5
#include <crypto/md5.h>
#endif
#if KC_USE_LIB_SHA256 || KC_USE_LIB_SHA512
#include <crypto/sha2.h>
#endif
#if KC_USE_LIB_CMAC
#include <crypto/aes-cbc-macs.h>
#endif
#if KC_USE_LIB_GMAC
#include <crypto/aes.h>
#include <crypto/gf128hash.h>
#endif

/* ---- MD5 ---- */

#if KC_USE_LIB_MD5
static void hash_md5(const struct ksmbd_seg *segs, u32 nsegs, u8 *out)
{
	struct md5_ctx ctx;

	md5_init(&ctx);
	crypto_feed(md5_update, &ctx, segs, nsegs);
	md5_final(&ctx, out);
}

static int create_hmac_md5(void *prepared, const u8 *key, u32 key_len)
{
	if (fips_enabled)
		return -EOPNOTSUPP;
	hmac_md5_preparekey(prepared, key, key_len);
	return 0;
}

static int compute_hmac_md5(const void *prepared, const u8 *nonce, const struct ksmbd_seg *segs,
			    u32 nsegs, u64 total, u8 *out)
{
	struct hmac_md5_ctx ctx;

	hmac_md5_init(&ctx, prepared);
	crypto_feed(hmac_md5_update, &ctx, segs, nsegs);
	hmac_md5_final(&ctx, out);
	return 0;
}
#endif

/* ---- SHA-2 ---- */

#if KC_USE_LIB_SHA256
static void hash_sha256(const struct ksmbd_seg *segs, u32 nsegs, u8 *out)
{
	struct sha256_ctx ctx;

	sha256_init(&ctx);
	crypto_feed(sha256_update, &ctx, segs, nsegs);
	sha256_final(&ctx, out);
}

static int create_hmac_sha256(void *prepared, const u8 *key, u32 key_len)
{
	hmac_sha256_preparekey(prepared, key, key_len);
	return 0;
}

static int compute_hmac_sha256(const void *prepared, const u8 *nonce, const struct ksmbd_seg *segs,
			       u32 nsegs, u64 total, u8 *out)
{
	struct hmac_sha256_ctx ctx;

	hmac_sha256_init(&ctx, prepared);
	crypto_feed(hmac_sha256_update, &ctx, segs, nsegs);
	hmac_sha256_final(&ctx, out);
	return 0;
}
#endif

#if KC_USE_LIB_SHA512
static void hash_sha512(const struct ksmbd_seg *segs, u32 nsegs, u8 *out)
{
	struct sha512_ctx ctx;

	sha512_init(&ctx);
	crypto_feed(sha512_update, &ctx, segs, nsegs);
	sha512_final(&ctx, out);
}
#endif

/* ---- AES-CMAC ---- */

#if KC_USE_LIB_CMAC
static int create_cmac(void *prepared, const u8 *key, u32 key_len)
{
	return aes_cmac_preparekey(prepared, key, key_len);
}

static int compute_cmac(const void *prepared, const u8 *nonce, const struct ksmbd_seg *segs,
			u32 nsegs, u64 total, u8 *out)
{
	struct aes_cmac_ctx ctx;

	aes_cmac_init(&ctx, prepared);
	crypto_feed(aes_cmac_update, &ctx, segs, nsegs);
	aes_cmac_final(&ctx, out);
	return 0;
}
#endif

/* ---- AES-GMAC, SP 800-38D: GHASH of the data and lengths, and the cipher over the counter ---- */

#if KC_USE_LIB_GMAC
struct lib_gmac_key {
	struct aes_enckey aes;
	struct ghash_key ghash;
};

static int create_gmac(void *prepared, const u8 *key, u32 key_len)
{
	struct lib_gmac_key *k = prepared;
	u8 h[AES_BLOCK] = { 0 };
	int err = aes_prepareenckey(&k->aes, key, key_len);

	if (err)
		return err;
	aes_encrypt(&k->aes, h, h);
	ghash_preparekey(&k->ghash, h);
	memzero_explicit(h, sizeof(h));
	return 0;
}

static int compute_gmac(const void *prepared, const u8 *nonce, const struct ksmbd_seg *segs,
			u32 nsegs, u64 total, u8 *out)
{
	static const u8 zeros[AES_BLOCK];
	const struct lib_gmac_key *k = prepared;
	u8 block[AES_BLOCK] = { 0 };
	struct ghash_ctx ctx;
	u32 i;

	if (!nonce)
		return -EINVAL;
	ghash_init(&ctx, &k->ghash);
	crypto_feed(ghash_update, &ctx, segs, nsegs);
	ghash_update(&ctx, zeros, (u32)-total % AES_BLOCK);
	ksmbd_crypto_ghash_lengths(total, block);
	ghash_update(&ctx, block, AES_BLOCK);
	ghash_final(&ctx, out);
	memcpy(block, nonce, GCM_NONCE);
	memset(block + GCM_NONCE, 0, AES_BLOCK - GCM_NONCE);
	block[AES_BLOCK - 1] = 1;
	aes_encrypt(&k->aes, block, block);
	for (i = 0; i < AES_BLOCK; i++)
		out[i] ^= block[i];
	memzero_explicit(block, sizeof(block));
	return 0;
}
#endif

/* ---- which there are ---- */

static void (*const hashes[KSMBD_HASH_NR])(const struct ksmbd_seg *segs, u32 nsegs, u8 *out) = {
#if KC_USE_LIB_MD5
	[KSMBD_HASH_MD5] = hash_md5,
#endif
#if KC_USE_LIB_SHA256
	[KSMBD_HASH_SHA256] = hash_sha256,
#endif
#if KC_USE_LIB_SHA512
	[KSMBD_HASH_SHA512] = hash_sha512,
#endif
};

static const struct crypto_mac macs[KSMBD_MAC_NR] = {
#if KC_USE_LIB_MD5
	[KSMBD_MAC_HMAC_MD5] = { 16, 0, sizeof(struct hmac_md5_key), create_hmac_md5, NULL,
				 compute_hmac_md5 },
#endif
#if KC_USE_LIB_SHA256
	[KSMBD_MAC_HMAC_SHA256] = { 32, 0, sizeof(struct hmac_sha256_key), create_hmac_sha256, NULL,
				    compute_hmac_sha256 },
#endif
#if KC_USE_LIB_CMAC
	[KSMBD_MAC_AES_CMAC] = { 16, 16, sizeof(struct aes_cmac_key), create_cmac, NULL,
				 compute_cmac },
#endif
#if KC_USE_LIB_GMAC
	[KSMBD_MAC_AES_GMAC] = { 16, 16, sizeof(struct lib_gmac_key), create_gmac, NULL,
				 compute_gmac },
#endif
};

const struct crypto_mac *ksmbd_crypto_lib_mac(enum ksmbd_mac_alg alg)
{
	return macs[alg].size ? &macs[alg] : NULL;
}

int ksmbd_crypto_lib_hash(enum ksmbd_hash_alg alg, const struct ksmbd_seg *segs, u32 nsegs, u8 *out)
{
	if (!hashes[alg] || (alg == KSMBD_HASH_MD5 && fips_enabled))
		return -EOPNOTSUPP;
	hashes[alg](segs, nsegs, out);
	return 0;
}
