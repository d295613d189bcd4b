// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/rpc/iface.h"
#include "tools/lib/rpc/pdu.h"
#include "tools/lib/rpc/rpc.h"

#define MAX_CONTEXTS 8	/* accepted on one pipe */
#define MAX_OFFERED  32 /* in one bind */

/* The transfer syntaxes: NDR, and the "features" that only look like one. */
static const struct rpc_uuid ndr_syntax = { 0x8a885d04,
					    0x1ceb,
					    0x11c9,
					    { 0x9f, 0xe8, 0x08, 0x00, 0x2b, 0x10, 0x48, 0x60 } };
#define NDR_VERSION 2
static const struct rpc_uuid feature_syntax = { 0x6cb71c2c, 0x9812, 0x4540, { 0 } };

static const struct rpc_iface *const ifaces[] = {
	[RPC_PIPE_SRVSVC] = &rpc_srvsvc,
	[RPC_PIPE_WKSSVC] = &rpc_wkssvc,
};

/**
 * struct rpc_pipe - a conversation
 * @broken: the client violated the protocol
 * @bound: a bind was accepted
 * @contexts: ids that mean this pipe's interface, @context_count of them
 * @max_fragment: what the client can receive
 * @fragment, @fragment_len: bytes of a PDU that is not complete
 * @stub: arguments of the request that is not complete; @in_request: there is one
 * @request: header of its first fragment
 * @out, @out_at: replies, and how far they were read
 */
struct rpc_pipe {
	struct service *service;
	const struct rpc_iface *iface;
	bool broken;
	bool bound;
	uint16_t contexts[MAX_CONTEXTS];
	unsigned int context_count;
	uint16_t max_fragment;
	uint8_t fragment[RPC_MAX_FRAGMENT];
	size_t fragment_len;
	bool in_request;
	struct pdu_header request;
	uint16_t request_context;
	uint16_t request_opnum;
	struct ndr_out stub;
	struct ndr_out out;
	size_t out_at;
};

struct rpc_pipe *rpc_pipe_create(struct service *service, enum rpc_pipe_kind kind)
{
	struct rpc_pipe *pipe = calloc(1, sizeof(*pipe));

	if (!pipe)
		return NULL;
	pipe->service = service;
	pipe->iface = ifaces[kind];
	pipe->max_fragment = RPC_MAX_FRAGMENT;
	ndr_out_init(&pipe->stub, RPC_MAX_REQUEST);
	ndr_out_init(&pipe->out, RPC_MAX_REPLY);
	return pipe;
}

void rpc_pipe_free(struct rpc_pipe *pipe)
{
	if (!pipe)
		return;
	ndr_out_release(&pipe->stub);
	ndr_out_release(&pipe->out);
	free(pipe);
}

static struct rpc_uuid get_uuid(struct ndr_in *in)
{
	struct rpc_uuid uuid = { 0 };
	const uint8_t *rest;

	uuid.low = ndr_get_u32(in);
	uuid.middle = ndr_get_u16(in);
	uuid.high = ndr_get_u16(in);
	rest = ndr_get_bytes(in, sizeof(uuid.rest));
	if (rest)
		memcpy(uuid.rest, rest, sizeof(uuid.rest));
	return uuid;
}

static void put_syntax(struct ndr_out *out, const struct rpc_uuid *uuid, uint32_t version)
{
	ndr_put_u32(out, uuid->low);
	ndr_put_u16(out, uuid->middle);
	ndr_put_u16(out, uuid->high);
	ndr_put_bytes(out, uuid->rest, sizeof(uuid->rest));
	ndr_put_u32(out, version);
}

static bool same_uuid(const struct rpc_uuid *a, const struct rpc_uuid *b)
{
	return a->low == b->low && a->middle == b->middle && a->high == b->high &&
	       !memcmp(a->rest, b->rest, sizeof(a->rest));
}

