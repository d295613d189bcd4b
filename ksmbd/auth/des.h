/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DES of one block, for NTLMv1 alone (FIPS 46-3). Here and not in the crypto port: libraries
 * and kernels drop it.
 */
#ifndef KSMBD_AUTH_DES_H
#define KSMBD_AUTH_DES_H

#include <linux/types.h>

#define KSMBD_DES_KEY_SIZE   7 /* without the parity bits */
#define KSMBD_DES_BLOCK_SIZE 8

/** ksmbd_des_encrypt() - @out may be @in */
void ksmbd_des_encrypt(const u8 *key, const u8 *in, u8 *out);

#endif
