// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whole authentication exchanges. Input: a byte of FUZZ_* flags, then tokens, each after
 * its length (two bytes, little-endian).
 *
 * No fuzzer finds a right NTLMv2 proof: on demand the harness, which knows the password,
 * puts right proofs and MICs where the input has room for them.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <asm/unaligned.h>
#include <linux/kernel.h>
#include <linux/slab.h>

#include "auth/auth.h"
#include "auth/ntlm_crypt.h"
#include "auth/rc4.h"
#include "host/crypto.h"
#include "tools/lib/config.h"
#include "tools/lib/passdb.h"
#include "user/host/upcall_host.h"
#include "wire/spnego.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

#define FUZZ_ANONYMOUS 1
#define FUZZ_GUEST     2
#define FUZZ_PROOF     4
#define FUZZ_MIC       8
#define FUZZ_MECH_MIC  16

#define STEPS_MAX 8

/* What the harness remembers of one exchange. */
struct exchange {
	u8 flags;
	struct ksmbd_ntlm_field negotiate;
	struct ksmbd_ntlm_field challenge;
	u8 *mechs;
	u32 mechs_len;
	u8 session_key[KSMBD_SESSION_KEY_SIZE];
	bool proven;
};

static u8 nt_hash[PASSDB_HASH_SIZE];

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static const char text[] = "[global]\nmap to guest = bad user\n";
	struct report report = {};
	struct conf_reader *reader = conf_reader_create(&report);
	struct passdb *db = passdb_create();
	struct conf *conf;

	if (!reader || !db || upcall_host_init())
		abort();
	conf_reader_text(reader, "fuzz", text, strlen(text));
	conf = conf_reader_finish(reader);
	if (!conf || passdb_hash("password", nt_hash) || passdb_set(db, "user", nt_hash))
		abort();
	upcall_host_install(conf, db);
	conf_put(conf);
	passdb_put(db);
	conf_reader_free(reader);
	atexit(upcall_host_exit);
	return 0;
}

/* NTLMSSP in a token, bare or wrapped. */
static struct ksmbd_ntlm_field find_ntlm(const u8 *data, u32 len, struct ksmbd_spnego_token *token)
{
	struct ksmbd_ntlm_field f = { data, len };

	memset(token, 0, sizeof(*token));
	if (!ksmbd_ntlm_type(data, len)) {
		ksmbd_spnego_decode(data, len, token);
		f.data = token->token;
		f.len = token->token_len;
	}
	return f;
}

static void keep(struct ksmbd_ntlm_field *to, const struct ksmbd_ntlm_field *from)
{
	kfree(to->data);
	to->data = from->len ? kmemdup(from->data, from->len, GFP_KERNEL) : NULL;
	to->len = from->len;
}

static void prove(struct exchange *x, const struct ksmbd_ntlm_authenticate *msg,
		  const struct ksmbd_ntlm_response *resp)
{
	u8 ntowf[16], base_key[16];

	if (ksmbd_ntlm_ntowf(nt_hash, &msg->user, &msg->domain, ntowf))
		return;
	if (ksmbd_ntlm_proof(ntowf, x->challenge.data + 24, &resp->blob, (u8 *)resp->proof,
			     base_key))
		return;
	memcpy(x->session_key, base_key, sizeof(base_key));
	if (msg->session_key.len == 16 && (msg->flags & NTLMSSP_NEGOTIATE_KEY_EXCH))
		ksmbd_rc4(base_key, 16, msg->session_key.data, x->session_key, 16);
	x->proven = true;
}

