// SPDX-License-Identifier: GPL-2.0-or-later
/* NEGOTIATE. [MS-SMB2] 2.2.3, 2.2.4, 3.3.5.4 */
#include <asm/unaligned.h>
#include <linux/bits.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/minmax.h>
#include <linux/random.h>
#include <linux/string.h>
#include <linux/timekeeping.h>

#include "auth/auth.h"
#include "config_types.h"
#include "protect/preauth.h"
#include "protect/seal.h"
#include "session/conn.h"
#include "smb2/negotiate.h"
#include "smb2/reply.h"
#include "smb2/smb2.h"
#include "util/time.h"
#include "wire/negctx.h"
#include "wire/smb2_format.h"

#define HINT_MAX	       256
#define BODY_MAX	       768
#define SECURITY_BUFFER_OFFSET 128
#define SALT_SIZE	       32
#define SMB202_MAX_IO	       65536

struct negotiate_args {
	u16 security_mode;
	u32 capabilities;
	u8 client_guid[16];
	u16 dialect;
	u8 dialects[KSMBD_PREAUTH_SIZE]; /* a hash of all, for VALIDATE_NEGOTIATE_INFO */
	struct ksmbd_negctx ctx;
};

static u8 server_guid[16];

void ksmbd_smb2_init(void)
{
	get_random_bytes(server_guid, sizeof(server_guid));
}

const u8 *ksmbd_smb2_server_guid(void)
{
	return server_guid;
}

static const u16 known_dialects[] = { KSMBD_DIALECT_202, KSMBD_DIALECT_210, KSMBD_DIALECT_300,
				      KSMBD_DIALECT_302, KSMBD_DIALECT_311 };

static bool dialect_served(const struct ksmbd_conn *conn, u16 dialect)
{
	u32 i;

	if (dialect < conn->config->min_dialect || dialect > conn->config->max_dialect)
		return false;
	for (i = 0; i < ARRAY_SIZE(known_dialects); i++)
		if (known_dialects[i] == dialect)
			return true;
	return false;
}

u16 ksmbd_smb2_choose_dialect(const struct ksmbd_conn *conn, struct ksmbd_rd *rd, u32 count)
{
	u16 best = 0;
	u32 i;

	for (i = 0; i < count && ksmbd_rd_ok(rd); i++) {
		u16 dialect = ksmbd_rd_u16(rd);

		if (dialect > best && dialect_served(conn, dialect))
			best = dialect;
	}
	return ksmbd_rd_ok(rd) ? best : 0;
}

bool ksmbd_smb2_hash_dialects(const struct ksmbd_rd *rd, u32 count, u8 *hash)
{
	struct ksmbd_rd list = *rd;
	struct ksmbd_seg seg = { .len = count * sizeof(u16) };

	seg.data = (void *)ksmbd_rd_bytes(&list, seg.len);
	memset(hash, 0, KSMBD_PREAUTH_SIZE);
	return seg.data && !ksmbd_preauth_update(hash, &seg, 1);
}

static ntstatus_t decode_contexts(struct ksmbd_request *req, u32 off, u32 count,
				  struct negotiate_args *args)
{
	struct ksmbd_rd window;

	if (off > req->rd.len)
		return STATUS_INVALID_PARAMETER;
	ksmbd_rd_window(&req->rd, &window, off, req->rd.len - off);
	return ksmbd_negctx_read(&window, count, &args->ctx);
}

static ntstatus_t decode_negotiate(struct ksmbd_request *req, struct negotiate_args *args)
{
	struct ksmbd_rd *rd = &req->rd;
	struct ksmbd_rd list;
	u16 count, ctx_count;
	u32 ctx_off;

	memset(args, 0, sizeof(*args));
	ksmbd_rd_skip(rd, 2);
	count = ksmbd_rd_u16(rd);
	args->security_mode = ksmbd_rd_u16(rd);
	ksmbd_rd_skip(rd, 2);
	args->capabilities = ksmbd_rd_u32(rd);
	ksmbd_rd_copy(rd, args->client_guid, sizeof(args->client_guid));
	ctx_off = ksmbd_rd_u32(rd);
	ctx_count = ksmbd_rd_u16(rd);
	ksmbd_rd_skip(rd, 2);
	if (!count)
		return STATUS_INVALID_PARAMETER;
	list = *rd;
	args->dialect = ksmbd_smb2_choose_dialect(req->conn, rd, count);
	if (!ksmbd_rd_ok(rd))
		return STATUS_INVALID_PARAMETER;
	if (!args->dialect)
		return STATUS_NOT_SUPPORTED;
	if (args->dialect == KSMBD_DIALECT_311)
		return decode_contexts(req, ctx_off, ctx_count, args);
	return ksmbd_smb2_hash_dialects(&list, count, args->dialects) ?
		       STATUS_SUCCESS :
		       STATUS_INSUFFICIENT_RESOURCES;
}

