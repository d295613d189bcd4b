/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Split off in Linux 5.11. */
#ifndef KSMBD_COMPAT_LINUX_ALIGN_H
#define KSMBD_COMPAT_LINUX_ALIGN_H

#include <linux/kernel.h>

#endif
