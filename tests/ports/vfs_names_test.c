// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The names that a caseless lookup keeps: whatever anybody does to the directory shows at
 * the very next lookup.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fixture.h"
#include "user/host/vfs_host.h"

#define CASELESS KSMBD_LOOKUP_CASELESS
#define THREADS	 4
#define ROUNDS	 200

#define FOUND 0
#define NONE  1

#define EXPECT_LOOKUP(test, name, want) \
	KUNIT_EXPECT_EQ(test, ports_lookup_error(test, name, CASELESS), want)

/* Two lookups in vain make a directory worth keeping. */
static void keep(struct kunit *test, const char *missing)
{
	EXPECT_LOOKUP(test, missing, NONE);
	EXPECT_LOOKUP(test, missing, NONE);
}

static void drop_test(struct kunit *test)
{
	ksmbd_vfs_names_drop();
	ports_put_file(test, "File", "x");
	keep(test, "none");
	EXPECT_LOOKUP(test, "FILE", FOUND);
	if (!ksmbd_vfs_names_drop())
		kunit_skip(test, "no inotify, or no local file system");
	KUNIT_EXPECT_FALSE(test, ksmbd_vfs_names_drop());
	EXPECT_LOOKUP(test, "FILE", FOUND);
}

/* Behind the port's back. */
static void external_test(struct kunit *test)
{
	char from[128];

	ports_put_dir(test, "dir");
	ports_put_file(test, "dir/Old", "x");
	keep(test, "dir/none");
	EXPECT_LOOKUP(test, "dir/OLD", FOUND);
	ports_put_file(test, "dir/New", "x");
	EXPECT_LOOKUP(test, "dir/NEW", FOUND);
	strcpy(from, ports_host_path(test, "dir/Old"));
	KUNIT_EXPECT_EQ(test, rename(from, ports_host_path(test, "dir/Other")), 0);
	EXPECT_LOOKUP(test, "dir/OLD", NONE);
	EXPECT_LOOKUP(test, "dir/OTHER", FOUND);
	KUNIT_EXPECT_EQ(test, link(ports_host_path(test, "dir/New"), from), 0);
	EXPECT_LOOKUP(test, "dir/OLD", FOUND);
	KUNIT_EXPECT_EQ(test, unlink(from), 0);
	EXPECT_LOOKUP(test, "dir/OLD", NONE);
	ports_put_dir(test, "dir/Sub");
	EXPECT_LOOKUP(test, "dir/SUB", FOUND);
	KUNIT_EXPECT_EQ(test, rmdir(ports_host_path(test, "dir/Sub")), 0);
	EXPECT_LOOKUP(test, "dir/SUB", NONE);
	ports_put_link(test, "dir/Link", "New");
	KUNIT_EXPECT_EQ(test, ports_lookup_error(test, "dir/LINK", CASELESS), -ELOOP);
	/* Moved out, with what replaced it, and back in. */
	KUNIT_EXPECT_EQ(test, rename(ports_host_path(test, "dir/New"), from), 0);
	strcpy(from, ports_host_path(test, "dir/Other"));
	KUNIT_EXPECT_EQ(test, rename(from, ports_host_path(test, "Away")), 0);
	EXPECT_LOOKUP(test, "dir/OTHER", NONE);
	strcpy(from, ports_host_path(test, "Away"));
	KUNIT_EXPECT_EQ(test, rename(from, ports_host_path(test, "dir/BACK")), 0);
	EXPECT_LOOKUP(test, "dir/back", FOUND);
}

