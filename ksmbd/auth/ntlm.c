// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <asm/unaligned.h>

#include "auth/ntlm.h"
#include "auth/ntlm_crypt.h"
#include "auth/rc4.h"
#include "debug.h"
#include "host/crypto.h"
#include "name/case.h"
#include "name/utf16.h"
#include "util/time.h"

/* NEGOTIATE is kept until the end of the exchange; clients send about 40 bytes and two names. */
#define NEGOTIATE_MAX  512
#define NAME_BYTES_MAX 128 /* UTF-16 of a name of ours */
#define CHALLENGE_MAX  768
#define NOBODY	       65534 /* overflow uid and gid: who an anonymous session is */

/* What the server does if the client can, too. */
#define FLAGS_OPTIONAL                                                                     \
	(NTLMSSP_NEGOTIATE_SIGN | NTLMSSP_NEGOTIATE_SEAL | NTLMSSP_NEGOTIATE_ALWAYS_SIGN | \
	 NTLMSSP_NEGOTIATE_EXTENDED_SESSIONSECURITY | NTLMSSP_NEGOTIATE_VERSION |          \
	 NTLMSSP_NEGOTIATE_128 | NTLMSSP_NEGOTIATE_KEY_EXCH | NTLMSSP_NEGOTIATE_56)
/* What every challenge says: NTLMv2 cannot do without target info. */
#define FLAGS_FIXED                                                                    \
	(NTLMSSP_NEGOTIATE_UNICODE | NTLMSSP_REQUEST_TARGET | NTLMSSP_NEGOTIATE_NTLM | \
	 NTLMSSP_TARGET_TYPE_SERVER | NTLMSSP_NEGOTIATE_TARGET_INFO)

static ntstatus_t status_of(int err)
{
	return err == -ENOMEM ? STATUS_NO_MEMORY : STATUS_INVALID_PARAMETER;
}

static int keep_copy(struct ksmbd_ntlm_field *field, const u8 *data, u32 len)
{
	u8 *copy = kmemdup(data, len, GFP_KERNEL);

	if (!copy)
		return -ENOMEM;
	field->data = copy;
	field->len = len;
	return 0;
}

/* ---- CHALLENGE ---- */

/* One of our names as UTF-16; one that is too long or not UTF-8 is left out. */
static u32 convert_name(const char *name, bool lower, u8 *out)
{
	s32 len = ksmbd_utf8_to_utf16(name, strlen(name), out, NAME_BYTES_MAX);
	s32 i;

	if (len < 0)
		return 0;
	for (i = 0; i < len; i += 2)
		if (lower && !out[i + 1] && out[i] >= 'A' && out[i] <= 'Z')
			out[i] += 'a' - 'A';
	return len;
}

static void write_target_info(struct ksmbd_wr *w, const struct ksmbd_auth_params *params)
{
	u8 name[NAME_BYTES_MAX];
	struct timespec64 now;
	u8 stamp[8];
	u32 len;

	ktime_get_real_ts64(&now);
	put_unaligned_le64(ksmbd_time_to_nt(now), stamp);
	len = convert_name(params->workgroup, false, name);
	ksmbd_ntlm_wr_av(w, MSV_AV_NB_DOMAIN_NAME, name, len);
	len = convert_name(params->netbios_name, false, name);
	ksmbd_ntlm_wr_av(w, MSV_AV_NB_COMPUTER_NAME, name, len);
	/* Outside of a domain a host's DNS domain is the host, as Windows has it. */
	len = convert_name(params->netbios_name, true, name);
	ksmbd_ntlm_wr_av(w, MSV_AV_DNS_DOMAIN_NAME, name, len);
	ksmbd_ntlm_wr_av(w, MSV_AV_DNS_COMPUTER_NAME, name, len);
	ksmbd_ntlm_wr_av(w, MSV_AV_TIMESTAMP, stamp, sizeof(stamp));
	ksmbd_ntlm_wr_av(w, MSV_AV_EOL, NULL, 0);
}

