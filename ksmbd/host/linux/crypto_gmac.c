// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * AES-GMAC, SP 800-38D, by transforms: GCM over nothing but associated data.
 *
 * The accelerated GCM of older kernels on x86 first copies associated data that is not in one
 * piece into one of physically contiguous memory, loudly if there is none. There, large messages
 * are copied here, quietly, and if that fails GHASH does it by itself, slowly:
 * GMAC = GHASH(data and lengths) ^ E(counter), where the latter is the GMAC of no data.
 */
#include "crypto_linux.h"

#include <crypto/aead.h>
#include <crypto/aes.h>
#include <crypto/hash.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <asm/unaligned.h>

/* So much is always to be had in one piece. */
#ifdef KC_GCM_WALKS_AAD
#define LINEAR_MAX CRYPTO_MAX_BYTES
#else
#define LINEAR_MAX (32 * 1024)
#endif

/**
 * struct gmac_key - the prepared key
 * @ghash: keyed with H, for large messages; NULL: there is none, GCM has to do
 */
struct gmac_key {
	struct crypto_aead *gcm;
	struct crypto_shash *ghash;
};

void ksmbd_crypto_ghash_lengths(u64 bytes, u8 block[AES_BLOCK])
{
	put_unaligned_be64(bytes * 8, block);
	memset(block + 8, 0, 8);
}

/* Not a failure of the key: GCM still takes all but the largest messages. */
static struct crypto_shash *create_ghash(const u8 *key, u32 key_len)
{
#if IS_ENABLED(CONFIG_CRYPTO_LIB_AES) && !defined(KC_LIB_GHASH)
	static const u8 zeros[AES_BLOCK];
	struct crypto_aes_ctx *aes = kmalloc(sizeof(*aes), GFP_KERNEL);
	struct crypto_shash *ghash = NULL;
	u8 h[AES_BLOCK];

	if (aes && !aes_expandkey(aes, key, key_len)) {
		aes_encrypt(aes, h, zeros);
		ghash = crypto_alloc_shash("ghash", 0, 0);
		if (!IS_ERR(ghash) && crypto_shash_setkey(ghash, h, sizeof(h))) {
			crypto_free_shash(ghash);
			ghash = NULL;
		}
	}
	memzero_explicit(h, sizeof(h));
	if (aes)
		memzero_explicit(aes, sizeof(*aes));
	kfree(aes);
	return IS_ERR(ghash) ? NULL : ghash;
#else
	return NULL;
#endif
}

static int create_gmac(void *prepared, const u8 *key, u32 key_len)
{
	struct gmac_key *k = prepared;
	int err = ksmbd_crypto_alloc_aead("gcm(aes)", key, key_len, &k->gcm);

	if (!err)
		k->ghash = create_ghash(key, key_len);
	return err;
}

static void destroy_gmac(void *prepared)
{
	struct gmac_key *k = prepared;

	crypto_free_aead(k->gcm);
	if (k->ghash)
		crypto_free_shash(k->ghash);
}

static int run_gcm(const struct gmac_key *k, const u8 *nonce, const struct ksmbd_seg *segs,
		   u32 nsegs, u64 total, u8 *out)
{
	u8 iv[AEAD_IV_MAX] = { 0 };
	struct aead_run run = { .tfm = k->gcm,
				.seal = true,
				.iv = iv,
				.aad = segs,
				.naad = nsegs,
				.aad_len = (u32)total,
				.tag = out };

	memcpy(iv, nonce, GCM_NONCE);
	return ksmbd_crypto_run_aead(&run);
}

/* GHASH of the segments, filled up to whole blocks, and of the block of lengths. */
static int run_ghash(const struct gmac_key *k, const struct ksmbd_seg *segs, u32 nsegs, u64 total,
		     u8 *out)
{
	static const u8 zeros[AES_BLOCK];
	u32 pad = (u32)-total % AES_BLOCK;
	SHASH_DESC_ON_STACK(desc, k->ghash);
	u8 lengths[AES_BLOCK];
	int err;

	ksmbd_crypto_ghash_lengths(total, lengths);
	desc->tfm = k->ghash;
	err = crypto_shash_init(desc);
#define update(d, data, n) (err = err ? err : crypto_shash_update(d, data, n))
	crypto_feed(update, desc, segs, nsegs);
	update(desc, zeros, pad);
	update(desc, lengths, AES_BLOCK);
#undef update
	if (!err)
		err = crypto_shash_final(desc, out);
	shash_desc_zero(desc);
	return err;
}

/* GCM over a copy; -ENOMEM: no such piece of memory. */
static int run_gcm_copy(const struct gmac_key *k, const u8 *nonce, const struct ksmbd_seg *segs,
			u32 nsegs, u64 total, u8 *out)
{
	struct ksmbd_seg flat = { .len = (u32)total };
	u32 i, at;
	int err;

	if (total > KMALLOC_MAX_SIZE)
		return -ENOMEM;
	flat.data = kmalloc(total, GFP_KERNEL | __GFP_NOWARN | __GFP_NORETRY);
	if (!flat.data)
		return -ENOMEM;
	for (i = 0, at = 0; i < nsegs; at += segs[i++].len)
		if (segs[i].len)
			memcpy((u8 *)flat.data + at, segs[i].data, segs[i].len);
	err = run_gcm(k, nonce, &flat, 1, total, out);
	kfree(flat.data);
	return err;
}

static int run_by_ghash(const struct gmac_key *k, const u8 *nonce, const struct ksmbd_seg *segs,
			u32 nsegs, u64 total, u8 *out)
{
	u8 mask[AES_BLOCK];
	int err = run_gcm(k, nonce, NULL, 0, 0, mask);
	u32 i;

	if (!err)
		err = run_ghash(k, segs, nsegs, total, out);
	for (i = 0; !err && i < AES_BLOCK; i++)
		out[i] ^= mask[i];
	memzero_explicit(mask, sizeof(mask));
	return err;
}

static int compute_gmac(const void *prepared, const u8 *nonce, const struct ksmbd_seg *segs,
			u32 nsegs, u64 total, u8 *out)
{
	const struct gmac_key *k = prepared;
	int err;

	if (!nonce)
		return -EINVAL;
	if (total <= LINEAR_MAX)
		err = run_gcm(k, nonce, segs, nsegs, total, out);
	else
		err = run_gcm_copy(k, nonce, segs, nsegs, total, out);
	if (err == -ENOMEM && k->ghash)
		err = run_by_ghash(k, nonce, segs, nsegs, total, out);
	return err;
}

const struct crypto_mac ksmbd_crypto_gmac = {
	.size = 16,
	.key_len = 16,
	.key_size = sizeof(struct gmac_key),
	.create = create_gmac,
	.destroy = destroy_gmac,
	.compute = compute_gmac,
};
