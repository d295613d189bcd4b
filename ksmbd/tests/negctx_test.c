// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/capture.h"
#include "tests/helpers.h"
#include "wire/negctx.h"
#include "wire/smb2_format.h"

#define PREAUTH	 "01000a0000000000010004000100aabbccdd"
#define PREAUTH_ "01000a0000000000010004000100aabbccdd000000000000"
#define CIPHERS_ "02000600000000000200020001000000"
#define SIGNING	 "08000600000000000200010002000000"

static ntstatus_t read_hex(struct ksmbd_negctx *ctx, const char *hex, u32 count)
{
	struct ksmbd_rd rd;
	u8 bytes[256];

	ksmbd_rd_init(&rd, bytes, test_unhex(bytes, sizeof(bytes), hex));
	return ksmbd_negctx_read(&rd, count, ctx);
}

/* A Windows client's, as captured. */
static void reads_capture(struct kunit *test)
{
	struct ksmbd_negctx ctx;
	struct ksmbd_rd rd, window;
	u8 message[256];
	u32 len = test_unhex(message, sizeof(message), capture_negotiate_request);

	ksmbd_rd_init(&rd, message, len);
	ksmbd_rd_window(&rd, &window, 112, len - 112);
	EXPECT_STATUS(test, ksmbd_negctx_read(&window, 2, &ctx), STATUS_SUCCESS);
	KUNIT_EXPECT_TRUE(test, ctx.has_preauth);
	KUNIT_EXPECT_TRUE(test, ctx.sha512);
	KUNIT_EXPECT_TRUE(test, ctx.has_encryption);
	KUNIT_EXPECT_EQ(test, ctx.nr_ciphers, 2U);
	KUNIT_EXPECT_EQ(test, ctx.ciphers[0], 2);
	KUNIT_EXPECT_EQ(test, ctx.ciphers[1], 1);
	KUNIT_EXPECT_FALSE(test, ctx.has_signing);
}

static void reads_signing(struct kunit *test)
{
	struct ksmbd_negctx ctx;

	EXPECT_STATUS(test, read_hex(&ctx, PREAUTH_ SIGNING, 2), STATUS_SUCCESS);
	KUNIT_EXPECT_TRUE(test, ctx.has_signing);
	KUNIT_EXPECT_EQ(test, ctx.signing_algs,
			(u32)(BIT(SMB2_SIGNING_AES_CMAC) | BIT(SMB2_SIGNING_AES_GMAC)));
	/* Algorithms that nobody knows */
	EXPECT_STATUS(test,
		      read_hex(&ctx,
			       "08000800000000000300"
			       "ffff"
			       "2000"
			       "0300",
			       1),
		      STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, ctx.signing_algs, 0U);
}

static void passes_over_unknown(struct kunit *test)
{
	struct ksmbd_negctx ctx;

	EXPECT_STATUS(test, read_hex(&ctx, "7777010000000000ff00000000000000" PREAUTH, 2),
		      STATUS_SUCCESS);
	KUNIT_EXPECT_TRUE(test, ctx.has_preauth);
	EXPECT_STATUS(test, read_hex(&ctx, "", 0), STATUS_SUCCESS);
	KUNIT_EXPECT_FALSE(test, ctx.has_preauth);
	/* Nothing behind the announced ones counts. */
	EXPECT_STATUS(test, read_hex(&ctx, PREAUTH "ffffffff", 1), STATUS_SUCCESS);
}

