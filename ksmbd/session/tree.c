// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "host/vfs.h"
#include "open/open.h"
#include "session/conn.h"
#include "session/session.h"
#include "wire/smb2_format.h"

/* Most that an open on a read-only tree connection may be granted. */
#define READ_ONLY_ACCESS (FILE_READ_RIGHTS | FILE_EXECUTE_RIGHTS | FILE_READ_CONTROL)

static const struct {
	u32 tree_status; /* enum ksmbd_tree_status */
	ntstatus_t status;
} tree_statuses[] = {
	{ KSMBD_TREE_OK, STATUS_SUCCESS },
	{ KSMBD_TREE_NOMEM, STATUS_INSUFFICIENT_RESOURCES },
	{ KSMBD_TREE_NO_SHARE, STATUS_BAD_NETWORK_NAME },
	{ KSMBD_TREE_NO_USER, STATUS_ACCESS_DENIED },
	{ KSMBD_TREE_INVALID_USER, STATUS_ACCESS_DENIED },
	{ KSMBD_TREE_HOST_DENIED, STATUS_ACCESS_DENIED },
	{ KSMBD_TREE_CONN_EXIST, STATUS_ACCESS_DENIED },
	{ KSMBD_TREE_TOO_MANY_CONNS, STATUS_REQUEST_NOT_ACCEPTED },
	{ KSMBD_TREE_TOO_MANY_SESSIONS, STATUS_REQUEST_NOT_ACCEPTED },
};

static ntstatus_t status_from_tree(u32 tree_status)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(tree_statuses); i++)
		if (tree_statuses[i].tree_status == tree_status)
			return tree_statuses[i].status;
	return STATUS_ACCESS_DENIED;
}

struct ksmbd_share *ksmbd_share_get(struct ksmbd_share *share)
{
	refcount_inc(&share->refs);
	return share;
}

void ksmbd_share_put(struct ksmbd_share *share)
{
	if (!share || !refcount_dec_and_test(&share->refs))
		return;
	if (share->root)
		ksmbd_root_put(share->root);
	ksmbd_share_conf_release(&share->conf);
	kfree(share);
}

/* Asks the daemon for a share and opens its directory. */
static ntstatus_t create_share(const char *name, struct ksmbd_share **out)
{
	struct ksmbd_share *share = kzalloc(sizeof(*share), GFP_KERNEL);
	int err;

	if (!share)
		return STATUS_INSUFFICIENT_RESOURCES;
	refcount_set(&share->refs, 1);
	err = ksmbd_upcall_share(name, &share->conf);
	if (err) {
		kfree(share);
		/* Whether there is one is not known without an answer. */
		return err == -ENOENT ? STATUS_BAD_NETWORK_NAME : STATUS_INSUFFICIENT_RESOURCES;
	}
	share->is_pipe = share->conf.flags & KSMBD_SHARE_PIPE;
	if (!share->is_pipe) {
		err = share->conf.path ? ksmbd_root_open(share->conf.path, &share->root) : -ENOENT;
		if (err) {
			pr_err_ratelimited("ksmbd: share %s: cannot open its directory: %d\n",
					   share->conf.name, err);
			ksmbd_share_put(share);
			return STATUS_BAD_NETWORK_NAME;
		}
	}
	*out = share;
	return STATUS_SUCCESS;
}

static void get_tree(void *obj)
{
	refcount_inc(&((struct ksmbd_tree *)obj)->refs);
}

void ksmbd_tree_put(struct ksmbd_tree *tree)
{
	if (!tree || !refcount_dec_and_test(&tree->refs))
		return;
	ksmbd_share_put(tree->share);
	ksmbd_user_put(tree->user);
	ksmbd_user_put(tree->made_for);
	kfree(tree);
}

