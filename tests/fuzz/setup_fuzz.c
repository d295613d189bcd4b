// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * libFuzzer: sequences of NEGOTIATE, SESSION_SETUP, LOGOFF and what needs a session, by a client
 * that knows a password: logins, re-authentication, binding, PreviousSessionId, sealed and not,
 * on up to DEPTH connections, each of which lives inside of the one before.
 *
 * An input is a byte of settings and operations of four bytes: what, and how (HOW_*), and two
 * arguments. Bugs beside the sanitizers' findings: a login, a binding or a request that succeeds
 * and must not; a final reply whose signature is not the one that this client computes.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <asm/unaligned.h>
#include <kit/kit.h>
#include <linux/kernel.h>
#include <linux/minmax.h>

#include "hook.h"

#include "auth/ntlm_crypt.h"
#include "frame/frame.h"
#include "host/crypto.h"
#include "protect/kdf.h"
#include "protect/preauth.h"
#include "protect/sign.h"
#include "tools/lib/passdb.h"
#include "transport/loop.h"
#include "wire/smb2_format.h"
#include "wire/transform.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

#define HOW_SLOT     0x03 /* which of the sessions we know */
#define HOW_SIGN     0x04
#define HOW_SEAL     0x08
#define HOW_BIND     0x10
#define HOW_PREVIOUS 0x20 /* PreviousSessionId is that of another slot */
#define HOW_SPOIL    0x40 /* a byte is changed once all is done */
#define HOW_NEW	     0x80 /* SESSION_SETUP: session id 0 */

enum {
	OP_NEGOTIATE,
	OP_FIRST_LEG,
	OP_SECOND_LEG,
	OP_LOGIN, /* both */
	OP_LOGOFF,
	OP_TREE_CONNECT,
	OP_ECHO,
	OP_TOKEN, /* a leg with a token of the input's */
	OP_CONNECT,
	OP_END,
	OP_INTERFACES,
	OP_NR
};

enum {
	USER_RIGHT,
	USER_WRONG,
	USER_UNKNOWN,
	USER_NOBODY
};

#define OP_SIZE	 4
#define DEPTH	 4
#define SLOTS	 4
#define TOKEN	 2048
#define NAME	 "tester"
#define PASSWORD "secret"

static const u16 dialects[] = { 0x0202, 0x0210, 0x0300, 0x0302, 0x0311, 0x0311, 0x0311, 0x0311 };

/* A session that some reply named. */
struct slot {
	u64 id;
	u16 dialect;
	u16 alg;
	u16 cipher;
	bool keyed; /* by us: the two below are right */
	u8 key[16];
	u8 sign_key[16]; /* first channel's */
	u8 preauth[64];
};

/* A connection, and the slots' channels on it. */
struct door {
	struct ksmbd_loop *loop;
	u64 message_id;
	u16 dialect;
	u16 alg;
	u16 cipher;
	u8 preauth[64];
	bool established[SLOTS];
	bool keyed[SLOTS];
	u8 keys[SLOTS][16];
	/* the exchange under way */
	u8 slot;
	u8 legs; /* that went by without anything between them */
	u8 how;
	u8 user;
	bool unclean; /* not all of it is known exactly */
	bool spoiled; /* the request sent last */
	bool begun;   /* the first leg was for a new session */
	bool proven;  /* signed with the session's key as it has to be */
	bool begins;  /* OP_LOGIN: this is its first leg */
	u8 hash[64];
	u8 challenge[TOKEN];
	u32 challenge_len;
	u8 key[16];
	/* what was sent last */
	u16 command;
	u64 session_id;
	u32 tree; /* connected last */
};

static struct {
	const u8 *data;
	size_t left;
	u8 depth;
	u8 settings;
	u8 next_slot;
	struct slot slots[SLOTS];
	struct door doors[DEPTH];
} run;

static u8 nt_hash[PASSDB_HASH_SIZE];
static u8 wrong_hash[PASSDB_HASH_SIZE];

