// SPDX-License-Identifier: GPL-2.0-or-later
/* CHANGE_NOTIFY: who is told what. [MS-SMB2] 3.3.5.19, [MS-FSA] 2.1.4.1 */
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <stdio.h>
#include <sys/stat.h>

#include "tests/replay/notify.h"
#include "wire/fileinfo.h"

#define LIST (FILE_LIST_DIRECTORY | FILE_SYNCHRONIZE)
#define DIR  FILE_DIRECTORY_FILE
#define RW   (FILE_GENERIC_READ | FILE_GENERIC_WRITE | FILE_DELETE)
#define OTHER                                                                                      \
	(FILE_NOTIFY_CHANGE_ATTRIBUTES | FILE_NOTIFY_CHANGE_SIZE | FILE_NOTIFY_CHANGE_LAST_WRITE | \
	 FILE_NOTIFY_CHANGE_LAST_ACCESS | FILE_NOTIFY_CHANGE_CREATION)

/* Who watches "dir", and who changes things. */
struct pair {
	struct replay *a;
	struct replay *b;
	struct replay_fid dir;
};

static struct pair watch(struct kunit *test, u16 flags, u32 filter)
{
	struct pair p = { .a = replay_open(test, KSMBD_DIALECT_311) };

	p.b = replay_open(test, KSMBD_DIALECT_302);
	p.dir = notify_open(p.a, "dir", LIST, DIR);
	notify_park(p.a, p.dir, flags, filter, ROOM);
	return p;
}

static void names(struct kunit *test)
{
	struct pair p = watch(test, 0, NAMES);

	notify_make(p.b, "dir\\new", 0);
	notify_expect(p.a, "+new");
	/* What happens while nobody waits is kept. */
	notify_make(p.b, "dir\\newdir", DIR);
	notify_make(p.b, "DIR\\NEW", 0);
	notify_make(p.b, "dir\\newdir\\below", 0);
	notify_make(p.b, "beside", 0);
	notify_remove(p.b, "dir\\new");
	notify_answer(p.a, p.dir, "+newdir -new");
	notify_park(p.a, p.dir, 0, NAMES, ROOM);
	KUNIT_EXPECT_TRUE(test, replay_silent(p.a));
	notify_remove(p.b, "dir\\newdir\\below");
	notify_remove(p.b, "dir\\newdir");
	notify_expect(p.a, "-newdir");
}

static void below(struct kunit *test)
{
	struct pair p = watch(test, TREE, NAMES);

	notify_make(p.b, "dir\\sub\\new", 0);
	notify_expect(p.a, "+sub\\new");
	notify_make(p.b, "dir\\sub\\newdir", DIR);
	notify_make(p.b, "dir\\sub\\newdir\\deep", 0);
	notify_make(p.b, "directory", DIR);
	notify_answer(p.a, p.dir, "+sub\\newdir +sub\\newdir\\deep");
}

static void root(struct kunit *test)
{
	struct replay *r = replay_open(test, KSMBD_DIALECT_311);
	struct replay *b = replay_open_share(test, KSMBD_DIALECT_311, "links");
	struct replay_fid fid = notify_open(r, "", LIST, DIR);

	/* Also of what is done by way of another share. */
	notify_park(r, fid, TREE, NAMES, ROOM);
	notify_make(b, "new", 0);
	notify_expect(r, "+new");
	notify_make(b, "dir\\sub\\new", 0);
	notify_answer(r, fid, "+dir\\sub\\new");
}

static void renamed(struct kunit *test)
{
	struct pair p = watch(test, TREE, NAMES);
	struct replay_fid fid = notify_open(p.b, "dir\\b.txt", RW, 0);

	notify_rename(p.b, fid, FILE_RENAME_INFORMATION, "dir\\c.txt");
	notify_expect(p.a, "<b.txt >c.txt");
	notify_rename(p.b, fid, FILE_RENAME_INFORMATION, "dir\\sub\\c.txt");
	notify_answer(p.a, p.dir, "-c.txt +sub\\c.txt");
	notify_rename(p.b, fid, FILE_RENAME_INFORMATION, "dir\\sub\\deep.txt");
	notify_answer(p.a, p.dir, "-sub\\deep.txt <sub\\c.txt >sub\\deep.txt");
	notify_rename(p.b, fid, FILE_RENAME_INFORMATION, "out-of-it");
	notify_answer(p.a, p.dir, "-sub\\deep.txt");
	notify_rename(p.b, fid, FILE_LINK_INFORMATION, "dir\\linked");
	notify_answer(p.a, p.dir, "+linked");
	notify_close(p.b, fid);
	fid = notify_open(p.b, "dir\\sub", RW, DIR);
	notify_rename(p.b, fid, FILE_RENAME_INFORMATION, "dir\\bus");
	notify_answer(p.a, p.dir, "<sub >bus");
}

