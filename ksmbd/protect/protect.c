// SPDX-License-Identifier: GPL-2.0-or-later
#include <asm/unaligned.h>

#include "protect/protect.h"
#include "protect/seal.h"
#include "protect/sign.h"
#include "session/conn.h"
#include "session/session.h"
#include "wire/smb2_format.h"
#include "wire/transform.h"

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

bool ksmbd_protect_open(struct ksmbd_request *req)
{
	struct ksmbd_transform transform;
	struct ksmbd_channel *channel;
	bool opened;

	if (!ksmbd_transform_read(req->buf, req->len, &transform))
		return false;
	channel = ksmbd_conn_find_channel(req->conn, transform.session_id);
	if (!channel)
		return false;
	opened = smp_load_acquire(&channel->established) &&
		 !ksmbd_seal_open(channel->session, &transform, req->buf);
	if (opened) {
		ksmbd_session_get(channel->session);
		req->sealer = channel->session;
	}
	ksmbd_channel_put(channel);
	return opened;
}

/* What is sealed is whole; it must be the work of the session whose key sealed it. */
static ntstatus_t check_sealed(struct ksmbd_request *req)
{
	if (req->hdr.session_id == req->sealer->id)
		return STATUS_SUCCESS;
	req->drop_conn = true; /* 3.3.5.2.9: nothing that is honest does this */
	return STATUS_ACCESS_DENIED;
}

/* 3.3.5.2.9: may this session's request arrive neither sealed nor signed? */
static ntstatus_t check_plain(const struct ksmbd_request *req)
{
	if (!req->channel || !smp_load_acquire(&req->channel->established))
		return STATUS_SUCCESS;
	if (req->session->signing_required && !req->signed_ok)
		return STATUS_ACCESS_DENIED;
	if (req->session->encrypt && req->hdr.command != SMB2_SESSION_SETUP)
		return STATUS_ACCESS_DENIED;
	return STATUS_SUCCESS;
}

ntstatus_t ksmbd_protect_check(struct ksmbd_request *req)
{
	ntstatus_t status = STATUS_SUCCESS;

	req->signed_ok = false;
	if (req->hdr.session_id && req->hdr.command != SMB2_NEGOTIATE)
		req->channel = ksmbd_conn_find_channel(req->conn, req->hdr.session_id);
	if (req->channel) {
		req->session = req->channel->session;
		ksmbd_session_get(req->session);
	}
	if (req->hdr.command == SMB2_NEGOTIATE)
		return STATUS_SUCCESS;
	if (req->sealed)
		return check_sealed(req);
	if (req->hdr.flags & SMB2_FLAGS_SIGNED)
		status = verify_signature(req);
	return status == STATUS_SUCCESS ? check_plain(req) : status;
}

int ksmbd_protect_reply(struct ksmbd_reply *reply, struct ksmbd_seg *segs, u32 nsegs)
{
	u8 *flags = (u8 *)segs[0].data + SMB2_HEADER_FLAGS_OFFSET;

	if (!reply->signer)
		return 0;
	put_unaligned_le32(get_unaligned_le32(flags) | SMB2_FLAGS_SIGNED, flags);
	return ksmbd_sign_message(reply->signer->sign_key, segs, nsegs);
}
