/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIT_LINUX_COMPILER_TYPES_H
#define KIT_LINUX_COMPILER_TYPES_H

#include <linux/compiler.h>

#endif
