// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Kernel host file system: opening, creating, closing.
 *
 * A positive path holds its inode, and that is what is opened, whatever its name stands for
 * by now. dentry_open() asks for no permission: what open(2) checks is checked here.
 */
#include <linux/cred.h>
#include <linux/fcntl.h>
#include <linux/file.h>
#include <linux/fs_struct.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "kc_name.h"
#include "vfs_linux.h"

#define OPEN_ALWAYS (O_NONBLOCK | O_LARGEFILE)

/* ---- closing ---- */

/* Not exported by the first kernels of 5.4 and 5.10; then it is NULL. */
extern void __fput_sync(struct file *file) __weak;

/*
 * A kernel thread's fput() leaves the work to a work queue, some time later. Until then the
 * file could not be executed nor its file system unmounted, and a deleted one took room.
 */
void ksmbd_vfs_close(struct file *filp)
{
	void (*put_now)(struct file *) = __fput_sync;

	if (!(current->flags & PF_KTHREAD) || !put_now) {
		filp_close(filp, NULL);
		return;
	}
	get_file(filp);
	filp_close(filp, NULL); /* for the file system's flush() */
	put_now(filp);
}

/* ---- opening ---- */

bool ksmbd_file_is_dir(const struct ksmbd_file *file)
{
	return file->dir;
}

static int open_flags(u32 flags, bool dir)
{
	if (dir)
		return O_RDONLY | O_DIRECTORY | OPEN_ALWAYS;
	if (!(flags & (KSMBD_OPEN_WRITE | KSMBD_OPEN_TRUNC)))
		return O_RDONLY | OPEN_ALWAYS;
	return (flags & KSMBD_OPEN_READ ? O_RDWR : O_WRONLY) | OPEN_ALWAYS;
}

/* What open(2) asks before it opens. */
static int may_open(const struct path *path, u32 flags)
{
	bool write = flags & (KSMBD_OPEN_WRITE | KSMBD_OPEN_TRUNC);
	int mask = MAY_OPEN, err;

	if (flags & KSMBD_OPEN_READ)
		mask |= MAY_READ;
	if (write)
		mask |= MAY_WRITE;
	err = kc_inode_permission(path, mask);
	if (!err && write && IS_APPEND(d_inode(path->dentry)))
		err = -EPERM;
	return err;
}

/* Open @path, or only refer to it if @flags are 0. Asks for no permission. */
static int make_file(struct ksmbd_root *root, const struct path *path, u32 flags,
		     struct ksmbd_file **out)
{
	struct ksmbd_file *file = kzalloc(sizeof(*file), GFP_KERNEL);
	struct file *filp = NULL;

	if (!file)
		return -ENOMEM;
	file->dir = d_is_dir(path->dentry);
	if (flags) {
		filp = dentry_open(path, open_flags(flags, file->dir), current_cred());
		if (IS_ERR(filp)) {
			kfree(file);
			return PTR_ERR(filp);
		}
	}
	refcount_set(&file->refs, 1);
	file->root = ksmbd_root_get(root);
	file->filp = filp;
	file->path = *path;
	path_get(&file->path);
	*out = file;
	return 0;
}

int ksmbd_file_open(struct ksmbd_path *path, u32 flags, struct ksmbd_file **out)
{
	bool dir = S_ISDIR(path->st.mode);
	struct ksmbd_file *file;
	int err = ksmbd_cred_check();

	if (err)
		return err;
	if (!path->path.dentry)
		return -ENOENT;
	if (!dir && !S_ISREG(path->st.mode))
		return -EOPNOTSUPP;
	if (dir && (flags & (KSMBD_OPEN_WRITE | KSMBD_OPEN_TRUNC)))
		return -EISDIR;
	if (flags)
		err = may_open(&path->path, flags);
	if (!err)
		err = make_file(path->root, &path->path, flags, &file);
	if (err)
		return err;
	if (flags & KSMBD_OPEN_TRUNC)
		err = vfs_truncate(&file->path, 0);
	if (err)
		ksmbd_file_put(file);
	else
		*out = file;
	return err;
}

/* ---- creating ---- */