static void die(const char *why)
{
	fprintf(stderr, "setup_fuzz: %s\n", why);
	abort();
}

static struct slot *slot_of(u64 id)
{
	u32 i;

	for (i = 0; i < SLOTS; i++)
		if (id && run.slots[i].id == id)
			return &run.slots[i];
	return NULL;
}

/* ---- NTLM ---- */

static u32 ntlm_negotiate(u8 *out)
{
	memset(out, 0, 40);
	memcpy(out, "NTLMSSP", 8);
	put_unaligned_le32(NTLMSSP_NEGOTIATE_MESSAGE, out + 8);
	put_unaligned_le32(0xA2088297, out + 12); /* no key exchange */
	return 40;
}

static u32 put_field(u8 *msg, u32 head, u32 at, const void *data, u32 len)
{
	put_unaligned_le16(len, msg + head);
	put_unaligned_le16(len, msg + head + 2);
	put_unaligned_le32(at, msg + head + 4);
	memcpy(msg + at, data, len);
	return at + len;
}

static u32 utf16_name(u8 *out, const char *name)
{
	u32 i;

	for (i = 0; name[i]; i++)
		put_unaligned_le16(name[i], out + 2 * i);
	return 2 * i;
}

/* The NTLMv2 response of a user; the session key goes into @door. */
static u32 respond(struct door *door, const u8 *user, u32 user_len, u8 *out)
{
	struct ksmbd_ntlm_field name = { user, user_len }, domain = { user, 0 }, blob;
	const u8 *info = door->challenge;
	u32 at = 0, len = 0, end;
	u8 ntowf[16];

	if (door->challenge_len >= 48) {
		at = get_unaligned_le32(info + 44);
		len = get_unaligned_le16(info + 40);
		if (at + len > door->challenge_len || len > TOKEN / 2)
			len = 0;
	}
	memset(out, 0, 16 + 28);
	out[16] = 1;
	out[17] = 1;
	memcpy(out + 44, info + at, len);
	for (end = 0; end + 12 <= len && get_unaligned_le16(out + 44 + end) != 7;)
		end += 4 + get_unaligned_le16(out + 44 + end + 2);
	if (end + 12 <= len) /* MsvAvTimestamp */
		memcpy(out + 24, out + 44 + end + 4, 8);
	memset(out + 44 + len, 0, 4);
	blob = (struct ksmbd_ntlm_field){ out + 16, 28 + len + 4 };
	if (ksmbd_ntlm_ntowf(door->user == USER_RIGHT ? nt_hash : wrong_hash, &name, &domain,
			     ntowf) ||
	    ksmbd_ntlm_proof(ntowf, info + 24, &blob, out, door->key))
		die("no proof");
	return 16 + blob.len;
}

static u32 ntlm_authenticate(struct door *door, u8 *out)
{
	static u8 response[TOKEN];
	u8 user[64];
	u32 at = 88, user_len, len = 0, i;
	bool nobody = door->user == USER_NOBODY;

	memset(out, 0, 88);
	memcpy(out, "NTLMSSP", 8);
	put_unaligned_le32(NTLMSSP_AUTHENTICATE_MESSAGE, out + 8);
	user_len = nobody ? 0 : utf16_name(user, door->user == USER_UNKNOWN ? "nobody-here" : NAME);
	if (!nobody)
		len = respond(door, user, user_len, response);
	for (i = 12; i < 60; i += 8)
		put_field(out, i, at, "", i == 12 && nobody);
	if (nobody)
		at++;
	at = put_field(out, 20, at, response, len);
	at = put_field(out, 36, at, user, user_len);
	put_unaligned_le32(0xA2088297 | (nobody ? 0x800 : 0), out + 60);
	return at;
}

/* ---- requests ---- */

