// SPDX-License-Identifier: GPL-2.0-or-later
#include "wire/notify.h"

bool ksmbd_notifyinfo_add(struct ksmbd_wr *w, u32 *last, u32 action, const u8 *name, u32 name_len)
{
	u32 mark = ksmbd_wr_mark(w), start;

	ksmbd_wr_align(w, 4);
	start = ksmbd_wr_mark(w);
	ksmbd_wr_u32(w, 0); /* NextEntryOffset: the last one, so far */
	ksmbd_wr_u32(w, action);
	ksmbd_wr_u32(w, name_len);
	ksmbd_wr_bytes(w, name, name_len);
	if (!ksmbd_wr_ok(w)) {
		ksmbd_wr_rollback(w, mark);
		return false;
	}
	if (mark)
		ksmbd_wr_patch_u32(w, *last, start - *last);
	*last = start;
	return true;
}

bool ksmbd_notifyinfo_read(const struct ksmbd_rd *r, struct ksmbd_notifyinfo *info)
{
	struct ksmbd_rd rd = *r;

	info->next = ksmbd_rd_u32(&rd);
	info->action = ksmbd_rd_u32(&rd);
	info->name_len = ksmbd_rd_u32(&rd);
	info->name = ksmbd_rd_bytes(&rd, info->name_len);
	return ksmbd_rd_ok(&rd);
}
