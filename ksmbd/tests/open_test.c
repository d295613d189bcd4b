// SPDX-License-Identifier: GPL-2.0-or-later
/* Share modes and what keeps a handle alive, without a file system. [MS-FSA] 2.1.5.1.2.2 */
#include "open/open.h"
#include "session/session_types.h"
#include "tests/helpers.h"
#include "wire/smb2_format.h"

#define ALL_SHARED (FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE)

/* Owners of the handles; their counts never fall to 0. */
static struct ksmbd_share share;
static struct ksmbd_user user;

static int begin(struct kunit *test)
{
	refcount_set(&share.refs, 1);
	refcount_set(&user.refs, 1);
	return ksmbd_inode_table_init();
}

static void end(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, refcount_read(&share.refs), 1U);
	KUNIT_EXPECT_EQ(test, refcount_read(&user.refs), 1U);
	ksmbd_inode_table_exit();
}

/* A handle on object number @ino; *@out stays NULL when it must not be. */
static ntstatus_t attach(struct kunit *test, u64 ino, u32 access, u32 shared,
			 struct ksmbd_open **out)
{
	struct ksmbd_stat st = { .dev = 1, .ino = ino };
	struct ksmbd_open *open = ksmbd_open_alloc(&share, &user);
	struct ksmbd_inode *inode = ksmbd_inode_get(&st);
	ntstatus_t status;

	KUNIT_ASSERT_NOT_NULL(test, open);
	KUNIT_ASSERT_NOT_NULL(test, inode);
	open->access = access;
	open->share_access = shared;
	mutex_lock(&inode->lock);
	status = ksmbd_open_attach(open, inode);
	mutex_unlock(&inode->lock);
	*out = open;
	if (status == STATUS_SUCCESS)
		return status;
	ksmbd_inode_put(inode);
	ksmbd_open_put(open);
	*out = NULL;
	return status;
}

static void end_open(struct ksmbd_open *open)
{
	ksmbd_open_close(open);
	ksmbd_open_put(open);
}

static void conflicts(struct kunit *test)
{
	static const struct {
		u32 access;
		u32 shared;
		u32 access2;
		u32 shared2;
		bool ok;
	} cases[] = {
		{ FILE_READ_DATA, ALL_SHARED, FILE_READ_DATA, ALL_SHARED, true },
		{ FILE_READ_DATA, FILE_SHARE_READ, FILE_READ_DATA, FILE_SHARE_READ, true },
		{ FILE_READ_DATA, FILE_SHARE_READ, FILE_WRITE_DATA, ALL_SHARED, false },
		{ FILE_WRITE_DATA, ALL_SHARED, FILE_READ_DATA, FILE_SHARE_READ, false },
		{ FILE_READ_DATA, 0, FILE_READ_DATA, ALL_SHARED, false },
		{ FILE_EXECUTE, ALL_SHARED, FILE_READ_DATA, FILE_SHARE_WRITE, false },
		{ FILE_APPEND_DATA, ALL_SHARED, FILE_READ_DATA, FILE_SHARE_READ, false },
		{ FILE_DELETE, ALL_SHARED, FILE_READ_DATA, FILE_SHARE_READ, false },
		{ FILE_DELETE, ALL_SHARED, FILE_READ_DATA, ALL_SHARED, true },
		{ FILE_READ_DATA, FILE_SHARE_DELETE, FILE_DELETE, ALL_SHARED, true },
		{ FILE_READ_DATA, ALL_SHARED & ~FILE_SHARE_DELETE, FILE_DELETE, ALL_SHARED, false },
		/* Attributes and descriptors are everybody's. */
		{ FILE_READ_ATTRIBUTES, 0, FILE_READ_DATA, 0, true },
		{ FILE_ALL_ACCESS, 0, FILE_READ_ATTRIBUTES | FILE_WRITE_ATTRIBUTES, 0, true },
		{ FILE_ALL_ACCESS, 0, FILE_READ_CONTROL | FILE_SYNCHRONIZE, 0, true },
		{ FILE_ALL_ACCESS, ALL_SHARED, FILE_ALL_ACCESS, ALL_SHARED, true },
		{ FILE_ALL_ACCESS, ALL_SHARED, FILE_ALL_ACCESS, 0, false },
	};
	struct ksmbd_open *first, *second;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		EXPECT_STATUS(test, attach(test, 7, cases[i].access, cases[i].shared, &first),
			      STATUS_SUCCESS);
		EXPECT_STATUS(test, attach(test, 7, cases[i].access2, cases[i].shared2, &second),
			      cases[i].ok ? STATUS_SUCCESS : STATUS_SHARING_VIOLATION);
		if (!second == cases[i].ok)
			kunit_err(test, "case %u", i);
		if (second)
			end_open(second);
		end_open(first);
	}
}

