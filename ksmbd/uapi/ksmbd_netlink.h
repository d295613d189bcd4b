/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Kernel server and daemon: generic netlink, family KSMBD_GENL_NAME, version 1.
 *
 * A message is a genlmsghdr whose cmd is the event, and exactly one attribute whose type is
 * the same event and whose payload is the structure named below, in the machine's own byte
 * order, followed by its variable part. A response's event is its request's plus one; it is
 * matched by the first word, the handle, which the kernel chose. Both sides zero what is
 * reserved and ignore what they do not know.
 *
 * The layout is the one of the deployed ksmbd family (the variant with bind_interfaces_only);
 * Documentation/netlink.md has its history. What this project added carries EXT in its name
 * and lies where everybody else writes zeros.
 */
#ifndef _UAPI_KSMBD_NETLINK_H
#define _UAPI_KSMBD_NETLINK_H

#include <linux/types.h>

#define KSMBD_GENL_NAME	   "SMBD_GENL"
#define KSMBD_GENL_VERSION 1

#define KSMBD_NL_ACCOUNT_SIZE	    48
#define KSMBD_NL_SHARE_NAME_SIZE    64
#define KSMBD_NL_HASH_SIZE	    18
#define KSMBD_NL_PROTOCOL_SIZE	    16
#define KSMBD_NL_NETBIOS_NAME_SIZE  16
#define KSMBD_NL_SERVER_STRING_SIZE 64
#define KSMBD_NL_PEER_SIZE	    64
/* Limit of a variable part: what the deployed kernel sends at most, and its tools do. */
#define KSMBD_NL_MAX_REQUEST_PAYLOAD  4096
#define KSMBD_NL_MAX_RESPONSE_PAYLOAD 16384
/* Seconds that a response may take, unless the module's parameter response_seconds says other. */
#define KSMBD_NL_RESPONSE_SECONDS 2

enum ksmbd_nl_event {
	KSMBD_NL_UNSPEC,
	KSMBD_NL_HEARTBEAT,	     /* kernel: struct ksmbd_nl_heartbeat, no response */
	KSMBD_NL_STARTING_UP,	     /* daemon: struct ksmbd_nl_startup, no response */
	KSMBD_NL_SHUTTING_DOWN,	     /* not used by anybody */
	KSMBD_NL_LOGIN,		     /* struct ksmbd_nl_login_request */
	KSMBD_NL_LOGIN_RESPONSE,     /* struct ksmbd_nl_login_response */
	KSMBD_NL_SHARE,		     /* struct ksmbd_nl_share_request */
	KSMBD_NL_SHARE_RESPONSE,     /* struct ksmbd_nl_share_response */
	KSMBD_NL_TREE_CONNECT,	     /* struct ksmbd_nl_tree_request */
	KSMBD_NL_TREE_RESPONSE,	     /* struct ksmbd_nl_tree_response */
	KSMBD_NL_TREE_DISCONNECT,    /* struct ksmbd_nl_tree_disconnect, no response */
	KSMBD_NL_LOGOUT,	     /* struct ksmbd_nl_logout, no response */
	KSMBD_NL_RPC,		     /* struct ksmbd_nl_rpc */
	KSMBD_NL_RPC_RESPONSE,	     /* struct ksmbd_nl_rpc */
	KSMBD_NL_SPNEGO,	     /* struct ksmbd_nl_spnego_request */
	KSMBD_NL_SPNEGO_RESPONSE,    /* struct ksmbd_nl_spnego_response */
	KSMBD_NL_LOGIN_EXT,	     /* struct ksmbd_nl_login_request */
	KSMBD_NL_LOGIN_EXT_RESPONSE, /* struct ksmbd_nl_groups_response */
	KSMBD_NL_EVENT_COUNT
};

struct ksmbd_nl_heartbeat {
	__u32 handle;
} __attribute__((packed));

/* ksmbd_nl_startup.flags */
#define KSMBD_NL_GLOBAL_LEASES		(1 << 0)
#define KSMBD_NL_GLOBAL_ENCRYPTION	(1 << 1)
#define KSMBD_NL_GLOBAL_MULTICHANNEL	(1 << 2)
#define KSMBD_NL_GLOBAL_ENCRYPTION_OFF	(1 << 3)
#define KSMBD_NL_GLOBAL_DURABLE_HANDLES (1 << 4)

