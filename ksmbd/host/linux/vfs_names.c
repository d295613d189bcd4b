// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Kernel host file system: finding the caseless match of a name in a directory.
 *
 * That takes a scan of the directory, also to find out that there is none, as for every new
 * file; so the names of directories where that happens repeatedly are kept (vfs_kept.c).
 */
#include <linux/cred.h>
#include <linux/fcntl.h>
#include <linux/string.h>

#include "kc_vfs.h"
#include "name/case.h"
#include "vfs_linux.h"

struct scan {
	struct dir_context ctx;
	ksmbd_vfs_name_fn fn;
	void *arg;
	bool any; /* names, in this call */
	bool stop;
};

static bool is_dots(const char *name, int len)
{
	return name[0] == '.' && (len == 1 || (len == 2 && name[1] == '.'));
}

/* Called under the directory's lock. */
static kc_filldir_t take_name(struct dir_context *ctx, const char *name, int len, loff_t off,
			      u64 ino, unsigned int type)
{
	struct scan *scan = container_of(ctx, struct scan, ctx);

	scan->any = true;
	if (!is_dots(name, len) && !scan->fn(scan->arg, name, len))
		scan->stop = true;
	return scan->stop ? KC_FILLDIR_STOP : KC_FILLDIR_MORE;
}

int ksmbd_vfs_scan(const struct path *dir, ksmbd_vfs_name_fn fn, void *arg)
{
	struct scan scan = { .ctx.actor = take_name, .fn = fn, .arg = arg };
	struct file *filp;
	int err;

	filp = dentry_open(dir, O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_LARGEFILE, current_cred());
	if (IS_ERR(filp))
		return PTR_ERR(filp);
	do {
		scan.any = false;
		err = iterate_dir(filp, &scan.ctx);
		cond_resched();
	} while (!err && scan.any && !scan.stop);
	ksmbd_vfs_close(filp);
	if (scan.stop)
		return 1;
	return err == -ENOENT ? 0 : err; /* a removed directory is empty */
}

struct match {
	const char *comp;
	u32 len;
	char *found;
};

static bool compare_name(void *arg, const char *name, u32 len)
{
	const struct match *m = arg;

	if (len > KSMBD_NAME_MAX || !ksmbd_name_equal_caseless(name, len, m->comp, m->len))
		return true;
	memcpy(m->found, name, len);
	m->found[len] = '\0';
	return false;
}

int ksmbd_vfs_match(const struct path *dir, const char *comp, u32 len,
		    char found[KSMBD_NAME_MAX + 1])
{
	struct match m = { .comp = comp, .len = len, .found = found };
	int err;

	/* Who may not list the directory finds only what is spelled right. */
	err = kc_inode_permission(dir, MAY_OPEN | MAY_READ);
	if (!err)
		err = ksmbd_vfs_kept_match(dir, comp, len, found);
	if (err == -EAGAIN) {
		err = ksmbd_vfs_scan(dir, compare_name, &m);
		if (err == 1)
			return 0;
	} else if (!err) {
		return 0;
	}
	return !err || err == -EACCES ? -ENOENT : err;
}
