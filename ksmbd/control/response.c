// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/slab.h>
#include <linux/stddef.h>
#include <linux/string.h>

#include "control/control.h"
#include "wire/cursor.h"

/* Longest attribute that netlink can carry, in whole words. */
#define MAX_ATTRIBUTE 65528

#define LOGIN_REFUSED (KSMBD_NL_USER_BAD_PASSWORD | KSMBD_NL_USER_BAD_UID | KSMBD_NL_USER_BAD_USER)
#define LOGIN_FLAGS   (LOGIN_REFUSED | KSMBD_NL_USER_OK | KSMBD_NL_USER_GUEST)

/* Younger daemons put the time at which a ticket expires before the payload. */
#define SPNEGO_EXPIRY_SIZE sizeof(u64)

static const struct {
	u32 event;
	u32 min;
	u32 max;
} sizes[] = {
	{ KSMBD_NL_LOGIN_RESPONSE, sizeof(struct ksmbd_nl_login_response),
	  sizeof(struct ksmbd_nl_login_response) },
	{ KSMBD_NL_SHARE_RESPONSE, sizeof(struct ksmbd_nl_share_response),
	  sizeof(struct ksmbd_nl_share_response) + KSMBD_NL_MAX_RESPONSE_PAYLOAD },
	{ KSMBD_NL_TREE_RESPONSE, sizeof(struct ksmbd_nl_tree_response),
	  sizeof(struct ksmbd_nl_tree_response) },
	{ KSMBD_NL_RPC_RESPONSE, sizeof(struct ksmbd_nl_rpc),
	  sizeof(struct ksmbd_nl_rpc) + KSMBD_NL_MAX_RESPONSE_PAYLOAD },
	{ KSMBD_NL_SPNEGO_RESPONSE, sizeof(struct ksmbd_nl_spnego_response), MAX_ATTRIBUTE },
	{ KSMBD_NL_LOGIN_EXT_RESPONSE, sizeof(struct ksmbd_nl_groups_response), MAX_ATTRIBUTE },
};

int ksmbd_control_check(u32 event, const void *data, u32 len, u32 *handle)
{
	struct ksmbd_rd r;
	u32 i;

	ksmbd_rd_init(&r, data, len);
	ksmbd_rd_copy(&r, handle, sizeof(*handle));
	for (i = 0; i < ARRAY_SIZE(sizes); i++)
		if (sizes[i].event == event)
			return len < sizes[i].min || len > sizes[i].max ? -EMSGSIZE : 0;
	return -EOPNOTSUPP;
}

static bool is_terminated(const void *field, u32 size)
{
	return memchr(field, 0, size);
}

static int read_login(const struct ksmbd_nl_login_response *msg, struct ksmbd_login *login,
		      bool *groups)
{
	if (!is_terminated(msg->account, sizeof(msg->account)) ||
	    msg->hash_size > sizeof(msg->hash))
		return -EPROTO;
	if ((msg->status & LOGIN_REFUSED) && msg->undecided == KSMBD_NL_EXT_UNDECIDED)
		return -EAGAIN;
	if ((msg->status & LOGIN_REFUSED) ||
	    !(msg->status & (KSMBD_NL_USER_OK | KSMBD_NL_USER_GUEST)))
		return -ENOENT;
	/* All ones is nobody's id: for the file system it means "do not change". */
	if (msg->uid == U32_MAX || msg->gid == U32_MAX)
		return -EPROTO;
	memcpy(login->account, msg->account, sizeof(login->account));
	login->flags = (msg->status & LOGIN_FLAGS) | KSMBD_LOGIN_OK;
	login->uid = msg->uid;
	login->gid = msg->gid;
	*groups = msg->status & KSMBD_NL_USER_EXTENSION;
	/* Decoding base64, some daemons count its padding. */
	login->has_hash = msg->hash_size >= sizeof(login->nt_hash);
	if (login->has_hash)
		memcpy(login->nt_hash, msg->hash, sizeof(login->nt_hash));
	return 0;
}

int ksmbd_control_get_login(const void *data, u32 len, u32 handle, struct ksmbd_login *login,
			    bool *groups)
{
	struct ksmbd_nl_login_response msg;
	struct ksmbd_rd r;
	int err = -EPROTO;

	memset(login, 0, sizeof(*login));
	*groups = false;
	ksmbd_rd_init(&r, data, len);
	ksmbd_rd_copy(&r, &msg, sizeof(msg));
	if (ksmbd_rd_ok(&r) && !ksmbd_rd_left(&r) && msg.handle == handle)
		err = read_login(&msg, login, groups);
	memzero_explicit(&msg, sizeof(msg));
	return err;
}

