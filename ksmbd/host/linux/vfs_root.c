// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Kernel host file system: share roots; attributes; where a path is in its share.
 */
#include <linux/dcache.h>
#include <linux/kdev_t.h>
#include <linux/namei.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/uidgid.h>
#include <linux/user_namespace.h>

#include "kc_vfs.h"
#include "vfs_linux.h"

#ifdef KC_CHANGE_COOKIE
#define WANTED_STAT (STATX_BASIC_STATS | STATX_BTIME | STATX_CHANGE_COOKIE)
#else
#define WANTED_STAT (STATX_BASIC_STATS | STATX_BTIME)
#endif

/* ---- attributes ---- */

/*
 * Where the file system counts changes, the count decides; the ctime then only adds to it.
 * Elsewhere the ctime moves with every change, but in steps of a clock tick: size and mtime
 * catch part of what falls into one.
 */
static u64 change_of(const struct kstat *k)
{
	u64 c = k->ctime.tv_sec * 1000000000ull + k->ctime.tv_nsec;
	u64 m = k->mtime.tv_sec * 1000000000ull + k->mtime.tv_nsec;

#ifdef KC_CHANGE_COOKIE
	if (k->result_mask & STATX_CHANGE_COOKIE)
		return c + k->change_cookie * 0x9e3779b97f4a7c15ull;
#endif
	return c + (m ^ k->size) * 0x9e3779b97f4a7c15ull;
}

static struct timespec64 earliest_of(const struct kstat *k)
{
	struct timespec64 t = k->ctime;

	if (timespec64_compare(&k->mtime, &t) < 0)
		t = k->mtime;
	if (timespec64_compare(&k->atime, &t) < 0)
		t = k->atime;
	return t;
}

int ksmbd_vfs_stat(const struct path *path, struct ksmbd_stat *st)
{
	struct kstat k;
	int err;

	err = vfs_getattr(path, &k, WANTED_STAT, AT_STATX_SYNC_AS_STAT);
	if (err)
		return err;
	*st = (struct ksmbd_stat){
		.dev = (u64)MAJOR(k.dev) << 32 | MINOR(k.dev),
		.ino = k.ino,
		.size = k.size,
		.alloc = k.blocks * 512,
		.change = change_of(&k),
		.generation = d_inode(path->dentry)->i_generation,
		.mode = k.mode,
		.uid = from_kuid_munged(&init_user_ns, k.uid),
		.gid = from_kgid_munged(&init_user_ns, k.gid),
		.nlink = k.nlink,
		.blksize = k.blksize,
		.atime = k.atime,
		.mtime = k.mtime,
		.ctime = k.ctime,
		.btime = k.result_mask & STATX_BTIME ? k.btime : earliest_of(&k),
	};
	return 0;
}

/* ---- where a path is ---- */

bool ksmbd_vfs_is_beneath(const struct ksmbd_root *root, const struct path *path)
{
	/* Within a mount there is no need for the lock of all mounts. */
	if (path->mnt == root->path.mnt)
		return is_subdir(path->dentry, root->path.dentry);
	return path_is_under(path, &root->path);
}

/* Put "/NAME" before *@at; false: there is no room. A name that changes meanwhile ends early. */
static bool prepend_name(char *buf, char **at, const struct dentry *dentry)
{
	const char *name = READ_ONCE(dentry->d_name.name);
	u32 len = strnlen(name, READ_ONCE(dentry->d_name.len));

	if (*at - buf < len + 1)
		return false;
	*at -= len;
	memcpy(*at, name, len);
	*--*at = '/';
	return true;
}

/*
 * Prepend the names from @dentry up to @top, exclusively, all as they were at one moment.
 * Return: 0, -ENOENT: @top is not above, -ERANGE
 */
static int prepend_names(char *buf, char **end, const struct dentry *dentry,
			 const struct dentry *top)
{
	const struct dentry *d;
	char *at;
	int seq = 0, err;

	rcu_read_lock();
retry:
	read_seqbegin_or_lock(&rename_lock, &seq);
	at = *end;
	err = 0;
	for (d = dentry; d != top && !err; d = READ_ONCE(d->d_parent)) {
		if (IS_ROOT(d))
			err = -ENOENT;
		else if (!prepend_name(buf, &at, d))
			err = -ERANGE;
	}
	if (need_seqretry(&rename_lock, seq)) {
		seq = 1;
		goto retry;
	}
	done_seqretry(&rename_lock, seq);
	rcu_read_unlock();
	if (!err)
		*end = at;
	return err;
}

/* From where @path is in its mount up to the root, mount by mount; *@at moves. */
static int climb_to_root(const struct ksmbd_root *root, const struct path *path, char *buf,
			 char **at)
{
	struct path cur = *path;
	int err;

	path_get(&cur);
	for (;;) {
		if (cur.mnt == root->path.mnt) {
			err = prepend_names(buf, at, cur.dentry, root->path.dentry);
			break;
		}
		err = prepend_names(buf, at, cur.dentry, cur.mnt->mnt_root);
		if (err)
			break;
		if (!follow_up(&cur)) {
			err = -ENOENT;
			break;
		}
	}
	path_put(&cur);
	return err;
}

int ksmbd_vfs_name(const struct ksmbd_root *root, const struct path *path, char *buf, u32 size)
{
	char *at = buf + size; /* the NUL takes the place of the first slash */
	u32 len;
	int err;

	if (!size)
		return -ERANGE;
	if (d_unlinked(path->dentry))
		return -ENOENT;
	err = climb_to_root(root, path, buf, &at);
	if (err)
		return err;
	len = buf + size - at;
	if (len)
		memmove(buf, at + 1, --len);
	if (d_unlinked(path->dentry))
		return -ENOENT; /* or its new name is given as the old one */
	buf[len] = '\0';
	return 0;
}

/* ---- roots ---- */

int ksmbd_root_open(const char *path, struct ksmbd_root **out)
{
	const struct cred *was;
	struct ksmbd_root *root;
	int err;

	if (path[0] != '/')
		return -EINVAL;
	root = kzalloc(sizeof(*root), GFP_KERNEL);
	if (!root)
		return -ENOMEM;
	refcount_set(&root->refs, 1);
	/* As the server, also between ksmbd_cred_enter() and _leave(). */
	was = override_creds(current_real_cred());
	err = kern_path(path, LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &root->path);
	revert_creds(was);
	if (err)
		kfree(root);
	else
		*out = root;
	return err;
}

struct ksmbd_root *ksmbd_root_get(struct ksmbd_root *root)
{
	refcount_inc(&root->refs);
	return root;
}

void ksmbd_root_put(struct ksmbd_root *root)
{
	if (root && refcount_dec_and_test(&root->refs)) {
		path_put(&root->path);
		kfree(root);
	}
}
