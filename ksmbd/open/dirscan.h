/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Directory enumeration of one handle, [MS-FSA] 2.1.5.6.3.
 *
 * What a client sees: "." and "..", and the regular files and directories whose names it
 * could give back in a CREATE (ksmbd_name_check()) and that "veto files" does not hide. A
 * symbolic link shows what it leads to where the share follows links, else it is left
 * out. Each entry is delivered once; one that did not fit comes again with the next call.
 *
 * struct ksmbd_dirscan is owned by its open and guarded by open->lock, which callers hold.
 */
#ifndef KSMBD_OPEN_DIRSCAN_H
#define KSMBD_OPEN_DIRSCAN_H

#include "open/open_types.h"
#include "util/status_types.h"
#include "wire/dirinfo.h"

#define KSMBD_DIRSCAN_RESTART BIT(0) /* from the beginning */
#define KSMBD_DIRSCAN_REOPEN  BIT(1) /* and as if there had been no scan before */

/* Bytes of UTF-8 that a pattern can have */
#define KSMBD_DIRSCAN_PATTERN_MAX (3 * 255)

/**
 * struct ksmbd_dirscan_query - what a call asks for
 * @flags: KSMBD_DIRSCAN_*
 * @pattern, @pattern_len: UTF-8; counts in the first call and in those that restart. Empty:
 *     everything, or the pattern as it is.
 * @with_attr: entries need their attributes, beyond the name
 * @single: at most one entry
 * @add: takes one entry; false: no room for it
 */
struct ksmbd_dirscan_query {
	u32 flags;
	const char *pattern;
	u32 pattern_len;
	bool with_attr;
	bool single;
	bool (*add)(void *ctx, const struct ksmbd_dirinfo *entry);
	void *ctx;
};

/**
 * ksmbd_dirscan_run() - deliver the next entries of a directory handle
 *
 * Return: STATUS_SUCCESS with at least one entry; STATUS_NO_SUCH_FILE: nothing fits the
 * pattern (first call); STATUS_NO_MORE_FILES; STATUS_INFO_LENGTH_MISMATCH: no room for the
 * next entry alone; STATUS_OBJECT_NAME_INVALID: no pattern; or a file system error.
 */
ntstatus_t ksmbd_dirscan_run(struct ksmbd_open *open, const struct ksmbd_dirscan_query *query);

/** ksmbd_dirscan_free() - NULL is ignored; caller holds open->lock or the last reference */
void ksmbd_dirscan_free(struct ksmbd_dirscan *scan);

#endif
