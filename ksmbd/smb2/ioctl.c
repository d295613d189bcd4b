// SPDX-License-Identifier: GPL-2.0-or-later
/* IOCTL. [MS-SMB2] 2.2.31, 2.2.32, 3.3.5.15; a code without a row is refused. */
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "config_types.h"
#include "open/open.h"
#include "open/pipe.h"
#include "session/conn.h"
#include "smb2/negotiate.h"
#include "smb2/network_info.h"
#include "smb2/pipe_io.h"
#include "smb2/reply.h"
#include "smb2/smb2.h"
#include "util/status.h"
#include "wire/netif.h"
#include "wire/smb2_format.h"

#define BODY_SIZE     48
#define VALIDATE_SIZE 24 /* of a VALIDATE_NEGOTIATE_INFO response */

struct ioctl_args {
	u32 code;
	u32 max_out;
	u32 flags;
	u64 persistent_id;
	u64 volatile_id;
	struct ksmbd_rd in;
};

/**
 * struct ioctl_row - one control code
 * @needs_open: it is about an open; else the FileId must say that it is about none
 * @access: right that the open must have been granted; 0: none in particular
 * @min_out: smallest MaxOutputResponse
 * @run: appends the output to the reply
 */
struct ioctl_row {
	u32 code;
	bool needs_open;
	u32 access;
	u32 min_out;
	ntstatus_t (*run)(struct ksmbd_request *req, const struct ioctl_args *args);
};

static ntstatus_t decode_ioctl(struct ksmbd_request *req, struct ioctl_args *args)
{
	struct ksmbd_rd *rd = &req->rd;
	u32 in_off, in_len, max_in;

	ksmbd_rd_skip(rd, 4);
	args->code = ksmbd_rd_u32(rd);
	args->persistent_id = ksmbd_rd_u64(rd);
	args->volatile_id = ksmbd_rd_u64(rd);
	in_off = ksmbd_rd_u32(rd);
	in_len = ksmbd_rd_u32(rd);
	max_in = ksmbd_rd_u32(rd);
	ksmbd_rd_skip(rd, 8); /* OutputOffset, OutputCount: for responses */
	args->max_out = ksmbd_rd_u32(rd);
	args->flags = ksmbd_rd_u32(rd);
	ksmbd_rd_window(rd, &args->in, in_len ? in_off : 0, in_len);
	if (!ksmbd_rd_ok(rd) || max_in > req->conn->max_trans ||
	    args->max_out > req->conn->max_trans || in_len > req->conn->max_trans ||
	    !ksmbd_charge_covers(req, max(in_len, args->max_out)))
		return STATUS_INVALID_PARAMETER;
	return STATUS_SUCCESS;
}

/* The fixed part of the reply; output goes right behind it. */
static void encode_ioctl(struct ksmbd_request *req, const struct ioctl_args *args, u32 out_len)
{
	struct ksmbd_wr *wr = &req->reply->wr;

	ksmbd_wr_u16(wr, 49);
	ksmbd_wr_u16(wr, 0);
	ksmbd_wr_u32(wr, args->code);
	ksmbd_wr_u64(wr, args->persistent_id);
	ksmbd_wr_u64(wr, args->volatile_id);
	ksmbd_wr_u32(wr, SMB2_HEADER_SIZE + BODY_SIZE); /* InputOffset */
	ksmbd_wr_u32(wr, 0);
	ksmbd_wr_u32(wr, SMB2_HEADER_SIZE + BODY_SIZE); /* OutputOffset */
	ksmbd_wr_u32(wr, out_len);
	ksmbd_wr_u32(wr, 0);
	ksmbd_wr_u32(wr, 0);
}

/*
 * 3.3.5.15.12: the client checks that nobody rewrote the negotiation. An answer that
 * would differ ends the connection.
 */
static ntstatus_t validate_negotiate(struct ksmbd_request *req, const struct ioctl_args *args)
{
	struct ksmbd_conn *conn = req->conn;
	struct ksmbd_rd in = args->in;
	struct ksmbd_wr *wr = &req->reply->wr;
	u32 capabilities = ksmbd_rd_u32(&in);
	const u8 *guid = ksmbd_rd_bytes(&in, 16);
	u16 mode = ksmbd_rd_u16(&in);
	u16 count = ksmbd_rd_u16(&in);
	u8 dialects[sizeof(conn->client_dialects)];

	/* 3.1.1 has the hash for it: who asks nevertheless has been led here. */
	if (conn->dialect == KSMBD_DIALECT_311 || args->max_out < VALIDATE_SIZE || !guid ||
	    !ksmbd_smb2_hash_dialects(&in, count, dialects) ||
	    memcmp(dialects, conn->client_dialects, sizeof(dialects)) ||
	    capabilities != conn->client_capabilities || mode != conn->client_security_mode ||
	    memcmp(guid, conn->client_guid, sizeof(conn->client_guid))) {
		req->drop_conn = true;
		return STATUS_ACCESS_DENIED;
	}
	encode_ioctl(req, args, VALIDATE_SIZE);
	ksmbd_wr_u32(wr, conn->server_capabilities);
	ksmbd_wr_bytes(wr, ksmbd_smb2_server_guid(), 16);
	ksmbd_wr_u16(wr, conn->server_security_mode);
	ksmbd_wr_u16(wr, conn->dialect);
	return STATUS_SUCCESS;
}