static void sign(const u8 *key, u16 alg, u8 *msg, u32 len)
{
	static const enum ksmbd_mac_alg algs[] = { KSMBD_MAC_HMAC_SHA256, KSMBD_MAC_AES_CMAC,
						   KSMBD_MAC_AES_GMAC };
	struct ksmbd_seg seg = { .data = msg, .len = len };
	struct ksmbd_mac_key *mac;

	if (ksmbd_mac_key_create(algs[alg], key, 16, &mac))
		die("no key");
	msg[16] |= SMB2_FLAGS_SIGNED;
	ksmbd_sign_message(mac, &seg, 1);
	ksmbd_mac_key_free(mac);
}

static u32 cipher_key_len(u16 cipher)
{
	return cipher == SMB2_ENCRYPTION_AES128_CCM || cipher == SMB2_ENCRYPTION_AES128_GCM ? 16 :
											      32;
}

/* Seals @msg, which has room for the header in front of it. */
static void seal(const struct slot *slot, u8 *msg, u32 len)
{
	struct ksmbd_seg seg = { .data = msg, .len = len };
	u8 *head = msg - SMB2_TRANSFORM_SIZE, nonce[SMB2_TRANSFORM_NONCE_SIZE] = { 7 };
	struct ksmbd_transform transform = { nonce, len, SMB2_TRANSFORM_ENCRYPTED, slot->id };
	struct ksmbd_aead_key *key = NULL;
	u8 bytes[32];

	if (ksmbd_kdf_derive(KSMBD_KEY_SEAL_SERVER_IN, slot->dialect, slot->preauth, slot->key, 16,
			     bytes, cipher_key_len(slot->cipher)) ||
	    hook_seal_key(slot->cipher, bytes, &key))
		die("no key");
	ksmbd_transform_write(head, &transform);
	ksmbd_aead_seal(key, nonce, head + SMB2_TRANSFORM_AAD_OFFSET, SMB2_TRANSFORM_AAD_SIZE, &seg,
			1, head + SMB2_TRANSFORM_TAG_OFFSET);
	ksmbd_aead_key_free(key);
}

/* The key that a request of this slot is signed with here; NULL: none is known. */
static const u8 *key_for(struct door *door, u32 n, u16 *alg)
{
	struct slot *slot = &run.slots[n];

	*alg = door->keyed[n] ? door->alg : slot->alg;
	if (door->keyed[n])
		return door->keys[n];
	return slot->keyed ? slot->sign_key : NULL;
}

static void send_request(struct door *door, u16 command, u64 id, const u8 *op, const u8 *body,
			 u32 body_len)
{
	static u8 frame[4 + SMB2_TRANSFORM_SIZE + SMB2_HEADER_SIZE + 2 * TOKEN];
	u8 *msg = frame + 4 + SMB2_TRANSFORM_SIZE, *begin = msg;
	struct slot *slot = &run.slots[op[1] & HOW_SLOT];
	u32 len = SMB2_HEADER_SIZE + body_len;
	const u8 *key;
	u16 alg;

	memset(msg, 0, SMB2_HEADER_SIZE);
	put_unaligned_le32(SMB2_PROTO_ID, msg);
	put_unaligned_le16(SMB2_HEADER_SIZE, msg + 4);
	put_unaligned_le16(door->dialect > 0x0202, msg + 6);
	put_unaligned_le16(command, msg + 12);
	put_unaligned_le16(32, msg + SMB2_HEADER_CREDITS_OFFSET);
	put_unaligned_le64(door->message_id++, msg + 24);
	put_unaligned_le32(door->tree, msg + 36);
	put_unaligned_le64(id, msg + 40);
	memcpy(msg + SMB2_HEADER_SIZE, body, body_len);
	key = key_for(door, op[1] & HOW_SLOT, &alg);
	door->proven = false;
	if ((op[1] & HOW_SIGN) && key && alg <= SMB2_SIGNING_AES_GMAC && id == slot->id) {
		sign(key, alg, msg, len);
		door->proven = true;
	}
	door->spoiled = op[1] & HOW_SPOIL;
	if (door->spoiled) {
		msg[op[3] % len] ^= 1 << (op[2] & 7);
		door->unclean = true;
	}
	if (command == SMB2_SESSION_SETUP || command == SMB2_NEGOTIATE)
		ksmbd_preauth_update(door->hash, &(struct ksmbd_seg){ .data = msg, .len = len }, 1);
	if ((op[1] & HOW_SEAL) && slot->keyed && slot->cipher) {
		seal(slot, msg, len);
		begin -= SMB2_TRANSFORM_SIZE;
		len += SMB2_TRANSFORM_SIZE;
	}
	put_unaligned_be32(len, begin - 4);
	door->command = command;
	door->session_id = id;
	ksmbd_loop_write(door->loop, begin - 4, 4 + len);
}

