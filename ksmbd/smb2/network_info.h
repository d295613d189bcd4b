/* SPDX-License-Identifier: GPL-2.0-or-later */
/* FSCTL_QUERY_NETWORK_INTERFACE_INFO. [MS-SMB2] 3.3.5.15.11 */
#ifndef KSMBD_SMB2_NETWORK_INFO_H
#define KSMBD_SMB2_NETWORK_INFO_H

#include "frame/request_types.h"
#include "util/netif_types.h"

/**
 * struct ksmbd_network_info - where further connections to this server may go
 * @list: to be freed by kfree()
 */
struct ksmbd_network_info {
	struct ksmbd_netif *list;
	u32 count;
};

/**
 * ksmbd_smb2_network_info() - collect what a client is told
 * @max_out: bytes that it takes
 *
 * Return: STATUS_SUCCESS; STATUS_NOT_SUPPORTED: this connection has no multichannel;
 * STATUS_BUFFER_TOO_SMALL: more than @max_out; STATUS_INSUFFICIENT_RESOURCES. Only success
 * leaves something to be freed.
 */
ntstatus_t ksmbd_smb2_network_info(struct ksmbd_request *req, u32 max_out,
				   struct ksmbd_network_info *info);

#endif