static bool knows_context(const struct rpc_pipe *pipe, uint16_t id)
{
	unsigned int i;

	for (i = 0; i < pipe->context_count; i++) {
		if (pipe->contexts[i] == id)
			return true;
	}
	return false;
}

struct context_result {
	uint16_t result;
	uint16_t reason;
	bool with_ndr;
};

/* One presentation context of a bind ([MS-RPCE] 3.3.1.5.6). */
static struct context_result offer_context(struct rpc_pipe *pipe, struct ndr_in *in)
{
	uint16_t id = ndr_get_u16(in);
	uint8_t count = ndr_get_u8(in), i;
	bool has_ndr = false, features = false, known;
	struct rpc_uuid uuid;
	uint16_t major;

	ndr_get_u8(in);
	uuid = get_uuid(in);
	major = ndr_get_u16(in);
	ndr_get_u16(in); /* the minor version: 0 everywhere */
	known = same_uuid(&uuid, &pipe->iface->uuid) && major == pipe->iface->major;
	for (i = 0; i < count && !in->bad; i++) {
		uint32_t version;

		uuid = get_uuid(in);
		version = ndr_get_u32(in);
		has_ndr |= same_uuid(&uuid, &ndr_syntax) && version == NDR_VERSION;
		/* The last eight bytes are the features themselves. */
		features |= uuid.low == feature_syntax.low &&
			    uuid.middle == feature_syntax.middle &&
			    uuid.high == feature_syntax.high;
	}
	if (features && !has_ndr)
		return (struct context_result){ CONTEXT_NEGOTIATED, 0, false };
	if (!known)
		return (struct context_result){ CONTEXT_REFUSED, REASON_NO_INTERFACE, false };
	if (!has_ndr)
		return (struct context_result){ CONTEXT_REFUSED, REASON_NO_SYNTAX, false };
	if (!knows_context(pipe, id)) {
		if (pipe->context_count == MAX_CONTEXTS)
			return (struct context_result){ CONTEXT_REFUSED, REASON_LIMIT, false };
		pipe->contexts[pipe->context_count++] = id;
	}
	return (struct context_result){ CONTEXT_ACCEPTED, 0, true };
}

static void put_bind_ack(struct rpc_pipe *pipe, const struct pdu_header *header, uint32_t group,
			 const struct context_result *results, unsigned int count)
{
	static const struct rpc_uuid none;
	struct ndr_out *out = &pipe->out;
	bool is_bind = header->type == PDU_BIND;
	size_t begin, name_len = strlen(pipe->iface->pipe_name);
	unsigned int i;

	begin = pdu_begin(out, is_bind ? PDU_BIND_ACK : PDU_ALTER_CONTEXT_RESP,
			  PDU_FIRST | PDU_LAST, header->call_id);
	ndr_put_u16(out, pipe->max_fragment);
	ndr_put_u16(out, RPC_MAX_FRAGMENT);
	ndr_put_u32(out, group);
	if (is_bind) { /* the secondary address, with its NUL */
		ndr_put_u16(out, 6 + name_len + 1);
		ndr_put_bytes(out, "\\PIPE\\", 6);
		ndr_put_bytes(out, pipe->iface->pipe_name, name_len + 1);
	} else {
		ndr_put_u16(out, 0);
	}
	ndr_put_align(out, 4);
	ndr_put_u32(out, count);
	for (i = 0; i < count; i++) {
		ndr_put_u16(out, results[i].result);
		ndr_put_u16(out, results[i].reason);
		put_syntax(out, results[i].with_ndr ? &ndr_syntax : &none,
			   results[i].with_ndr ? NDR_VERSION : 0);
	}
	pdu_end(out, begin);
}