static u8 *put_context(u8 *p, u16 kind, const u16 *values, u32 n)
{
	u32 i;

	put_unaligned_le16(kind, p);
	put_unaligned_le16(2 + 2 * n, p + 2);
	put_unaligned_le32(0, p + 4);
	put_unaligned_le16(n, p + 8);
	for (i = 0; i < n; i++)
		put_unaligned_le16(values[i], p + 10 + 2 * i);
	return p + 8 + ALIGN(2 + 2 * n, 8);
}

static void send_negotiate(struct door *door, const u8 *op)
{
	u16 dialect = dialects[op[2] & 7], list[1];
	u8 body[256] = { 36, 0, 1, 0, 1 }, *p = body + 40;

	put_unaligned_le32(0x7F, body + 8);
	memset(body + 12, 0x55, 16);
	put_unaligned_le16(dialect, body + 36);
	if (dialect == 0x0311) {
		static const u8 preauth[] = { 1, 0, 6, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0 };

		put_unaligned_le32(SMB2_HEADER_SIZE + 40, body + 28);
		put_unaligned_le16(3, body + 32);
		memcpy(p, preauth, sizeof(preauth));
		list[0] = op[3] % 5;
		p = put_context(p + sizeof(preauth), SMB2_ENCRYPTION_CAPABILITIES, list, 1);
		list[0] = op[2] >> 4 & 3;
		p = put_context(p, SMB2_SIGNING_CAPABILITIES, list, 1);
	}
	memcpy(door->hash, door->preauth, sizeof(door->hash));
	send_request(door, SMB2_NEGOTIATE, 0, (u8[]){ OP_NEGOTIATE, 0, 0, 0 }, body, p - body);
}

static void send_leg(struct door *door, const u8 *op, const u8 *token, u32 len)
{
	u8 body[24 + TOKEN] = { 25, 0, op[1] & HOW_BIND ? SMB2_SESSION_FLAG_BINDING : 0, 1 };
	u64 id = op[1] & HOW_NEW ? 0 : run.slots[op[1] & HOW_SLOT].id;

	door->begun = !id;
	put_unaligned_le16(SMB2_HEADER_SIZE + 24, body + 12);
	put_unaligned_le16(len, body + 14);
	if (op[1] & HOW_PREVIOUS)
		put_unaligned_le64(run.slots[op[2] >> 4 & HOW_SLOT].id, body + 16);
	memcpy(body + 24, token, len);
	send_request(door, SMB2_SESSION_SETUP, id, op, body, 24 + len);
}

static void send_first(struct door *door, const u8 *op)
{
	u8 token[40];

	memcpy(door->hash, door->preauth, sizeof(door->hash));
	door->how = op[1];
	door->legs = 0;
	door->unclean = false;
	door->challenge_len = 0;
	memset(door->challenge, 0, 64);
	send_leg(door, op, token, ntlm_negotiate(token));
}

