// SPDX-License-Identifier: GPL-2.0-or-later
/* Which byte ranges may be locked, read and written beside which. [MS-FSA] 2.1.4.10 */
#include <linux/slab.h>

#include "frame/request_types.h"
#include "open/lock.h"
#include "open/open.h"
#include "session/session_types.h"
#include "tests/helpers.h"
#include "wire/smb2_format.h"

#define LAST U64_MAX

/* Owners of the handles; their counts never fall to 0. */
static struct ksmbd_share share;
static struct ksmbd_user user;
/* What has a request that waits. */
static struct ksmbd_conn conn;
/* Three handles on one file, of whoever has a case open. */
static struct ksmbd_open *opens[3];

static struct ksmbd_open *open_file(struct kunit *test)
{
	struct ksmbd_stat st = { .dev = 1, .ino = 7 };
	struct ksmbd_open *open = ksmbd_open_alloc(&share, &user);
	struct ksmbd_inode *inode = ksmbd_inode_get(&st);

	KUNIT_ASSERT_NOT_NULL(test, open);
	KUNIT_ASSERT_NOT_NULL(test, inode);
	open->access = FILE_READ_DATA | FILE_WRITE_DATA;
	open->share_access = FILE_SHARE_READ | FILE_SHARE_WRITE;
	mutex_lock(&inode->lock);
	EXPECT_STATUS(test, ksmbd_open_attach(open, inode), STATUS_SUCCESS);
	mutex_unlock(&inode->lock);
	return open;
}

static void close_file(u32 n)
{
	ksmbd_open_close(opens[n]);
	ksmbd_open_put(opens[n]);
	opens[n] = NULL;
}

static int begin(struct kunit *test)
{
	u32 i;

	refcount_set(&share.refs, 1);
	refcount_set(&user.refs, 1);
	spin_lock_init(&conn.lock);
	ksmbd_inode_table_init();
	for (i = 0; i < ARRAY_SIZE(opens); i++)
		opens[i] = open_file(test);
	return 0;
}

static void end(struct kunit *test)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(opens); i++)
		if (opens[i])
			close_file(i);
	ksmbd_inode_table_exit(); /* warns when something is left */
}

static ntstatus_t lock(u32 n, u64 offset, u64 length, bool exclusive)
{
	struct ksmbd_lock_range range = { offset, length, exclusive };

	return ksmbd_lock_take(opens[n], NULL, &range, 1);
}

static ntstatus_t unlock(u32 n, u64 offset, u64 length)
{
	struct ksmbd_lock_range range = { offset, length };

	return ksmbd_lock_release(opens[n], &range, 1);
}

static u32 count(void)
{
	return atomic_read(&opens[0]->inode->nr_locks);
}

#define EXPECT_LOCK(n, offset, length, exclusive, want) \
	EXPECT_STATUS(test, lock(n, offset, length, exclusive), want)
#define EXPECT_UNLOCK(n, offset, length, want) EXPECT_STATUS(test, unlock(n, offset, length), want)
#define EXPECT_IO(n, offset, length, write, want) \
	EXPECT_STATUS(test, ksmbd_lock_check(opens[n], offset, length, write), want)

