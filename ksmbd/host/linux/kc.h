/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Kernel compatibility: one meaning for what has a different name or signature in different
 * kernels. Chosen by KC_* probes of the headers (probes.txt), never by version numbers.
 * Included first by every file of this directory.
 */
#ifndef KSMBD_HOST_LINUX_KC_H
#define KSMBD_HOST_LINUX_KC_H

#include <linux/fs.h>
#include <linux/types.h>

#endif
