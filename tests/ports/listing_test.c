// SPDX-License-Identifier: GPL-2.0-or-later
/* What a directory enumeration delivers: ksmbd/open/dirscan.c over a real directory. */
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <linux/slab.h>

#include "fixture.h"
#include "ksmbd/tests/helpers.h"
#include "name/utf16.h"
#include "open/dirscan.h"
#include "open/open_types.h"
#include "session/session_types.h"
#include "wire/smb2_format.h"

#define MANY	   500
#define NAMES_SIZE 16384

/**
 * struct listing - a handle, and what the calls on it have delivered
 * @names: each followed by '|'
 * @room: entries that the next call has room for
 */
struct listing {
	struct ksmbd_share share;
	struct ksmbd_open open;
	char names[NAMES_SIZE];
	u32 len;
	u32 count;
	u32 room;
	struct ksmbd_attr last;
};

static bool take(void *ctx, const struct ksmbd_dirinfo *entry)
{
	struct listing *l = ctx;
	s32 len;

	if (!l->room)
		return false;
	l->room--;
	l->count++;
	l->last = entry->attr;
	len = ksmbd_utf16_to_utf8(entry->name, entry->name_len, l->names + l->len,
				  NAMES_SIZE - l->len - 1);
	if (len < 0)
		return true;
	l->len += len;
	l->names[l->len++] = '|';
	l->names[l->len] = '\0';
	return true;
}

static struct listing *begin(struct kunit *test, const char *dir)
{
	struct listing *l = kunit_kzalloc(test, sizeof(*l), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, l);
	l->share.root = ports_fixture(test)->root;
	l->share.conf.flags = KSMBD_SHARE_STORE_DOS_ATTRS | KSMBD_SHARE_HIDE_DOT;
	l->open.share = &l->share;
	l->open.is_dir = true;
	l->open.file = ports_must_open(test, dir, KSMBD_OPEN_READ);
	mutex_init(&l->open.lock);
	return l;
}

static void end(struct listing *l)
{
	ksmbd_dirscan_free(l->open.scan);
	ksmbd_file_put(l->open.file);
}

/* One call with room for @room entries; l->names are this call's only. */
static ntstatus_t call(struct listing *l, const char *pattern, u32 flags, u32 room)
{
	struct ksmbd_dirscan_query query = {
		.flags = flags,
		.pattern = pattern,
		.pattern_len = strlen(pattern),
		.with_attr = true,
		.add = take,
		.ctx = l,
	};
	ntstatus_t status;

	l->room = room;
	l->len = 0;
	l->count = 0;
	l->names[0] = '\0';
	mutex_lock(&l->open.lock);
	status = ksmbd_dirscan_run(&l->open, &query);
	mutex_unlock(&l->open.lock);
	return status;
}

static bool has(const struct listing *l, const char *name)
{
	char needle[KSMBD_NAME_MAX + 3];
	const char *at;

	snprintf(needle, sizeof(needle), "%s|", name);
	at = strstr(l->names, needle);
	return at && (at == l->names || at[-1] == '|');
}

static void what_is_shown(struct kunit *test)
{
	static const char *const hidden[] = { "a:b", "a?", "star*", "bad\xff", "line\n", "pipe|" };
	struct listing *l;
	u32 i;

	ports_put_dir(test, "dir");
	ports_put_file(test, "file", "x");
	ports_put_file(test, ".dot", "x");
	ports_put_file(test, "\xd0\xb6\xf0\x9f\x98\x80", "x");
	ports_put_link(test, "link", "file");
	ports_put_link(test, "dangling", "nowhere");
	ports_put_link(test, "escape", "../outside/secret");
	KUNIT_ASSERT_EQ(test, mkfifo(ports_host_path(test, "fifo"), 0600), 0);
	for (i = 0; i < ARRAY_SIZE(hidden); i++)
		ports_put_file(test, hidden[i], "x");
	l = begin(test, "");
	EXPECT_STATUS(test, call(l, "*", 0, 100), STATUS_SUCCESS);
	KUNIT_EXPECT_EQ_MSG(test, l->count, 6U, "%s", l->names);
	KUNIT_EXPECT_TRUE(test, has(l, ".") && has(l, "..") && has(l, "dir") && has(l, "file"));
	KUNIT_EXPECT_TRUE(test, has(l, ".dot") && has(l, "\xd0\xb6\xf0\x9f\x98\x80"));
	EXPECT_STATUS(test, call(l, "*", 0, 100), STATUS_NO_MORE_FILES);
	/* Followed links show what they lead to, beneath the root only. */
	l->share.conf.flags |= KSMBD_SHARE_FOLLOW_SYMLINKS;
	EXPECT_STATUS(test, call(l, "*", KSMBD_DIRSCAN_RESTART, 100), STATUS_SUCCESS);
	KUNIT_EXPECT_EQ_MSG(test, l->count, 7U, "%s", l->names);
	KUNIT_EXPECT_TRUE(test, has(l, "link"));
	end(l);
}

