/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIT_ASM_UNALIGNED_H
#define KIT_ASM_UNALIGNED_H

#include <linux/unaligned.h>

#endif
