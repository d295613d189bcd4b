// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The upcall port as a direct call into the tools' library.
 *
 * A worker may still have its last client's identity: what looks into the system's user
 * and group databases does so between ksmbd_cred_server_begin() and _end().
 */
#include <linux/build_bug.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "host/upcall.h"
#include "tools/lib/rpc/rpc.h"
#include "tools/lib/service.h"
#include "user/host/cred_host.h"
#include "user/host/upcall_host.h"

static struct service *service;
static struct rpc_table *pipes;

int upcall_host_init(void)
{
	service = service_create();
	pipes = service ? rpc_table_create(service) : NULL;
	if (pipes)
		return 0;
	upcall_host_exit();
	return -ENOMEM;
}

void upcall_host_install(struct conf *conf, struct passdb *db)
{
	service_install(service, conf, db);
}

void upcall_host_exit(void)
{
	rpc_table_free(pipes);
	service_free(service);
	pipes = NULL;
	service = NULL;
}

static int copy_groups(const struct account *identity, struct ksmbd_login *login)
{
	size_t i;

	if (!identity->group_count)
		return 0;
	login->groups = kcalloc(identity->group_count, sizeof(*login->groups), GFP_KERNEL);
	if (!login->groups)
		return -ENOMEM;
	for (i = 0; i < identity->group_count; i++)
		login->groups[i] = identity->groups[i];
	login->ngroups = identity->group_count;
	return 0;
}

int ksmbd_upcall_login(const char *account, struct ksmbd_login *login)
{
	struct service_login answer;
	struct ksmbd_cred *was;
	int ret;

	memset(login, 0, sizeof(*login));
	ret = ksmbd_cred_server_begin(&was);
	if (ret)
		return ret;
	ret = service_login(service, account, &answer);
	ksmbd_cred_server_end(was);
	if (ret)
		return ret;
	BUILD_BUG_ON(sizeof(login->account) != sizeof(answer.name));
	BUILD_BUG_ON(sizeof(login->nt_hash) != sizeof(answer.hash));
	memcpy(login->account, answer.name, sizeof(login->account));
	login->flags = KSMBD_LOGIN_OK | (answer.guest ? KSMBD_LOGIN_GUEST : 0);
	login->uid = answer.identity.uid;
	login->gid = answer.identity.gid;
	login->has_hash = answer.has_hash;
	memcpy(login->nt_hash, answer.hash, sizeof(login->nt_hash));
	ret = copy_groups(&answer.identity, login);
	service_login_release(&answer);
	if (ret)
		memzero_explicit(login, sizeof(*login));
	return ret;
}

static u32 share_flags(const struct conf_share *share)
{
	const struct {
		bool set;
		u32 flag;
	} flags[] = {
		{ true, KSMBD_SHARE_AVAILABLE },
		{ share->browseable, KSMBD_SHARE_BROWSEABLE },
		{ !share->read_only, KSMBD_SHARE_WRITEABLE },
		{ share->read_only, KSMBD_SHARE_READONLY },
		{ share->guest_ok, KSMBD_SHARE_GUEST_OK },
		{ share->store_dos_attributes, KSMBD_SHARE_STORE_DOS_ATTRS },
		{ share->oplocks, KSMBD_SHARE_OPLOCKS },
		{ !share->path, KSMBD_SHARE_PIPE },
		{ share->hide_dot_files, KSMBD_SHARE_HIDE_DOT },
		{ share->inherit_owner, KSMBD_SHARE_INHERIT_OWNER },
		{ share->vfs_objects & CONF_VFS_STREAMS_XATTR, KSMBD_SHARE_STREAMS },
		{ share->follow_symlinks, KSMBD_SHARE_FOLLOW_SYMLINKS },
		{ share->vfs_objects & CONF_VFS_ACL_XATTR, KSMBD_SHARE_ACL_XATTR },
		{ share->encryption == CONF_ENCRYPTION_REQUIRED, KSMBD_SHARE_ENCRYPT_DATA },
		{ share->encryption == CONF_ENCRYPTION_DESIRED, KSMBD_SHARE_ENCRYPT_DESIRED },
	};
	u32 value = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(flags); i++) {
		if (flags[i].set)
			value |= flags[i].flag;
	}
	return value;
}

