// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Crypto port on OpenSSL libcrypto 3: digests, comparison. Message authentication
 * is in crypto_mac.c, sealing in crypto_aead.c.
 */
#include <openssl/crypto.h>
#include <openssl/err.h>

#include "crypto_ssl.h"

struct crypto_algs ksmbd_crypto_algs;

static pthread_once_t algs_once = PTHREAD_ONCE_INIT;

/* An algorithm that is missing stays NULL and fails at its use. */
static void fetch_algs(void)
{
	static const char *const digests[KSMBD_HASH_NR] = {
		[KSMBD_HASH_MD5] = "MD5",
		[KSMBD_HASH_SHA256] = "SHA256",
		[KSMBD_HASH_SHA512] = "SHA512",
	};
	struct crypto_algs *a = &ksmbd_crypto_algs;
	int i;

	for (i = 0; i < KSMBD_HASH_NR; i++)
		a->hash[i] = EVP_MD_fetch(NULL, digests[i], NULL);
	a->hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	a->cbc = EVP_CIPHER_fetch(NULL, "AES-128-CBC", NULL);
	a->aead[KSMBD_AEAD_AES_CCM][0] = EVP_CIPHER_fetch(NULL, "AES-128-CCM", NULL);
	a->aead[KSMBD_AEAD_AES_CCM][1] = EVP_CIPHER_fetch(NULL, "AES-256-CCM", NULL);
	a->aead[KSMBD_AEAD_AES_GCM][0] = EVP_CIPHER_fetch(NULL, "AES-128-GCM", NULL);
	a->aead[KSMBD_AEAD_AES_GCM][1] = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
	ERR_clear_error();
}

const struct crypto_algs *ksmbd_crypto_algs_get(void)
{
	pthread_once(&algs_once, fetch_algs);
	return &ksmbd_crypto_algs;
}

bool ksmbd_crypto_segs_ok(const struct ksmbd_seg *segs, u32 nsegs, u64 *total)
{
	u64 sum = 0;
	u32 i;

	for (i = 0; i < nsegs; i++) {
		if (segs[i].file || segs[i].view)
			return false;
		sum += segs[i].len;
	}
	*total = sum;
	return sum <= CRYPTO_MAX_BYTES;
}

int ksmbd_crypto_hash(enum ksmbd_hash_alg alg, const struct ksmbd_seg *segs, u32 nsegs, u8 *out,
		      u32 out_len)
{
	const EVP_MD *md;
	EVP_MD_CTX *ctx;
	u64 total;
	bool ok;
	u32 i;

	if ((u32)alg >= KSMBD_HASH_NR || !ksmbd_crypto_segs_ok(segs, nsegs, &total))
		return -EINVAL;
	md = ksmbd_crypto_algs_get()->hash[alg];
	if (!md)
		return -EOPNOTSUPP;
	if (out_len != (u32)EVP_MD_get_size(md))
		return -EINVAL;
	ctx = EVP_MD_CTX_new();
	if (!ctx)
		return -ENOMEM;
	ok = EVP_DigestInit_ex2(ctx, md, NULL) == 1;
	for (i = 0; ok && i < nsegs; i++)
		ok = EVP_DigestUpdate(ctx, segs[i].data, segs[i].len) == 1;
	ok = ok && EVP_DigestFinal_ex(ctx, out, NULL) == 1;
	EVP_MD_CTX_free(ctx);
	return ok ? 0 : ksmbd_crypto_fail(-EIO);
}

int ksmbd_crypto_fail(int err)
{
	ERR_clear_error();
	return err;
}

void *ksmbd_crypto_pool_take(struct crypto_pool *pool)
{
	int i;

	for (i = 0; i < CRYPTO_POOL_SLOTS; i++) {
		void *ctx = NULL;

		/* A look first: an exchange takes the cache line from other threads. */
		if (atomic_load_explicit(&pool->slot[i], memory_order_relaxed))
			ctx = atomic_exchange(&pool->slot[i], NULL);
		if (ctx)
			return ctx;
	}
	return NULL;
}

bool ksmbd_crypto_pool_give(struct crypto_pool *pool, void *ctx)
{
	int i;

	for (i = 0; i < CRYPTO_POOL_SLOTS; i++) {
		void *empty = NULL;

		if (!atomic_load_explicit(&pool->slot[i], memory_order_relaxed) &&
		    atomic_compare_exchange_strong(&pool->slot[i], &empty, ctx))
			return true;
	}
	return false;
}

bool ksmbd_crypto_equal(const void *a, const void *b, u32 len)
{
	return CRYPTO_memcmp(a, b, len) == 0;
}
