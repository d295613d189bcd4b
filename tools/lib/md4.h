/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * MD4 (RFC 1320). Broken as a hash; here only because an NT hash is one
 * ([MS-NLMP] 3.3.1), and OpenSSL keeps it in a provider that may not be installed.
 */
#ifndef KSMBD_TOOLS_MD4_H
#define KSMBD_TOOLS_MD4_H

#include <stddef.h>
#include <stdint.h>

#define MD4_SIZE 16

/** md4() - digest of @len bytes; no copy of @data stays behind in memory */
void md4(const void *data, size_t len, uint8_t digest[MD4_SIZE]);

#endif
