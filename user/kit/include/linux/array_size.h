/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIT_LINUX_ARRAY_SIZE_H
#define KIT_LINUX_ARRAY_SIZE_H

#include <linux/compiler.h>

#define ARRAY_SIZE(arr) (sizeof(arr) / sizeof((arr)[0]) + __must_be_array(arr))

#endif
