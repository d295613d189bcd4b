// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The upcall port over generic netlink: questions in the daemon's format, and a table of the
 * RPC pipes, because the daemon wants to hear each time which service a pipe is for.
 */
#include "life.h"

#include <linux/errno.h>
#include <linux/hashtable.h>
#include <linux/minmax.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "host/upcall.h"

/* Sends a request whose fixed part is @msg, waits for its response. */
static int ask(u32 event, u32 handle, const void *msg, u32 size, void **reply, u32 *len)
{
	struct ksmbd_message message = {
		.event = event,
		.handle = handle,
		.fixed = msg,
		.fixed_len = size,
	};

	return ksmbd_netlink_ask(&message, reply, len);
}

static void tell(u32 event, const void *msg, u32 size)
{
	struct ksmbd_message message = { .event = event, .fixed = msg, .fixed_len = size };

	ksmbd_owed_tell(&message);
}

/* ---- Accounts ---- */

static int ask_groups(const char *account, struct ksmbd_login *login)
{
	struct ksmbd_nl_login_request msg;
	u32 handle = ksmbd_netlink_handle(), len;
	void *reply;
	int err;

	err = ksmbd_control_put_login(&msg, handle, account);
	if (err)
		return err;
	err = ask(KSMBD_NL_LOGIN_EXT, handle, &msg, sizeof(msg), &reply, &len);
	if (err)
		return err;
	err = ksmbd_control_get_groups(reply, len, handle, login);
	ksmbd_netlink_free(reply, len);
	return err;
}

int ksmbd_upcall_login(const char *account, struct ksmbd_login *login)
{
	struct ksmbd_nl_login_request msg;
	u32 handle = ksmbd_netlink_handle(), len;
	bool groups;
	void *reply;
	int err;

	memset(login, 0, sizeof(*login));
	if (ksmbd_control_put_login(&msg, handle, account))
		return -ENOENT;
	err = ask(KSMBD_NL_LOGIN, handle, &msg, sizeof(msg), &reply, &len);
	if (err)
		return err;
	err = ksmbd_control_get_login(reply, len, handle, login, &groups);
	ksmbd_netlink_free(reply, len);
	/* Without its groups a user would be refused what is theirs: no half logins. */
	if (!err && groups)
		err = ask_groups(login->account, login);
	if (err)
		memzero_explicit(login, sizeof(*login));
	return err;
}

void ksmbd_upcall_logout(const char *account, u32 login_flags)
{
	struct ksmbd_nl_logout msg;

	if (!ksmbd_control_put_logout(&msg, account, login_flags))
		tell(KSMBD_NL_LOGOUT, &msg, sizeof(msg));
}

/* ---- Shares ---- */

int ksmbd_upcall_share(const char *name, struct ksmbd_share_conf *conf)
{
	struct ksmbd_nl_share_request msg;
	u32 handle = ksmbd_netlink_handle(), len;
	void *reply;
	int err;

	memset(conf, 0, sizeof(*conf));
	if (ksmbd_control_put_share(&msg, handle, name))
		return -ENOENT;
	err = ask(KSMBD_NL_SHARE, handle, &msg, sizeof(msg), &reply, &len);
	if (err)
		return err;
	err = ksmbd_control_get_share(reply, len, handle, name, conf);
	ksmbd_netlink_free(reply, len);
	return err;
}

void ksmbd_share_conf_release(struct ksmbd_share_conf *conf)
{
	kfree(conf->path);
	kfree(conf->veto);
	conf->path = NULL;
	conf->veto = NULL;
}

int ksmbd_upcall_tree_connect(struct ksmbd_tree_ask *question)
{
	struct ksmbd_nl_tree_request msg;
	u32 handle = ksmbd_netlink_handle(), len;
	void *reply;
	int err;

	err = ksmbd_control_put_tree(&msg, handle, question);
	if (err)
		return err;
	err = ask(KSMBD_NL_TREE_CONNECT, handle, &msg, sizeof(msg), &reply, &len);
	if (!err) {
		err = ksmbd_control_get_tree(reply, len, handle, question);
		ksmbd_netlink_free(reply, len);
	}
	/* It may have counted the connection nevertheless. */
	if (err == -ETIMEDOUT || err == -EPROTO)
		ksmbd_upcall_tree_disconnect(question->session_id, question->tree_id);
	return err;
}

void ksmbd_upcall_tree_disconnect(u64 session_id, u64 tree_id)
{
	struct ksmbd_nl_tree_disconnect msg;

	ksmbd_control_put_tree_disconnect(&msg, session_id, tree_id);
	tell(KSMBD_NL_TREE_DISCONNECT, &msg, sizeof(msg));
}

/* ---- Pipes ---- */

/**
 * struct pipe - an open pipe; owner: the table, from open to close
 * @flags: what each message about it says: the service, and who asks
 * @due: there is an answer at the daemon
 * @broken: an answer is missing; it could come later and be taken for another one
 * @rest, @rest_len, @rest_pos: the last answer, as far as it has not been read
 *
 * The engine does one call for a pipe at a time (open->lock), so nothing but the table
 * itself needs a lock.
 */
struct pipe {
	struct hlist_node link;
	u32 id;
	u32 flags;
	bool due;
	bool broken;
	u8 *rest;
	u32 rest_len;
	u32 rest_pos;
};

static DEFINE_SPINLOCK(pipes_lock);
static DECLARE_HASHTABLE(pipes, 6);

