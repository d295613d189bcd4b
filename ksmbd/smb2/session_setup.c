// SPDX-License-Identifier: GPL-2.0-or-later
/* SESSION_SETUP and LOGOFF. [MS-SMB2] 2.2.5 to 2.2.8, 3.3.5.5, 3.3.5.6 */
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "auth/auth.h"
#include "config_types.h"
#include "host/crypto.h"
#include "protect/kdf.h"
#include "protect/preauth.h"
#include "protect/protect.h"
#include "protect/seal.h"
#include "session/conn.h"
#include "session/session.h"
#include "smb2/reply.h"
#include "smb2/setup_delay.h"
#include "smb2/smb2.h"
#include "wire/smb2_format.h"

struct setup_args {
	u8 flags;
	u8 security_mode;
	u64 previous_id;
	struct ksmbd_rd token;
};

struct setup_result {
	bool wrong_login;
	u16 session_flags;
	u8 *token;
	u32 token_len;
};

static ntstatus_t decode_setup(struct ksmbd_request *req, struct setup_args *args)
{
	struct ksmbd_rd *rd = &req->rd;
	u16 off, len;

	ksmbd_rd_skip(rd, 2);
	args->flags = ksmbd_rd_u8(rd);
	args->security_mode = ksmbd_rd_u8(rd);
	ksmbd_rd_skip(rd, 8); /* Capabilities, Channel */
	off = ksmbd_rd_u16(rd);
	len = ksmbd_rd_u16(rd);
	args->previous_id = ksmbd_rd_u64(rd);
	ksmbd_rd_window(rd, &args->token, off, len);
	return ksmbd_rd_ok(rd) ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
}

/* Takes the channel off its connection; a session without channels ends. */
static void end_channel(struct ksmbd_request *req)
{
	if (!ksmbd_conn_remove_channel(req->conn, req->channel))
		return;
	ksmbd_channel_end(req->channel);
	ksmbd_channel_put(req->channel);
}

/* The request's session gets a channel on the request's connection. */
static ntstatus_t add_channel(struct ksmbd_request *req, bool binding)
{
	struct ksmbd_conn *conn = req->conn;

	req->channel = ksmbd_channel_create(req->session, req->conn);
	if (!req->channel)
		return STATUS_INSUFFICIENT_RESOURCES;
	req->channel->binding = binding;
	memcpy(req->channel->preauth, conn->preauth, sizeof(conn->preauth));
	refcount_inc(&req->channel->refs); /* the connection's */
	if (!ksmbd_conn_add_channel(conn, req->channel)) {
		if (ksmbd_session_state(req->session) != KSMBD_SESSION_CLOSED)
			return STATUS_SUCCESS;
		/* It ended before the channel could be found here. */
		end_channel(req);
		return STATUS_USER_SESSION_DELETED;
	}
	ksmbd_channel_end(req->channel);
	ksmbd_channel_put(req->channel);
	return STATUS_REQUEST_NOT_ACCEPTED;
}

static ntstatus_t begin_session(struct ksmbd_request *req)
{
	ntstatus_t status;

	if (ksmbd_session_create(req->conn, &req->session))
		return STATUS_INSUFFICIENT_RESOURCES;
	status = add_channel(req, false);
	if (status != STATUS_SUCCESS) {
		ksmbd_session_close(req->session);
		return status;
	}
	req->hdr.session_id = req->session->id;
	return STATUS_SUCCESS;
}

/*
 * GMAC does not go together with the other algorithms; what Windows answers differs by the side
 * that has it, and comes before all other checks.
 */
static ntstatus_t check_algorithms(const struct ksmbd_conn *conn, struct ksmbd_session *session)
{
	bool ours = conn->signing_alg == SMB2_SIGNING_AES_GMAC;

	/* Before it is VALID, somebody is just putting its keys in. */
	if (ksmbd_session_state(session) != KSMBD_SESSION_VALID || !session->sign_key ||
	    (session->sign_key->alg == SMB2_SIGNING_AES_GMAC) == ours)
		return STATUS_SUCCESS;
	return ours ? STATUS_NOT_SUPPORTED : STATUS_REQUEST_OUT_OF_SEQUENCE;
}

