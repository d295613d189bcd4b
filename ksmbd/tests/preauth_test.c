// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/errno.h>

#include "protect/preauth.h"
#include "tests/capture.h"
#include "tests/helpers.h"

static u8 message[1024];

static void published_chain(struct kunit *test)
{
	static const char *const messages[5] = {
		capture_negotiate_request, capture_negotiate_response, capture_setup1_request,
		capture_setup1_response,   capture_setup2_request,
	};
	u8 hash[KSMBD_PREAUTH_SIZE] = {};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(messages); i++) {
		struct ksmbd_seg seg =
			test_seg(message, test_unhex(message, sizeof(message), messages[i]));

		KUNIT_ASSERT_GT(test, seg.len, 64U);
		KUNIT_EXPECT_EQ(test, ksmbd_preauth_update(hash, &seg, 1), 0);
		EXPECT_HEX(test, hash, sizeof(hash), capture_hash[i]);
	}
}

/* However a message is cut: few segments, and more than fit on the stack. */
static void many_segments(struct kunit *test)
{
	static const u32 sizes[] = { 1, 3, 8, 64 };
	static struct ksmbd_seg segs[256];
	u32 len = test_unhex(message, sizeof(message), capture_negotiate_request);
	u32 i, at, n;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		u8 hash[KSMBD_PREAUTH_SIZE] = {};

		for (at = 0, n = 0; at < len; at += segs[n++].len)
			segs[n] = test_seg(message + at, min(sizes[i], len - at));
		KUNIT_EXPECT_EQ(test, ksmbd_preauth_update(hash, segs, n), 0);
		EXPECT_HEX(test, hash, sizeof(hash), capture_hash[0]);
	}
}

/* A file segment cannot be hashed; the running hash stays as it was. */
static void error_changes_nothing(struct kunit *test)
{
	struct ksmbd_seg seg = { .file = (struct ksmbd_file *)message, .len = 8 };
	u8 hash[KSMBD_PREAUTH_SIZE] = { 1 };

	KUNIT_EXPECT_EQ(test, ksmbd_preauth_update(hash, &seg, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, hash[0], 1);
	KUNIT_EXPECT_EQ(test, hash[1], 0);
}

static struct kunit_case preauth_cases[] = {
	KUNIT_CASE(published_chain),
	KUNIT_CASE(many_segments),
	KUNIT_CASE(error_changes_nothing),
	{},
};

static struct kunit_suite preauth_suite = {
	.name = "ksmbd-preauth",
	.test_cases = preauth_cases,
};
kunit_test_suite(preauth_suite);
