// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/errno.h>

#include "tests/helpers.h"
#include "util/status.h"

static void errno_to_status(struct kunit *test)
{
	static const struct {
		int err;
		ntstatus_t status;
	} rows[] = {
		{ 0, STATUS_SUCCESS },
		{ -ENOENT, STATUS_OBJECT_NAME_NOT_FOUND },
		{ -ENOTDIR, STATUS_OBJECT_PATH_NOT_FOUND },
		{ -EACCES, STATUS_ACCESS_DENIED },
		{ -EPERM, STATUS_ACCESS_DENIED },
		{ -EEXIST, STATUS_OBJECT_NAME_COLLISION },
		{ -ENOSPC, STATUS_DISK_FULL },
		{ -EDQUOT, STATUS_DISK_FULL },
		{ -EROFS, STATUS_MEDIA_WRITE_PROTECTED },
		{ -ENOTEMPTY, STATUS_DIRECTORY_NOT_EMPTY },
		{ -EISDIR, STATUS_FILE_IS_A_DIRECTORY },
		{ -EXDEV, STATUS_NOT_SAME_DEVICE },
		{ -ENOMEM, STATUS_NO_MEMORY },
		{ -EINVAL, STATUS_INVALID_PARAMETER },
		{ -EOPNOTSUPP, STATUS_NOT_SUPPORTED },
		{ -EBADF, STATUS_INVALID_HANDLE },
		{ -ENAMETOOLONG, STATUS_OBJECT_NAME_INVALID },
		/* No row, and not an errno at all. */
		{ -4095, STATUS_UNSUCCESSFUL },
		{ 5, STATUS_UNSUCCESSFUL },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		EXPECT_STATUS(test, ksmbd_status_from_errno(rows[i].err), rows[i].status);
}

static void names(struct kunit *test)
{
	KUNIT_EXPECT_STREQ(test, ksmbd_status_name(STATUS_SUCCESS), "STATUS_SUCCESS");
	KUNIT_EXPECT_STREQ(test, ksmbd_status_name(STATUS_ACCESS_DENIED), "STATUS_ACCESS_DENIED");
	KUNIT_EXPECT_STREQ(test, ksmbd_status_name(KSMBD_STATUS(0xdeadbeef)), "STATUS_?");
}

static void dos_codes(struct kunit *test)
{
	u8 dos_class;
	u16 code;

	ksmbd_status_to_dos(STATUS_SUCCESS, &dos_class, &code);
	KUNIT_EXPECT_EQ(test, dos_class, 0);
	KUNIT_EXPECT_EQ(test, code, 0);
	ksmbd_status_to_dos(STATUS_OBJECT_NAME_NOT_FOUND, &dos_class, &code);
	KUNIT_EXPECT_EQ(test, dos_class, 1);
	KUNIT_EXPECT_EQ(test, code, 2);
	ksmbd_status_to_dos(STATUS_LOGON_FAILURE, &dos_class, &code);
	KUNIT_EXPECT_EQ(test, dos_class, 2);
	KUNIT_EXPECT_EQ(test, code, 2);
	ksmbd_status_to_dos(KSMBD_STATUS(0xdeadbeef), &dos_class, &code);
	KUNIT_EXPECT_EQ(test, dos_class, 3);
	KUNIT_EXPECT_EQ(test, code, 31);
}

static void severity(struct kunit *test)
{
	KUNIT_EXPECT_FALSE(test, ksmbd_status_is_error(STATUS_SUCCESS));
	KUNIT_EXPECT_FALSE(test, ksmbd_status_is_error(STATUS_PENDING));
	KUNIT_EXPECT_FALSE(test, ksmbd_status_is_error(STATUS_BUFFER_OVERFLOW));
	KUNIT_EXPECT_TRUE(test, ksmbd_status_is_error(STATUS_ACCESS_DENIED));
}

static struct kunit_case status_cases[] = {
	KUNIT_CASE(errno_to_status),
	KUNIT_CASE(names),
	KUNIT_CASE(dos_codes),
	KUNIT_CASE(severity),
	{},
};

static struct kunit_suite status_suite = {
	.name = "ksmbd-status",
	.test_cases = status_cases,
};
kunit_test_suite(status_suite);