/* What the daemon's answer allows at most on this connection. */
static void set_tree_access(struct ksmbd_tree *tree, u32 flags)
{
	tree->writable = tree->share->is_pipe || (flags & KSMBD_TREE_WRITABLE);
	if (!(flags & KSMBD_TREE_WRITABLE) && (flags & KSMBD_TREE_READ_ONLY))
		tree->writable = tree->share->is_pipe;
	tree->max_access = tree->writable ? FILE_ALL_ACCESS : READ_ONLY_ACCESS;
}

/* The TreeId: slot in the low half, so that lookups are O(1); a stale one finds nothing. */
static u32 tree_id(u64 slot)
{
	return (u32)(slot >> 32) << 16 | (u32)slot;
}

/* 3.3.5.7: is the tree to be sealed? False: it must be, and the client cannot. */
static bool settle_encryption(const struct ksmbd_session *session, struct ksmbd_tree *tree)
{
	u32 flags = tree->share->conf.flags;

	tree->encrypt = session->cipher &&
			(flags & (KSMBD_SHARE_ENCRYPT_DATA | KSMBD_SHARE_ENCRYPT_DESIRED));
	return tree->encrypt || !(flags & KSMBD_SHARE_ENCRYPT_DATA);
}

/* Enters @tree, then asks the daemon, which wants to know the id it admits. */
static ntstatus_t admit_tree(struct ksmbd_conn *conn, struct ksmbd_session *session,
			     struct ksmbd_tree *tree)
{
	struct ksmbd_tree_ask ask = {
		.account = tree->made_for->account,
		.share = tree->share->conf.name,
		.peer = conn->peer.text,
		.login_flags = tree->made_for->flags,
		.session_id = session->id,
	};
	ntstatus_t status;
	int err;

	refcount_inc(&tree->refs); /* the table's, also while it is being entered */
	err = ksmbd_idtable_add(&session->trees, tree, &tree->slot);
	if (err) {
		ksmbd_tree_put(tree);
		return STATUS_INSUFFICIENT_RESOURCES;
	}
	ask.tree_id = tree_id(tree->slot);
	err = ksmbd_upcall_tree_connect(&ask);
	/* Nobody has refused what nobody was asked for. */
	status = err ? STATUS_INSUFFICIENT_RESOURCES : status_from_tree(ask.status);
	if (status != STATUS_SUCCESS) {
		if (ksmbd_idtable_remove(&session->trees, tree->slot))
			ksmbd_tree_put(tree);
		return status;
	}
	set_tree_access(tree, ask.flags);
	/* Only now can a lookup match: until here the id was 0. */
	spin_lock(&session->lock);
	if (tree->gone)
		status = STATUS_USER_SESSION_DELETED;
	else
		tree->id = ask.tree_id;
	spin_unlock(&session->lock);
	if (status != STATUS_SUCCESS)
		ksmbd_upcall_tree_disconnect(session->id, ask.tree_id);
	return status;
}

/* The daemon's word for "not forced" is 0 or all ones. */
static u32 forced_id(u32 id)
{
	return id ? id : U32_MAX;
}

static struct ksmbd_user *make_user(const struct ksmbd_tree *tree, struct ksmbd_user *user)
{
	const struct ksmbd_share_conf *conf = &tree->share->conf;

	return ksmbd_user_forced(user, forced_id(conf->force_uid), forced_id(conf->force_gid));
}

struct ksmbd_user *ksmbd_tree_user(struct ksmbd_session *session, struct ksmbd_tree *tree)
{
	struct ksmbd_user *now, *user = NULL;

	spin_lock(&session->lock);
	now = ksmbd_user_get(session->user);
	if (tree->made_for == now)
		user = ksmbd_user_get(tree->user);
	spin_unlock(&session->lock);
	if (!user) {
		user = make_user(tree, now);
		if (user) {
			struct ksmbd_user *old_user, *old_for;

			ksmbd_user_get(user);
			ksmbd_user_get(now);
			spin_lock(&session->lock);
			old_user = tree->user;
			old_for = tree->made_for;
			tree->user = user;
			tree->made_for = now;
			spin_unlock(&session->lock);
			ksmbd_user_put(old_user);
			ksmbd_user_put(old_for);
		}
	}
	ksmbd_user_put(now);
	return user;
}