/* A lock of the first handle, and what it does to another one's. */
static void against_others(struct kunit *test)
{
	static const struct {
		u64 offset;
		u64 length;
		u64 offset2;
		u64 length2;
		bool meet;
	} cases[] = {
		{ 10, 10, 10, 10, true },
		{ 10, 10, 0, 10, false },
		{ 10, 10, 0, 11, true },
		{ 10, 10, 20, 1, false },
		{ 10, 10, 19, 1, true },
		{ 10, 10, 19, LAST - 19, true },
		{ 10, 10, 0, LAST, true },
		{ 10, 10, 14, 2, true },
		{ 0, LAST, LAST - 1, 1, true },
		{ 0, LAST, LAST, 1, false },
		{ LAST, 1, LAST, 1, true },
		{ 1ULL << 63, 1ULL << 63, LAST, 1, true },
		/* Of no length: between two bytes, and in the way of who has both. */
		{ 10, 10, 15, 0, true },
		{ 10, 10, 10, 0, false },
		{ 10, 10, 11, 0, true },
		{ 10, 10, 19, 0, true },
		{ 10, 10, 20, 0, false },
		{ 15, 0, 10, 10, true },
		{ 10, 0, 10, 10, false },
		{ 20, 0, 10, 10, false },
		{ 10, 0, 10, 0, false },
		{ 0, 0, 0, 0, false },
		{ 0, 0, 0, LAST, false },
		{ 0, LAST, 0, 0, false },
		{ LAST, 0, 0, LAST, false },
		{ LAST, 0, 1, LAST, true },
	};
	u32 i, kinds;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		for (kinds = 0; kinds < 4; kinds++) {
			bool ok = !kinds || !cases[i].meet;
			ntstatus_t want = ok ? STATUS_SUCCESS : STATUS_LOCK_NOT_GRANTED;

			EXPECT_LOCK(0, cases[i].offset, cases[i].length, kinds & 1, STATUS_SUCCESS);
			EXPECT_LOCK(1, cases[i].offset2, cases[i].length2, kinds & 2, want);
			if (ok)
				EXPECT_UNLOCK(1, cases[i].offset2, cases[i].length2,
					      STATUS_SUCCESS);
			EXPECT_UNLOCK(0, cases[i].offset, cases[i].length, STATUS_SUCCESS);
			if (count())
				kunit_err(test, "case %u %u", i, kinds);
			KUNIT_ASSERT_EQ(test, count(), 0U);
		}
	}
}

/* Beside what one has oneself: shared beside all, exclusive beside nothing. */
static void against_oneself(struct kunit *test)
{
	EXPECT_LOCK(0, 10, 10, true, STATUS_SUCCESS);
	EXPECT_LOCK(0, 10, 10, true, STATUS_LOCK_NOT_GRANTED);
	EXPECT_LOCK(0, 15, 1, true, STATUS_LOCK_NOT_GRANTED);
	EXPECT_LOCK(0, 10, 10, false, STATUS_SUCCESS);
	EXPECT_LOCK(0, 10, 10, false, STATUS_SUCCESS);
	EXPECT_LOCK(0, 5, 20, false, STATUS_SUCCESS);
	EXPECT_LOCK(0, 24, 1, true, STATUS_LOCK_NOT_GRANTED);
	KUNIT_EXPECT_EQ(test, count(), 4U);
	/* The exclusive one goes first. */
	EXPECT_LOCK(1, 10, 1, false, STATUS_LOCK_NOT_GRANTED);
	EXPECT_UNLOCK(0, 10, 10, STATUS_SUCCESS);
	EXPECT_LOCK(1, 10, 1, false, STATUS_SUCCESS);
	EXPECT_UNLOCK(0, 10, 10, STATUS_SUCCESS);
	EXPECT_UNLOCK(0, 10, 10, STATUS_SUCCESS);
	EXPECT_UNLOCK(0, 10, 10, STATUS_RANGE_NOT_LOCKED);
	EXPECT_UNLOCK(0, 5, 20, STATUS_SUCCESS);
}

static void unlocked_exactly(struct kunit *test)
{
	EXPECT_UNLOCK(0, 0, 0, STATUS_RANGE_NOT_LOCKED);
	EXPECT_LOCK(0, 10, 10, false, STATUS_SUCCESS);
	EXPECT_LOCK(0, 20, 10, false, STATUS_SUCCESS);
	EXPECT_LOCK(0, 0, 0, true, STATUS_SUCCESS);
	EXPECT_LOCK(0, 10, 0, true, STATUS_SUCCESS);
	EXPECT_UNLOCK(1, 10, 10, STATUS_RANGE_NOT_LOCKED);
	EXPECT_UNLOCK(0, 10, 9, STATUS_RANGE_NOT_LOCKED);
	EXPECT_UNLOCK(0, 11, 9, STATUS_RANGE_NOT_LOCKED);
	EXPECT_UNLOCK(0, 10, 20, STATUS_RANGE_NOT_LOCKED);
	EXPECT_UNLOCK(0, 20, 0, STATUS_RANGE_NOT_LOCKED);
	KUNIT_EXPECT_EQ(test, count(), 4U);
	EXPECT_UNLOCK(0, 20, 10, STATUS_SUCCESS);
	EXPECT_UNLOCK(0, 10, 0, STATUS_SUCCESS);
	EXPECT_UNLOCK(0, 10, 10, STATUS_SUCCESS);
	EXPECT_UNLOCK(0, 0, 0, STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, count(), 0U);
}

