/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * RC4, for NTLM's key exchange and signatures alone ([MS-NLMP] 3.4). Here and not in the crypto
 * port: it is optional in kernels, and libraries drop it.
 */
#ifndef KSMBD_AUTH_RC4_H
#define KSMBD_AUTH_RC4_H

#include <linux/types.h>

/**
 * ksmbd_rc4() - encrypt or decrypt @len bytes, @out may be @in
 * Return: 0; -EINVAL: the key has none or more than 256 bytes
 */
int ksmbd_rc4(const u8 *key, u32 key_len, const u8 *in, u8 *out, u32 len);

#endif
