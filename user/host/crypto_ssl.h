/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Private to the user host's crypto port (crypto*.c). */
#ifndef USER_HOST_CRYPTO_SSL_H
#define USER_HOST_CRYPTO_SSL_H

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include <openssl/evp.h>

#include "host/crypto.h"

/* OpenSSL counts cipher input in int; no message comes near. */
#define CRYPTO_MAX_BYTES 0x40000000U

/**
 * struct crypto_algs - fetched once: a fetch takes OpenSSL's global locks
 * @aead: by algorithm and key length (128, 256)
 */
struct crypto_algs {
	EVP_MD *hash[KSMBD_HASH_NR];
	EVP_MAC *hmac;
	EVP_CIPHER *cbc;
	EVP_CIPHER *aead[KSMBD_AEAD_NR][2];
};

/** ksmbd_crypto_algs_get() - the algorithms, fetched at the first call of any thread */
const struct crypto_algs *ksmbd_crypto_algs_get(void);

/** ksmbd_crypto_segs_ok() - memory segments only, and not too much; gives their sum */
bool ksmbd_crypto_segs_ok(const struct ksmbd_seg *segs, u32 nsegs, u64 *total);

/** ksmbd_crypto_fail() - forget OpenSSL's error of this thread; returns @err */
int ksmbd_crypto_fail(int err);

#define CRYPTO_POOL_SLOTS 4

/**
 * struct crypto_pool - keyed contexts at rest
 *
 * A key's threads take a context for one operation and give it back; whoever finds
 * the pool empty makes one. A context is in one slot or in one thread's hands.
 */
struct crypto_pool {
	_Atomic(void *) slot[CRYPTO_POOL_SLOTS];
};

/** ksmbd_crypto_pool_take() - a context, now the caller's, or NULL */
void *ksmbd_crypto_pool_take(struct crypto_pool *pool);
/** ksmbd_crypto_pool_give() - hand it back; false: the pool is full, the caller frees it */
bool ksmbd_crypto_pool_give(struct crypto_pool *pool, void *ctx);

#endif