/* The directory itself gets another name, by another handle. */
static void follows(struct kunit *test)
{
	struct pair p = watch(test, 0, NAMES);
	struct replay_fid fid = notify_open(p.b, "dir", RW, DIR);

	notify_rename(p.b, fid, FILE_RENAME_INFORMATION, "moved");
	notify_make(p.b, "dir", DIR);
	notify_make(p.b, "dir\\elsewhere", 0);
	KUNIT_EXPECT_TRUE(test, replay_silent(p.a));
	notify_make(p.b, "moved\\here", 0);
	notify_expect(p.a, "+here");
}

/* It is moved behind the server's back: what happens in another one of its name is not told. */
static void moved_away(struct kunit *test)
{
	struct pair p = watch(test, 0, NAMES);
	char away[128];

	strscpy(away, hook_path("share/away"), sizeof(away));
	KUNIT_ASSERT_EQ(test, rename(hook_path("share/dir"), away), 0);
	KUNIT_ASSERT_EQ(test, mkdir(hook_path("share/dir"), 0777), 0);
	KUNIT_ASSERT_EQ(test, chmod(hook_path("share/dir"), 0777), 0);
	notify_make(p.b, "dir\\secret", 0);
	notify_expect_end(p.a, STATUS_NOTIFY_ENUM_DIR);
	/* From now on it is followed. */
	notify_park(p.a, p.dir, 0, NAMES, ROOM);
	notify_make(p.b, "dir\\secret2", 0);
	KUNIT_EXPECT_TRUE(test, replay_silent(p.a));
	notify_make(p.b, "away\\here", 0);
	notify_expect(p.a, "+here");
}

static void set_basic(struct replay *r, struct replay_fid fid, u32 which)
{
	struct ksmbd_wr wr;
	u8 data[40];
	u32 i;

	/* Creation, access, write and change time; attributes. */
	ksmbd_wr_init(&wr, data, sizeof(data));
	for (i = 0; i < 4; i++)
		ksmbd_wr_u64(&wr, i == which ? 132000000000000000ull : 0);
	ksmbd_wr_u32(&wr, which == 4 ? FILE_ATTRIBUTE_HIDDEN : 0);
	ksmbd_wr_u32(&wr, 0);
	notify_set(r, fid, FILE_BASIC_INFORMATION, data, sizeof(data), STATUS_SUCCESS);
}

/* Each kind of change reaches who watches for it, and nobody else. */
static void kinds(struct kunit *test)
{
	static const struct {
		u32 which;
		u32 filter;
	} rows[] = {
		{ 0, FILE_NOTIFY_CHANGE_CREATION },   { 1, FILE_NOTIFY_CHANGE_LAST_ACCESS },
		{ 2, FILE_NOTIFY_CHANGE_LAST_WRITE }, { 4, FILE_NOTIFY_CHANGE_ATTRIBUTES },
		{ 5, FILE_NOTIFY_CHANGE_SIZE },
	};
	static const u64 size = 1;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct pair p = watch(test, 0, rows[i].filter);
		struct replay_fid dir = notify_open(p.a, "dir", LIST, DIR);
		struct replay_fid fid = notify_open(p.b, "dir\\b.txt", RW, 0);

		notify_park(p.a, dir, 0, (NAMES | OTHER) & ~rows[i].filter, ROOM);
		if (rows[i].which < 5)
			set_basic(p.b, fid, rows[i].which);
		else
			notify_set(p.b, fid, FILE_END_OF_FILE_INFORMATION, &size, sizeof(size),
				   STATUS_SUCCESS);
		notify_expect(p.a, "*b.txt");
		KUNIT_EXPECT_TRUE(test, replay_silent(p.a));
		notify_close(p.b, fid);
		replay_drop(p.a);
		replay_drop(p.b);
	}
}

