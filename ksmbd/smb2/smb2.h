/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The handlers, one per command; the dispatch table is their only caller.
 *
 * A handler finds: @req->rd at the body (base is the SMB2 header, so offset fields are
 * used as they are), the row's preconditions met (session, tree, open looked up and
 * counted, StructureSize and minimum body checked, right on the open granted), and the
 * thread acting as the session's user. It decodes, executes, encodes to
 * @req->reply->wr, and returns a status; a status that is no success drops the body
 * unless it set @req->keep_body. It may return KSMBD_STATUS_PARKED.
 */
#ifndef KSMBD_SMB2_SMB2_H
#define KSMBD_SMB2_SMB2_H

#include "frame/request_types.h"

ntstatus_t ksmbd_smb2_negotiate(struct ksmbd_request *req);
ntstatus_t ksmbd_smb2_session_setup(struct ksmbd_request *req);
ntstatus_t ksmbd_smb2_logoff(struct ksmbd_request *req);
ntstatus_t ksmbd_smb2_tree_connect(struct ksmbd_request *req);
ntstatus_t ksmbd_smb2_tree_disconnect(struct ksmbd_request *req);
ntstatus_t ksmbd_smb2_create(struct ksmbd_request *req);
ntstatus_t ksmbd_smb2_close(struct ksmbd_request *req);
ntstatus_t ksmbd_smb2_flush(struct ksmbd_request *req);
ntstatus_t ksmbd_smb2_read(struct ksmbd_request *req);
ntstatus_t ksmbd_smb2_write(struct ksmbd_request *req);
ntstatus_t ksmbd_smb2_lock(struct ksmbd_request *req);
ntstatus_t ksmbd_smb2_ioctl(struct ksmbd_request *req);
ntstatus_t ksmbd_smb2_echo(struct ksmbd_request *req);
ntstatus_t ksmbd_smb2_query_directory(struct ksmbd_request *req);
ntstatus_t ksmbd_smb2_change_notify(struct ksmbd_request *req);
ntstatus_t ksmbd_smb2_query_info(struct ksmbd_request *req);
ntstatus_t ksmbd_smb2_set_info(struct ksmbd_request *req);
ntstatus_t ksmbd_smb2_oplock_break(struct ksmbd_request *req);

#endif
