// SPDX-License-Identifier: GPL-2.0-or-later
/* Compound requests over whole connections. [MS-SMB2] 3.3.5.2.7 */
#include <linux/kernel.h>
#include <linux/string.h>

#include "host/crypto.h"
#include "protect/sign.h"
#include "session/conn.h"
#include "tests/replay/replay.h"

static void related(struct replay *r)
{
	r->flags |= SMB2_FLAGS_RELATED_OPERATIONS;
}

static void unrelated(struct replay *r)
{
	r->flags &= ~SMB2_FLAGS_RELATED_OPERATIONS;
}

/* Ids of related elements do not count: rubbish proves it. */
static void spoil_ids(struct replay *r)
{
	r->session_id = U64_MAX;
	r->tree_id = U32_MAX;
}

static void restore_ids(struct replay *r)
{
	r->session_id = r->login.session_id;
	r->tree_id = r->login.disk_tree;
}

static void inherits(struct kunit *test)
{
	struct replay *r = replay_open(test, KSMBD_DIALECT_311);
	struct replay_reply reply;
	u64 first = r->next_id;

	replay_create(r, "a.txt", FILE_GENERIC_READ, FILE_OPEN, 0);
	related(r);
	spoil_ids(r);
	replay_query(r, REPLAY_SAME, SMB2_0_INFO_FILE, 5, 24);
	replay_read(r, REPLAY_SAME, 9, 4);
	replay_file_request(r, SMB2_CLOSE, REPLAY_SAME);
	replay_finish(r);
	REPLAY_EXPECT(r, &reply, SMB2_CREATE, STATUS_SUCCESS);
	KUNIT_EXPECT_FALSE(test, reply.flags & SMB2_FLAGS_RELATED_OPERATIONS);
	KUNIT_EXPECT_EQ(test, reply.message_id, first);
	KUNIT_EXPECT_EQ(test, reply.next % 8, 0U);
	REPLAY_EXPECT(r, &reply, SMB2_QUERY_INFO, STATUS_SUCCESS);
	KUNIT_EXPECT_TRUE(test, reply.flags & SMB2_FLAGS_RELATED_OPERATIONS);
	KUNIT_EXPECT_EQ(test, reply.session_id, r->login.session_id);
	KUNIT_EXPECT_EQ(test, reply.tree_id, r->login.disk_tree);
	REPLAY_EXPECT(r, &reply, SMB2_READ, STATUS_SUCCESS);
	KUNIT_EXPECT_TRUE(test, !memcmp(reply.body + 16, "quick bro", 9));
	REPLAY_EXPECT(r, &reply, SMB2_CLOSE, STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, reply.next, 0U);
	KUNIT_EXPECT_EQ(test, reply.message_id, first + 3);
}

static void inherits_failure(struct kunit *test)
{
	struct replay *r = replay_open(test, KSMBD_DIALECT_311);
	struct replay_reply reply;

	replay_create(r, "missing", FILE_GENERIC_READ, FILE_OPEN, 0);
	related(r);
	replay_query(r, REPLAY_SAME, SMB2_0_INFO_FILE, 5, 24);
	replay_file_request(r, SMB2_CLOSE, REPLAY_SAME);
	unrelated(r);
	replay_echo(r);
	replay_finish(r);
	REPLAY_EXPECT(r, &reply, SMB2_CREATE, STATUS_OBJECT_NAME_NOT_FOUND);
	REPLAY_EXPECT(r, &reply, SMB2_QUERY_INFO, STATUS_OBJECT_NAME_NOT_FOUND);
	REPLAY_EXPECT(r, &reply, SMB2_CLOSE, STATUS_OBJECT_NAME_NOT_FOUND);
	REPLAY_EXPECT(r, &reply, SMB2_ECHO, STATUS_SUCCESS);
}

/* An operation that fails does not take the handle from those behind it. */
static void failure_in_the_middle(struct kunit *test)
{
	struct replay *r = replay_open(test, KSMBD_DIALECT_210);
	struct replay_reply reply;

	replay_create(r, "a.txt", FILE_GENERIC_READ, FILE_OPEN, 0);
	related(r);
	replay_write(r, REPLAY_SAME, "x", 1, 0);
	replay_read(r, REPLAY_SAME, 10, 1 << 20);
	replay_file_request(r, SMB2_CLOSE, REPLAY_SAME);
	replay_file_request(r, SMB2_CLOSE, REPLAY_SAME);
	replay_finish(r);
	REPLAY_EXPECT(r, &reply, SMB2_CREATE, STATUS_SUCCESS);
	REPLAY_EXPECT(r, &reply, SMB2_WRITE, STATUS_ACCESS_DENIED);
	REPLAY_EXPECT(r, &reply, SMB2_READ, STATUS_END_OF_FILE);
	REPLAY_EXPECT(r, &reply, SMB2_CLOSE, STATUS_SUCCESS);
	REPLAY_EXPECT(r, &reply, SMB2_CLOSE, STATUS_FILE_CLOSED);
}

