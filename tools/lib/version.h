/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KSMBD_TOOLS_VERSION_H
#define KSMBD_TOOLS_VERSION_H

/* What the user programs' -V prints. */
#define KSMBD_TOOLS_VERSION "0.1"

#endif
