// SPDX-License-Identifier: GPL-2.0-or-later
/* DOS attributes and access rights (ksmbd/attr, ksmbd/acl) over real files and users. */
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "acl/acl.h"
#include "attr/attr.h"
#include "fixture.h"
#include "ksmbd/tests/helpers.h"
#include "session/session_types.h"
#include "wire/dosattr.h"
#include "wire/smb2_format.h"

#define OWNER 3001
#define OTHER 3002
#define GROUP 3003

/* ---- attributes ---- */

static u32 attributes_of(struct kunit *test, const struct ksmbd_share *share, const char *name,
			 struct ksmbd_attr *attr)
{
	struct ksmbd_file *file = ports_must_open(test, name, 0);
	struct ksmbd_stat st;

	KUNIT_EXPECT_EQ(test, ksmbd_file_stat(file, &st), 0);
	ksmbd_attr_read(share, file, &st, name, attr);
	ksmbd_file_put(file);
	return attr->attributes;
}

static int store(struct kunit *test, const struct ksmbd_share *share, const char *name,
		 u32 attributes, u64 create_time)
{
	struct ksmbd_file *file = ports_must_open(test, name, 0);
	int err = ksmbd_attr_store(share, file, attributes, create_time);

	ksmbd_file_put(file);
	return err;
}

static void stored_attributes(struct kunit *test)
{
	struct ksmbd_share share = { .conf.flags = KSMBD_SHARE_STORE_DOS_ATTRS };
	const u32 some = FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE_SYSTEM | FILE_ATTRIBUTE_READONLY;
	struct ksmbd_attr attr;
	struct stat st;

	ports_put_file(test, "f", "x");
	if (setxattr(ports_host_path(test, "f"), "user.test", "x", 1, 0))
		kunit_skip(test, "no extended attributes here");
	KUNIT_EXPECT_EQ(test, attributes_of(test, &share, "f", &attr), (u32)FILE_ATTRIBUTE_ARCHIVE);
	KUNIT_EXPECT_EQ(test, store(test, &share, "f", some | FILE_ATTRIBUTE_DIRECTORY, 4711), 0);
	KUNIT_EXPECT_EQ(test, attributes_of(test, &share, "f", &attr), some);
	KUNIT_EXPECT_EQ(test, attr.create_time, 4711ULL);
	/* The mode was left alone, and the creation time stays without being given. */
	KUNIT_EXPECT_EQ(test, stat(ports_host_path(test, "f"), &st), 0);
	KUNIT_EXPECT_NE(test, st.st_mode & 0200, 0U);
	KUNIT_EXPECT_EQ(test, store(test, &share, "f", FILE_ATTRIBUTE_NORMAL, 0), 0);
	KUNIT_EXPECT_EQ(test, attributes_of(test, &share, "f", &attr), (u32)FILE_ATTRIBUTE_NORMAL);
	KUNIT_EXPECT_EQ(test, attr.create_time, 4711ULL);
	/* A share that keeps none does not look. */
	share.conf.flags = 0;
	KUNIT_EXPECT_EQ(test, attributes_of(test, &share, "f", &attr), (u32)FILE_ATTRIBUTE_ARCHIVE);
	KUNIT_EXPECT_NE(test, attr.create_time, 4711ULL);
}

static void hostile_content(struct kunit *test)
{
	static const char garbage[300] = { 0, 0, 4, 0, 4, 0, 1 };
	struct ksmbd_share share = { .conf.flags = KSMBD_SHARE_STORE_DOS_ATTRS };
	struct ksmbd_attr attr;
	u32 len;

	ports_put_file(test, "f", "x");
	if (setxattr(ports_host_path(test, "f"), KSMBD_DOSATTR_XATTR, "", 0, 0))
		kunit_skip(test, "no extended attributes here");
	for (len = 0; len <= sizeof(garbage); len += len < 24 ? 1 : 23) {
		KUNIT_EXPECT_EQ(test,
				setxattr(ports_host_path(test, "f"), KSMBD_DOSATTR_XATTR, garbage,
					 len, 0),
				0);
		KUNIT_EXPECT_EQ_MSG(test, attributes_of(test, &share, "f", &attr),
				    (u32)FILE_ATTRIBUTE_ARCHIVE, "length %u", len);
	}
	KUNIT_EXPECT_EQ(test, store(test, &share, "f", FILE_ATTRIBUTE_HIDDEN, 0), 0);
	KUNIT_EXPECT_EQ(test, attributes_of(test, &share, "f", &attr), (u32)FILE_ATTRIBUTE_HIDDEN);
}