/* A guest's, or anonymous; it may have been somebody's when it got its keys. */
static bool is_nobodys(struct ksmbd_session *session)
{
	struct ksmbd_user *user = ksmbd_session_user(session);
	bool nobody = user->guest || user->anonymous;

	ksmbd_user_put(user);
	return nobody;
}

/*
 * May this connection become a further one of the session? 3.3.5.5, step 4. The client's GUID
 * may be another one: a server may refuse that, Windows does not.
 */
static ntstatus_t check_binding(const struct ksmbd_request *req)
{
	const struct ksmbd_conn *conn = req->conn;
	struct ksmbd_session *session = req->session;
	ntstatus_t status;

	if (!session || ksmbd_session_state(session) == KSMBD_SESSION_CLOSED)
		return STATUS_USER_SESSION_DELETED;
	status = check_algorithms(conn, session);
	if (status != STATUS_SUCCESS)
		return status;
	if (!(conn->server_capabilities & SMB2_GLOBAL_CAP_MULTI_CHANNEL))
		return STATUS_REQUEST_NOT_ACCEPTED;
	if (session->dialect != conn->dialect || !req->signed_ok)
		return STATUS_INVALID_PARAMETER;
	if (ksmbd_session_state(session) != KSMBD_SESSION_VALID)
		return STATUS_REQUEST_NOT_ACCEPTED;
	if (!session->sign_key || is_nobodys(session))
		return STATUS_NOT_SUPPORTED;
	if (session->cipher != conn->cipher)
		return STATUS_INVALID_PARAMETER;
	return STATUS_SUCCESS;
}

/* A further channel of the session that ksmbd_protect_check() found. */
static ntstatus_t begin_binding(struct ksmbd_request *req)
{
	ntstatus_t status = check_binding(req);

	if (status != STATUS_SUCCESS)
		return status;
	if (req->channel) /* a leg of a binding, or this connection has the session already */
		return req->channel->binding && !req->channel->established ?
			       STATUS_SUCCESS :
			       STATUS_REQUEST_NOT_ACCEPTED;
	return add_channel(req, true);
}

static ntstatus_t find_session(struct ksmbd_request *req, const struct setup_args *args)
{
	if (args->flags & SMB2_SESSION_FLAG_BINDING)
		return begin_binding(req);
	if (!req->hdr.session_id)
		return begin_session(req);
	if (!req->channel || ksmbd_session_state(req->session) == KSMBD_SESSION_CLOSED ||
	    (req->channel->binding && !req->channel->established))
		return STATUS_USER_SESSION_DELETED;
	return STATUS_SUCCESS;
}

static ntstatus_t run_auth(struct ksmbd_request *req, const struct setup_args *args,
			   struct setup_result *result)
{
	const struct ksmbd_config *config = req->conn->config;
	struct ksmbd_channel *channel = req->channel;
	struct ksmbd_auth_params params = {
		.netbios_name = config->netbios_name,
		.workgroup = config->workgroup,
		.allow_anonymous = !config->restrict_anonymous,
		/* A guest cannot sign. */
		.allow_guest = config->guest_ok && config->signing != KSMBD_SIGNING_MANDATORY,
		.allow_ntlmv1 = config->ntlmv1,
	};

	if (!channel->auth)
		channel->auth = ksmbd_auth_create(&params);
	if (!channel->auth)
		return STATUS_INSUFFICIENT_RESOURCES;
	return ksmbd_auth_step(channel->auth, args->token.base, args->token.len, &result->token,
			       &result->token_len);
}

static struct ksmbd_sign_key *create_sign_key(struct ksmbd_conn *conn,
					      struct ksmbd_channel *channel, const u8 *session_key)
{
	static const enum ksmbd_mac_alg algs[] = {
		[SMB2_SIGNING_HMAC_SHA256] = KSMBD_MAC_HMAC_SHA256,
		[SMB2_SIGNING_AES_CMAC] = KSMBD_MAC_AES_CMAC,
		[SMB2_SIGNING_AES_GMAC] = KSMBD_MAC_AES_GMAC,
	};
	struct ksmbd_sign_key *key = kzalloc(sizeof(*key), GFP_KERNEL);
	u8 derived[KSMBD_SESSION_KEY_SIZE];
	int err = 0;

