// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/kernel.h>
#include <linux/string.h>

#include "wire/negctx.h"
#include "wire/smb2_format.h"

#define SALT_SIZE 32

static bool read_preauth(struct ksmbd_rd *rd, struct ksmbd_negctx *ctx)
{
	u16 count = ksmbd_rd_u16(rd), i;

	ksmbd_rd_skip(rd, 2); /* SaltLength: the salt only has to be hashed */
	for (i = 0; i < count && ksmbd_rd_ok(rd); i++)
		if (ksmbd_rd_u16(rd) == SMB2_PREAUTH_INTEGRITY_SHA512)
			ctx->sha512 = true;
	if (ctx->has_preauth || !count)
		return false;
	ctx->has_preauth = true;
	return true;
}

static bool read_encryption(struct ksmbd_rd *rd, struct ksmbd_negctx *ctx)
{
	u16 count = ksmbd_rd_u16(rd), i;

	for (i = 0; i < count && ksmbd_rd_ok(rd); i++) {
		u16 cipher = ksmbd_rd_u16(rd);

		if (ctx->nr_ciphers < ARRAY_SIZE(ctx->ciphers))
			ctx->ciphers[ctx->nr_ciphers++] = cipher;
	}
	if (ctx->has_encryption || !count)
		return false;
	ctx->has_encryption = true;
	return true;
}

static bool read_signing(struct ksmbd_rd *rd, struct ksmbd_negctx *ctx)
{
	u16 count = ksmbd_rd_u16(rd), i;

	for (i = 0; i < count && ksmbd_rd_ok(rd); i++) {
		u16 alg = ksmbd_rd_u16(rd);

		if (alg <= SMB2_SIGNING_AES_GMAC)
			ctx->signing_algs |= 1u << alg;
	}
	if (ctx->has_signing || !count)
		return false;
	ctx->has_signing = true;
	return true;
}

static const struct {
	u16 type;
	bool (*read)(struct ksmbd_rd *rd, struct ksmbd_negctx *ctx);
} readers[] = {
	{ SMB2_PREAUTH_INTEGRITY_CAPABILITIES, read_preauth },
	{ SMB2_ENCRYPTION_CAPABILITIES, read_encryption },
	{ SMB2_SIGNING_CAPABILITIES, read_signing },
};

static bool read_context(u16 type, struct ksmbd_rd *data, struct ksmbd_negctx *ctx)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(readers); i++)
		if (readers[i].type == type)
			return readers[i].read(data, ctx) && ksmbd_rd_ok(data);
	return true;
}

ntstatus_t ksmbd_negctx_read(struct ksmbd_rd *rd, u32 count, struct ksmbd_negctx *ctx)
{
	u32 i;

	memset(ctx, 0, sizeof(*ctx));
	for (i = 0; i < count; i++) {
		struct ksmbd_rd data;
		u16 type, len;

		if (i)
			ksmbd_rd_align(rd, 8);
		type = ksmbd_rd_u16(rd);
		len = ksmbd_rd_u16(rd);
		ksmbd_rd_skip(rd, 4);
		ksmbd_rd_window(rd, &data, rd->pos, len);
		ksmbd_rd_skip(rd, len);
		if (!ksmbd_rd_ok(rd) || !read_context(type, &data, ctx))
			return STATUS_INVALID_PARAMETER;
	}
	return STATUS_SUCCESS;
}

static void write_head(struct ksmbd_wr *wr, u16 type, u16 len)
{
	ksmbd_wr_align(wr, 8);
	ksmbd_wr_u16(wr, type);
	ksmbd_wr_u16(wr, len);
	ksmbd_wr_u32(wr, 0);
}

void ksmbd_negctx_write_preauth(struct ksmbd_wr *wr, const u8 *salt)
{
	write_head(wr, SMB2_PREAUTH_INTEGRITY_CAPABILITIES, 6 + SALT_SIZE);
	ksmbd_wr_u16(wr, 1);
	ksmbd_wr_u16(wr, SALT_SIZE);
	ksmbd_wr_u16(wr, SMB2_PREAUTH_INTEGRITY_SHA512);
	ksmbd_wr_bytes(wr, salt, SALT_SIZE);
}

void ksmbd_negctx_write_u16(struct ksmbd_wr *wr, u16 type, u16 value)
{
	write_head(wr, type, 4);
	ksmbd_wr_u16(wr, 1);
	ksmbd_wr_u16(wr, value);
}
