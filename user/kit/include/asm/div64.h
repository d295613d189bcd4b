/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIT_ASM_DIV64_H
#define KIT_ASM_DIV64_H

#include <linux/math64.h>

#endif
