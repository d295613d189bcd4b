/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KSMBD_HOST_LINUX_KC_NETLINK_H
#define KSMBD_HOST_LINUX_KC_NETLINK_H

#include "kc.h"

/*
 * Commands below @first may have set what is reserved in a message's header, as the family's
 * old programs may. Kernels without the field never look at it.
 */
#ifdef KC_GENL_RESV_START_OP
#define KC_GENL_LENIENT(first) .resv_start_op = (first),
#else
#define KC_GENL_LENIENT(first)
#endif

#endif