	if (!key)
		return NULL;
	refcount_set(&key->refs, 1);
	key->alg = conn->signing_alg;
	memcpy(derived, session_key, sizeof(derived));
	if (conn->dialect >= KSMBD_DIALECT_300)
		err = ksmbd_kdf_derive(KSMBD_KEY_SIGNING, conn->dialect, channel->preauth,
				       session_key, KSMBD_SESSION_KEY_SIZE, derived,
				       sizeof(derived));
	if (!err)
		err = ksmbd_mac_key_create(algs[key->alg], derived, sizeof(derived), &key->mac);
	memzero_explicit(derived, sizeof(derived));
	if (!err)
		return key;
	ksmbd_sign_key_put(key);
	return NULL;
}

/* The channel's key is ready: the reply that says so is signed with it. */
static void establish_channel(struct ksmbd_request *req, struct ksmbd_sign_key *key)
{
	req->channel->sign_key = key;
	ksmbd_sign_key_put(req->sign_key);
	req->sign_key = ksmbd_sign_key_get(key);
	smp_store_release(&req->channel->established, true); /* with the key before it */
	ksmbd_conn_set_state(req->conn, KSMBD_CONN_AUTHENTICATED);
}

/* 3.3.5.5.3: whether the session is to be sealed, and with what. */
static ntstatus_t settle_encryption(struct ksmbd_request *req)
{
	enum ksmbd_encryption wanted = req->conn->config->encryption;
	struct ksmbd_session *session = req->session;

	if (ksmbd_seal_create_keys(session, req->conn, req->channel->preauth))
		return STATUS_INSUFFICIENT_RESOURCES;
	if (!session->cipher && wanted == KSMBD_ENCRYPTION_REQUIRED)
		return STATUS_ACCESS_DENIED;
	session->encrypt = session->cipher && wanted >= KSMBD_ENCRYPTION_DESIRED;
	return STATUS_SUCCESS;
}

/* Is it this user's session? It is or was VALID. */
static bool is_users(struct ksmbd_session *session, const struct ksmbd_auth_result *auth)
{
	struct ksmbd_user *user = ksmbd_session_user(session);
	bool same = auth->guest == user->guest && auth->anonymous == user->anonymous &&
		    !strcmp(auth->login.account, user->account);

	ksmbd_user_put(user);
	return same;
}

/*
 * Nobody in particular could be anybody: then the client that comes back has to be the one that
 * had the session, as far as its GUID tells.
 */
static bool may_end(struct ksmbd_session *previous, const struct ksmbd_session *session,
		    const struct ksmbd_auth_result *auth)
{
	if (!is_users(previous, auth))
		return false;
	return (!auth->guest && !auth->anonymous) ||
	       !memcmp(previous->client_guid, session->client_guid, sizeof(session->client_guid));
}

/*
 * PreviousSessionId: the same user's session from before a reconnect ends. 3.3.5.5.3
 * If its lost connection is just ending it, that is waited for: the client may open at once
 * what it had open.
 */
static void end_previous(struct ksmbd_session *session, const struct ksmbd_auth_result *auth,
			 u64 previous_id)
{
	enum ksmbd_session_state state;
	struct ksmbd_session *previous;

	if (!previous_id || previous_id == session->id)
		return;
	previous = ksmbd_session_lookup_ending(previous_id);
	if (!previous)
		return;
	state = ksmbd_session_state(previous);
	if (state == KSMBD_SESSION_CLOSED ||
	    (state == KSMBD_SESSION_VALID && may_end(previous, session, auth)))
		ksmbd_session_close(previous);
	ksmbd_session_put(previous);
}

/* Keys of a session that is nobody's guest. */
static ntstatus_t create_keys(struct ksmbd_request *req, const struct setup_args *args,
			      const struct ksmbd_auth_result *auth)
{
	struct ksmbd_session *session = req->session;
	struct ksmbd_conn *conn = req->conn;

	memcpy(session->key, auth->session_key, sizeof(session->key));
	session->sign_key = create_sign_key(conn, req->channel, session->key);
	if (!session->sign_key)
		return STATUS_INSUFFICIENT_RESOURCES;
	/* Whoever has asked for it, and wherever: a bit may have been cleared on its way. */
	session->signing_required =
		(conn->server_security_mode | conn->client_security_mode | args->security_mode) &
		SMB2_NEGOTIATE_SIGNING_REQUIRED;
	return settle_encryption(req);
}

