// SPDX-License-Identifier: GPL-2.0-or-later
/* CLOSE. [MS-SMB2] 2.2.15, 2.2.16, 3.3.5.10 */
#include <linux/string.h>

#include "attr/attr.h"
#include "open/open.h"
#include "session/session.h"
#include "smb2/reply.h"
#include "smb2/smb2.h"
#include "wire/fileinfo.h"
#include "wire/smb2_format.h"

#define BODY_SIZE 60

static bool read_attributes(struct ksmbd_open *open, struct ksmbd_attr *attr)
{
	struct ksmbd_stat st;

	if (open->pipe || ksmbd_file_stat(open->file, &st))
		return false;
	ksmbd_attr_read(open->share, open->file, &st, NULL, attr);
	return true;
}

static void encode_close(struct ksmbd_request *req, const struct ksmbd_attr *attr)
{
	struct ksmbd_wr *wr = &req->reply->wr;

	ksmbd_wr_u16(wr, BODY_SIZE);
	if (!attr) {
		ksmbd_wr_zero(wr, BODY_SIZE - 2);
		return;
	}
	ksmbd_wr_u16(wr, SMB2_CLOSE_FLAG_POSTQUERY_ATTRIB);
	ksmbd_wr_u32(wr, 0);
	ksmbd_attr_write(wr, attr);
}

ntstatus_t ksmbd_smb2_close(struct ksmbd_request *req)
{
	struct ksmbd_open *open = req->open;
	struct ksmbd_attr attr;
	bool want;

	ksmbd_rd_skip(&req->rd, 2);
	want = ksmbd_rd_u16(&req->rd) & SMB2_CLOSE_FLAG_POSTQUERY_ATTRIB;
	if (!ksmbd_idtable_remove(&req->session->opens, open->id))
		return STATUS_FILE_CLOSED; /* another CLOSE was faster */
	want = want && read_attributes(open, &attr);
	ksmbd_open_close(open);
	ksmbd_open_put(open); /* the table's */
	encode_close(req, want ? &attr : NULL);
	return STATUS_SUCCESS;
}