static void beyond_the_last_byte(struct kunit *test)
{
	EXPECT_LOCK(0, LAST, 1, true, STATUS_SUCCESS);
	EXPECT_LOCK(0, LAST, 0, true, STATUS_SUCCESS);
	EXPECT_LOCK(0, LAST, 2, true, STATUS_INVALID_LOCK_RANGE);
	EXPECT_LOCK(0, 2, LAST, true, STATUS_INVALID_LOCK_RANGE);
	EXPECT_LOCK(0, LAST, LAST, false, STATUS_INVALID_LOCK_RANGE);
	EXPECT_UNLOCK(0, LAST, 2, STATUS_INVALID_LOCK_RANGE);
	EXPECT_LOCK(0, 1, LAST, true, STATUS_LOCK_NOT_GRANTED);
	KUNIT_EXPECT_EQ(test, count(), 2U);
}

static void reading_and_writing(struct kunit *test)
{
	const ntstatus_t no = STATUS_FILE_LOCK_CONFLICT, ok = STATUS_SUCCESS;

	EXPECT_IO(1, 0, 100, true, ok);
	EXPECT_LOCK(0, 10, 10, true, STATUS_SUCCESS);
	EXPECT_LOCK(0, 30, 10, false, STATUS_SUCCESS);
	EXPECT_LOCK(0, 50, 0, true, STATUS_SUCCESS);
	/* Exclusive: the owner's alone. */
	EXPECT_IO(0, 10, 10, false, ok);
	EXPECT_IO(0, 10, 10, true, ok);
	EXPECT_IO(1, 10, 1, false, no);
	EXPECT_IO(1, 19, 1, true, no);
	EXPECT_IO(1, 0, 100, false, no);
	EXPECT_IO(1, 0, 10, true, ok);
	EXPECT_IO(1, 20, 10, true, ok);
	EXPECT_IO(1, 15, 0, true, ok);
	/* Shared: nobody writes. */
	EXPECT_IO(0, 30, 1, false, ok);
	EXPECT_IO(1, 39, 1, false, ok);
	EXPECT_IO(0, 30, 1, true, no);
	EXPECT_IO(1, 25, 100, true, no);
	EXPECT_IO(1, 40, 5, true, ok);
	/* Between two bytes. */
	EXPECT_IO(1, 49, 2, false, no);
	EXPECT_IO(1, 50, 1, true, ok);
	EXPECT_IO(1, 49, 1, true, ok);
	EXPECT_UNLOCK(0, 10, 10, STATUS_SUCCESS);
	EXPECT_IO(1, 10, 10, true, ok);
}

