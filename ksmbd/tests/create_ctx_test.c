// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/helpers.h"
#include "wire/create_ctx.h"

/* One context: @next 0 for the last; tag of four letters. */
static void add(struct ksmbd_wr *wr, u32 next, const char *tag, u32 data_len)
{
	ksmbd_wr_u32(wr, next);
	ksmbd_wr_u16(wr, 16);
	ksmbd_wr_u16(wr, 4);
	ksmbd_wr_u16(wr, 0);
	ksmbd_wr_u16(wr, data_len ? 24 : 0);
	ksmbd_wr_u32(wr, data_len);
	ksmbd_wr_bytes(wr, tag, 4);
	ksmbd_wr_u32(wr, 0);
}

static ntstatus_t read_back(const struct ksmbd_wr *wr, struct ksmbd_create_ctx *ctx)
{
	struct ksmbd_rd rd;

	ksmbd_rd_init(&rd, wr->buf, wr->len);
	return ksmbd_create_ctx_read(&rd, ctx);
}

static void nothing(struct kunit *test)
{
	struct ksmbd_create_ctx ctx;
	struct ksmbd_rd rd;

	ksmbd_rd_init(&rd, NULL, 0);
	EXPECT_STATUS(test, ksmbd_create_ctx_read(&rd, &ctx), STATUS_SUCCESS);
	KUNIT_EXPECT_FALSE(test, ctx.maximal_access);
	KUNIT_EXPECT_FALSE(test, ctx.has_allocation);
}

static void all_of_them(struct kunit *test)
{
	struct ksmbd_create_ctx ctx;
	struct ksmbd_wr wr;
	u8 buf[256];

	ksmbd_wr_init(&wr, buf, sizeof(buf));
	add(&wr, 24, "MxAc", 0);
	add(&wr, 24, "QFid", 0);
	add(&wr, 32, "AlSi", 8);
	ksmbd_wr_u64(&wr, 0x123456789);
	add(&wr, 32, "TWrp", 8);
	ksmbd_wr_u64(&wr, 1);
	add(&wr, 24, "DHnC", 0);
	add(&wr, 32, "RqLs", 5); /* none of ours */
	ksmbd_wr_u64(&wr, 0);
	add(&wr, 0, "ExtA", 1);
	ksmbd_wr_u8(&wr, 0);
	EXPECT_STATUS(test, read_back(&wr, &ctx), STATUS_SUCCESS);
	KUNIT_EXPECT_TRUE(test, ctx.maximal_access);
	KUNIT_EXPECT_TRUE(test, ctx.query_file_id);
	KUNIT_EXPECT_TRUE(test, ctx.has_allocation);
	KUNIT_EXPECT_EQ(test, ctx.allocation, 0x123456789ULL);
	KUNIT_EXPECT_TRUE(test, ctx.snapshot);
	KUNIT_EXPECT_TRUE(test, ctx.reconnect);
	KUNIT_EXPECT_TRUE(test, ctx.extended_attributes);
}

static void durable_ones(struct kunit *test)
{
	struct ksmbd_create_ctx ctx;
	struct ksmbd_wr wr;
	u8 buf[160];

	ksmbd_wr_init(&wr, buf, sizeof(buf));
	add(&wr, 0, "DH2Q", 32);
	ksmbd_wr_u64(&wr, ~0ULL); /* Timeout, Flags */
	ksmbd_wr_u64(&wr, ~0ULL);
	ksmbd_wr_u64(&wr, 0x0706050403020100);
	ksmbd_wr_u64(&wr, 0x0f0e0d0c0b0a0908);
	EXPECT_STATUS(test, read_back(&wr, &ctx), STATUS_SUCCESS);
	KUNIT_EXPECT_TRUE(test, ctx.durable_v2);
	KUNIT_EXPECT_FALSE(test, ctx.durable);
	EXPECT_HEX(test, ctx.create_guid, 16, "000102030405060708090a0b0c0d0e0f");
	wr.len--;
	ksmbd_wr_patch_u32(&wr, 12, 31);
	EXPECT_STATUS(test, read_back(&wr, &ctx), STATUS_INVALID_PARAMETER);

	ksmbd_wr_init(&wr, buf, sizeof(buf));
	add(&wr, 0, "DHnQ", 16);
	ksmbd_wr_zero(&wr, 16);
	EXPECT_STATUS(test, read_back(&wr, &ctx), STATUS_SUCCESS);
	KUNIT_EXPECT_TRUE(test, ctx.durable);
	KUNIT_EXPECT_FALSE(test, ctx.durable_v2);
}

static void empty_ones(struct kunit *test)
{
	struct ksmbd_create_ctx ctx;
	struct ksmbd_wr wr;
	u8 buf[128];

	ksmbd_wr_init(&wr, buf, sizeof(buf));
	add(&wr, 24, "ExtA", 0); /* no attribute in it */
	add(&wr, 0, "TWrp", 8);
	ksmbd_wr_u64(&wr, 0);
	EXPECT_STATUS(test, read_back(&wr, &ctx), STATUS_SUCCESS);
	KUNIT_EXPECT_FALSE(test, ctx.extended_attributes);
	KUNIT_EXPECT_FALSE(test, ctx.snapshot);
}