/* bind and alter_context; false: a violation */
static bool take_bind(struct rpc_pipe *pipe, const struct pdu_header *header, struct ndr_in *in)
{
	struct context_result results[MAX_OFFERED];
	uint32_t group;
	uint16_t client_receives;
	unsigned int count, i;

	if (pipe->bound != (header->type == PDU_ALTER_CONTEXT) || pipe->in_request)
		return false;
	if (header->auth_length) {
		pdu_put_bind_nak(&pipe->out, header->call_id, NAK_AUTHENTICATION);
		return true;
	}
	ndr_get_u16(in); /* what it will send at most: no less than we must take anyway */
	client_receives = ndr_get_u16(in);
	group = ndr_get_u32(in);
	count = ndr_get_u8(in);
	ndr_get_bytes(in, 3);
	if (in->bad || !count)
		return false;
	if (count > MAX_OFFERED || client_receives < PDU_MIN_FRAGMENT) {
		pdu_put_bind_nak(&pipe->out, header->call_id, NAK_LIMIT);
		return true;
	}
	for (i = 0; i < count; i++)
		results[i] = offer_context(pipe, in);
	if (in->bad)
		return false;
	if (!pipe->bound && client_receives < RPC_MAX_FRAGMENT)
		pipe->max_fragment = client_receives;
	pipe->bound = true;
	put_bind_ack(pipe, header, group ? group : 1, results, count);
	return true;
}

static const struct rpc_op *find_op(const struct rpc_iface *iface, uint16_t opnum)
{
	size_t i;

	for (i = 0; i < iface->op_count; i++) {
		if (iface->ops[i].opnum == opnum)
			return &iface->ops[i];
	}
	return NULL;
}

/* Run the complete request; 0 with the reply in @call, or a fault's status. */
static uint32_t run_call(struct rpc_pipe *pipe, struct rpc_call *call)
{
	const struct rpc_op *op = find_op(pipe->iface, pipe->request_opnum);
	struct conf *conf;

	if (!knows_context(pipe, pipe->request_context))
		return RPC_FAULT_UNKNOWN_IF;
	if (!op)
		return RPC_FAULT_OP_RANGE;
	conf = service_conf(pipe->service);
	if (!conf)
		return RPC_FAULT_ACCESS_DENIED;
	ndr_in_init(&call->in, pipe->stub.data ? pipe->stub.data : (const uint8_t *)"",
		    pipe->stub.len, pipe->request.big_endian);
	call->conf = conf;
	call->service = pipe->service;
	op->run(call);
	conf_put(conf);
	if (call->in.bad)
		return RPC_FAULT_BAD_STUB;
	return call->out.failed ? RPC_FAULT_NO_MEMORY : 0;
}

static void answer_request(struct rpc_pipe *pipe)
{
	struct rpc_call call = { 0 };
	uint32_t fault;

	ndr_out_init(&call.out, RPC_MAX_REPLY);
	fault = run_call(pipe, &call);
	if (fault)
		pdu_put_fault(&pipe->out, PDU_DID_NOT_EXECUTE, pipe->request.call_id,
			      pipe->request_context, fault);
	else
		pdu_put_response(&pipe->out, pipe->request.call_id, pipe->request_context,
				 call.out.data, call.out.len, pipe->max_fragment);
	ndr_out_release(&call.out);
	ndr_out_release(&pipe->stub);
	pipe->in_request = false;
}

/* A request fragment; false: a violation */
static bool take_request(struct rpc_pipe *pipe, const struct pdu_header *header, struct ndr_in *in)
{
	uint16_t context, opnum;
	const uint8_t *part;
	size_t len;

	ndr_get_u32(in); /* the allocation hint: only a hint */
	context = ndr_get_u16(in);
	opnum = ndr_get_u16(in);
	if (header->flags & PDU_OBJECT)
		ndr_get_bytes(in, 16);
	if (in->bad || !pipe->bound || pipe->in_request != !(header->flags & PDU_FIRST))
		return false;
	if (header->auth_length) {
		pdu_put_fault(&pipe->out, PDU_DID_NOT_EXECUTE, header->call_id, context,
			      RPC_FAULT_ACCESS_DENIED);
		return header->flags & PDU_FIRST && header->flags & PDU_LAST;
	}
	if (!pipe->in_request) {
		pipe->in_request = true;
		pipe->request = *header;
		pipe->request_context = context;
		pipe->request_opnum = opnum;
	} else if (header->call_id != pipe->request.call_id || opnum != pipe->request_opnum ||
		   header->big_endian != pipe->request.big_endian) {
		return false;
	}
	len = ndr_in_left(in);
	part = ndr_get_bytes(in, len);
	ndr_put_bytes(&pipe->stub, part, len);
	if (pipe->stub.failed)
		return false;
	if (header->flags & PDU_LAST)
		answer_request(pipe);
	return true;
}