/* A second CREATE in the chain takes over; a FileId that is given is used. */
static void takes_the_last_fid(struct kunit *test)
{
	struct replay *r = replay_open(test, KSMBD_DIALECT_311);
	struct replay_reply reply;
	struct replay_fid fid;

	replay_create(r, "a.txt", FILE_GENERIC_READ, FILE_OPEN, 0);
	replay_finish(r);
	REPLAY_EXPECT(r, &reply, SMB2_CREATE, STATUS_SUCCESS);
	fid = replay_fid(&reply);

	replay_create(r, "dir\\b.txt", FILE_GENERIC_READ, FILE_OPEN, 0);
	related(r);
	replay_read(r, REPLAY_SAME, 3, 0);
	replay_read(r, fid, 3, 0);
	replay_read(r, REPLAY_SAME, 3, 0);
	replay_create(r, "missing", FILE_GENERIC_READ, FILE_OPEN, 0);
	replay_read(r, REPLAY_SAME, 3, 0);
	replay_finish(r);
	REPLAY_EXPECT(r, &reply, SMB2_CREATE, STATUS_SUCCESS);
	REPLAY_EXPECT(r, &reply, SMB2_READ, STATUS_SUCCESS);
	KUNIT_EXPECT_TRUE(test, !memcmp(reply.body + 16, "bbb", 3));
	REPLAY_EXPECT(r, &reply, SMB2_READ, STATUS_SUCCESS);
	KUNIT_EXPECT_TRUE(test, !memcmp(reply.body + 16, "The", 3));
	REPLAY_EXPECT(r, &reply, SMB2_READ, STATUS_SUCCESS);
	KUNIT_EXPECT_TRUE(test, !memcmp(reply.body + 16, "The", 3));
	REPLAY_EXPECT(r, &reply, SMB2_CREATE, STATUS_OBJECT_NAME_NOT_FOUND);
	REPLAY_EXPECT(r, &reply, SMB2_READ, STATUS_OBJECT_NAME_NOT_FOUND);
}

static void related_first(struct kunit *test)
{
	struct replay *r = replay_open(test, KSMBD_DIALECT_311);
	struct replay_reply reply;

	related(r);
	replay_read(r, REPLAY_SAME, 10, 0);
	replay_read(r, REPLAY_SAME, 10, 0);
	unrelated(r);
	replay_echo(r);
	replay_finish(r);
	REPLAY_EXPECT(r, &reply, SMB2_READ, STATUS_INVALID_PARAMETER);
	KUNIT_ASSERT_TRUE(test, replay_take(r, &reply));
	KUNIT_EXPECT_TRUE(test, ksmbd_status_is_error(KSMBD_STATUS(reply.status)));
	REPLAY_EXPECT(r, &reply, SMB2_ECHO, STATUS_SUCCESS);
}

/* Without the flag all ones are a FileId that nobody has. */
static void unrelated_same(struct kunit *test)
{
	struct replay *r = replay_open(test, KSMBD_DIALECT_311);
	struct replay_reply reply;

	replay_create(r, "a.txt", FILE_GENERIC_READ, FILE_OPEN, 0);
	replay_read(r, REPLAY_SAME, 10, 0);
	replay_finish(r);
	REPLAY_EXPECT(r, &reply, SMB2_CREATE, STATUS_SUCCESS);
	REPLAY_EXPECT(r, &reply, SMB2_READ, STATUS_FILE_CLOSED);
}

