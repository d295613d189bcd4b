// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sealing: AES-CCM and AES-GCM, in place over segments.
 *
 * GCM goes through the segments one by one. CCM needs the whole text in one call, so
 * several segments are gathered first and scattered afterwards.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>

#include "crypto_ssl.h"

#define CCM_NONCE 11
#define KEY_MAX	  32

/**
 * struct ksmbd_aead_key - owner: whoever created it; immutable but for @pool
 * @pool: of EVP_CIPHER_CTX, for opening and for sealing: OpenSSL binds a CCM context to
 *        one direction when it gets its key
 */
struct ksmbd_aead_key {
	enum ksmbd_aead_alg alg;
	const EVP_CIPHER *cipher;
	struct crypto_pool pool[2];
	u8 key[KEY_MAX];
};

/* One operation's arguments. @tag is written by sealing and read by opening. */
struct aead_job {
	bool seal;
	const u8 *nonce;
	const u8 *aad;
	u32 aad_len;
	const struct ksmbd_seg *segs;
	u32 nsegs;
	u32 total;
	u8 *tag;
};

int ksmbd_aead_key_create(enum ksmbd_aead_alg alg, const u8 *key, u32 key_len,
			  struct ksmbd_aead_key **out)
{
	struct ksmbd_aead_key *k;

	if ((u32)alg >= KSMBD_AEAD_NR || (key_len != 16 && key_len != 32))
		return -EINVAL;
	k = calloc(1, sizeof(*k));
	if (!k)
		return -ENOMEM;
	k->alg = alg;
	k->cipher = ksmbd_crypto_algs_get()->aead[alg][key_len == 32];
	memcpy(k->key, key, key_len);
	if (!k->cipher) {
		ksmbd_aead_key_free(k);
		return -EOPNOTSUPP;
	}
	*out = k;
	return 0;
}

void ksmbd_aead_key_free(struct ksmbd_aead_key *key)
{
	void *ctx;
	int i;

	if (!key)
		return;
	for (i = 0; i < 2; i++)
		while ((ctx = ksmbd_crypto_pool_take(&key->pool[i])))
			EVP_CIPHER_CTX_free(ctx);
	OPENSSL_cleanse(key, sizeof(*key));
	free(key);
}

static EVP_CIPHER_CTX *create_context(const struct ksmbd_aead_key *key, bool seal)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();

	if (!ctx || EVP_CipherInit_ex2(ctx, key->cipher, NULL, NULL, seal, NULL) != 1)
		goto fail;
	/* GCM's nonce has its default length. */
	if (key->alg == KSMBD_AEAD_AES_CCM &&
	    (EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_IVLEN, CCM_NONCE, NULL) != 1 ||
	     EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, KSMBD_AEAD_TAG_SIZE, NULL) != 1))
		goto fail;
	if (EVP_CipherInit_ex2(ctx, NULL, key->key, NULL, seal, NULL) == 1)
		return ctx;
fail:
	EVP_CIPHER_CTX_free(ctx);
	return NULL;
}

static int begin_job(EVP_CIPHER_CTX *ctx, const struct aead_job *job)
{
	OSSL_PARAM tag[2] = {
		OSSL_PARAM_construct_octet_string(OSSL_CIPHER_PARAM_AEAD_TAG, job->tag,
						  KSMBD_AEAD_TAG_SIZE),
		OSSL_PARAM_construct_end(),
	};

	if (EVP_CipherInit_ex2(ctx, NULL, NULL, job->nonce, job->seal, NULL) != 1)
		return -EIO;
	if (!job->seal && EVP_CIPHER_CTX_set_params(ctx, tag) != 1)
		return -EIO;
	return 0;
}

static int end_job(EVP_CIPHER_CTX *ctx, const struct aead_job *job)
{
	if (!job->seal)
		return 0;
	if (EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, KSMBD_AEAD_TAG_SIZE, job->tag) != 1)
		return -EIO;
	return 0;
}

static int run_gcm(EVP_CIPHER_CTX *ctx, const struct aead_job *job)
{
	u8 none[16];
	u32 i;
	int n;

	if (job->aad_len && EVP_CipherUpdate(ctx, NULL, &n, job->aad, (int)job->aad_len) != 1)
		return -EIO;
	for (i = 0; i < job->nsegs; i++) {
		const struct ksmbd_seg *seg = &job->segs[i];

		if (seg->len && EVP_CipherUpdate(ctx, seg->data, &n, seg->data, (int)seg->len) != 1)
			return -EIO;
	}
	if (EVP_CipherFinal_ex(ctx, none, &n) != 1)
		return job->seal ? -EIO : -EBADMSG;
	return 0;
}

