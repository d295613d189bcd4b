/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Codec of the messages between kernel and daemon (uapi/ksmbd_netlink.h): what a generic
 * netlink attribute holds. Pure: no host, no locks; the daemon is trusted no further than
 * its sizes, offsets, terminators and handles have been checked.
 *
 * Numbers are in the machine's own byte order, as the ABI has them.
 */
#ifndef KSMBD_CONTROL_CONTROL_H
#define KSMBD_CONTROL_CONTROL_H

#include <linux/types.h>

#include "config_types.h"
#include "host/upcall.h"
#include "uapi/ksmbd_netlink.h"

/* ---- Requests: each fills a message's fixed part, what is reserved is zero ---- */

/** ksmbd_control_put_login() - for LOGIN and LOGIN_EXT; -ENAMETOOLONG */
int ksmbd_control_put_login(struct ksmbd_nl_login_request *msg, u32 handle, const char *account);
/** ksmbd_control_put_share() - -ENAMETOOLONG */
int ksmbd_control_put_share(struct ksmbd_nl_share_request *msg, u32 handle, const char *name);
/** ksmbd_control_put_tree() - the question's half of @ask; -ENAMETOOLONG */
int ksmbd_control_put_tree(struct ksmbd_nl_tree_request *msg, u32 handle,
			   const struct ksmbd_tree_ask *ask);
void ksmbd_control_put_tree_disconnect(struct ksmbd_nl_tree_disconnect *msg, u64 session_id,
				       u64 tree_id);
/** ksmbd_control_put_logout() - -ENAMETOOLONG */
int ksmbd_control_put_logout(struct ksmbd_nl_logout *msg, const char *account, u32 login_flags);
/**
 * ksmbd_control_put_rpc() - the fixed part; @len bytes of payload follow it
 * @id: the pipe; @flags: KSMBD_NL_RPC_*
 * Return: 0; -EMSGSIZE: more than a daemon takes
 */
int ksmbd_control_put_rpc(struct ksmbd_nl_rpc *msg, u32 id, u32 flags, u32 len);
/** ksmbd_control_put_spnego() - the fixed part; @len bytes of token follow it; -EMSGSIZE */
int ksmbd_control_put_spnego(struct ksmbd_nl_spnego_request *msg, u32 handle, u32 len);

/* ---- Responses: -EPROTO is a daemon that does not keep to the ABI ---- */

/**
 * ksmbd_control_check() - can these bytes be a response of this kind?
 * @event: KSMBD_NL_*
 * @handle: receives what it answers, also if it is too long; 0 if there is none
 * Return: 0; -EOPNOTSUPP: @event is no response; -EMSGSIZE: too short or too long for any
 */
int ksmbd_control_check(u32 event, const void *data, u32 len, u32 *handle);

/**
 * ksmbd_control_get_login() - LOGIN_RESPONSE
 * @login: filled apart from the groups
 * @groups: receives whether LOGIN_EXT has supplementary groups for this account
 * Return: 0, -ENOENT no such account, -EPROTO
 */
int ksmbd_control_get_login(const void *data, u32 len, u32 handle, struct ksmbd_login *login,
			    bool *groups);
/**
 * ksmbd_control_get_groups() - LOGIN_EXT_RESPONSE
 * @login: receives @ngroups and @groups, kmalloc'ed
 * Return: 0, -ENOMEM, -EPROTO
 */
int ksmbd_control_get_groups(const void *data, u32 len, u32 handle, struct ksmbd_login *login);
/**
 * ksmbd_control_get_share() - SHARE_RESPONSE
 * @asked: the name that was asked for, for daemons that do not say it
 * @conf: filled; freed with ksmbd_share_conf_release()
 * Return: 0, -ENOENT no such share, -ENOMEM, -EPROTO
 */
int ksmbd_control_get_share(const void *data, u32 len, u32 handle, const char *asked,
			    struct ksmbd_share_conf *conf);
/** ksmbd_control_get_tree() - TREE_RESPONSE into the answer's half of @ask; -EPROTO */
int ksmbd_control_get_tree(const void *data, u32 len, u32 handle, struct ksmbd_tree_ask *ask);

/**
 * struct ksmbd_control_rpc - RPC_RESPONSE; a view of the message
 * @more: there is more to be read
 */
struct ksmbd_control_rpc {
	const u8 *data;
	u32 len;
	bool more;
};

/**
 * ksmbd_control_get_rpc() - RPC_RESPONSE
 * Return: 0, -EPROTO, or what the daemon's error code means: -ENOENT (open: no such pipe),
 * -EPIPE, -EBADF, -EACCES, -ENOMEM, -EINVAL, -EOPNOTSUPP, -EIO
 */
int ksmbd_control_get_rpc(const void *data, u32 len, u32 id, struct ksmbd_control_rpc *rpc);

/**
 * struct ksmbd_control_spnego - SPNEGO_RESPONSE; a view of the message
 * @login: as from ksmbd_control_get_login()
 * @key: session key: a secret
 * @token: for the client
 */
struct ksmbd_control_spnego {
	struct ksmbd_login login;
	bool groups;
	const u8 *key;
	u32 key_len;
	const u8 *token;
	u32 token_len;
};

/** ksmbd_control_get_spnego() - -ENOENT: the daemon does not know the client; -EPROTO */
int ksmbd_control_get_spnego(const void *data, u32 len, u32 handle,
			     struct ksmbd_control_spnego *spnego);

/* ---- STARTING_UP ---- */

#define KSMBD_INTERFACE_NAME_SIZE 16

/**
 * struct ksmbd_startup - what a daemon begins with
 * @config: what it did not say has its default
 * @port: TCP
 * @ipc_timeout: seconds without a delivered heartbeat after which the server resets; 0: never
 * @bind_interfaces_only: with an empty list: on all interfaces nevertheless
 * @ninterfaces, @interfaces: names, each with its NUL; kmalloc'ed
 */
struct ksmbd_startup {
	struct ksmbd_config config;
	u16 port;
	u16 ipc_timeout;
	bool bind_interfaces_only;
	u32 ninterfaces;
	char (*interfaces)[KSMBD_INTERFACE_NAME_SIZE];
};

/**
 * ksmbd_control_get_startup() - STARTING_UP
 * @startup: receives a kmalloc'ed object
 * Return: 0, -ENOMEM, -EINVAL: sizes that do not add up, or values that nobody can mean
 */
int ksmbd_control_get_startup(const void *data, u32 len, struct ksmbd_startup **startup);
/** ksmbd_startup_free() - NULL is ignored */
void ksmbd_startup_free(struct ksmbd_startup *startup);

#endif
