// SPDX-License-Identifier: GPL-2.0-or-later
/* Workstation service ([MS-WKST]). */
#include "tools/lib/rpc/iface.h"

#define PLATFORM_NT   500
#define VERSION_MAJOR 6
#define VERSION_MINOR 1
#define MAX_NAME      256

/* NetrWkstaGetInfo (0), [MS-WKST] 3.2.4.1; level 102 tells how many are logged on: none */
static void get_workstation_info(struct rpc_call *call)
{
	const struct conf_global *global = &call->conf->global;
	struct ndr_out *out = &call->out;
	char ignored[MAX_NAME];
	uint32_t level;
	bool known;

	if (ndr_get_pointer(&call->in))
		ndr_get_string(&call->in, ignored, sizeof(ignored));
	level = ndr_get_u32(&call->in);
	if (call->in.bad)
		return;
	known = level >= 100 && level <= 102;
	ndr_put_u32(out, level);
	ndr_put_pointer(out, known);
	if (known) {
		ndr_put_u32(out, PLATFORM_NT);
		ndr_put_pointer(out, true); /* computer name */
		ndr_put_pointer(out, true); /* workgroup */
		ndr_put_u32(out, VERSION_MAJOR);
		ndr_put_u32(out, VERSION_MINOR);
		if (level >= 101)
			ndr_put_pointer(out, true); /* LAN Manager root */
		if (level >= 102)
			ndr_put_u32(out, 0);
		ndr_put_string(out, global->netbios_name);
		ndr_put_string(out, global->workgroup);
		if (level >= 101)
			ndr_put_string(out, "");
	}
	ndr_put_u32(out, known ? WERR_OK : WERR_INVALID_LEVEL);
}

static const struct rpc_op wkssvc_ops[] = {
	{ 0, get_workstation_info },
};

const struct rpc_iface rpc_wkssvc = {
	.pipe_name = "wkssvc",
	.uuid = { 0x6bffd098, 0xa112, 0x3610, { 0x98, 0x33, 0x46, 0xc3, 0xf8, 0x7e, 0x34, 0x5a } },
	.major = 1,
	.ops = wkssvc_ops,
	.op_count = sizeof(wkssvc_ops) / sizeof(wkssvc_ops[0]),
};
