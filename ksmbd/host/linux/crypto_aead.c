// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sealing: AES-CCM and AES-GCM, in place over segments.
 *
 * A transform may be of the kind that answers later, and is waited for: on x86 and arm64 the
 * accelerated ones of older kernels are, and answer at once all the same where the FPU may be
 * used, as in any thread of ours.
 */
#include "crypto_linux.h"

#include <crypto/aead.h>
#include <linux/crypto.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>
#include <linux/string.h>

#define CCM_NONCE 11
/* An operation with more entries than fit here has them elsewhere. */
#define JOB_MAX 16384

/* struct ksmbd_aead_key - owner: whoever created it; immutable */
struct ksmbd_aead_key {
	enum ksmbd_aead_alg alg;
	struct crypto_aead *tfm;
};

/**
 * struct aead_job - what one operation allocates, followed by the request and, if they are few,
 *                   the entries; in the linear mapping: transforms take pieces of it as pages
 * @tag: here, because the caller's may be anywhere
 * @size: bytes without the entries
 * @sg: @nents entries, anywhere
 */
struct aead_job {
	u8 iv[AEAD_IV_MAX];
	u8 tag[KSMBD_AEAD_TAG_SIZE];
	struct aead_request *req;
	size_t size;
	u32 nents;
	u32 used;
	struct scatterlist *sg;
};

/* ---- one operation ---- */

/* Memory that is not in the linear mapping (vmalloc, stacks, a module's data) goes by pages. */
static u32 count_entries(const struct ksmbd_seg *segs, u32 nsegs)
{
	u32 i, n = 0;

	for (i = 0; i < nsegs; i++) {
		if (!segs[i].len)
			continue;
		if (virt_addr_valid(segs[i].data))
			n++;
		else
			n += DIV_ROUND_UP(offset_in_page(segs[i].data) + segs[i].len, PAGE_SIZE);
	}
	return n;
}

static void add_entries(struct aead_job *job, const struct ksmbd_seg *segs, u32 nsegs)
{
	u32 i;

	for (i = 0; i < nsegs; i++) {
		u8 *p = segs[i].data;
		u32 n, len = segs[i].len;

		if (len && virt_addr_valid(p)) {
			sg_set_buf(&job->sg[job->used++], p, len);
			continue;
		}
		for (; len; p += n, len -= n) {
			n = min_t(u32, len, PAGE_SIZE - offset_in_page(p));
			sg_set_page(&job->sg[job->used++], vmalloc_to_page(p), n,
				    offset_in_page(p));
		}
	}
}

static struct scatterlist *entries_of(struct aead_job *job)
{
	return (struct scatterlist *)((u8 *)job + job->size);
}

static struct aead_job *alloc_job(const struct aead_run *run)
{
	u32 nents = count_entries(run->aad, run->naad) + count_entries(run->text, run->ntext) + 1;
	size_t head = ALIGN(sizeof(struct aead_job), CRYPTO_MINALIGN);
	size_t req_size = sizeof(struct aead_request) + crypto_aead_reqsize(run->tfm);
	size_t size = ALIGN(head + req_size, __alignof__(struct scatterlist));
	size_t sg_size = nents * sizeof(struct scatterlist);
	bool together = size + sg_size <= JOB_MAX;
	struct aead_job *job = kmalloc(together ? size + sg_size : size, GFP_KERNEL);

	if (!job)
		return NULL;
	job->req = (struct aead_request *)((u8 *)job + head);
	job->size = size;
	job->nents = nents;
	job->used = 0;
	job->sg = together ? entries_of(job) : kvmalloc(sg_size, GFP_KERNEL);
	if (job->sg)
		return job;
	kfree(job);
	return NULL;
}

static void free_job(struct aead_job *job)
{
	if (job->sg != entries_of(job))
		kvfree(job->sg);
	/* The request's own state comes from the key. */
	memzero_explicit(job, job->size);
	kfree(job);
}

int ksmbd_crypto_run_aead(const struct aead_run *run)
{
	struct aead_job *job = alloc_job(run);
	DECLARE_CRYPTO_WAIT(wait);
	int err;

	if (!job)
		return -ENOMEM;
	memcpy(job->iv, run->iv, sizeof(job->iv));
	if (!run->seal)
		memcpy(job->tag, run->tag, sizeof(job->tag));
	sg_init_table(job->sg, job->nents);
	add_entries(job, run->aad, run->naad);
	add_entries(job, run->text, run->ntext);
	sg_set_buf(&job->sg[job->used], job->tag, sizeof(job->tag));
	aead_request_set_tfm(job->req, run->tfm);
	aead_request_set_callback(job->req, CRYPTO_TFM_REQ_MAY_SLEEP | CRYPTO_TFM_REQ_MAY_BACKLOG,
				  crypto_req_done, &wait);
	aead_request_set_ad(job->req, run->aad_len);
	aead_request_set_crypt(job->req, job->sg, job->sg,
			       run->text_len + (run->seal ? 0 : sizeof(job->tag)), job->iv);
	err = run->seal ? crypto_aead_encrypt(job->req) : crypto_aead_decrypt(job->req);
	err = crypto_wait_req(err, &wait);
	if (!err && run->seal)
		memcpy(run->tag, job->tag, sizeof(job->tag));
	free_job(job);
	return err;
}