static const struct {
	enum ksmbd_pipe_kind kind;
	u32 flag;
} services[] = {
	{ KSMBD_PIPE_SRVSVC, KSMBD_NL_RPC_SRVSVC },
	{ KSMBD_PIPE_WKSSVC, KSMBD_NL_RPC_WKSSVC },
	{ KSMBD_PIPE_SAMR, KSMBD_NL_RPC_SAMR },
	{ KSMBD_PIPE_LSARPC, KSMBD_NL_RPC_LSARPC },
};

static struct pipe *find_pipe(u32 id)
{
	struct pipe *pipe, *found = NULL;

	spin_lock(&pipes_lock);
	hash_for_each_possible(pipes, pipe, link, id)
		if (pipe->id == id)
			found = pipe;
	spin_unlock(&pipes_lock);
	return found;
}

static void drop_rest(struct pipe *pipe)
{
	kfree(pipe->rest);
	pipe->rest = NULL;
	pipe->rest_len = 0;
	pipe->rest_pos = 0;
}

static void free_pipe(struct pipe *pipe)
{
	drop_rest(pipe);
	kfree(pipe);
}

/* Keeps an answer's data for whoever reads them. */
static int keep_rest(struct pipe *pipe, const struct ksmbd_control_rpc *rpc)
{
	drop_rest(pipe);
	if (!rpc->len)
		return 0;
	pipe->rest = kmemdup(rpc->data, rpc->len, GFP_KERNEL);
	if (!pipe->rest)
		return -ENOMEM;
	pipe->rest_len = rpc->len;
	return 0;
}

/* One exchange; the answer's data go to @pipe->rest, and @pipe->due says if there is more. */
static int call_pipe(struct pipe *pipe, u32 method, const u8 *data, u32 size)
{
	struct ksmbd_nl_rpc msg;
	struct ksmbd_message message = {
		.event = KSMBD_NL_RPC,
		.handle = pipe->id,
		.fixed = &msg,
		.fixed_len = sizeof(msg),
		.more = data,
		.more_len = size,
	};
	struct ksmbd_control_rpc rpc;
	void *reply;
	u32 len;
	int err;

	if (pipe->broken)
		return -EPIPE;
	err = ksmbd_control_put_rpc(&msg, pipe->id, pipe->flags | method, size);
	if (err)
		return err;
	err = ksmbd_netlink_ask(&message, &reply, &len);
	if (err) {
		pipe->broken = true;
		return err;
	}
	err = ksmbd_control_get_rpc(reply, len, pipe->id, &rpc);
	if (!err)
		err = keep_rest(pipe, &rpc);
	pipe->due = !err && rpc.more;
	ksmbd_netlink_free(reply, len);
	return err;
}

/* Its answer is nothing to wait for. */
static void tell_close(const struct pipe *pipe)
{
	struct ksmbd_nl_rpc msg;

	if (!ksmbd_control_put_rpc(&msg, pipe->id, pipe->flags | KSMBD_NL_RPC_CLOSE, 0))
		tell(KSMBD_NL_RPC, &msg, sizeof(msg));
}

int ksmbd_upcall_rpc_open(u32 id, enum ksmbd_pipe_kind kind, const char *account, u32 login_flags)
{
	struct pipe *pipe = kzalloc(sizeof(*pipe), GFP_KERNEL);
	u32 i;
	int err;

	if (!pipe)
		return -ENOMEM;
	pipe->id = id;
	for (i = 0; i < ARRAY_SIZE(services); i++)
		if (services[i].kind == kind)
			pipe->flags = services[i].flag;
	/* Whoever is not a user of this server is told less. */
	if (!*account || (login_flags & KSMBD_LOGIN_GUEST))
		pipe->flags |= KSMBD_NL_RPC_RESTRICTED;
	err = call_pipe(pipe, KSMBD_NL_RPC_OPEN, NULL, 0);
	if (err) {
		/* It may be open there nevertheless. */
		if (err == -ETIMEDOUT || err == -EPROTO)
			tell_close(pipe);
		free_pipe(pipe);
		return err;
	}
	drop_rest(pipe);
	spin_lock(&pipes_lock);
	hash_add(pipes, &pipe->link, id);
	spin_unlock(&pipes_lock);
	return 0;
}

int ksmbd_upcall_rpc_write(u32 id, const u8 *data, u32 len)
{
	struct pipe *pipe = find_pipe(id);
	int err;

	if (!pipe)
		return -EBADF;
	err = call_pipe(pipe, KSMBD_NL_RPC_WRITE, data, len);
	if (err)
		return err;
	/* The answer to a write says only that it has arrived. */
	drop_rest(pipe);
	pipe->due = true;
	return 0;
}

int ksmbd_upcall_rpc_read(u32 id, u8 *buf, u32 cap, u32 *len, bool *more)
{
	struct pipe *pipe = find_pipe(id);
	u32 n;
	int err;

	*len = 0;
	*more = false;
	if (!pipe)
		return -EBADF;
	if (!pipe->rest) {
		if (!pipe->due)
			return -ENODATA;
		err = call_pipe(pipe, KSMBD_NL_RPC_READ, NULL, 0);
		if (err)
			return err;
		if (!pipe->rest)
			return -ENODATA;
	}
	n = min(cap, pipe->rest_len - pipe->rest_pos);
	memcpy(buf, pipe->rest + pipe->rest_pos, n);
	pipe->rest_pos += n;
	*len = n;
	if (pipe->rest_pos == pipe->rest_len)
		drop_rest(pipe);
	*more = pipe->rest || pipe->due;
	return 0;
}

void ksmbd_upcall_rpc_close(u32 id)
{
	struct pipe *pipe = find_pipe(id);

	if (!pipe)
		return;
	tell_close(pipe);
	spin_lock(&pipes_lock);
	hash_del(&pipe->link);
	spin_unlock(&pipes_lock);
	free_pipe(pipe);
}
