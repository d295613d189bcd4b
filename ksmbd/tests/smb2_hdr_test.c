// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/helpers.h"
#include "wire/smb2_format.h"
#include "wire/smb2_hdr.h"

static const char sync_request[] = "fe534d42"
				   "4000"
				   "0300"
				   "00000000"
				   "0800"
				   "2a00"
				   "04000010"
				   "70000000"
				   "8877665544332211"
				   "fffe0000"
				   "78563412"
				   "efcdab8967452301"
				   "00112233445566778899aabbccddeeff";

static void reads_sync(struct kunit *test)
{
	struct ksmbd_smb2_hdr hdr;
	struct ksmbd_rd rd;
	u8 bytes[64];

	KUNIT_ASSERT_EQ(test, test_unhex(bytes, sizeof(bytes), sync_request), 64U);
	ksmbd_rd_init(&rd, bytes, sizeof(bytes));
	KUNIT_EXPECT_TRUE(test, ksmbd_smb2_hdr_read(&rd, &hdr));
	KUNIT_EXPECT_EQ(test, rd.pos, 64U);
	KUNIT_EXPECT_EQ(test, hdr.credit_charge, 3);
	KUNIT_EXPECT_EQ(test, hdr.channel_sequence, 0);
	KUNIT_EXPECT_EQ(test, hdr.command, SMB2_READ);
	KUNIT_EXPECT_EQ(test, hdr.credit_request, 42);
	KUNIT_EXPECT_EQ(test, hdr.flags,
			(u32)(SMB2_FLAGS_RELATED_OPERATIONS | SMB2_FLAGS_DFS_OPERATIONS));
	KUNIT_EXPECT_EQ(test, hdr.next, 0x70U);
	KUNIT_EXPECT_EQ(test, hdr.message_id, 0x1122334455667788ULL);
	KUNIT_EXPECT_EQ(test, hdr.async_id, 0ULL);
	KUNIT_EXPECT_EQ(test, hdr.tree_id, 0x12345678U);
	KUNIT_EXPECT_EQ(test, hdr.session_id, 0x0123456789abcdefULL);
}

static void reads_async(struct kunit *test)
{
	struct ksmbd_smb2_hdr hdr;
	struct ksmbd_rd rd;
	u8 bytes[64];

	test_unhex(bytes, sizeof(bytes), sync_request);
	bytes[16] |= SMB2_FLAGS_ASYNC_COMMAND;
	ksmbd_rd_init(&rd, bytes, sizeof(bytes));
	KUNIT_EXPECT_TRUE(test, ksmbd_smb2_hdr_read(&rd, &hdr));
	KUNIT_EXPECT_EQ(test, hdr.async_id, 0x123456780000feffULL);
	KUNIT_EXPECT_EQ(test, hdr.tree_id, 0U);
	KUNIT_EXPECT_EQ(test, hdr.session_id, 0x0123456789abcdefULL);
}

static void refuses(struct kunit *test)
{
	struct ksmbd_smb2_hdr hdr;
	struct ksmbd_rd rd;
	u8 bytes[64];
	u32 len;

	test_unhex(bytes, sizeof(bytes), sync_request);
	for (len = 0; len < 64; len++) {
		ksmbd_rd_init(&rd, bytes, len);
		KUNIT_EXPECT_FALSE(test, ksmbd_smb2_hdr_read(&rd, &hdr));
	}
	for (len = 0; len < 6; len++) { /* protocol id, StructureSize */
		test_unhex(bytes, sizeof(bytes), sync_request);
		bytes[len] ^= 1;
		ksmbd_rd_init(&rd, bytes, sizeof(bytes));
		KUNIT_EXPECT_FALSE(test, ksmbd_smb2_hdr_read(&rd, &hdr));
	}
}

static void writes(struct kunit *test)
{
	struct ksmbd_smb2_hdr hdr = {
		.credit_charge = 3,
		.command = SMB2_READ,
		.flags = SMB2_FLAGS_SERVER_TO_REDIR,
		.next = 0x1234, /* not taken over */
		.message_id = 0x1122334455667788,
		.tree_id = 0x12345678,
		.session_id = 0x0123456789abcdef,
	};
	u8 buf[64];

	memset(buf, 0xff, sizeof(buf));
	ksmbd_smb2_hdr_write(buf, &hdr, STATUS_ACCESS_DENIED, 7);
	EXPECT_HEX(test, buf, sizeof(buf),
		   "fe534d4240000300220000c00800070001000000000000008877665544332211"
		   "0000000078563412efcdab896745230100000000000000000000000000000000");
	hdr.flags |= SMB2_FLAGS_ASYNC_COMMAND;
	hdr.async_id = 0x0102030405060708;
	ksmbd_smb2_hdr_write(buf, &hdr, STATUS_PENDING, 0);
	EXPECT_HEX(test, buf, sizeof(buf),
		   "fe534d4240000300030100000800000003000000000000008877665544332211"
		   "0807060504030201efcdab896745230100000000000000000000000000000000");
}

static struct kunit_case smb2_hdr_cases[] = {
	KUNIT_CASE(reads_sync),
	KUNIT_CASE(reads_async),
	KUNIT_CASE(refuses),
	KUNIT_CASE(writes),
	{},
};

static struct kunit_suite smb2_hdr_suite = {
	.name = "ksmbd-smb2-hdr",
	.test_cases = smb2_hdr_cases,
};
kunit_test_suite(smb2_hdr_suite);
