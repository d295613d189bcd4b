/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SP 800-108 counter mode with HMAC-SHA256, and the SMB3 key labels. [MS-SMB2] 3.1.4.2 */
#ifndef KSMBD_PROTECT_KDF_H
#define KSMBD_PROTECT_KDF_H

#include <linux/types.h>

/* Which key is derived; selects label and context. */
enum ksmbd_key_purpose {
	KSMBD_KEY_SIGNING,
	KSMBD_KEY_APPLICATION,
	KSMBD_KEY_SEAL_SERVER_OUT, /* server encrypts */
	KSMBD_KEY_SEAL_SERVER_IN,  /* server decrypts */
	KSMBD_KEY_NR
};

/**
 * ksmbd_kdf_derive() - a session key's descendant
 * @purpose: which one
 * @dialect: wire value, 3.0 or later; from 3.1.1 on the context is @preauth
 * @preauth: 64-byte preauthentication hash, ignored (may be NULL) before 3.1.1
 * @key, @key_len: the session key (16, or 32 for 256-bit ciphers)
 * @out, @out_len: receives 16 or 32 bytes
 *
 * Return: 0 or a negative errno of the crypto port.
 */
int ksmbd_kdf_derive(enum ksmbd_key_purpose purpose, u16 dialect, const u8 *preauth, const u8 *key,
		     u32 key_len, u8 *out, u32 out_len);

#endif