ntstatus_t ksmbd_tree_connect(struct ksmbd_conn *conn, struct ksmbd_session *session,
			      const char *name, struct ksmbd_tree **out)
{
	struct ksmbd_share *share;
	struct ksmbd_tree *tree;
	ntstatus_t status;

	status = create_share(name, &share);
	if (status != STATUS_SUCCESS)
		return status;
	tree = kzalloc(sizeof(*tree), GFP_KERNEL);
	if (!tree) {
		ksmbd_share_put(share);
		return STATUS_INSUFFICIENT_RESOURCES;
	}
	refcount_set(&tree->refs, 1);
	tree->share = share;
	status = STATUS_INSUFFICIENT_RESOURCES;
	tree->made_for = ksmbd_session_user(session);
	tree->user = make_user(tree, tree->made_for);
	if (tree->user && !settle_encryption(session, tree))
		status = STATUS_ACCESS_DENIED;
	else if (tree->user)
		status = admit_tree(conn, session, tree);
	if (status != STATUS_SUCCESS) {
		ksmbd_tree_put(tree);
		return status;
	}
	/* A logoff may have passed between: it did not see this tree. */
	if (ksmbd_session_state(session) != KSMBD_SESSION_VALID) {
		ksmbd_tree_disconnect(session, tree);
		ksmbd_tree_put(tree);
		return STATUS_USER_SESSION_DELETED;
	}
	*out = tree;
	return STATUS_SUCCESS;
}

struct ksmbd_tree *ksmbd_tree_lookup(struct ksmbd_session *session, u32 id)
{
	struct ksmbd_tree *tree;
	bool same;

	if (!id)
		return NULL;
	tree = ksmbd_idtable_find_index(&session->trees, id & 0xFFFF, get_tree);
	if (!tree)
		return NULL;
	spin_lock(&session->lock);
	same = tree->id == id && !tree->gone;
	spin_unlock(&session->lock);
	if (same)
		return tree;
	ksmbd_tree_put(tree);
	return NULL;
}

bool ksmbd_tree_alive(struct ksmbd_session *session, const struct ksmbd_tree *tree)
{
	bool alive;

	spin_lock(&session->lock);
	alive = session->state == KSMBD_SESSION_VALID && !tree->gone;
	spin_unlock(&session->lock);
	return alive;
}

/* Requests that wait: one connection after the other, as the list may change meanwhile. */
static void cancel_waiting(struct ksmbd_session *session, struct ksmbd_tree *tree)
{
	struct ksmbd_channel *channel;
	u32 n;

	for (n = 0; (channel = ksmbd_session_channel(session, n)) != NULL; n++) {
		ksmbd_conn_cancel(channel->conn, session, tree, STATUS_NETWORK_NAME_DELETED);
		ksmbd_channel_put(channel);
	}
}

/* @tree has just been taken out of the table by this caller. */
static void end_tree(struct ksmbd_session *session, struct ksmbd_tree *tree)
{
	u32 id;

	spin_lock(&session->lock);
	tree->gone = true;
	id = tree->id;
	spin_unlock(&session->lock);
	if (id) {
		ksmbd_open_close_matching(&session->opens, id);
		cancel_waiting(session, tree);
		ksmbd_upcall_tree_disconnect(session->id, id);
	}
	ksmbd_tree_put(tree); /* the table's */
}

bool ksmbd_tree_disconnect(struct ksmbd_session *session, struct ksmbd_tree *tree)
{
	if (!ksmbd_idtable_remove(&session->trees, tree->slot))
		return false;
	end_tree(session, tree);
	return true;
}

void ksmbd_tree_disconnect_all(struct ksmbd_session *session)
{
	struct ksmbd_tree *tree;

	while ((tree = ksmbd_idtable_take_any(&session->trees, NULL, NULL)) != NULL)
		end_tree(session, tree);
}
