/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Split off in Linux 5.15. */
#ifndef KSMBD_COMPAT_LINUX_FIND_H
#define KSMBD_COMPAT_LINUX_FIND_H

#include <linux/bitops.h>

#endif
