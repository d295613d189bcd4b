// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/hashtable.h>
#include <linux/random.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/wait.h>

#include "config.h"
#include "host/cred.h"
#include "host/crypto.h"
#include "open/open.h"
#include "open/oplock.h"
#include "session/conn.h"
#include "session/session.h"

/* As many as Windows takes. */
#define MAX_CHANNELS 32

static DEFINE_SPINLOCK(table_lock);
static DECLARE_HASHTABLE(sessions, 8); /* under table_lock, as is nr_sessions */
static u32 nr_sessions;
static DECLARE_WAIT_QUEUE_HEAD(session_ended);

void ksmbd_session_table_init(void)
{
	hash_init(sessions);
}

static struct ksmbd_session *find_session(u64 id)
{
	struct ksmbd_session *session;

	hash_for_each_possible(sessions, session, hash, id)
		if (session->id == id)
			return session;
	return NULL;
}

/*
 * Picks an unused id and enters the session. It is no secret: what counts is the key. 32 bits
 * are enough, and some clients keep no more.
 */
static int enter_session(struct ksmbd_session *session, u32 max)
{
	int err = 0;
	u32 id;

	spin_lock(&table_lock);
	if (max && nr_sessions >= max) {
		err = -EBUSY;
	} else {
		do {
			get_random_bytes(&id, sizeof(id));
		} while (!id || id == U32_MAX || find_session(id));
		session->id = id;
		hash_add(sessions, &session->hash, session->id);
		nr_sessions++;
		refcount_inc(&session->refs); /* the table's */
	}
	spin_unlock(&table_lock);
	return err;
}

int ksmbd_session_create(struct ksmbd_conn *conn, struct ksmbd_session **out)
{
	struct ksmbd_session *session = kzalloc(sizeof(*session), GFP_KERNEL);
	int err;

	if (!session)
		return -ENOMEM;
	refcount_set(&session->refs, 1);
	spin_lock_init(&session->lock);
	INIT_LIST_HEAD(&session->channels);
	session->state = KSMBD_SESSION_SETUP;
	atomic_set(&session->nr_locks, 0);
	session->dialect = conn->dialect;
	memcpy(session->client_guid, conn->client_guid, sizeof(session->client_guid));
	ksmbd_idtable_init(&session->trees, conn->config->max_trees);
	ksmbd_idtable_init(&session->opens, conn->config->max_open_files);
	err = enter_session(session, conn->config->max_sessions);
	if (err) {
		ksmbd_session_put(session);
		return err;
	}
	*out = session;
	return 0;
}

void ksmbd_session_get(struct ksmbd_session *session)
{
	refcount_inc(&session->refs);
}

void ksmbd_session_put(struct ksmbd_session *session)
{
	if (!refcount_dec_and_test(&session->refs))
		return;
	ksmbd_idtable_destroy(&session->trees);
	ksmbd_idtable_destroy(&session->opens);
	ksmbd_user_put(session->user);
	ksmbd_sign_key_put(session->sign_key);
	ksmbd_aead_key_free(session->seal_in);
	ksmbd_aead_key_free(session->seal_out);
	kfree_sensitive(session);
}

struct ksmbd_session *ksmbd_session_lookup_ending(u64 id)
{
	struct ksmbd_session *session;

	spin_lock(&table_lock);
	session = find_session(id);
	if (session)
		ksmbd_session_get(session);
	spin_unlock(&table_lock);
	return session;
}

struct ksmbd_session *ksmbd_session_lookup(u64 id)
{
	struct ksmbd_session *session = ksmbd_session_lookup_ending(id);

	if (!session || ksmbd_session_state(session) != KSMBD_SESSION_CLOSED)
		return session;
	ksmbd_session_put(session);
	return NULL;
}

enum ksmbd_session_state ksmbd_session_state(struct ksmbd_session *session)
{
	enum ksmbd_session_state state;

	spin_lock(&session->lock);
	state = session->state;
	spin_unlock(&session->lock);
	return state;
}

/* The only way a state moves: onwards. Called with session->lock held. */
static bool move_state(struct ksmbd_session *session, enum ksmbd_session_state to)
{
	if (to <= session->state)
		return false;
	session->state = to;
	return true;
}

bool ksmbd_session_set_valid(struct ksmbd_session *session)
{
	bool moved;

	spin_lock(&session->lock);
	moved = move_state(session, KSMBD_SESSION_VALID);
	spin_unlock(&session->lock);
	return moved;
}

