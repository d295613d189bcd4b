// SPDX-License-Identifier: GPL-2.0-or-later
/* The table of commands against [MS-SMB2] 2.2, written down a second time. */
#include "dispatch/smb2_table.h"
#include "tests/helpers.h"
#include "wire/smb2_format.h"

/* command, StructureSize, offset of the FileId in the body (0: none), needs a session */
static const struct {
	u16 command;
	u16 size;
	u16 fid;
	bool session;
} spec[] = {
	{ SMB2_NEGOTIATE, 36, 0, false },     { SMB2_SESSION_SETUP, 25, 0, false },
	{ SMB2_LOGOFF, 4, 0, true },	      { SMB2_TREE_CONNECT, 9, 0, true },
	{ SMB2_TREE_DISCONNECT, 4, 0, true }, { SMB2_CREATE, 57, 0, true },
	{ SMB2_CLOSE, 24, 8, true },	      { SMB2_FLUSH, 24, 8, true },
	{ SMB2_READ, 49, 16, true },	      { SMB2_WRITE, 49, 16, true },
	{ SMB2_LOCK, 48, 8, true },	      { SMB2_IOCTL, 57, 8, true },
	{ SMB2_ECHO, 4, 0, false },	      { SMB2_QUERY_DIRECTORY, 33, 8, true },
	{ SMB2_CHANGE_NOTIFY, 32, 8, true },  { SMB2_QUERY_INFO, 41, 24, true },
	{ SMB2_SET_INFO, 33, 16, true },      { SMB2_OPLOCK_BREAK, 24, 8, true },
};

static void rows(struct kunit *test)
{
	const struct ksmbd_smb2_row *row;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(spec); i++) {
		row = ksmbd_smb2_row_find(spec[i].command);
		KUNIT_ASSERT_NOT_NULL(test, row);
		KUNIT_EXPECT_EQ_MSG(test, row->structure_size, spec[i].size, "command %u", i);
		KUNIT_EXPECT_EQ_MSG(test, row->fid_offset, spec[i].fid, "command %u", i);
		KUNIT_EXPECT_EQ_MSG(test, !!(row->flags & KSMBD_ROW_SESSION), spec[i].session,
				    "command %u", i);
	}
}

/* What every row must be, or the dispatcher would run into it. */
static void rows_make_sense(struct kunit *test)
{
	const struct ksmbd_smb2_row *row;
	u32 command;

	for (command = 0; command < SMB2_COMMAND_NR; command++) {
		row = ksmbd_smb2_row_find(command);
		if (!row)
			continue;
		/* Odd sizes count one byte of a part that may be missing. */
		KUNIT_EXPECT_EQ(test, row->min_body, row->structure_size & ~1);
		if (row->fid_offset)
			KUNIT_EXPECT_LE(test, row->fid_offset + 16, (int)row->min_body);
		/* Handles are looked up in the session, and belong to a tree. */
		if (row->fid_offset || (row->flags & KSMBD_ROW_AS_USER))
			KUNIT_EXPECT_TRUE(test, row->flags & KSMBD_ROW_TREE);
		if (row->flags & KSMBD_ROW_TREE)
			KUNIT_EXPECT_TRUE(test, row->flags & KSMBD_ROW_SESSION);
		if (row->access)
			KUNIT_EXPECT_NE(test, row->fid_offset, 0);
	}
}

static void no_such_command(struct kunit *test)
{
	u32 command;

	/* CANCEL is none: it never gets that far. */
	KUNIT_EXPECT_NULL(test, ksmbd_smb2_row_find(SMB2_CANCEL));
	for (command = SMB2_COMMAND_NR; command <= U16_MAX; command++)
		KUNIT_ASSERT_NULL(test, ksmbd_smb2_row_find(command));
}

static void rights(struct kunit *test)
{
	static const struct {
		u16 command;
		u32 access;
	} need[] = {
		{ SMB2_READ, FILE_READ_DATA | FILE_EXECUTE },
		{ SMB2_WRITE, FILE_WRITE_DATA | FILE_APPEND_DATA },
		{ SMB2_FLUSH, FILE_WRITE_DATA | FILE_APPEND_DATA },
		{ SMB2_QUERY_DIRECTORY, FILE_LIST_DIRECTORY },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(need); i++)
		KUNIT_EXPECT_EQ(test, ksmbd_smb2_row_find(need[i].command)->access, need[i].access);
}

static struct kunit_case dispatch_cases[] = {
	KUNIT_CASE(rows),
	KUNIT_CASE(rows_make_sense),
	KUNIT_CASE(no_such_command),
	KUNIT_CASE(rights),
	{},
};

static struct kunit_suite dispatch_suite = {
	.name = "ksmbd-dispatch",
	.test_cases = dispatch_cases,
};
kunit_test_suite(dispatch_suite);
