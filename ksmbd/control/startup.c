// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/stddef.h>
#include <linux/string.h>

#include "config.h"
#include "control/control.h"
#include "wire/cursor.h"

#define DEFAULT_PORT	 445
#define MAX_AUTH_TIMEOUT 3600 /* seconds */

static const struct {
	const char *name;
	u16 dialect;
} protocols[] = {
	{ "SMB2_02", KSMBD_DIALECT_202 }, { "SMB2_10", KSMBD_DIALECT_210 },
	{ "SMB3_00", KSMBD_DIALECT_300 }, { "SMB3_02", KSMBD_DIALECT_302 },
	{ "SMB3_11", KSMBD_DIALECT_311 }, { "SMB2", KSMBD_DIALECT_210 },
	{ "SMB3", KSMBD_DIALECT_311 },
};

/* Numbers of which 0 means that the daemon has no opinion. */
#define NUMBER(field, setting)                                                                   \
	{                                                                                        \
		offsetof(struct ksmbd_nl_startup, field), offsetof(struct ksmbd_config, setting) \
	}
struct number {
	u16 from;
	u16 to;
};

static const struct number numbers[] = {
	NUMBER(file_max, max_open_files),
	NUMBER(max_write, max_write),
	NUMBER(max_read, max_read),
	NUMBER(max_trans, max_trans),
	NUMBER(max_credits, max_credits),
	NUMBER(max_connections, max_connections),
	NUMBER(max_ip_connections, max_ip_connections),
};

/* The same in the extension. */
static const struct number ext_numbers[] = {
	NUMBER(ext.max_sessions, max_sessions),
	NUMBER(ext.max_conn_sessions, max_conn_sessions),
	NUMBER(ext.max_trees, max_trees),
	NUMBER(ext.max_waiting, max_waiting),
};

static void read_numbers(const struct ksmbd_nl_startup *msg, const struct number *table, u32 count,
			 struct ksmbd_config *config)
{
	u32 i, value;

	for (i = 0; i < count; i++) {
		memcpy(&value, (const u8 *)msg + table[i].from, sizeof(value));
		if (value)
			memcpy((u8 *)config + table[i].to, &value, sizeof(value));
	}
}

/* A text that fills its field may lack its NUL. An empty one leaves the default. */
static void read_text(const __s8 *field, u32 field_size, char *text, u32 size)
{
	u32 len = strnlen((const char *)field, min(field_size, size - 1));

	if (!len)
		return;
	memset(text, 0, size);
	memcpy(text, field, len);
}

static void read_protocol(const __s8 *field, u16 *dialect)
{
	char name[KSMBD_NL_PROTOCOL_SIZE + 1] = "";
	u32 i;

	read_text(field, KSMBD_NL_PROTOCOL_SIZE, name, sizeof(name));
	for (i = 0; i < ARRAY_SIZE(protocols); i++)
		if (!strcmp(name, protocols[i].name))
			*dialect = protocols[i].dialect;
}

static void read_ext(const struct ksmbd_nl_startup *msg, struct ksmbd_config *config)
{
	const struct ksmbd_nl_startup_ext *ext = &msg->ext;

	if (ext->magic != KSMBD_NL_STARTUP_EXT_MAGIC)
		return;
	config->restrict_anonymous = ext->restrict_anonymous;
	if (ext->auth_timeout)
		config->auth_timeout = min_t(u32, ext->auth_timeout, MAX_AUTH_TIMEOUT);
	read_numbers(msg, ext_numbers, ARRAY_SIZE(ext_numbers), config);
	config->auth_delay = ext->auth_delay ? ext->auth_delay - 1 : config->auth_delay;
	config->ntlmv1 = ext->ntlmv1;
	if (ext->encryption && ext->encryption <= KSMBD_ENCRYPTION_REQUIRED + 1)
		config->encryption = ext->encryption - 1;
}

