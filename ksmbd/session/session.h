/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sessions, channels, users, trees, shares. Objects: session/session_types.h */
#ifndef KSMBD_SESSION_SESSION_H
#define KSMBD_SESSION_SESSION_H

#include "session/session_types.h"
#include "util/status_types.h"

struct ksmbd_conn;

void ksmbd_session_table_init(void);

/**
 * ksmbd_session_create() - a session in state SETUP, entered in the server's table
 * @conn: supplies dialect, client GUID and limits
 * @out: receives a reference
 * Return: 0, -EBUSY at "max active sessions", -ENOMEM
 */
int ksmbd_session_create(struct ksmbd_conn *conn, struct ksmbd_session **out);
void ksmbd_session_get(struct ksmbd_session *session);
void ksmbd_session_put(struct ksmbd_session *session);
/** ksmbd_session_lookup() - by id over the whole server; counted reference or NULL */
struct ksmbd_session *ksmbd_session_lookup(u64 id);
/** ksmbd_session_lookup_ending() - the same, also of one that is just being ended */
struct ksmbd_session *ksmbd_session_lookup_ending(u64 id);
enum ksmbd_session_state ksmbd_session_state(struct ksmbd_session *session);
/** ksmbd_session_set_valid() - its user has proved himself. False: it was not in state SETUP */
bool ksmbd_session_set_valid(struct ksmbd_session *session);
/**
 * ksmbd_session_close() - LOGOFF, PreviousSessionId, or the last channel's end
 *
 * Marks it CLOSED, takes it off all of its connections, ends its requests that wait there,
 * closes its opens, disconnects its trees, tells the daemon. May be called by several: the
 * first does the work, and the others wait until it is done. The caller keeps its reference.
 * Not to be called with credentials entered.
 * Return: false: somebody else has ended it
 */
bool ksmbd_session_close(struct ksmbd_session *session);

/** ksmbd_session_user() - whose session it is now; counted. @session is or was VALID */
struct ksmbd_user *ksmbd_session_user(struct ksmbd_session *session);
/**
 * ksmbd_session_set_user() - takes @user's reference over; who it was before has logged out
 *
 * Return: false: the session has ended, and stays its last user's
 */
bool ksmbd_session_set_user(struct ksmbd_session *session, struct ksmbd_user *user);

/**
 * ksmbd_session_conn() - a connection on which the session's client can be told something
 * @preferred: id of the connection to take if it is still one of the session's
 *
 * Takes the session's lock and connections' locks. Return: a counted reference, or NULL
 */
struct ksmbd_conn *ksmbd_session_conn(struct ksmbd_session *session, u64 preferred);

/**
 * ksmbd_channel_create() - @session on @conn; takes references on both
 *
 * Return: NULL without memory, or when the session has as many channels as it may have, or
 * has ended
 */
struct ksmbd_channel *ksmbd_channel_create(struct ksmbd_session *session, struct ksmbd_conn *conn);
void ksmbd_channel_put(struct ksmbd_channel *channel);
/** ksmbd_session_channel() - the @n-th channel, counted; NULL: there are fewer now */
struct ksmbd_channel *ksmbd_session_channel(struct ksmbd_session *session, u32 n);
/** ksmbd_channel_end() - @channel left its connection; the session's last one closes it */
void ksmbd_channel_end(struct ksmbd_channel *channel);

/** ksmbd_sign_key_get(), _put() - NULL is ignored */
struct ksmbd_sign_key *ksmbd_sign_key_get(struct ksmbd_sign_key *key);
void ksmbd_sign_key_put(struct ksmbd_sign_key *key);

/** ksmbd_user_create() - from an authentication's result; NULL without memory */
struct ksmbd_user *ksmbd_user_create(const struct ksmbd_auth_result *result);
/**
 * ksmbd_user_forced() - @user with another identity on the file system
 * @uid, @gid: U32_MAX: as it is. A forced uid leaves the supplementary groups behind.
 * Return: a reference, to @user itself when nothing changes; NULL without memory
 */
struct ksmbd_user *ksmbd_user_forced(struct ksmbd_user *user, u32 uid, u32 gid);
struct ksmbd_user *ksmbd_user_get(struct ksmbd_user *user);
void ksmbd_user_put(struct ksmbd_user *user);

struct ksmbd_share *ksmbd_share_get(struct ksmbd_share *share);
void ksmbd_share_put(struct ksmbd_share *share);

/**
 * ksmbd_tree_connect() - connect @session to a share
 * @name: share name, UTF-8, without the server part
 * @tree: receives a reference
 * Return: STATUS_SUCCESS, STATUS_BAD_NETWORK_NAME, STATUS_ACCESS_DENIED,
 * STATUS_REQUEST_NOT_ACCEPTED (limits), STATUS_INSUFFICIENT_RESOURCES
 */
ntstatus_t ksmbd_tree_connect(struct ksmbd_conn *conn, struct ksmbd_session *session,
			      const char *name, struct ksmbd_tree **tree);
/** ksmbd_tree_lookup() - by TreeId; counted reference or NULL */
struct ksmbd_tree *ksmbd_tree_lookup(struct ksmbd_session *session, u32 id);
void ksmbd_tree_put(struct ksmbd_tree *tree);
/** ksmbd_tree_alive() - neither @tree nor its session has ended */
bool ksmbd_tree_alive(struct ksmbd_session *session, const struct ksmbd_tree *tree);
/**
 * ksmbd_tree_user() - who the session's user is on @tree; counted
 *
 * After another user re-authenticated in the session, that one; tree connections stay.
 * Return: NULL without memory
 */
struct ksmbd_user *ksmbd_tree_user(struct ksmbd_session *session, struct ksmbd_tree *tree);
/** ksmbd_tree_disconnect() - false when somebody else was faster; the reference stays */
bool ksmbd_tree_disconnect(struct ksmbd_session *session, struct ksmbd_tree *tree);
/** ksmbd_tree_disconnect_all() - at the session's end */
void ksmbd_tree_disconnect_all(struct ksmbd_session *session);

#endif
