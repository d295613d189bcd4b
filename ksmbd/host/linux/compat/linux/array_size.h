/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Split off in Linux 6.6. */
#ifndef KSMBD_COMPAT_LINUX_ARRAY_SIZE_H
#define KSMBD_COMPAT_LINUX_ARRAY_SIZE_H

#include <linux/kernel.h>

#endif