static void readonly_in_the_mode(struct kunit *test)
{
	const u32 readonly = FILE_ATTRIBUTE_ARCHIVE | FILE_ATTRIBUTE_READONLY;
	struct ksmbd_share share = { .conf.flags = 0 };
	struct ksmbd_attr attr;

	ports_put_file(test, "f", "x");
	KUNIT_EXPECT_EQ(test, store(test, &share, "f", readonly, 0), 0);
	KUNIT_EXPECT_EQ(test, attributes_of(test, &share, "f", &attr), readonly);
	KUNIT_EXPECT_EQ(test, store(test, &share, "f", FILE_ATTRIBUTE_ARCHIVE, 0), 0);
	KUNIT_EXPECT_EQ(test, attributes_of(test, &share, "f", &attr), (u32)FILE_ATTRIBUTE_ARCHIVE);
	KUNIT_EXPECT_EQ(test, store(test, &share, "f", FILE_ATTRIBUTE_HIDDEN, 0), -EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, store(test, &share, "f", FILE_ATTRIBUTE_ARCHIVE, 1), -EOPNOTSUPP);
	/* With attributes kept beside the mode, a locally protected file is freed too. */
	KUNIT_EXPECT_EQ(test, chmod(ports_host_path(test, "f"), 0444), 0);
	share.conf.flags = KSMBD_SHARE_STORE_DOS_ATTRS;
	KUNIT_EXPECT_EQ(test, attributes_of(test, &share, "f", &attr), readonly);
	KUNIT_EXPECT_EQ(test, store(test, &share, "f", FILE_ATTRIBUTE_ARCHIVE, 0), 0);
	KUNIT_EXPECT_EQ(test, attributes_of(test, &share, "f", &attr), (u32)FILE_ATTRIBUTE_ARCHIVE);
	KUNIT_EXPECT_EQ(test, access(ports_host_path(test, "f"), W_OK), 0);
}

/* ---- rights ---- */

static void put(struct kunit *test, const char *name, u32 mode)
{
	if (S_ISDIR(mode))
		ports_put_dir(test, name);
	else
		ports_put_file(test, name, "x");
	KUNIT_ASSERT_EQ(test, chown(ports_host_path(test, name), OWNER, GROUP), 0);
	KUNIT_ASSERT_EQ(test, chmod(ports_host_path(test, name), mode & 07777), 0);
}

/* What @uid, in no group that matters, is granted. */
static ntstatus_t check_as(struct kunit *test, u32 uid, const char *name, u32 desired, u32 max,
			   u32 *granted)
{
	struct ksmbd_user user = { .uid = uid, .gid = uid };
	struct ksmbd_path *path;
	ntstatus_t status;

	user.cred = ksmbd_cred_create(uid, uid, NULL, 0);
	KUNIT_ASSERT_NOT_NULL(test, user.cred);
	KUNIT_ASSERT_EQ(test, ksmbd_cred_enter(user.cred), 0);
	KUNIT_ASSERT_EQ(test, ksmbd_path_lookup(ports_fixture(test)->root, name, 0, &path), 0);
	*granted = 0;
	status = ksmbd_access_check(path, &user, desired, max, granted);
	ksmbd_path_put(path);
	ksmbd_cred_leave();
	ksmbd_cred_put(user.cred);
	return status;
}

#define NOTHING (FILE_READ_ATTRIBUTES | FILE_READ_CONTROL | FILE_SYNCHRONIZE)
#define READING (NOTHING | FILE_READ_DATA | FILE_READ_EA | FILE_EXECUTE)

