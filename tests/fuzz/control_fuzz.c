// SPDX-License-Identifier: GPL-2.0-or-later
/* What a daemon sends: a byte for the event, then the message. */
#include <stdlib.h>
#include <string.h>

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/slab.h>

#include "control/control.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Every byte must be there: the sanitizer sees a read beyond. */
static void touch(const void *data, size_t len)
{
	void *copy = malloc(len + 1);

	if (copy && len)
		memcpy(copy, data, len);
	free(copy);
}

static void check_text(const char *text, size_t size)
{
	if (strnlen(text, size) == size)
		abort();
}

static void try_startup(const uint8_t *msg, uint32_t len)
{
	struct ksmbd_startup *startup;
	uint32_t i;

	if (ksmbd_control_get_startup(msg, len, &startup)) {
		if (startup)
			abort();
		return;
	}
	check_text(startup->config.netbios_name, sizeof(startup->config.netbios_name));
	check_text(startup->config.workgroup, sizeof(startup->config.workgroup));
	check_text(startup->config.server_string, sizeof(startup->config.server_string));
	if (!startup->port || startup->config.min_dialect > startup->config.max_dialect)
		abort();
	for (i = 0; i < startup->ninterfaces; i++) {
		check_text(startup->interfaces[i], sizeof(startup->interfaces[i]));
		if (!startup->interfaces[i][0])
			abort();
	}
	ksmbd_startup_free(startup);
}

static void try_login(const uint8_t *msg, uint32_t len, uint32_t handle)
{
	struct ksmbd_login login;
	bool groups;

	if (ksmbd_control_get_login(msg, len, handle, &login, &groups))
		return;
	check_text(login.account, sizeof(login.account));
	if (!(login.flags & KSMBD_LOGIN_OK) || login.uid == -1u || login.gid == -1u)
		abort();
}

static void try_groups(const uint8_t *msg, uint32_t len, uint32_t handle)
{
	struct ksmbd_login login = { .ngroups = 7 };
	int err = ksmbd_control_get_groups(msg, len, handle, &login);

	if (err && (login.groups || login.ngroups))
		abort();
	touch(login.groups, login.ngroups * sizeof(*login.groups));
	kfree(login.groups);
}

static void try_share(const uint8_t *msg, uint32_t len, uint32_t handle)
{
	struct ksmbd_share_conf conf;
	const char *veto;

	if (ksmbd_control_get_share(msg, len, handle, "asked", &conf)) {
		if (conf.path || conf.veto)
			abort();
		return;
	}
	check_text(conf.name, sizeof(conf.name));
	if (!conf.name[0] || !conf.path != !!(conf.flags & KSMBD_SHARE_PIPE))
		abort();
	if (conf.path && (conf.path[0] != '/' || strlen(conf.path) >= 4096))
		abort();
	for (veto = conf.veto; veto && *veto; veto += strlen(veto) + 1)
		touch(veto, strlen(veto));
	ksmbd_share_conf_release(&conf);
}

static void try_rpc(const uint8_t *msg, uint32_t len, uint32_t handle)
{
	struct ksmbd_control_rpc rpc;

	if (!ksmbd_control_get_rpc(msg, len, handle, &rpc))
		touch(rpc.data, rpc.len);
}

static void try_spnego(const uint8_t *msg, uint32_t len, uint32_t handle)
{
	struct ksmbd_control_spnego spnego;

	if (ksmbd_control_get_spnego(msg, len, handle, &spnego))
		return;
	check_text(spnego.login.account, sizeof(spnego.login.account));
	touch(spnego.key, spnego.key_len);
	touch(spnego.token, spnego.token_len);
}

static void try_tree(const uint8_t *msg, uint32_t len, uint32_t handle)
{
	struct ksmbd_tree_ask ask;

	ksmbd_control_get_tree(msg, len, handle, &ask);
}

static void (*const tries[KSMBD_NL_EVENT_COUNT])(const uint8_t *, uint32_t, uint32_t) = {
	[KSMBD_NL_LOGIN_RESPONSE] = try_login,	 [KSMBD_NL_SHARE_RESPONSE] = try_share,
	[KSMBD_NL_TREE_RESPONSE] = try_tree,	 [KSMBD_NL_RPC_RESPONSE] = try_rpc,
	[KSMBD_NL_SPNEGO_RESPONSE] = try_spnego, [KSMBD_NL_LOGIN_EXT_RESPONSE] = try_groups,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint32_t event, handle = 0;
	uint8_t *msg;
	int err;

	if (!size)
		return 0;
	event = data[0] % KSMBD_NL_EVENT_COUNT;
	data++;
	size--;
	/* A block of exactly this size. */
	msg = malloc(size ? size : 1);
	if (!msg)
		abort();
	memcpy(msg, data, size);
	err = ksmbd_control_check(event, msg, size, &handle);
	if (event == KSMBD_NL_STARTING_UP)
		try_startup(msg, size);
	else if (tries[event])
		tries[event](msg, size, handle);
	else if (err != -EOPNOTSUPP)
		abort();
	free(msg);
	return 0;
}
