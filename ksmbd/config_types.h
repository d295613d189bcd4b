/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KSMBD_CONFIG_TYPES_H
#define KSMBD_CONFIG_TYPES_H

#include <linux/refcount.h>
#include <linux/types.h>

/* "server signing"; auto: offered, used when the client asks */
enum ksmbd_signing {
	KSMBD_SIGNING_DISABLED,
	KSMBD_SIGNING_ENABLED,
	KSMBD_SIGNING_AUTO,
	KSMBD_SIGNING_MANDATORY
};

/* "smb3 encryption", "smb encrypt": for the whole server or a share */
enum ksmbd_encryption {
	KSMBD_ENCRYPTION_OFF,	  /* not offered */
	KSMBD_ENCRYPTION_AUTO,	  /* used when the client asks */
	KSMBD_ENCRYPTION_DESIRED, /* demanded of every client that can */
	KSMBD_ENCRYPTION_REQUIRED /* clients that cannot are refused */
};

/* Dialects in wire values ([MS-SMB2] 2.2.3); SMB1 is below all of them. */
#define KSMBD_DIALECT_SMB1 0x0001
#define KSMBD_DIALECT_202  0x0202
#define KSMBD_DIALECT_210  0x0210
#define KSMBD_DIALECT_300  0x0300
#define KSMBD_DIALECT_302  0x0302
#define KSMBD_DIALECT_311  0x0311

/**
 * struct ksmbd_config - the settings; owner: config.c, shared read-only
 * @min_dialect, @max_dialect: wire values
 * @multichannel: sessions may be bound to further connections
 * @restrict_anonymous: 0: anonymous sessions are allowed to IPC$; 1, 2: not at all.
 *     Engine default 2 (off by default).
 * @guest_ok: "map to guest" is not "never": unknown users may become guests
 * @max_read, @max_write, @max_trans: bytes, 64 KiB .. 8 MiB
 * @max_credits: per connection
 * @max_connections, @max_ip_connections: simultaneous, in total and per address
 * @max_sessions: on the whole server
 * @max_conn_sessions, @max_waiting: sessions and waiting requests of a connection
 * @max_trees, @max_open_files: of a session
 * @auth_timeout: seconds from accept to the end of the first session setup
 * @oplock_timeout: milliseconds for a client to acknowledge a break; no share parameter
 * @auth_delay: milliseconds that the answer to an address's first failed login is held back;
 *     more after further ones (session/limits.h); 0: not at all
 * @ntlmv1: logins by NTLMv1 are accepted
 * @deadtime_ms: milliseconds without a request and without opens; 0: never
 * @sub_auth: server's domain SID sub-authorities
 */
struct ksmbd_config {
	refcount_t refs;
	u16 min_dialect;
	u16 max_dialect;
	enum ksmbd_signing signing;
	enum ksmbd_encryption encryption;
	bool multichannel;
	u32 restrict_anonymous;
	bool guest_ok;
	u32 max_read;
	u32 max_write;
	u32 max_trans;
	u32 max_credits;
	u32 max_connections;
	u32 max_ip_connections;
	u32 max_sessions;
	u32 max_conn_sessions;
	u32 max_trees;
	u32 max_open_files;
	u32 max_waiting;
	u32 auth_timeout;
	u32 oplock_timeout;
	u32 auth_delay;
	bool ntlmv1;
	u64 deadtime_ms;
	u32 sub_auth[3];
	char netbios_name[16];
	char workgroup[64];
	char server_string[64];
};

#endif
