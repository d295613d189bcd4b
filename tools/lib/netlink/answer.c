// SPDX-License-Identifier: GPL-2.0-or-later
#include "tools/lib/netlink/answer.h"

#include <stdlib.h>

#include "tools/lib/netlink/message.h"
#include "tools/lib/utf.h"

struct answers *answers_create(struct service *service)
{
	struct answers *answers = calloc(1, sizeof(*answers));

	if (!answers)
		return NULL;
	answers->service = service;
	answers->pipes = rpc_table_create(service);
	if (!answers->pipes) {
		free(answers);
		return NULL;
	}
	pthread_mutex_init(&answers->lock, NULL);
	return answers;
}

void answers_free(struct answers *answers)
{
	if (!answers)
		return;
	rpc_table_free(answers->pipes);
	conf_put(answers->told_conf);
	free(answers->told);
	pthread_mutex_destroy(&answers->lock);
	free(answers);
}

bool message_text(const int8_t *field, size_t size)
{
	return memchr(field, '\0', size) && utf8_valid((const char *)field);
}

void *message_reply(struct answer_reply *reply, uint16_t event, size_t size)
{
	reply->event = event;
	reply->size = size;
	return memset(reply->data, 0, size);
}

static int answer_nothing(struct answers *answers, const void *data, size_t size,
			  struct answer_reply *reply)
{
	return 0;
}

/* What the kernel sends; longer messages are a newer kernel's. */
static const struct {
	size_t size;
	int (*answer)(struct answers *answers, const void *data, size_t size,
		      struct answer_reply *reply);
} events[KSMBD_NL_EVENT_COUNT] = {
	[KSMBD_NL_HEARTBEAT] = { sizeof(struct ksmbd_nl_heartbeat), answer_nothing },
	[KSMBD_NL_LOGIN] = { sizeof(struct ksmbd_nl_login_request), answer_login },
	[KSMBD_NL_LOGIN_EXT] = { sizeof(struct ksmbd_nl_login_request), answer_groups },
	[KSMBD_NL_SHARE] = { sizeof(struct ksmbd_nl_share_request), answer_share },
	[KSMBD_NL_TREE_CONNECT] = { sizeof(struct ksmbd_nl_tree_request), answer_tree },
	[KSMBD_NL_TREE_DISCONNECT] = { sizeof(struct ksmbd_nl_tree_disconnect), answer_tree_end },
	[KSMBD_NL_LOGOUT] = { sizeof(struct ksmbd_nl_logout), answer_nothing },
	[KSMBD_NL_RPC] = { sizeof(struct ksmbd_nl_rpc), answer_rpc },
	[KSMBD_NL_SPNEGO] = { sizeof(struct ksmbd_nl_spnego_request), answer_spnego },
};

int answers_event(struct answers *answers, uint16_t event, const void *data, size_t size,
		  struct answer_reply *reply)
{
	reply->event = 0;
	reply->size = 0;
	if (event >= KSMBD_NL_EVENT_COUNT || !events[event].answer)
		return -EOPNOTSUPP;
	if (size < events[event].size)
		return -EBADMSG;
	return events[event].answer(answers, data, size, reply);
}

bool answer_is_quick(uint16_t event, const void *data, size_t size)
{
	return event == KSMBD_NL_TREE_DISCONNECT || event == KSMBD_NL_LOGOUT ||
	       event == KSMBD_NL_HEARTBEAT || (event == KSMBD_NL_RPC && rpc_is_close(data, size));
}

bool answer_ends(uint16_t event, const void *data, size_t size, uint16_t begun,
		 const void *begun_data, size_t begun_size)
{
	const struct ksmbd_nl_tree_disconnect *end = data;
	const struct ksmbd_nl_tree_request *begin = begun_data;

	if (event >= KSMBD_NL_EVENT_COUNT || begun >= KSMBD_NL_EVENT_COUNT ||
	    size < events[event].size || begun_size < events[begun].size)
		return false;
	if (event == KSMBD_NL_TREE_DISCONNECT && begun == KSMBD_NL_TREE_CONNECT)
		return end->session_id == begin->session_id && end->connect_id == begin->connect_id;
	return event == KSMBD_NL_RPC && begun == KSMBD_NL_RPC && rpc_is_close(data, size) &&
	       rpc_is_open(begun_data, begun_size) && rpc_handle(data) == rpc_handle(begun_data);
}

void answers_undo(struct answers *answers, uint16_t event, const void *data,
		  const struct answer_reply *reply)
{
	const struct ksmbd_nl_tree_request *request = data;
	const struct ksmbd_nl_tree_response *response = (const void *)reply->data;

	if (event == KSMBD_NL_TREE_CONNECT && reply->event == KSMBD_NL_TREE_RESPONSE &&
	    !response->status)
		service_disconnect(answers->service, request->session_id, request->connect_id);
	else if (event == KSMBD_NL_RPC && rpc_is_open(data, sizeof(struct ksmbd_nl_rpc)))
		rpc_table_close(answers->pipes, rpc_handle(data));
}
