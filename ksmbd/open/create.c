// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/errno.h>
#include <linux/string.h>

#include "acl/acl.h"
#include "debug.h"
#include "name/path.h"
#include "name/veto.h"
#include "open/create.h"
#include "open/notify.h"
#include "session/session_types.h"
#include "util/status.h"
#include "wire/smb2_format.h"

/* Somebody else creating and deleting the same name at our pace gives up first. */
#define MAX_TRIES 8

#define OVERWRITTEN_FILTER \
	(FILE_NOTIFY_CHANGE_ATTRIBUTES | FILE_NOTIFY_CHANGE_SIZE | FILE_NOTIFY_CHANGE_LAST_WRITE)
#define MODIFYING_ACCESS (FILE_WRITE_DATA | FILE_APPEND_DATA)
#define SETTABLE_AT_CREATE                                                         \
	(FILE_ATTRIBUTE_READONLY | FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE_SYSTEM | \
	 FILE_ATTRIBUTE_TEMPORARY | FILE_ATTRIBUTE_OFFLINE | FILE_ATTRIBUTE_NOT_CONTENT_INDEXED)

/* What a disposition does with an object that exists, and with one that does not. */
static const struct {
	bool may_create;
	bool may_open;
	bool truncates;
	u32 action;
	u32 access; /* needed on the existing object besides the desired rights */
} dispositions[] = {
	[FILE_SUPERSEDE] = { true, true, true, FILE_SUPERSEDED, FILE_WRITE_DATA | FILE_DELETE },
	[FILE_OPEN] = { false, true, false, FILE_OPENED, 0 },
	[FILE_CREATE] = { true, false, false, 0, 0 },
	[FILE_OPEN_IF] = { true, true, false, FILE_OPENED, 0 },
	[FILE_OVERWRITE] = { false, true, true, FILE_OVERWRITTEN, FILE_WRITE_DATA },
	[FILE_OVERWRITE_IF] = { true, true, true, FILE_OVERWRITTEN, FILE_WRITE_DATA },
};

static u32 open_flags(u32 granted, bool is_dir)
{
	u32 flags = 0;

	if (granted & (FILE_READ_DATA | FILE_EXECUTE))
		flags |= KSMBD_OPEN_READ;
	if (!is_dir && (granted & MODIFYING_ACCESS))
		flags |= KSMBD_OPEN_WRITE;
	return flags;
}

static struct ksmbd_open *alloc_open(struct ksmbd_tree *tree, struct ksmbd_user *user,
				     const struct ksmbd_create_args *args, u32 granted)
{
	struct ksmbd_open *open = ksmbd_open_alloc(tree->share, user);

	if (!open)
		return NULL;
	open->tree_id = tree->id;
	open->access = granted;
	open->share_access = args->share;
	open->options = args->options;
	open->mode = args->options &
		     (FILE_WRITE_THROUGH | FILE_SEQUENTIAL_ONLY | FILE_NO_INTERMEDIATE_BUFFERING |
		      FILE_SYNCHRONOUS_IO_ALERT | FILE_SYNCHRONOUS_IO_NONALERT);
	open->delete_on_close = args->options & FILE_DELETE_ON_CLOSE;
	return open;
}

static u32 create_mode(const struct ksmbd_share_conf *conf, bool is_dir)
{
	if (is_dir)
		return S_IFDIR | (0777 & conf->directory_mask) | conf->force_directory_mode;
	return S_IFREG | (0666 & conf->create_mask) | conf->force_create_mode;
}

/*
 * Is there nobody in the way, apart from those whose share modes decide? A batch oplock's
 * holder may hold a handle only for his cache: he is asked before the share modes, the holder
 * of an exclusive one after them. [MS-FSA] 2.1.5.1.2. Called with inode->lock held.
 */