/* The first successful authentication of a session. */
static ntstatus_t establish(struct ksmbd_request *req, const struct setup_args *args)
{
	const struct ksmbd_auth_result *auth = ksmbd_auth_result(req->channel->auth);
	struct ksmbd_session *session = req->session;
	struct ksmbd_user *user = ksmbd_user_create(auth);
	ntstatus_t status = STATUS_SUCCESS;

	if (!user)
		return STATUS_INSUFFICIENT_RESOURCES;
	if (!ksmbd_session_set_user(session, user))
		return STATUS_USER_SESSION_DELETED;
	if (!auth->guest && !auth->anonymous)
		status = create_keys(req, args, auth);
	else if (req->conn->config->encryption == KSMBD_ENCRYPTION_REQUIRED)
		status = STATUS_ACCESS_DENIED; /* there is no key to seal with */
	if (status != STATUS_SUCCESS)
		return status;
	end_previous(session, auth, args->previous_id);
	if (!ksmbd_session_set_valid(session))
		return STATUS_USER_SESSION_DELETED;
	establish_channel(req, ksmbd_sign_key_get(session->sign_key));
	return STATUS_SUCCESS;
}

/*
 * Re-authentication: the session is the new user's from now on, handles and tree connections
 * stay, and so do the keys. 3.3.5.5.3
 */
static ntstatus_t reestablish(struct ksmbd_request *req)
{
	const struct ksmbd_auth_result *auth = ksmbd_auth_result(req->channel->auth);
	struct ksmbd_user *user;

	/* What began without keys stays without, and nobody's work goes unprotected. */
	if (!req->channel->sign_key && !auth->guest && !auth->anonymous &&
	    !is_users(req->session, auth))
		return STATUS_ACCESS_DENIED;
	user = ksmbd_user_create(auth);
	if (!user)
		return STATUS_INSUFFICIENT_RESOURCES;
	return ksmbd_session_set_user(req->session, user) ? STATUS_SUCCESS :
							    STATUS_USER_SESSION_DELETED;
}

/* The session's user has proved himself on a further connection. 3.3.5.5.3 */
static ntstatus_t bind(struct ksmbd_request *req)
{
	const struct ksmbd_auth_result *auth = ksmbd_auth_result(req->channel->auth);
	struct ksmbd_sign_key *key;

	/* Nobody in particular shares no secret with us: everybody would know the key. */
	if (auth->guest || auth->anonymous || !is_users(req->session, auth))
		return STATUS_ACCESS_DENIED;
	key = create_sign_key(req->conn, req->channel, auth->session_key);
	if (!key)
		return STATUS_INSUFFICIENT_RESOURCES;
	establish_channel(req, key);
	return STATUS_SUCCESS;
}

static u16 session_flags(const struct ksmbd_session *session, const struct ksmbd_auth_result *auth)
{
	return (session->encrypt ? SMB2_SESSION_FLAG_ENCRYPT_DATA : 0) |
	       (auth->guest ? SMB2_SESSION_FLAG_IS_GUEST : 0) |
	       (auth->anonymous ? SMB2_SESSION_FLAG_IS_NULL : 0);
}

/* The exchange has ended well. */
static ntstatus_t settle(struct ksmbd_request *req, const struct setup_args *args)
{
	if (req->channel->established)
		return reestablish(req);
	return req->channel->binding ? bind(req) : establish(req, args);
}

/* It has not: without the channel; a session in which it was repeated ends altogether. */
static void give_up(struct ksmbd_request *req, bool again)
{
	if (again)
		ksmbd_session_close(req->session);
	end_channel(req);
}

/*
 * Did the client guess? A wrong password, or that of another user than the session's. What the
 * server's policy refuses tells nothing, and is not counted.
 */
static bool is_wrong_login(const struct ksmbd_request *req, ntstatus_t status)
{
	return status == STATUS_LOGON_FAILURE ||
	       (status == STATUS_ACCESS_DENIED &&
		(req->channel->established || req->channel->binding));
}

