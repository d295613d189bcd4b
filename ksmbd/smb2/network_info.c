// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/slab.h>

#include "host/sock.h"
#include "session/conn_types.h"
#include "smb2/network_info.h"
#include "util/status.h"
#include "wire/netif.h"
#include "wire/smb2_format.h"

/* More addresses than that help nobody to find the server. */
#define MAX_NETIFS 64

ntstatus_t ksmbd_smb2_network_info(struct ksmbd_request *req, u32 max_out,
				   struct ksmbd_network_info *info)
{
	ntstatus_t status = STATUS_SUCCESS;
	int count;

	if (!(req->conn->server_capabilities & SMB2_GLOBAL_CAP_MULTI_CHANNEL))
		return STATUS_NOT_SUPPORTED;
	info->list = kcalloc(MAX_NETIFS, sizeof(*info->list), GFP_KERNEL);
	if (!info->list)
		return STATUS_INSUFFICIENT_RESOURCES;
	count = ksmbd_sock_interfaces(info->list, MAX_NETIFS);
	info->count = count;
	if (count < 0)
		status = ksmbd_status_from_errno(count);
	else if (max_out < info->count * SMB2_NETIF_SIZE)
		status = STATUS_BUFFER_TOO_SMALL;
	if (status != STATUS_SUCCESS)
		kfree(info->list);
	return status;
}