static void send_second(struct door *door, const u8 *op)
{
	u8 how[OP_SIZE] = { op[0], op[1], op[2], op[3] };
	static u8 token[2 * TOKEN];

	door->unclean |= op[1] != door->how;
	/* The session that the first leg began. */
	if ((op[1] & HOW_NEW) || !run.slots[op[1] & HOW_SLOT].id || door->begun)
		how[1] = (op[1] & ~(HOW_NEW | HOW_SLOT)) | door->slot;
	door->user = op[2] & 3;
	send_leg(door, how, token, min_t(u32, ntlm_authenticate(door, token), TOKEN));
}

static void send_simple(struct door *door, const u8 *op)
{
	static const u8 empty[4] = { 4 };
	static const u8 path[] = { 9, 0,    0, 0,   72, 0,   18, 0,   '\\', 0,	 '\\', 0,   'h',
				   0, '\\', 0, 's', 0,	'h', 0,	 'a', 0,    'r', 0,    'e', 0 };
	u64 id = run.slots[op[1] & HOW_SLOT].id;
	u8 ioctl[56] = { 57 };

	if (op[0] == OP_TREE_CONNECT) {
		send_request(door, SMB2_TREE_CONNECT, id, op, path, sizeof(path));
	} else if (op[0] == OP_INTERFACES) {
		put_unaligned_le32(FSCTL_QUERY_NETWORK_INTERFACE_INFO, ioctl + 4);
		memset(ioctl + 8, 0xFF, 16);
		put_unaligned_le32(4096, ioctl + 44);
		ioctl[48] = 1;
		send_request(door, SMB2_IOCTL, id, op, ioctl, sizeof(ioctl));
	} else {
		send_request(door, op[0] == OP_LOGOFF ? SMB2_LOGOFF : SMB2_ECHO, id, op, empty,
			     sizeof(empty));
	}
}

static void serve(void);

/* What the input says next; false: the connection's end. */
static bool take_op(struct door *door, u8 *op)
{
	if (run.left < OP_SIZE)
		return false;
	memcpy(op, run.data, OP_SIZE);
	op[0] %= OP_NR;
	/* A login is met twice, once for each leg. */
	door->begins = op[0] == OP_LOGIN && !door->begins;
	if (!door->begins) {
		run.data += OP_SIZE;
		run.left -= OP_SIZE;
	}
	return op[0] != OP_END;
}

static bool send_next(void *ctx, struct ksmbd_loop *loop)
{
	struct door *door = ctx;
	u8 op[OP_SIZE];

	do {
		if (!take_op(door, op))
			return false;
		if (op[0] == OP_CONNECT)
			serve();
	} while (op[0] == OP_CONNECT);
	if (op[0] == OP_NEGOTIATE) {
		send_negotiate(door, op);
	} else if (op[0] == OP_FIRST_LEG || door->begins) {
		send_first(door, op);
	} else if (op[0] == OP_SECOND_LEG || op[0] == OP_LOGIN) {
		send_second(door, op);
	} else if (op[0] == OP_TOKEN) {
		door->unclean = true;
		send_leg(door, op, run.data, min_t(size_t, run.left, op[3]));
	} else {
		door->legs = 0;
		send_simple(door, op);
	}
	return true;
}

/* ---- replies ---- */

static u32 remember(u64 id)
{
	struct slot *slot = slot_of(id);

	if (!slot) {
		u32 n = run.next_slot++ % SLOTS, i;

		slot = &run.slots[n];
		memset(slot, 0, sizeof(*slot));
		slot->id = id;
		for (i = 0; i < DEPTH; i++) {
			run.doors[i].established[n] = false;
			run.doors[i].keyed[n] = false;
		}
	}
	return slot - run.slots;
}

