// SPDX-License-Identifier: GPL-2.0-or-later
/* QUERY_INFO of a security descriptor, [MS-SMB2] 3.3.5.20.3 */
#include "acl/acl.h"
#include "open/open_types.h"
#include "smb2/query_info.h"
#include "util/status.h"
#include "wire/smb2_format.h"

static ntstatus_t check_rights(const struct ksmbd_open *open, u32 which)
{
	u32 need = 0;

	if (which & ~(u32)KSMBD_SECINFO_SACL)
		need |= FILE_READ_CONTROL;
	if (which & KSMBD_SECINFO_SACL)
		need |= FILE_ACCESS_SYSTEM_SECURITY;
	return need & ~open->access ? STATUS_ACCESS_DENIED : STATUS_SUCCESS;
}

ntstatus_t ksmbd_query_sec_info(struct ksmbd_request *req, const struct ksmbd_query_info *qi)
{
	struct ksmbd_stat st;
	ntstatus_t status;
	u32 len;
	int err;

	if (req->open->pipe)
		return STATUS_NOT_SUPPORTED;
	status = check_rights(req->open, qi->additional);
	if (status != STATUS_SUCCESS)
		return status;
	err = ksmbd_file_stat(req->open->file, &st);
	if (err)
		return ksmbd_status_from_errno(err);
	status = ksmbd_query_info_begin(req, KSMBD_SECDESC_MAX);
	if (status != STATUS_SUCCESS)
		return status;
	ksmbd_secdesc_write(&st, qi->additional, &req->reply->wr);
	len = ksmbd_query_info_written(req);
	if (len > qi->output_len)
		return ksmbd_query_info_too_small(req, len);
	return ksmbd_query_info_end(req, qi);
}