static void write_some(struct replay *r, struct replay_fid fid)
{
	struct replay_reply reply;

	replay_write(r, fid, "data", 4, 0);
	replay_finish(r);
	REPLAY_EXPECT(r, &reply, SMB2_WRITE, STATUS_SUCCESS);
}

/* The first is told, a request waits for what comes then. False: that took a second. */
static bool write_thrice(struct kunit *test, struct pair *p, struct replay_fid *fid)
{
	u64 start;

	*p = watch(test, 0, FILE_NOTIFY_CHANGE_LAST_WRITE);
	*fid = notify_open(p->b, "dir\\b.txt", RW, 0);
	start = get_jiffies_64();
	write_some(p->b, *fid);
	notify_expect(p->a, "*b.txt");
	notify_park(p->a, p->dir, 0, 0, ROOM);
	write_some(p->b, *fid);
	write_some(p->b, *fid);
	return get_jiffies_64() - start < HZ;
}

/* Writing is told at once, then not more than once a second, and in the end. */
static void written(struct kunit *test)
{
	struct replay_fid fid;
	struct pair p;
	u32 tries = 0;

	/* On a slow machine, until it is done within the second. */
	while (!write_thrice(test, &p, &fid)) {
		KUNIT_ASSERT_LT(test, tries++, 20U);
		replay_drop(p.a);
		replay_drop(p.b);
	}
	notify_close(p.b, fid);
	notify_expect(p.a, "*b.txt");
	/* Nothing is left to be told. */
	notify_park(p.a, p.dir, 0, 0, ROOM);
	fid = notify_open(p.b, "dir\\b.txt", RW, 0);
	notify_close(p.b, fid);
	KUNIT_EXPECT_TRUE(test, replay_silent(p.a));
	replay_create(p.b, "dir\\b.txt", RW, FILE_OVERWRITE, 0);
	replay_finish(p.b);
	notify_expect(p.a, "*b.txt");
}

/* The first request's filter and reach stay; repeated changes are one. */
static void first_counts(struct kunit *test)
{
	struct pair p = watch(test, 0, FILE_NOTIFY_CHANGE_ATTRIBUTES);
	struct replay_fid fid = notify_open(p.b, "dir\\b.txt", RW, 0);

	set_basic(p.b, fid, 4);
	notify_expect(p.a, "*b.txt");
	notify_park(p.a, p.dir, TREE, NAMES, ROOM);
	notify_make(p.b, "dir\\new", 0);
	notify_make(p.b, "dir\\sub\\new", 0);
	KUNIT_EXPECT_TRUE(test, replay_silent(p.a));
	set_basic(p.b, fid, 4);
	notify_expect(p.a, "*b.txt");
	set_basic(p.b, fid, 4);
	set_basic(p.b, fid, 4);
	notify_answer(p.a, p.dir, "*b.txt");
}

/* Requests on a handle are served in order, handles each for itself. */
static void several(struct kunit *test)
{
	struct pair p = watch(test, 0, NAMES);
	struct replay_fid other = notify_open(p.a, "dir", LIST, DIR);

	notify_park(p.a, p.dir, 0, NAMES, ROOM);
	notify_make(p.b, "dir\\1", 0);
	notify_expect(p.a, "+1");
	notify_make(p.b, "dir\\2", 0);
	notify_expect(p.a, "+2");
	notify_park(p.a, other, 0, NAMES, ROOM);
	notify_make(p.b, "dir\\3", 0);
	notify_expect(p.a, "+3");
	notify_answer(p.a, p.dir, "+3");
}