/* One leg. Under the connection's setup_lock. */
static ntstatus_t execute_setup(struct ksmbd_request *req, const struct setup_args *args,
				struct setup_result *result)
{
	struct ksmbd_seg message = { .data = req->buf + req->off, .len = req->elem_len };
	bool again, alone = !req->index && !req->hdr.next;
	ntstatus_t status;

	status = find_session(req, args);
	if (status == STATUS_SUCCESS)
		status = ksmbd_protect_check_again(req);
	if (status != STATUS_SUCCESS)
		return status;
	again = req->channel->established;
	if (req->conn->dialect == KSMBD_DIALECT_311 && !again &&
	    ksmbd_preauth_update(req->channel->preauth, &message, 1))
		return STATUS_INSUFFICIENT_RESOURCES;
	status = run_auth(req, args, result);
	if (status == STATUS_MORE_PROCESSING_REQUIRED) {
		/* A compound's reply is no message of the exchange. */
		if (req->conn->dialect == KSMBD_DIALECT_311 && !again && alone)
			req->preauth = req->channel->preauth;
		return status;
	}
	if (status == STATUS_SUCCESS)
		status = settle(req, args);
	if (status == STATUS_SUCCESS)
		result->session_flags =
			session_flags(req->session, ksmbd_auth_result(req->channel->auth));
	result->wrong_login = is_wrong_login(req, status);
	req->sign_success = status == STATUS_SUCCESS;
	ksmbd_auth_free(req->channel->auth);
	req->channel->auth = NULL;
	if (status != STATUS_SUCCESS)
		give_up(req, again);
	return status;
}

static ntstatus_t encode_setup(struct ksmbd_request *req, const struct setup_result *result)
{
	struct ksmbd_wr *wr;

	if (ksmbd_reply_reserve(req, 8 + result->token_len) != STATUS_SUCCESS)
		return STATUS_INSUFFICIENT_RESOURCES;
	wr = &req->reply->wr;
	ksmbd_wr_u16(wr, 9);
	ksmbd_wr_u16(wr, result->session_flags);
	ksmbd_wr_u16(wr, SMB2_HEADER_SIZE + 8);
	ksmbd_wr_u16(wr, result->token_len);
	ksmbd_wr_bytes(wr, result->token, result->token_len);
	return STATUS_SUCCESS;
}

/* After ksmbd_setup_hold(): begins again, unless the connection is ending. */
static ntstatus_t resume_setup(struct ksmbd_request *req, ntstatus_t why)
{
	if (why != STATUS_SUCCESS) {
		req->drop_conn = true;
		return why;
	}
	ksmbd_rd_seek(&req->rd, SMB2_HEADER_SIZE);
	return ksmbd_smb2_session_setup(req);
}

ntstatus_t ksmbd_smb2_session_setup(struct ksmbd_request *req)
{
	struct setup_result result = {};
	struct setup_args args;
	ntstatus_t status, encoded;

	status = decode_setup(req, &args);
	/* A first leg proves nothing, and is answered at once. */
	if (status == STATUS_SUCCESS && req->hdr.session_id)
		status = ksmbd_setup_hold(req, resume_setup);
	if (status != STATUS_SUCCESS)
		return status;
	mutex_lock(&req->conn->setup_lock);
	status = execute_setup(req, &args, &result);
	mutex_unlock(&req->conn->setup_lock);
	if (result.wrong_login)
		status = ksmbd_setup_delay(req, status);
	if (status == STATUS_SUCCESS || status == STATUS_MORE_PROCESSING_REQUIRED) {
		encoded = encode_setup(req, &result);
		if (encoded == STATUS_SUCCESS)
			req->keep_body = true;
		else
			status = encoded;
	}
	kfree(result.token);
	return status;
}

ntstatus_t ksmbd_smb2_logoff(struct ksmbd_request *req)
{
	ntstatus_t status = ksmbd_reply_reserve(req, 4);

	if (status != STATUS_SUCCESS)
		return status;
	/* Another LOGOFF, on another connection, may have been faster. */
	if (!ksmbd_session_close(req->session))
		return STATUS_USER_SESSION_DELETED;
	ksmbd_wr_u16(&req->reply->wr, 4);
	ksmbd_wr_u16(&req->reply->wr, 0);
	return STATUS_SUCCESS;
}
