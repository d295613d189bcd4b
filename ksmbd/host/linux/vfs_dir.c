// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Kernel host file system: scanning directories.
 *
 * Each scan has a struct file of its own, so its position is its own too. Names are taken in
 * batches under the directory's lock, and looked up one by one without it: looking up may
 * sleep for long, take that lock itself, or cross into another file system.
 */
#include "kc_io.h"

#include <linux/dcache.h>
#include <linux/fcntl.h>
#include <linux/namei.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "vfs_linux.h"

#define SCAN_SIZE 8192 /* a scan with its names: what the allocator hands out at once */

/**
 * struct ksmbd_dirpos - owner: whoever opened the scan; one user at a time
 * @entry: the object of the entry that is being delivered, referenced; .dentry is NULL
 *         before somebody asks for it
 * @names: struct dir_name one after another; [@at, @len) are not delivered yet
 */
struct ksmbd_dirpos {
	struct ksmbd_root *root;
	struct file *filp;
	struct path entry;
	u32 at;
	u32 len;
	char names[] __aligned(2);
};

#define NAMES_SIZE (SCAN_SIZE - sizeof(struct ksmbd_dirpos))

/* @size is of all of it, even; @text is NUL-terminated. */
struct dir_name {
	u16 size;
	u16 len;
	char text[];
};

/* ---- opening ---- */

/* dentry_open() asks for no permission: that is the caller's part. */
static struct file *open_listing(struct ksmbd_file *dir)
{
	int err = ksmbd_cred_check();

	if (err)
		return ERR_PTR(err);
	if (!dir->dir)
		return ERR_PTR(-ENOTDIR);
	err = kc_inode_permission(&dir->path, MAY_OPEN | MAY_READ);
	if (err)
		return ERR_PTR(err);
	return dentry_open(&dir->path, O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_LARGEFILE,
			   current_cred());
}

int ksmbd_dir_open(struct ksmbd_file *dir, struct ksmbd_dirpos **out)
{
	struct ksmbd_dirpos *pos;
	struct file *filp;

	filp = open_listing(dir);
	if (IS_ERR(filp))
		return PTR_ERR(filp);
	pos = kmalloc(SCAN_SIZE, GFP_KERNEL);
	if (!pos) {
		ksmbd_vfs_close(filp);
		return -ENOMEM;
	}
	memset(pos, 0, sizeof(*pos));
	pos->root = ksmbd_root_get(dir->root);
	pos->filp = filp;
	*out = pos;
	return 0;
}

void ksmbd_dir_close(struct ksmbd_dirpos *pos)
{
	if (!pos)
		return;
	ksmbd_vfs_close(pos->filp);
	ksmbd_root_put(pos->root);
	kfree(pos);
}

int ksmbd_dir_rewind(struct ksmbd_dirpos *pos)
{
	loff_t ret = vfs_llseek(pos->filp, 0, SEEK_SET);

	pos->at = 0;
	pos->len = 0;
	return ret < 0 ? ret : 0;
}

/* ---- attributes of entries ---- */

static bool is_dots(const char *name, u32 len)
{
	return name[0] == '.' && (len == 1 || (len == 2 && name[1] == '.'));
}

/* The directory above, but never one above the root: then the directory itself. */
static void find_dotdot(struct ksmbd_dirpos *pos, struct path *up)
{
	const struct path *top = &pos->root->path;
	struct dentry *parent;

	*up = pos->filp->f_path;
	path_get(up);
	while (!path_equal(up, top) && up->dentry == up->mnt->mnt_root && follow_up(up))
		;
	if (path_equal(up, top))
		return;
	parent = dget_parent(up->dentry);
	dput(up->dentry);
	up->dentry = parent;
	if (ksmbd_vfs_is_beneath(pos->root, up))
		return;
	path_put(up);
	*up = pos->filp->f_path;
	path_get(up);
}

/* Look the entry up, once. */
static int find_entry(struct ksmbd_dirpos *pos, const char *name, u32 len)
{
	if (pos->entry.dentry)
		return 0;
	if (!is_dots(name, len))
		return ksmbd_vfs_lookup_last(&pos->filp->f_path, name, len, &pos->entry);
	if (len == 2) {
		find_dotdot(pos, &pos->entry);
	} else {
		pos->entry = pos->filp->f_path;
		path_get(&pos->entry);
	}
	return 0;
}

static void forget_entry(struct ksmbd_dirpos *pos)
{
	if (pos->entry.dentry)
		path_put(&pos->entry);
	pos->entry.mnt = NULL;
	pos->entry.dentry = NULL;
}

static int stat_link_target(struct ksmbd_dirpos *pos, const char *name, struct ksmbd_stat *st)
{
	struct path target;
	int err;

	err = ksmbd_vfs_walk(pos->root, &pos->filp->f_path, name, KSMBD_LOOKUP_FOLLOW, &target);
	if (err)
		return err;
	err = ksmbd_vfs_stat(&target, st);
	path_put(&target);
	return err;
}

