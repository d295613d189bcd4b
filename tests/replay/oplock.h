/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What tests of oplocks have in common. */
#ifndef TESTS_REPLAY_OPLOCK_H
#define TESTS_REPLAY_OPLOCK_H

#include "tests/replay/replay.h"

#define NONE  SMB2_OPLOCK_LEVEL_NONE
#define II    SMB2_OPLOCK_LEVEL_II
#define EXCL  SMB2_OPLOCK_LEVEL_EXCLUSIVE
#define BATCH SMB2_OPLOCK_LEVEL_BATCH
#define LEASE SMB2_OPLOCK_LEVEL_LEASE

#define RW   (FILE_GENERIC_READ | FILE_GENERIC_WRITE | FILE_DELETE)
#define STAT (FILE_READ_ATTRIBUTES | FILE_WRITE_ATTRIBUTES | FILE_SYNCHRONIZE)

/* Two clients; the first has @level on "f". */
struct oplock_pair {
	struct replay *a;
	struct replay *b;
	struct replay_fid fid;
};

/** oplock_hold() - on the share "share" */
struct oplock_pair oplock_hold(struct kunit *test, u8 level);

void oplock_send_create(struct replay *r, const char *name, u32 access, u32 disposition, u8 level);
/** oplock_granted() - by a CREATE response */
u8 oplock_granted(const struct replay_reply *reply);
/** oplock_open() - a CREATE that nothing stands in the way of, and what is to be granted */
struct replay_fid oplock_open(struct replay *r, const char *name, u32 access, u8 level, u8 want);
void oplock_close(struct replay *r, struct replay_fid fid);
/** oplock_park() - a CREATE that has to wait; its async id */
u64 oplock_park(struct replay *r, const char *name, u32 disposition, u8 level);
/** oplock_expect_opened() - the next reply is a CREATE's, with success, and grants @level */
struct replay_fid oplock_expect_opened(struct replay *r, u8 level);
/** oplock_expect_notice() - the next message is a notice of a break to @level */
void oplock_expect_notice(struct replay *r, struct replay_fid fid, u8 level);
/** oplock_ack() - acknowledges, to be answered with @status */
void oplock_ack(struct replay *r, struct replay_fid fid, u8 level, ntstatus_t status);
/** oplock_short_timeout() - for hook_configure() */
void oplock_short_timeout(struct ksmbd_config *values);

#endif
