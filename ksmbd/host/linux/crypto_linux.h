/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Private to the kernel host's crypto port (crypto*.c). */
#ifndef KSMBD_HOST_LINUX_CRYPTO_LINUX_H
#define KSMBD_HOST_LINUX_CRYPTO_LINUX_H

#include "kc_crypto.h"

#include <linux/minmax.h>
#include <linux/sched.h>

#include "host/crypto.h"

struct crypto_aead;
struct crypto_shash;

/* Lengths are added up in u32 by the crypto API; no message comes near. */
#define CRYPTO_MAX_BYTES 0x40000000U
/* So much is hashed without a look at who else wants the CPU. */
#define CRYPTO_PIECE (64 * 1024)

#define AES_BLOCK   16
#define AEAD_IV_MAX 16
#define GCM_NONCE   12
#define MAC_MAX	    32

/* Feeds all segments: UPDATE(CTX, bytes, their number), in pieces. */
#define crypto_feed(update, ctx, segs, nsegs)                                   \
	do {                                                                    \
		const struct ksmbd_seg *_seg = (segs), *_end = _seg + (nsegs);  \
		u32 _at, _n;                                                    \
		for (; _seg < _end; _seg++) {                                   \
			for (_at = 0; _at < _seg->len; _at += _n) {             \
				_n = min_t(u32, _seg->len - _at, CRYPTO_PIECE); \
				update(ctx, (const u8 *)_seg->data + _at, _n);  \
				cond_resched();                                 \
			}                                                       \
		}                                                               \
	} while (0)

/** ksmbd_crypto_segs_ok() - plain memory segments, and not too much; gives their sum */
bool ksmbd_crypto_segs_ok(const struct ksmbd_seg *segs, u32 nsegs, u64 *total);

/** ksmbd_crypto_alloc_error() - an error of crypto_alloc_*() as the port's */
int ksmbd_crypto_alloc_error(long err);

/** ksmbd_crypto_shash() - one run of a transform, keyed or not; @out has its digest's size */
int ksmbd_crypto_shash(struct crypto_shash *tfm, const struct ksmbd_seg *segs, u32 nsegs, u8 *out);

/**
 * struct crypto_mac - how one algorithm is done
 * @size: of the result
 * @key_len: 0: any
 * @key_size: of the prepared key, which is zeroed memory at @create and freed after @destroy
 * @create: 0 or a negative errno; nothing is left behind
 * @destroy: NULL: zeroing the memory is enough
 * @compute: @out has @size bytes; @nonce is NULL for all but GMAC
 */
struct crypto_mac {
	u32 size;
	u32 key_len;
	u32 key_size;
	int (*create)(void *prepared, const u8 *key, u32 key_len);
	void (*destroy)(void *prepared);
	int (*compute)(const void *prepared, const u8 *nonce, const struct ksmbd_seg *segs,
		       u32 nsegs, u64 total, u8 *out);
};

/** ksmbd_crypto_lib_mac() - the kernel's library does it, or NULL */
const struct crypto_mac *ksmbd_crypto_lib_mac(enum ksmbd_mac_alg alg);
/** ksmbd_crypto_lib_hash() - 0, or -EOPNOTSUPP: the library does not have it */
int ksmbd_crypto_lib_hash(enum ksmbd_hash_alg alg, const struct ksmbd_seg *segs, u32 nsegs,
			  u8 *out);

/** ksmbd_crypto_ghash_lengths() - GHASH's last block of associated data alone, SP 800-38D 6.4 */
void ksmbd_crypto_ghash_lengths(u64 bytes, u8 block[AES_BLOCK]);

extern const struct crypto_mac ksmbd_crypto_gmac;

/**
 * struct aead_run - one operation of a keyed transform, in place but for segments with a view
 * @iv: AEAD_IV_MAX bytes
 * @aad, @naad, @aad_len: associated data: only read
 * @text, @ntext, @text_len: to be turned into the other thing
 * @tag: written by sealing, read by opening
 */
struct aead_run {
	struct crypto_aead *tfm;
	bool seal;
	const u8 *iv;
	const struct ksmbd_seg *aad;
	u32 naad;
	u32 aad_len;
	const struct ksmbd_seg *text;
	u32 ntext;
	u32 text_len;
	u8 *tag;
};

/** ksmbd_crypto_run_aead() - 0, -EBADMSG, or another negative errno; any kind of memory */
int ksmbd_crypto_run_aead(const struct aead_run *run);
/** ksmbd_crypto_alloc_aead() - a keyed transform with tags of KSMBD_AEAD_TAG_SIZE */
int ksmbd_crypto_alloc_aead(const char *name, const u8 *key, u32 key_len, struct crypto_aead **out);

#endif
