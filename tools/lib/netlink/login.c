// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>

#include "tools/lib/netlink/message.h"

#define MAX_GROUPS ((ANSWER_MAX_SIZE - sizeof(struct ksmbd_nl_groups_response)) / sizeof(uint32_t))

_Static_assert(PASSDB_NAME_MAX + 1 == KSMBD_NL_ACCOUNT_SIZE, "size of an account's name");
_Static_assert(PASSDB_HASH_SIZE <= KSMBD_NL_HASH_SIZE, "size of a hash");

/* The account that @request asks for; 0, -ENOENT: there is none, or another negative errno. */
static int find_account(struct answers *answers, const struct ksmbd_nl_login_request *request,
			struct service_login *login)
{
	if (!message_text(request->account, sizeof(request->account)))
		return -ENOENT;
	return service_login(answers->service, (const char *)request->account, login);
}

int answer_login(struct answers *answers, const void *data, size_t size, struct answer_reply *reply)
{
	const struct ksmbd_nl_login_request *request = data;
	struct ksmbd_nl_login_response *response =
		message_reply(reply, KSMBD_NL_LOGIN_RESPONSE, sizeof(*response));
	struct service_login login;
	int ret = find_account(answers, request, &login);

	response->handle = request->handle;
	response->status = KSMBD_NL_USER_BAD_USER;
	if (ret) {
		/* Other kernels see no such user; who knows this word does not blame the client. */
		if (ret != -ENOENT)
			response->undecided = KSMBD_NL_EXT_UNDECIDED;
		return 0;
	}
	response->status = KSMBD_NL_USER_OK;
	if (login.guest)
		response->status |= KSMBD_NL_USER_GUEST;
	if (login.identity.group_count)
		response->status |= KSMBD_NL_USER_EXTENSION;
	response->uid = login.identity.uid;
	response->gid = login.identity.gid;
	memcpy(response->account, login.name, sizeof(login.name));
	if (login.has_hash) {
		response->hash_size = sizeof(login.hash);
		memcpy(response->hash, login.hash, sizeof(login.hash));
	}
	service_login_release(&login);
	return 0;
}

int answer_groups(struct answers *answers, const void *data, size_t size,
		  struct answer_reply *reply)
{
	const struct ksmbd_nl_login_request *request = data;
	struct ksmbd_nl_groups_response *response =
		message_reply(reply, KSMBD_NL_LOGIN_EXT_RESPONSE, sizeof(*response));
	struct service_login login;
	size_t i, count;
	int ret;

	response->handle = request->handle;
	ret = find_account(answers, request, &login);
	/* No groups instead of those that could not be found would be half a login. */
	if (ret)
		return ret == -ENOENT ? 0 : ret;
	count = login.identity.group_count < MAX_GROUPS ? login.identity.group_count : MAX_GROUPS;
	for (i = 0; i < count; i++)
		response->gids[i] = login.identity.groups[i];
	response->ngroups = count;
	reply->size += count * sizeof(response->gids[0]);
	service_login_release(&login);
	return 0;
}

/* There is no Kerberos yet: nobody is let in by a ticket. */
int answer_spnego(struct answers *answers, const void *data, size_t size,
		  struct answer_reply *reply)
{
	const struct ksmbd_nl_spnego_request *request = data;
	struct ksmbd_nl_spnego_response *response;

	if (size < sizeof(*request) + request->blob_size)
		return -EBADMSG;
	response = message_reply(reply, KSMBD_NL_SPNEGO_RESPONSE, sizeof(*response));
	response->handle = request->handle;
	response->login.handle = request->handle;
	response->login.status = KSMBD_NL_USER_BAD_USER;
	return 0;
}
