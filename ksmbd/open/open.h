/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Handles and inodes: life, share modes, deletion. Objects: open/open_types.h */
#ifndef KSMBD_OPEN_OPEN_H
#define KSMBD_OPEN_OPEN_H

#include "open/open_types.h"
#include "util/status_types.h"

struct ksmbd_idtable;
struct ksmbd_oplock_wait;

int ksmbd_inode_table_init(void);
void ksmbd_inode_table_exit(void);

/** ksmbd_inode_get() - the shared object of @st's inode, made if need be; NULL: no memory */
struct ksmbd_inode *ksmbd_inode_get(const struct ksmbd_stat *st);
/** ksmbd_inode_lookup() - the same if somebody has it open, else NULL */
struct ksmbd_inode *ksmbd_inode_lookup(const struct ksmbd_stat *st);
void ksmbd_inode_put(struct ksmbd_inode *inode);

/** ksmbd_inode_doomed() - is @st's object to be deleted at its last close */
bool ksmbd_inode_doomed(const struct ksmbd_stat *st);

/**
 * ksmbd_inode_admits() - would a handle with these rights and share modes be let in
 *
 * Caller holds inode->lock.
 * Return: STATUS_SUCCESS, STATUS_DELETE_PENDING, STATUS_SHARING_VIOLATION
 */
ntstatus_t ksmbd_inode_admits(const struct ksmbd_inode *inode, u32 access, u32 share);

/**
 * ksmbd_inode_doom() - delete the object at its last close, under the name that @by has
 *
 * @by: NULL: no more. Caller holds inode->lock and a handle on @inode.
 */
void ksmbd_inode_doom(struct ksmbd_inode *inode, struct ksmbd_open *by);

/**
 * ksmbd_inode_walk() - every inode that is open, in no order
 * @inode: NULL to begin, then the one before: its reference is given up
 *
 * Return: a counted reference, NULL at the end. What comes and goes meanwhile may be missed.
 */
struct ksmbd_inode *ksmbd_inode_walk(struct ksmbd_inode *inode);

/**
 * ksmbd_open_alloc() - a handle without object, references on @share and @user taken
 * Return: NULL without memory
 */
struct ksmbd_open *ksmbd_open_alloc(struct ksmbd_share *share, struct ksmbd_user *user);
struct ksmbd_open *ksmbd_open_get(struct ksmbd_open *open);
void ksmbd_open_put(struct ksmbd_open *open);

/**
 * ksmbd_open_attach() - enter the inode's share modes
 * @inode: reference taken over on success
 *
 * Caller holds inode->lock.
 * Return: STATUS_SUCCESS, STATUS_DELETE_PENDING, STATUS_SHARING_VIOLATION
 */
ntstatus_t ksmbd_open_attach(struct ksmbd_open *open, struct ksmbd_inode *inode);

/**
 * ksmbd_open_close() - end a handle that was just taken out of its table
 *
 * Leaves the share modes and, as the last handle of a delete-pending object, removes
 * the name. Must run with the credentials of open->user entered. Drops no reference.
 */
void ksmbd_open_close(struct ksmbd_open *open);

/** ksmbd_open_close_matching() - close all opens of a session's table on @tree_id (0: all) */
void ksmbd_open_close_matching(struct ksmbd_idtable *opens, u32 tree_id);

/**
 * ksmbd_open_set_delete() - FileDispositionInformation ([MS-FSA] 2.1.5.15.3)
 * @on: mark or unmark the object for deletion at its last close
 *
 * Return: STATUS_SUCCESS, STATUS_CANNOT_DELETE (read-only), STATUS_DIRECTORY_NOT_EMPTY
 */
ntstatus_t ksmbd_open_set_delete(struct ksmbd_open *open, bool on);

/**
 * ksmbd_open_rename() - FileRenameInformation ([MS-FSA] 2.1.5.15.11)
 * @wire_name, @wire_len: new name, UTF-16LE relative to the share's root
 * @replace: an existing target is replaced
 * @wait: how to wait for batch oplocks, of the object, the target and what is below it
 *
 * Return: a status, or KSMBD_STATUS_PARKED as from ksmbd_oplock_break()
 */
ntstatus_t ksmbd_open_rename(struct ksmbd_open *open, const u8 *wire_name, u32 wire_len,
			     bool replace, const struct ksmbd_oplock_wait *wait);
/**
 * ksmbd_open_link() - FileLinkInformation ([MS-FSA] 2.1.5.15.6); arguments as above
 *
 * The object's FILE_WRITE_ATTRIBUTES is needed: of the handle, or, as clients link through
 * handles that only read, of the user.
 */
ntstatus_t ksmbd_open_link(struct ksmbd_open *open, const u8 *wire_name, u32 wire_len, bool replace,
			   const struct ksmbd_oplock_wait *wait);

/** ksmbd_open_lookup_flags() - KSMBD_LOOKUP_* for names on @share */
u32 ksmbd_open_lookup_flags(const struct ksmbd_share *share);

#endif