/* ---- keys ---- */

int ksmbd_crypto_alloc_aead(const char *name, const u8 *key, u32 key_len, struct crypto_aead **out)
{
	struct crypto_aead *tfm = crypto_alloc_aead(name, 0, 0);
	int err;

	if (IS_ERR(tfm))
		return ksmbd_crypto_alloc_error(PTR_ERR(tfm));
	err = crypto_aead_setkey(tfm, key, key_len);
	if (!err)
		err = crypto_aead_setauthsize(tfm, KSMBD_AEAD_TAG_SIZE);
	if (err)
		crypto_free_aead(tfm);
	else
		*out = tfm;
	return err;
}

int ksmbd_aead_key_create(enum ksmbd_aead_alg alg, const u8 *key, u32 key_len,
			  struct ksmbd_aead_key **out)
{
	static const char *const names[KSMBD_AEAD_NR] = {
		[KSMBD_AEAD_AES_CCM] = "ccm(aes)",
		[KSMBD_AEAD_AES_GCM] = "gcm(aes)",
	};
	struct ksmbd_aead_key *k;
	int err;

	if ((u32)alg >= KSMBD_AEAD_NR || (key_len != 16 && key_len != 32))
		return -EINVAL;
	k = kzalloc(sizeof(*k), GFP_KERNEL);
	if (!k)
		return -ENOMEM;
	k->alg = alg;
	err = ksmbd_crypto_alloc_aead(names[alg], key, key_len, &k->tfm);
	if (err) {
		kfree(k);
		return err;
	}
	*out = k;
	return 0;
}

void ksmbd_aead_key_free(struct ksmbd_aead_key *key)
{
	if (!key)
		return;
	crypto_free_aead(key->tfm);
	kfree(key);
}

/* ---- the port's calls ---- */

/* Unauthenticated plain text must reach nobody. */
static void wipe_segments(const struct ksmbd_seg *segs, u32 nsegs)
{
	u32 i;

	for (i = 0; i < nsegs; i++)
		if (segs[i].len)
			memset(segs[i].data, 0, segs[i].len);
}

static int run_key(const struct ksmbd_aead_key *key, const u8 *nonce, struct aead_run *run)
{
	u8 iv[AEAD_IV_MAX] = { 0 };
	u64 total;

	if (run->aad_len > CRYPTO_MAX_BYTES || !ksmbd_crypto_segs_ok(run->text, run->ntext, &total))
		return -EINVAL;
	if (key->alg == KSMBD_AEAD_AES_CCM) {
		/* RFC 3610 2.3: the counter has what the nonce leaves; its length less 1. */
		iv[0] = 15 - CCM_NONCE - 1;
		memcpy(iv + 1, nonce, CCM_NONCE);
	} else {
		memcpy(iv, nonce, GCM_NONCE);
	}
	run->tfm = key->tfm;
	run->iv = iv;
	run->text_len = (u32)total;
	return ksmbd_crypto_run_aead(run);
}

int ksmbd_aead_seal(const struct ksmbd_aead_key *key, const u8 *nonce, const u8 *aad, u32 aad_len,
		    const struct ksmbd_seg *segs, u32 nsegs, u8 *tag)
{
	struct ksmbd_seg aad_seg = { .data = (u8 *)aad, .len = aad_len };
	struct aead_run run = { .seal = true,
				.aad = &aad_seg,
				.naad = 1,
				.aad_len = aad_len,
				.text = segs,
				.ntext = nsegs,
				.tag = tag };

	return run_key(key, nonce, &run);
}

int ksmbd_aead_open(const struct ksmbd_aead_key *key, const u8 *nonce, const u8 *aad, u32 aad_len,
		    const struct ksmbd_seg *segs, u32 nsegs, const u8 *tag)
{
	struct ksmbd_seg aad_seg = { .data = (u8 *)aad, .len = aad_len };
	struct aead_run run = { .seal = false,
				.aad = &aad_seg,
				.naad = 1,
				.aad_len = aad_len,
				.text = segs,
				.ntext = nsegs,
				.tag = (u8 *)tag };
	int err = run_key(key, nonce, &run);

	if (err && err != -EINVAL)
		wipe_segments(segs, nsegs);
	return err;
}
