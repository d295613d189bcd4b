/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Logins by name and password for the replay client. */
#ifndef TESTS_REPLAY_NTLM_H
#define TESTS_REPLAY_NTLM_H

#include "tests/replay/replay.h"

#define REPLAY_USER	"tester" /* who the hook's server knows, and his password */
#define REPLAY_PASSWORD "secret"

/**
 * replay_login_begin() - the first leg
 * @session_id: 0, or the session that logs in once more
 * @challenge: receives the server's
 */
void replay_login_begin(struct replay *r, u64 session_id, u8 challenge[8]);
/** replay_login_end() - sends the second leg, with @pad bytes behind it; the reply is to come */
void replay_login_end(struct replay *r, const u8 challenge[8], const char *password, u32 pad);
/** replay_ntlm_authenticate() - a second token, of 2 * REPLAY_TOKEN_MAX bytes at most; its length */
u32 replay_ntlm_authenticate(u8 *token, const u8 challenge[8], const char *password);
/** replay_login() - both */
void replay_login(struct replay *r, u64 session_id, const char *password);

#endif
