/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What tests of CHANGE_NOTIFY have in common. */
#ifndef TESTS_REPLAY_NOTIFY_H
#define TESTS_REPLAY_NOTIFY_H

#include "tests/replay/replay.h"
#include "wire/notify.h"

#define TREE  SMB2_WATCH_TREE
#define NAMES FILE_NOTIFY_CHANGE_NAME
#define ROOM  4096

/** notify_open() - a handle; @options: FILE_DIRECTORY_FILE or 0 */
struct replay_fid notify_open(struct replay *r, const char *name, u32 access, u32 options);
void notify_close(struct replay *r, struct replay_fid fid);
/** notify_ask() - one more element: a CHANGE_NOTIFY, not sent yet */
void notify_ask(struct replay *r, struct replay_fid fid, u16 flags, u32 filter, u32 room);
/** notify_park() - one that has to wait; its async id */
u64 notify_park(struct replay *r, struct replay_fid fid, u16 flags, u32 filter, u32 room);
/** notify_answer() - one that is answered at once; as notify_expect() */
void notify_answer(struct replay *r, struct replay_fid fid, const char *changes);
/**
 * notify_expect() - the next reply tells these changes
 * @changes: "+added -removed *modified <old >new": each with its name, a blank between
 */
void notify_expect(struct replay *r, const char *changes);
/** notify_expect_end() - the next reply is the end of a waiting CHANGE_NOTIFY, without changes */
void notify_expect_end(struct replay *r, ntstatus_t status);
/** notify_make() - creates and closes */
void notify_make(struct replay *r, const char *name, u32 options);
/** notify_remove() - by delete on close */
void notify_remove(struct replay *r, const char *name);
/** notify_set() - SET_INFO of a file's class, answered with @status */
void notify_set(struct replay *r, struct replay_fid fid, u8 class, const void *data, u32 len,
		ntstatus_t status);
/** notify_rename() - or link, by @class; replaces */
void notify_rename(struct replay *r, struct replay_fid fid, u8 class, const char *name);

#endif