static void all_or_none(struct kunit *test)
{
	static const struct ksmbd_lock_range ranges[] = {
		{ 0, 10, true }, { 10, 10, false }, { 10, 10, false }, { 0, 0, true },
		{ 40, 0, true }, { 0, 10, false },  { 90, 10, true },
	};
	static const struct ksmbd_lock_range wrapping[] = { { 0, 10, true }, { LAST, 2, true } };
	static const struct ksmbd_lock_range meeting[] = { { 0, 10, true }, { 9, 2, true } };

	/* What was there before stays. */
	EXPECT_LOCK(0, 10, 10, false, STATUS_SUCCESS);
	EXPECT_LOCK(1, 95, 1, false, STATUS_SUCCESS);
	EXPECT_STATUS(test, ksmbd_lock_take(opens[0], NULL, ranges, ARRAY_SIZE(ranges)),
		      STATUS_LOCK_NOT_GRANTED);
	KUNIT_EXPECT_EQ(test, count(), 2U);
	EXPECT_STATUS(test, ksmbd_lock_take(opens[0], NULL, wrapping, ARRAY_SIZE(wrapping)),
		      STATUS_INVALID_LOCK_RANGE);
	EXPECT_STATUS(test, ksmbd_lock_take(opens[0], NULL, meeting, ARRAY_SIZE(meeting)),
		      STATUS_LOCK_NOT_GRANTED);
	KUNIT_EXPECT_EQ(test, count(), 2U);
	EXPECT_UNLOCK(1, 95, 1, STATUS_SUCCESS);
	EXPECT_STATUS(test, ksmbd_lock_take(opens[0], NULL, ranges, ARRAY_SIZE(ranges)),
		      STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, count(), 8U);
	/* Unlocking ends at what is not locked; what went before is gone. */
	EXPECT_STATUS(test, ksmbd_lock_release(opens[0], meeting, ARRAY_SIZE(meeting)),
		      STATUS_RANGE_NOT_LOCKED);
	KUNIT_EXPECT_EQ(test, count(), 7U);
	EXPECT_LOCK(1, 0, 10, false, STATUS_SUCCESS);
}

static void gone_with_the_handle(struct kunit *test)
{
	struct ksmbd_open *open = opens[0];

	EXPECT_LOCK(0, 0, LAST, true, STATUS_SUCCESS);
	EXPECT_LOCK(0, 0, 0, true, STATUS_SUCCESS);
	EXPECT_LOCK(1, 5, 1, true, STATUS_LOCK_NOT_GRANTED);
	/* A request still has it when it closes. */
	ksmbd_open_get(open);
	close_file(0);
	EXPECT_LOCK(1, 5, 1, true, STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, atomic_read(&open->inode->nr_locks), 1);
	opens[0] = open;
	EXPECT_LOCK(0, 20, 1, true, STATUS_FILE_CLOSED);
	EXPECT_UNLOCK(0, 0, LAST, STATUS_RANGE_NOT_LOCKED);
	opens[0] = NULL;
	ksmbd_open_put(open);
}

static void not_too_many(struct kunit *test)
{
	struct ksmbd_session *session = kunit_kzalloc(test, sizeof(*session), GFP_KERNEL);
	struct ksmbd_lock_range range = { .length = 1 };
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, session);
	refcount_set(&session->refs, 1);
	atomic_set(&session->nr_locks, KSMBD_LOCKS_PER_SESSION - 2);
	for (i = 0; i < KSMBD_LOCKS_PER_OPEN; i++)
		if (lock(0, i, 1, i & 1) != STATUS_SUCCESS)
			break;
	KUNIT_EXPECT_EQ(test, i, (u32)KSMBD_LOCKS_PER_OPEN);
	EXPECT_LOCK(0, i, 1, true, STATUS_INSUFFICIENT_RESOURCES);
	EXPECT_UNLOCK(0, 77, 1, STATUS_SUCCESS);
	EXPECT_LOCK(0, i, 1, true, STATUS_SUCCESS);
	/* All handles of a session together. */
	for (i = 0; i < 3; i++) {
		range.offset = 1000000 + i;
		EXPECT_STATUS(test, ksmbd_lock_take(opens[1], session, &range, 1),
			      i < 2 ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES);
	}
	close_file(1);
	KUNIT_EXPECT_EQ(test, atomic_read(&session->nr_locks), KSMBD_LOCKS_PER_SESSION - 2);
	KUNIT_EXPECT_EQ(test, refcount_read(&session->refs), 1U);
}

struct held {
	u64 offset;
	u64 length;
	u32 n;
	bool exclusive;
};