/* Every element is judged anew: the session or tree may be gone by then. */
static void revalidated(struct kunit *test)
{
	struct replay *r = replay_open(test, KSMBD_DIALECT_311);
	struct replay_reply reply;

	replay_create(r, "a.txt", FILE_GENERIC_READ, FILE_OPEN, 0);
	related(r);
	replay_empty(r, SMB2_TREE_DISCONNECT);
	replay_read(r, REPLAY_SAME, 10, 0);
	replay_empty(r, SMB2_LOGOFF);
	replay_read(r, REPLAY_SAME, 10, 0);
	replay_tree_connect(r, "\\\\h\\share");
	replay_finish(r);
	REPLAY_EXPECT(r, &reply, SMB2_CREATE, STATUS_SUCCESS);
	REPLAY_EXPECT(r, &reply, SMB2_TREE_DISCONNECT, STATUS_SUCCESS);
	REPLAY_EXPECT(r, &reply, SMB2_READ, STATUS_NETWORK_NAME_DELETED);
	REPLAY_EXPECT(r, &reply, SMB2_LOGOFF, STATUS_SUCCESS);
	REPLAY_EXPECT(r, &reply, SMB2_READ, STATUS_USER_SESSION_DELETED);
	/* Related to what had no session. */
	REPLAY_EXPECT(r, &reply, SMB2_TREE_CONNECT, STATUS_INVALID_PARAMETER);
}

/* A tree connection made in a chain is where the chain goes on. */
static void inherits_tree(struct kunit *test)
{
	struct replay *r = replay_open(test, KSMBD_DIALECT_302);
	struct replay_reply reply;
	u32 tree_id;

	r->tree_id = 0;
	replay_tree_connect(r, "\\\\h\\ro");
	related(r);
	replay_create(r, "a.txt", FILE_GENERIC_READ, FILE_OPEN, 0);
	replay_read(r, REPLAY_SAME, 3, 0);
	replay_finish(r);
	REPLAY_EXPECT(r, &reply, SMB2_TREE_CONNECT, STATUS_SUCCESS);
	tree_id = reply.tree_id;
	KUNIT_EXPECT_NE(test, tree_id, r->login.disk_tree);
	REPLAY_EXPECT(r, &reply, SMB2_CREATE, STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, reply.tree_id, tree_id);
	REPLAY_EXPECT(r, &reply, SMB2_READ, STATUS_SUCCESS);
}

/* Two sessions' requests in one message. */
static void wrong_session_between(struct kunit *test)
{
	struct replay *r = replay_open(test, KSMBD_DIALECT_311);
	struct replay_reply reply;

	replay_create(r, "a.txt", FILE_GENERIC_READ, FILE_OPEN, 0);
	spoil_ids(r);
	replay_create(r, "a.txt", FILE_GENERIC_READ, FILE_OPEN, 0);
	related(r);
	restore_ids(r);
	replay_read(r, REPLAY_SAME, 10, 0); /* inherits the bad one */
	unrelated(r);
	replay_create(r, "a.txt", FILE_GENERIC_READ, FILE_OPEN, 0);
	replay_finish(r);
	REPLAY_EXPECT(r, &reply, SMB2_CREATE, STATUS_SUCCESS);
	REPLAY_EXPECT(r, &reply, SMB2_CREATE, STATUS_USER_SESSION_DELETED);
	REPLAY_EXPECT(r, &reply, SMB2_READ, STATUS_INVALID_PARAMETER);
	REPLAY_EXPECT(r, &reply, SMB2_CREATE, STATUS_SUCCESS);
}

/* ---- NextCommand ---- */

static void bad_next(struct kunit *test)
{
	static const u32 bad[] = { 1,	8,   56,     63,	 65,	     68,	73,
				   136, 144, 0x1000, 0x80000000, 0xFFFFFFF8, 0xFFFFFFFF };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		struct replay *r = replay_open(test, KSMBD_DIALECT_311);

		replay_echo(r);
		replay_echo(r); /* 72 + 68 bytes */
		ksmbd_wr_patch_u32(&r->wr, SMB2_HEADER_NEXT_OFFSET, bad[i]);
		replay_finish(r);
		KUNIT_EXPECT_TRUE(test, replay_ended(r));
		replay_close(r);
	}
}

/* The second element's header is not one. */
static void bad_second_header(struct kunit *test)
{
	static const struct {
		u32 off;
		u32 value;
	} bad[] = { { 0, SMB1_PROTO_ID }, { 0, SMB2_TRANSFORM_ID }, { 4, 65 }, { 16, 1 } };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		struct replay *r = replay_open(test, KSMBD_DIALECT_311);

		replay_echo(r);
		replay_echo(r);
		ksmbd_wr_patch_u32(&r->wr, r->element + bad[i].off, bad[i].value);
		replay_finish(r);
		KUNIT_EXPECT_TRUE(test, replay_ended(r));
		replay_close(r);
	}
}

