/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Moved here in Linux 6.12. */
#ifndef KSMBD_COMPAT_LINUX_UNALIGNED_H
#define KSMBD_COMPAT_LINUX_UNALIGNED_H

#include <asm/unaligned.h>

#endif
