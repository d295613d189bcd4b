/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who may do what: FILE_* rights from POSIX permissions, and the security descriptor
 * that a client sees. Windows ACLs of their own are a later step; until then the
 * descriptor is synthesized and setting one is refused.
 */
#ifndef KSMBD_ACL_ACL_H
#define KSMBD_ACL_ACL_H

#include <linux/types.h>

#include "host/vfs.h"
#include "util/status_types.h"
#include "wire/cursor.h"

struct ksmbd_user;

/**
 * ksmbd_access_resolve() - generic rights and MAXIMUM_ALLOWED into FILE_* rights
 * @desired: from CREATE
 * Return: the mapped mask; MAXIMUM_ALLOWED is left in
 */
u32 ksmbd_access_resolve(u32 desired);

/**
 * ksmbd_access_possible() - may anybody have these rights on the share
 * @desired, @max: as for ksmbd_access_check()
 *
 * Return: STATUS_SUCCESS; STATUS_ACCESS_DENIED for more than @max and for rights that do
 * not exist; STATUS_PRIVILEGE_NOT_HELD for ACCESS_SYSTEM_SECURITY
 */
ntstatus_t ksmbd_access_possible(u32 desired, u32 max);

/**
 * ksmbd_access_check() - what the acting client may do with an existing object
 * @path: positive; @desired: resolved rights, may hold FILE_MAXIMUM_ALLOWED
 * @max: most the share allows (ksmbd_tree.max_access)
 * @granted: receives the rights of the handle
 *
 * POSIX read, write, execute, ownership and the parent's write right decide:
 *   READ_ATTRIBUTES, READ_CONTROL, SYNCHRONIZE   whoever can look the path up
 *   READ_DATA, READ_EA                           read
 *   EXECUTE of a file                            read or execute: what can be read can
 *                                                be run by the client anyway
 *   TRAVERSE of a directory                      execute
 *   WRITE_DATA, APPEND_DATA, WRITE_EA,           write (a directory: and execute)
 *   DELETE_CHILD (nothing, on a file)
 *   WRITE_ATTRIBUTES                             write, or owner
 *   DELETE                                       write and execute on the parent (a sticky
 *                                                one: and owner of either), or owner
 *   WRITE_DAC, WRITE_OWNER                       owner
 *   ACCESS_SYSTEM_SECURITY                       nobody
 * Credentials that override permissions count as the owner.
 * Return: STATUS_SUCCESS; STATUS_ACCESS_DENIED; STATUS_PRIVILEGE_NOT_HELD for
 * ACCESS_SYSTEM_SECURITY
 */
ntstatus_t ksmbd_access_check(struct ksmbd_path *path, const struct ksmbd_user *user, u32 desired,
			      u32 max, u32 *granted);

/** ksmbd_access_maximal() - everything the acting client may do, for MxAc and the like */
u32 ksmbd_access_maximal(struct ksmbd_path *path, const struct ksmbd_user *user, u32 max);

#define KSMBD_SECINFO_OWNER 0x1
#define KSMBD_SECINFO_GROUP 0x2
#define KSMBD_SECINFO_DACL  0x4
#define KSMBD_SECINFO_SACL  0x8

#define KSMBD_SECDESC_MAX 160

/**
 * ksmbd_secdesc_write() - self-relative security descriptor made from a mode
 * @which: KSMBD_SECINFO_*; @w: receives it ([MS-DTYP] 2.4.6), may overrun (latches);
 *     KSMBD_SECDESC_MAX bytes always suffice
 *
 * Owner S-1-22-1-uid, group S-1-22-2-gid; the DACL has one entry each for them and for
 * everyone, with the rights that ksmbd_access_check() would grant for the mode's bits.
 */
void ksmbd_secdesc_write(const struct ksmbd_stat *st, u32 which, struct ksmbd_wr *w);

#endif
