// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Message authentication codes: the port's calls, and those codes that are keyed transforms of
 * the crypto API. A transform is keyed once; each operation's state is on the stack.
 */
#include "crypto_linux.h"

#include <crypto/hash.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/slab.h>
#include <linux/string.h>

/**
 * struct ksmbd_mac_key - owner: whoever created it; immutable
 * @prepared: secret, as @mac wants it
 */
struct ksmbd_mac_key {
	const struct crypto_mac *mac;
	u8 prepared[] __aligned(__alignof__(unsigned long long));
};

/* ---- transforms: the prepared key is a pointer to one ---- */

static int create_shash(void *prepared, const char *name, const u8 *key, u32 key_len)
{
	struct crypto_shash *tfm = crypto_alloc_shash(name, 0, 0);
	int err;

	if (IS_ERR(tfm))
		return ksmbd_crypto_alloc_error(PTR_ERR(tfm));
	err = crypto_shash_setkey(tfm, key, key_len);
	if (err) {
		crypto_free_shash(tfm);
		return err;
	}
	*(struct crypto_shash **)prepared = tfm;
	return 0;
}

static int create_hmac_md5(void *prepared, const u8 *key, u32 key_len)
{
	return create_shash(prepared, "hmac(md5)", key, key_len);
}

static int create_hmac_sha256(void *prepared, const u8 *key, u32 key_len)
{
	return create_shash(prepared, "hmac(sha256)", key, key_len);
}

static int create_cmac(void *prepared, const u8 *key, u32 key_len)
{
	return create_shash(prepared, "cmac(aes)", key, key_len);
}

/* Zeroes the key with the transform. */
static void destroy_shash(void *prepared)
{
	crypto_free_shash(*(struct crypto_shash **)prepared);
}

static int compute_shash(const void *prepared, const u8 *nonce, const struct ksmbd_seg *segs,
			 u32 nsegs, u64 total, u8 *out)
{
	return ksmbd_crypto_shash(*(struct crypto_shash *const *)prepared, segs, nsegs, out);
}

#define SHASH_MAC(size, key_len, create)                                                           \
	{                                                                                          \
		size, key_len, sizeof(struct crypto_shash *), create, destroy_shash, compute_shash \
	}

static const struct crypto_mac shash_macs[KSMBD_MAC_NR] = {
	[KSMBD_MAC_HMAC_MD5] = SHASH_MAC(16, 0, create_hmac_md5),
	[KSMBD_MAC_HMAC_SHA256] = SHASH_MAC(32, 0, create_hmac_sha256),
	[KSMBD_MAC_AES_CMAC] = SHASH_MAC(16, 16, create_cmac),
};

/* ---- the port's calls ---- */

static const struct crypto_mac *find_mac(enum ksmbd_mac_alg alg)
{
	const struct crypto_mac *mac = ksmbd_crypto_lib_mac(alg);

	if (mac)
		return mac;
	return alg == KSMBD_MAC_AES_GMAC ? &ksmbd_crypto_gmac : &shash_macs[alg];
}

static void free_key(struct ksmbd_mac_key *key)
{
	memzero_explicit(key->prepared, key->mac->key_size);
	kfree(key);
}

int ksmbd_mac_key_create(enum ksmbd_mac_alg alg, const u8 *key, u32 key_len,
			 struct ksmbd_mac_key **out)
{
	const struct crypto_mac *mac;
	struct ksmbd_mac_key *k;
	int err;

	if ((u32)alg >= KSMBD_MAC_NR || key_len > CRYPTO_MAX_BYTES)
		return -EINVAL;
	mac = find_mac(alg);
	if (mac->key_len && key_len != mac->key_len)
		return -EINVAL;
	k = kzalloc(sizeof(*k) + mac->key_size, GFP_KERNEL);
	if (!k)
		return -ENOMEM;
	k->mac = mac;
	err = mac->create(k->prepared, key, key_len);
	if (err) {
		free_key(k);
		return err;
	}
	*out = k;
	return 0;
}

void ksmbd_mac_key_free(struct ksmbd_mac_key *key)
{
	if (!key)
		return;
	if (key->mac->destroy)
		key->mac->destroy(key->prepared);
	free_key(key);
}

int ksmbd_mac_compute(const struct ksmbd_mac_key *key, const u8 *nonce,
		      const struct ksmbd_seg *segs, u32 nsegs, u8 *out, u32 out_len)
{
	u8 mac[MAC_MAX];
	u64 total;
	int err;

	if (!out_len || out_len > key->mac->size || !ksmbd_crypto_segs_ok(segs, nsegs, &total))
		return -EINVAL;
	err = key->mac->compute(key->prepared, nonce, segs, nsegs, total, mac);
	if (!err)
		memcpy(out, mac, out_len);
	memzero_explicit(mac, sizeof(mac));
	return err;
}
