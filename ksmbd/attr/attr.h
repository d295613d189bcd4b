/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOS attributes and the times a client sees.
 *
 * Attributes and the creation time live in the extended attribute user.DOSATTRIB where
 * "store dos attributes" is on and the file system has room for it. Without one:
 *   ARCHIVE   every file
 *   READONLY  a file that nobody may write (no w bit in its mode)
 *   creation  the file system's birth time
 * In any case: HIDDEN is shown for names with a leading dot where "hide dot files" is on,
 * DIRECTORY follows from the kind, and NORMAL stands for nothing else.
 *
 * READONLY stops later opens for writing (CREATE asks ksmbd_attr_read()), not the local
 * users of the file, unless it could only be kept in the mode.
 */
#ifndef KSMBD_ATTR_ATTR_H
#define KSMBD_ATTR_ATTR_H

#include <linux/types.h>

#include "host/vfs.h"
#include "wire/attr_types.h"

struct ksmbd_share;

/**
 * ksmbd_attr_read() - attributes of an open file
 * @st: its present ksmbd_stat
 * @name: last component, for hidden dot files; NULL when unknown
 */
void ksmbd_attr_read(const struct ksmbd_share *share, struct ksmbd_file *file,
		     const struct ksmbd_stat *st, const char *name, struct ksmbd_attr *attr);

/**
 * ksmbd_attr_read_entry() - the same of a directory entry that is being delivered
 * @ent: with valid attributes
 */
void ksmbd_attr_read_entry(const struct ksmbd_share *share, const struct ksmbd_dirent *ent,
			   struct ksmbd_attr *attr);

/** ksmbd_attr_from_stat() - the same without the extended attribute */
void ksmbd_attr_from_stat(const struct ksmbd_share *share, const struct ksmbd_stat *st,
			  const char *name, struct ksmbd_attr *attr);

/**
 * ksmbd_attr_store() - set DOS attributes, and the creation time if not 0
 * @attributes: FILE_ATTRIBUTE_* to be (only the settable ones count)
 *
 * READONLY of a file falls back to the mode's write bits where nothing else can keep it.
 * Return: 0 or a negative errno; -EOPNOTSUPP when some of it cannot be kept.
 */
int ksmbd_attr_store(const struct ksmbd_share *share, struct ksmbd_file *file, u32 attributes,
		     u64 create_time);

#endif
