// SPDX-License-Identifier: GPL-2.0-or-later
#include <asm/unaligned.h>

#include "protect/protect.h"
#include "protect/sign.h"
#include "session/conn.h"
#include "session/session.h"
#include "wire/smb2_format.h"

static ntstatus_t verify_signature(struct ksmbd_request *req)
{
	struct ksmbd_channel *channel = req->channel;

	if (!channel)
		return STATUS_USER_SESSION_DELETED;
	if (!smp_load_acquire(&channel->established) || !channel->sign_key)
		return STATUS_ACCESS_DENIED;
	if (ksmbd_sign_verify(channel->sign_key, req->buf + req->off, req->elem_len))
		return STATUS_ACCESS_DENIED;
	req->signed_ok = true;
	return STATUS_SUCCESS;
}

ntstatus_t ksmbd_protect_check(struct ksmbd_request *req)
{
	req->signed_ok = false;
	if (req->hdr.session_id && req->hdr.command != SMB2_NEGOTIATE)
		req->channel = ksmbd_conn_find_channel(req->conn, req->hdr.session_id);
	if (req->channel) {
		req->session = req->channel->session;
		ksmbd_session_get(req->session);
	}
	if (req->hdr.command == SMB2_NEGOTIATE)
		return STATUS_SUCCESS;
	if (req->hdr.flags & SMB2_FLAGS_SIGNED)
		return verify_signature(req);
	if (req->channel && smp_load_acquire(&req->channel->established) &&
	    req->session->signing_required)
		return STATUS_ACCESS_DENIED;
	return STATUS_SUCCESS;
}

int ksmbd_protect_reply(struct ksmbd_reply *reply, struct ksmbd_seg *segs, u32 nsegs)
{
	u8 *flags = (u8 *)segs[0].data + SMB2_HEADER_FLAGS_OFFSET;

	if (!reply->signer)
		return 0;
	put_unaligned_le32(get_unaligned_le32(flags) | SMB2_FLAGS_SIGNED, flags);
	return ksmbd_sign_message(reply->signer->sign_key, segs, nsegs);
}
