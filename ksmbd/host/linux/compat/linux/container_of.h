/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Split off in Linux 5.16. */
#ifndef KSMBD_COMPAT_LINUX_CONTAINER_OF_H
#define KSMBD_COMPAT_LINUX_CONTAINER_OF_H

#include <linux/kernel.h>

#endif