static u16 choose_signing(u16 dialect, const struct ksmbd_negctx *ctx)
{
	/* The fastest first. */
	static const u16 preferred[] = { SMB2_SIGNING_AES_GMAC, SMB2_SIGNING_AES_CMAC,
					 SMB2_SIGNING_HMAC_SHA256 };
	u32 i;

	if (dialect < KSMBD_DIALECT_300)
		return SMB2_SIGNING_HMAC_SHA256;
	if (dialect == KSMBD_DIALECT_311 && ctx->has_signing)
		for (i = 0; i < ARRAY_SIZE(preferred); i++)
			if (ctx->signing_algs & BIT(preferred[i]))
				return preferred[i];
	return SMB2_SIGNING_AES_CMAC;
}

/* 3.1.1 has a context for it; 3.0 and 3.0.2 a capability and one cipher. */
static u16 choose_cipher(const struct ksmbd_conn *conn, const struct negotiate_args *args)
{
	static const u16 only[] = { SMB2_ENCRYPTION_AES128_CCM };

	if (conn->config->encryption == KSMBD_ENCRYPTION_OFF || args->dialect < KSMBD_DIALECT_300)
		return 0;
	if (args->dialect == KSMBD_DIALECT_311)
		return ksmbd_seal_choose(args->ctx.ciphers, args->ctx.nr_ciphers);
	if (!(args->capabilities & SMB2_GLOBAL_CAP_ENCRYPTION))
		return 0;
	return ksmbd_seal_choose(only, ARRAY_SIZE(only));
}

/* Fixes the connection's parameters for @dialect. */
static void settle_conn(struct ksmbd_conn *conn, u16 dialect)
{
	conn->server_security_mode = SMB2_NEGOTIATE_SIGNING_ENABLED;
	if (conn->config->signing == KSMBD_SIGNING_MANDATORY)
		conn->server_security_mode |= SMB2_NEGOTIATE_SIGNING_REQUIRED;
	conn->server_capabilities = 0;
	if (dialect > KSMBD_DIALECT_202)
		conn->server_capabilities |= SMB2_GLOBAL_CAP_LARGE_MTU;
	conn->max_trans = conn->config->max_trans;
	conn->max_read = conn->config->max_read;
	conn->max_write = conn->config->max_write;
	if (dialect == KSMBD_DIALECT_202) {
		conn->max_trans = SMB202_MAX_IO;
		conn->max_read = SMB202_MAX_IO;
		conn->max_write = SMB202_MAX_IO;
	}
}

static ntstatus_t execute_negotiate(struct ksmbd_request *req, const struct negotiate_args *args)
{
	struct ksmbd_seg message = { .data = req->buf, .len = req->len };
	struct ksmbd_conn *conn = req->conn;

	if (args->dialect == KSMBD_DIALECT_311) {
		if (!args->ctx.has_preauth)
			return STATUS_INVALID_PARAMETER;
		if (!args->ctx.sha512)
			return STATUS_SMB_NO_PREAUTH_INTEGRITY_HASH_OVERLAP;
		if (ksmbd_preauth_update(conn->preauth, &message, 1))
			return STATUS_INSUFFICIENT_RESOURCES;
		req->preauth = conn->preauth;
	}
	settle_conn(conn, args->dialect);
	conn->dialect = args->dialect;
	conn->client_security_mode = args->security_mode;
	conn->client_capabilities = args->capabilities;
	memcpy(conn->client_guid, args->client_guid, sizeof(conn->client_guid));
	memcpy(conn->client_dialects, args->dialects, sizeof(conn->client_dialects));
	conn->signing_alg = choose_signing(args->dialect, &args->ctx);
	if (args->dialect >= KSMBD_DIALECT_300 && conn->config->multichannel)
		conn->server_capabilities |= SMB2_GLOBAL_CAP_MULTI_CHANNEL;
	conn->cipher = choose_cipher(conn, args);
	if (conn->cipher && args->dialect < KSMBD_DIALECT_311)
		conn->server_capabilities |= SMB2_GLOBAL_CAP_ENCRYPTION;
	return STATUS_SUCCESS;
}

