/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the files that answer the kernel. */
#ifndef KSMBD_TOOLS_NETLINK_MESSAGE_H
#define KSMBD_TOOLS_NETLINK_MESSAGE_H

#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "ksmbd/uapi/ksmbd_netlink.h"
#include "tools/lib/netlink/answer.h"
#include "tools/lib/rpc/rpc.h"

/**
 * struct answers - owner: the daemon
 * @lock: @told_conf, @told
 * @told_conf: the configuration that @told is about
 * @told: by conf_share_number(): the kernel has asked for this share since @told_conf came
 */
struct answers {
	struct service *service;
	struct rpc_table *pipes;
	pthread_mutex_t lock;
	struct conf *told_conf;
	bool *told;
};

/** message_text() - is a fixed field of @size bytes a NUL-terminated text of UTF-8? */
bool message_text(const int8_t *field, size_t size);
/** message_reply() - begin a reply: @size zeroed bytes, returned */
void *message_reply(struct answer_reply *reply, uint16_t event, size_t size);

/** rpc_is_open() - does the message begin a pipe? */
bool rpc_is_open(const void *data, size_t size);
/** rpc_is_close() - does the message end a pipe? */
bool rpc_is_close(const void *data, size_t size);
/** rpc_handle() - number of the pipe; @data: of an RPC message */
uint32_t rpc_handle(const void *data);

/* One per event: the message has at least its fixed size. As answers_event(). */
int answer_login(struct answers *answers, const void *data, size_t size,
		 struct answer_reply *reply);
int answer_groups(struct answers *answers, const void *data, size_t size,
		  struct answer_reply *reply);
int answer_spnego(struct answers *answers, const void *data, size_t size,
		  struct answer_reply *reply);
int answer_share(struct answers *answers, const void *data, size_t size,
		 struct answer_reply *reply);
int answer_tree(struct answers *answers, const void *data, size_t size, struct answer_reply *reply);
int answer_tree_end(struct answers *answers, const void *data, size_t size,
		    struct answer_reply *reply);
int answer_rpc(struct answers *answers, const void *data, size_t size, struct answer_reply *reply);

#endif
