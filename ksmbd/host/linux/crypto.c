// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Crypto port on the kernel's crypto API: digests, comparison. Message authentication is
 * in crypto_mac.c and crypto_gmac.c, sealing in crypto_aead.c; crypto_lib.c does without
 * transforms what the kernel has plain functions for.
 */
#include "crypto_linux.h"

#include <crypto/hash.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/module.h>
#include <linux/string.h>

/* Where these are modules, they are found by name only when they are used. */
MODULE_SOFTDEP("pre: md5 hmac sha256 sha512 cmac aes ctr ghash ccm gcm");

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

/* Not built, not loadable, or refused in FIPS mode. */
int ksmbd_crypto_alloc_error(long err)
{
	return err == -ENOENT ? -EOPNOTSUPP : (int)err;
}

int ksmbd_crypto_shash(struct crypto_shash *tfm, const struct ksmbd_seg *segs, u32 nsegs, u8 *out)
{
	SHASH_DESC_ON_STACK(desc, tfm);
	int err;

	desc->tfm = tfm;
	err = crypto_shash_init(desc);
#define update(d, data, n) (err = err ? err : crypto_shash_update(d, data, n))
	crypto_feed(update, desc, segs, nsegs);
#undef update
	if (!err)
		err = crypto_shash_final(desc, out);
	shash_desc_zero(desc);
	return err;
}

static const struct {
	const char *name;
	u32 size;
} hashes[KSMBD_HASH_NR] = {
	[KSMBD_HASH_MD5] = { "md5", 16 },
	[KSMBD_HASH_SHA256] = { "sha256", 32 },
	[KSMBD_HASH_SHA512] = { "sha512", 64 },
};

/* The transform lives as long as the call: there are a few digests per login. */
int ksmbd_crypto_hash(enum ksmbd_hash_alg alg, const struct ksmbd_seg *segs, u32 nsegs, u8 *out,
		      u32 out_len)
{
	struct crypto_shash *tfm;
	u64 total;
	int err;

	if ((u32)alg >= KSMBD_HASH_NR || out_len != hashes[alg].size ||
	    !ksmbd_crypto_segs_ok(segs, nsegs, &total))
		return -EINVAL;
	err = ksmbd_crypto_lib_hash(alg, segs, nsegs, out);
	if (err != -EOPNOTSUPP)
		return err;
	tfm = crypto_alloc_shash(hashes[alg].name, 0, 0);
	if (IS_ERR(tfm))
		return ksmbd_crypto_alloc_error(PTR_ERR(tfm));
	err = ksmbd_crypto_shash(tfm, segs, nsegs, out);
	crypto_free_shash(tfm);
	return err;
}

bool ksmbd_crypto_equal(const void *a, const void *b, u32 len)
{
	return !crypto_memneq(a, b, len);
}
