/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Moved there in Linux 6.12. */
#ifndef KSMBD_COMPAT_ASM_UNALIGNED_H
#define KSMBD_COMPAT_ASM_UNALIGNED_H

#include <linux/unaligned.h>

#endif
