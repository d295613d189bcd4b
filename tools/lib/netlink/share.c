// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>

#include "tools/lib/netlink/flags.h"
#include "tools/lib/netlink/message.h"

#define NO_ID_16 0xffff

_Static_assert(CONF_SHARE_NAME_MAX + 1 == KSMBD_NL_SHARE_NAME_SIZE, "size of a share's name");

/* @told of the configuration @conf, or NULL without memory. Called with the lock held. */
static bool *told_shares(struct answers *answers, struct conf *conf)
{
	if (answers->told_conf != conf) {
		free(answers->told);
		conf_put(answers->told_conf);
		answers->told = calloc(conf->share_count + 1, sizeof(*answers->told));
		answers->told_conf = answers->told ? conf_get(conf) : NULL;
	}
	return answers->told;
}

/* Does the kernel know what @conf says of @share? From now on it does, if @now. */
static bool is_told(struct answers *answers, struct conf *conf, const struct conf_share *share,
		    bool now)
{
	size_t number = conf_share_number(conf, share);
	bool was = false, *told;

	pthread_mutex_lock(&answers->lock);
	told = told_shares(answers, conf);
	if (told) {
		was = told[number];
		told[number] |= now;
	}
	pthread_mutex_unlock(&answers->lock);
	return was;
}

static bool fits_16(uint32_t id)
{
	return id == CONF_NO_ID || id < NO_ID_16;
}

/* Veto list without its last two NULs, a NUL, path, a NUL. Without a list only the path. */
static size_t put_payload(const struct conf_share *share, int8_t *payload, uint32_t *veto_size)
{
	size_t used = 0, len = share->path ? strlen(share->path) : 0;

	*veto_size = 0;
	if (share->veto) {
		*veto_size = share->veto_size - 2;
		used = *veto_size + 1;
		memcpy(payload, share->veto, used);
	}
	if (share->path)
		memcpy(payload + used, share->path, len);
	payload[used + len] = '\0';
	return used + len + 1;
}

/* A share that nobody is forced on would be another share. */
const char *answer_share_problem(const struct conf_share *share)
{
	size_t veto_size = share->veto ? share->veto_size : 0;

	if (!fits_16(share->force_uid))
		return "force user has a number above 65534";
	if (!fits_16(share->force_gid))
		return "force group has a number above 65534";
	if (veto_size + (share->path ? strlen(share->path) : 0) >= KSMBD_NL_MAX_RESPONSE_PAYLOAD)
		return "veto files is too long";
	return NULL;
}

/* Everything but the handle. */
static void put_share(const struct conf_share *share, struct ksmbd_nl_share_response *response,
		      struct answer_reply *reply)
{
	uint32_t list;

	response->flags = flags_share(share);
	response->create_mask = share->create_mask;
	response->directory_mask = share->directory_mask;
	response->force_create_mode = share->force_create_mode;
	response->force_directory_mode = share->force_directory_mode;
	response->force_uid = share->force_uid;
	response->force_gid = share->force_gid;
	memcpy(response->share_name, share->name, strlen(share->name));
	response->payload_size = put_payload(share, response->payload, &list);
	response->veto_list_size = list;
	reply->size += response->payload_size;
}

int answer_share(struct answers *answers, const void *data, size_t size, struct answer_reply *reply)
{
	const struct ksmbd_nl_share_request *request = data;
	struct ksmbd_nl_share_response *response =
		message_reply(reply, KSMBD_NL_SHARE_RESPONSE, sizeof(*response));
	struct conf *conf = service_conf(answers->service);
	const struct conf_share *share = NULL;

	response->handle = request->handle;
	if (conf && message_text(request->share_name, sizeof(request->share_name)))
		share = conf_share_find(conf, (const char *)request->share_name);
	if (share && !answer_share_problem(share)) {
		put_share(share, response, reply);
		is_told(answers, conf, share, true);
	}
	conf_put(conf);
	return 0;
}

/* A kernel that has begun anew counts from the beginning: what it asks for is not there. */
static enum service_verdict connect_tree(struct service *service, struct service_ask *ask)
{
	enum service_verdict verdict = service_connect(service, ask);

	if (verdict != SERVICE_EXISTS)
		return verdict;
	service_disconnect(service, ask->session_id, ask->tree_id);
	return service_connect(service, ask);
}

/* The kernel keeps shares: say when what it has is no longer what the configuration says. */
static bool needs_update(struct answers *answers, const char *name)
{
	struct conf *conf = service_conf(answers->service);
	const struct conf_share *share = conf ? conf_share_find(conf, name) : NULL;
	bool old = share && !is_told(answers, conf, share, false);

	conf_put(conf);
	return old;
}

int answer_tree(struct answers *answers, const void *data, size_t size, struct answer_reply *reply)
{
	const struct ksmbd_nl_tree_request *request = data;
	struct ksmbd_nl_tree_response *response;
	struct service_ask ask = {
		.account = (const char *)request->account,
		.guest = request->account_flags & KSMBD_NL_USER_GUEST,
		.share = (const char *)request->share,
		.peer = (const char *)request->peer_addr,
		.session_id = request->session_id,
		.tree_id = request->connect_id,
	};
	enum service_verdict verdict;

	if (!message_text(request->account, sizeof(request->account)) ||
	    !message_text(request->share, sizeof(request->share)) ||
	    !message_text(request->peer_addr, sizeof(request->peer_addr)))
		return -EBADMSG;
	response = message_reply(reply, KSMBD_NL_TREE_RESPONSE, sizeof(*response));
	response->handle = request->handle;
	verdict = connect_tree(answers->service, &ask);
	response->status = flags_tree_status(verdict);
	response->connection_flags = flags_tree(&ask);
	if (verdict == SERVICE_OK && needs_update(answers, ask.share))
		response->connection_flags |= FLAGS_TREE_UPDATE;
	return 0;
}

int answer_tree_end(struct answers *answers, const void *data, size_t size,
		    struct answer_reply *reply)
{
	const struct ksmbd_nl_tree_disconnect *request = data;

	service_disconnect(answers->service, request->session_id, request->connect_id);
	return 0;
}