static ntstatus_t admit_open(struct ksmbd_open *open, struct ksmbd_inode *inode,
			     const struct ksmbd_create_args *args, u32 needed, bool fresh)
{
	bool spares = ksmbd_oplock_spares(open->access | needed);
	const struct ksmbd_oplock_wait none = {};
	/* Its creation cannot be done again; nobody has cached anything of it yet. */
	const struct ksmbd_oplock_wait *wait = fresh ? &none : &args->wait;
	u8 to = needed ? SMB2_OPLOCK_LEVEL_NONE : SMB2_OPLOCK_LEVEL_II;
	ntstatus_t status = STATUS_SUCCESS;

	if (inode->delete_pending)
		return STATUS_DELETE_PENDING;
	if (!spares && inode->holder && inode->holder->oplock.level == SMB2_OPLOCK_LEVEL_BATCH)
		status = ksmbd_oplock_break(inode, to, wait);
	if (status == STATUS_SUCCESS)
		status = ksmbd_inode_admits(inode, open->access | needed, open->share_access);
	if (status == STATUS_SUCCESS && !spares && inode->holder)
		status = ksmbd_oplock_break(inode, to, wait);
	return status;
}

/*
 * Enters @open, whose file is open, into its inode's share modes. @needed: rights that the
 * others must share as well, although the handle will not have them. @fresh: it was just created.
 */
static ntstatus_t attach_open(struct ksmbd_open *open, const struct ksmbd_stat *st,
			      const struct ksmbd_create_args *args, u32 needed, bool fresh)
{
	struct ksmbd_inode *inode = ksmbd_inode_get(st);
	ntstatus_t status;

	if (!inode)
		return STATUS_INSUFFICIENT_RESOURCES;
	mutex_lock(&inode->lock);
	status = admit_open(open, inode, args, needed, fresh);
	if (status == STATUS_SUCCESS)
		status = ksmbd_open_attach(open, inode);
	mutex_unlock(&inode->lock);
	if (status != STATUS_SUCCESS)
		ksmbd_inode_put(inode);
	return status;
}

/* True when something was stored that the object's stat does not show. */
static bool apply_new(struct ksmbd_open *open, const struct ksmbd_create_args *args)
{
	u32 attributes = args->attributes & SETTABLE_AT_CREATE;

	/* Without any the defaults hold, and nothing has to be stored. */
	if (!attributes)
		return false;
	ksmbd_attr_store(
		open->share, open->file,
		attributes | (open->is_dir ? FILE_ATTRIBUTE_DIRECTORY : FILE_ATTRIBUTE_ARCHIVE), 0);
	return true;
}

static ntstatus_t create_new(struct ksmbd_tree *tree, struct ksmbd_user *user,
			     struct ksmbd_path *path, const struct ksmbd_create_args *args,
			     struct ksmbd_create_result *result)
{
	bool is_dir = args->options & FILE_DIRECTORY_FILE;
	u32 granted = ksmbd_access_resolve(args->access);
	struct ksmbd_open *open;
	ntstatus_t status;
	int err;