static void veto(struct kunit *test)
{
	struct listing *l;

	ports_put_file(test, "secret.txt", "x");
	ports_put_file(test, "Thing.TMP", "x");
	ports_put_file(test, "open", "x");
	l = begin(test, "");
	l->share.conf.veto = "secret*\0*.tmp\0";
	EXPECT_STATUS(test, call(l, "*", 0, 100), STATUS_SUCCESS);
	KUNIT_EXPECT_EQ_MSG(test, l->count, 3U, "%s", l->names);
	KUNIT_EXPECT_TRUE(test, has(l, "open"));
	EXPECT_STATUS(test, call(l, "secret.txt", KSMBD_DIRSCAN_REOPEN, 100), STATUS_NO_SUCH_FILE);
	end(l);
}

static void patterns(struct kunit *test)
{
	static const struct {
		const char *pattern;
		ntstatus_t status;
		const char *names;
	} rows[] = {
		{ "b*.TXT", STATUS_SUCCESS, "b.txt|" },
		{ "?.txt", STATUS_SUCCESS, NULL },
		{ "x*", STATUS_NO_SUCH_FILE, "" },
		{ "A.TXT", STATUS_SUCCESS, "a.txt|" },
		{ "nosuch", STATUS_NO_SUCH_FILE, "" },
		{ ".", STATUS_SUCCESS, ".|" },
		{ "..", STATUS_SUCCESS, "..|" },
		{ "sub\\x", STATUS_OBJECT_NAME_INVALID, "" },
		{ "sub/x", STATUS_OBJECT_NAME_INVALID, "" },
		{ "a:b", STATUS_OBJECT_NAME_INVALID, "" },
	};
	struct listing *l;
	u32 i;

	ports_put_dir(test, "sub");
	ports_put_file(test, "sub/a.txt", "x");
	ports_put_file(test, "sub/b.txt", "x");
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		l = begin(test, "sub");
		EXPECT_STATUS(test, call(l, rows[i].pattern, 0, 100), rows[i].status);
		if (rows[i].names)
			KUNIT_EXPECT_STREQ(test, l->names, rows[i].names);
		else
			KUNIT_EXPECT_EQ(test, l->count, 2U);
		if (rows[i].status == STATUS_SUCCESS)
			EXPECT_STATUS(test, call(l, "other", 0, 100), STATUS_NO_MORE_FILES);
		end(l);
	}
}

/* The pattern is the first call's, until a call restarts with another. */
static void restarting(struct kunit *test)
{
	struct listing *l;

	ports_put_file(test, "a1", "x");
	ports_put_file(test, "b1", "x");
	l = begin(test, "");
	EXPECT_STATUS(test, call(l, "a*", 0, 100), STATUS_SUCCESS);
	EXPECT_STATUS(test, call(l, "b*", 0, 100), STATUS_NO_MORE_FILES);
	EXPECT_STATUS(test, call(l, "", KSMBD_DIRSCAN_RESTART, 100), STATUS_SUCCESS);
	KUNIT_EXPECT_STREQ(test, l->names, "a1|");
	EXPECT_STATUS(test, call(l, "b*", KSMBD_DIRSCAN_RESTART, 100), STATUS_SUCCESS);
	KUNIT_EXPECT_STREQ(test, l->names, "b1|");
	EXPECT_STATUS(test, call(l, "c*", KSMBD_DIRSCAN_RESTART, 100), STATUS_NO_MORE_FILES);
	EXPECT_STATUS(test, call(l, "c*", KSMBD_DIRSCAN_REOPEN, 100), STATUS_NO_SUCH_FILE);
	EXPECT_STATUS(test, call(l, "a1", KSMBD_DIRSCAN_RESTART, 100), STATUS_SUCCESS);
	EXPECT_STATUS(test, call(l, "", KSMBD_DIRSCAN_RESTART, 100), STATUS_SUCCESS);
	KUNIT_EXPECT_STREQ(test, l->names, "a1|");
	/* A bad pattern changes nothing. */
	EXPECT_STATUS(test, call(l, "x/y", KSMBD_DIRSCAN_RESTART, 100), STATUS_OBJECT_NAME_INVALID);
	EXPECT_STATUS(test, call(l, "", 0, 100), STATUS_NO_MORE_FILES);
	end(l);
}