/* Against a table that looks at each: two handles lock and unlock what they like. */
static void as_a_list_says(struct kunit *test)
{
	struct held *have = kunit_kcalloc(test, 64, sizeof(*have), GFP_KERNEL);
	u32 used = 0, state = 3, i, j;

	KUNIT_ASSERT_NOT_NULL(test, have);

	for (i = 0; i < 4000; i++) {
		u64 offset, length;
		bool exclusive, taken = false;
		u32 n;

		state = state * 1664525 + 1013904223;
		n = state >> 31;
		offset = 1 + (state >> 8) % 60;
		length = (state >> 16) % 8;
		exclusive = state & 0x20000000;
		if (used == 64 || (used && (state >> 24) % 3 == 0)) {
			j = (state >> 10) % used;
			/* One of those alike goes, an exclusive one first: take that. */
			for (n = 0; n < used; n++)
				if (have[n].n == have[j].n && have[n].offset == have[j].offset &&
				    have[n].length == have[j].length && have[n].exclusive)
					j = n;
			EXPECT_UNLOCK(have[j].n, have[j].offset, have[j].length, STATUS_SUCCESS);
			have[j] = have[--used];
			continue;
		}
		for (j = 0; j < used; j++)
			if (have[j].offset <= offset + length - 1 &&
			    offset <= have[j].offset + have[j].length - 1)
				taken |= exclusive || (have[j].exclusive && have[j].n != n);
		EXPECT_LOCK(n, offset, length, exclusive,
			    taken ? STATUS_LOCK_NOT_GRANTED : STATUS_SUCCESS);
		if (taken)
			continue;
		have[used].offset = offset;
		have[used].length = length;
		have[used].n = n;
		have[used++].exclusive = exclusive;
	}
	KUNIT_EXPECT_EQ(test, count(), used);
}

/* ---- who waits ---- */

/* Notes that he has been woken; what is not answered yet may still be cancelled. */
static void note_wake(struct ksmbd_request *req, ntstatus_t why)
{
	req->park.why = why;
}

static ntstatus_t never_resumed(struct ksmbd_request *req, ntstatus_t why)
{
	return why;
}

/* A request that has to wait for the range. */
static struct ksmbd_request *wait_for(struct kunit *test, u32 n, u64 offset, u64 length,
				      bool exclusive)
{
	struct ksmbd_request *req = kunit_kzalloc(test, sizeof(*req), GFP_KERNEL);
	struct ksmbd_lock_range range = { offset, length, exclusive };

	KUNIT_ASSERT_NOT_NULL(test, req);
	req->conn = &conn;
	req->open = opens[n];
	req->park.wake = note_wake;
	EXPECT_STATUS(test, ksmbd_lock_wait(req, &range, never_resumed), KSMBD_STATUS_PARKED);
	req->park.why = STATUS_PENDING;
	return req;
}

static void end_wait(struct ksmbd_request *req, ntstatus_t why)
{
	req->park.why = why;
	req->park.unhook(req);
}

/* Who has been given a lock, and cancels before he hears of it, gives back that one. */
static void cancelled_late(struct kunit *test)
{
	static const struct ksmbd_lock_range ranges[] = { { 0, 10, false }, { 90, 1, false } };
	struct ksmbd_request *req;
	u32 i;

	EXPECT_LOCK(0, 90, 1, true, STATUS_SUCCESS);
	for (i = 0; i < 6; i++) {
		EXPECT_LOCK(0, 0, 10, true, STATUS_SUCCESS);
		req = wait_for(test, 1, 0, 10, i >= 4);
		EXPECT_UNLOCK(0, 0, 10, STATUS_SUCCESS);
		EXPECT_STATUS(test, req->park.why, STATUS_SUCCESS);
		if (i < 2) { /* one alike, and at once none */
			EXPECT_STATUS(test, ksmbd_lock_take(opens[1], NULL, ranges, 2),
				      STATUS_LOCK_NOT_GRANTED);
		} else { /* one alike, of either kind */
			EXPECT_LOCK(1, 0, 10, false, STATUS_SUCCESS);
			EXPECT_UNLOCK(1, 0, 10, STATUS_SUCCESS);
		}
		KUNIT_EXPECT_EQ(test, count(), 2U);
		EXPECT_LOCK(2, 0, 1, false, i < 4 ? STATUS_SUCCESS : STATUS_LOCK_NOT_GRANTED);
		if (i < 4)
			EXPECT_UNLOCK(2, 0, 1, STATUS_SUCCESS);
		end_wait(req, i & 1 ? STATUS_SUCCESS : STATUS_CANCELLED);
		KUNIT_EXPECT_EQ(test, count(), i & 1 ? 2U : 1U);
		EXPECT_UNLOCK(1, 0, 10, i & 1 ? STATUS_SUCCESS : STATUS_RANGE_NOT_LOCKED);
	}
}

