/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Split off in Linux 6.6: crypto_memneq(). */
#ifndef KSMBD_COMPAT_CRYPTO_UTILS_H
#define KSMBD_COMPAT_CRYPTO_UTILS_H

#include <crypto/algapi.h>

#endif
