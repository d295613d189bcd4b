// SPDX-License-Identifier: GPL-2.0-or-later
#include "tools/lib/netlink/message.h"

#define METHODS                                                                            \
	(KSMBD_NL_RPC_IOCTL | KSMBD_NL_RPC_OPEN | KSMBD_NL_RPC_WRITE | KSMBD_NL_RPC_READ | \
	 KSMBD_NL_RPC_CLOSE | KSMBD_NL_RPC_RAP)

static const struct {
	uint32_t flag;
	enum rpc_pipe_kind kind;
} kinds[] = {
	{ KSMBD_NL_RPC_SRVSVC, RPC_PIPE_SRVSVC },
	{ KSMBD_NL_RPC_WKSSVC, RPC_PIPE_WKSSVC },
};

static uint32_t rpc_status(int ret)
{
	switch (ret) {
	case 0:
	case -ENODATA: /* no bytes, no error */
		return KSMBD_NL_RPC_OK;
	case -ENOENT:
		return KSMBD_NL_RPC_EBAD_FID;
	case -ENOMEM:
	case -ENFILE:
		return KSMBD_NL_RPC_ENOMEM;
	default:
		return KSMBD_NL_RPC_EBAD_DATA;
	}
}

static uint32_t open_pipe(struct answers *answers, const struct ksmbd_nl_rpc *request)
{
	size_t i, count = sizeof(kinds) / sizeof(kinds[0]);
	int ret;

	for (i = 0; i < count && !(request->flags & kinds[i].flag); i++)
		;
	if (i == count)
		return KSMBD_NL_RPC_EBAD_FUNC;
	ret = rpc_table_open(answers->pipes, request->handle, kinds[i].kind);
	if (ret == -EEXIST) { /* a kernel that has begun anew counts from the beginning */
		rpc_table_close(answers->pipes, request->handle);
		ret = rpc_table_open(answers->pipes, request->handle, kinds[i].kind);
	}
	return rpc_status(ret);
}

static uint32_t read_pipe(struct answers *answers, struct ksmbd_nl_rpc *response)
{
	bool more;
	size_t got;
	int ret = rpc_table_read(answers->pipes, response->handle, response->payload,
				 KSMBD_NL_MAX_RESPONSE_PAYLOAD, &got, &more);

	response->payload_size = got;
	return rpc_status(ret);
}

static uint32_t write_pipe(struct answers *answers, const struct ksmbd_nl_rpc *request)
{
	return rpc_status(rpc_table_write(answers->pipes, request->handle, request->payload,
					  request->payload_size));
}

static uint32_t run_method(struct answers *answers, const struct ksmbd_nl_rpc *request,
			   struct ksmbd_nl_rpc *response)
{
	uint32_t status;

	switch (request->flags & METHODS) {
	case KSMBD_NL_RPC_OPEN:
		return open_pipe(answers, request);
	case KSMBD_NL_RPC_WRITE:
		return write_pipe(answers, request);
	case KSMBD_NL_RPC_READ:
		return read_pipe(answers, response);
	case KSMBD_NL_RPC_IOCTL:
		status = write_pipe(answers, request);
		return status ? status : read_pipe(answers, response);
	case KSMBD_NL_RPC_CLOSE:
		rpc_table_close(answers->pipes, request->handle);
		return KSMBD_NL_RPC_OK;
	default:
		return KSMBD_NL_RPC_ENOTIMPLEMENTED;
	}
}

static bool is_method(const void *data, size_t size, uint32_t method)
{
	const struct ksmbd_nl_rpc *request = data;

	return size >= sizeof(*request) && (request->flags & METHODS) == method;
}

bool rpc_is_open(const void *data, size_t size)
{
	return is_method(data, size, KSMBD_NL_RPC_OPEN);
}

bool rpc_is_close(const void *data, size_t size)
{
	return is_method(data, size, KSMBD_NL_RPC_CLOSE);
}

uint32_t rpc_handle(const void *data)
{
	const struct ksmbd_nl_rpc *request = data;

	return request->handle;
}

int answer_rpc(struct answers *answers, const void *data, size_t size, struct answer_reply *reply)
{
	const struct ksmbd_nl_rpc *request = data;
	struct ksmbd_nl_rpc *response;

	if (request->payload_size > size - sizeof(*request))
		return -EBADMSG;
	response = message_reply(reply, KSMBD_NL_RPC_RESPONSE, sizeof(*response));
	response->handle = request->handle;
	if (request->flags & KSMBD_NL_RPC_RESTRICTED && !rpc_is_close(data, size) &&
	    !service_pipes_for_guests(answers->service))
		response->flags = KSMBD_NL_RPC_EACCESS_DENIED;
	else
		response->flags = run_method(answers, request, response);
	reply->size += response->payload_size;
	return 0;
}