static void refuses(struct kunit *test)
{
	static const struct {
		const char *hex;
		u32 count;
	} bad[] = {
		{ "", 1 },
		{ PREAUTH, 2 },
		{ PREAUTH_ PREAUTH, 2 },
		{ PREAUTH_ SIGNING SIGNING, 3 },
		{ CIPHERS_ CIPHERS_, 2 },
		{ "0100ffff00000000", 1 },
		{ "01000100000000000100", 1 },	   /* data ends in the count */
		{ "0100020000000000ffff", 1 },	   /* more algorithms than data */
		{ "010004000000000000000000", 1 }, /* none */
		{ "0200020000000000"
		  "0000",
		  1 },
		{ "0200040000000000"
		  "03000100",
		  1 },
		{ "0800020000000000"
		  "0000",
		  1 },
		{ "0800000000000000", 1 },
	};
	struct ksmbd_negctx ctx;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(bad); i++)
		EXPECT_STATUS(test, read_hex(&ctx, bad[i].hex, bad[i].count),
			      STATUS_INVALID_PARAMETER);
}

static void cut_anywhere(struct kunit *test)
{
	const char *whole = PREAUTH_ SIGNING;
	struct ksmbd_negctx ctx;
	struct ksmbd_rd rd;
	u8 bytes[64];
	u32 len = test_unhex(bytes, sizeof(bytes), whole), i;

	for (i = 0; i < len; i++) {
		ksmbd_rd_init(&rd, bytes, i);
		/* The last two bytes are padding within the data. */
		EXPECT_STATUS(test, ksmbd_negctx_read(&rd, 2, &ctx),
			      i < len - 2 ? STATUS_INVALID_PARAMETER : STATUS_SUCCESS);
	}
}

/* A list longer than what is kept. */
static void many_ciphers(struct kunit *test)
{
	struct ksmbd_negctx ctx;
	struct ksmbd_wr wr;
	struct ksmbd_rd rd;
	u8 buf[600];
	u32 i;

	ksmbd_wr_init(&wr, buf, sizeof(buf));
	ksmbd_wr_u16(&wr, SMB2_ENCRYPTION_CAPABILITIES);
	ksmbd_wr_u16(&wr, 2 + 2 * 200);
	ksmbd_wr_u32(&wr, 0);
	ksmbd_wr_u16(&wr, 200);
	for (i = 0; i < 200; i++)
		ksmbd_wr_u16(&wr, i);
	ksmbd_rd_init(&rd, buf, wr.len);
	EXPECT_STATUS(test, ksmbd_negctx_read(&rd, 1, &ctx), STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, ctx.nr_ciphers, (u32)ARRAY_SIZE(ctx.ciphers));
	for (i = 0; i < ctx.nr_ciphers; i++)
		KUNIT_EXPECT_EQ(test, ctx.ciphers[i], i);
}

static void writes(struct kunit *test)
{
	struct ksmbd_negctx ctx;
	struct ksmbd_wr wr;
	struct ksmbd_rd rd;
	u8 salt[32], buf[128];

	memset(salt, 0x5a, sizeof(salt));
	memset(buf, 0xff, sizeof(buf));
	ksmbd_wr_init(&wr, buf, sizeof(buf));
	ksmbd_negctx_write_preauth(&wr, salt);
	ksmbd_negctx_write_u16(&wr, SMB2_SIGNING_CAPABILITIES, SMB2_SIGNING_AES_CMAC);
	EXPECT_HEX(test, buf, wr.len,
		   "0100260000000000010020000100"
		   "5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a"
		   "0000"
		   "080004000000000001000100");
	ksmbd_rd_init(&rd, buf, wr.len);
	EXPECT_STATUS(test, ksmbd_negctx_read(&rd, 2, &ctx), STATUS_SUCCESS);
	KUNIT_EXPECT_TRUE(test, ctx.sha512);
}

static struct kunit_case negctx_cases[] = {
	KUNIT_CASE(reads_capture),
	KUNIT_CASE(reads_signing),
	KUNIT_CASE(passes_over_unknown),
	KUNIT_CASE(refuses),
	KUNIT_CASE(cut_anywhere),
	KUNIT_CASE(many_ciphers),
	KUNIT_CASE(writes),
	{},
};

static struct kunit_suite negctx_suite = {
	.name = "ksmbd-negctx",
	.test_cases = negctx_cases,
};
kunit_test_suite(negctx_suite);
