/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a mode's read, write and execute bits mean in FILE_* rights; acl room only. */
#ifndef KSMBD_ACL_RIGHTS_H
#define KSMBD_ACL_RIGHTS_H

#include "host/vfs.h"
#include "wire/smb2_format.h"

#define KSMBD_RIGHTS_ALWAYS (FILE_READ_ATTRIBUTES | FILE_READ_CONTROL | FILE_SYNCHRONIZE)
#define KSMBD_RIGHTS_OWNER  (FILE_WRITE_ATTRIBUTES | FILE_DELETE | FILE_WRITE_DAC | FILE_WRITE_OWNER)

/** ksmbd_rights_of_bits() - rights that come with KSMBD_MAY_* bits */
static inline u32 ksmbd_rights_of_bits(u32 bits, bool is_dir)
{
	u32 rights = 0;

	if (bits & KSMBD_MAY_READ)
		rights |= FILE_READ_DATA | FILE_READ_EA | (is_dir ? 0 : FILE_EXECUTE);
	if (bits & KSMBD_MAY_WRITE)
		rights |= FILE_WRITE_DATA | FILE_APPEND_DATA | FILE_WRITE_EA |
			  FILE_WRITE_ATTRIBUTES | FILE_DELETE_CHILD;
	if (bits & KSMBD_MAY_EXEC)
		rights |= FILE_EXECUTE;
	return rights;
}

#endif
