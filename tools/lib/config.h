/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Configuration in smb.conf syntax: read into an immutable, counted snapshot.
 *
 * A reader is filled from files and from the command line and finished into a
 * struct conf. A reload makes a new one and swaps the pointer; nobody changes one.
 */
#ifndef KSMBD_TOOLS_CONFIG_H
#define KSMBD_TOOLS_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tools/lib/hosts.h"
#include "tools/lib/report.h"

#define CONF_SHARE_NAME_MAX 63 /* bytes of UTF-8 */
#define CONF_MAX_SHARES	    16384
#define CONF_MAX_FILE	    (4 * 1024 * 1024)
#define CONF_NO_ID	    UINT32_MAX /* no uid, no gid */
#define CONF_IPC_NAME	    "IPC$"

enum conf_map_to_guest {
	CONF_MAP_NEVER,
	CONF_MAP_BAD_USER
};
enum conf_signing {
	CONF_SIGNING_DISABLED,
	CONF_SIGNING_ENABLED,
	CONF_SIGNING_AUTO,
	CONF_SIGNING_MANDATORY
};

/* "ntlm auth"; LM is never taken */
enum conf_ntlm {
	CONF_NTLM_V2_ONLY,
	CONF_NTLM_V1_PERMITTED
};

/* On a share, off is as auto: what the server offers, the client may use. */
enum conf_encryption {
	CONF_ENCRYPTION_OFF,
	CONF_ENCRYPTION_AUTO,
	CONF_ENCRYPTION_DESIRED,
	CONF_ENCRYPTION_REQUIRED
};

/* "vfs objects" */
#define CONF_VFS_ACL_XATTR     1
#define CONF_VFS_STREAMS_XATTR 2

/**
 * struct conf_global - [global]
 * @interfaces: names, addresses, networks as written
 * @min_protocol, @max_protocol: wire values of SMB2 dialects
 * @deadtime: minutes; @auth_timeout, @ipc_timeout: seconds; @auth_delay: milliseconds
 * @max_read .. @max_trans, @smbd_max_io_size: bytes
 * @root_directory: what the paths of all shares begin with, NULL: nothing more; they do already
 */
struct conf_global {
	bool bind_interfaces_only;
	char **interfaces;
	uint32_t deadtime;
	uint32_t auth_timeout;
	uint32_t auth_delay;
	uint32_t ntlm_auth;
	char *guest_account;
	uint32_t map_to_guest;
	uint32_t max_sessions;
	uint32_t max_connections;
	uint32_t max_ip_connections;
	uint32_t max_conn_sessions;
	uint32_t max_trees;
	uint32_t max_open_files;
	uint32_t max_waiting;
	char *netbios_name;
	uint32_t restrict_anonymous;
	uint32_t max_protocol;
	uint32_t min_protocol;
	uint32_t signing;
	uint32_t encryption;
	bool multichannel;
	char *server_string;
	uint32_t max_credits;
	uint32_t max_read;
	uint32_t max_write;
	uint32_t max_trans;
	uint32_t tcp_port;
	char *workgroup;
	bool durable_handles;
	bool kerberos;
	bool leases;
	uint32_t fake_fscaps;
	uint32_t ipc_timeout;
	uint32_t smbd_max_io_size;
	char *keytab;
	char *kerberos_service;
	char *root_directory;
};

/**
 * struct conf_share - one [share]
 * @path: absolute, without a trailing slash; NULL: the pipe share
 * @veto: NUL-separated patterns ended by an empty one, or NULL; @veto_size: all bytes of it
 * @force_uid, @force_gid: CONF_NO_ID when not forced
 * @valid_users ..: account names and @groups; NULL-terminated, NULL when not given
 */
struct conf_share {
	char *name;
	char *path;
	char *comment;
	bool browseable;
	bool read_only;
	bool guest_ok;
	bool hide_dot_files;
	bool inherit_owner;
	bool oplocks;
	bool store_dos_attributes;
	bool follow_symlinks;
	bool crossmnt;
	uint32_t create_mask;
	uint32_t directory_mask;
	uint32_t force_create_mode;
	uint32_t force_directory_mode;
	uint32_t max_connections;
	uint32_t vfs_objects;
	uint32_t encryption;
	char *force_user;
	char *force_group;
	uint32_t force_uid;
	uint32_t force_gid;
	char *guest_account;
	char **valid_users;
	char **invalid_users;
	char **admin_users;
	char **read_list;
	char **write_list;
	struct hosts *hosts_allow;
	struct hosts *hosts_deny;
	char *veto;
	size_t veto_size;
};

/**
 * struct conf - a snapshot; owner: whoever holds a reference; never changed
 * @shares: sorted by name in any case, without IPC$
 * @ipc: the pipe share, always there
 */
struct conf {
	unsigned int refs;
	struct conf_global global;
	struct conf_share *ipc;
	size_t share_count;
	struct conf_share **shares;
};

struct conf_reader;

/** conf_reader_create() - begin; NULL without memory. @report outlives the reader */
struct conf_reader *conf_reader_create(struct report *report);
void conf_reader_free(struct conf_reader *reader);
/** conf_reader_for_kernel() - warn of what has no effect on the kernel's server, not a process's */
void conf_reader_for_kernel(struct conf_reader *reader);

/**
 * conf_reader_file() - read a file in smb.conf syntax
 *
 * What is wrong with its syntax goes to the report, as do the values' faults in
 * conf_reader_finish().
 */
void conf_reader_file(struct conf_reader *reader, const char *path);
/** conf_reader_text() - the same for @len bytes in memory; @name: in messages */
void conf_reader_text(struct conf_reader *reader, const char *name, const char *text, size_t len);
/** conf_reader_set() - one parameter, as if written at the end of the last file */
void conf_reader_set(struct conf_reader *reader, const char *section, const char *key,
		     const char *value);

/**
 * conf_reader_finish() - apply defaults and everything read
 * Return: a reference to a new snapshot, or NULL after an error has been reported
 */
struct conf *conf_reader_finish(struct conf_reader *reader);

struct conf *conf_get(struct conf *conf);
/** conf_put() - drop a reference; NULL is ignored */
void conf_put(struct conf *conf);

/** conf_share_find() - a share by name in any case, IPC$ too; NULL: none. Lives as @conf does */
const struct conf_share *conf_share_find(const struct conf *conf, const char *name);
/** conf_share_number() - where conf_share_find()'s @share is in @conf->shares; IPC$: behind all */
size_t conf_share_number(const struct conf *conf, const struct conf_share *share);
/** conf_share_name_problem() - why no share may be called @name, or NULL */
const char *conf_share_name_problem(const char *name);

#endif