/* A range that was waited for alone is in everybody's way as soon as it is handed on. */
static void in_the_way_at_once(struct kunit *test)
{
	struct ksmbd_request *req;

	EXPECT_LOCK(0, 10, 10, true, STATUS_SUCCESS);
	EXPECT_LOCK(0, 100, 10, true, STATUS_SUCCESS);
	req = wait_for(test, 1, 100, 10, true);
	EXPECT_UNLOCK(0, 100, 10, STATUS_SUCCESS);
	EXPECT_STATUS(test, req->park.why, STATUS_SUCCESS);
	end_wait(req, STATUS_SUCCESS);
	EXPECT_LOCK(2, 100, 10, true, STATUS_LOCK_NOT_GRANTED);
	EXPECT_LOCK(0, 100, 10, false, STATUS_LOCK_NOT_GRANTED);
	EXPECT_IO(0, 105, 1, false, STATUS_FILE_LOCK_CONFLICT);
}

#define CROWD 40

/* Who has a range, or waits for one: @req. In the order in which they came. */
struct asked {
	struct held range;
	struct ksmbd_request *req;
	bool has;
};

static bool are_in_the_way(const struct asked *crowd, u32 used, const struct held *range)
{
	u32 i;

	for (i = 0; i < used; i++)
		if (crowd[i].has && crowd[i].range.offset < range->offset + range->length &&
		    range->offset < crowd[i].range.offset + crowd[i].range.length &&
		    (range->exclusive ||
		     (crowd[i].range.exclusive && crowd[i].range.n != range->n)))
			return true;
	return false;
}

/* Something was given back: each that waits is asked, and so says the engine. */
static void expect_handed_on(struct kunit *test, struct asked *crowd, u32 used)
{
	u32 i;

	for (i = 0; i < used; i++) {
		bool waits = !crowd[i].has;

		if (waits && !are_in_the_way(crowd, used, &crowd[i].range))
			crowd[i].has = true;
		if (!waits)
			continue;
		EXPECT_STATUS(test, crowd[i].req->park.why,
			      crowd[i].has ? STATUS_SUCCESS : STATUS_PENDING);
		if (crowd[i].has)
			end_wait(crowd[i].req, STATUS_SUCCESS);
	}
}

