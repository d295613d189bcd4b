/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIT_LINUX_SWAB_H
#define KIT_LINUX_SWAB_H

#include_next <linux/swab.h>
#include <asm/byteorder.h>

#endif