/*
 * All kernel threads share one umask. Where it would take something away from @mode, this
 * thread gets one of its own, which is zero until end_umask().
 */
static int begin_umask(u32 mode, int *was)
{
	int err;

	*was = current->fs->umask;
	if (!(mode & *was))
		return 0;
	if (current->flags & PF_KTHREAD) {
		err = unshare_fs_struct(); /* does nothing where it is the thread's own */
		if (err)
			return err;
	}
	current->fs->umask = 0;
	return 0;
}

static void end_umask(int was)
{
	if (current->fs->umask != was)
		current->fs->umask = was;
}

/* Some file systems make the object and leave @dentry as it was; then it is looked up. */
static int find_made(const struct path *dir, struct dentry **dentry, const char *name, u32 len)
{
	struct dentry *made;

	if (d_is_positive(*dentry) && !d_unhashed(*dentry))
		return 0;
	made = kc_lookup_one(dir, name, len);
	if (IS_ERR(made))
		return PTR_ERR(made);
	if (d_is_negative(made)) {
		dput(made);
		return -ENOENT;
	}
	dput(*dentry);
	*dentry = made;
	return 0;
}

/* One attempt to make the object; *@made is referenced. */
static int make_object_once(const struct ksmbd_path *path, u32 mode, struct dentry **made,
			    kc_deleg_t *deleg)
{
	const char *name = path->name + path->last;
	const struct path *dir = &path->parent;
	struct dentry *dentry;
	int err;

	dentry = kc_create_start(dir, name, strlen(name));
	if (IS_ERR(dentry))
		return PTR_ERR(dentry);
	err = -EEXIST;
	if (d_is_positive(dentry))
		goto out;
	/* The directory may have been moved out of the share since the lookup. */
	err = -ENOENT;
	if (!ksmbd_vfs_is_beneath(path->root, dir))
		goto out;
	if (S_ISDIR(mode)) {
		err = kc_mkdir(dir, &dentry, mode & 07777, deleg);
		if (err)
			return err;
	} else {
		err = kc_create(dir, dentry, S_IFREG | (mode & 07777), deleg);
	}
	if (!err)
		err = find_made(dir, &dentry, name, strlen(name));
	if (!err)
		*made = dget(dentry);
out:
	kc_create_end(dir, dentry);
	return err;
}

static int make_object(const struct ksmbd_path *path, u32 mode, struct dentry **made)
{
	kc_deleg_t deleg = KC_DELEG_NONE;
	int err, umask;

	err = mnt_want_write(path->parent.mnt);
	if (err)
		return err;
	err = begin_umask(mode, &umask);
	if (!err) {
		do {
			err = make_object_once(path, mode, made, &deleg);
		} while (kc_deleg_again(&deleg, &err));
		end_umask(umask);
	}
	mnt_drop_write(path->parent.mnt);
	return err == -ENOENT ? -ENOTDIR : err;
}

int ksmbd_file_create(struct ksmbd_path *path, u32 mode, u32 flags, struct ksmbd_file **file)
{
	bool dir = S_ISDIR(mode);
	struct path made;
	int err = ksmbd_cred_check();

	if (err)
		return err;
	if (path->path.dentry)
		return -EEXIST;
	if (!dir && (mode & S_IFMT) && !S_ISREG(mode))
		return -EOPNOTSUPP;
	if (dir && (flags & (KSMBD_OPEN_WRITE | KSMBD_OPEN_TRUNC)))
		return -EISDIR;
	made.mnt = path->parent.mnt;
	err = make_object(path, mode, &made.dentry);
	if (err)
		return err;
	err = make_file(path->root, &made, flags, file);
	if (err)
		ksmbd_vfs_remove(path->root, &made);
	dput(made.dentry);
	return err;
}

/* ---- life ---- */

struct ksmbd_file *ksmbd_file_get(struct ksmbd_file *file)
{
	refcount_inc(&file->refs);
	return file;
}

void ksmbd_file_put(struct ksmbd_file *file)
{
	if (!file || !refcount_dec_and_test(&file->refs))
		return;
	path_put(&file->path);
	if (file->filp)
		ksmbd_vfs_close(file->filp);
	ksmbd_root_put(file->root);
	kfree(file);
}