static void own_test(struct kunit *test)
{
	struct ports_fixture *fx = ports_fixture(test);
	struct ksmbd_path *to;
	struct ksmbd_file *file;

	keep(test, "none");
	file = ports_must_create(test, "Mine", 0644);
	EXPECT_LOOKUP(test, "MINE", FOUND);
	KUNIT_ASSERT_EQ(test, ksmbd_path_lookup(fx->root, "yours", CASELESS, &to), 0);
	KUNIT_EXPECT_EQ(test, ksmbd_file_rename(file, fx->root, to, "Yours", 0), 0);
	ksmbd_path_put(to);
	EXPECT_LOOKUP(test, "MINE", NONE);
	EXPECT_LOOKUP(test, "YOURS", FOUND);
	KUNIT_EXPECT_EQ(test, ksmbd_file_unlink(file, fx->root), 0);
	EXPECT_LOOKUP(test, "YOURS", NONE);
	ksmbd_file_put(file);
}

static void expect_spelling(struct kunit *test, const char *name, const char *want)
{
	struct ksmbd_path *path;

	KUNIT_ASSERT_EQ(test, ksmbd_path_lookup(ports_fixture(test)->root, name, CASELESS, &path),
			0);
	KUNIT_EXPECT_STREQ(test, ksmbd_path_name(path), want);
	ksmbd_path_put(path);
}

/* Names that differ in case only are kept apart, also beyond ASCII. */
static void spelling_test(struct kunit *test)
{
	ports_put_file(test, "Both", "x");
	ports_put_file(test, "bOTH", "x");
	ports_put_file(test, "\xd0\xb6", "x"); /* a small ZHE */
	keep(test, "none");
	expect_spelling(test, "\xd0\x96", "\xd0\xb6");
	KUNIT_EXPECT_EQ(test, unlink(ports_host_path(test, "Both")), 0);
	expect_spelling(test, "BOTH", "bOTH");
	KUNIT_EXPECT_EQ(test, unlink(ports_host_path(test, "bOTH")), 0);
	EXPECT_LOOKUP(test, "BOTH", NONE);
}

/* The place of a kept directory is taken by another one; also with the same inode number. */
static void replaced_test(struct kunit *test)
{
	u32 i;

	for (i = 0; i < 8; i++) {
		ports_put_dir(test, "dir");
		ports_put_file(test, "dir/File", "x");
		keep(test, "dir/none");
		EXPECT_LOOKUP(test, "dir/FILE", FOUND);
		KUNIT_EXPECT_EQ(test, unlink(ports_host_path(test, "dir/File")), 0);
		KUNIT_EXPECT_EQ(test, rmdir(ports_host_path(test, "dir")), 0);
		ports_put_dir(test, "dir");
		EXPECT_LOOKUP(test, "dir/FILE", NONE);
		KUNIT_EXPECT_EQ(test, rmdir(ports_host_path(test, "dir")), 0);
	}
}

/* More directories than are kept, and more events than the kernel queues. */
static void many_test(struct kunit *test)
{
	char name[32], missing[48], from[128], to[128];
	u32 i;

	for (i = 0; i < 100; i++) {
		snprintf(name, sizeof(name), "Dir%u", i);
		ports_put_dir(test, name);
		snprintf(missing, sizeof(missing), "%s/none", name);
		keep(test, missing);
	}
	for (i = 0; i < 100; i++) {
		snprintf(name, sizeof(name), "Dir%u/File", i);
		ports_put_file(test, name, "x");
		snprintf(name, sizeof(name), "Dir%u/FILE", i);
		EXPECT_LOOKUP(test, name, FOUND);
	}
	strcpy(from, ports_host_path(test, "Dir99/File"));
	strcpy(to, ports_host_path(test, "Dir99/Temp"));
	for (i = 0; i < 9000 && !rename(i % 2 ? to : from, i % 2 ? from : to); i++)
		;
	KUNIT_EXPECT_EQ(test, i, 9000U);
	ports_put_file(test, "Dir99/Late", "x");
	EXPECT_LOOKUP(test, "Dir99/TEMP", NONE);
	EXPECT_LOOKUP(test, "Dir99/LATE", FOUND);
	EXPECT_LOOKUP(test, "Dir99/FILE", FOUND);
}