/* Return: 0, or -ENOENT when the entry is gone; else @ent->stat_ok tells. */
static int stat_entry(struct ksmbd_dirpos *pos, u32 flags, struct ksmbd_dirent *ent)
{
	int err = find_entry(pos, ent->name, ent->name_len);

	if (!err)
		err = ksmbd_vfs_stat(&pos->entry, &ent->st);
	if (err == -ENOENT)
		return err;
	if (!err && S_ISLNK(ent->st.mode) && (flags & KSMBD_DIR_FOLLOW))
		err = stat_link_target(pos, ent->name, &ent->st);
	ent->stat_ok = !err;
	return 0;
}

s64 ksmbd_dirent_getxattr(const struct ksmbd_dirent *ent, const char *name, void *buf, u32 size)
{
	struct ksmbd_dirpos *pos = (struct ksmbd_dirpos *)ent->host; /* ours: never const */
	int err;

	if (ent->name_len == 2 && is_dots(ent->name, 2)) /* may be outside of the share */
		return -ENODATA;
	err = ksmbd_cred_check() ?: find_entry(pos, ent->name, ent->name_len);
	if (err)
		return err;
	if (d_is_symlink(pos->entry.dentry))
		return -ENODATA;
	return kc_getxattr(&pos->entry, name, size ? buf : NULL, size);
}

/* ---- delivery ---- */

struct fill {
	struct dir_context ctx;
	struct ksmbd_dirpos *pos;
	int err;
};

/* Called under the directory's lock. */
static kc_filldir_t take_name(struct dir_context *ctx, const char *name, int len, loff_t off,
			      u64 ino, unsigned int type)
{
	struct fill *fill = container_of(ctx, struct fill, ctx);
	struct ksmbd_dirpos *pos = fill->pos;
	struct dir_name *d = (struct dir_name *)(pos->names + pos->len);
	size_t size = ALIGN(sizeof(*d) + len + 1, 2);

	if (len <= 0 || size > NAMES_SIZE || memchr(name, '/', len)) {
		fill->err = -EIO; /* a damaged file system; system calls say so too */
		return KC_FILLDIR_STOP;
	}
	if (size > NAMES_SIZE - pos->len)
		return KC_FILLDIR_STOP;
	d->size = size;
	d->len = len;
	memcpy(d->text, name, len);
	d->text[len] = '\0';
	pos->len += size;
	return KC_FILLDIR_MORE;
}

/* Return: 1 there are names, 0 the end, or a negative errno. */
static int fill_names(struct ksmbd_dirpos *pos)
{
	struct fill fill = { .ctx.actor = take_name, .pos = pos };
	int err;

	if (pos->at < pos->len)
		return 1;
	cond_resched();
	pos->at = 0;
	pos->len = 0;
	err = iterate_dir(pos->filp, &fill.ctx);
	if (pos->len)
		return 1;
	if (err < 0)
		return err == -ENOENT ? 0 : err; /* a removed directory is empty */
	return fill.err;
}

/* Return: does the scan go on? */
static bool deliver(struct ksmbd_dirpos *pos, const struct dir_name *d, u32 flags,
		    ksmbd_dirent_fn fn, void *ctx)
{
	struct ksmbd_dirent ent;
	bool more = true;

	ent.name = d->text;
	ent.name_len = d->len;
	ent.stat_ok = false;
	ent.host = pos;
	if (!(flags & KSMBD_DIR_STAT) || stat_entry(pos, flags, &ent) != -ENOENT)
		more = fn(ctx, &ent);
	forget_entry(pos);
	return more;
}

int ksmbd_dir_iterate(struct ksmbd_dirpos *pos, u32 flags,
		      bool (*want)(void *ctx, const char *name, u32 len), ksmbd_dirent_fn fn,
		      void *ctx)
{
	int ret = flags & KSMBD_DIR_STAT ? ksmbd_cred_check() : 0;
	const struct dir_name *d;

	if (ret)
		return ret;
	while ((ret = fill_names(pos)) > 0) {
		d = (const struct dir_name *)(pos->names + pos->at);
		if ((!want || want(ctx, d->text, d->len)) && !deliver(pos, d, flags, fn, ctx))
			return 1;
		pos->at += d->size;
	}
	return ret;
}

/* ---- emptiness ---- */

struct look {
	struct dir_context ctx;
	bool any;  /* names, in this call */
	bool real; /* other than "." and ".." */
};

static kc_filldir_t note_real(struct dir_context *ctx, const char *name, int len, loff_t off,
			      u64 ino, unsigned int type)
{
	struct look *look = container_of(ctx, struct look, ctx);

	look->any = true;
	look->real = !is_dots(name, len);
	return look->real ? KC_FILLDIR_STOP : KC_FILLDIR_MORE;
}

int ksmbd_dir_is_empty(struct ksmbd_file *dir)
{
	struct look look = { .ctx.actor = note_real };
	struct file *filp;
	int err;

	filp = open_listing(dir);
	if (IS_ERR(filp))
		return PTR_ERR(filp);
	do {
		look.any = false;
		err = iterate_dir(filp, &look.ctx);
	} while (!err && look.any && !look.real);
	ksmbd_vfs_close(filp);
	if (look.real)
		return 0;
	return err && err != -ENOENT ? err : 1; /* a removed directory is empty */
}
