// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sealing: AES-CCM and AES-GCM, over segments: in place, or out of the pages of a view.
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

#include "vfs_view.h"

#define CCM_NONCE 11
/* An operation with more entries than fit here has them elsewhere. */
#define JOB_MAX 16384

/* struct ksmbd_aead_key - owner: whoever created it; immutable */
struct ksmbd_aead_key {
	enum ksmbd_aead_alg alg;
	bool reads_once;
	struct crypto_aead *tfm;
};

/**
 * struct aead_job - what one operation allocates, followed by the request and, if they are few,
 *                   the entries; in the linear mapping: transforms take pieces of it as pages
 * @tag: here, because the caller's may be anywhere
 * @size: bytes without the entries
 * @sg: @nents entries, anywhere: result and tag
 * @src: behind them, @nsrc entries: the plain text; NULL where all of it is in place
 */
struct aead_job {
	u8 iv[AEAD_IV_MAX];
	u8 tag[KSMBD_AEAD_TAG_SIZE];
	struct aead_request *req;
	size_t size;
	u32 nents;
	u32 nsrc;
	struct scatterlist *sg;
	struct scatterlist *src;
};

/* ---- scatterlists ---- */

/**
 * struct sg_fill - a scatterlist being written
 * @sg: NULL: only count the entries
 * @used: entries so far
 * @view, @part, @base: where in a view the last look ended: a part of it, and its offset
 */
struct sg_fill {
	struct scatterlist *sg;
	u32 used;
	const struct ksmbd_view *view;
	u32 part;
	u64 base;
};

/* Memory that is not in the linear mapping (vmalloc, stacks, a module's data) goes by pages. */
static void list_memory(struct sg_fill *fill, u8 *p, u32 len)
{
	u32 n;

	if (len && virt_addr_valid(p)) {
		if (fill->sg)
			sg_set_buf(&fill->sg[fill->used], p, len);
		fill->used++;
		return;
	}
	for (; len; p += n, len -= n, fill->used++) {
		n = min_t(u32, len, PAGE_SIZE - offset_in_page(p));
		if (fill->sg)
			sg_set_page(&fill->sg[fill->used], vmalloc_to_page(p), n,
				    offset_in_page(p));
	}
}

/* The segments of a message go through a view from its beginning on. False: it is too short. */
static bool list_view(struct sg_fill *fill, const struct ksmbd_seg *seg)
{
	u64 off = seg->off;
	u32 n, len = seg->len;

	if (fill->view != seg->view || off < fill->base) {
		fill->view = seg->view;
		fill->part = 0;
		fill->base = 0;
	}
	while (len) {
		const struct bio_vec *bv = &fill->view->parts[fill->part];
		u32 skip;

		if (fill->part == fill->view->count)
			return false;
		if (off - fill->base >= bv->bv_len) {
			fill->base += bv->bv_len;
			fill->part++;
			continue;
		}
		skip = off - fill->base;
		n = min_t(u32, len, bv->bv_len - skip);
		if (fill->sg)
			sg_set_page(&fill->sg[fill->used], bv->bv_page, n, bv->bv_offset + skip);
		fill->used++;
		off += n;
		len -= n;
	}
	return true;
}

/* With @plain, where the plain text is, else where the result belongs. */
static bool list_segments(struct sg_fill *fill, const struct ksmbd_seg *segs, u32 nsegs, bool plain)
{
	u32 i;

	for (i = 0; i < nsegs; i++) {
		if (!plain || !segs[i].view)
			list_memory(fill, segs[i].data, segs[i].len);
		else if (!list_view(fill, &segs[i]))
			return false;
	}
	return true;
}

/* Associated data and text. Returns the number of entries; 0: a view is too short. */
static u32 list_message(struct scatterlist *sg, const struct aead_run *run, bool plain)
{
	struct sg_fill fill = { .sg = sg };

	list_segments(&fill, run->aad, run->naad, false);
	return list_segments(&fill, run->text, run->ntext, plain) ? fill.used : 0;
}

static bool has_view(const struct aead_run *run)
{
	u32 i;

	for (i = 0; i < run->ntext; i++)
		if (run->text[i].view)
			return true;
	return false;
}

/* ---- one operation ---- */

static struct scatterlist *entries_of(struct aead_job *job)
{
	return (struct scatterlist *)((u8 *)job + job->size);
}

