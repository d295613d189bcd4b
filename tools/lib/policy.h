/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who may do what on a share: the lists of its configuration. No state, no locks. Where the
 * members of a group cannot be found out, the answer is the one that allows less.
 */
#ifndef KSMBD_TOOLS_POLICY_H
#define KSMBD_TOOLS_POLICY_H

#include <stdbool.h>

#include "tools/lib/config.h"

/**
 * policy_listed() - is @account on @list of names and @groups (also +group, &group)?
 *
 * Names in any case; groups are those of the system. NULL is an empty list. @if_unknown: what a
 * group counts as whose members cannot be found out.
 */
bool policy_listed(char *const *list, const char *account, bool if_unknown);
/** policy_admits() - "invalid users" is asked first, then "valid users" if there is one */
bool policy_admits(const struct conf_share *share, const char *account);
/** policy_writable() - "write list" beats "read list" beats "read only" */
bool policy_writable(const struct conf_share *share, const char *account);
/** policy_administers() - is he one of the "admin users"? */
bool policy_administers(const struct conf_share *share, const char *account);

#endif
