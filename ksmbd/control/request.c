// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/errno.h>
#include <linux/string.h>

#include "control/control.h"

/* The tools' buffer holds a whole message of this size. */
#define MAX_MESSAGE  KSMBD_NL_MAX_RESPONSE_PAYLOAD
#define ALL_HEADERS  64u /* netlink, generic netlink, attribute, fixed part: more than enough */
#define MAX_VARIABLE (MAX_MESSAGE - ALL_HEADERS)

/* A name into a zeroed field of @size bytes. A longer one is nobody's, not a shorter name. */
static int put_name(__s8 *field, u32 size, const char *name)
{
	size_t len = strlen(name);

	if (len >= size)
		return -ENAMETOOLONG;
	memcpy(field, name, len);
	return 0;
}

int ksmbd_control_put_login(struct ksmbd_nl_login_request *msg, u32 handle, const char *account)
{
	memset(msg, 0, sizeof(*msg));
	msg->handle = handle;
	return put_name(msg->account, sizeof(msg->account), account);
}

int ksmbd_control_put_share(struct ksmbd_nl_share_request *msg, u32 handle, const char *name)
{
	memset(msg, 0, sizeof(*msg));
	msg->handle = handle;
	return put_name(msg->share_name, sizeof(msg->share_name), name);
}

int ksmbd_control_put_tree(struct ksmbd_nl_tree_request *msg, u32 handle,
			   const struct ksmbd_tree_ask *ask)
{
	int err;

	memset(msg, 0, sizeof(*msg));
	msg->handle = handle;
	msg->account_flags = ask->login_flags;
	msg->flags = KSMBD_NL_TREE_REQUEST_SMB2;
	if (strchr(ask->peer, ':'))
		msg->flags |= KSMBD_NL_TREE_REQUEST_IPV6;
	msg->session_id = ask->session_id;
	msg->connect_id = ask->tree_id;
	err = put_name(msg->account, sizeof(msg->account), ask->account);
	if (!err)
		err = put_name(msg->share, sizeof(msg->share), ask->share);
	if (!err)
		err = put_name(msg->peer_addr, sizeof(msg->peer_addr), ask->peer);
	return err;
}

void ksmbd_control_put_tree_disconnect(struct ksmbd_nl_tree_disconnect *msg, u64 session_id,
				       u64 tree_id)
{
	memset(msg, 0, sizeof(*msg));
	msg->session_id = session_id;
	msg->connect_id = tree_id;
}

int ksmbd_control_put_logout(struct ksmbd_nl_logout *msg, const char *account, u32 login_flags)
{
	memset(msg, 0, sizeof(*msg));
	msg->account_flags = login_flags;
	return put_name(msg->account, sizeof(msg->account), account);
}

int ksmbd_control_put_rpc(struct ksmbd_nl_rpc *msg, u32 id, u32 flags, u32 len)
{
	if (len > MAX_VARIABLE)
		return -EMSGSIZE;
	msg->handle = id;
	msg->flags = flags;
	msg->payload_size = len;
	return 0;
}

int ksmbd_control_put_spnego(struct ksmbd_nl_spnego_request *msg, u32 handle, u32 len)
{
	if (len > MAX_VARIABLE)
		return -EMSGSIZE;
	msg->handle = handle;
	msg->blob_size = len;
	return 0;
}
