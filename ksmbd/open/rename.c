// SPDX-License-Identifier: GPL-2.0-or-later
/* Changing the names of open objects: rename, link, delete disposition. */
#include <linux/errno.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "acl/acl.h"
#include "attr/attr.h"
#include "name/path.h"
#include "name/veto.h"
#include "open/notify.h"
#include "open/open.h"
#include "open/oplock.h"
#include "session/session_types.h"
#include "util/status.h"
#include "wire/smb2_format.h"

static bool same_inode(const struct ksmbd_stat *a, const struct ksmbd_stat *b)
{
	return a->ino == b->ino && a->dev == b->dev && a->generation == b->generation;
}

/* Is somebody holding the object of @st open, and not only for his cache? */
static ntstatus_t check_unused(const struct ksmbd_stat *st, const struct ksmbd_oplock_wait *wait)
{
	struct ksmbd_inode *inode = ksmbd_inode_lookup(st);
	ntstatus_t status;

	if (!inode)
		return STATUS_SUCCESS;
	status = ksmbd_oplock_break_names(inode, NULL, wait);
	mutex_lock(&inode->lock);
	if (status == STATUS_SUCCESS && !list_empty(&inode->opens))
		status = STATUS_ACCESS_DENIED;
	mutex_unlock(&inode->lock);
	ksmbd_inode_put(inode);
	return status;
}

static bool is_readonly(const struct ksmbd_share *share, struct ksmbd_path *path)
{
	struct ksmbd_file *file;
	struct ksmbd_attr attr;

	if (ksmbd_file_open(path, 0, &file)) {
		ksmbd_attr_from_stat(share, ksmbd_path_stat(path), NULL, &attr);
	} else {
		ksmbd_attr_read(share, file, ksmbd_path_stat(path), NULL, &attr);
		ksmbd_file_put(file);
	}
	return attr.attributes & FILE_ATTRIBUTE_READONLY;
}

/* May @to, when it exists, give way to another object? [MS-FSA] 2.1.5.15.11 */
static ntstatus_t check_target(const struct ksmbd_share *share, struct ksmbd_path *to, bool replace,
			       const struct ksmbd_oplock_wait *wait)
{
	const struct ksmbd_stat *target = ksmbd_path_stat(to);

	if (!target)
		return STATUS_SUCCESS;
	if (!replace)
		return STATUS_OBJECT_NAME_COLLISION;
	if (S_ISDIR(target->mode) || is_readonly(share, to))
		return STATUS_ACCESS_DENIED;
	return check_unused(target, wait);
}

/*
 * The directory that receives the name is opened for it, as Windows does: to be written to,
 * shared for reading and writing.
 */
static ntstatus_t check_parent(struct ksmbd_path *to)
{
	struct ksmbd_inode *inode;
	struct ksmbd_stat st;
	ntstatus_t status;
	int err;

	err = ksmbd_path_parent_stat(to, &st);
	if (err)
		return ksmbd_status_from_errno(err);
	inode = ksmbd_inode_lookup(&st);
	if (!inode)
		return STATUS_SUCCESS;
	mutex_lock(&inode->lock);
	status = ksmbd_inode_admits(inode, FILE_WRITE_DATA, FILE_SHARE_READ | FILE_SHARE_WRITE);
	mutex_unlock(&inode->lock);
	ksmbd_inode_put(inode);
	return status;
}

/* ---- open files below a directory ---- */

/* A directory's name and room for another one, both relative to its share. */
struct subtree {
	struct ksmbd_root *root;
	u32 len;
	char dir[KSMBD_PATH_MAX];
	char name[KSMBD_PATH_MAX];
};

static bool is_below(struct subtree *tree, struct ksmbd_inode *inode)
{
	struct ksmbd_open *open;
	bool below = false;

	mutex_lock(&inode->lock);
	list_for_each_entry(open, &inode->opens, inode_link) {
		below = !ksmbd_file_name(open->file, tree->root, tree->name, KSMBD_PATH_MAX) &&
			!strncmp(tree->name, tree->dir, tree->len) && tree->name[tree->len] == '/';
		if (below)
			break;
	}
	mutex_unlock(&inode->lock);
	return below;
}

