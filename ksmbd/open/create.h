/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opening and creating objects on disk, for every dialect. [MS-FSA] 2.1.5.1 */
#ifndef KSMBD_OPEN_CREATE_H
#define KSMBD_OPEN_CREATE_H

#include "attr/attr.h"
#include "name/path.h"
#include "open/open.h"
#include "open/oplock.h"

struct ksmbd_tree;

/**
 * struct ksmbd_create_args - what a client asks for, validated as to form
 * @name: UTF-8 path relative to the share's root; @parts: what else the name said
 * @access: DesiredAccess as sent; @attributes, @share, @disposition, @options as sent
 * @allocation: bytes to reserve for a new or overwritten file, 0: none
 * @want_maximal: result.maximal is asked for (it costs access checks)
 * @oplock: RequestedOplockLevel, as sent
 * @wait: how to wait for other handles' oplocks
 */
struct ksmbd_create_args {
	const char *name;
	struct ksmbd_name_parts parts;
	u32 access;
	u32 attributes;
	u32 share;
	u32 disposition;
	u32 options;
	u64 allocation;
	bool want_maximal;
	u8 oplock;
	struct ksmbd_oplock_wait wait;
};

/**
 * struct ksmbd_create_result
 * @open: a counted reference, attached, not yet in any table
 * @maximal: what this user could have asked for
 * @oplock: level granted
 */
struct ksmbd_create_result {
	struct ksmbd_open *open;
	u32 action;
	u32 maximal;
	u8 oplock;
	struct ksmbd_attr attr;
	struct ksmbd_stat st;
};

/**
 * ksmbd_open_create() - open or create an object on a disk share
 *
 * Runs as the client.
 * Return: STATUS_SUCCESS and @result, or why not; KSMBD_STATUS_PARKED: args->wait.req waits
 * for an oplock to break, and everything is to be done again when it goes on
 */
ntstatus_t ksmbd_open_create(struct ksmbd_tree *tree, struct ksmbd_user *user,
			     const struct ksmbd_create_args *args,
			     struct ksmbd_create_result *result);

/**
 * ksmbd_open_recreate() - answer a CREATE that was sent again from the handle of the first one
 * @result: its @open is that handle, counted; dropped and cleared on failure
 *
 * Runs as the client. The handle stays as it is, whatever is asked for this time.
 */
ntstatus_t ksmbd_open_recreate(struct ksmbd_request *req, const struct ksmbd_create_args *args,
			       struct ksmbd_create_result *result);

/**
 * ksmbd_create_abort() - the open could not be entered in its table: close it
 *
 * A file that was created stays: others may have opened it already.
 */
void ksmbd_create_abort(struct ksmbd_create_result *result);

#endif
