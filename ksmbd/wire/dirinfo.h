/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Entries of a directory listing. [MS-FSCC] 2.4, "Directory" classes */
#ifndef KSMBD_WIRE_DIRINFO_H
#define KSMBD_WIRE_DIRINFO_H

#include "wire/attr_types.h"
#include "wire/cursor.h"

/**
 * struct ksmbd_dirinfo - one entry
 * @name, @name_len: UTF-16LE
 * @attr: not looked at by classes that need none
 */
struct ksmbd_dirinfo {
	const u8 *name;
	u32 name_len;
	struct ksmbd_attr attr;
};

/**
 * struct ksmbd_dirinfo_class - how a class lays out an entry
 * @number: FileInformationClass
 * @needs_attr: it says more than names
 * @fixed: bytes in front of the name: a buffer of fewer holds no entry at all
 * @write_tail: what stands between FileNameLength and the name
 */
struct ksmbd_dirinfo_class {
	u8 number;
	bool needs_attr;
	u16 fixed;
	void (*write_tail)(struct ksmbd_wr *w, const struct ksmbd_dirinfo *entry);
};

/** ksmbd_dirinfo_class_find() - NULL: no class that lists directories */
const struct ksmbd_dirinfo_class *ksmbd_dirinfo_class_find(u8 number);

/**
 * struct ksmbd_dirinfo_list - a listing being written
 * @w: where to
 * @last: offset of the last entry in @w, meaningful when @count is not 0
 */
struct ksmbd_dirinfo_list {
	struct ksmbd_wr *w;
	const struct ksmbd_dirinfo_class *class;
	u32 last;
	u32 count;
};

/**
 * ksmbd_dirinfo_add() - append an entry, 8-byte aligned, and chain it
 * Return: false and nothing written when it does not fit.
 */
bool ksmbd_dirinfo_add(struct ksmbd_dirinfo_list *list, const struct ksmbd_dirinfo *entry);

#endif