/* ksmbd_nl_startup.signing */
enum ksmbd_nl_option {
	KSMBD_NL_OPTION_DISABLED,
	KSMBD_NL_OPTION_ENABLED,
	KSMBD_NL_OPTION_AUTO,
	KSMBD_NL_OPTION_MANDATORY,
};

/* "KSX1": the extension below is there. */
#define KSMBD_NL_STARTUP_EXT_MAGIC 0x3158534b

/**
 * struct ksmbd_nl_startup_ext - settings that the deployed message has no place for
 * @restrict_anonymous: as in smb.conf
 * @auth_timeout: seconds for a peer to authenticate; 0: the default
 * @max_sessions: on the whole server; 0: the default
 * @auth_delay: milliseconds, plus one; 0: the default
 * @ntlmv1: not 0: permitted
 * @encryption: 0: as the flags say; 1 off, 2 auto, 3 desired, 4 required
 * @max_conn_sessions, @max_waiting: of a connection; @max_trees: of a session; 0: the default
 */
struct ksmbd_nl_startup_ext {
	__u32 magic;
	__u32 restrict_anonymous;
	__u32 auth_timeout;
	__u32 max_sessions;
	__u32 encryption;
	__u32 auth_delay;
	__u32 ntlmv1;
	__u32 max_conn_sessions;
	__u32 max_trees;
	__u32 max_waiting;
	__u32 reserved[6];
} __attribute__((packed));

/**
 * struct ksmbd_nl_startup - [global]
 * @min_protocol, @max_protocol: names as in smb.conf, "" for the default
 * @ipc_timeout: seconds without a heartbeat after which the server resets; 0: never
 * @deadtime: minutes
 * @max_ip_connections: unaligned
 * @interfaces_size: bytes of @interfaces: NUL-terminated interface names
 */
struct ksmbd_nl_startup {
	__u32 flags;
	__s32 signing;
	__s8 min_protocol[KSMBD_NL_PROTOCOL_SIZE];
	__s8 max_protocol[KSMBD_NL_PROTOCOL_SIZE];
	__s8 netbios_name[KSMBD_NL_NETBIOS_NAME_SIZE];
	__s8 workgroup[KSMBD_NL_SERVER_STRING_SIZE];
	__s8 server_string[KSMBD_NL_SERVER_STRING_SIZE];
	__u16 tcp_port;
	__u16 ipc_timeout;
	__u32 deadtime;
	__u32 file_max;
	__u32 max_write;
	__u32 max_read;
	__u32 max_trans;
	__u32 fake_fscaps;
	__u32 sub_auth[3];
	__u32 max_credits;
	__u32 smbd_max_io_size;
	__u32 max_connections;
	__s8 bind_interfaces_only;
	__u32 max_ip_connections;
	__s8 reserved[435];
	struct ksmbd_nl_startup_ext ext;
	__u32 interfaces_size;
	__s8 interfaces[];
} __attribute__((packed));

/* ksmbd_nl_login_response.status, account flags */
#define KSMBD_NL_USER_OK	    (1 << 0)
#define KSMBD_NL_USER_BAD_PASSWORD  (1 << 1)
#define KSMBD_NL_USER_BAD_UID	    (1 << 2)
#define KSMBD_NL_USER_BAD_USER	    (1 << 3)
#define KSMBD_NL_USER_GUEST	    (1 << 4)
#define KSMBD_NL_USER_DELAY_SESSION (1 << 5)
#define KSMBD_NL_USER_EXTENSION	    (1 << 6) /* has supplementary groups: LOGIN_EXT */

struct ksmbd_nl_login_request {
	__u32 handle;
	__s8 account[KSMBD_NL_ACCOUNT_SIZE];
	__u32 reserved[16];
} __attribute__((packed));

/* ksmbd_nl_login_response.undecided: it could not be found out if there is such a user. */
#define KSMBD_NL_EXT_UNDECIDED 0x3158534b

/**
 * struct ksmbd_nl_login_response - an account, or none
 * @undecided: KSMBD_NL_EXT_UNDECIDED beside BAD_USER, or 0
 */