static void wrong_data(struct kunit *test)
{
	static const struct {
		const char *tag;
		u32 len;
	} bad[] = { { "AlSi", 7 }, { "AlSi", 0 }, { "TWrp", 4 }, { "MxAc", 4 } };
	struct ksmbd_create_ctx ctx;
	struct ksmbd_wr wr;
	u8 buf[64];
	u32 i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		ksmbd_wr_init(&wr, buf, sizeof(buf));
		add(&wr, 0, bad[i].tag, bad[i].len);
		ksmbd_wr_zero(&wr, bad[i].len);
		EXPECT_STATUS(test, read_back(&wr, &ctx), STATUS_INVALID_PARAMETER);
	}
}

/* Each field of the first context, and what must not be in it. */
static void wrong_fields(struct kunit *test)
{
	static const struct {
		u32 off;
		u32 value;
	} bad[] = {
		{ 0, 1 },
		{ 0, 4 },
		{ 0, 20 },
		{ 0, 64 },
		{ 0, 0xFFFFFFF8 },
		{ 0, U32_MAX },
		{ 4, 0x0004FFFF },
		{ 4, 0x00040028 },
		{ 4, 0x00030010 },
		{ 4, 0x00000010 },
		{ 4, 0xFFFF0010 },
		{ 8, 0xFFFF0000 },
		{ 12, 9 | (1u << 31) },
		{ 12, U32_MAX },
		{ 12, 17 },
	};
	struct ksmbd_create_ctx ctx;
	struct ksmbd_wr wr;
	u8 buf[128];
	u32 i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		ksmbd_wr_init(&wr, buf, sizeof(buf));
		add(&wr, 32, "AlSi", 8);
		ksmbd_wr_u64(&wr, 1);
		add(&wr, 0, "MxAc", 0);
		EXPECT_STATUS(test, read_back(&wr, &ctx), STATUS_SUCCESS);
		ksmbd_wr_patch_u32(&wr, bad[i].off, bad[i].value);
		EXPECT_STATUS(test, read_back(&wr, &ctx), STATUS_INVALID_PARAMETER);
	}
}

static void guid_names_are_passed_over(struct kunit *test)
{
	struct ksmbd_create_ctx ctx;
	struct ksmbd_wr wr;
	u8 buf[64];

	ksmbd_wr_init(&wr, buf, sizeof(buf));
	ksmbd_wr_u32(&wr, 0);
	ksmbd_wr_u16(&wr, 16);
	ksmbd_wr_u16(&wr, 16);
	ksmbd_wr_zero(&wr, 8);
	ksmbd_wr_bytes(&wr, "MxAcMxAcMxAcMxAc", 16);
	EXPECT_STATUS(test, read_back(&wr, &ctx), STATUS_SUCCESS);
	KUNIT_EXPECT_FALSE(test, ctx.maximal_access);
}

static void cut_anywhere(struct kunit *test)
{
	struct ksmbd_create_ctx ctx;
	struct ksmbd_wr wr;
	u8 buf[64];
	u32 len;

	ksmbd_wr_init(&wr, buf, sizeof(buf));
	add(&wr, 24, "MxAc", 0);
	add(&wr, 0, "AlSi", 8);
	ksmbd_wr_u64(&wr, 1);
	for (len = wr.len - 1; len > 0; len--) {
		wr.len = len;
		EXPECT_STATUS(test, read_back(&wr, &ctx), STATUS_INVALID_PARAMETER);
	}
}

/* Responses begin anywhere in the element, are aligned to 8 and chained. */
static void writes(struct kunit *test)
{
	struct ksmbd_wr wr;
	u32 prev = 0;
	u8 buf[128];

	memset(buf, 0xff, sizeof(buf));
	ksmbd_wr_init(&wr, buf, sizeof(buf));
	ksmbd_wr_u32(&wr, 0x11111111);
	ksmbd_create_ctx_begin(&wr, &prev, "MxAc", 8);
	ksmbd_wr_u64(&wr, 0x2222222222222222);
	ksmbd_create_ctx_begin(&wr, &prev, "QFid", 4);
	ksmbd_wr_u32(&wr, 0x33333333);
	EXPECT_HEX(test, buf, wr.len,
		   "1111111100000000"
		   "20000000"
		   "10000400"
		   "00001800"
		   "08000000"
		   "4d784163"
		   "00000000"
		   "2222222222222222"
		   "00000000"
		   "10000400"
		   "00001800"
		   "04000000"
		   "51466964"
		   "00000000"
		   "33333333");
}

static struct kunit_case create_ctx_cases[] = {
	KUNIT_CASE(nothing),	  KUNIT_CASE(all_of_them),
	KUNIT_CASE(empty_ones),	  KUNIT_CASE(wrong_data),
	KUNIT_CASE(wrong_fields), KUNIT_CASE(guid_names_are_passed_over),
	KUNIT_CASE(cut_anywhere), KUNIT_CASE(writes),
	KUNIT_CASE(durable_ones), {},
};

static struct kunit_suite create_ctx_suite = {
	.name = "ksmbd-create-ctx",
	.test_cases = create_ctx_cases,
};
kunit_test_suite(create_ctx_suite);
