/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIT_LINUX_TIME_H
#define KIT_LINUX_TIME_H

#include <linux/time64.h>

#endif
