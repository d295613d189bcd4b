/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NETWORK_INTERFACE_INFO. [MS-SMB2] 2.2.32.5 */
#ifndef KSMBD_WIRE_NETIF_H
#define KSMBD_WIRE_NETIF_H

#include "util/netif_types.h"
#include "wire/cursor.h"

#define SMB2_NETIF_SIZE 152

/** ksmbd_netif_write() - @count entries, SMB2_NETIF_SIZE bytes each */
void ksmbd_netif_write(struct ksmbd_wr *wr, const struct ksmbd_netif *list, u32 count);

#endif
