// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What tests of the ports do behind a port's back, in the kernel: with the VFS directly, as the
 * kernel itself.
 */
#include <linux/atomic.h>
#include <linux/cred.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/kmod.h>
#include <linux/moduleparam.h>
#include <linux/slab.h>
#include <linux/umh.h>

#include "host/linux/kc_name.h"
#include "host/linux/vfs_linux.h"
#include "tests/ports/fixture.h"

static char *ports_dir = "/tmp";
module_param(ports_dir, charp, 0444);
MODULE_PARM_DESC(ports_dir, "where the tests of the ports make their directories");

/* What has another signature in every other kernel is done by the usual commands. */
static int run(const char *a, const char *b, const char *c, const char *d)
{
	static char *envp[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin", NULL };
	char *argv[] = { "/usr/bin/env", (char *)a, (char *)b, (char *)c, (char *)d, NULL };

	return call_usermodehelper(argv[0], argv, envp, UMH_WAIT_PROC) ? -EIO : 0;
}

int ports_host_base(char *base, u32 size)
{
	static atomic_t next = ATOMIC_INIT(0);

	snprintf(base, size, "%s/ksmbd-ports-%d", ports_dir, atomic_inc_return(&next));
	return run("mkdir", base, NULL, NULL);
}

void ports_host_clean(const char *base)
{
	run("rm", "-rf", base, NULL);
}

u32 ports_host_uid(void)
{
	return 0;
}

u32 ports_host_gid(void)
{
	return 0;
}

bool ports_degrade(u32 mask)
{
	return false;
}

void ports_undegrade(void)
{
}

bool ports_names_drop(void)
{
	return ksmbd_vfs_names_drop();
}

static char *make_path(char *path, const char *base, const char *name)
{
	if (*name == '!')
		snprintf(path, PORTS_PATH_MAX, "%s/%s", base, name + 1);
	else
		snprintf(path, PORTS_PATH_MAX, "%s/share/%s", base, name);
	return path;
}

/* The directory of a name, referenced, with write access to its mount; *@last is allocated. */
static int begin_change(const char *base, const char *name, struct path *dir, char **last)
{
	char *path = kmalloc(PORTS_PATH_MAX, GFP_KERNEL), *slash;
	int err;

	if (!path)
		return -ENOMEM;
	make_path(path, base, name);
	while ((slash = strrchr(path, '/')) && !slash[1])
		*slash = '\0';
	*slash = '\0';
	err = kern_path(path, LOOKUP_FOLLOW | LOOKUP_DIRECTORY, dir);
	if (!err) {
		err = mnt_want_write(dir->mnt);
		if (err)
			path_put(dir);
	}
	*last = err ? NULL : kstrdup(slash + 1, GFP_KERNEL);
	kfree(path);
	return err;
}

static void end_change(struct path *dir, char *last)
{
	mnt_drop_write(dir->mnt);
	path_put(dir);
	kfree(last);
}

static int find_name(const char *base, const char *name, struct path *path)
{
	char *full = kmalloc(PORTS_PATH_MAX, GFP_KERNEL);
	int err;

	if (!full)
		return -ENOMEM;
	err = kern_path(make_path(full, base, name), 0, path);
	kfree(full);
	return err;
}

int ports_mkdir(const char *base, const char *name)
{
	kc_deleg_t deleg = KC_DELEG_NONE;
	struct dentry *dentry;
	struct path dir;
	char *last;
	int err;

	err = begin_change(base, name, &dir, &last);
	if (err)
		return err;
	dentry = kc_create_start(&dir, last, strlen(last));
	err = PTR_ERR_OR_ZERO(dentry);
	if (!err && d_is_positive(dentry)) {
		kc_create_end(&dir, dentry);
		err = -EEXIST;
	} else if (!err) {
		err = kc_mkdir(&dir, &dentry, 0755, &deleg);
		if (!err)
			kc_create_end(&dir, dentry);
	}
	end_change(&dir, last);
	return err;
}

int ports_rename(const char *base, const char *from, const char *to)
{
	kc_deleg_t deleg = KC_DELEG_NONE;
	struct kc_rename r;
	struct path old, dir;
	char *last;
	int err;

	err = find_name(base, from, &old);
	if (err)
		return err;
	err = begin_change(base, to, &dir, &last);
	if (!err) {
		err = kc_rename_start(&r, old.dentry, &dir, last, strlen(last));
		if (!err) {
			err = kc_rename(&r, dir.mnt, &deleg);
			kc_rename_end(&r);
		}
		end_change(&dir, last);
	}
	path_put(&old);
	return err;
}

int ports_remove(const char *base, const char *name)
{
	kc_deleg_t deleg = KC_DELEG_NONE;
	struct path path, dir;
	int err;

	err = find_name(base, name, &path);
	if (err)
		return err;
	dir.mnt = path.mnt;
	dir.dentry = dget_parent(path.dentry);
	err = mnt_want_write(dir.mnt) ?: kc_remove_start(dir.dentry, path.dentry);
	if (!err) {
		if (d_is_dir(path.dentry))
			err = kc_rmdir(&dir, path.dentry, &deleg);
		else
			err = vfs_unlink(KC_IDMAP(dir.mnt) d_inode(dir.dentry), path.dentry,
					 &deleg);
		kc_remove_end(dir.dentry, path.dentry);
	}
	mnt_drop_write(dir.mnt);
	dput(dir.dentry);
	path_put(&path);
	return err;
}

const char *ports_host_path(struct kunit *test, const char *name)
{
	static char buf[4][PORTS_PATH_MAX];
	static unsigned int next;

	return make_path(buf[next++ % 4], ports_fixture(test)->base, name);
}

void ports_put_file(struct kunit *test, const char *name, const char *text)
{
	struct file *filp = filp_open(ports_host_path(test, name),
				      O_WRONLY | O_CREAT | O_TRUNC | O_LARGEFILE, 0644);
	loff_t pos = 0;

	KUNIT_EXPECT_FALSE(test, IS_ERR(filp));
	if (IS_ERR(filp))
		return;
	KUNIT_EXPECT_EQ(test, kernel_write(filp, text, strlen(text), &pos), (ssize_t)strlen(text));
	ksmbd_vfs_close(filp);
}

void ports_put_dir(struct kunit *test, const char *name)
{
	KUNIT_EXPECT_EQ(test, ports_mkdir(ports_fixture(test)->base, name), 0);
}

void ports_put_link(struct kunit *test, const char *name, const char *target)
{
	KUNIT_EXPECT_EQ(test, run("ln", "-s", target, ports_host_path(test, name)), 0);
}

void ports_put_special(struct kunit *test, const char *name, u32 mode)
{
	static const char socket[] = "import socket,sys;socket.socket(socket.AF_UNIX)."
				     "bind(sys.argv[1])";

	if (S_ISFIFO(mode))
		KUNIT_EXPECT_EQ(test, run("mkfifo", ports_host_path(test, name), NULL, NULL), 0);
	else
		KUNIT_EXPECT_EQ(test, run("python3", "-c", socket, ports_host_path(test, name)), 0);
}

void ports_put_name(struct kunit *test, const char *file, const char *name)
{
	KUNIT_EXPECT_EQ(
		test, run("ln", ports_host_path(test, file), ports_host_path(test, name), NULL), 0);
}

void ports_move(struct kunit *test, const char *from, const char *to)
{
	KUNIT_EXPECT_EQ(test, ports_rename(ports_fixture(test)->base, from, to), 0);
}

void ports_delete(struct kunit *test, const char *name)
{
	KUNIT_EXPECT_EQ(test, ports_remove(ports_fixture(test)->base, name), 0);
}

void ports_chmod(struct kunit *test, const char *name, u32 mode)
{
	char text[16];

	snprintf(text, sizeof(text), "%o", mode);
	KUNIT_EXPECT_EQ(test, run("chmod", text, ports_host_path(test, name), NULL), 0);
}

void ports_chown(struct kunit *test, const char *name, u32 uid, u32 gid)
{
	char text[32];

	snprintf(text, sizeof(text), "%u:%u", uid, gid);
	KUNIT_EXPECT_EQ(test, run("chown", text, ports_host_path(test, name), NULL), 0);
}

bool ports_exists(struct kunit *test, const char *name)
{
	struct path path;

	if (find_name(ports_fixture(test)->base, name, &path))
		return false;
	path_put(&path);
	return true;
}

u64 ports_inode(struct kunit *test, const char *name)
{
	struct path path;
	u64 ino;

	if (find_name(ports_fixture(test)->base, name, &path)) {
		KUNIT_FAIL(test, "%s is missing", name);
		return 0;
	}
	ino = d_inode(path.dentry)->i_ino;
	path_put(&path);
	return ino;
}