/* Who may not list a directory finds only what it spells right, kept or not. */
static void unlistable_test(struct kunit *test)
{
	struct ksmbd_cred *other;

	if (geteuid())
		kunit_skip(test, "needs root");
	ports_put_dir(test, "dir");
	ports_put_file(test, "dir/File", "x");
	KUNIT_ASSERT_EQ(test, chmod(ports_host_path(test, "dir"), 0711), 0);
	keep(test, "dir/none");
	EXPECT_LOOKUP(test, "dir/FILE", FOUND);
	other = ksmbd_cred_create(3001, 3001, NULL, 0);
	KUNIT_ASSERT_NOT_NULL(test, other);
	ksmbd_cred_leave();
	KUNIT_EXPECT_EQ(test, ksmbd_cred_enter(other), 0);
	EXPECT_LOOKUP(test, "dir/File", FOUND);
	EXPECT_LOOKUP(test, "dir/FILE", NONE);
	ksmbd_cred_leave();
	KUNIT_EXPECT_EQ(test, ksmbd_cred_enter(ports_fixture(test)->cred), 0);
	EXPECT_LOOKUP(test, "dir/FILE", FOUND);
	ksmbd_cred_put(other);
}

/* ---- many at once ---- */

struct player {
	struct ksmbd_root *root;
	struct ksmbd_cred *cred;
	char base[80];
	u32 number;
	u32 wrong;
};

static bool there(const struct player *p, const char *name)
{
	struct ksmbd_path *path;
	bool found;

	if (ksmbd_path_lookup(p->root, name, CASELESS, &path))
		return false;
	found = ksmbd_path_stat(path);
	ksmbd_path_put(path);
	return found;
}

/* Each plays with a name of its own in the directory of all. */
static void *play(void *arg)
{
	struct player *p = arg;
	char file[128], other[128], upper[32], moved[32];
	u32 i;

	if (ksmbd_cred_enter(p->cred))
		p->wrong++;
	snprintf(file, sizeof(file), "%s/share/dir/Name%u", p->base, p->number);
	snprintf(other, sizeof(other), "%s/share/dir/Moved%u", p->base, p->number);
	snprintf(upper, sizeof(upper), "dir/NAME%u", p->number);
	snprintf(moved, sizeof(moved), "dir/MOVED%u", p->number);
	for (i = 0; i < ROUNDS; i++) {
		p->wrong += mkdir(file, 0755) || !there(p, upper) || there(p, moved);
		p->wrong += rename(file, other) || there(p, upper) || !there(p, moved);
		p->wrong += rmdir(other) || there(p, upper) || there(p, moved);
		if (i % 50 == p->number)
			ksmbd_vfs_names_drop();
	}
	ksmbd_cred_leave();
	return NULL;
}

static void race_test(struct kunit *test)
{
	struct ports_fixture *fx = ports_fixture(test);
	struct player players[THREADS];
	pthread_t threads[THREADS];
	u32 i;

	ports_put_dir(test, "dir");
	for (i = 0; i < THREADS; i++) {
		players[i] = (struct player){ .root = fx->root, .cred = fx->cred, .number = i };
		strcpy(players[i].base, fx->base);
		KUNIT_ASSERT_EQ(test, pthread_create(&threads[i], NULL, play, &players[i]), 0);
	}
	for (i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
		KUNIT_EXPECT_EQ(test, players[i].wrong, 0U);
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(drop_test),	     KUNIT_CASE(external_test), KUNIT_CASE(own_test),
	KUNIT_CASE(spelling_test),   KUNIT_CASE(replaced_test), KUNIT_CASE(many_test),
	KUNIT_CASE(unlistable_test), KUNIT_CASE(race_test),	{}
};

static struct kunit_suite port_vfs_names_suite = {
	.name = "port_vfs_names",
	.init = ports_fixture_init,
	.exit = ports_fixture_exit,
	.test_cases = cases,
};

kunit_test_suite(port_vfs_names_suite);
