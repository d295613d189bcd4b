// SPDX-License-Identifier: GPL-2.0-or-later
/* Changes further down that a watcher may not know of. */
#include <linux/slab.h>
#include <linux/string.h>

#include "name/utf16.h"
#include "open/notify.h"
#include "open/notify_path.h"
#include "open/open.h"
#include "session/session_types.h"

/**
 * struct hider - what is known while a list is worked through
 * @dir, @dir_len: UTF-16LE, in bytes: the directory that was looked at last
 * @visible: may the user list it
 * @name: room for its name
 */
struct hider {
	struct ksmbd_open *open;
	u32 dir_len;
	bool visible;
	u8 dir[2 * KSMBD_PATH_MAX];
	char name[KSMBD_PATH_MAX];
};

/* Bytes of @info's name up to its last backslash; 0: it is in the directory itself. */
static u32 dir_bytes(const struct ksmbd_notifyinfo *info)
{
	u32 len = info->name_len & ~1u;

	for (; len; len -= 2)
		if (info->name[len - 2] == '\\' && !info->name[len - 1])
			return len - 2;
	return 0;
}

/* The directory's name relative to the share. */
static bool make_name(struct hider *hider)
{
	char *s = hider->name;
	u32 len;

	if (ksmbd_file_name(hider->open->file, hider->open->share->root, s, KSMBD_PATH_MAX))
		return false;
	len = strlen(s);
	if (len && len < KSMBD_PATH_MAX - 1)
		s[len++] = '/';
	if (ksmbd_utf16_to_utf8(hider->dir, hider->dir_len, s + len, KSMBD_PATH_MAX - len) < 0)
		return false;
	for (s += len; *s; s++)
		if (*s == '\\')
			*s = '/';
	return true;
}

/* One that is gone by now, nobody can be asked about. */
static bool may_list(struct hider *hider)
{
	struct ksmbd_share *share = hider->open->share;
	struct ksmbd_path *path;
	bool may;

	if (!make_name(hider) ||
	    ksmbd_path_lookup(share->root, hider->name, 0, &path)) /* as spelled, no links */
		return false;
	may = ksmbd_path_stat(path) && !ksmbd_path_access(path, KSMBD_MAY_READ);
	ksmbd_path_put(path);
	return may;
}

static bool is_visible(struct hider *hider, const struct ksmbd_notifyinfo *info)
{
	u32 len = dir_bytes(info);

	if (!len)
		return true;
	if (len > sizeof(hider->dir))
		return false;
	if (len != hider->dir_len || memcmp(info->name, hider->dir, len)) {
		memcpy(hider->dir, info->name, len);
		hider->dir_len = len;
		hider->visible = may_list(hider);
	}
	return hider->visible;
}

static bool read_entry(const struct ksmbd_notify_list *list, u32 at, struct ksmbd_notifyinfo *info)
{
	struct ksmbd_rd r;

	ksmbd_rd_init(&r, list->buf, list->len);
	ksmbd_rd_seek(&r, at);
	return ksmbd_notifyinfo_read(&r, info);
}

/* Most lists are of the directory alone. */
static bool has_below(const struct ksmbd_notify_list *list)
{
	struct ksmbd_notifyinfo info;
	u32 at = 0;

	while (read_entry(list, at, &info)) {
		if (dir_bytes(&info))
			return true;
		if (!info.next)
			break;
		at += info.next;
	}
	return false;
}

/* Takes the entries out that are not to be seen; the others move up. */
static void compact(struct hider *hider, struct ksmbd_notify_list *list)
{
	struct ksmbd_wr w = { .buf = list->buf, .cap = list->len, .len = list->len };
	u32 from = 0, to = 0, last = 0, len;
	struct ksmbd_notifyinfo info;

	while (read_entry(list, from, &info)) {
		len = info.next ? info.next : list->len - from;
		if (is_visible(hider, &info)) {
			memmove(list->buf + to, list->buf + from, len);
			last = to;
			to += len;
			ksmbd_wr_patch_u32(&w, last, len);
		}
		if (!info.next)
			break;
		from += len;
	}
	list->len = to;
	if (to)
		ksmbd_wr_patch_u32(&w, last, 0);
}

bool ksmbd_notify_hide(struct ksmbd_open *open, struct ksmbd_notify_list *list)
{
	struct hider *hider;

	if (!ksmbd_notify_stays(open))
		return false;
	if (!has_below(list))
		return true;
	hider = kzalloc(sizeof(*hider), GFP_KERNEL);
	if (hider) {
		hider->open = open;
		compact(hider, list);
		kfree(hider);
	} else {
		return false;
	}
	return true;
}
