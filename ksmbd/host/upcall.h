/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Port: what the engine asks of the daemon. Kernel host: generic netlink to
 * ksmbd.mountd. User host: a direct call into tools/lib.
 *
 * All calls may sleep (the kernel host waits as long as its parameter response_seconds says) and
 * return 0 or a negative errno: -ENOENT the answer is that there is no such account or share; any other: there
 * is no answer (-ETIMEDOUT, -ENOTCONN: no daemon; -EPROTO: it makes no sense; -ENOMEM; ...).
 * Strings given are UTF-8 and not kept.
 */
#ifndef KSMBD_HOST_UPCALL_H
#define KSMBD_HOST_UPCALL_H

#include <linux/bits.h>
#include <linux/types.h>

#define KSMBD_ACCOUNT_SIZE    48
#define KSMBD_SHARE_NAME_SIZE 64
#define KSMBD_NT_HASH_SIZE    16
#define KSMBD_RPC_MAX_PAYLOAD (64 * 1024)

/* Login flags: bit values of the deployed daemon's status word. */
#define KSMBD_LOGIN_OK		 BIT(0)
#define KSMBD_LOGIN_BAD_PASSWORD BIT(1)
#define KSMBD_LOGIN_BAD_UID	 BIT(2)
#define KSMBD_LOGIN_BAD_USER	 BIT(3)
#define KSMBD_LOGIN_GUEST	 BIT(4)

/**
 * struct ksmbd_login - an account
 * @account: name as the password database spells it
 * @flags: KSMBD_LOGIN_*
 * @uid, @gid: identity on the file system
 * @ngroups, @groups: supplementary groups; @groups is kmalloc'ed, the caller frees it
 * @has_hash: @nt_hash is valid (a guest account has none)
 * @nt_hash: MD4 of the UTF-16LE password: a secret, zero it after use
 */
struct ksmbd_login {
	char account[KSMBD_ACCOUNT_SIZE];
	u32 flags;
	u32 uid;
	u32 gid;
	u32 ngroups;
	u32 *groups;
	bool has_hash;
	u8 nt_hash[KSMBD_NT_HASH_SIZE];
};

/**
 * ksmbd_upcall_login() - look an account up
 * @account: name as the client gave it; "" asks for the guest account
 *
 * Applies "map to guest = bad user": an unknown name may come back as
 * KSMBD_LOGIN_OK | KSMBD_LOGIN_GUEST.
 * Return: 0 with @login filled, -ENOENT unknown account; others: it could not be asked for
 */
int ksmbd_upcall_login(const char *account, struct ksmbd_login *login);

/* Share flags: bit values of the deployed ABI. */
#define KSMBD_SHARE_AVAILABLE	    BIT(0)
#define KSMBD_SHARE_BROWSEABLE	    BIT(1)
#define KSMBD_SHARE_WRITEABLE	    BIT(2)
#define KSMBD_SHARE_READONLY	    BIT(3)
#define KSMBD_SHARE_GUEST_OK	    BIT(4)
#define KSMBD_SHARE_GUEST_ONLY	    BIT(5)
#define KSMBD_SHARE_STORE_DOS_ATTRS BIT(6)
#define KSMBD_SHARE_OPLOCKS	    BIT(7)
#define KSMBD_SHARE_PIPE	    BIT(8)
#define KSMBD_SHARE_HIDE_DOT	    BIT(9)
#define KSMBD_SHARE_INHERIT_OWNER   BIT(10)
#define KSMBD_SHARE_STREAMS	    BIT(11)
#define KSMBD_SHARE_FOLLOW_SYMLINKS BIT(12)
#define KSMBD_SHARE_ACL_XATTR	    BIT(13)
#define KSMBD_SHARE_ENCRYPT_DATA    BIT(20) /* clients that cannot are refused */
#define KSMBD_SHARE_ENCRYPT_DESIRED BIT(28) /* this project's: clients that can must */

