// SPDX-License-Identifier: GPL-2.0-or-later
/* What it costs to hold requests back. frame/order.h */
#include <asm/unaligned.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "frame/order.h"
#include "tests/helpers.h"
#include "wire/smb2_format.h"

#define BUSY	3000
#define HELD	3000
#define MESSAGE (SMB2_HEADER_SIZE + 48)

struct bed {
	struct ksmbd_conn conn;
	struct ksmbd_request reqs[BUSY + 1 + HELD];
	u8 messages[BUSY + 1 + HELD][MESSAGE];
};

static struct bed *begin_bed(struct kunit *test)
{
	struct bed *bed = kvzalloc(sizeof(*bed), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, bed);
	spin_lock_init(&bed->conn.lock);
	INIT_LIST_HEAD(&bed->conn.requests);
	return bed;
}

static struct ksmbd_request *add(struct bed *bed, u32 n, u16 command, u32 fid_offset, u64 fid)
{
	struct ksmbd_request *req = &bed->reqs[n];
	u8 *message = bed->messages[n];

	put_unaligned_le16(command, message + SMB2_HEADER_COMMAND_OFFSET);
	put_unaligned_le64(fid, message + SMB2_HEADER_SIZE + fid_offset + 8);
	req->conn = &bed->conn;
	req->buf = message;
	req->len = MESSAGE;
	req->readable = true;
	INIT_LIST_HEAD(&req->holds);
	INIT_LIST_HEAD(&req->held_link);
	list_add_tail(&req->link, &bed->conn.requests);
	return req;
}

static void end_request(struct ksmbd_request *req)
{
	spin_lock(&req->conn->lock);
	ksmbd_order_release(req, true);
	list_del(&req->link);
	spin_unlock(&req->conn->lock);
}

/*
 * Many LOCKs wait for one request on their handle, behind many on another one, which end first:
 * that is nothing to those that wait. (If each end looked at all of them, this would not end
 * while anybody watches.)
 */
static void others_end(struct kunit *test)
{
	struct bed *bed = begin_bed(test);
	u32 i;

	for (i = 0; i < BUSY; i++)
		KUNIT_ASSERT_FALSE(test, ksmbd_order_hold(add(bed, i, SMB2_READ, 16, 1)));
	KUNIT_ASSERT_FALSE(test, ksmbd_order_hold(add(bed, BUSY, SMB2_READ, 16, 2)));
	for (i = 0; i < HELD; i++)
		KUNIT_ASSERT_TRUE(test, ksmbd_order_hold(add(bed, BUSY + 1 + i, SMB2_LOCK, 8, 2)));
	for (i = 0; i < BUSY; i++)
		end_request(&bed->reqs[i]);
	for (i = 0; i <= HELD; i++)
		KUNIT_ASSERT_EQ(test, list_empty(&bed->reqs[BUSY + i].held_link), !i);
	kvfree(bed);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(others_end),
	{},
};

static struct kunit_suite suite = {
	.name = "order",
	.test_cases = cases,
};

kunit_test_suite(suite);