struct ksmbd_user *ksmbd_session_user(struct ksmbd_session *session)
{
	struct ksmbd_user *user;

	spin_lock(&session->lock);
	user = ksmbd_user_get(session->user);
	spin_unlock(&session->lock);
	return user;
}

static void log_out(const struct ksmbd_user *user)
{
	ksmbd_upcall_logout(user->account, user->flags);
}

bool ksmbd_session_set_user(struct ksmbd_session *session, struct ksmbd_user *user)
{
	struct ksmbd_user *before = user;
	bool left = false;
	bool open;

	spin_lock(&session->lock);
	/* Its end has named the user it had. */
	open = session->state != KSMBD_SESSION_CLOSED;
	if (open) {
		before = session->user;
		session->user = user; /* which another channel may replace, from here on */
		/* Who only proved himself again has not left. */
		left = before && strcmp(before->account, user->account);
	}
	spin_unlock(&session->lock);
	if (left)
		log_out(before);
	ksmbd_user_put(before);
	return open;
}

/* Takes @channel off its session's list. False: it was off already. @last: of all */
static bool leave_session(struct ksmbd_channel *channel, bool *last)
{
	struct ksmbd_session *session = channel->session;
	bool mine;

	spin_lock(&session->lock);
	mine = !list_empty(&channel->session_link);
	if (mine) {
		list_del_init(&channel->session_link);
		session->nr_channels--;
	}
	*last = list_empty(&session->channels);
	spin_unlock(&session->lock);
	return mine;
}

struct ksmbd_channel *ksmbd_session_channel(struct ksmbd_session *session, u32 n)
{
	struct ksmbd_channel *channel, *found = NULL;

	spin_lock(&session->lock);
	list_for_each_entry(channel, &session->channels, session_link) {
		if (n--)
			continue;
		refcount_inc(&channel->refs);
		found = channel;
		break;
	}
	spin_unlock(&session->lock);
	return found;
}

/* All connections forget the session, and end its requests that wait on them. */
static void drop_channels(struct ksmbd_session *session)
{
	struct ksmbd_channel *channel;
	bool last;

	while ((channel = ksmbd_session_channel(session, 0)) != NULL) {
		leave_session(channel, &last);
		ksmbd_conn_cancel(channel->conn, session, NULL, STATUS_USER_SESSION_DELETED);
		if (ksmbd_conn_remove_channel(channel->conn, channel))
			ksmbd_channel_put(channel); /* the connection's */
		ksmbd_channel_put(channel);
	}
}

/* False: somebody else ends it. @user: who was logged in, with a reference; NULL: nobody yet */
static bool begin_end(struct ksmbd_session *session, struct ksmbd_user **user)
{
	bool mine;

	spin_lock(&session->lock);
	if (session->state == KSMBD_SESSION_VALID)
		*user = ksmbd_user_get(session->user);
	mine = move_state(session, KSMBD_SESSION_CLOSED);
	spin_unlock(&session->lock);
	return mine;
}

/* Only now is it found no more: until here its client may wait for the end. */
static void finish_end(struct ksmbd_session *session)
{
	spin_lock(&table_lock);
	hash_del(&session->hash);
	nr_sessions--;
	spin_unlock(&table_lock);
	smp_store_release(&session->ended, true);
	wake_up_all(&session_ended);
	ksmbd_session_put(session); /* the table's */
}

bool ksmbd_session_close(struct ksmbd_session *session)
{
	struct ksmbd_user *user = NULL;

	if (!begin_end(session, &user)) {
		wait_event_idle(session_ended, smp_load_acquire(&session->ended));
		return false;
	}
	ksmbd_open_close_matching(&session->opens, 0);
	drop_channels(session);
	ksmbd_tree_disconnect_all(session);
	if (user) {
		log_out(user);
		ksmbd_user_put(user);
	}
	finish_end(session);
	return true;
}

/* Enters @channel unless there are too many, or the session has ended. */
static bool enter_channel(struct ksmbd_session *session, struct ksmbd_channel *channel)
{
	bool room;

	spin_lock(&session->lock);
	room = session->state != KSMBD_SESSION_CLOSED && session->nr_channels < MAX_CHANNELS;
	if (room) {
		session->nr_channels++;
		list_add_tail(&channel->session_link, &session->channels);
	}
	spin_unlock(&session->lock);
	return room;
}