/* A directory keeps its name while something below it is open. [MS-FSA] 2.1.5.15.11 */
static ntstatus_t check_below(struct ksmbd_open *dir, const struct ksmbd_oplock_wait *wait)
{
	struct subtree *tree = kmalloc(sizeof(*tree), GFP_KERNEL);
	struct ksmbd_inode *inode = NULL;
	ntstatus_t status;

	if (!tree)
		return STATUS_INSUFFICIENT_RESOURCES;
	tree->root = dir->share->root;
	status = ksmbd_status_from_errno(
		ksmbd_file_name(dir->file, tree->root, tree->dir, KSMBD_PATH_MAX));
	if (status == STATUS_SUCCESS) {
		tree->len = strlen(tree->dir);
		while ((inode = ksmbd_inode_walk(inode)) != NULL && !is_below(tree, inode))
			;
		if (inode)
			status = ksmbd_oplock_break_names(inode, NULL, wait);
		if (inode && status == STATUS_SUCCESS)
			status = STATUS_ACCESS_DENIED;
		ksmbd_inode_put(inode);
	}
	kfree(tree);
	return status;
}

/* The request may have waited: the handle may be closed, or its object deleted. */
static ntstatus_t check_alive(struct ksmbd_open *open)
{
	ntstatus_t status = STATUS_SUCCESS;

	mutex_lock(&open->inode->lock);
	if (!open->attached)
		status = STATUS_FILE_CLOSED;
	else if (open->inode->delete_pending)
		status = STATUS_ACCESS_DENIED;
	mutex_unlock(&open->inode->lock);
	return status;
}

/* Looks a new name up. @name is the caller's to free, with and without success. */
static ntstatus_t lookup_target(struct ksmbd_open *open, const u8 *wire_name, u32 wire_len,
				char **name, struct ksmbd_path **to)
{
	struct ksmbd_name_parts parts;
	ntstatus_t status;
	int err;

	*name = NULL;
	status = check_alive(open);
	if (status != STATUS_SUCCESS)
		return status;
	/* Some clients lead with a backslash here; [MS-FSCC] 2.4.42 lets them. */
	if (wire_len >= 2 && wire_name[0] == '\\' && wire_name[1] == 0) {
		wire_name += 2;
		wire_len -= 2;
	}
	status = ksmbd_path_from_wire(wire_name, wire_len, false, name, &parts);
	if (status != STATUS_SUCCESS)
		return status;
	if (parts.stream)
		return STATUS_NOT_SUPPORTED;
	if (ksmbd_path_vetoed(open->share->conf.veto, *name))
		return STATUS_ACCESS_DENIED;
	if (!**name || parts.data_stream || parts.index_stream ||
	    (parts.trailing_slash && !open->is_dir))
		return STATUS_OBJECT_NAME_INVALID;
	err = ksmbd_path_lookup(open->share->root, *name, ksmbd_open_lookup_flags(open->share), to);
	if (err == -ENOTDIR || err == -ENOENT)
		return STATUS_OBJECT_PATH_NOT_FOUND;
	return err ? ksmbd_status_from_errno(err) : check_parent(*to);
}

/* @replaces: there is somebody else of that name */
static ntstatus_t move(struct ksmbd_open *open, struct ksmbd_path *to, const char *new_last,
		       bool replace, bool replaces)
{
	char *before = ksmbd_notify_name(open);
	int err;

	err = ksmbd_file_rename(open->file, open->share->root, to, new_last,
				replace ? KSMBD_RENAME_REPLACE : 0);
	if (err)
		kfree(before);
	else
		ksmbd_notify_renamed(open, before, replaces);
	return ksmbd_status_from_errno(err);
}

ntstatus_t ksmbd_open_rename(struct ksmbd_open *open, const u8 *wire_name, u32 wire_len,
			     bool replace, const struct ksmbd_oplock_wait *wait)
{
	const struct ksmbd_stat *target;
	struct ksmbd_path *to = NULL;
	struct ksmbd_stat st;
	ntstatus_t status;
	char *name;
	int err;

	status = lookup_target(open, wire_name, wire_len, &name, &to);
	if (status != STATUS_SUCCESS)
		goto out;
	err = ksmbd_file_stat(open->file, &st);
	if (err) {
		status = ksmbd_status_from_errno(err);
		goto out;
	}
	target = ksmbd_path_stat(to);
	/* Naming itself, perhaps in other case, replaces nobody. */
	if (!target || !same_inode(target, &st))
		status = check_target(open->share, to, replace, wait);
	if (status == STATUS_SUCCESS && open->is_dir)
		status = check_below(open, wait);
	if (status == STATUS_SUCCESS)
		status = ksmbd_oplock_break_names(open->inode, open, wait);
	if (status == STATUS_SUCCESS)
		status = move(open, to, ksmbd_path_last(name), replace,
			      target && !same_inode(target, &st));
out:
	if (to)
		ksmbd_path_put(to);
	kfree(name);
	return status;
}