	if (!dispositions[args->disposition].may_create)
		return STATUS_OBJECT_NAME_NOT_FOUND;
	if (!tree->writable)
		return STATUS_ACCESS_DENIED;
	if (args->parts.trailing_slash && !is_dir)
		return STATUS_OBJECT_NAME_INVALID;
	if ((args->attributes & FILE_ATTRIBUTE_READONLY) && (args->options & FILE_DELETE_ON_CLOSE))
		return STATUS_CANNOT_DELETE;
	status = ksmbd_access_possible(granted, tree->max_access);
	if (status != STATUS_SUCCESS)
		return status;
	if (!ksmbd_path_parent_stat(path, &result->st) && ksmbd_inode_doomed(&result->st))
		return STATUS_DELETE_PENDING;
	/* Who creates an object may do with it what it asked for. */
	if (granted & FILE_MAXIMUM_ALLOWED)
		granted = tree->max_access;
	open = alloc_open(tree, user, args, granted);
	if (!open)
		return STATUS_INSUFFICIENT_RESOURCES;
	open->is_dir = is_dir;
	err = ksmbd_file_create(path, create_mode(&tree->share->conf, is_dir),
				open_flags(granted, is_dir), &open->file);
	if (err) {
		ksmbd_open_put(open);
		return err == -EEXIST ? STATUS_RETRY : ksmbd_status_from_errno(err);
	}
	if (args->allocation && !is_dir)
		ksmbd_file_allocate(open->file, 0, args->allocation);
	err = ksmbd_file_stat(open->file, &result->st);
	status = err ? ksmbd_status_from_errno(err) : attach_open(open, &result->st, args, 0, true);
	if (status != STATUS_SUCCESS) {
		ksmbd_open_put(open);
		return status;
	}
	/* Nothing is stored with a new object, unless apply_new() does it. */
	if (apply_new(open, args))
		ksmbd_attr_read(open->share, open->file, &result->st, ksmbd_path_last(args->name),
				&result->attr);
	else
		ksmbd_attr_from_stat(open->share, &result->st, ksmbd_path_last(args->name),
				     &result->attr);
	result->open = open;
	result->action = FILE_CREATED;
	result->maximal = tree->max_access;
	return STATUS_SUCCESS;
}

/* Does the kind of object fit what the client wants to open? */
static ntstatus_t check_kind(const struct ksmbd_create_args *args, bool is_dir)
{
	if (is_dir && (args->options & FILE_NON_DIRECTORY_FILE))
		return STATUS_FILE_IS_A_DIRECTORY;
	if (is_dir && args->parts.data_stream)
		return STATUS_FILE_IS_A_DIRECTORY;
	if (!is_dir && ((args->options & FILE_DIRECTORY_FILE) || args->parts.index_stream ||
			args->parts.trailing_slash))
		return STATUS_NOT_A_DIRECTORY;
	if (is_dir && dispositions[args->disposition].truncates)
		return STATUS_OBJECT_NAME_COLLISION;
	return STATUS_SUCCESS;
}

/* [MS-FSA] 2.1.5.1.2: what DOS attributes forbid */
static ntstatus_t check_attributes(const struct ksmbd_create_args *args, u32 present, u32 granted)
{
	const u32 sticky = FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE_SYSTEM;

	if (present & FILE_ATTRIBUTE_READONLY) {
		if (args->options & FILE_DELETE_ON_CLOSE)
			return STATUS_CANNOT_DELETE;
		if (!(present & FILE_ATTRIBUTE_DIRECTORY) && (granted & MODIFYING_ACCESS))
			return STATUS_ACCESS_DENIED;
		if (dispositions[args->disposition].truncates)
			return STATUS_ACCESS_DENIED;
	}
	if (dispositions[args->disposition].truncates && (present & sticky & ~args->attributes))
		return STATUS_ACCESS_DENIED;
	return STATUS_SUCCESS;
}

/* Empties an existing file, with the attributes of the request. */
static ntstatus_t overwrite(struct ksmbd_open *open, const struct ksmbd_create_args *args,
			    struct ksmbd_create_result *result)
{
	u32 attributes = (args->attributes & SETTABLE_AT_CREATE) | FILE_ATTRIBUTE_ARCHIVE;
	int err;

	err = ksmbd_file_truncate(open->file, 0);
	ksmbd_oplock_data_changed(open);
	if (err)
		return ksmbd_status_from_errno(err);
	if (result->attr.attributes != attributes)
		ksmbd_attr_store(open->share, open->file, attributes, 0);
	if (args->allocation)
		ksmbd_file_allocate(open->file, 0, args->allocation);
	err = ksmbd_file_stat(open->file, &result->st);
	if (err)
		return ksmbd_status_from_errno(err);
	ksmbd_attr_read(open->share, open->file, &result->st, ksmbd_path_last(args->name),
			&result->attr);
	return STATUS_SUCCESS;
}