static void another_object_does_not_matter(struct kunit *test)
{
	struct ksmbd_open *first, *second;

	EXPECT_STATUS(test, attach(test, 7, FILE_ALL_ACCESS, 0, &first), STATUS_SUCCESS);
	EXPECT_STATUS(test, attach(test, 8, FILE_ALL_ACCESS, 0, &second), STATUS_SUCCESS);
	end_open(first);
	end_open(second);
}

/* A closed handle that a request still uses stands in nobody's way. */
static void closed_but_in_use(struct kunit *test)
{
	struct ksmbd_open *first, *second;

	EXPECT_STATUS(test, attach(test, 7, FILE_ALL_ACCESS, 0, &first), STATUS_SUCCESS);
	ksmbd_open_get(first);
	end_open(first);
	KUNIT_EXPECT_FALSE(test, first->attached);
	EXPECT_STATUS(test, attach(test, 7, FILE_ALL_ACCESS, 0, &second), STATUS_SUCCESS);
	ksmbd_open_close(first); /* once more: nothing happens */
	KUNIT_EXPECT_TRUE(test, second->attached);
	ksmbd_open_put(first);
	end_open(second);
}

/* Handles for attributes see the mark as well. */
static void nobody_joins_a_dying_object(struct kunit *test)
{
	struct ksmbd_open *first, *second;

	EXPECT_STATUS(test, attach(test, 7, FILE_READ_ATTRIBUTES, ALL_SHARED, &first),
		      STATUS_SUCCESS);
	first->inode->delete_pending = true;
	EXPECT_STATUS(test, attach(test, 7, FILE_READ_ATTRIBUTES, ALL_SHARED, &second),
		      STATUS_DELETE_PENDING);
	KUNIT_EXPECT_NULL(test, second);
	first->inode->delete_pending = false;
	end_open(first);
}

/* The handle that an object is to be deleted for stays until then, or until it is not. */
static void doomed_and_spared(struct kunit *test)
{
	struct ksmbd_open *first, *second;
	struct ksmbd_stat st = { .dev = 1, .ino = 7 };
	struct ksmbd_inode *inode;

	EXPECT_STATUS(test, attach(test, 7, FILE_DELETE, ALL_SHARED, &first), STATUS_SUCCESS);
	EXPECT_STATUS(test, attach(test, 7, FILE_DELETE, ALL_SHARED, &second), STATUS_SUCCESS);
	inode = first->inode;
	KUNIT_EXPECT_FALSE(test, ksmbd_inode_doomed(&st));
	mutex_lock(&inode->lock);
	ksmbd_inode_doom(inode, first);
	ksmbd_inode_doom(inode, second);
	KUNIT_EXPECT_EQ(test, refcount_read(&first->refs), 1U);
	ksmbd_inode_doom(inode, first);
	KUNIT_EXPECT_EQ(test, refcount_read(&first->refs), 2U);
	KUNIT_EXPECT_EQ(test, refcount_read(&second->refs), 1U);
	mutex_unlock(&inode->lock);
	KUNIT_EXPECT_TRUE(test, ksmbd_inode_doomed(&st));
	end_open(first);
	KUNIT_EXPECT_TRUE(test, ksmbd_inode_doomed(&st));
	mutex_lock(&inode->lock);
	ksmbd_inode_doom(inode, NULL);
	mutex_unlock(&inode->lock);
	KUNIT_EXPECT_FALSE(test, ksmbd_inode_doomed(&st));
	end_open(second);
	KUNIT_EXPECT_FALSE(test, ksmbd_inode_doomed(&st));
}

static void ids_are_unique(struct kunit *test)
{
	struct ksmbd_open *first = ksmbd_open_alloc(&share, &user);
	struct ksmbd_open *second = ksmbd_open_alloc(&share, &user);

	KUNIT_ASSERT_NOT_NULL(test, first);
	KUNIT_ASSERT_NOT_NULL(test, second);
	KUNIT_EXPECT_NE(test, first->persistent_id, second->persistent_id);
	KUNIT_EXPECT_NE(test, first->persistent_id, 0ULL);
	ksmbd_open_close(first); /* on nothing yet */
	ksmbd_open_put(first);
	ksmbd_open_put(second);
	ksmbd_open_put(NULL);
}

static struct kunit_case open_cases[] = {
	KUNIT_CASE(conflicts),
	KUNIT_CASE(another_object_does_not_matter),
	KUNIT_CASE(closed_but_in_use),
	KUNIT_CASE(nobody_joins_a_dying_object),
	KUNIT_CASE(doomed_and_spared),
	KUNIT_CASE(ids_are_unique),
	{},
};

static struct kunit_suite open_suite = {
	.name = "ksmbd-open",
	.init = begin,
	.exit = end,
	.test_cases = open_cases,
};
kunit_test_suite(open_suite);