static int run_ccm_flat(EVP_CIPHER_CTX *ctx, const struct aead_job *job, u8 *text)
{
	int n;

	if (EVP_CipherUpdate(ctx, NULL, &n, NULL, (int)job->total) != 1)
		return -EIO;
	if (job->aad_len && EVP_CipherUpdate(ctx, NULL, &n, job->aad, (int)job->aad_len) != 1)
		return -EIO;
	if (EVP_CipherUpdate(ctx, text, &n, text, (int)job->total) != 1)
		return job->seal ? -EIO : -EBADMSG;
	return 0;
}

static int run_ccm(EVP_CIPHER_CTX *ctx, const struct aead_job *job)
{
	u8 *text, *p;
	int err;
	u32 i;

	if (job->nsegs == 1 && job->total)
		return run_ccm_flat(ctx, job, job->segs[0].data);
	text = malloc((size_t)job->total + 1);
	if (!text)
		return -ENOMEM;
	for (i = 0, p = text; i < job->nsegs; p += job->segs[i++].len)
		if (job->segs[i].len)
			memcpy(p, job->segs[i].data, job->segs[i].len);
	err = run_ccm_flat(ctx, job, text);
	for (i = 0, p = text; !err && i < job->nsegs; p += job->segs[i++].len)
		if (job->segs[i].len)
			memcpy(job->segs[i].data, p, job->segs[i].len);
	OPENSSL_cleanse(text, job->total);
	free(text);
	return err;
}

/* Unauthenticated plain text must reach nobody. */
static void wipe_segments(const struct aead_job *job)
{
	u32 i;

	for (i = 0; i < job->nsegs; i++)
		if (job->segs[i].len)
			memset(job->segs[i].data, 0, job->segs[i].len);
}

static int run_job(const struct ksmbd_aead_key *key, struct aead_job *job)
{
	/* The pool is the one part of a key that operations change. */
	struct crypto_pool *pool = (struct crypto_pool *)&key->pool[job->seal];
	EVP_CIPHER_CTX *ctx;
	u64 total;
	int err;

	if (job->aad_len > CRYPTO_MAX_BYTES || !ksmbd_crypto_segs_ok(job->segs, job->nsegs, &total))
		return -EINVAL;
	job->total = (u32)total;
	ctx = ksmbd_crypto_pool_take(pool);
	if (!ctx)
		ctx = create_context(key, job->seal);
	if (!ctx)
		return ksmbd_crypto_fail(-ENOMEM);
	err = begin_job(ctx, job);
	if (!err)
		err = key->alg == KSMBD_AEAD_AES_CCM ? run_ccm(ctx, job) : run_gcm(ctx, job);
	if (!err)
		err = end_job(ctx, job);
	if (err && !job->seal)
		wipe_segments(job);
	/* A context that failed may be in any state. */
	if (err || !ksmbd_crypto_pool_give(pool, ctx))
		EVP_CIPHER_CTX_free(ctx);
	return err ? ksmbd_crypto_fail(err) : 0;
}

/* This host has no views. */
bool ksmbd_aead_reads_once(const struct ksmbd_aead_key *key)
{
	return false;
}

int ksmbd_aead_seal(const struct ksmbd_aead_key *key, const u8 *nonce, const u8 *aad, u32 aad_len,
		    const struct ksmbd_seg *segs, u32 nsegs, u8 *tag)
{
	struct aead_job job = { .seal = true,
				.nonce = nonce,
				.aad = aad,
				.aad_len = aad_len,
				.segs = segs,
				.nsegs = nsegs,
				.tag = tag };

	return run_job(key, &job);
}

int ksmbd_aead_open(const struct ksmbd_aead_key *key, const u8 *nonce, const u8 *aad, u32 aad_len,
		    const struct ksmbd_seg *segs, u32 nsegs, const u8 *tag)
{
	struct aead_job job = { .seal = false,
				.nonce = nonce,
				.aad = aad,
				.aad_len = aad_len,
				.segs = segs,
				.nsegs = nsegs,
				.tag = (u8 *)tag };

	return run_job(key, &job);
}
