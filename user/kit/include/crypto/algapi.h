/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIT_CRYPTO_ALGAPI_H
#define KIT_CRYPTO_ALGAPI_H

#include <crypto/utils.h>

#endif