static int copy_share(const struct conf_share *share, struct ksmbd_share_conf *conf)
{
	BUILD_BUG_ON(KSMBD_SHARE_NAME_SIZE != CONF_SHARE_NAME_MAX + 1);
	memcpy(conf->name, share->name, strlen(share->name));
	conf->flags = share_flags(share);
	conf->create_mask = share->create_mask;
	conf->directory_mask = share->directory_mask;
	conf->force_create_mode = share->force_create_mode;
	conf->force_directory_mode = share->force_directory_mode;
	conf->force_uid = share->force_uid;
	conf->force_gid = share->force_gid;
	if (share->path) {
		conf->path = kstrdup(share->path, GFP_KERNEL);
		if (!conf->path)
			return -ENOMEM;
	}
	if (share->veto) {
		conf->veto = kmemdup(share->veto, share->veto_size, GFP_KERNEL);
		if (!conf->veto)
			return -ENOMEM;
	}
	return 0;
}

int ksmbd_upcall_share(const char *name, struct ksmbd_share_conf *conf)
{
	struct conf *snapshot = service_conf(service);
	const struct conf_share *share;
	int ret = -ENOENT;

	memset(conf, 0, sizeof(*conf));
	if (!snapshot)
		return ret;
	share = conf_share_find(snapshot, name);
	if (share)
		ret = copy_share(share, conf);
	if (ret)
		ksmbd_share_conf_release(conf);
	conf_put(snapshot);
	return ret;
}

void ksmbd_share_conf_release(struct ksmbd_share_conf *conf)
{
	kfree(conf->path);
	kfree(conf->veto);
	conf->path = NULL;
	conf->veto = NULL;
}

int ksmbd_upcall_tree_connect(struct ksmbd_tree_ask *ask)
{
	static const u32 statuses[] = {
		[SERVICE_OK] = KSMBD_TREE_OK,
		[SERVICE_NO_MEMORY] = KSMBD_TREE_NOMEM,
		[SERVICE_NO_SHARE] = KSMBD_TREE_NO_SHARE,
		[SERVICE_NO_USER] = KSMBD_TREE_NO_USER,
		[SERVICE_INVALID_USER] = KSMBD_TREE_INVALID_USER,
		[SERVICE_HOST_DENIED] = KSMBD_TREE_HOST_DENIED,
		[SERVICE_EXISTS] = KSMBD_TREE_CONN_EXIST,
		[SERVICE_TOO_MANY] = KSMBD_TREE_TOO_MANY_CONNS,
	};
	struct service_ask question = {
		.account = ask->account,
		.guest = ask->login_flags & KSMBD_LOGIN_GUEST,
		.share = ask->share,
		.peer = ask->peer,
		.session_id = ask->session_id,
		.tree_id = ask->tree_id,
	};
	struct ksmbd_cred *was;
	int ret = ksmbd_cred_server_begin(&was);

	if (ret)
		return ret;
	ask->status = statuses[service_connect(service, &question)];
	ksmbd_cred_server_end(was);
	ask->flags = question.guest ? KSMBD_TREE_GUEST : 0;
	ask->flags |= question.writable ? KSMBD_TREE_WRITABLE : KSMBD_TREE_READ_ONLY;
	ask->flags |= question.admin ? KSMBD_TREE_ADMIN : 0;
	return 0;
}

void ksmbd_upcall_tree_disconnect(u64 session_id, u64 tree_id)
{
	service_disconnect(service, session_id, tree_id);
}

void ksmbd_upcall_logout(const char *account, u32 login_flags)
{
	/* Nothing is counted per account. */
}

static const struct {
	enum ksmbd_pipe_kind port;
	enum rpc_pipe_kind kind;
} pipe_kinds[] = {
	{ KSMBD_PIPE_SRVSVC, RPC_PIPE_SRVSVC },
	{ KSMBD_PIPE_WKSSVC, RPC_PIPE_WKSSVC },
};

int ksmbd_upcall_rpc_open(u32 id, enum ksmbd_pipe_kind kind, const char *account, u32 login_flags)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(pipe_kinds); i++) {
		if (pipe_kinds[i].port == kind)
			return rpc_table_open(pipes, id, pipe_kinds[i].kind);
	}
	return -ENOENT;
}

int ksmbd_upcall_rpc_write(u32 id, const u8 *data, u32 len)
{
	return rpc_table_write(pipes, id, data, len);
}

int ksmbd_upcall_rpc_read(u32 id, u8 *buf, u32 cap, u32 *len, bool *more)
{
	size_t got;
	int ret = rpc_table_read(pipes, id, buf, cap, &got, more);

	*len = got;
	return ret;
}

void ksmbd_upcall_rpc_close(u32 id)
{
	rpc_table_close(pipes, id);
}