/* A complete PDU; false: a violation */
static bool take_pdu(struct rpc_pipe *pipe, const struct pdu_header *header)
{
	struct ndr_in in;

	/* Who sends calls must also read the replies. */
	if (pipe->out.len - pipe->out_at > RPC_MAX_WAITING)
		return false;
	/* Alignment counts from the PDU's start. */
	ndr_in_init(&in, pipe->fragment, header->length, header->big_endian);
	ndr_get_bytes(&in, PDU_HEADER_SIZE);
	switch (header->type) {
	case PDU_BIND:
	case PDU_ALTER_CONTEXT:
		return take_bind(pipe, header, &in);
	case PDU_REQUEST:
		return take_request(pipe, header, &in);
	case PDU_CO_CANCEL: /* calls are over before a cancel can come */
	case PDU_ORPHANED:
		return true;
	default:
		return false;
	}
}

int rpc_pipe_write(struct rpc_pipe *pipe, const uint8_t *data, size_t len)
{
	struct pdu_header header;

	while (len && !pipe->broken) {
		size_t want = PDU_HEADER_SIZE, part;

		if (pipe->fragment_len >= PDU_HEADER_SIZE) {
			pdu_get_header(pipe->fragment, &header);
			want = header.length;
		}
		part = want - pipe->fragment_len;
		if (part > len)
			part = len;
		memcpy(pipe->fragment + pipe->fragment_len, data, part);
		pipe->fragment_len += part;
		data += part;
		len -= part;
		if (pipe->fragment_len < PDU_HEADER_SIZE)
			continue;
		if (!pdu_get_header(pipe->fragment, &header) || header.length > RPC_MAX_FRAGMENT) {
			pipe->broken = true;
		} else if (pipe->fragment_len == header.length) {
			pipe->broken = !take_pdu(pipe, &header) || pipe->out.failed;
			pipe->fragment_len = 0;
		}
	}
	return pipe->broken ? -EPIPE : 0;
}

int rpc_pipe_read(struct rpc_pipe *pipe, uint8_t *data, size_t cap, size_t *len, bool *more)
{
	struct pdu_header header;
	size_t begin = 0, left;

	*len = 0;
	*more = false;
	if (pipe->out.failed)
		return -EPIPE;
	if (pipe->out_at == pipe->out.len)
		return pipe->broken ? -EPIPE : -ENODATA;
	/* Which PDU is being read? Replies are few and short: from the start. */
	for (;;) {
		pdu_get_header(pipe->out.data + begin, &header);
		if (pipe->out_at < begin + header.length)
			break;
		begin = (begin + header.length + PDU_ALIGN - 1) & ~(size_t)(PDU_ALIGN - 1);
	}
	if (pipe->out_at < begin) /* the filling before it */
		pipe->out_at = begin;
	left = begin + header.length - pipe->out_at;
	*len = left < cap ? left : cap;
	*more = left > cap;
	memcpy(data, pipe->out.data + pipe->out_at, *len);
	pipe->out_at += *len;
	if (pipe->out_at == pipe->out.len) {
		ndr_out_release(&pipe->out);
		pipe->out_at = 0;
	}
	return 0;
}
