/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Kernel compatibility of the crypto back end (crypto*.c).
 *
 * KC_USE_LIB_*: plain functions instead of transforms: nothing to look up, allocate or load,
 * accelerated by the architecture all the same. Newer kernels have them, if configured; the
 * transforms of the same name may then be missing.
 */
#ifndef KSMBD_HOST_LINUX_KC_CRYPTO_H
#define KSMBD_HOST_LINUX_KC_CRYPTO_H

#include "kc.h"

#include <crypto/utils.h>
#include <linux/kconfig.h>

#if defined(KC_LIB_MD5) && IS_ENABLED(CONFIG_CRYPTO_LIB_MD5)
#define KC_USE_LIB_MD5 1
#else
#define KC_USE_LIB_MD5 0
#endif

#if defined(KC_LIB_SHA256) && IS_ENABLED(CONFIG_CRYPTO_LIB_SHA256)
#define KC_USE_LIB_SHA256 1
#else
#define KC_USE_LIB_SHA256 0
#endif

#if defined(KC_LIB_SHA512) && IS_ENABLED(CONFIG_CRYPTO_LIB_SHA512)
#define KC_USE_LIB_SHA512 1
#else
#define KC_USE_LIB_SHA512 0
#endif

#if defined(KC_LIB_CMAC) && IS_ENABLED(CONFIG_CRYPTO_LIB_AES_CBC_MACS)
#define KC_USE_LIB_CMAC 1
#else
#define KC_USE_LIB_CMAC 0
#endif

#if defined(KC_LIB_GHASH) && IS_ENABLED(CONFIG_CRYPTO_LIB_GF128HASH) && \
	IS_ENABLED(CONFIG_CRYPTO_LIB_AES)
#define KC_USE_LIB_GMAC 1
#else
#define KC_USE_LIB_GMAC 0
#endif

#endif
