/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The preconditions of every SMB2 command, as data (house rule 3). */
#ifndef KSMBD_DISPATCH_SMB2_TABLE_H
#define KSMBD_DISPATCH_SMB2_TABLE_H

#include "frame/request_types.h"

#define KSMBD_ROW_SESSION      BIT(0) /* needs a valid session */
#define KSMBD_ROW_TREE	       BIT(1) /* needs a tree connection */
#define KSMBD_ROW_AS_USER      BIT(2) /* touches files: runs with the user's credentials */
#define KSMBD_ROW_FID_OPTIONAL BIT(3) /* a FileId of all ones means: no open */
#define KSMBD_ROW_FENCED       BIT(4) /* refused when it comes late over a lost channel */
#define KSMBD_ROW_USES	       BIT(5) /* of who has had the answer to his CREATE */

/**
 * struct ksmbd_smb2_row - one command
 * @structure_size: what its StructureSize must be
 * @min_body: bytes that must follow the header
 * @fid_offset: where the FileId stands in the body; 0: the command has none
 * @access: an open must have been granted one of these rights; 0: any open will do
 * @run: handler
 */
struct ksmbd_smb2_row {
	u16 structure_size;
	u16 min_body;
	u16 flags;
	u16 fid_offset;
	u32 access;
	ntstatus_t (*run)(struct ksmbd_request *req);
};

/** ksmbd_smb2_row_find() - NULL: no such command, it is refused */
const struct ksmbd_smb2_row *ksmbd_smb2_row_find(u16 command);

#endif
