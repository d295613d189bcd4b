// SPDX-License-Identifier: GPL-2.0-or-later
#include <asm/unaligned.h>
#include <linux/list.h>
#include <linux/printk.h>
#include <linux/slab.h>

#include "frame/send.h"
#include "protect/preauth.h"
#include "protect/protect.h"
#include "session/conn.h"
#include "smb2/reply.h"
#include "wire/smb2_format.h"

#define SEGS_PER_REPLY 3 /* header and body, payload, padding */
#define INLINE_SEGS (1 + SEGS_PER_REPLY)
#define LENGTH_WORD 4

static u8 zero_pad[8]; /* never written */

/* The segments of one element; returns how many, and its length in @len. */
static u32 fill_segs(struct ksmbd_reply *reply, bool last, struct ksmbd_seg *segs, u32 *len)
{
	u32 n = 0, pad;

	*len = reply->wr.len + reply->payload.len;
	segs[n++] = (struct ksmbd_seg){ .data = reply->wr.buf, .len = reply->wr.len };
	if (reply->payload.len)
		segs[n++] = reply->payload;
	pad = last ? 0 : -*len & 7;
	if (pad)
		segs[n++] = (struct ksmbd_seg){ .data = zero_pad, .len = pad };
	*len += pad;
	if (!last)
		put_unaligned_le32(*len, reply->wr.buf + SMB2_HEADER_NEXT_OFFSET);
	return n;
}

/* The next leg of the same exchange may be at work already if a client is hostile. */
static int hash_reply(struct ksmbd_request *req, const struct ksmbd_seg *segs, u32 n)
{
	int err;

	mutex_lock(&req->conn->setup_lock);
	err = ksmbd_preauth_update(req->preauth, segs, n);
	mutex_unlock(&req->conn->setup_lock);
	return err;
}

/* Builds the whole vector behind the length word, signing on the way. */
static int build_vector(struct ksmbd_request *req, struct ksmbd_seg *segs, u32 *nsegs, u32 *total)
{
	struct ksmbd_reply *reply;
	u32 used = 1, len;
	int err = 0;

	*total = 0;
	list_for_each_entry(reply, &req->replies, link) {
		bool last = list_is_last(&reply->link, &req->replies);
		u32 n = fill_segs(reply, last, segs + used, &len);

		err = ksmbd_protect_reply(reply, segs + used, n);
		if (!err && req->preauth)
			err = hash_reply(req, segs + used, n);
		if (err)
			break;
		used += n;
		*total += len;
	}
	*nsegs = used;
	return err;
}

static u32 count_replies(struct ksmbd_request *req)
{
	struct ksmbd_reply *reply;
	u32 n = 0;

	list_for_each_entry(reply, &req->replies, link)
		n++;
	return n;
}

static void free_replies(struct ksmbd_request *req)
{
	struct ksmbd_reply *reply, *next;

	list_for_each_entry_safe(reply, next, &req->replies, link) {
		list_del_init(&reply->link);
		ksmbd_reply_free(req, reply);
	}
}

void ksmbd_reply_send(struct ksmbd_request *req)
{
	struct ksmbd_conn *conn = req->conn;
	struct ksmbd_seg few[INLINE_SEGS], *segs = few;
	u32 count = count_replies(req), nsegs, total;
	u8 length[LENGTH_WORD];
	int err = -ENOMEM;

	if (!count)
		return;
	if (count > 1)
		segs = kcalloc(1 + count * SEGS_PER_REPLY, sizeof(*segs), GFP_KERNEL);
	if (segs)
		err = build_vector(req, segs, &nsegs, &total);
	if (!err) {
		put_unaligned_be32(total, length);
		segs[0] = (struct ksmbd_seg){ .data = length, .len = LENGTH_WORD };
		mutex_lock(&conn->send_lock);
		err = conn->ops->send(conn->transport, segs, nsegs);
		mutex_unlock(&conn->send_lock);
	}
	if (segs != few)
		kfree(segs);
	free_replies(req);
	if (err) {
		pr_debug("ksmbd: cannot send to %s: %d\n", conn->peer.text, err);
		ksmbd_conn_shutdown(conn);
	}
}
