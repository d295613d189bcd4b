/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sessions, channels, trees, users and shares.
 *
 * ksmbd_user    immutable, counted: who a session is. Zeroed on free.
 * ksmbd_share   immutable, counted: what a tree connection leads to. Made per tree
 *               connection from the daemon's answer; no table of shares is shared.
 * ksmbd_tree    owned by its session's table of trees; opens name it by id.
 * ksmbd_channel a session on one connection; owned by the connection's hash.
 * ksmbd_session owned by its channels: when the last one goes, it is torn down.
 *
 * Refcounts count table membership and every request that works with the object.
 * A session's refcount does not keep it valid: @state says so.
 */
#ifndef KSMBD_SESSION_SESSION_TYPES_H
#define KSMBD_SESSION_SESSION_TYPES_H

#include <linux/atomic.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include "auth/auth.h"
#include "host/upcall.h"
#include "util/idtable.h"

struct ksmbd_aead_key;
struct ksmbd_conn;
struct ksmbd_cred;
struct ksmbd_mac_key;
struct ksmbd_root;

/**
 * struct ksmbd_user - an authenticated identity
 * @flags: KSMBD_LOGIN_*
 * @cred: what the file system sees
 */
struct ksmbd_user {
	refcount_t refs;
	u32 flags;
	bool guest;
	bool anonymous;
	u32 uid;
	u32 gid;
	struct ksmbd_cred *cred;
	char account[KSMBD_ACCOUNT_SIZE];
};

/**
 * struct ksmbd_sign_key - immutable, counted: what signs; every reply on its way has a reference
 * @alg: SMB2_SIGNING_*
 */
struct ksmbd_sign_key {
	refcount_t refs;
	u16 alg;
	struct ksmbd_mac_key *mac;
};

struct ksmbd_share {
	refcount_t refs;
	bool is_pipe;
	struct ksmbd_share_conf conf;
	struct ksmbd_root *root; /* NULL for a pipe share */
};

/**
 * struct ksmbd_tree - a share connected by a session
 * @id: 32-bit TreeId; @slot: its key in the session's table
 * @user: (session's lock) whose rights hold on it: who "force user" and "force group" make
 *        of @made_for, the session's user when it was last used
 * @max_access: the most any open on it may have (FILE_*)
 * @encrypt: every request on it must be sealed
 * @gone: (session's lock) disconnected; no new opens
 */
struct ksmbd_tree {
	refcount_t refs;
	u32 id;
	u64 slot;
	u32 max_access;
	bool gone;
	bool writable;
	bool encrypt;
	struct ksmbd_share *share;
	struct ksmbd_user *user;
	struct ksmbd_user *made_for;
};

/* In their order: a state never falls. */
enum ksmbd_session_state {
	KSMBD_SESSION_SETUP, /* first authentication under way */
	KSMBD_SESSION_VALID,
	KSMBD_SESSION_CLOSED, /* logged off, or its last channel is gone */
};

/**
 * struct ksmbd_session - a user's context, on one connection or several
 * @encrypt: every request must be sealed (Session.EncryptData)
 * @cipher, @seal_in, @seal_out: set before it is VALID, then immutable; 0 and NULL where the
 *     connection has no cipher, and for guest and anonymous sessions
 * @sign_key: of its first channel: proves that who binds another one knows the session key
 * @seal_nonce: number of messages that were sealed
 */
struct ksmbd_session {
	refcount_t refs;
	u64 id;
	struct hlist_node hash; /* server's table of sessions, under its lock */
	spinlock_t lock;
	enum ksmbd_session_state state; /* (lock) */
	bool ended;			/* nothing of it is left but who refers to it */
	struct list_head channels;	/* (lock) those that have not ended */
	u32 nr_channels;		/* (lock) */
	atomic_t nr_locks;		/* byte ranges that its handles have locked */
	u32 nr_watches; /* (open/notify.c's lock) of its handles, those that watch */
	bool signing_required;
	bool encrypt;
	u16 dialect;
	u16 cipher;
	u8 client_guid[16];
	struct ksmbd_user *user; /* (lock) set when VALID; re-authentication may replace it */
	u8 key[KSMBD_SESSION_KEY_SIZE];
	struct ksmbd_sign_key *sign_key;
	struct ksmbd_aead_key *seal_in;
	struct ksmbd_aead_key *seal_out;
	atomic64_t seal_nonce;
	struct ksmbd_idtable trees;
	struct ksmbd_idtable opens;
};

/**
 * struct ksmbd_channel - a session on a connection
 * @conn: counted; @session_link: session->channels, under the session's lock
 * @auth: exchange under way, under the connection's setup_lock
 * @preauth: session's preauthentication hash while it is being set up
 * @binding: a further connection of a session that others are on already; immutable
 * @sign_key: NULL until established, and for guest and anonymous sessions
 */
struct ksmbd_channel {
	refcount_t refs;
	struct hlist_node link; /* connection's hash */
	struct list_head session_link;
	struct ksmbd_conn *conn;
	u64 session_id;
	struct ksmbd_session *session;
	struct ksmbd_auth *auth;
	u8 preauth[64];
	bool binding;
	bool established;
	struct ksmbd_sign_key *sign_key;
};

#endif
