// SPDX-License-Identifier: GPL-2.0-or-later
#include <asm/unaligned.h>
#include <linux/list.h>

#include "dispatch/dispatch.h"
#include "dispatch/smb2_table.h"
#include "frame/order.h"
#include "util/workers.h"
#include "wire/smb2_format.h"

/**
 * struct element - what one element of a message names
 * @session_id, @tree_id: of the element before where it is related
 * @fid: volatile FileId; U64_MAX: none, or that of the element before
 * @left: bytes of the message from this element's header on
 */
struct element {
	const u8 *header;
	u32 left;
	u16 command;
	u32 tree_id;
	u64 session_id;
	u64 fid;
};

static u64 read_fid(const struct element *e)
{
	const struct ksmbd_smb2_row *row = ksmbd_smb2_row_find(e->command);
	u32 at;

	if (!row || !row->fid_offset)
		return U64_MAX;
	at = SMB2_HEADER_SIZE + row->fid_offset + sizeof(u64);
	return at + sizeof(u64) <= e->left ? get_unaligned_le64(e->header + at) : U64_MAX;
}

static void read_element(struct element *e)
{
	e->command = get_unaligned_le16(e->header + SMB2_HEADER_COMMAND_OFFSET);
	if (!(get_unaligned_le32(e->header + SMB2_HEADER_FLAGS_OFFSET) &
	      SMB2_FLAGS_RELATED_OPERATIONS)) {
		e->tree_id = get_unaligned_le32(e->header + SMB2_HEADER_TREE_ID_OFFSET);
		e->session_id = get_unaligned_le64(e->header + SMB2_HEADER_SESSION_ID_OFFSET);
	}
	e->fid = read_fid(e);
}

/* The chain has been checked (ksmbd_request_check()). */
static void first_element(const struct ksmbd_request *req, struct element *e)
{
	*e = (struct element){ .header = req->buf, .left = req->len };
	read_element(e);
}

static bool next_element(struct element *e)
{
	u32 next = get_unaligned_le32(e->header + SMB2_HEADER_NEXT_OFFSET);

	if (!next)
		return false;
	e->header += next;
	e->left -= next;
	read_element(e);
	return true;
}

static bool waits_its_turn(const struct element *e)
{
	return e->command == SMB2_CHANGE_NOTIFY || e->command == SMB2_CLOSE ||
	       e->command == SMB2_OPLOCK_BREAK || e->command == SMB2_LOCK ||
	       e->command == SMB2_TREE_DISCONNECT || e->command == SMB2_LOGOFF;
}

static bool concerns(const struct element *end, const struct element *other)
{
	if (end->session_id != other->session_id)
		return false;
	if (end->command == SMB2_LOGOFF)
		return true;
	if (end->command == SMB2_TREE_DISCONNECT)
		return end->tree_id == other->tree_id;
	if (end->command == SMB2_CHANGE_NOTIFY && other->command != SMB2_CHANGE_NOTIFY)
		return false;
	return end->fid != U64_MAX && end->fid == other->fid;
}

static bool uses(const struct ksmbd_request *req, const struct element *end)
{
	struct element e;

	first_element(req, &e);
	do {
		if (concerns(end, &e))
			return true;
	} while (next_element(&e));
	return false;
}

/* Does the earlier request @other stand in the way of @req? Called with conn->lock held. */
static bool is_in_the_way(const struct ksmbd_request *other, const struct ksmbd_request *req)
{
	struct element e;

	if (ksmbd_async_is_waiting(other))
		return false;
	/* Still sealed: it may be anything. */
	if (!smp_load_acquire(&other->readable))
		return true;
	first_element(req, &e);
	do {
		if (waits_its_turn(&e) && uses(other, &e))
			return true;
	} while (next_element(&e));
	return false;
}

/*
 * Has @req to wait for one of the earlier requests, @from or later? It is looked for once for
 * every one that it waits for, and no request is looked at twice: a peer may have thousands on
 * their way. Called with conn->lock held.
 */
static bool wait_behind(struct ksmbd_request *req, struct ksmbd_request *from)
{
	list_for_each_entry_from(from, &req->conn->requests, link) {
		if (from == req)
			return false;
		if (is_in_the_way(from, req)) {
			list_add_tail(&req->held_link, &from->holds);
			return true;
		}
	}
	return false;
}

static bool ends_something(const struct ksmbd_request *req)
{
	struct element e;

	first_element(req, &e);
	do {
		if (waits_its_turn(&e))
			return true;
	} while (next_element(&e));
	return false;
}

bool ksmbd_order_hold(struct ksmbd_request *req)
{
	struct ksmbd_conn *conn = req->conn;
	bool held;

	if (!ends_something(req))
		return false;
	spin_lock(&conn->lock);
	held = wait_behind(req, list_first_entry(&conn->requests, struct ksmbd_request, link));
	spin_unlock(&conn->lock);
	return held;
}

void ksmbd_order_release(struct ksmbd_request *req, bool ended)
{
	struct ksmbd_request *held, *next;
	LIST_HEAD(all);

	lockdep_assert_held(&req->conn->lock);
	list_splice_init(&req->holds, &all);
	list_for_each_entry_safe(held, next, &all, held_link) {
		list_del_init(&held->held_link);
		if (!wait_behind(held, ended ? list_next_entry(req, link) : req))
			ksmbd_workers_queue(&held->work);
	}
}