/* As if all that wait were asked each time, the one that waited longest first. */
static void handed_on_in_turn(struct kunit *test)
{
	struct asked *crowd = kunit_kcalloc(test, CROWD, sizeof(*crowd), GFP_KERNEL);
	u32 used = 0, waited = 0, state = 11, i, j;

	KUNIT_ASSERT_NOT_NULL(test, crowd);
	for (i = 0; i < 4000; i++) {
		state = state * 1664525 + 1013904223;
		j = (state >> 8) % CROWD;
		if (j < used) { /* goes, or cancels */
			struct asked gone = crowd[j];

			used--;
			memmove(&crowd[j], &crowd[j + 1], (used - j) * sizeof(*crowd));
			if (gone.has)
				EXPECT_UNLOCK(gone.range.n, gone.range.offset, gone.range.length,
					      STATUS_SUCCESS);
			else
				end_wait(gone.req, STATUS_CANCELLED);
			expect_handed_on(test, crowd, used);
			continue;
		}
		/* No two alike. */
		crowd[used].range = (struct held){ 1 + 100 * (i % 8) + (state >> 20) % 90,
						   1 + (state >> 16) % 40, i % 3, state >> 31 };
		for (j = 0; j < used; j++)
			if (crowd[j].range.n == crowd[used].range.n &&
			    crowd[j].range.offset == crowd[used].range.offset)
				break;
		if (j < used)
			continue;
		crowd[used].has = !are_in_the_way(crowd, used, &crowd[used].range);
		if (crowd[used].has) {
			EXPECT_LOCK(crowd[used].range.n, crowd[used].range.offset,
				    crowd[used].range.length, crowd[used].range.exclusive,
				    STATUS_SUCCESS);
		} else {
			crowd[used].req =
				wait_for(test, crowd[used].range.n, crowd[used].range.offset,
					 crowd[used].range.length, crowd[used].range.exclusive);
			waited++;
		}
		used++;
	}
	KUNIT_EXPECT_GT(test, waited, 100U);
	while (used--)
		if (!crowd[used].has)
			end_wait(crowd[used].req, STATUS_CANCELLED);
}

/* A handle goes: what it had is handed on, what it waits for is not. */
static void handle_goes(struct kunit *test)
{
	struct ksmbd_request *own, *first, *second, *other;
	struct ksmbd_open *open = opens[0];

	ksmbd_open_get(open); /* the request's */
	EXPECT_LOCK(0, 10, 10, true, STATUS_SUCCESS);
	EXPECT_LOCK(0, 50, 0, true, STATUS_SUCCESS);
	EXPECT_LOCK(1, 100, 10, true, STATUS_SUCCESS);
	own = wait_for(test, 0, 100, 1, true);
	first = wait_for(test, 2, 49, 2, true);
	second = wait_for(test, 1, 0, 50, true);
	other = wait_for(test, 2, 109, 5, false);
	close_file(0);
	EXPECT_STATUS(test, own->park.why, STATUS_RANGE_NOT_LOCKED);
	own->park.unhook(own);
	ksmbd_open_put(open);
	EXPECT_STATUS(test, first->park.why, STATUS_SUCCESS);
	EXPECT_STATUS(test, second->park.why, STATUS_PENDING);
	EXPECT_STATUS(test, other->park.why, STATUS_PENDING);
	end_wait(first, STATUS_CANCELLED);
	EXPECT_STATUS(test, second->park.why, STATUS_SUCCESS);
	end_wait(second, STATUS_SUCCESS);
	EXPECT_UNLOCK(1, 100, 10, STATUS_SUCCESS);
	EXPECT_STATUS(test, other->park.why, STATUS_SUCCESS);
	end_wait(other, STATUS_SUCCESS);
	EXPECT_UNLOCK(2, 109, 5, STATUS_SUCCESS);
}

#define ELSEWHERE 10000

/* Those that wait for something else are not asked: as in many_of_ones_own(). */
static void many_wait_elsewhere(struct kunit *test)
{
	struct ksmbd_request **reqs = kunit_kcalloc(test, ELSEWHERE, sizeof(*reqs), GFP_KERNEL);
	const u64 far = 1ULL << 40;
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, reqs);
	EXPECT_LOCK(0, far, far, true, STATUS_SUCCESS);
	for (i = 0; i < ELSEWHERE; i++)
		reqs[i] = wait_for(test, 1, far + i * 2, 1, true);
	for (i = 0; i < 100000; i++) {
		EXPECT_LOCK(2, 0, 100, true, STATUS_SUCCESS);
		EXPECT_UNLOCK(2, 0, 100, STATUS_SUCCESS);
	}
	EXPECT_STATUS(test, reqs[0]->park.why, STATUS_PENDING);
	close_file(0);
	for (i = 0; i < ELSEWHERE; i++) {
		EXPECT_STATUS(test, reqs[i]->park.why, STATUS_SUCCESS);
		end_wait(reqs[i], STATUS_SUCCESS);
	}
	KUNIT_EXPECT_EQ(test, atomic_read(&opens[1]->inode->nr_locks), ELSEWHERE);
}

