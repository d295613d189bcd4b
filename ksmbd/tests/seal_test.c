// SPDX-License-Identifier: GPL-2.0-or-later
/* Nonces of sealed messages: counted, never twice, and then no more. */
#include <asm/unaligned.h>
#include <kunit/test.h>
#include <linux/errno.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "host/crypto.h"
#include "protect/seal.h"
#include "session/session_types.h"
#include "wire/smb2_format.h"
#include "wire/transform.h"

/* As in protect/seal.c */
#define MAX_NONCE (1ull << 48)

static struct ksmbd_session *make_session(struct kunit *test)
{
	static const u8 key[16] = "a key for tests";
	struct ksmbd_session *session = kzalloc(sizeof(*session), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, session);
	session->id = 0x1122334455667788ull;
	KUNIT_ASSERT_EQ(
		test,
		ksmbd_aead_key_create(KSMBD_AEAD_AES_GCM, key, sizeof(key), &session->seal_out), 0);
	KUNIT_ASSERT_EQ(
		test,
		ksmbd_aead_key_create(KSMBD_AEAD_AES_GCM, key, sizeof(key), &session->seal_in), 0);
	return session;
}

static void free_session(struct ksmbd_session *session)
{
	ksmbd_aead_key_free(session->seal_in);
	ksmbd_aead_key_free(session->seal_out);
	kfree(session);
}

static int seal(struct ksmbd_session *session, u8 *message, u32 len)
{
	struct ksmbd_seg seg = { .data = message + SMB2_TRANSFORM_SIZE, .len = len };

	return ksmbd_seal_message(session, message, &seg, 1);
}

static void nonces_count_up(struct kunit *test)
{
	struct ksmbd_session *session = make_session(test);
	struct ksmbd_transform transform;
	u8 message[SMB2_TRANSFORM_SIZE + 64];
	u64 nonce, last = 0;
	u32 i;

	for (i = 0; i < 1000; i++) {
		memset(message + SMB2_TRANSFORM_SIZE, 7, 64);
		KUNIT_ASSERT_EQ(test, seal(session, message, 64), 0);
		KUNIT_ASSERT_TRUE(test, ksmbd_transform_read(message, sizeof(message), &transform));
		KUNIT_EXPECT_EQ(test, transform.session_id, session->id);
		nonce = get_unaligned_le64(transform.nonce);
		KUNIT_EXPECT_GT(test, nonce, last);
		last = nonce;
		KUNIT_EXPECT_EQ(test, ksmbd_seal_open(session, &transform, message), 0);
		KUNIT_EXPECT_EQ(test, message[SMB2_TRANSFORM_SIZE + 63], 7);
	}
	free_session(session);
}

/* At the end of the counter nothing is sealed any more, however often it is tried. */
static void nonces_run_out(struct kunit *test)
{
	struct ksmbd_session *session = make_session(test);
	u8 message[SMB2_TRANSFORM_SIZE + 16] = {};
	u32 i;

	atomic64_set(&session->seal_nonce, MAX_NONCE - 2);
	KUNIT_EXPECT_EQ(test, seal(session, message, 16), 0);
	KUNIT_EXPECT_EQ(test, seal(session, message, 16), 0);
	for (i = 0; i < 100; i++)
		KUNIT_EXPECT_EQ(test, seal(session, message, 16), -EKEYEXPIRED);
	free_session(session);
}

static void no_key(struct kunit *test)
{
	struct ksmbd_session *session = kzalloc(sizeof(*session), GFP_KERNEL);
	u8 message[SMB2_TRANSFORM_SIZE + 16] = {};
	struct ksmbd_transform transform = { .nonce = message, .size = 16 };

	KUNIT_ASSERT_NOT_NULL(test, session);
	KUNIT_EXPECT_EQ(test, seal(session, message, 16), -ENOKEY);
	KUNIT_EXPECT_EQ(test, ksmbd_seal_open(session, &transform, message), -ENOKEY);
	kfree(session);
}

static void preference(struct kunit *test)
{
	static const u16 all[] = { 1, 2, 3, 4 }, ccm[] = { 3, 1 }, big[] = { 3, 4 },
			 odd[] = { 0, 9 };

	KUNIT_EXPECT_EQ(test, ksmbd_seal_choose(all, 4), SMB2_ENCRYPTION_AES128_GCM);
	KUNIT_EXPECT_EQ(test, ksmbd_seal_choose(big, 2), SMB2_ENCRYPTION_AES256_GCM);
	KUNIT_EXPECT_EQ(test, ksmbd_seal_choose(ccm, 2), SMB2_ENCRYPTION_AES128_CCM);
	KUNIT_EXPECT_EQ(test, ksmbd_seal_choose(odd, 2), 0);
	KUNIT_EXPECT_EQ(test, ksmbd_seal_choose(all, 0), 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(nonces_count_up),
	KUNIT_CASE(nonces_run_out),
	KUNIT_CASE(no_key),
	KUNIT_CASE(preference),
	{},
};

static struct kunit_suite suite = { .name = "seal", .test_cases = cases };

kunit_test_suite(suite);
