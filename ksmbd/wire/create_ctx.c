// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/kernel.h>
#include <linux/string.h>

#include "wire/create_ctx.h"

#define TAG_SIZE  4
#define HEAD_SIZE 24 /* fixed part, name and its padding */

static bool read_allocation(struct ksmbd_rd *data, struct ksmbd_create_ctx *ctx)
{
	ctx->allocation = ksmbd_rd_u64(data);
	ctx->has_allocation = ksmbd_rd_ok(data);
	return ctx->has_allocation;
}

static bool read_attributes(struct ksmbd_rd *data, struct ksmbd_create_ctx *ctx)
{
	ctx->extended_attributes = data->len > 0;
	return true;
}

static bool read_reconnect(struct ksmbd_rd *data, struct ksmbd_create_ctx *ctx)
{
	ctx->reconnect = true;
	return true;
}

static bool read_durable(struct ksmbd_rd *data, struct ksmbd_create_ctx *ctx)
{
	ctx->durable = true;
	return true;
}

static bool read_durable_v2(struct ksmbd_rd *data, struct ksmbd_create_ctx *ctx)
{
	ctx->durable_v2 = true;
	ksmbd_rd_skip(data, 16); /* Timeout, Flags, Reserved */
	ksmbd_rd_copy(data, ctx->create_guid, sizeof(ctx->create_guid));
	return ksmbd_rd_ok(data);
}

static bool read_snapshot(struct ksmbd_rd *data, struct ksmbd_create_ctx *ctx)
{
	ctx->snapshot = ksmbd_rd_u64(data) != 0;
	return ksmbd_rd_ok(data);
}

static bool read_maximal(struct ksmbd_rd *data, struct ksmbd_create_ctx *ctx)
{
	ctx->maximal_access = true;
	return data->len == 0 || data->len == 8;
}

static bool read_file_id(struct ksmbd_rd *data, struct ksmbd_create_ctx *ctx)
{
	ctx->query_file_id = true;
	return true;
}

static const struct {
	char tag[TAG_SIZE + 1];
	bool (*read)(struct ksmbd_rd *data, struct ksmbd_create_ctx *ctx);
} readers[] = {
	{ "ExtA", read_attributes }, { "DHnC", read_reconnect }, { "DH2C", read_reconnect },
	{ "AlSi", read_allocation }, { "MxAc", read_maximal },	 { "TWrp", read_snapshot },
	{ "QFid", read_file_id },    { "DHnQ", read_durable },	 { "DH2Q", read_durable_v2 },
};

static bool read_context(const u8 *tag, struct ksmbd_rd *data, struct ksmbd_create_ctx *ctx)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(readers); i++)
		if (!memcmp(tag, readers[i].tag, TAG_SIZE))
			return readers[i].read(data, ctx);
	return true;
}

/* One context in its own window; its offsets count from its start. */
static bool read_one(struct ksmbd_rd *rd, struct ksmbd_create_ctx *ctx)
{
	struct ksmbd_rd name, data;
	u16 name_off, name_len, data_off;
	u32 data_len;

	ksmbd_rd_skip(rd, 4);
	name_off = ksmbd_rd_u16(rd);
	name_len = ksmbd_rd_u16(rd);
	ksmbd_rd_skip(rd, 2);
	data_off = ksmbd_rd_u16(rd);
	data_len = ksmbd_rd_u32(rd);
	ksmbd_rd_window(rd, &name, name_off, name_len);
	ksmbd_rd_window(rd, &data, data_len ? data_off : 0, data_len);
	if (!ksmbd_rd_ok(rd) || name_len < TAG_SIZE)
		return false;
	if (name_len > TAG_SIZE) /* a GUID: application instance and the like */
		return true;
	return read_context(name.base, &data, ctx);
}

ntstatus_t ksmbd_create_ctx_read(struct ksmbd_rd *rd, struct ksmbd_create_ctx *ctx)
{
	u32 off = 0;

	memset(ctx, 0, sizeof(*ctx));
	while (rd->len) {
		struct ksmbd_rd one;
		u32 next;

		ksmbd_rd_seek(rd, off);
		next = ksmbd_rd_u32(rd);
		ksmbd_rd_window(rd, &one, off, next ? next : rd->len - off);
		if (!ksmbd_rd_ok(rd) || next % 8 || !read_one(&one, ctx))
			return STATUS_INVALID_PARAMETER;
		if (!next)
			break;
		off += next;
	}
	return STATUS_SUCCESS;
}

void ksmbd_create_ctx_begin(struct ksmbd_wr *wr, u32 *prev, const char *tag, u32 data_len)
{
	u32 start;

	ksmbd_wr_align(wr, 8);
	start = ksmbd_wr_mark(wr);
	if (*prev)
		ksmbd_wr_patch_u32(wr, *prev, start - *prev);
	*prev = start;
	ksmbd_wr_u32(wr, 0);  /* Next */
	ksmbd_wr_u16(wr, 16); /* NameOffset */
	ksmbd_wr_u16(wr, TAG_SIZE);
	ksmbd_wr_u16(wr, 0);
	ksmbd_wr_u16(wr, data_len ? HEAD_SIZE : 0);
	ksmbd_wr_u32(wr, data_len);
	ksmbd_wr_bytes(wr, tag, TAG_SIZE);
	ksmbd_wr_zero(wr, 4);
}
