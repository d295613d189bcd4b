// SPDX-License-Identifier: GPL-2.0-or-later
#include <asm/unaligned.h>

#include "protect/protect.h"
#include "protect/seal.h"
#include "protect/sign.h"
#include "session/conn.h"
#include "session/session.h"
#include "wire/smb2_format.h"
#include "wire/transform.h"

/*
 * Who a request claims to come from. A session of other connections is known to SESSION_SETUP
 * only, which may want to bind it.
 */
static void find_session(struct ksmbd_request *req)
{
	if (!req->hdr.session_id)
		return;
	req->channel = ksmbd_conn_find_channel(req->conn, req->hdr.session_id);
	if (req->channel) {
		req->session = req->channel->session;
		ksmbd_session_get(req->session);
	} else if (req->hdr.command == SMB2_SESSION_SETUP) {
		req->session = ksmbd_session_lookup(req->hdr.session_id);
	}
}

static bool is_established(const struct ksmbd_request *req)
{
	return req->channel && smp_load_acquire(&req->channel->established);
}

/* The channel's key; where it has none yet because it is being bound, the session's own. */
static struct ksmbd_sign_key *find_key(const struct ksmbd_request *req)
{
	if (is_established(req))
		return req->channel->sign_key;
	if (req->channel && !req->channel->binding)
		return NULL;
	return ksmbd_session_state(req->session) == KSMBD_SESSION_VALID ? req->session->sign_key :
									  NULL;
}

static ntstatus_t verify_signature(struct ksmbd_request *req)
{
	struct ksmbd_sign_key *key;

	if (!req->session)
		return STATUS_USER_SESSION_DELETED;
	key = find_key(req);
	if (!key || ksmbd_sign_verify(key->mac, req->buf + req->off, req->elem_len))
		return STATUS_ACCESS_DENIED;
	/* Not earlier: nothing is signed for who has not shown that he has the key. */
	if (!req->sign_key)
		req->sign_key = ksmbd_sign_key_get(key);
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
		 ksmbd_session_state(channel->session) == KSMBD_SESSION_VALID &&
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

/*
 * Who proves himself again need not seal that, but nobody in between may: the session would be
 * his, with the client's keys.
 */
static bool is_signed_setup(const struct ksmbd_request *req)
{
	return req->hdr.command == SMB2_SESSION_SETUP && req->signed_ok;
}

/* 3.3.5.2.9: may this session's request arrive neither sealed nor signed? */
static ntstatus_t check_plain(const struct ksmbd_request *req)
{
	if (!is_established(req))
		return STATUS_SUCCESS;
	if (req->session->signing_required && !req->signed_ok)
		return STATUS_ACCESS_DENIED;
	if (req->session->encrypt && !is_signed_setup(req))
		return STATUS_ACCESS_DENIED;
	return STATUS_SUCCESS;
}

ntstatus_t ksmbd_protect_check_again(const struct ksmbd_request *req)
{
	return req->sealed ? STATUS_SUCCESS : check_plain(req);
}

ntstatus_t ksmbd_protect_check(struct ksmbd_request *req)
{
	ntstatus_t status = STATUS_SUCCESS;

	req->signed_ok = false;
	if (req->hdr.command == SMB2_NEGOTIATE) /* there is no key yet, 3.3.5.2.4 */
		return req->hdr.flags & SMB2_FLAGS_SIGNED ? STATUS_INVALID_PARAMETER :
							    STATUS_SUCCESS;
	find_session(req);
	if (is_established(req))
		req->sign_key = ksmbd_sign_key_get(req->channel->sign_key);
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
	return ksmbd_sign_message(reply->signer->mac, segs, nsegs);
}
