// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/stat.h>

#include "acl/acl.h"
#include "tests/helpers.h"
#include "wire/secdesc.h"
#include "wire/smb2_format.h"

static void generic_rights(struct kunit *test)
{
	static const struct {
		u32 desired;
		u32 resolved;
	} rows[] = {
		{ 0, 0 },
		{ FILE_READ_DATA | FILE_DELETE, FILE_READ_DATA | FILE_DELETE },
		{ FILE_GENERIC_READ, FILE_READ_RIGHTS },
		{ FILE_GENERIC_WRITE, FILE_WRITE_RIGHTS },
		{ FILE_GENERIC_EXECUTE | FILE_DELETE, FILE_EXECUTE_RIGHTS | FILE_DELETE },
		{ FILE_GENERIC_READ | FILE_GENERIC_WRITE, FILE_READ_RIGHTS | FILE_WRITE_RIGHTS },
		{ FILE_GENERIC_ALL, FILE_ALL_ACCESS },
		{ FILE_MAXIMUM_ALLOWED, FILE_MAXIMUM_ALLOWED },
		{ FILE_MAXIMUM_ALLOWED | FILE_GENERIC_READ,
		  FILE_MAXIMUM_ALLOWED | FILE_READ_RIGHTS },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		KUNIT_EXPECT_EQ_MSG(test, ksmbd_access_resolve(rows[i].desired), rows[i].resolved,
				    "row %u", i);
}

static u32 describe(u32 mode, u32 which, u8 *buf, u32 cap)
{
	struct ksmbd_stat st = { .mode = mode, .uid = 1000, .gid = 100 };
	struct ksmbd_wr w;

	ksmbd_wr_init(&w, buf, cap);
	ksmbd_secdesc_write(&st, which, &w);
	return ksmbd_wr_ok(&w) ? w.len : 0;
}

#define SID_OWNER "010200000000001601000000e8030000"
#define SID_GROUP "01020000000000160200000064000000"
#define SID_WORLD "010100000000000100000000"

static void whole_descriptor(struct kunit *test)
{
	u8 buf[KSMBD_SECDESC_MAX];
	u32 len;

	/* a file, rw-r-----: owner everything, group read and execute, others nothing */
	len = describe(S_IFREG | 0640, 7, buf, sizeof(buf));
	EXPECT_HEX(test, buf, len,
		   "01000480"
		   "14000000"
		   "24000000"
		   "00000000"
		   "34000000" SID_OWNER SID_GROUP "02004c0003000000"
		   "00001800ff011f00" SID_OWNER "00001800a9001200" SID_GROUP
		   "0000140080001200" SID_WORLD);
	/* a directory, rwxr-x--x */
	len = describe(S_IFDIR | 0751, KSMBD_SECINFO_DACL, buf, sizeof(buf));
	EXPECT_HEX(test, buf, len,
		   "01000480"
		   "00000000"
		   "00000000"
		   "00000000"
		   "14000000"
		   "02004c0003000000"
		   "00001800ff011f00" SID_OWNER "00001800a9001200" SID_GROUP
		   "00001400a0001200" SID_WORLD);
}

static void parts(struct kunit *test)
{
	u8 buf[KSMBD_SECDESC_MAX];
	u32 len;

	len = describe(S_IFREG | 0644, KSMBD_SECINFO_OWNER, buf, sizeof(buf));
	EXPECT_HEX(test, buf, len,
		   "01000080"
		   "14000000"
		   "00000000"
		   "00000000"
		   "00000000" SID_OWNER);
	len = describe(S_IFREG | 0644, KSMBD_SECINFO_GROUP, buf, sizeof(buf));
	EXPECT_HEX(test, buf, len,
		   "01000080"
		   "00000000"
		   "14000000"
		   "00000000"
		   "00000000" SID_GROUP);
	len = describe(S_IFREG | 0644, 0, buf, sizeof(buf));
	EXPECT_HEX(test, buf, len,
		   "01000080"
		   "00000000"
		   "00000000"
		   "00000000"
		   "00000000");
}

static void no_room(struct kunit *test)
{
	u8 buf[KSMBD_SECDESC_MAX];
	u32 full = describe(S_IFREG | 0644, 7, buf, sizeof(buf));
	u32 cap;

	for (cap = 0; cap < full; cap++)
		KUNIT_EXPECT_EQ(test, describe(S_IFREG | 0644, 7, buf, cap), 0U);
	KUNIT_EXPECT_EQ(test, describe(S_IFREG | 0644, 7, buf, full), full);
}

static struct kunit_case acl_cases[] = { KUNIT_CASE(generic_rights),
					 KUNIT_CASE(whole_descriptor),
					 KUNIT_CASE(parts),
					 KUNIT_CASE(no_room),
					 {} };

static struct kunit_suite acl_suite = {
	.name = "ksmbd-acl",
	.test_cases = acl_cases,
};
kunit_test_suite(acl_suite);
