// SPDX-License-Identifier: GPL-2.0-or-later
/* Changing the names of open objects: rename, link, delete disposition. */
#include <linux/errno.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "attr/attr.h"
#include "name/path.h"
#include "name/veto.h"
#include "open/open.h"
#include "session/session_types.h"
#include "util/status.h"
#include "wire/smb2_format.h"

static bool same_inode(const struct ksmbd_stat *a, const struct ksmbd_stat *b)
{
	return a->ino == b->ino && a->dev == b->dev && a->generation == b->generation;
}

/* Is somebody holding the object of @st open? Then it cannot be replaced. */
static bool inode_in_use(const struct ksmbd_stat *st)
{
	struct ksmbd_inode *inode = ksmbd_inode_lookup(st);
	bool busy;

	if (!inode)
		return false;
	mutex_lock(&inode->lock);
	busy = !list_empty(&inode->opens);
	mutex_unlock(&inode->lock);
	ksmbd_inode_put(inode);
	return busy;
}

/* May @to, when it exists, give way to another object? [MS-FSA] 2.1.5.15.11 */
static ntstatus_t check_target(const struct ksmbd_stat *target, bool replace)
{
	if (!target)
		return STATUS_SUCCESS;
	if (!replace)
		return STATUS_OBJECT_NAME_COLLISION;
	if (S_ISDIR(target->mode) || inode_in_use(target))
		return STATUS_ACCESS_DENIED;
	return STATUS_SUCCESS;
}

/* Looks a new name up. @name is the caller's to free, with and without success. */
static ntstatus_t lookup_target(struct ksmbd_open *open, const u8 *wire_name, u32 wire_len,
				char **name, struct ksmbd_path **to)
{
	struct ksmbd_name_parts parts;
	ntstatus_t status;
	int err;

	*name = NULL;
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
	if (!**name || parts.data_stream || parts.index_stream)
		return STATUS_OBJECT_NAME_INVALID;
	err = ksmbd_path_lookup(open->share->root, *name, ksmbd_open_lookup_flags(open->share), to);
	if (err == -ENOTDIR || err == -ENOENT)
		return STATUS_OBJECT_PATH_NOT_FOUND;
	return ksmbd_status_from_errno(err);
}

static const char *last_component(const char *name)
{
	const char *slash = strrchr(name, '/');

	return slash ? slash + 1 : name;
}

ntstatus_t ksmbd_open_rename(struct ksmbd_open *open, const u8 *wire_name, u32 wire_len,
			     bool replace)
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
		status = check_target(target, replace);
	if (status == STATUS_SUCCESS)
		status = ksmbd_status_from_errno(
			ksmbd_file_rename(open->file, open->share->root, to, last_component(name),
					  replace ? KSMBD_RENAME_REPLACE : 0));
out:
	if (to)
		ksmbd_path_put(to);
	kfree(name);
	return status;
}

ntstatus_t ksmbd_open_link(struct ksmbd_open *open, const u8 *wire_name, u32 wire_len, bool replace)
{
	struct ksmbd_path *to = NULL;
	ntstatus_t status;
	char *name = NULL;

	if (open->is_dir)
		return STATUS_FILE_IS_A_DIRECTORY;
	status = lookup_target(open, wire_name, wire_len, &name, &to);
	if (status == STATUS_SUCCESS)
		status = check_target(ksmbd_path_stat(to), replace);
	if (status == STATUS_SUCCESS)
		status = ksmbd_status_from_errno(
			ksmbd_file_link(open->file, to, replace ? KSMBD_RENAME_REPLACE : 0));
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
	open->inode->delete_pending = on;
	if (!on)
		open->delete_on_close = false;
	mutex_unlock(&open->inode->lock);
	return STATUS_SUCCESS;
}
