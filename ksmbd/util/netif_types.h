/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KSMBD_UTIL_NETIF_TYPES_H
#define KSMBD_UTIL_NETIF_TYPES_H

#include <linux/types.h>

/**
 * struct ksmbd_netif - an address of a network interface
 * @index: the interface's, never 0; the same in all of its addresses
 * @rss: it spreads what it receives over several queues, so that several connections to it
 *       are faster than one
 * @rdma: SMB Direct is served at it
 * @speed: bits per second
 * @family: 4 or 6
 * @addr: 4 or 16 bytes, network order, the rest zero
 */
struct ksmbd_netif {
	u32 index;
	bool rss;
	bool rdma;
	u64 speed;
	u8 family;
	u8 addr[16];
};

#endif
