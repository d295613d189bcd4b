// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/errno.h>
#include <linux/slab.h>
#include <linux/stat.h>
#include <linux/string.h>

#include "fixture.h"

int ports_share_init(struct kunit *test)
{
	struct ports_fixture *fx = kzalloc(sizeof(*fx), GFP_KERNEL);
	int err;

	if (!fx)
		return -ENOMEM;
	test->priv = fx;
	ports_undegrade();
	err = ports_host_base(fx->base, sizeof(fx->base));
	if (err)
		return err;
	ports_put_dir(test, "");
	ports_put_dir(test, "!outside");
	ports_put_file(test, "!outside/secret", "secret");
	fx->cred = ksmbd_cred_create(ports_host_uid(), ports_host_gid(), NULL, 0);
	if (!fx->cred)
		return -ENOMEM;
	return ksmbd_root_open(ports_host_path(test, ""), &fx->root);
}

int ports_fixture_init(struct kunit *test)
{
	return ports_share_init(test) ?: ksmbd_cred_enter(ports_fixture(test)->cred);
}

bool ports_enter(struct kunit *test)
{
	int err = ksmbd_cred_enter(ports_fixture(test)->cred);

	KUNIT_EXPECT_EQ(test, err, 0);
	return !err;
}

void ports_fixture_exit(struct kunit *test)
{
	struct ports_fixture *fx = test->priv;

	if (!fx)
		return;
	ksmbd_cred_leave();
	ports_undegrade();
	ksmbd_root_put(fx->root);
	/* The thread may have been somebody else: as the process's own user again. */
	if (fx->cred && !ksmbd_cred_enter(fx->cred))
		ports_host_clean(fx->base);
	ksmbd_cred_leave();
	ksmbd_cred_put(fx->cred);
	kfree(fx);
	test->priv = NULL;
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
