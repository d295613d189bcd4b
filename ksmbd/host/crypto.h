/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Port: cryptography. User host: OpenSSL libcrypto. Kernel host: the crypto API,
 * synchronous transforms.
 *
 * A key is immutable after creation and may be used by any number of threads at
 * once; per-operation state is on the caller's stack or allocated by the call.
 * Input is a vector of memory segments (file segments are -EINVAL; those with a view, too,
 * but for ksmbd_aead_seal()).
 * All calls may sleep. All return 0 or a negative errno.
 */
#ifndef KSMBD_HOST_CRYPTO_H
#define KSMBD_HOST_CRYPTO_H

#include <linux/types.h>

#include "util/seg_types.h"

enum ksmbd_hash_alg {
	KSMBD_HASH_MD5,
	KSMBD_HASH_SHA256,
	KSMBD_HASH_SHA512,
	KSMBD_HASH_NR
};

enum ksmbd_mac_alg {
	KSMBD_MAC_HMAC_MD5,    /* 16-byte result */
	KSMBD_MAC_HMAC_SHA256, /* 32-byte result */
	KSMBD_MAC_AES_CMAC,    /* 16-byte key and result, RFC 4493 */
	KSMBD_MAC_AES_GMAC,    /* 16-byte key and result, 12-byte nonce, SP 800-38D */
	KSMBD_MAC_NR
};

enum ksmbd_aead_alg {
	KSMBD_AEAD_AES_CCM,
	KSMBD_AEAD_AES_GCM,
	KSMBD_AEAD_NR
};

#define KSMBD_AEAD_TAG_SIZE 16

struct ksmbd_mac_key;
struct ksmbd_aead_key;

/**
 * ksmbd_crypto_hash() - digest of a segment vector
 * @out: receives exactly @out_len bytes; @out_len must be the digest's size (16, 32, 64)
 */
int ksmbd_crypto_hash(enum ksmbd_hash_alg alg, const struct ksmbd_seg *segs, u32 nsegs, u8 *out,
		      u32 out_len);

/**
 * ksmbd_mac_key_create() - make a key object
 * @key: secret bytes, copied; the copy is zeroed by ksmbd_mac_key_free()
 * @out: receives the key; the caller owns it
 */
int ksmbd_mac_key_create(enum ksmbd_mac_alg alg, const u8 *key, u32 key_len,
			 struct ksmbd_mac_key **out);

/** ksmbd_mac_key_free() - zero and free; NULL is ignored; no operation may be running */
void ksmbd_mac_key_free(struct ksmbd_mac_key *key);

/**
 * ksmbd_mac_compute() - authenticate a segment vector
 * @nonce: 12 bytes for GMAC; the others do not look at it
 * @out: receives the first @out_len bytes of the result (1..its size)
 */
int ksmbd_mac_compute(const struct ksmbd_mac_key *key, const u8 *nonce,
		      const struct ksmbd_seg *segs, u32 nsegs, u8 *out, u32 out_len);

/**
 * ksmbd_aead_key_create() - make a sealing key; @key_len is 16 or 32
 */
int ksmbd_aead_key_create(enum ksmbd_aead_alg alg, const u8 *key, u32 key_len,
			  struct ksmbd_aead_key **out);
void ksmbd_aead_key_free(struct ksmbd_aead_key *key);

/**
 * ksmbd_aead_reads_once() - may the plain text change while it is sealed
 *
 * True if each byte of it is looked at once and the tag is that of the cipher text that was
 * written: then segments with a view are accepted. CCM authenticates the plain text, which it
 * reads a second time to encrypt it.
 */
bool ksmbd_aead_reads_once(const struct ksmbd_aead_key *key);

/**
 * ksmbd_aead_seal() - encrypt, in place or from views
 * @nonce: 11 bytes for CCM, 12 for GCM
 * @aad: additional authenticated data
 * @segs: plain text, becomes cipher text; that of a segment with a view is left alone and the
 *        cipher text put at its .data
 * @tag: receives KSMBD_AEAD_TAG_SIZE bytes
 *
 * -EINVAL for a view with a key that is not ksmbd_aead_reads_once().
 */
int ksmbd_aead_seal(const struct ksmbd_aead_key *key, const u8 *nonce, const u8 *aad, u32 aad_len,
		    const struct ksmbd_seg *segs, u32 nsegs, u8 *tag);

/**
 * ksmbd_aead_open() - verify and decrypt in place
 *
 * Return: 0; -EBADMSG when the tag is wrong (the segments then hold nothing usable).
 */
int ksmbd_aead_open(const struct ksmbd_aead_key *key, const u8 *nonce, const u8 *aad, u32 aad_len,
		    const struct ksmbd_seg *segs, u32 nsegs, const u8 *tag);

/** ksmbd_crypto_equal() - compare in constant time */
bool ksmbd_crypto_equal(const void *a, const void *b, u32 len);

#endif