static u32 write_contexts(struct ksmbd_request *req, const struct ksmbd_negctx *ctx)
{
	struct ksmbd_wr *wr = &req->reply->wr;
	u8 salt[SALT_SIZE];
	u32 count = 1;

	get_random_bytes(salt, sizeof(salt));
	ksmbd_negctx_write_preauth(wr, salt);
	/* 0: nothing in common, 3.3.5.4 */
	if (ctx->has_encryption) {
		ksmbd_negctx_write_u16(wr, SMB2_ENCRYPTION_CAPABILITIES, req->conn->cipher);
		count++;
	}
	/* A client that offers only what we have not gets none, and falls back to CMAC. */
	if (ctx->has_signing && (ctx->signing_algs & BIT(req->conn->signing_alg))) {
		ksmbd_negctx_write_u16(wr, SMB2_SIGNING_CAPABILITIES, req->conn->signing_alg);
		count++;
	}
	return count;
}

static ntstatus_t encode_negotiate(struct ksmbd_request *req, u16 dialect,
				   const struct ksmbd_negctx *ctx)
{
	struct ksmbd_conn *conn = req->conn;
	u32 hint_len, ctx_off, body = SMB2_HEADER_SIZE;
	struct timespec64 now;
	struct ksmbd_wr *wr;
	u8 hint[HINT_MAX];

	if (ksmbd_reply_reserve(req, BODY_MAX) != STATUS_SUCCESS)
		return STATUS_INSUFFICIENT_RESOURCES;
	wr = &req->reply->wr;
	hint_len = ksmbd_auth_hint(hint, sizeof(hint));
	ktime_get_real_ts64(&now);
	ksmbd_wr_u16(wr, 65);
	ksmbd_wr_u16(wr, conn->server_security_mode);
	ksmbd_wr_u16(wr, dialect);
	ksmbd_wr_u16(wr, 0); /* NegotiateContextCount */
	ksmbd_wr_bytes(wr, server_guid, sizeof(server_guid));
	ksmbd_wr_u32(wr, conn->server_capabilities);
	ksmbd_wr_u32(wr, conn->max_trans);
	ksmbd_wr_u32(wr, conn->max_read);
	ksmbd_wr_u32(wr, conn->max_write);
	ksmbd_wr_u64(wr, ksmbd_time_to_nt(now));
	ksmbd_wr_u64(wr, 0); /* ServerStartTime: tells an attacker the uptime */
	ksmbd_wr_u16(wr, SECURITY_BUFFER_OFFSET);
	ksmbd_wr_u16(wr, hint_len);
	ksmbd_wr_u32(wr, 0); /* NegotiateContextOffset */
	ksmbd_wr_bytes(wr, hint, hint_len);
	if (ctx) {
		ksmbd_wr_align(wr, 8);
		ctx_off = wr->len;
		ksmbd_wr_patch_u16(wr, body + 6, write_contexts(req, ctx));
		ksmbd_wr_patch_u32(wr, body + 60, ctx_off);
	}
	return STATUS_SUCCESS;
}

ntstatus_t ksmbd_smb2_negotiate(struct ksmbd_request *req)
{
	struct negotiate_args args;
	ntstatus_t status;

	status = decode_negotiate(req, &args);
	if (status != STATUS_SUCCESS)
		return status;
	mutex_lock(&req->conn->setup_lock);
	status = execute_negotiate(req, &args);
	if (status == STATUS_SUCCESS && !ksmbd_conn_set_state(req->conn, KSMBD_CONN_NEGOTIATED))
		status = STATUS_INVALID_PARAMETER;
	mutex_unlock(&req->conn->setup_lock);
	if (status == STATUS_SUCCESS)
		status = encode_negotiate(req, args.dialect,
					  args.dialect == KSMBD_DIALECT_311 ? &args.ctx : NULL);
	return status;
}

ntstatus_t ksmbd_smb2_negotiate_multi(struct ksmbd_request *req, u16 dialect)
{
	struct ksmbd_conn *conn = req->conn;
	bool wildcard = dialect == SMB2_DIALECT_WILDCARD;
	u8 only[sizeof(dialect)]; /* the one of SMB2 that was on offer */
	struct ksmbd_rd rd;

	put_unaligned_le16(dialect, only);
	ksmbd_rd_init(&rd, only, sizeof(only));
	if (!ksmbd_smb2_hash_dialects(&rd, 1, conn->client_dialects))
		return STATUS_INSUFFICIENT_RESOURCES;
	settle_conn(conn, dialect);
	if (!ksmbd_conn_set_state(conn, wildcard ? KSMBD_CONN_MULTI : KSMBD_CONN_NEGOTIATED))
		return STATUS_INVALID_PARAMETER;
	if (!wildcard)
		conn->dialect = dialect;
	return encode_negotiate(req, dialect, NULL);
}