/* Makes an AUTHENTICATE in @token right, as far as the flags say. */
static void mend_token(struct exchange *x, u8 *data, u32 len)
{
	struct ksmbd_spnego_token token;
	struct ksmbd_ntlm_field ntlm = find_ntlm(data, len, &token);
	struct ksmbd_ntlm_authenticate msg;
	struct ksmbd_ntlm_response resp;

	if (token.mech_types && !x->mechs) {
		x->mechs = kmemdup(token.mech_types, token.mech_types_len, GFP_KERNEL);
		x->mechs_len = token.mech_types_len;
	}
	if (ksmbd_ntlm_type(ntlm.data, ntlm.len) == NTLMSSP_NEGOTIATE_MESSAGE)
		keep(&x->negotiate, &ntlm);
	if (!(x->flags & FUZZ_PROOF) || x->challenge.len < 32 ||
	    ksmbd_ntlm_decode_authenticate(ntlm.data, ntlm.len, &msg) ||
	    ksmbd_ntlm_decode_response(&msg.nt, &resp))
		return;
	prove(x, &msg, &resp);
	if (!x->proven)
		return;
	if ((x->flags & FUZZ_MIC) && resp.has_mic && msg.mic)
		ksmbd_ntlm_mic(x->session_key, &x->negotiate, &x->challenge, &ntlm, (u8 *)msg.mic);
	if ((x->flags & FUZZ_MECH_MIC) && token.mic_len == 16 && x->mechs)
		ksmbd_ntlm_signature(x->session_key, msg.flags, true, x->mechs, x->mechs_len,
				     (u8 *)token.mic);
}

/* What every answer promises. */
static void check_result(const struct ksmbd_auth *auth, const struct exchange *x, ntstatus_t status,
			 const u8 *out)
{
	const struct ksmbd_auth_result *result = ksmbd_auth_result(auth);

	if (ksmbd_status_is_error(status) && status != STATUS_MORE_PROCESSING_REQUIRED && out)
		abort();
	if (!result != (status != STATUS_SUCCESS))
		abort();
	if (!result)
		return;
	if (result->guest && !(x->flags & FUZZ_GUEST))
		abort();
	if (result->anonymous && !(x->flags & FUZZ_ANONYMOUS))
		abort();
	/* Nobody logs in who knows no password. */
	if (!result->guest && !result->anonymous && !x->proven)
		abort();
	if (result->login.has_hash)
		abort();
}

static bool run_step(struct ksmbd_auth *auth, struct exchange *x, const u8 *data, u32 len)
{
	/* Of its exact size, so that any byte read beyond is seen. */
	u8 *copy = malloc(len ? len : 1);
	struct ksmbd_spnego_token token;
	struct ksmbd_ntlm_field ntlm;
	ntstatus_t status;
	u8 *out;
	u32 out_len;

	if (!copy)
		abort();
	memcpy(copy, data, len);
	mend_token(x, copy, len);
	status = ksmbd_auth_step(auth, copy, len, &out, &out_len);
	free(copy);
	check_result(auth, x, status, out);
	if (out) {
		ntlm = find_ntlm(out, out_len, &token);
		if (ksmbd_ntlm_type(ntlm.data, ntlm.len) == NTLMSSP_CHALLENGE_MESSAGE)
			keep(&x->challenge, &ntlm);
	}
	kfree(out);
	return status == STATUS_MORE_PROCESSING_REQUIRED;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct ksmbd_auth_params params = { .netbios_name = "FUZZ", .workgroup = "WORKGROUP" };
	struct exchange x = {};
	struct ksmbd_auth *auth;
	u32 steps, len;

	if (!size)
		return 0;
	x.flags = *data++;
	size--;
	params.allow_anonymous = x.flags & FUZZ_ANONYMOUS;
	params.allow_guest = x.flags & FUZZ_GUEST;
	auth = ksmbd_auth_create(&params);
	if (!auth)
		abort();
	for (steps = 0; steps < STEPS_MAX && size >= 2; steps++) {
		len = min_t(size_t, get_unaligned_le16(data), size - 2);
		if (!run_step(auth, &x, data + 2, len))
			break;
		data += 2 + len;
		size -= 2 + len;
	}
	ksmbd_auth_free(auth);
	kfree(x.negotiate.data);
	kfree(x.challenge.data);
	kfree(x.mechs);
	return 0;
}
