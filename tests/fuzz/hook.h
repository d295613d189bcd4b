/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A whole server without a network for fuzzers and replay tests: shares in a temporary
 * directory, the real configuration and daemon library, and a door past authentication
 * that no program but these has.
 *
 *	BASE/share		the root of shares "share", "ro" (read-only, wants to be sealed),
 *				"links" (follows links, grants no oplocks)
 *	BASE/outside/secret	must stay unseen and untouched
 */
#ifndef TESTS_FUZZ_HOOK_H
#define TESTS_FUZZ_HOOK_H

#include "config_types.h"
#include "session/conn_types.h"

/* What stands in BASE/outside/secret. */
#define HOOK_CANARY	 "canary: not for clients"
#define HOOK_CANARY_SIZE (sizeof(HOOK_CANARY) - 1)

struct ksmbd_channel;

/** hook_start() - temporary directory, configuration, engine; 0 or a negative errno */
int hook_start(void);
/** hook_stop() - the engine's end; removes the directory */
void hook_stop(void);

/**
 * hook_configure() - change the engine's settings for connections to come
 * @adjust: gets a copy of the settings that hook_start() made; NULL: those again
 */
int hook_configure(void (*adjust)(struct ksmbd_config *values));

/** hook_mute() - no question about accounts and shares has an answer, until hook_unmute() */
void hook_mute(void);
/** hook_unmute() - 0 or a negative errno; the engine's settings stay */
int hook_unmute(void);

/** hook_populate() - make BASE/share what it was in the beginning */
void hook_populate(void);
/**
 * hook_holds_canary() - is HOOK_CANARY among these bytes
 *
 * Without any function that a fuzzer watches: it would learn the text and send it.
 */
bool hook_holds_canary(const void *data, u32 len);
/** hook_canary_ok() - is what lies outside the share as it was? */
bool hook_canary_ok(void);
/**
 * hook_be_server() - this thread has its own identity again, after it worked for clients
 *
 * Also lets the leak detector look at the process, which a change of identity forbids.
 */
void hook_be_server(void);
/** hook_path() - BASE/@name in a static buffer */
const char *hook_path(const char *name);

/**
 * struct hook_login - a session that never was set up
 * @dialect: what the connection is made to have negotiated
 * @share: of the disk tree connection
 * @sign: the channel gets hook_sign_key
 * @cipher: SMB2_ENCRYPTION_*: the session gets hook_seal_in and hook_seal_out; 0: none
 * @session_id, @disk_tree, @pipe_tree: results
 */
struct hook_login {
	u16 dialect;
	const char *share;
	bool sign;
	u16 cipher;
	u64 session_id;
	u32 disk_tree;
	u32 pipe_tree;
};

extern const u8 hook_sign_key[16];
/* What the server opens with, and what it seals with; of which a cipher may take 16 bytes. */
extern const u8 hook_seal_in[32];
extern const u8 hook_seal_out[32];

/** hook_seal_key() - a key object for SMB2_ENCRYPTION_*, of one of the above; 0 or an errno */
struct ksmbd_aead_key;
int hook_seal_key(u16 cipher, const u8 *bytes, struct ksmbd_aead_key **key);

/**
 * hook_negotiated() - @conn, not served yet, has negotiated @dialect
 *
 * Message id 0 is used up and @credits are granted, as after a NEGOTIATE.
 */
void hook_negotiated(struct ksmbd_conn *conn, u16 dialect, u32 credits);

/** hook_login() - the same, and a session with two tree connections; 0 or a negative errno */
int hook_login(struct ksmbd_conn *conn, struct hook_login *login, u32 credits);

/** hook_conn() - a connection over a new loop, from an address in 127.0.0.0/8 */
struct ksmbd_loop;
struct ksmbd_loop_peer;
int hook_conn(const struct ksmbd_loop_peer *peer, u8 host, struct ksmbd_conn **conn,
	      struct ksmbd_loop **loop);

#endif
