/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIT_LINUX_STRINGIFY_H
#define KIT_LINUX_STRINGIFY_H

#include <linux/compiler.h>

#endif