static int make_challenge(struct ksmbd_ntlm *ntlm, const struct ksmbd_auth_params *params)
{
	struct ksmbd_ntlm_challenge msg = { .flags = ntlm->flags,
					    .server_challenge = ntlm->server_challenge };
	u8 name[NAME_BYTES_MAX];
	struct ksmbd_wr info, w;
	int err = -ENOMEM;
	u8 *buf;

	buf = kmalloc(2 * CHALLENGE_MAX, GFP_KERNEL);
	if (!buf)
		return -ENOMEM;
	ksmbd_wr_init(&info, buf, CHALLENGE_MAX);
	write_target_info(&info, params);
	msg.target_name.data = name;
	msg.target_name.len = convert_name(params->netbios_name, false, name);
	msg.target_info.data = buf;
	msg.target_info.len = info.len;
	ksmbd_wr_init(&w, buf + CHALLENGE_MAX, CHALLENGE_MAX);
	ksmbd_ntlm_wr_challenge(&w, &msg);
	if (ksmbd_wr_ok(&info) && ksmbd_wr_ok(&w))
		err = keep_copy(&ntlm->challenge, w.buf, w.len);
	kfree(buf);
	return err;
}

ntstatus_t ksmbd_ntlm_begin(struct ksmbd_ntlm *ntlm, const struct ksmbd_auth_params *params,
			    const u8 *msg, u32 len)
{
	u32 flags;
	int err;

	if (len > NEGOTIATE_MAX || ksmbd_ntlm_decode_negotiate(msg, len, &flags))
		return STATUS_INVALID_PARAMETER;
	if (!(flags & NTLMSSP_NEGOTIATE_UNICODE))
		return STATUS_INVALID_PARAMETER;
	ntlm->flags = FLAGS_FIXED | (flags & FLAGS_OPTIONAL);
	get_random_bytes(ntlm->server_challenge, sizeof(ntlm->server_challenge));
	err = keep_copy(&ntlm->negotiate, msg, len);
	if (!err)
		err = make_challenge(ntlm, params);
	return err ? status_of(err) : STATUS_MORE_PROCESSING_REQUIRED;
}

/* ---- AUTHENTICATE ---- */

/*
 * Why there is no account to verify with: LOGON_FAILURE where there is none of that name. That
 * nobody could be asked is not the client's mistake, and must not look like a wrong password:
 * clients ask for another one then, and guesses are counted ([MS-ERREF] 2.3.1).
 */
static ntstatus_t status_of_login(int err)
{
	switch (err) {
	case 0:
		return STATUS_SUCCESS;
	case -ENOENT:
		return STATUS_LOGON_FAILURE;
	case -ENOMEM:
		return STATUS_NO_MEMORY;
	default:
		return STATUS_NO_LOGON_SERVERS;
	}
}

static ntstatus_t ask_login(const char *account, struct ksmbd_login *login)
{
	ntstatus_t status = status_of_login(ksmbd_upcall_login(account, login));

	if (status != STATUS_SUCCESS)
		return status;
	if (!(login->flags & KSMBD_LOGIN_OK) ||
	    (login->flags &
	     (KSMBD_LOGIN_BAD_PASSWORD | KSMBD_LOGIN_BAD_UID | KSMBD_LOGIN_BAD_USER)))
		return STATUS_LOGON_FAILURE;
	return STATUS_SUCCESS;
}

/* Looks the account up: LOGON_FAILURE without one. */
static ntstatus_t find_account(const struct ksmbd_ntlm_field *user, struct ksmbd_login *login)
{
	char account[KSMBD_ACCOUNT_SIZE];

	if (ksmbd_utf16_to_utf8(user->data, user->len, account, sizeof(account)) <= 0)
		return STATUS_LOGON_FAILURE;
	return ask_login(account, login);
}

/* Verifies a response by NTLMv2; gives the key that both sides now have. */
static ntstatus_t verify_v2(struct ksmbd_ntlm *ntlm, const struct ksmbd_ntlm_authenticate *msg,
			    const struct ksmbd_ntlm_response *resp, const u8 *nt_hash, u8 *base_key)
{
	u8 ntowf[KSMBD_NTLM_KEY_SIZE];
	u8 proof[KSMBD_NTLM_KEY_SIZE];
	bool equal = false;
	int err;

	err = ksmbd_ntlm_ntowf(nt_hash, &msg->user, &msg->domain, ntowf);
	if (!err)
		err = ksmbd_ntlm_proof(ntowf, ntlm->server_challenge, &resp->blob, proof, base_key);
	if (!err)
		equal = ksmbd_crypto_equal(proof, resp->proof, sizeof(proof));
	memzero_explicit(ntowf, sizeof(ntowf));
	memzero_explicit(proof, sizeof(proof));
	if (err)
		return status_of(err);
	return equal ? STATUS_SUCCESS : STATUS_LOGON_FAILURE;
}