/* Whatever room calls have, each entry comes once. */
static void small_rooms(struct kunit *test)
{
	u8 *times = kunit_kzalloc(test, MANY, GFP_KERNEL);
	u32 room, total, n, i;
	struct listing *l;
	char name[16];
	char *at;

	KUNIT_ASSERT_NOT_NULL(test, times);
	ports_put_dir(test, "many");
	for (i = 0; i < MANY; i++) {
		snprintf(name, sizeof(name), "many/f%u", i);
		ports_put_file(test, name, "");
	}
	for (room = 1; room < 1000; room = room * 3 + 1) {
		l = begin(test, "many");
		memset(times, 0, MANY);
		total = 0;
		EXPECT_STATUS(test, call(l, "f*", 0, 0), STATUS_INFO_LENGTH_MISMATCH);
		while (call(l, "", 0, room) == STATUS_SUCCESS) {
			total += l->count;
			for (at = l->names; sscanf(at, "f%u|", &n) == 1; at = strchr(at, '|') + 1)
				times[n]++;
		}
		KUNIT_EXPECT_EQ(test, total, (u32)MANY);
		for (i = 0; i < MANY; i++)
			KUNIT_EXPECT_EQ_MSG(test, times[i], 1, "f%u, room %u", i, room);
		end(l);
	}
}

static void plain_name_without_room(struct kunit *test)
{
	struct listing *l;

	ports_put_file(test, "a", "x");
	l = begin(test, "");
	EXPECT_STATUS(test, call(l, "a", 0, 0), STATUS_INFO_LENGTH_MISMATCH);
	EXPECT_STATUS(test, call(l, "", 0, 1), STATUS_SUCCESS);
	EXPECT_STATUS(test, call(l, "", 0, 1), STATUS_NO_MORE_FILES);
	end(l);
}

static void single_and_changes(struct kunit *test)
{
	struct ksmbd_dirscan_query query = {
		.pattern = "f?", .pattern_len = 2, .single = true, .add = take
	};
	struct listing *l;
	u32 i;

	ports_put_file(test, "f1", "x");
	ports_put_file(test, "f2", "x");
	l = begin(test, "");
	query.ctx = l;
	for (i = 0; i < 2; i++) {
		l->room = 10;
		l->count = 0;
		mutex_lock(&l->open.lock);
		EXPECT_STATUS(test, ksmbd_dirscan_run(&l->open, &query), STATUS_SUCCESS);
		mutex_unlock(&l->open.lock);
		KUNIT_EXPECT_EQ(test, l->count, 1U);
	}
	/* A restart sees the directory as it is now. */
	unlink(ports_host_path(test, "f1"));
	ports_put_file(test, "f3", "x");
	EXPECT_STATUS(test, call(l, "", KSMBD_DIRSCAN_RESTART, 10), STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, l->count, 2U);
	KUNIT_EXPECT_TRUE(test, has(l, "f2") && has(l, "f3"));
	end(l);
}

static void attributes(struct kunit *test)
{
	struct listing *l;

	ports_put_file(test, ".dot", "1234");
	ports_put_dir(test, "dir");
	l = begin(test, "");
	EXPECT_STATUS(test, call(l, ".d*", 0, 10), STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, l->last.attributes,
			(u32)(FILE_ATTRIBUTE_ARCHIVE | FILE_ATTRIBUTE_HIDDEN));
	KUNIT_EXPECT_EQ(test, l->last.size, 4ULL);
	EXPECT_STATUS(test, call(l, ".dot", KSMBD_DIRSCAN_REOPEN, 10), STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, l->last.attributes,
			(u32)(FILE_ATTRIBUTE_ARCHIVE | FILE_ATTRIBUTE_HIDDEN));
	EXPECT_STATUS(test, call(l, "d*", KSMBD_DIRSCAN_REOPEN, 10), STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, l->last.attributes, (u32)FILE_ATTRIBUTE_DIRECTORY);
	KUNIT_EXPECT_TRUE(test, l->last.is_dir);
	end(l);
}

static struct kunit_case listing_cases[] = { KUNIT_CASE(what_is_shown),
					     KUNIT_CASE(veto),
					     KUNIT_CASE(patterns),
					     KUNIT_CASE(restarting),
					     KUNIT_CASE(small_rooms),
					     KUNIT_CASE(plain_name_without_room),
					     KUNIT_CASE(single_and_changes),
					     KUNIT_CASE(attributes),
					     {} };

static struct kunit_suite listing_suite = {
	.name = "ksmbd-listing",
	.init = ports_fixture_init,
	.exit = ports_fixture_exit,
	.test_cases = listing_cases,
};
kunit_test_suite(listing_suite);
