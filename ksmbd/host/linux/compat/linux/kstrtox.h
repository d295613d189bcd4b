/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Split off in Linux 5.14. */
#ifndef KSMBD_COMPAT_LINUX_KSTRTOX_H
#define KSMBD_COMPAT_LINUX_KSTRTOX_H

#include <linux/kernel.h>

#endif
