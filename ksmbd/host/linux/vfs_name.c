// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Kernel host file system: names of open files: asking, removing, renaming, linking.
 *
 * An open file knows its directory entry, and that stays the entry through every rename. So
 * what is removed or renamed is verified by identity, under the lock of its directory; when
 * somebody moved it to another one before the lock was taken, all of it is tried again.
 *
 * Before each change the directory is checked to be in the share, with the lock held.
 */
#include <linux/cred.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "kc_name.h"
#include "vfs_linux.h"

#define RENAME_TRIES 8

int ksmbd_file_name(struct ksmbd_file *file, struct ksmbd_root *root, char *buf, u32 size)
{
	return ksmbd_vfs_name(root, &file->path, buf, size);
}

/* Does @path have a name in the share that may be changed? */
static int check_name(const struct ksmbd_root *root, const struct path *path)
{
	if (path_equal(path, &root->path))
		return -EBUSY; /* the root has no name here */
	if (d_unlinked(path->dentry) || !ksmbd_vfs_is_beneath(root, path))
		return -ENOENT;
	return path->dentry == path->mnt->mnt_root ? -EBUSY : 0;
}

/* ---- removing ---- */

static int remove_once(const struct ksmbd_root *root, const struct path *path, kc_deleg_t *deleg)
{
	struct path dir = { .mnt = path->mnt, .dentry = dget_parent(path->dentry) };
	int err;

	err = kc_remove_start(dir.dentry, path->dentry);
	if (err)
		goto out;
	if (!ksmbd_vfs_is_beneath(root, &dir))
		err = -ENOENT;
	else if (d_is_dir(path->dentry))
		err = kc_rmdir(&dir, path->dentry, deleg);
	else
		err = vfs_unlink(KC_IDMAP(dir.mnt) d_inode(dir.dentry), path->dentry, deleg);
	kc_remove_end(dir.dentry, path->dentry);
out:
	dput(dir.dentry);
	return err;
}

/* Removes @path's name; the mount is held for writing. */
static int remove_held(const struct ksmbd_root *root, const struct path *path)
{
	kc_deleg_t deleg = KC_DELEG_NONE;
	int err, tries = 0;

	do {
		err = check_name(root, path);
		if (err)
			break;
		do {
			err = remove_once(root, path, &deleg);
		} while (kc_deleg_again(&deleg, &err));
	} while (err == -ESTALE && ++tries < RENAME_TRIES);
	return err == -EEXIST ? -ENOTEMPTY : err;
}

int ksmbd_vfs_remove(const struct ksmbd_root *root, const struct path *path)
{
	int err = mnt_want_write(path->mnt);

	if (err)
		return err;
	err = remove_held(root, path);
	mnt_drop_write(path->mnt);
	return err;
}

int ksmbd_file_unlink(struct ksmbd_file *file, struct ksmbd_root *root)
{
	int err = ksmbd_cred_check();

	return err ?: ksmbd_vfs_remove(root, &file->path);
}

/* ---- renaming ---- */

/**
 * struct target - where a rename goes
 * @dir: directory; @name: in it
 * @replace: what has that name may go
 */
struct target {
	const struct ksmbd_root *root;
	const struct path *dir;
	const char *name;
	bool replace;
};

/* With the directories locked: may @r happen? 1: there is nothing to do, both names stay. */
static int check_rename(const struct kc_rename *r, const struct target *to)
{
	struct path from_dir = { .mnt = to->dir->mnt, .dentry = r->old_dir };
	const struct inode *inode = d_inode(r->old);

	if (r->target == r->old)
		return 1; /* the same name, or the same to a caseless file system */
	if (!ksmbd_vfs_is_beneath(to->root, to->dir))
		return -ENOTDIR;
	if (!ksmbd_vfs_is_beneath(to->root, &from_dir))
		return -ENOENT;
	if (d_is_negative(r->target))
		return 0;
	if (!to->replace)
		return -EEXIST;
	if (d_inode(r->target) == inode)
		return 1; /* two names of one inode */
	if (d_is_dir(r->target))
		return -EISDIR;
	return d_is_dir(r->old) ? -EEXIST : 0;
}

static int rename_once(struct dentry *from, const struct target *to, kc_deleg_t *deleg)
{
	struct kc_rename r;
	int err;

	err = kc_rename_start(&r, from, to->dir, to->name, strlen(to->name));
	if (err)
		return err;
	err = check_rename(&r, to);
	if (!err)
		err = kc_rename(&r, to->dir->mnt, deleg);
	kc_rename_end(&r);
	return err;
}

/* The caller has write access to the mount. Return: 0, 1 nothing was to be done, or an errno */
static int rename_entry(struct dentry *from, const struct target *to)
{
	kc_deleg_t deleg = KC_DELEG_NONE;
	int err;

	do {
		err = rename_once(from, to, &deleg);
	} while (kc_deleg_again(&deleg, &err));
	return err;
}

static bool is_bad_component(const char *name)
{
	return !*name || !strcmp(name, ".") || !strcmp(name, "..") || strchr(name, '/');
}