static void take_negotiated(struct door *door, const u8 *msg, u32 len)
{
	const struct ksmbd_seg seg = { .data = (void *)msg, .len = len };
	u32 at = get_unaligned_le32(msg + 64 + 60), i, count = get_unaligned_le16(msg + 64 + 6);

	door->dialect = get_unaligned_le16(msg + 64 + 4);
	door->alg = door->dialect < 0x0300 ? SMB2_SIGNING_HMAC_SHA256 : SMB2_SIGNING_AES_CMAC;
	door->cipher = 0;
	if (door->dialect == 0x0300 || door->dialect == 0x0302)
		door->cipher = get_unaligned_le32(msg + 64 + 24) & SMB2_GLOBAL_CAP_ENCRYPTION ?
				       SMB2_ENCRYPTION_AES128_CCM :
				       0;
	for (i = 0; door->dialect == 0x0311 && i < count && at + 12 <= len; i++) {
		u16 kind = get_unaligned_le16(msg + at), value = get_unaligned_le16(msg + at + 10);

		if (kind == SMB2_ENCRYPTION_CAPABILITIES)
			door->cipher = value;
		if (kind == SMB2_SIGNING_CAPABILITIES)
			door->alg = value;
		at = ALIGN(at + 8 + get_unaligned_le16(msg + at + 2), 8);
	}
	/* The request is in there since it was sent. */
	if (door->dialect == 0x0311) {
		ksmbd_preauth_update(door->hash, &seg, 1);
		memcpy(door->preauth, door->hash, sizeof(door->preauth));
	}
}

/* A final reply's signature is made with the key that just came to be. */
static void check_final(const struct door *door, u32 n, const u8 *msg, u32 len)
{
	static u8 copy[65536];

	if (!(msg[16] & SMB2_FLAGS_SIGNED))
		die("a login's final reply is not signed");
	memcpy(copy, msg, min_t(u32, len, sizeof(copy)));
	memset(copy + KSMBD_SIGNATURE_OFFSET, 0, KSMBD_SIGNATURE_SIZE);
	sign(door->keys[n], door->alg, copy, len);
	if (memcmp(copy, msg, len))
		die("a login's final reply is signed with another key");
}

/* The channel's key, and the session's where it is the first. */
static void derive_keys(struct door *door, u32 n, bool bound)
{
	struct slot *slot = &run.slots[n];

	memcpy(door->keys[n], door->key, 16);
	if (door->dialect >= 0x0300 &&
	    ksmbd_kdf_derive(KSMBD_KEY_SIGNING, door->dialect, door->hash, door->key, 16,
			     door->keys[n], 16))
		die("no key");
	door->keyed[n] = true;
	if (bound)
		return;
	slot->dialect = door->dialect;
	slot->alg = door->alg;
	slot->cipher = door->cipher;
	memcpy(slot->key, door->key, 16);
	memcpy(slot->sign_key, door->keys[n], 16);
	memcpy(slot->preauth, door->hash, 64);
	slot->keyed = true;
}

static void take_success(struct door *door, const u8 *msg, u32 len, bool sealed)
{
	u16 flags = get_unaligned_le16(msg + SMB2_HEADER_SIZE + 2);
	u32 n = remember(get_unaligned_le64(msg + 40));
	bool guest = flags & (SMB2_SESSION_FLAG_IS_GUEST | SMB2_SESSION_FLAG_IS_NULL);
	bool first = !door->established[n], bound = door->how & HOW_BIND;
	/* Nothing unusual on the way: what follows is known exactly. */
	bool clean = door->legs == 2 && !door->unclean;

	if (!guest && clean && door->user != USER_RIGHT)
		die("logged in without the password");
	if (clean && first && bound && !door->proven)
		die("bound without the session's key");
	door->established[n] = true;
	if (guest || !first)
		return;
	door->keyed[n] = false;
	if (!clean)
		return;
	derive_keys(door, n, bound);
	if (!sealed)
		check_final(door, n, msg, len);
}

