/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A share in a temporary directory, with something beside it that must stay unseen:
 *
 *	BASE/share	the root
 *	BASE/outside	a directory
 *	BASE/outside/secret	a file
 *
 * With ports_fixture_init() the test thread acts as the process's own user between init and
 * exit. That is for the user host: KUnit in the kernel calls exit in a thread of its own, and
 * no thread may end with somebody's credentials on. Files that run there too use
 * ports_share_init(), and PORTS_TEST() for cases that act as that user; they include no header
 * of the C library. What only the user host has is in *_user_test.c.
 */
#ifndef TESTS_PORTS_FIXTURE_H
#define TESTS_PORTS_FIXTURE_H

#include <kunit/test.h>

#include "host/cred.h"
#include "host/vfs.h"

#define PORTS_BASE_MAX 64
#define PORTS_PATH_MAX 512

struct ports_fixture {
	char base[PORTS_BASE_MAX];
	struct ksmbd_root *root;
	struct ksmbd_cred *cred;
};

/** PORTS_TEST() - "static void NAME(struct kunit *test)" that acts as the process's user */
#define PORTS_TEST(name)                               \
	static void name##_acting(struct kunit *test); \
	static void name(struct kunit *test)           \
	{                                              \
		if (ports_enter(test)) {               \
			name##_acting(test);           \
			ksmbd_cred_leave();            \
		}                                      \
	}                                              \
	static void name##_acting(struct kunit *test)

/** ports_skip() - kunit_skip() in a PORTS_TEST() */
#define ports_skip(test, why)          \
	do {                           \
		ksmbd_cred_leave();    \
		kunit_skip(test, why); \
	} while (0)

/** ports_share_init() - make the share; nobody acts yet */
int ports_share_init(struct kunit *test);
/** ports_fixture_init() - the same, and act as the process's user (user host only) */
int ports_fixture_init(struct kunit *test);
/** ports_enter() - act as that user; false, with the failure noted, if that does not work */
bool ports_enter(struct kunit *test);
void ports_fixture_exit(struct kunit *test);
static inline struct ports_fixture *ports_fixture(struct kunit *test)
{
	return test->priv;
}

/*
 * ---- behind the port's back ----
 *
 * By the host's own means: host_user.c in programs, kernel/host.c in the kernel. Names are
 * relative to BASE/share or, with a leading '!', to BASE. Return: 0 or a negative errno.
 */

/** ports_host_base() - make BASE, an empty directory of a new name that all may search */
int ports_host_base(char *base, u32 size);
/** ports_host_clean() - remove BASE and what is in it */
void ports_host_clean(const char *base);
/** ports_host_uid(), ports_host_gid() - who the test thread is by itself */
u32 ports_host_uid(void);
u32 ports_host_gid(void);
/** ports_as_root() - can the process take other identities */
static inline bool ports_as_root(void)
{
	return ports_host_uid() == 0;
}

/**
 * ports_degrade() - behave as on a host that lacks these (KSMBD_DEGRADE_* of user/host/) from
 * now on until the case ends; false: this host cannot lack them
 */
#define PORTS_OPENAT2	BIT(0)
#define PORTS_PROC	BIT(1)
#define PORTS_RENAMEAT2 BIT(2)
bool ports_degrade(u32 mask);
void ports_undegrade(void);
/** ports_names_drop() - forget the names of directories; true if there were any */
bool ports_names_drop(void);

/* For threads of a test's own: these expect nothing. */
int ports_mkdir(const char *base, const char *name);
int ports_rename(const char *base, const char *from, const char *to);
int ports_remove(const char *base, const char *name); /* a file or an empty directory */

/** ports_host_path() - BASE/share/@name or, with a leading '!', BASE/@name; static buffers */
const char *ports_host_path(struct kunit *test, const char *name);
/** ports_put_file() - make a file with text in it */
void ports_put_file(struct kunit *test, const char *name, const char *text);
void ports_put_dir(struct kunit *test, const char *name);
void ports_put_link(struct kunit *test, const char *name, const char *target);
/** ports_put_special() - @mode: S_IFIFO or S_IFSOCK and permissions */
void ports_put_special(struct kunit *test, const char *name, u32 mode);
void ports_put_name(struct kunit *test, const char *file, const char *name); /* a hard link */
void ports_move(struct kunit *test, const char *from, const char *to);
void ports_delete(struct kunit *test, const char *name);
void ports_chmod(struct kunit *test, const char *name, u32 mode);
void ports_chown(struct kunit *test, const char *name, u32 uid, u32 gid);
bool ports_exists(struct kunit *test, const char *name);
u64 ports_inode(struct kunit *test, const char *name);

/* ---- through the port ---- */

/** ports_open() - look up and open; NULL with *@err set */
struct ksmbd_file *ports_open(struct kunit *test, const char *name, u32 lookup, u32 flags,
			      int *err);
/** ports_must_open() - the same, or the test ends; READ for directories */
struct ksmbd_file *ports_must_open(struct kunit *test, const char *name, u32 flags);
/** ports_must_create() - exclusively; the test ends if it fails */
struct ksmbd_file *ports_must_create(struct kunit *test, const char *name, u32 mode);
/** ports_lookup_error() - 0 positive, 1 negative, or the errno */
int ports_lookup_error(struct kunit *test, const char *name, u32 lookup);

#endif