/* The same by NTLMv1; what is in the LM response's place is a challenge, or not looked at. */
static ntstatus_t verify_v1(struct ksmbd_ntlm *ntlm, const struct ksmbd_ntlm_authenticate *msg,
			    const u8 *nt_hash, u8 *base_key)
{
	const u8 *client_challenge = NULL;
	u8 response[KSMBD_NTLM_V1_SIZE];
	bool equal;
	int err;

	if (ntlm->flags & msg->flags & NTLMSSP_NEGOTIATE_EXTENDED_SESSIONSECURITY) {
		if (msg->lm.len < KSMBD_NTLM_CHALLENGE_SIZE)
			return STATUS_INVALID_PARAMETER;
		client_challenge = msg->lm.data;
	}
	err = ksmbd_ntlm_v1(nt_hash, ntlm->server_challenge, client_challenge, response, base_key);
	if (err)
		return status_of(err);
	equal = ksmbd_crypto_equal(response, msg->nt.data, sizeof(response));
	memzero_explicit(response, sizeof(response));
	return equal ? STATUS_SUCCESS : STATUS_LOGON_FAILURE;
}

/* Which kind it is, and is it right? @has_mic: the client says that its message has one. */
static ntstatus_t verify_response(struct ksmbd_ntlm *ntlm, const struct ksmbd_auth_params *params,
				  const struct ksmbd_ntlm_authenticate *msg, const u8 *nt_hash,
				  u8 *base_key, bool *has_mic)
{
	struct ksmbd_ntlm_response resp;
	int err = ksmbd_ntlm_decode_response(&msg->nt, &resp);

	*has_mic = !err && resp.has_mic;
	if (!err)
		return verify_v2(ntlm, msg, &resp, nt_hash, base_key);
	if (err != -ENOENT)
		return STATUS_INVALID_PARAMETER;
	if (params->allow_ntlmv1 && msg->nt.len == KSMBD_NTLM_V1_SIZE)
		return verify_v1(ntlm, msg, nt_hash, base_key);
	return STATUS_LOGON_FAILURE; /* NTLMv1, or LM alone */
}

/* The key both sides use: the base key, or one that the client chose (3.4.5.1). */
static ntstatus_t export_key(struct ksmbd_ntlm *ntlm, const struct ksmbd_ntlm_authenticate *msg,
			     const u8 *base_key)
{
	u8 *key = ntlm->result.session_key;

	ntlm->flags &= msg->flags;
	if (!(ntlm->flags & NTLMSSP_NEGOTIATE_KEY_EXCH)) {
		memcpy(key, base_key, KSMBD_SESSION_KEY_SIZE);
		return STATUS_SUCCESS;
	}
	if (msg->session_key.len != KSMBD_SESSION_KEY_SIZE)
		return STATUS_INVALID_PARAMETER;
	if (ksmbd_rc4(base_key, KSMBD_NTLM_KEY_SIZE, msg->session_key.data, key,
		      KSMBD_SESSION_KEY_SIZE))
		return STATUS_INVALID_PARAMETER;
	return STATUS_SUCCESS;
}

static ntstatus_t verify_mic(struct ksmbd_ntlm *ntlm, const struct ksmbd_ntlm_authenticate *msg,
			     const struct ksmbd_ntlm_field *bytes)
{
	u8 mic[KSMBD_NTLM_MIC_SIZE];
	int err;

	if (!msg->mic)
		return STATUS_INVALID_PARAMETER;
	err = ksmbd_ntlm_mic(ntlm->result.session_key, &ntlm->negotiate, &ntlm->challenge, bytes,
			     mic);
	if (err)
		return status_of(err);
	return ksmbd_crypto_equal(mic, msg->mic, sizeof(mic)) ? STATUS_SUCCESS :
								STATUS_LOGON_FAILURE;
}

/*
 * A client with a name and a password. Without an account (or without its hash) a made-up hash is
 * verified against, and fails: how long that takes tells nobody which accounts exist.
 */
