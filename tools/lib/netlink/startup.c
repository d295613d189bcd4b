// SPDX-License-Identifier: GPL-2.0-or-later
#include "tools/lib/netlink/startup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ksmbd/uapi/ksmbd_netlink.h"

#define UNLIMITED 65536

_Static_assert((int)CONF_SIGNING_MANDATORY == (int)KSMBD_NL_OPTION_MANDATORY &&
		       (int)CONF_SIGNING_AUTO == (int)KSMBD_NL_OPTION_AUTO,
	       "values of server signing");

static const char *protocol_name(uint32_t dialect)
{
	static const struct {
		uint32_t dialect;
		const char *name;
	} names[] = {
		{ 0x0202, "SMB2_02" }, { 0x0210, "SMB2_10" }, { 0x0300, "SMB3_00" },
		{ 0x0302, "SMB3_02" }, { 0x0311, "SMB3_11" },
	};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (names[i].dialect == dialect)
			return names[i].name;
	}
	return "";
}

static uint32_t global_flags(const struct conf_global *global)
{
	return (global->leases ? KSMBD_NL_GLOBAL_LEASES : 0) |
	       (global->multichannel ? KSMBD_NL_GLOBAL_MULTICHANNEL : 0) |
	       (global->encryption == CONF_ENCRYPTION_OFF ? KSMBD_NL_GLOBAL_ENCRYPTION_OFF : 0) |
	       (global->encryption == CONF_ENCRYPTION_REQUIRED ? KSMBD_NL_GLOBAL_ENCRYPTION : 0) |
	       (global->durable_handles ? KSMBD_NL_GLOBAL_DURABLE_HANDLES : 0);
}

/* To the kernel 0 means that nothing was said. */
static uint32_t limit_or_none(uint32_t limit)
{
	return limit ? limit : UNLIMITED;
}

#define put_text(field, text) snprintf((char *)(field), sizeof(field), "%s", text)

static void fill_startup(struct ksmbd_nl_startup *startup, const struct conf_global *global)
{
	startup->flags = global_flags(global);
	startup->signing = global->signing;
	put_text(startup->min_protocol, protocol_name(global->min_protocol));
	put_text(startup->max_protocol, protocol_name(global->max_protocol));
	put_text(startup->netbios_name, global->netbios_name);
	put_text(startup->workgroup, global->workgroup);
	put_text(startup->server_string, global->server_string);
	startup->tcp_port = global->tcp_port;
	startup->ipc_timeout = global->ipc_timeout;
	startup->deadtime = global->deadtime;
	startup->file_max = global->max_open_files;
	startup->max_write = global->max_write;
	startup->max_read = global->max_read;
	startup->max_trans = global->max_trans;
	startup->fake_fscaps = global->fake_fscaps;
	startup->max_credits = global->max_credits;
	startup->smbd_max_io_size = global->smbd_max_io_size;
	startup->max_connections = limit_or_none(global->max_connections);
	startup->max_ip_connections = limit_or_none(global->max_ip_connections);
	startup->bind_interfaces_only = global->bind_interfaces_only;
	startup->ext.magic = KSMBD_NL_STARTUP_EXT_MAGIC;
	startup->ext.restrict_anonymous = global->restrict_anonymous;
	startup->ext.auth_timeout = global->auth_timeout;
	startup->ext.max_sessions = global->max_sessions;
	startup->ext.max_conn_sessions = global->max_conn_sessions;
	startup->ext.max_trees = global->max_trees;
	startup->ext.max_waiting = global->max_waiting;
	startup->ext.auth_delay = global->auth_delay + 1;
	startup->ext.ntlmv1 = global->ntlm_auth == CONF_NTLM_V1_PERMITTED;
	startup->ext.encryption = global->encryption + 1;
}

void *startup_create(const struct conf_global *global, const uint32_t sub_auth[3],
		     char *const *interfaces, size_t *size, struct report *report)
{
	struct ksmbd_nl_startup *startup;
	char *const *name;
	size_t len = 0;
	int8_t *at;

	for (name = interfaces; name && *name; name++)
		len += strlen(*name) + 1;
	/* The deployed kernel wants the whole structure, and its text to end in a NUL. */
	*size = sizeof(*startup) + len;
	startup = *size <= UINT16_MAX - 4 ? calloc(1, *size) : NULL;
	if (!startup) {
		report_error(report, NULL, 0, "interfaces: out of memory, or too many");
		return NULL;
	}
	fill_startup(startup, global);
	memcpy(startup->sub_auth, sub_auth, sizeof(startup->sub_auth));
	startup->interfaces_size = len;
	at = startup->interfaces;
	for (name = interfaces; name && *name; name++) {
		memcpy(at, *name, strlen(*name) + 1);
		at += strlen(*name) + 1;
	}
	return startup;
}