/*
 * Whoever adds a name to an object must be able to write its attributes. Linux's client asks
 * with a handle that may only read them: then it counts what it could have opened.
 */
static ntstatus_t check_linkable(struct ksmbd_open *open)
{
	struct ksmbd_root *root = open->share->root;
	struct ksmbd_path *path = NULL;
	struct ksmbd_stat st;
	ntstatus_t status;
	u32 granted;
	char *name;
	int err;

	if (open->access & FILE_WRITE_ATTRIBUTES)
		return STATUS_SUCCESS;
	name = kmalloc(KSMBD_PATH_MAX, GFP_KERNEL);
	if (!name)
		return STATUS_INSUFFICIENT_RESOURCES;
	err = ksmbd_file_stat(open->file, &st);
	if (!err)
		err = ksmbd_file_name(open->file, root, name, KSMBD_PATH_MAX);
	if (!err)
		err = ksmbd_path_lookup(root, name, 0, &path);
	kfree(name);
	if (err)
		return ksmbd_status_from_errno(err);
	if (ksmbd_path_stat(path) && same_inode(ksmbd_path_stat(path), &st))
		status = ksmbd_access_check(path, open->user, FILE_WRITE_ATTRIBUTES,
					    FILE_ALL_ACCESS, &granted);
	else
		status = STATUS_ACCESS_DENIED; /* renamed at this moment */
	ksmbd_path_put(path);
	return status;
}

ntstatus_t ksmbd_open_link(struct ksmbd_open *open, const u8 *wire_name, u32 wire_len, bool replace,
			   const struct ksmbd_oplock_wait *wait)
{
	struct ksmbd_path *to = NULL;
	ntstatus_t status;
	char *name = NULL;

	if (open->is_dir)
		return STATUS_FILE_IS_A_DIRECTORY;
	status = lookup_target(open, wire_name, wire_len, &name, &to);
	if (status == STATUS_SUCCESS)
		status = check_linkable(open);
	if (status == STATUS_SUCCESS)
		status = check_target(open->share, to, replace, wait);
	if (status == STATUS_SUCCESS)
		status = ksmbd_oplock_break_names(open->inode, open, wait);
	if (status == STATUS_SUCCESS)
		status = ksmbd_status_from_errno(
			ksmbd_file_link(open->file, to, replace ? KSMBD_RENAME_REPLACE : 0));
	if (status == STATUS_SUCCESS)
		ksmbd_notify_linked(open, ksmbd_path_name(to));
	if (to)
		ksmbd_path_put(to);
	kfree(name);
	return status;
}

/* May the object of @open be deleted at all? */
static ntstatus_t check_deletable(struct ksmbd_open *open)
{
	struct ksmbd_attr attr;
	struct ksmbd_stat st;
	char name[2];
	int err;

	err = ksmbd_file_stat(open->file, &st);
	if (err)
		return ksmbd_status_from_errno(err);
	ksmbd_attr_read(open->share, open->file, &st, NULL, &attr);
	if (attr.attributes & FILE_ATTRIBUTE_READONLY)
		return STATUS_CANNOT_DELETE;
	if (!open->is_dir)
		return STATUS_SUCCESS;
	/* The root's name is empty: it fits, everything else does not. */
	if (!ksmbd_file_name(open->file, open->share->root, name, 1))
		return STATUS_ACCESS_DENIED;
	err = ksmbd_dir_is_empty(open->file);
	if (err < 0)
		return ksmbd_status_from_errno(err);
	return err ? STATUS_SUCCESS : STATUS_DIRECTORY_NOT_EMPTY;
}

ntstatus_t ksmbd_open_set_delete(struct ksmbd_open *open, bool on)
{
	ntstatus_t status = on ? check_deletable(open) : STATUS_SUCCESS;

	if (status != STATUS_SUCCESS)
		return status;
	mutex_lock(&open->inode->lock);
	if (!open->attached) { /* closed meanwhile: the object is none of its business */
		status = STATUS_FILE_CLOSED;
	} else {
		ksmbd_inode_doom(open->inode, on ? open : NULL);
		if (!on)
			open->delete_on_close = false;
	}
	mutex_unlock(&open->inode->lock);
	return status;
}
