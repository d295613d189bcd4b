// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What tests of the ports do behind a port's back, in programs.
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fixture.h"
#include "user/host/vfs_host.h"

int ports_host_base(char *base, u32 size)
{
	const char *tmp = getenv("TMPDIR");

	snprintf(base, size, "%s/ksmbd-ports-XXXXXX", tmp && strlen(tmp) < 32 ? tmp : "/tmp");
	return mkdtemp(base) && !chmod(base, 0755) ? 0 : -errno;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	remove(path);
	return 0;
}

void ports_host_clean(const char *base)
{
	nftw(base, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

u32 ports_host_uid(void)
{
	return geteuid();
}

u32 ports_host_gid(void)
{
	return getegid();
}

bool ports_degrade(u32 mask)
{
	static const u32 lacks[] = { KSMBD_DEGRADE_OPENAT2, KSMBD_DEGRADE_PROC,
				     KSMBD_DEGRADE_RENAMEAT2 };
	u32 i;

	for (i = 0; i < sizeof(lacks) / sizeof(lacks[0]); i++)
		if (mask & BIT(i))
			ksmbd_vfs_degrade(lacks[i]);
	return true;
}

void ports_undegrade(void)
{
	ksmbd_vfs_undegrade();
}

bool ports_names_drop(void)
{
	return ksmbd_vfs_names_drop();
}

static char *make_path(char path[PORTS_PATH_MAX], const char *base, const char *name)
{
	if (*name == '!')
		snprintf(path, PORTS_PATH_MAX, "%s/%s", base, name + 1);
	else
		snprintf(path, PORTS_PATH_MAX, "%s/share/%s", base, name);
	return path;
}

int ports_mkdir(const char *base, const char *name)
{
	char path[PORTS_PATH_MAX];

	return mkdir(make_path(path, base, name), 0755) ? -errno : 0;
}

int ports_rename(const char *base, const char *from, const char *to)
{
	char a[PORTS_PATH_MAX], b[PORTS_PATH_MAX];

	return rename(make_path(a, base, from), make_path(b, base, to)) ? -errno : 0;
}

int ports_remove(const char *base, const char *name)
{
	char path[PORTS_PATH_MAX];

	return remove(make_path(path, base, name)) ? -errno : 0;
}

const char *ports_host_path(struct kunit *test, const char *name)
{
	static __thread char buf[4][PORTS_PATH_MAX];
	static __thread unsigned int next;

	return make_path(buf[next++ % 4], ports_fixture(test)->base, name);
}

void ports_put_file(struct kunit *test, const char *name, const char *text)
{
	int fd = open(ports_host_path(test, name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	KUNIT_EXPECT_GE(test, fd, 0);
	KUNIT_EXPECT_EQ(test, write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

void ports_put_dir(struct kunit *test, const char *name)
{
	KUNIT_EXPECT_EQ(test, ports_mkdir(ports_fixture(test)->base, name), 0);
}

void ports_put_link(struct kunit *test, const char *name, const char *target)
{
	KUNIT_EXPECT_EQ(test, symlink(target, ports_host_path(test, name)), 0);
}

void ports_put_special(struct kunit *test, const char *name, u32 mode)
{
	KUNIT_EXPECT_EQ(test, mknod(ports_host_path(test, name), mode, 0), 0);
}

void ports_put_name(struct kunit *test, const char *file, const char *name)
{
	KUNIT_EXPECT_EQ(test, link(ports_host_path(test, file), ports_host_path(test, name)), 0);
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
	KUNIT_EXPECT_EQ(test, chmod(ports_host_path(test, name), mode), 0);
}

void ports_chown(struct kunit *test, const char *name, u32 uid, u32 gid)
{
	KUNIT_EXPECT_EQ(test, chown(ports_host_path(test, name), uid, gid), 0);
}

bool ports_exists(struct kunit *test, const char *name)
{
	struct stat st;

	return !lstat(ports_host_path(test, name), &st);
}

u64 ports_inode(struct kunit *test, const char *name)
{
	struct stat st;

	KUNIT_EXPECT_EQ(test, lstat(ports_host_path(test, name), &st), 0);
	return st.st_ino;
}