/*
 * A handle on an existing object: file, attributes, share modes, in this order, so that
 * nothing is changed before everything is allowed.
 */
static ntstatus_t build_open(struct ksmbd_open *open, struct ksmbd_path *path,
			     const struct ksmbd_create_args *args, u32 flags,
			     struct ksmbd_create_result *result)
{
	ntstatus_t status;
	int err;

	err = ksmbd_file_open(path, flags, &open->file);
	if (err == -ENOENT || err == -ESTALE)
		return STATUS_RETRY;
	if (err == -EOPNOTSUPP) /* a FIFO, socket or device */
		return STATUS_ACCESS_DENIED;
	if (err)
		return ksmbd_status_from_errno(err);
	result->st = *ksmbd_path_stat(path);
	ksmbd_attr_read(open->share, open->file, &result->st, ksmbd_path_last(args->name),
			&result->attr);
	/* "As much as possible" is less on a read-only file. */
	if ((args->access & FILE_MAXIMUM_ALLOWED) && !open->is_dir &&
	    (result->attr.attributes & FILE_ATTRIBUTE_READONLY))
		open->access &= ~MODIFYING_ACCESS | ksmbd_access_resolve(args->access);
	status = check_attributes(args, result->attr.attributes, open->access);
	if (status == STATUS_SUCCESS)
		status = attach_open(open, &result->st, args,
				     dispositions[args->disposition].access, false);
	return status;
}

static ntstatus_t open_existing(struct ksmbd_tree *tree, struct ksmbd_user *user,
				struct ksmbd_path *path, const struct ksmbd_create_args *args,
				struct ksmbd_create_result *result)
{
	const struct ksmbd_stat *st = ksmbd_path_stat(path);
	u32 desired = ksmbd_access_resolve(args->access), granted, all, flags;
	bool is_dir = S_ISDIR(st->mode);
	struct ksmbd_open *open;
	ntstatus_t status;

	if (!dispositions[args->disposition].may_open)
		return ksmbd_inode_doomed(st) ? STATUS_DELETE_PENDING :
						STATUS_OBJECT_NAME_COLLISION;
	status = check_kind(args, is_dir);
	if (status != STATUS_SUCCESS)
		return status;
	status = ksmbd_access_check(path, user, desired, tree->max_access, &granted);
	if (status == STATUS_SUCCESS && dispositions[args->disposition].access)
		status = ksmbd_access_check(path, user, dispositions[args->disposition].access,
					    tree->max_access, &all);
	if (status != STATUS_SUCCESS)
		return status;
	if ((args->options & FILE_DELETE_ON_CLOSE) && !(granted & FILE_DELETE))
		return STATUS_ACCESS_DENIED;
	open = alloc_open(tree, user, args, granted);
	if (!open)
		return STATUS_INSUFFICIENT_RESOURCES;
	open->is_dir = is_dir;
	flags = open_flags(granted, is_dir);
	if (dispositions[args->disposition].truncates)
		flags |= KSMBD_OPEN_WRITE;
	status = build_open(open, path, args, flags, result);
	if (status == STATUS_SUCCESS && dispositions[args->disposition].truncates) {
		status = overwrite(open, args, result);
		if (status != STATUS_SUCCESS) {
			open->delete_on_close = false;
			ksmbd_open_close(open);
		}
	}
	if (status != STATUS_SUCCESS) {
		ksmbd_open_put(open);
		return status;
	}
	result->open = open;
	result->action = dispositions[args->disposition].action;
	result->maximal = 0;
	return STATUS_SUCCESS;
}

/* What a failed lookup is called on the wire. */
static ntstatus_t lookup_status(int err)
{
	switch (err) {
	case -ENOTDIR:
	case -ENOENT:
		return STATUS_OBJECT_PATH_NOT_FOUND;
	case -ELOOP:
	case -EXDEV:
		/* A link that is not followed, or leads out: there, but not for clients. */
		return STATUS_ACCESS_DENIED;
	default:
		return ksmbd_status_from_errno(err);
	}
}