struct ksmbd_nl_login_response {
	__u32 handle;
	__u32 gid;
	__u32 uid;
	__s8 account[KSMBD_NL_ACCOUNT_SIZE];
	__u16 status;
	__u16 hash_size;
	__u8 hash[KSMBD_NL_HASH_SIZE];
	__u16 pad;
	__u32 undecided;
	__u32 reserved[15];
} __attribute__((packed));

struct ksmbd_nl_groups_response {
	__u32 handle;
	__s32 ngroups;
	__u8 reserved[128];
	__u32 gids[];
} __attribute__((packed));

struct ksmbd_nl_share_request {
	__u32 handle;
	__s8 share_name[KSMBD_NL_SHARE_NAME_SIZE];
	__u32 reserved[16];
} __attribute__((packed));

/* ksmbd_nl_share_response.flags */
#define KSMBD_NL_SHARE_AVAILABLE	       (1 << 0)
#define KSMBD_NL_SHARE_BROWSEABLE	       (1 << 1)
#define KSMBD_NL_SHARE_WRITEABLE	       (1 << 2)
#define KSMBD_NL_SHARE_READONLY		       (1 << 3)
#define KSMBD_NL_SHARE_GUEST_OK		       (1 << 4)
#define KSMBD_NL_SHARE_GUEST_ONLY	       (1 << 5)
#define KSMBD_NL_SHARE_STORE_DOS_ATTRS	       (1 << 6)
#define KSMBD_NL_SHARE_OPLOCKS		       (1 << 7)
#define KSMBD_NL_SHARE_PIPE		       (1 << 8)
#define KSMBD_NL_SHARE_HIDE_DOT_FILES	       (1 << 9)
#define KSMBD_NL_SHARE_INHERIT_OWNER	       (1 << 10)
#define KSMBD_NL_SHARE_STREAMS		       (1 << 11)
#define KSMBD_NL_SHARE_FOLLOW_SYMLINKS	       (1 << 12)
#define KSMBD_NL_SHARE_ACL_XATTR	       (1 << 13)
#define KSMBD_NL_SHARE_UPDATE		       (1 << 14)
#define KSMBD_NL_SHARE_CROSSMNT		       (1 << 15)
#define KSMBD_NL_SHARE_CONTINUOUS_AVAILABILITY (1 << 16)
/* Bits 17 to 19 are taken by others: hide unreadable, time machine, wide links. */
#define KSMBD_NL_SHARE_ENCRYPT_DATA	   (1 << 20)
#define KSMBD_NL_SHARE_EXT_ENCRYPT_DESIRED (1 << 28)

/**
 * struct ksmbd_nl_share_response - a share
 * @flags: 0 when there is no such share
 * @payload_size: bytes of @payload; 0 from old daemons: then all that is there
 * @veto_list_size: bytes of the veto list, without the NUL between it and the path
 * @payload: veto list (NUL-separated), NUL, path; a NUL at the end may be there or not
 */
struct ksmbd_nl_share_response {
	__u32 handle;
	__u32 flags;
	__u16 create_mask;
	__u16 directory_mask;
	__u16 force_create_mode;
	__u16 force_directory_mode;
	__u16 force_uid;
	__u16 force_gid;
	__s8 share_name[KSMBD_NL_SHARE_NAME_SIZE];
	__u32 reserved[111];
	__u32 payload_size;
	__u32 veto_list_size;
	__s8 payload[];
} __attribute__((packed));

/* ksmbd_nl_tree_request.flags */
#define KSMBD_NL_TREE_REQUEST_IPV6 (1 << 0)
#define KSMBD_NL_TREE_REQUEST_SMB2 (1 << 1)

struct ksmbd_nl_tree_request {
	__u32 handle;
	__u16 account_flags;
	__u16 flags;
	__u64 session_id;
	__u64 connect_id;
	__s8 account[KSMBD_NL_ACCOUNT_SIZE];
	__s8 share[KSMBD_NL_SHARE_NAME_SIZE];
	__s8 peer_addr[KSMBD_NL_PEER_SIZE];
	__u32 reserved[16];
} __attribute__((packed));

/* ksmbd_nl_tree_response.status: enum ksmbd_tree_status; .connection_flags: KSMBD_TREE_* */
struct ksmbd_nl_tree_response {
	__u32 handle;
	__u16 status;
	__u16 connection_flags;
	__u32 reserved[16];
} __attribute__((packed));

