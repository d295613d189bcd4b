// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * libFuzzer: negotiate contexts, and what is chosen of them. Input: a byte with their number,
 * then their bytes.
 */
#include <stdlib.h>
#include <string.h>

#include <linux/kernel.h>

#include "protect/seal.h"
#include "wire/negctx.h"
#include "wire/smb2_format.h"
#include "wire/transform.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

static void check_choice(const struct ksmbd_negctx *ctx)
{
	u16 cipher = ksmbd_seal_choose(ctx->ciphers, ctx->nr_ciphers);
	u32 i;

	if (ctx->nr_ciphers > ARRAY_SIZE(ctx->ciphers))
		abort();
	for (i = 0; cipher && i < ctx->nr_ciphers; i++)
		if (ctx->ciphers[i] == cipher)
			break;
	/* Only what was offered, and nothing only if nothing is known. */
	if (cipher ? i == ctx->nr_ciphers : false)
		abort();
	for (i = 0; !cipher && i < ctx->nr_ciphers; i++)
		if (ctx->ciphers[i] && ctx->ciphers[i] <= SMB2_ENCRYPTION_AES256_GCM)
			abort();
	if ((ctx->nr_ciphers && !ctx->has_encryption) || (ctx->signing_algs && !ctx->has_signing) ||
	    (ctx->sha512 && !ctx->has_preauth))
		abort();
}

/* A transform header that is understood, is written back as it was. */
static void check_transform(const u8 *data, u32 size)
{
	u8 out[SMB2_TRANSFORM_SIZE];
	struct ksmbd_transform transform;

	if (!ksmbd_transform_read(data, size, &transform))
		return;
	if (size != SMB2_TRANSFORM_SIZE + transform.size)
		abort();
	ksmbd_transform_write(out, &transform);
	if (memcmp(out + SMB2_TRANSFORM_AAD_OFFSET, data + SMB2_TRANSFORM_AAD_OFFSET, 20) ||
	    memcmp(out + 42, data + 42, 10))
		abort();
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct ksmbd_negctx ctx;
	struct ksmbd_rd rd;
	u8 *copy;

	if (!size)
		return -1;
	/* Of its exact size, so that any byte read beyond is seen. */
	copy = malloc(size);
	if (!copy)
		abort();
	memcpy(copy, data + 1, size - 1);
	copy = realloc(copy, size - 1 ?: 1);
	ksmbd_rd_init(&rd, copy, size - 1);
	if (ksmbd_negctx_read(&rd, data[0], &ctx) == STATUS_SUCCESS)
		check_choice(&ctx);
	check_transform(copy, size - 1);
	free(copy);
	return 0;
}
