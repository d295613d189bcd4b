// SPDX-License-Identifier: GPL-2.0-or-later
/* The user host's scans on a host that lacks system calls. */
#include <string.h>

#include "fixture.h"
#include "user/host/vfs_host.h"

static bool want_dots(void *ctx, const char *name, u32 len)
{
	return !strcmp(name, "..");
}

static bool note_inode(void *ctx, const struct ksmbd_dirent *ent)
{
	*(u64 *)ctx = ent->st.ino;
	return true;
}

static u64 dotdot_of(struct kunit *test, const char *dir)
{
	struct ksmbd_file *file = ports_must_open(test, dir, KSMBD_OPEN_READ);
	struct ksmbd_dirpos *pos;
	u64 ino = 0;

	KUNIT_ASSERT_EQ(test, ksmbd_dir_open(file, &pos), 0);
	ksmbd_file_put(file);
	KUNIT_EXPECT_EQ(test, ksmbd_dir_iterate(pos, KSMBD_DIR_STAT, want_dots, note_inode, &ino),
			0);
	ksmbd_dir_close(pos);
	return ino;
}

static void degraded_dotdot_test(struct kunit *test)
{
	u64 root = ports_inode(test, "");

	ports_put_dir(test, "dir");
	ksmbd_vfs_degrade(KSMBD_DEGRADE_OPENAT2 | KSMBD_DEGRADE_PROC);
	KUNIT_EXPECT_EQ(test, dotdot_of(test, ""), root);
	/* Nothing tells the name of what is open: at least not what is above the share. */
	KUNIT_EXPECT_EQ(test, dotdot_of(test, "dir"), ports_inode(test, "dir"));
}

static struct kunit_case cases[] = { KUNIT_CASE(degraded_dotdot_test), {} };

static struct kunit_suite port_vfs_dir_user_suite = {
	.name = "port_vfs_dir_user",
	.init = ports_fixture_init,
	.exit = ports_fixture_exit,
	.test_cases = cases,
};

kunit_test_suite(port_vfs_dir_user_suite);