static int read_config(const struct ksmbd_nl_startup *msg, struct ksmbd_config *config)
{
	static const enum ksmbd_signing signings[] = {
		[KSMBD_NL_OPTION_DISABLED] = KSMBD_SIGNING_DISABLED,
		[KSMBD_NL_OPTION_ENABLED] = KSMBD_SIGNING_ENABLED,
		[KSMBD_NL_OPTION_AUTO] = KSMBD_SIGNING_AUTO,
		[KSMBD_NL_OPTION_MANDATORY] = KSMBD_SIGNING_MANDATORY,
	};

	ksmbd_config_defaults(config);
	if (msg->signing < 0 || msg->signing >= ARRAY_SIZE(signings))
		return -EINVAL;
	config->signing = signings[msg->signing];
	read_protocol(msg->min_protocol, &config->min_dialect);
	read_protocol(msg->max_protocol, &config->max_dialect);
	if (config->min_dialect > config->max_dialect)
		return -EINVAL;
	config->multichannel = msg->flags & KSMBD_NL_GLOBAL_MULTICHANNEL;
	if (msg->flags & KSMBD_NL_GLOBAL_ENCRYPTION_OFF)
		config->encryption = KSMBD_ENCRYPTION_OFF;
	else if (msg->flags & KSMBD_NL_GLOBAL_ENCRYPTION)
		config->encryption = KSMBD_ENCRYPTION_REQUIRED;
	/* Who becomes a guest is the daemon's decision, at each login. */
	config->guest_ok = true;
	config->deadtime_ms = msg->deadtime * 60000ull;
	memcpy(config->sub_auth, msg->sub_auth, sizeof(config->sub_auth));
	read_numbers(msg, numbers, ARRAY_SIZE(numbers), config);
	read_text(msg->netbios_name, sizeof(msg->netbios_name), config->netbios_name,
		  sizeof(config->netbios_name));
	read_text(msg->workgroup, sizeof(msg->workgroup), config->workgroup,
		  sizeof(config->workgroup));
	read_text(msg->server_string, sizeof(msg->server_string), config->server_string,
		  sizeof(config->server_string));
	read_ext(msg, config);
	return 0;
}

static u32 count_names(const char *list, u32 size)
{
	u32 i, count = 0;

	for (i = 0; i < size; i++)
		count += list[i] && (!i || !list[i - 1]);
	return count;
}

static int read_interfaces(const char *list, u32 size, struct ksmbd_startup *startup)
{
	u32 count = count_names(list, size), len, i;

	if (!count)
		return 0;
	startup->interfaces = kcalloc(count, sizeof(*startup->interfaces), GFP_KERNEL);
	if (!startup->interfaces)
		return -ENOMEM;
	for (i = 0; i < size; i += len + 1) {
		len = strnlen(list + i, size - i);
		if (len >= sizeof(*startup->interfaces))
			return -EINVAL;
		if (len)
			memcpy(startup->interfaces[startup->ninterfaces++], list + i, len);
	}
	return 0;
}

static int read_startup(const struct ksmbd_nl_startup *msg, u32 len, struct ksmbd_startup *startup)
{
	int err;

	if (msg->interfaces_size != len - sizeof(*msg))
		return -EINVAL;
	err = read_config(msg, &startup->config);
	if (err)
		return err;
	startup->port = msg->tcp_port ? msg->tcp_port : DEFAULT_PORT;
	startup->ipc_timeout = msg->ipc_timeout;
	startup->bind_interfaces_only = msg->bind_interfaces_only;
	return read_interfaces((const char *)msg->interfaces, msg->interfaces_size, startup);
}

int ksmbd_control_get_startup(const void *data, u32 len, struct ksmbd_startup **out)
{
	struct ksmbd_startup *startup;
	struct ksmbd_nl_startup *msg;
	int err = -ENOMEM;

	*out = NULL;
	if (len < sizeof(*msg))
		return -EINVAL;
	msg = kmemdup(data, len, GFP_KERNEL);
	startup = kzalloc(sizeof(*startup), GFP_KERNEL);
	if (msg && startup)
		err = read_startup(msg, len, startup);
	kfree(msg);
	if (err) {
		ksmbd_startup_free(startup);
		return err;
	}
	*out = startup;
	return 0;
}

void ksmbd_startup_free(struct ksmbd_startup *startup)
{
	if (!startup)
		return;
	kfree(startup->interfaces);
	kfree(startup);
}