/**
 * struct ksmbd_share_conf - a share's configuration as the daemon gives it
 * @name: canonical name
 * @path: absolute directory, NULL for a pipe share; kmalloc'ed
 * @veto: NUL-separated glob patterns, ended by an empty one, or NULL; kmalloc'ed
 * @force_uid, @force_gid: 0 or -1 (U32_MAX): not forced
 */
struct ksmbd_share_conf {
	char name[KSMBD_SHARE_NAME_SIZE];
	u32 flags;
	u16 create_mask;
	u16 directory_mask;
	u16 force_create_mode;
	u16 force_directory_mode;
	u32 force_uid;
	u32 force_gid;
	char *path;
	char *veto;
};

/** ksmbd_upcall_share() - a share by name, in any case. -ENOENT: none */
int ksmbd_upcall_share(const char *name, struct ksmbd_share_conf *conf);
/** ksmbd_share_conf_release() - free what @conf points to (not @conf) */
void ksmbd_share_conf_release(struct ksmbd_share_conf *conf);

/* Tree connection status: values of the deployed ABI. */
enum ksmbd_tree_status {
	KSMBD_TREE_OK,
	KSMBD_TREE_NOMEM,
	KSMBD_TREE_NO_SHARE,
	KSMBD_TREE_NO_USER,
	KSMBD_TREE_INVALID_USER,
	KSMBD_TREE_HOST_DENIED,
	KSMBD_TREE_CONN_EXIST,
	KSMBD_TREE_TOO_MANY_CONNS,
	KSMBD_TREE_TOO_MANY_SESSIONS,
	KSMBD_TREE_ERROR,
};

#define KSMBD_TREE_GUEST     BIT(0)
#define KSMBD_TREE_READ_ONLY BIT(1)
#define KSMBD_TREE_WRITABLE  BIT(2)
#define KSMBD_TREE_ADMIN     BIT(3)

/**
 * struct ksmbd_tree_ask - a tree connection to be admitted
 * @account: session's user, "" when anonymous
 * @login_flags: KSMBD_LOGIN_* of the session's user
 * @share: share name; @peer: the client's address as text
 * @session_id, @tree_id: identify the connection until ksmbd_upcall_tree_disconnect()
 * @status, @flags: the answer (enum ksmbd_tree_status, KSMBD_TREE_*)
 */
struct ksmbd_tree_ask {
	const char *account;
	const char *share;
	const char *peer;
	u32 login_flags;
	u64 session_id;
	u64 tree_id;
	u32 status;
	u32 flags;
};

int ksmbd_upcall_tree_connect(struct ksmbd_tree_ask *ask);
void ksmbd_upcall_tree_disconnect(u64 session_id, u64 tree_id);
/** ksmbd_upcall_logout() - a session of @account ended */
void ksmbd_upcall_logout(const char *account, u32 login_flags);

/* Pipes are an enum, never a name used as a path. */
enum ksmbd_pipe_kind {
	KSMBD_PIPE_SRVSVC = 1,
	KSMBD_PIPE_WKSSVC = 2,
	KSMBD_PIPE_SAMR = 10,
	KSMBD_PIPE_LSARPC = 11,
};

/**
 * ksmbd_upcall_rpc_open() - begin a DCE/RPC conversation
 * @id: chosen by the engine, unique among open pipes
 * @account, @login_flags: who asks
 * Return: 0, -ENOENT: this daemon has no such pipe
 */
int ksmbd_upcall_rpc_open(u32 id, enum ksmbd_pipe_kind kind, const char *account, u32 login_flags);
/** ksmbd_upcall_rpc_write() - give the daemon one fragment of @len bytes */
int ksmbd_upcall_rpc_write(u32 id, const u8 *data, u32 len);
/**
 * ksmbd_upcall_rpc_read() - take reply bytes
 * @buf, @cap: where they go
 * @len: receives the bytes delivered
 * @more: receives whether more of this reply is waiting
 * Return: 0; -ENODATA when no reply is waiting (nothing was written before)
 */
int ksmbd_upcall_rpc_read(u32 id, u8 *buf, u32 cap, u32 *len, bool *more);
void ksmbd_upcall_rpc_close(u32 id);

#endif
