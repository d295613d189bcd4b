// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "control/control.h"
#include "wire/cursor.h"

#define NOT_FORCED 0xffff /* in the message's 16 bits */

/*
 * The variable part. Younger daemons say how long it is and may put a NUL behind that;
 * older ones say 0 and mean all there is.
 */
static int open_payload(struct ksmbd_rd *r, u32 size, struct ksmbd_rd *payload)
{
	u32 left = ksmbd_rd_left(r);

	if (!size)
		size = left;
	ksmbd_rd_window(r, payload, r->pos, size);
	if (!ksmbd_rd_ok(payload) || left - size > 1)
		return -EPROTO;
	ksmbd_rd_skip(r, size);
	return left == size || !ksmbd_rd_u8(r) ? 0 : -EPROTO;
}

/* The list as the engine wants it: no empty patterns but the one at the end. */
static int read_veto(struct ksmbd_rd *payload, u32 size, char **veto)
{
	const char *from;
	char *to;
	u32 i, len = 0;

	if (!size)
		return 0;
	from = (const char *)ksmbd_rd_bytes(payload, size);
	if (!from || ksmbd_rd_u8(payload) || !ksmbd_rd_ok(payload))
		return -EPROTO;
	to = kzalloc(size + 2, GFP_KERNEL);
	if (!to)
		return -ENOMEM;
	for (i = 0; i < size; i++)
		if (from[i] || (len && to[len - 1]))
			to[len++] = from[i];
	*veto = to;
	return 0;
}

/* What is left of the payload, with or without a NUL. */
static int read_path(struct ksmbd_rd *payload, char **path)
{
	u32 len = ksmbd_rd_left(payload);
	const char *from = (const char *)ksmbd_rd_bytes(payload, len);

	if (!from || !len)
		return -EPROTO;
	if (!from[len - 1])
		len--;
	if (!len || len >= PATH_MAX || from[0] != '/' || memchr(from, 0, len))
		return -EPROTO;
	*path = kzalloc(len + 1, GFP_KERNEL);
	if (!*path)
		return -ENOMEM;
	memcpy(*path, from, len);
	return 0;
}

static u32 forced_id(u16 id)
{
	return id == NOT_FORCED ? U32_MAX : id;
}

static int read_fixed(const struct ksmbd_nl_share_response *msg, const char *asked,
		      struct ksmbd_share_conf *conf)
{
	if (!memchr(msg->share_name, 0, sizeof(msg->share_name)))
		return -EPROTO;
	if (msg->share_name[0])
		memcpy(conf->name, msg->share_name, sizeof(conf->name));
	else
		strscpy(conf->name, asked, sizeof(conf->name));
	conf->flags = msg->flags;
	conf->create_mask = msg->create_mask;
	conf->directory_mask = msg->directory_mask;
	conf->force_create_mode = msg->force_create_mode;
	conf->force_directory_mode = msg->force_directory_mode;
	conf->force_uid = forced_id(msg->force_uid);
	conf->force_gid = forced_id(msg->force_gid);
	return 0;
}

int ksmbd_control_get_share(const void *data, u32 len, u32 handle, const char *asked,
			    struct ksmbd_share_conf *conf)
{
	struct ksmbd_nl_share_response msg;
	struct ksmbd_rd r, payload;
	int err;

	memset(conf, 0, sizeof(*conf));
	ksmbd_rd_init(&r, data, len);
	ksmbd_rd_copy(&r, &msg, sizeof(msg));
	if (!ksmbd_rd_ok(&r) || msg.handle != handle)
		return -EPROTO;
	if (!(msg.flags & KSMBD_NL_SHARE_AVAILABLE))
		return -ENOENT;
	err = read_fixed(&msg, asked, conf);
	if (err || (msg.flags & KSMBD_NL_SHARE_PIPE))
		return err;
	err = open_payload(&r, msg.payload_size, &payload);
	if (!err)
		err = read_veto(&payload, msg.veto_list_size, &conf->veto);
	if (!err)
		err = read_path(&payload, &conf->path);
	if (err)
		ksmbd_share_conf_release(conf);
	return err;
}
