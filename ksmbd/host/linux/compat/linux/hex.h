/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Split off in Linux 6.4. */
#ifndef KSMBD_COMPAT_LINUX_HEX_H
#define KSMBD_COMPAT_LINUX_HEX_H

#include <linux/kernel.h>

#endif
