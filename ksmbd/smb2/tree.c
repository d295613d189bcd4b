// SPDX-License-Identifier: GPL-2.0-or-later
/* TREE_CONNECT, TREE_DISCONNECT, ECHO. [MS-SMB2] 2.2.9 to 2.2.12, 3.3.5.7, 3.3.5.8 */
#include <linux/slab.h>
#include <linux/string.h>

#include "config_types.h"
#include "name/utf16.h"
#include "session/conn.h"
#include "session/session.h"
#include "smb2/reply.h"
#include "smb2/smb2.h"
#include "wire/smb2_format.h"

#define MAX_UNC_BYTES 1024

/* "\\server\share" into the share's name. @name is NUL-terminated. */
static ntstatus_t decode_tree_connect(struct ksmbd_request *req, char *name, u32 cap)
{
	struct ksmbd_rd *rd = &req->rd, path;
	u16 off, len;
	u32 i, start = 0;

	ksmbd_rd_skip(rd, 4);
	off = ksmbd_rd_u16(rd);
	len = ksmbd_rd_u16(rd);
	ksmbd_rd_window(rd, &path, off, len);
	if (!ksmbd_rd_ok(rd) || len > MAX_UNC_BYTES || len % 2)
		return STATUS_INVALID_PARAMETER;
	for (i = 0; i + 2 <= len; i += 2)
		if (path.base[i] == '\\' && !path.base[i + 1])
			start = i + 2;
	if (start < 4 || ksmbd_utf16_to_utf8(path.base + start, len - start, name, cap) <= 0)
		return STATUS_BAD_NETWORK_NAME;
	return STATUS_SUCCESS;
}

static void encode_tree_connect(struct ksmbd_request *req, const struct ksmbd_tree *tree)
{
	struct ksmbd_wr *wr = &req->reply->wr;
	bool pipe = tree->share->is_pipe;

	ksmbd_wr_u16(wr, 16);
	ksmbd_wr_u8(wr, pipe ? SMB2_SHARE_TYPE_PIPE : SMB2_SHARE_TYPE_DISK);
	ksmbd_wr_u8(wr, 0);
	ksmbd_wr_u32(wr, (pipe ? SMB2_SHAREFLAG_NO_CACHING : 0) |
				 (tree->encrypt ? SMB2_SHAREFLAG_ENCRYPT_DATA : 0));
	ksmbd_wr_u32(wr, 0);
	ksmbd_wr_u32(wr, tree->max_access);
}

/* 3.3.5.7: with 3.1.1 this request proves that nobody sits in between. */
static bool must_drop_unsigned(const struct ksmbd_request *req)
{
	struct ksmbd_user *user;
	bool nobody;

	if (req->conn->dialect != KSMBD_DIALECT_311 || req->signed_ok || req->sealed)
		return false;
	user = ksmbd_session_user(req->session);
	nobody = user->guest || user->anonymous;
	ksmbd_user_put(user);
	return !nobody;
}

ntstatus_t ksmbd_smb2_tree_connect(struct ksmbd_request *req)
{
	char name[KSMBD_SHARE_NAME_SIZE * 3];
	ntstatus_t status;

	if (must_drop_unsigned(req)) {
		req->close_conn = true;
		return STATUS_ACCESS_DENIED;
	}
	status = decode_tree_connect(req, name, sizeof(name));
	if (status != STATUS_SUCCESS)
		return status;
	status = ksmbd_reply_reserve(req, 16);
	if (status != STATUS_SUCCESS)
		return status;
	status = ksmbd_tree_connect(req->conn, req->session, name, &req->tree);
	if (status != STATUS_SUCCESS)
		return status;
	req->hdr.tree_id = req->tree->id;
	encode_tree_connect(req, req->tree);
	return STATUS_SUCCESS;
}

/* LOGOFF, TREE_DISCONNECT and ECHO have the same empty body. */
static ntstatus_t encode_empty(struct ksmbd_request *req)
{
	ksmbd_wr_u16(&req->reply->wr, 4);
	ksmbd_wr_u16(&req->reply->wr, 0);
	return STATUS_SUCCESS;
}

ntstatus_t ksmbd_smb2_tree_disconnect(struct ksmbd_request *req)
{
	if (!ksmbd_tree_disconnect(req->session, req->tree))
		return STATUS_NETWORK_NAME_DELETED;
	return encode_empty(req);
}

ntstatus_t ksmbd_smb2_echo(struct ksmbd_request *req)
{
	return encode_empty(req);
}