static void maximum(struct kunit *test)
{
	static const struct {
		const char *name;
		u32 mode;
		u32 uid;
		u32 rights;
	} rows[] = {
		{ "open/f1", S_IFREG | 0600, OWNER, FILE_ALL_ACCESS },
		{ "open/f2", S_IFREG | 0600, OTHER, NOTHING | FILE_DELETE },
		{ "open/f3", S_IFREG | 0604, OTHER, READING | FILE_DELETE },
		{ "open/f4", S_IFREG | 0606, OTHER,
		  FILE_ALL_ACCESS & ~(FILE_WRITE_DAC | FILE_WRITE_OWNER) },
		{ "open/f5", S_IFREG | 0444, OWNER,
		  READING | FILE_WRITE_ATTRIBUTES | FILE_DELETE | FILE_WRITE_DAC |
			  FILE_WRITE_OWNER },
		{ "shut/f", S_IFREG | 0604, OTHER, READING },
		{ "sticky/f", S_IFREG | 0604, OTHER, READING },
		{ "sticky/g", S_IFREG | 0604, OWNER, FILE_ALL_ACCESS },
		{ "open/d1", S_IFDIR | 0704, OTHER, (READING & ~FILE_EXECUTE) | FILE_DELETE },
		{ "open/d2", S_IFDIR | 0703, OTHER,
		  (FILE_ALL_ACCESS &
		   ~(FILE_READ_DATA | FILE_READ_EA | FILE_WRITE_DAC | FILE_WRITE_OWNER)) },
		{ "open/f6", S_IFREG | 0600, 0, FILE_ALL_ACCESS },
	};
	u32 i, granted;

	if (geteuid())
		kunit_skip(test, "needs root");
	put(test, "open", S_IFDIR | 0777);
	put(test, "shut", S_IFDIR | 0755);
	put(test, "sticky", S_IFDIR | 01777);
	for (i = 0; i < ARRAY_SIZE(rows); i++)
		put(test, rows[i].name, rows[i].mode);
	ksmbd_cred_leave();
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		EXPECT_STATUS(test,
			      check_as(test, rows[i].uid, rows[i].name, FILE_MAXIMUM_ALLOWED,
				       FILE_ALL_ACCESS, &granted),
			      STATUS_SUCCESS);
		KUNIT_EXPECT_EQ_MSG(test, granted, rows[i].rights, "%s: 0x%x, not 0x%x",
				    rows[i].name, granted, rows[i].rights);
	}
}

static void asked_for(struct kunit *test)
{
	static const struct {
		u32 uid;
		u32 desired;
		u32 max;
		ntstatus_t status;
		u32 granted;
	} rows[] = {
		{ OTHER, FILE_READ_DATA, FILE_ALL_ACCESS, STATUS_SUCCESS, FILE_READ_DATA },
		{ OTHER, NOTHING, FILE_ALL_ACCESS, STATUS_SUCCESS, NOTHING },
		{ OTHER, FILE_READ_DATA | FILE_WRITE_DATA, FILE_ALL_ACCESS, STATUS_ACCESS_DENIED,
		  0 },
		{ OTHER, FILE_WRITE_DAC, FILE_ALL_ACCESS, STATUS_ACCESS_DENIED, 0 },
		{ OTHER, FILE_MAXIMUM_ALLOWED | FILE_WRITE_DATA, FILE_ALL_ACCESS,
		  STATUS_ACCESS_DENIED, 0 },
		{ OWNER, FILE_ACCESS_SYSTEM_SECURITY, FILE_ALL_ACCESS, STATUS_PRIVILEGE_NOT_HELD,
		  0 },
		{ OWNER, 0x00000200, FILE_ALL_ACCESS, STATUS_ACCESS_DENIED, 0 },
		/* what the share allows is the most */
		{ OWNER, FILE_WRITE_DATA, FILE_READ_RIGHTS, STATUS_ACCESS_DENIED, 0 },
		{ OWNER, FILE_READ_DATA, FILE_READ_RIGHTS, STATUS_SUCCESS, FILE_READ_DATA },
		{ OWNER, FILE_MAXIMUM_ALLOWED, FILE_READ_RIGHTS, STATUS_SUCCESS, FILE_READ_RIGHTS },
		{ OWNER, 0, FILE_ALL_ACCESS, STATUS_SUCCESS, 0 },
	};
	u32 i, granted;

	if (geteuid())
		kunit_skip(test, "needs root");
	put(test, "f", S_IFREG | 0604);
	ksmbd_cred_leave();
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		EXPECT_STATUS(test,
			      check_as(test, rows[i].uid, "f", rows[i].desired, rows[i].max,
				       &granted),
			      rows[i].status);
		KUNIT_EXPECT_EQ_MSG(test, granted, rows[i].granted, "row %u", i);
	}
}

static struct kunit_case rights_cases[] = { KUNIT_CASE(stored_attributes),
					    KUNIT_CASE(hostile_content),
					    KUNIT_CASE(readonly_in_the_mode),
					    KUNIT_CASE(maximum),
					    KUNIT_CASE(asked_for),
					    {} };

static struct kunit_suite rights_suite = {
	.name = "ksmbd-rights",
	.init = ports_fixture_init,
	.exit = ports_fixture_exit,
	.test_cases = rights_cases,
};
kunit_test_suite(rights_suite);