static ntstatus_t finish_user(struct ksmbd_ntlm *ntlm, const struct ksmbd_auth_params *params,
			      const struct ksmbd_ntlm_authenticate *msg,
			      const struct ksmbd_ntlm_field *bytes)
{
	static const u8 no_hash[KSMBD_NT_HASH_SIZE];
	struct ksmbd_login *login = &ntlm->result.login;
	u8 base_key[KSMBD_NTLM_KEY_SIZE];
	ntstatus_t status;
	bool known, has_mic;

	status = find_account(&msg->user, login);
	if (status != STATUS_SUCCESS && status != STATUS_LOGON_FAILURE)
		return status;
	known = status == STATUS_SUCCESS;
	if (known && (login->flags & KSMBD_LOGIN_GUEST) && params->allow_guest) {
		ntlm->result.guest = true;
		return STATUS_SUCCESS;
	}
	known = known && login->has_hash && !(login->flags & KSMBD_LOGIN_GUEST);
	status = verify_response(ntlm, params, msg, known ? login->nt_hash : no_hash, base_key,
				 &has_mic);
	if (!known && status == STATUS_SUCCESS)
		status = STATUS_LOGON_FAILURE;
	if (status == STATUS_SUCCESS)
		status = export_key(ntlm, msg, base_key);
	if (status == STATUS_SUCCESS && has_mic)
		status = verify_mic(ntlm, msg, bytes);
	memzero_explicit(base_key, sizeof(base_key));
	ntlm->can_sign = status == STATUS_SUCCESS;
	return status;
}

/* A client without a name: policy alone decides. */
static ntstatus_t finish_anonymous(struct ksmbd_ntlm *ntlm, const struct ksmbd_auth_params *params)
{
	struct ksmbd_login *login = &ntlm->result.login;
	ntstatus_t status;

	if (params->allow_anonymous) {
		login->uid = NOBODY;
		login->gid = NOBODY;
		ntlm->result.anonymous = true;
		return STATUS_SUCCESS;
	}
	if (!params->allow_guest)
		return STATUS_ACCESS_DENIED;
	status = ask_login("", login);
	if (status == STATUS_LOGON_FAILURE ||
	    (status == STATUS_SUCCESS && !(login->flags & KSMBD_LOGIN_GUEST)))
		return STATUS_ACCESS_DENIED;
	if (status != STATUS_SUCCESS)
		return status;
	ntlm->result.guest = true;
	return STATUS_SUCCESS;
}

/* 3.2.5.1.2: no name, no NTLM response, an LM response of at most one zero byte. */
static bool is_anonymous(const struct ksmbd_ntlm_authenticate *msg)
{
	return !msg->user.len && !msg->nt.len &&
	       (!msg->lm.len || (msg->lm.len == 1 && !msg->lm.data[0]));
}

ntstatus_t ksmbd_ntlm_finish(struct ksmbd_ntlm *ntlm, const struct ksmbd_auth_params *params,
			     const u8 *msg, u32 len)
{
	struct ksmbd_ntlm_field bytes = { .data = msg, .len = len };
	struct ksmbd_ntlm_authenticate auth;
	struct ksmbd_login *login = &ntlm->result.login;
	ntstatus_t status;

	if (ksmbd_ntlm_decode_authenticate(msg, len, &auth))
		return STATUS_INVALID_PARAMETER;
	if (!(auth.flags & NTLMSSP_NEGOTIATE_UNICODE) || auth.user.len % 2 || auth.domain.len % 2)
		return STATUS_INVALID_PARAMETER;
	if (is_anonymous(&auth))
		status = finish_anonymous(ntlm, params);
	else
		status = finish_user(ntlm, params, &auth, &bytes);
	ksmbd_debug(AUTH, "login of \"%s\": flags 0x%x, status 0x%08x\n", login->account,
		    login->flags, ksmbd_status_u32(status));
	memzero_explicit(login->nt_hash, sizeof(login->nt_hash));
	login->has_hash = false;
	if (status != STATUS_SUCCESS)
		memzero_explicit(ntlm->result.session_key, sizeof(ntlm->result.session_key));
	return status;
}

void ksmbd_ntlm_clear(struct ksmbd_ntlm *ntlm)
{
	kfree(ntlm->negotiate.data);
	kfree(ntlm->challenge.data);
	kfree(ntlm->result.login.groups);
	memzero_explicit(ntlm, sizeof(*ntlm));
}
