/* SPDX-License-Identifier: GPL-2.0-or-later */
/* "veto files": names that clients neither see nor reach. */
#ifndef KSMBD_NAME_VETO_H
#define KSMBD_NAME_VETO_H

#include <linux/types.h>

/**
 * ksmbd_name_vetoed() - does a share hide this name?
 * @patterns: NUL-separated, ended by an empty one; NULL: nothing is hidden
 * @name, @len: one component, UTF-8
 */
bool ksmbd_name_vetoed(const char *patterns, const char *name, u32 len);

/** ksmbd_path_vetoed() - the same for any component of a '/'-separated path */
bool ksmbd_path_vetoed(const char *patterns, const char *path);

#endif