int ksmbd_control_get_groups(const void *data, u32 len, u32 handle, struct ksmbd_login *login)
{
	struct ksmbd_nl_groups_response msg;
	struct ksmbd_rd r;
	u32 i, size;

	login->ngroups = 0;
	login->groups = NULL;
	ksmbd_rd_init(&r, data, len);
	ksmbd_rd_copy(&r, &msg, sizeof(msg));
	size = ksmbd_rd_left(&r);
	if (!ksmbd_rd_ok(&r) || msg.handle != handle || msg.ngroups < 0 ||
	    size / sizeof(u32) != msg.ngroups || size % sizeof(u32))
		return -EPROTO;
	if (!msg.ngroups)
		return 0;
	login->groups = kmemdup(ksmbd_rd_bytes(&r, size), size, GFP_KERNEL);
	if (!login->groups)
		return -ENOMEM;
	login->ngroups = msg.ngroups;
	for (i = 0; i < login->ngroups; i++)
		if (login->groups[i] == U32_MAX)
			break;
	if (i == login->ngroups)
		return 0;
	kfree(login->groups);
	login->groups = NULL;
	login->ngroups = 0;
	return -EPROTO;
}

int ksmbd_control_get_tree(const void *data, u32 len, u32 handle, struct ksmbd_tree_ask *ask)
{
	struct ksmbd_nl_tree_response msg;
	struct ksmbd_rd r;

	ksmbd_rd_init(&r, data, len);
	ksmbd_rd_copy(&r, &msg, sizeof(msg));
	if (!ksmbd_rd_ok(&r) || ksmbd_rd_left(&r) || msg.handle != handle)
		return -EPROTO;
	ask->status = msg.status;
	ask->flags = msg.connection_flags;
	return 0;
}

static const struct {
	u32 status;
	int err;
} rpc_statuses[] = {
	{ KSMBD_NL_RPC_OK, 0 },
	{ KSMBD_NL_RPC_EMORE_DATA, 0 },
	{ KSMBD_NL_RPC_EBAD_FUNC, -ENOENT },
	{ KSMBD_NL_RPC_EACCESS_DENIED, -EACCES },
	{ KSMBD_NL_RPC_EBAD_FID, -EBADF },
	{ KSMBD_NL_RPC_ENOMEM, -ENOMEM },
	{ KSMBD_NL_RPC_EBAD_DATA, -EPIPE },
	{ KSMBD_NL_RPC_EINVALID_PARAMETER, -EINVAL },
	{ KSMBD_NL_RPC_ENOTIMPLEMENTED, -EOPNOTSUPP },
};

static int errno_from_rpc(u32 status)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rpc_statuses); i++)
		if (rpc_statuses[i].status == status)
			return rpc_statuses[i].err;
	return -EIO;
}

int ksmbd_control_get_rpc(const void *data, u32 len, u32 id, struct ksmbd_control_rpc *rpc)
{
	struct ksmbd_nl_rpc msg;
	struct ksmbd_rd r;

	ksmbd_rd_init(&r, data, len);
	ksmbd_rd_copy(&r, &msg, sizeof(msg));
	if (!ksmbd_rd_ok(&r) || msg.handle != id || msg.payload_size != ksmbd_rd_left(&r))
		return -EPROTO;
	rpc->len = msg.payload_size;
	rpc->data = ksmbd_rd_bytes(&r, rpc->len);
	rpc->more = msg.flags == KSMBD_NL_RPC_EMORE_DATA;
	return errno_from_rpc(msg.flags);
}

int ksmbd_control_get_spnego(const void *data, u32 len, u32 handle,
			     struct ksmbd_control_spnego *spnego)
{
	struct ksmbd_nl_spnego_response msg;
	struct ksmbd_rd r;
	u32 size;
	int err = -EPROTO;

	memset(spnego, 0, sizeof(*spnego));
	ksmbd_rd_init(&r, data, len);
	ksmbd_rd_copy(&r, &msg, sizeof(msg));
	size = msg.session_key_size + msg.blob_size;
	if (ksmbd_rd_left(&r) == size + SPNEGO_EXPIRY_SIZE)
		ksmbd_rd_skip(&r, SPNEGO_EXPIRY_SIZE);
	if (ksmbd_rd_ok(&r) && ksmbd_rd_left(&r) == size && msg.handle == handle)
		err = read_login(&msg.login, &spnego->login, &spnego->groups);
	if (!err) {
		spnego->key_len = msg.session_key_size;
		spnego->key = ksmbd_rd_bytes(&r, spnego->key_len);
		spnego->token_len = msg.blob_size;
		spnego->token = ksmbd_rd_bytes(&r, spnego->token_len);
	}
	memzero_explicit(&msg, sizeof(msg));
	return err;
}
