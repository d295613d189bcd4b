/* SPDX-License-Identifier: GPL-2.0-or-later */
/* FILE_NOTIFY_INFORMATION, [MS-FSCC] 2.7.1, and the filters of CHANGE_NOTIFY, [MS-SMB2] 2.2.35 */
#ifndef KSMBD_WIRE_NOTIFY_H
#define KSMBD_WIRE_NOTIFY_H

#include "wire/cursor.h"

#define SMB2_WATCH_TREE 0x0001

/* CompletionFilter */
#define FILE_NOTIFY_CHANGE_FILE_NAME   0x00000001
#define FILE_NOTIFY_CHANGE_DIR_NAME    0x00000002
#define FILE_NOTIFY_CHANGE_ATTRIBUTES  0x00000004
#define FILE_NOTIFY_CHANGE_SIZE	       0x00000008
#define FILE_NOTIFY_CHANGE_LAST_WRITE  0x00000010
#define FILE_NOTIFY_CHANGE_LAST_ACCESS 0x00000020
#define FILE_NOTIFY_CHANGE_CREATION    0x00000040
#define FILE_NOTIFY_CHANGE_NAME	       (FILE_NOTIFY_CHANGE_FILE_NAME | FILE_NOTIFY_CHANGE_DIR_NAME)
#define FILE_NOTIFY_FILTERS	       32

/* Action */
#define FILE_ACTION_ADDED	     1
#define FILE_ACTION_REMOVED	     2
#define FILE_ACTION_MODIFIED	     3
#define FILE_ACTION_RENAMED_OLD_NAME 4
#define FILE_ACTION_RENAMED_NEW_NAME 5

#define KSMBD_NOTIFYINFO_FIXED 12

/**
 * struct ksmbd_notifyinfo - one entry, read back
 * @name, @name_len: UTF-16LE, in bytes
 */
struct ksmbd_notifyinfo {
	u32 next;
	u32 action;
	u32 name_len;
	const u8 *name;
};

/**
 * ksmbd_notifyinfo_add() - one more entry of a list that begins at @w's start
 * @last: where the last entry begins; moved to the new one
 * @name, @name_len: UTF-16LE, in bytes
 *
 * Return: false: it does not fit, and the list is as it was
 */
bool ksmbd_notifyinfo_add(struct ksmbd_wr *w, u32 *last, u32 action, const u8 *name, u32 name_len);

/** ksmbd_notifyinfo_size() - the most that an entry adds to a list */
static inline u32 ksmbd_notifyinfo_size(u32 name_len)
{
	return 3 + KSMBD_NOTIFYINFO_FIXED + name_len;
}

/** ksmbd_notifyinfo_read() - the entry at @r's position, which stays; false: there is none */
bool ksmbd_notifyinfo_read(const struct ksmbd_rd *r, struct ksmbd_notifyinfo *info);

#endif