static void take_setup(struct door *door, const u8 *msg, u32 len, u32 status, bool sealed)
{
	const struct ksmbd_seg seg = { .data = (void *)msg, .len = len };
	u16 at = get_unaligned_le16(msg + SMB2_HEADER_SIZE + 4);
	u16 size = get_unaligned_le16(msg + SMB2_HEADER_SIZE + 6);

	door->legs++;
	if (status == ksmbd_status_u32(STATUS_SUCCESS)) {
		take_success(door, msg, len, sealed);
		door->legs = 0;
	} else if (status == ksmbd_status_u32(STATUS_MORE_PROCESSING_REQUIRED)) {
		door->slot = remember(get_unaligned_le64(msg + 40));
		door->challenge_len = size <= TOKEN && at + size <= len ? size : 0;
		memcpy(door->challenge, msg + at, door->challenge_len);
		ksmbd_preauth_update(door->hash, &seg, 1);
	} else {
		door->legs = 0;
	}
}

static void take_message(struct door *door, const u8 *msg, u32 len, bool sealed)
{
	u32 status = get_unaligned_le32(msg + 8), i;
	u16 command = get_unaligned_le16(msg + 12);
	struct slot *slot;

	if (command == SMB2_NEGOTIATE && !status) {
		take_negotiated(door, msg, len);
	} else if (command == SMB2_SESSION_SETUP) {
		take_setup(door, msg, len, status, sealed);
	} else if (!status && command != SMB2_ECHO && !door->spoiled) {
		slot = slot_of(door->session_id);
		i = slot ? slot - run.slots : SLOTS;
		if (!slot || !door->established[i])
			die("served in a session that is not there");
		if (command == SMB2_TREE_CONNECT)
			door->tree = get_unaligned_le32(msg + 36);
	}
}

static void take_reply(void *ctx, const struct ksmbd_seg *segs, u32 nsegs)
{
	static u8 msg[1 << 20];
	struct door *door = ctx;
	u32 len = 0, i;

	for (i = 1; i < nsegs; i++) {
		if (segs[i].file || len + segs[i].len > sizeof(msg))
			die("a reply with a file's bytes");
		memcpy(msg + len, segs[i].data, segs[i].len);
		len += segs[i].len;
	}
	if (len != get_unaligned_be32(segs[0].data))
		die("a wrong length word");
	if (get_unaligned_le32(msg) == SMB2_PROTO_ID && len >= SMB2_HEADER_SIZE + 4)
		take_message(door, msg, len, false);
	else if (get_unaligned_le32(msg) != SMB2_TRANSFORM_ID &&
		 (get_unaligned_le32(msg) != SMB1_PROTO_ID || !door->spoiled))
		die("a reply that is no message");
}

/* ---- libFuzzer ---- */

static void serve(void)
{
	struct ksmbd_loop_peer peer = { .source = send_next, .sink = take_reply };
	struct ksmbd_conn *conn;
	struct door *door;

	if (run.depth == DEPTH)
		return;
	door = &run.doors[run.depth++];
	memset(door, 0, sizeof(*door));
	peer.ctx = door;
	if (hook_conn(&peer, run.depth, &conn, &door->loop))
		die("no connection");
	ksmbd_frame_serve(conn);
	ksmbd_loop_close(door->loop);
	run.depth--;
}

static void adjust(struct ksmbd_config *values)
{
	values->encryption = run.settings & 3;
	values->signing = run.settings & 4 ? KSMBD_SIGNING_MANDATORY : KSMBD_SIGNING_AUTO;
	values->multichannel = !(run.settings & 8);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	kit_log_level = 4;
	if (kit_init() || hook_start() || passdb_hash(PASSWORD, nt_hash) ||
	    passdb_hash("not this one", wrong_hash))
		exit(1);
	atexit(hook_stop);
	return 0;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	unsigned int warnings = kit_warn_count();

	if (!size)
		return -1;
	memset(&run, 0, sizeof(run));
	run.settings = data[0];
	run.data = data + 1;
	run.left = min_t(size_t, size - 1, 64 * OP_SIZE);
	if (hook_configure(adjust))
		die("no configuration");
	serve();
	hook_be_server();
	if (kit_warn_count() != warnings)
		die("a warning was printed");
	return 0;
}