static void report(const struct ksmbd_create_result *result)
{
	if (result->action == FILE_CREATED)
		ksmbd_notify_added(result->open);
	else if (result->action != FILE_OPENED)
		ksmbd_notify_modified(result->open, OVERWRITTEN_FILTER);
}

static ntstatus_t try_create(struct ksmbd_tree *tree, struct ksmbd_user *user,
			     const struct ksmbd_create_args *args,
			     struct ksmbd_create_result *result)
{
	struct ksmbd_path *path;
	ntstatus_t status;
	int err;

	err = ksmbd_path_lookup(tree->share->root, args->name, ksmbd_open_lookup_flags(tree->share),
				&path);
	if (err)
		return lookup_status(err);
	if (!ksmbd_path_stat(path))
		status = create_new(tree, user, path, args, result);
	else
		status = open_existing(tree, user, path, args, result);
	if (status == STATUS_SUCCESS && args->want_maximal && result->action != FILE_CREATED)
		result->maximal = ksmbd_access_maximal(path, user, tree->max_access);
	if (status == STATUS_SUCCESS)
		report(result);
	if (status == STATUS_SUCCESS)
		result->oplock = ksmbd_oplock_grant(result->open, args->wait.req, args->oplock);
	ksmbd_path_put(path);
	return status;
}

ntstatus_t ksmbd_open_create(struct ksmbd_tree *tree, struct ksmbd_user *user,
			     const struct ksmbd_create_args *args,
			     struct ksmbd_create_result *result)
{
	ntstatus_t status = STATUS_RETRY;
	u32 try;

	if (ksmbd_path_vetoed(tree->share->conf.veto, args->name))
		return STATUS_OBJECT_NAME_NOT_FOUND;
	if (args->parts.stream)
		return STATUS_OBJECT_NAME_INVALID; /* no alternate streams yet */
	if (args->parts.trailing_slash && (args->options & FILE_NON_DIRECTORY_FILE))
		return STATUS_OBJECT_NAME_INVALID;
	if (!*args->name && (args->options & FILE_DELETE_ON_CLOSE))
		return STATUS_ACCESS_DENIED; /* the share itself */
	for (try = 0; status == STATUS_RETRY && try < MAX_TRIES; try++)
		status = try_create(tree, user, args, result);
	if (status == STATUS_RETRY)
		status = STATUS_OBJECT_NAME_COLLISION;
	ksmbd_debug(VFS, "share %s: open \"%s\": status 0x%08x\n", tree->share->conf.name,
		    args->name, ksmbd_status_u32(status));
	return status;
}

ntstatus_t ksmbd_open_recreate(struct ksmbd_request *req, const struct ksmbd_create_args *args,
			       struct ksmbd_create_result *result)
{
	struct ksmbd_open *open = result->open;
	int err = ksmbd_file_stat(open->file, &result->st);

	if (err) {
		ksmbd_open_put(open);
		result->open = NULL;
		return ksmbd_status_from_errno(err);
	}
	ksmbd_attr_read(open->share, open->file, &result->st, ksmbd_path_last(args->name),
			&result->attr);
	result->action = open->action;
	/* Unless it was asked for the first time, what the handle may is all that is known. */
	result->maximal = open->maximal ? open->maximal : open->access;
	result->oplock = ksmbd_oplock_tell_again(open, req);
	if (args->oplock == SMB2_OPLOCK_LEVEL_NONE)
		result->oplock = SMB2_OPLOCK_LEVEL_NONE;
	return STATUS_SUCCESS;
}

void ksmbd_create_abort(struct ksmbd_create_result *result)
{
	ksmbd_open_close(result->open);
	ksmbd_open_put(result->open);
	result->open = NULL;
}
