/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between open/notify.c, who watches, and open/notify_report.c, what happened. */
#ifndef KSMBD_OPEN_NOTIFY_PATH_H
#define KSMBD_OPEN_NOTIFY_PATH_H

#include "open/open_types.h"

/** struct ksmbd_change - @path: as of ksmbd_notify_path(); NULL: none */
struct ksmbd_change {
	const char *path;
	u32 action;
	u32 filter;
};

/**
 * ksmbd_notify_path() - where an open object is: the share's path, and its name in the share
 *
 * The file system's root is "", everything else has no slash at its end.
 * Return: kmalloc'ed; NULL: it has no name, or there is no memory
 */
char *ksmbd_notify_path(struct ksmbd_open *open);
/** ksmbd_notify_path_of() - the same for a name in @open's share */
char *ksmbd_notify_path_of(const struct ksmbd_open *open, const char *name);

/** ksmbd_notify_report() - tells all who watch; one list of changes comes in one answer */
void ksmbd_notify_report(const struct ksmbd_change *changes, u32 nr);

/** ksmbd_notify_moved() - @open's directory has another name. Caller holds its inode->lock. */
void ksmbd_notify_moved(struct ksmbd_open *open);

/**
 * ksmbd_notify_stays() - is @open's directory where its watch believes it to be?
 *
 * If not, the watch follows it. No locks held.
 */
bool ksmbd_notify_stays(struct ksmbd_open *open);

#endif