/* Sent right behind each other they get what happened in the order in which they were sent. */
static void in_order(struct kunit *test)
{
	struct pair p = watch(test, 0, NAMES);
	struct replay_reply reply;
	u64 first;
	u32 i;

	notify_make(p.b, "dir\\0", 0);
	notify_expect(p.a, "+0");
	for (i = 0; i < 60; i++) {
		notify_make(p.b, "dir\\1", 0);
		p.a->credits = 4;
		first = p.a->next_id;
		notify_ask(p.a, p.dir, 0, NAMES, ROOM);
		replay_finish(p.a);
		notify_ask(p.a, p.dir, 0, NAMES, ROOM);
		replay_finish(p.a);
		KUNIT_ASSERT_TRUE(test, replay_take(p.a, &reply));
		KUNIT_ASSERT_EQ(test, reply.message_id, first);
		KUNIT_ASSERT_EQ(test, reply.status, 0U);
		REPLAY_EXPECT(p.a, &reply, SMB2_CHANGE_NOTIFY, STATUS_PENDING);
		notify_remove(p.b, "dir\\1");
		notify_expect(p.a, "-1");
	}
}

/* Further down counts only what the watcher may list. */
static void hidden(struct kunit *test)
{
	struct pair p = watch(test, TREE, NAMES);
	char away[128];

	chmod(hook_path("share/dir/sub"), 0300);
	notify_make(p.b, "dir\\sub\\secret", 0);
	KUNIT_EXPECT_TRUE(test, replay_silent(p.a));
	notify_make(p.b, "dir\\seen", 0);
	notify_expect(p.a, "+seen");
	notify_make(p.b, "dir\\sub\\secret2", 0);
	notify_make(p.b, "dir\\1", 0);
	notify_make(p.b, "dir\\sub\\secret3", 0);
	notify_make(p.b, "dir\\sub\\secret4", 0);
	notify_make(p.b, "dir\\22", 0);
	notify_make(p.b, "dir\\sub\\secret5", 0);
	notify_answer(p.a, p.dir, "+1 +22");
	chmod(hook_path("share/dir/sub"), 0700);
	notify_make(p.b, "dir\\sub\\open", 0);
	notify_answer(p.a, p.dir, "+sub\\open");
	/* It is asked of the very directory, not of one whose name is alike. */
	notify_make(p.b, "dir\\sub\\secret6", 0);
	strscpy(away, hook_path("share/away"), sizeof(away));
	KUNIT_ASSERT_EQ(test, rename(hook_path("share/dir/sub"), away), 0);
	KUNIT_ASSERT_EQ(test, mkdir(hook_path("share/dir/SUB"), 0777), 0);
	notify_park(p.a, p.dir, TREE, NAMES, ROOM);
}

/* Whoever asks need not wait to be told that he is waiting before he goes on. */
static void hears_what_follows(struct kunit *test)
{
	struct replay *r = replay_open(test, KSMBD_DIALECT_311);
	struct replay_reply reply;
	char name[16];
	u32 i, n, told;

	r->credits = 8;
	for (i = 0; i < 50; i++) {
		struct replay_fid dir = notify_open(r, "dir", LIST, DIR), file = {};

		notify_ask(r, dir, 0, NAMES, ROOM);
		replay_finish(r);
		snprintf(name, sizeof(name), "dir\\%u", i);
		replay_create(r, name, FILE_GENERIC_WRITE, FILE_CREATE, 0);
		replay_finish(r);
		for (n = told = 0; n < 4; n++) {
			KUNIT_ASSERT_TRUE(test, replay_take(r, &reply));
			told += reply.command == SMB2_CHANGE_NOTIFY &&
				reply.status == STATUS_SUCCESS;
			if (reply.command != SMB2_CREATE)
				continue;
			file = replay_fid(&reply);
			replay_file_request(r, SMB2_CLOSE, dir);
			replay_finish(r);
		}
		KUNIT_EXPECT_EQ(test, told, 1U);
		notify_close(r, file);
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(names),	  KUNIT_CASE(below),
	KUNIT_CASE(root),	  KUNIT_CASE(renamed),
	KUNIT_CASE(follows),	  KUNIT_CASE(moved_away),
	KUNIT_CASE(kinds),	  KUNIT_CASE(written),
	KUNIT_CASE(first_counts), KUNIT_CASE(several),
	KUNIT_CASE(in_order),	  KUNIT_CASE(hears_what_follows),
	KUNIT_CASE(hidden),	  {},
};

static struct kunit_suite suite = {
	.name = "replay_notify",
	.suite_init = replay_suite_init,
	.suite_exit = replay_suite_exit,
	.exit = replay_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
