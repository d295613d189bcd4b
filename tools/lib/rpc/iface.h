/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Interfaces behind the pipes: tables of operations, each from arguments to a reply. */
#ifndef KSMBD_TOOLS_RPC_IFACE_H
#define KSMBD_TOOLS_RPC_IFACE_H

#include "tools/lib/config.h"
#include "tools/lib/rpc/ndr.h"
#include "tools/lib/service.h"

/* Status of a fault PDU (C706 appendix E, [MS-RPCE] 2.2.2.5) */
#define RPC_FAULT_ACCESS_DENIED 0x00000005
#define RPC_FAULT_BAD_STUB	0x000006f7
#define RPC_FAULT_OP_RANGE	0x1c010002
#define RPC_FAULT_UNKNOWN_IF	0x1c010003
#define RPC_FAULT_NO_MEMORY	0x1c00001b

/* Results of the calls themselves ([MS-ERREF] 2.2) */
#define WERR_OK		   0
#define WERR_INVALID_LEVEL 124
#define WERR_MORE_DATA	   234
#define WERR_NO_SUCH_SHARE 2310

/**
 * struct rpc_uuid - an interface's or a transfer syntax's name
 */
struct rpc_uuid {
	uint32_t low;
	uint16_t middle;
	uint16_t high;
	uint8_t rest[8];
};

/**
 * struct rpc_call - one request
 * @in: its arguments; the dispatcher faults the call when this is bad afterwards
 * @out: its reply
 * @conf: settings of this moment
 * @service: what they belong to
 */
struct rpc_call {
	struct ndr_in in;
	struct ndr_out out;
	const struct conf *conf;
	struct service *service;
};

/** struct rpc_op - an operation; @run writes a reply, or nothing after bad arguments */
struct rpc_op {
	uint16_t opnum;
	void (*run)(struct rpc_call *call);
};

struct rpc_iface {
	const char *pipe_name;
	struct rpc_uuid uuid;
	uint16_t major;
	const struct rpc_op *ops;
	size_t op_count;
};

extern const struct rpc_iface rpc_srvsvc; /* [MS-SRVS] */
extern const struct rpc_iface rpc_wkssvc; /* [MS-WKST] */

#endif