static void long_chain(struct kunit *test)
{
	struct replay *r = replay_open(test, KSMBD_DIALECT_311);
	struct replay_reply reply;
	u32 i;

	for (i = 0; i < 60; i++)
		replay_echo(r);
	replay_finish(r);
	for (i = 0; i < 60; i++) {
		REPLAY_EXPECT(r, &reply, SMB2_ECHO, STATUS_SUCCESS);
		KUNIT_EXPECT_EQ(test, reply.message_id, 1ULL + i);
		KUNIT_EXPECT_EQ(test, reply.credits, 1);
	}
}

/* ---- signatures ---- */

/* Signs the elements of the message that is about to be sent, one by one. */
static void sign_elements(struct kunit *test, struct replay *r, struct ksmbd_mac_key *key)
{
	u32 off = 0, next;

	do {
		u8 *h = r->wr.buf + off;
		struct ksmbd_seg seg = { .data = h };

		next = get_unaligned_le32(h + SMB2_HEADER_NEXT_OFFSET);
		seg.len = next ? next : r->wr.len - off;
		put_unaligned_le32(get_unaligned_le32(h + 16) | SMB2_FLAGS_SIGNED, h + 16);
		KUNIT_ASSERT_EQ(test, ksmbd_sign_message(key, &seg, 1), 0);
		off += next;
	} while (next);
}

/* Takes a reply and checks its signature, if it must have one. */
static void expect_signed(struct kunit *test, struct replay *r, struct ksmbd_mac_key *key,
			  u16 command, ntstatus_t status)
{
	struct replay_reply reply;
	u32 start = r->in_pos < r->in_len ? r->in_pos : 0;

	REPLAY_EXPECT(r, &reply, command, status);
	KUNIT_EXPECT_TRUE(test, reply.flags & SMB2_FLAGS_SIGNED);
	KUNIT_EXPECT_EQ(test, ksmbd_sign_verify(key, r->in + start, r->in_pos - start), 0);
}

static void signed_chain(struct kunit *test)
{
	static const u16 dialects[] = { 0x0202, 0x0210, 0x0300, 0x0311 };
	struct ksmbd_mac_key *key;
	struct replay_reply reply;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(dialects); i++) {
		struct replay *r = replay_open_signing(test, dialects[i]);

		KUNIT_ASSERT_EQ(test,
				ksmbd_mac_key_create(dialects[i] < 0x0300 ? KSMBD_MAC_HMAC_SHA256 :
									    KSMBD_MAC_AES_CMAC,
						     hook_sign_key, 16, &key),
				0);
		replay_create(r, "a.txt", FILE_GENERIC_READ, FILE_OPEN, 0);
		related(r);
		replay_read(r, REPLAY_SAME, 11, 0);
		replay_file_request(r, SMB2_CLOSE, REPLAY_SAME);
		sign_elements(test, r, key);
		replay_finish(r);
		expect_signed(test, r, key, SMB2_CREATE, STATUS_SUCCESS);
		expect_signed(test, r, key, SMB2_READ, STATUS_SUCCESS);
		expect_signed(test, r, key, SMB2_CLOSE, STATUS_SUCCESS);

		/* One wrong byte: that element fails, and is answered without a signature. */
		unrelated(r);
		replay_echo(r);
		replay_echo(r);
		sign_elements(test, r, key);
		r->wr.buf[r->element + 50] ^= 1;
		replay_finish(r);
		expect_signed(test, r, key, SMB2_ECHO, STATUS_SUCCESS);
		REPLAY_EXPECT(r, &reply, SMB2_ECHO, STATUS_ACCESS_DENIED);
		KUNIT_EXPECT_FALSE(test, reply.flags & SMB2_FLAGS_SIGNED);
		ksmbd_mac_key_free(key);
		replay_close(r);
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(inherits),
	KUNIT_CASE(inherits_failure),
	KUNIT_CASE(failure_in_the_middle),
	KUNIT_CASE(takes_the_last_fid),
	KUNIT_CASE(related_first),
	KUNIT_CASE(unrelated_same),
	KUNIT_CASE(revalidated),
	KUNIT_CASE(inherits_tree),
	KUNIT_CASE(wrong_session_between),
	KUNIT_CASE(bad_next),
	KUNIT_CASE(bad_second_header),
	KUNIT_CASE(long_chain),
	KUNIT_CASE(signed_chain),
	{},
};

static struct kunit_suite suite = {
	.name = "replay_compound",
	.suite_init = replay_suite_init,
	.suite_exit = replay_suite_exit,
	.exit = replay_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
