// SPDX-License-Identifier: GPL-2.0-or-later
#include "dispatch/smb2_table.h"
#include "smb2/smb2.h"
#include "wire/smb2_format.h"

#define S	 KSMBD_ROW_SESSION
#define ST	 (KSMBD_ROW_SESSION | KSMBD_ROW_TREE)
#define STU	 (KSMBD_ROW_SESSION | KSMBD_ROW_TREE | KSMBD_ROW_AS_USER)
#define STUO	 (STU | KSMBD_ROW_USES)
#define STUF	 (STUO | KSMBD_ROW_FENCED)
#define STUI	 (STUF | KSMBD_ROW_FID_OPTIONAL)
#define TO_READ	 (FILE_READ_DATA | FILE_EXECUTE)
#define TO_WRITE (FILE_WRITE_DATA | FILE_APPEND_DATA)
#define TO_LOCK	 (TO_READ | TO_WRITE)
#define TO_LIST	 FILE_LIST_DIRECTORY

/*
 * min_body is StructureSize without the flexible byte, [MS-SMB2] 2.2. A right of 0
 * means that the handler's own table decides (information classes, FSCTLs), or that
 * the handle itself is the right.
 */
/* clang-format off */
static const struct ksmbd_smb2_row rows[SMB2_COMMAND_NR] = {
	/*                          size  body  flags fid access, handler */
	[SMB2_NEGOTIATE]       = {  36,   36,   0,    0,  0, ksmbd_smb2_negotiate },
	[SMB2_SESSION_SETUP]   = {  25,   24,   0,    0,  0, ksmbd_smb2_session_setup },
	[SMB2_LOGOFF]          = {   4,    4,   S,    0,  0, ksmbd_smb2_logoff },
	[SMB2_TREE_CONNECT]    = {   9,    8,   S,    0,  0, ksmbd_smb2_tree_connect },
	[SMB2_TREE_DISCONNECT] = {   4,    4,   ST,   0,  0, ksmbd_smb2_tree_disconnect },
	[SMB2_CREATE]          = {  57,   56,   STU,  0,  0, ksmbd_smb2_create },
	[SMB2_CLOSE]           = {  24,   24,   STU,  8,  0, ksmbd_smb2_close },
	[SMB2_FLUSH]           = {  24,   24,   STUO, 8,  TO_WRITE, ksmbd_smb2_flush },
	[SMB2_READ]            = {  49,   48,   STUO, 16, TO_READ, ksmbd_smb2_read },
	[SMB2_WRITE]           = {  49,   48,   STUF, 16, TO_WRITE, ksmbd_smb2_write },
	[SMB2_LOCK]            = {  48,   48,   STUO, 8,  TO_LOCK, ksmbd_smb2_lock },
	[SMB2_IOCTL]           = {  57,   56,   STUI, 8,  0, ksmbd_smb2_ioctl },
	[SMB2_ECHO]            = {   4,    4,   0,    0,  0, ksmbd_smb2_echo },
	[SMB2_QUERY_DIRECTORY] = {  33,   32,   STUO, 8,  TO_LIST, ksmbd_smb2_query_directory },
	[SMB2_CHANGE_NOTIFY]   = {  32,   32,   STUO, 8,  TO_LIST, ksmbd_smb2_change_notify },
	[SMB2_QUERY_INFO]      = {  41,   40,   STUO, 24, 0, ksmbd_smb2_query_info },
	[SMB2_SET_INFO]        = {  33,   32,   STUF, 16, 0, ksmbd_smb2_set_info },
	[SMB2_OPLOCK_BREAK]    = {  24,   24,   STU,  8,  0, ksmbd_smb2_oplock_break },
};
/* clang-format on */

const struct ksmbd_smb2_row *ksmbd_smb2_row_find(u16 command)
{
	if (command >= SMB2_COMMAND_NR || !rows[command].run)
		return NULL;
	return &rows[command];
}