#define SEQUENCE(index, number) ((index) << 4 | (number))

static void sequences(struct kunit *test)
{
	struct ksmbd_open *open = opens[0];

	KUNIT_EXPECT_FALSE(test, ksmbd_lock_replayed(open, SEQUENCE(1, 0)));
	ksmbd_lock_done(open, SEQUENCE(1, 0));
	ksmbd_lock_done(open, SEQUENCE(64, 15));
	KUNIT_EXPECT_TRUE(test, ksmbd_lock_replayed(open, SEQUENCE(1, 0)));
	KUNIT_EXPECT_TRUE(test, ksmbd_lock_replayed(open, SEQUENCE(1, 0)));
	KUNIT_EXPECT_TRUE(test, ksmbd_lock_replayed(open, SEQUENCE(64, 15)));
	KUNIT_EXPECT_FALSE(test, ksmbd_lock_replayed(opens[1], SEQUENCE(1, 0)));
	/* Another number makes the entry invalid. */
	KUNIT_EXPECT_FALSE(test, ksmbd_lock_replayed(open, SEQUENCE(1, 1)));
	KUNIT_EXPECT_FALSE(test, ksmbd_lock_replayed(open, SEQUENCE(1, 0)));
	/* 0 and what is beyond the table are no indices. */
	ksmbd_lock_done(open, SEQUENCE(0, 3));
	ksmbd_lock_done(open, SEQUENCE(65, 3));
	ksmbd_lock_done(open, U32_MAX);
	KUNIT_EXPECT_FALSE(test, ksmbd_lock_replayed(open, SEQUENCE(0, 3)));
	KUNIT_EXPECT_FALSE(test, ksmbd_lock_replayed(open, SEQUENCE(65, 3)));
	KUNIT_EXPECT_FALSE(test, ksmbd_lock_replayed(open, U32_MAX));
}

/* Who has locked much himself is not asked about each of his locks. */
/* They are not walked one by one: 100,000 times 16,384 would take long enough to be noticed. */
static void many_of_ones_own(struct kunit *test)
{
	u32 i;

	EXPECT_LOCK(1, KSMBD_LOCKS_PER_OPEN * 2, 1, true, STATUS_SUCCESS);
	for (i = 0; i < KSMBD_LOCKS_PER_OPEN; i++)
		EXPECT_LOCK(0, i * 2, 1, true, STATUS_SUCCESS);
	for (i = 0; i < 100000; i++)
		EXPECT_IO(0, 0, KSMBD_LOCKS_PER_OPEN * 2, true, STATUS_SUCCESS);
	EXPECT_IO(0, 0, KSMBD_LOCKS_PER_OPEN * 2 + 1, true, STATUS_FILE_LOCK_CONFLICT);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(against_others),
	KUNIT_CASE(against_oneself),
	KUNIT_CASE(unlocked_exactly),
	KUNIT_CASE(beyond_the_last_byte),
	KUNIT_CASE(reading_and_writing),
	KUNIT_CASE(all_or_none),
	KUNIT_CASE(gone_with_the_handle),
	KUNIT_CASE(not_too_many),
	KUNIT_CASE(as_a_list_says),
	KUNIT_CASE(sequences),
	KUNIT_CASE(many_of_ones_own),
	KUNIT_CASE(cancelled_late),
	KUNIT_CASE(handed_on_in_turn),
	KUNIT_CASE(handle_goes),
	KUNIT_CASE(many_wait_elsewhere),
	KUNIT_CASE(in_the_way_at_once),
	{},
};

static struct kunit_suite suite = {
	.name = "ksmbd-lock",
	.init = begin,
	.exit = end,
	.test_cases = cases,
};

kunit_test_suite(suite);