static int rename_to(struct ksmbd_file *file, const struct ksmbd_path *to, const char *new_last,
		     u32 flags)
{
	struct target target = { .root = to->root, .dir = &to->parent, .name = new_last };
	struct dentry *from = file->path.dentry;
	int err;

	if (!to->path.dentry || d_inode(to->path.dentry) == d_inode(from))
		return rename_entry(from, &target);
	if (!(flags & KSMBD_RENAME_REPLACE))
		return -EEXIST;
	if (d_is_dir(to->path.dentry))
		return -EISDIR;
	if (d_is_dir(from))
		return -EEXIST;
	/* Replace the target under its spelling on disk in one step, then take the client's. */
	target.name = to->name + to->last;
	target.replace = true;
	err = rename_entry(from, &target);
	if (err || !strcmp(target.name, new_last))
		return err;
	target.name = new_last;
	target.replace = false;
	rename_entry(from, &target); /* else it keeps the old spelling */
	return 0;
}

int ksmbd_file_rename(struct ksmbd_file *file, struct ksmbd_root *root, struct ksmbd_path *to,
		      const char *new_last, u32 flags)
{
	int err = ksmbd_cred_check();

	if (err)
		return err;
	if (!path_equal(&to->root->path, &root->path))
		return -EXDEV;
	if (is_bad_component(new_last) || !*to->name)
		return -EINVAL;
	if (strlen(new_last) > KSMBD_NAME_MAX)
		return -ENAMETOOLONG;
	err = check_name(root, &file->path);
	if (err)
		return err;
	if (file->path.mnt != to->parent.mnt)
		return -EXDEV;
	err = mnt_want_write(to->parent.mnt);
	if (err)
		return err;
	err = rename_to(file, to, new_last, flags);
	mnt_drop_write(to->parent.mnt);
	return err > 0 ? 0 : err;
}

/* ---- linking ---- */

/*
 * What link(2) asks of who does not own the file where hard links are protected, as they are
 * everywhere: no link to what one could not write, or to a program with special rights.
 */
static int may_link(const struct path *path)
{
	const struct inode *inode = d_inode(path->dentry);

	if (kc_owner_or_capable(path))
		return 0;
	if (!S_ISREG(inode->i_mode) || (inode->i_mode & S_ISUID) ||
	    (inode->i_mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP))
		return -EPERM;
	return kc_inode_permission(path, MAY_READ | MAY_WRITE) ? -EPERM : 0;
}

/* Another name for @old in @to->dir; *@made is the entry, referenced. */
static int link_once(struct dentry *old, const struct target *to, struct dentry **made,
		     kc_deleg_t *deleg)
{
	const struct path *dir = to->dir;
	struct dentry *dentry;
	int err;

	dentry = kc_create_start(dir, to->name, strlen(to->name));
	if (IS_ERR(dentry))
		return PTR_ERR(dentry);
	if (d_is_positive(dentry))
		err = -EEXIST;
	else if (!ksmbd_vfs_is_beneath(to->root, dir))
		err = -ENOTDIR;
	else
		err = vfs_link(old, KC_IDMAP(dir->mnt) d_inode(dir->dentry), dentry, deleg);
	if (!err)
		*made = dget(dentry);
	kc_create_end(dir, dentry);
	return err;
}

static int link_entry(struct dentry *old, const struct target *to, struct dentry **made)
{
	kc_deleg_t deleg = KC_DELEG_NONE;
	int err;

	do {
		err = link_once(old, to, made, &deleg);
	} while (kc_deleg_again(&deleg, &err));
	return err == -ENOENT && IS_DEADDIR(d_inode(to->dir->dentry)) ? -ENOTDIR : err;
}

/* A link never replaces: link under a name nobody has, then rename over the target. */
static int link_over(struct dentry *old, const struct ksmbd_path *to)
{
	struct target target = { .root = to->root, .dir = &to->parent };
	struct path temp = { .mnt = to->parent.mnt };
	char name[40];
	u64 salt;
	int err;

	get_random_bytes(&salt, sizeof(salt));
	snprintf(name, sizeof(name), ".ksmbd-link-%016llx", (unsigned long long)salt);
	target.name = name;
	err = link_entry(old, &target, &temp.dentry);
	if (err)
		return err;
	target.name = to->name + to->last;
	target.replace = true;
	err = rename_entry(temp.dentry, &target);
	if (err)
		remove_held(to->root, &temp);
	dput(temp.dentry);
	return err > 0 ? 0 : err; /* the target was this inode already */
}

int ksmbd_file_link(struct ksmbd_file *file, struct ksmbd_path *to, u32 flags)
{
	struct target target = { .root = to->root, .dir = &to->parent };
	struct dentry *made;
	int err = ksmbd_cred_check();

	if (err)
		return err;
	if (file->dir)
		return -EISDIR;
	if (!*to->name)
		return -EEXIST;
	if (to->path.dentry && !(flags & KSMBD_RENAME_REPLACE))
		return -EEXIST;
	if (to->path.dentry && d_is_dir(to->path.dentry))
		return -EISDIR;
	if (file->path.mnt != to->parent.mnt)
		return -EXDEV;
	err = may_link(&file->path) ?: mnt_want_write(to->parent.mnt);
	if (err)
		return err;
	if (to->path.dentry) {
		err = link_over(file->path.dentry, to);
	} else {
		target.name = to->name + to->last;
		err = link_entry(file->path.dentry, &target, &made);
		if (!err)
			dput(made);
	}
	mnt_drop_write(to->parent.mnt);
	return err;
}
