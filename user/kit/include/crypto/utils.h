/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIT_CRYPTO_UTILS_H
#define KIT_CRYPTO_UTILS_H

#include <linux/types.h>

/* 0 when equal, in a time that depends on size only. */
unsigned long crypto_memneq(const void *a, const void *b, size_t size);

#endif