struct ksmbd_nl_tree_disconnect {
	__u64 session_id;
	__u64 connect_id;
	__u32 reserved[16];
} __attribute__((packed));

struct ksmbd_nl_logout {
	__s8 account[KSMBD_NL_ACCOUNT_SIZE];
	__u32 account_flags;
	__u32 reserved[16];
} __attribute__((packed));

/* ksmbd_nl_rpc.flags of a request: one method, one pipe, perhaps RESTRICTED */
#define KSMBD_NL_RPC_RETURN	(1 << 0)
#define KSMBD_NL_RPC_SRVSVC	(1 << 1)
#define KSMBD_NL_RPC_WKSSVC	(1 << 2)
#define KSMBD_NL_RPC_IOCTL	((1 << 3) | KSMBD_NL_RPC_RETURN)
#define KSMBD_NL_RPC_OPEN	(1 << 4)
#define KSMBD_NL_RPC_WRITE	(1 << 5)
#define KSMBD_NL_RPC_READ	((1 << 6) | KSMBD_NL_RPC_RETURN)
#define KSMBD_NL_RPC_CLOSE	(1 << 7)
#define KSMBD_NL_RPC_RAP	((1 << 8) | KSMBD_NL_RPC_RETURN)
#define KSMBD_NL_RPC_RESTRICTED (1 << 9) /* a guest asks */
#define KSMBD_NL_RPC_SAMR	(1 << 10)
#define KSMBD_NL_RPC_LSARPC	(1 << 11)

/* ksmbd_nl_rpc.flags of a response: Windows error codes */
#define KSMBD_NL_RPC_OK			0x0
#define KSMBD_NL_RPC_EBAD_FUNC		0x1
#define KSMBD_NL_RPC_EACCESS_DENIED	0x5
#define KSMBD_NL_RPC_EBAD_FID		0x6
#define KSMBD_NL_RPC_ENOMEM		0x8
#define KSMBD_NL_RPC_EBAD_DATA		0xd
#define KSMBD_NL_RPC_ENOTIMPLEMENTED	0x40
#define KSMBD_NL_RPC_EINVALID_PARAMETER 0x57
#define KSMBD_NL_RPC_EINVALID_LEVEL	0x7c
#define KSMBD_NL_RPC_EMORE_DATA		0xea
#define KSMBD_NL_RPC_ENOTIFY		0x107

/* @handle: the pipe, not the message */
struct ksmbd_nl_rpc {
	__u32 handle;
	__u32 flags;
	__u32 payload_size;
	__u8 payload[];
} __attribute__((packed));

struct ksmbd_nl_spnego_request {
	__u32 handle;
	__u16 blob_size;
	__u8 blob[];
} __attribute__((packed));

/* @payload: session key, then token */
struct ksmbd_nl_spnego_response {
	__u32 handle;
	struct ksmbd_nl_login_response login;
	__u16 session_key_size;
	__u16 blob_size;
	__u8 payload[];
} __attribute__((packed));

/* Sizes are the contract. */
#define KSMBD_NL_SIZE_IS(type, size) \
	_Static_assert(sizeof(struct type) == (size), "layout of struct " #type)

KSMBD_NL_SIZE_IS(ksmbd_nl_heartbeat, 4);
KSMBD_NL_SIZE_IS(ksmbd_nl_startup, 744);
KSMBD_NL_SIZE_IS(ksmbd_nl_login_request, 116);
KSMBD_NL_SIZE_IS(ksmbd_nl_login_response, 148);
KSMBD_NL_SIZE_IS(ksmbd_nl_groups_response, 136);
KSMBD_NL_SIZE_IS(ksmbd_nl_share_request, 132);
KSMBD_NL_SIZE_IS(ksmbd_nl_share_response, 536);
KSMBD_NL_SIZE_IS(ksmbd_nl_tree_request, 264);
KSMBD_NL_SIZE_IS(ksmbd_nl_tree_response, 72);
KSMBD_NL_SIZE_IS(ksmbd_nl_tree_disconnect, 80);
KSMBD_NL_SIZE_IS(ksmbd_nl_logout, 116);
KSMBD_NL_SIZE_IS(ksmbd_nl_rpc, 12);
KSMBD_NL_SIZE_IS(ksmbd_nl_spnego_request, 6);
KSMBD_NL_SIZE_IS(ksmbd_nl_spnego_response, 156);

#endif
