// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <linux/slab.h>

#include "fixture.h"
#include "user/host/vfs_host.h"

int ports_fixture_init(struct kunit *test)
{
	struct ports_fixture *fx = kzalloc(sizeof(*fx), GFP_KERNEL);
	const char *tmp = getenv("TMPDIR");

	if (!fx)
		return -ENOMEM;
	test->priv = fx;
	ksmbd_vfs_undegrade();
	snprintf(fx->base, sizeof(fx->base), "%s/ksmbd-ports-XXXXXX",
		 tmp && strlen(tmp) < 32 ? tmp : "/tmp");
	if (!mkdtemp(fx->base) || chmod(fx->base, 0755))
		return -errno;
	if (mkdir(ports_host_path(test, ""), 0755))
		return -errno;
	ports_put_dir(test, "!outside");
	ports_put_file(test, "!outside/secret", "secret");
	fx->cred = ksmbd_cred_create(geteuid(), getegid(), NULL, 0);
	if (!fx->cred)
		return -ENOMEM;
	return ksmbd_root_open(ports_host_path(test, ""), &fx->root) ?: ksmbd_cred_enter(fx->cred);
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	remove(path);
	return 0;
}

void ports_fixture_exit(struct kunit *test)
{
	struct ports_fixture *fx = test->priv;

	if (!fx)
		return;
	ksmbd_cred_leave();
	ksmbd_vfs_undegrade();
	ksmbd_root_put(fx->root);
	/* The thread may have been somebody else: as the process's own user again. */
	if (fx->cred && !ksmbd_cred_enter(fx->cred))
		nftw(fx->base, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	ksmbd_cred_leave();
	ksmbd_cred_put(fx->cred);
	kfree(fx);
	test->priv = NULL;
}

const char *ports_host_path(struct kunit *test, const char *name)
{
	static __thread char buf[4][512];
	static __thread unsigned int next;
	char *out = buf[next++ % 4];

	if (*name == '!')
		snprintf(out, sizeof(buf[0]), "%s/%s", ports_fixture(test)->base, name + 1);
	else
		snprintf(out, sizeof(buf[0]), "%s/share/%s", ports_fixture(test)->base, name);
	return out;
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
	KUNIT_EXPECT_EQ(test, mkdir(ports_host_path(test, name), 0755), 0);
}

void ports_put_link(struct kunit *test, const char *name, const char *target)
{
	KUNIT_EXPECT_EQ(test, symlink(target, ports_host_path(test, name)), 0);
}

bool ports_exists(struct kunit *test, const char *name)
{
	struct stat st;

	return !lstat(ports_host_path(test, name), &st);
}

struct ksmbd_file *ports_open(struct kunit *test, const char *name, u32 lookup, u32 flags, int *err)
{
	struct ksmbd_file *file = NULL;
	struct ksmbd_path *path;

	*err = ksmbd_path_lookup(ports_fixture(test)->root, name, lookup, &path);
	if (*err)
		return NULL;
	*err = ksmbd_file_open(path, flags, &file);
	ksmbd_path_put(path);
	return *err ? NULL : file;
}

struct ksmbd_file *ports_must_open(struct kunit *test, const char *name, u32 flags)
{
	struct ksmbd_file *file;
	int err;

	file = ports_open(test, name, 0, flags, &err);
	KUNIT_ASSERT_EQ(test, err, 0);
	return file;
}

struct ksmbd_file *ports_must_create(struct kunit *test, const char *name, u32 mode)
{
	struct ksmbd_file *file;
	struct ksmbd_path *path;
	int err;

	KUNIT_ASSERT_EQ(test, ksmbd_path_lookup(ports_fixture(test)->root, name, 0, &path), 0);
	err = ksmbd_file_create(
		path, mode, S_ISDIR(mode) ? KSMBD_OPEN_READ : KSMBD_OPEN_READ | KSMBD_OPEN_WRITE,
		&file);
	ksmbd_path_put(path);
	KUNIT_ASSERT_EQ(test, err, 0);
	return file;
}

int ports_lookup_error(struct kunit *test, const char *name, u32 lookup)
{
	struct ksmbd_path *path;
	int ret = ksmbd_path_lookup(ports_fixture(test)->root, name, lookup, &path);

	if (!ret) {
		ret = !ksmbd_path_stat(path);
		ksmbd_path_put(path);
	}
	return ret;
}