static struct aead_job *alloc_job(const struct aead_run *run, u32 nents, u32 nsrc)
{
	size_t head = ALIGN(sizeof(struct aead_job), CRYPTO_MINALIGN);
	size_t req_size = sizeof(struct aead_request) + crypto_aead_reqsize(run->tfm);
	size_t size = ALIGN(head + req_size, __alignof__(struct scatterlist));
	size_t sg_size = ((size_t)nents + nsrc) * sizeof(struct scatterlist);
	bool together = size + sg_size <= JOB_MAX;
	struct aead_job *job = kmalloc(together ? size + sg_size : size, GFP_KERNEL);

	if (!job)
		return NULL;
	job->req = (struct aead_request *)((u8 *)job + head);
	job->size = size;
	job->nents = nents;
	job->nsrc = nsrc;
	job->sg = together ? entries_of(job) : kvmalloc(sg_size, GFP_KERNEL);
	job->src = nsrc ? job->sg + nents : NULL;
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

static void fill_job(struct aead_job *job, const struct aead_run *run)
{
	memcpy(job->iv, run->iv, sizeof(job->iv));
	if (!run->seal)
		memcpy(job->tag, run->tag, sizeof(job->tag));
	sg_init_table(job->sg, job->nents);
	list_message(job->sg, run, false);
	sg_set_buf(&job->sg[job->nents - 1], job->tag, sizeof(job->tag));
	if (job->src) {
		sg_init_table(job->src, job->nsrc);
		list_message(job->src, run, true);
	}
}

int ksmbd_crypto_run_aead(const struct aead_run *run)
{
	bool apart = has_view(run);
	u32 nsrc = apart ? list_message(NULL, run, true) : 0;
	DECLARE_CRYPTO_WAIT(wait);
	struct aead_job *job;
	int err;

	if (apart && !nsrc)
		return -EINVAL;
	job = alloc_job(run, list_message(NULL, run, false) + 1, nsrc);
	if (!job)
		return -ENOMEM;
	fill_job(job, run);
	aead_request_set_tfm(job->req, run->tfm);
	aead_request_set_callback(job->req, CRYPTO_TFM_REQ_MAY_SLEEP | CRYPTO_TFM_REQ_MAY_BACKLOG,
				  crypto_req_done, &wait);
	aead_request_set_ad(job->req, run->aad_len);
	aead_request_set_crypt(job->req, apart ? job->src : job->sg, job->sg,
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

/*
 * GCM's tag is that of the cipher text: all of the processors' implementations hash what they
 * wrote, or the registers they wrote it from (crypto/gcm.c, arch/{x86,arm64,powerpc,s390}), and
 * look at the plain text once. Devices are not trusted with that. They answer later, and so do
 * the accelerated ones of older kernels on x86, known by name.
 */
static bool reads_once(enum ksmbd_aead_alg alg, struct crypto_aead *tfm)
{
	const struct crypto_alg *base = crypto_aead_tfm(tfm)->__crt_alg;

	return alg == KSMBD_AEAD_AES_GCM &&
	       (!(base->cra_flags & CRYPTO_ALG_ASYNC) || strstr(base->cra_driver_name, "aesni") ||
		strstr(base->cra_driver_name, "-vaes-"));
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
	k->reads_once = reads_once(alg, k->tfm);
	*out = k;
	return 0;
}

bool ksmbd_aead_reads_once(const struct ksmbd_aead_key *key)
{
	return key->reads_once;
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

/* As ksmbd_crypto_segs_ok(), views allowed. */
static bool text_ok(const struct aead_run *run, u64 *total)
{
	u64 sum = 0;
	u32 i;

	for (i = 0; i < run->ntext; i++) {
		if (run->text[i].file)
			return false;
		sum += run->text[i].len;
	}
	*total = sum;
	return sum <= CRYPTO_MAX_BYTES;
}

static int run_key(const struct ksmbd_aead_key *key, const u8 *nonce, struct aead_run *run)
{
	u8 iv[AEAD_IV_MAX] = { 0 };
	u64 total;

	if (run->aad_len > CRYPTO_MAX_BYTES || !text_ok(run, &total) ||
	    (has_view(run) && (!run->seal || !key->reads_once)))
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
