// SPDX-License-Identifier: GPL-2.0-or-later
/* OPLOCK_BREAK: acknowledgments of oplocks. [MS-SMB2] 2.2.24.1, 2.2.25.1, 3.3.5.22.1 */
#include "open/open_types.h"
#include "open/oplock.h"
#include "smb2/reply.h"
#include "smb2/smb2.h"
#include "wire/oplock.h"

ntstatus_t ksmbd_smb2_oplock_break(struct ksmbd_request *req)
{
	ntstatus_t status;
	u8 level;

	ksmbd_rd_skip(&req->rd, 2);
	level = ksmbd_rd_u8(&req->rd);
	status = ksmbd_reply_reserve(req, KSMBD_OPLOCK_BODY_SIZE);
	if (status == STATUS_SUCCESS)
		status = ksmbd_oplock_acknowledge(req->open, level, &req->out->granted);
	if (status == STATUS_SUCCESS)
		ksmbd_oplock_write(&req->reply->wr, level, req->open->persistent_id, req->open->id);
	return status;
}