struct ksmbd_channel *ksmbd_channel_create(struct ksmbd_session *session, struct ksmbd_conn *conn)
{
	struct ksmbd_channel *channel = kzalloc(sizeof(*channel), GFP_KERNEL);

	if (!channel)
		return NULL;
	refcount_set(&channel->refs, 1);
	INIT_HLIST_NODE(&channel->link);
	INIT_LIST_HEAD(&channel->session_link);
	channel->session_id = session->id;
	channel->session = session;
	channel->conn = conn;
	/* Its connection is there before anybody finds it by the session. */
	ksmbd_session_get(session);
	ksmbd_conn_get(conn);
	if (enter_channel(session, channel))
		return channel;
	ksmbd_channel_put(channel);
	return NULL;
}

void ksmbd_channel_put(struct ksmbd_channel *channel)
{
	if (!channel || !refcount_dec_and_test(&channel->refs))
		return;
	ksmbd_auth_free(channel->auth);
	ksmbd_sign_key_put(channel->sign_key);
	ksmbd_session_put(channel->session);
	ksmbd_conn_put(channel->conn);
	kfree_sensitive(channel);
}

void ksmbd_channel_end(struct ksmbd_channel *channel)
{
	bool last;

	if (!leave_session(channel, &last))
		return;
	if (last)
		ksmbd_session_close(channel->session);
	else
		ksmbd_oplock_channel_lost(channel->session, channel->conn->id);
}

static bool can_notify(struct ksmbd_channel *channel)
{
	return smp_load_acquire(&channel->established) &&
	       ksmbd_conn_state(channel->conn) != KSMBD_CONN_CLOSING;
}

struct ksmbd_conn *ksmbd_session_conn(struct ksmbd_session *session, u64 preferred)
{
	struct ksmbd_conn *conn = NULL;
	struct ksmbd_channel *channel;

	spin_lock(&session->lock);
	list_for_each_entry(channel, &session->channels, session_link) {
		if (!can_notify(channel) || (conn && channel->conn->id != preferred))
			continue;
		conn = channel->conn;
		if (conn->id == preferred)
			break;
	}
	if (conn)
		ksmbd_conn_get(conn);
	spin_unlock(&session->lock);
	return conn;
}

struct ksmbd_sign_key *ksmbd_sign_key_get(struct ksmbd_sign_key *key)
{
	if (key)
		refcount_inc(&key->refs);
	return key;
}

void ksmbd_sign_key_put(struct ksmbd_sign_key *key)
{
	if (!key || !refcount_dec_and_test(&key->refs))
		return;
	ksmbd_mac_key_free(key->mac);
	kfree(key);
}

struct ksmbd_user *ksmbd_user_create(const struct ksmbd_auth_result *result)
{
	const struct ksmbd_login *login = &result->login;
	struct ksmbd_user *user = kzalloc(sizeof(*user), GFP_KERNEL);

	if (!user)
		return NULL;
	refcount_set(&user->refs, 1);
	user->flags = login->flags;
	user->guest = result->guest;
	user->anonymous = result->anonymous;
	user->uid = login->uid;
	user->gid = login->gid;
	strscpy(user->account, login->account, sizeof(user->account));
	user->cred = ksmbd_cred_create(login->uid, login->gid, login->groups, login->ngroups);
	if (!user->cred) {
		kfree(user);
		return NULL;
	}
	return user;
}

struct ksmbd_user *ksmbd_user_forced(struct ksmbd_user *user, u32 uid, u32 gid)
{
	struct ksmbd_user *forced;

	if (uid == U32_MAX && gid == U32_MAX)
		return ksmbd_user_get(user);
	forced = kmemdup(user, sizeof(*user), GFP_KERNEL);
	if (!forced)
		return NULL;
	refcount_set(&forced->refs, 1);
	if (uid != U32_MAX)
		forced->uid = uid;
	if (gid != U32_MAX)
		forced->gid = gid;
	forced->cred = ksmbd_cred_create(forced->uid, forced->gid, NULL, 0);
	if (forced->cred)
		return forced;
	kfree(forced);
	return NULL;
}

struct ksmbd_user *ksmbd_user_get(struct ksmbd_user *user)
{
	refcount_inc(&user->refs);
	return user;
}

void ksmbd_user_put(struct ksmbd_user *user)
{
	if (!user || !refcount_dec_and_test(&user->refs))
		return;
	ksmbd_cred_put(user->cred);
	kfree_sensitive(user);
}
