// SPDX-License-Identifier: GPL-2.0-or-later
#include "wire/netif.h"

#define RSS_CAPABLE  0x00000001
#define RDMA_CAPABLE 0x00000002

#define FAMILY_INET  0x0002
#define FAMILY_INET6 0x0017

#define STORAGE_SIZE 128 /* SOCKADDR_STORAGE, 2.2.32.5.1 */

/* Ports, flow and scope stay zero: clients do not look at them. */
static void write_storage(struct ksmbd_wr *wr, const struct ksmbd_netif *netif)
{
	u32 begin = wr->len;

	if (netif->family == 4) {
		ksmbd_wr_u16(wr, FAMILY_INET);
		ksmbd_wr_zero(wr, 2); /* Port */
		ksmbd_wr_bytes(wr, netif->addr, 4);
	} else {
		ksmbd_wr_u16(wr, FAMILY_INET6);
		ksmbd_wr_zero(wr, 2 + 4); /* Port, FlowInfo */
		ksmbd_wr_bytes(wr, netif->addr, 16);
	}
	ksmbd_wr_zero(wr, STORAGE_SIZE - (wr->len - begin));
}

void ksmbd_netif_write(struct ksmbd_wr *wr, const struct ksmbd_netif *list, u32 count)
{
	u32 i;

	for (i = 0; i < count && ksmbd_wr_ok(wr); i++) {
		ksmbd_wr_u32(wr, i + 1 < count ? SMB2_NETIF_SIZE : 0);
		ksmbd_wr_u32(wr, list[i].index);
		ksmbd_wr_u32(wr,
			     (list[i].rss ? RSS_CAPABLE : 0) | (list[i].rdma ? RDMA_CAPABLE : 0));
		ksmbd_wr_u32(wr, 0);
		ksmbd_wr_u64(wr, list[i].speed);
		write_storage(wr, &list[i]);
	}
}
