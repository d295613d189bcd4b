/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Split off in Linux 5.10. */
#ifndef KSMBD_COMPAT_LINUX_MINMAX_H
#define KSMBD_COMPAT_LINUX_MINMAX_H

#include <linux/kernel.h>

#endif