static ntstatus_t query_interfaces(struct ksmbd_request *req, const struct ioctl_args *args)
{
	struct ksmbd_network_info info;
	ntstatus_t status;

	status = ksmbd_smb2_network_info(req, args->max_out, &info);
	if (status != STATUS_SUCCESS)
		return status;
	status = ksmbd_reply_reserve(req, BODY_SIZE + info.count * SMB2_NETIF_SIZE);
	if (status == STATUS_SUCCESS) {
		encode_ioctl(req, args, info.count * SMB2_NETIF_SIZE);
		ksmbd_netif_write(&req->reply->wr, info.list, info.count);
	}
	kfree(info.list);
	return status;
}

static ntstatus_t read_transceived(struct ksmbd_request *req, const struct ioctl_args *args);

static ntstatus_t resume_transceive(struct ksmbd_request *req, ntstatus_t why)
{
	struct ioctl_args args;

	if (why != STATUS_SUCCESS)
		return why;
	ksmbd_rd_seek(&req->rd, SMB2_HEADER_SIZE);
	decode_ioctl(req, &args);
	return read_transceived(req, &args);
}

static ntstatus_t read_transceived(struct ksmbd_request *req, const struct ioctl_args *args)
{
	ntstatus_t status;
	u32 len;

	status = ksmbd_smb2_pipe_fetch(req, args->max_out, resume_transceive, &len);
	if (status == STATUS_SUCCESS || status == STATUS_BUFFER_OVERFLOW) {
		encode_ioctl(req, args, len);
		req->keep_body = true;
	}
	return status;
}

static ntstatus_t transceive(struct ksmbd_request *req, const struct ioctl_args *args)
{
	ntstatus_t status;

	if (!req->open->pipe)
		return STATUS_NOT_SUPPORTED;
	status = ksmbd_pipe_write(req->open, args->in.base, args->in.len);
	if (status != STATUS_SUCCESS)
		return status;
	return read_transceived(req, args);
}

/* This is no DFS server: 3.3.5.15.2 */
static ntstatus_t refuse_dfs(struct ksmbd_request *req, const struct ioctl_args *args)
{
	return STATUS_FS_DRIVER_REQUIRED;
}

/*
 * [MS-FSCC] 2.3.1.1: an id that stays with the file: its inode. The birth ids, which
 * a link tracker would use, are zero.
 */
static ntstatus_t get_object_id(struct ksmbd_request *req, const struct ioctl_args *args)
{
	struct ksmbd_wr *wr = &req->reply->wr;
	struct ksmbd_stat st;
	int err;

	if (req->open->pipe)
		return STATUS_INVALID_DEVICE_REQUEST;
	err = ksmbd_file_stat(req->open->file, &st);
	if (err)
		return ksmbd_status_from_errno(err);
	encode_ioctl(req, args, 64);
	ksmbd_wr_u64(wr, st.dev);
	ksmbd_wr_u64(wr, st.ino);
	ksmbd_wr_zero(wr, 48);
	return STATUS_SUCCESS;
}

/* clang-format off */
static const struct ioctl_row rows[] = {
	{ FSCTL_VALIDATE_NEGOTIATE_INFO, false, 0, 0, validate_negotiate },
	{ FSCTL_PIPE_TRANSCEIVE, true, FILE_WRITE_DATA, 0, transceive },
	{ FSCTL_CREATE_OR_GET_OBJECT_ID, true, 0, 64, get_object_id },
	{ FSCTL_QUERY_NETWORK_INTERFACE_INFO, false, 0, 0, query_interfaces },
	{ FSCTL_DFS_GET_REFERRALS, false, 0, 0, refuse_dfs },
	{ FSCTL_DFS_GET_REFERRALS_EX, false, 0, 0, refuse_dfs },
};
/* clang-format on */

static const struct ioctl_row *find_row(u32 code)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].code == code)
			return &rows[i];
	return NULL;
}

ntstatus_t ksmbd_smb2_ioctl(struct ksmbd_request *req)
{
	const struct ioctl_row *row;
	struct ioctl_args args;
	ntstatus_t status;

	status = decode_ioctl(req, &args);
	if (status != STATUS_SUCCESS)
		return status;
	if (args.flags != SMB2_0_IOCTL_IS_FSCTL)
		return STATUS_NOT_SUPPORTED;
	row = find_row(args.code);
	if (!row)
		return STATUS_INVALID_DEVICE_REQUEST;
	if (row->needs_open && !req->open)
		return STATUS_FILE_CLOSED;
	if (!row->needs_open && (args.persistent_id & args.volatile_id) != U64_MAX)
		return STATUS_INVALID_PARAMETER;
	if (row->access && !(req->open->access & row->access))
		return STATUS_ACCESS_DENIED;
	if (args.max_out < row->min_out)
		return STATUS_INVALID_PARAMETER;
	return row->run(req, &args);
}
