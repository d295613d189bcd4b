/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the engine's unit tests. */
#ifndef KSMBD_TESTS_HELPERS_H
#define KSMBD_TESTS_HELPERS_H

#include <kunit/test.h>
#include <linux/hex.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "util/seg_types.h"
#include "util/status_types.h"

/* Two statuses, as numbers: they must not be compared with anything else. */
#define EXPECT_STATUS(test, got, want) \
	KUNIT_EXPECT_EQ(test, ksmbd_status_u32(got), ksmbd_status_u32(want))

/* Two runs of @len bytes. */
#define EXPECT_BYTES(test, got, want, len) KUNIT_EXPECT_TRUE(test, !memcmp(got, want, len))

/* @got are the bytes that the string @hex spells, and as many. */
#define EXPECT_HEX(test, got, len, hex) KUNIT_EXPECT_TRUE(test, test_is_hex(got, len, hex))

/* Turns hexadecimal into bytes; returns how many. */
static inline u32 test_unhex(u8 *out, u32 cap, const char *hex)
{
	u32 len = strlen(hex) / 2;

	return len <= cap && !hex2bin(out, hex, len) ? len : 0;
}

static inline bool test_is_hex(const void *got, u32 len, const char *hex)
{
	const u8 *bytes = got;
	u32 i;

	if (strlen(hex) != 2 * len)
		return false;
	for (i = 0; i < len; i++)
		if (hex_to_bin(hex[2 * i]) != bytes[i] >> 4 ||
		    hex_to_bin(hex[2 * i + 1]) != (bytes[i] & 15))
			return false;
	return true;
}

static inline struct ksmbd_seg test_seg(const void *data, u32 len)
{
	struct ksmbd_seg seg = { .data = (void *)data, .len = len };

	return seg;
}

#endif
