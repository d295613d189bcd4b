/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's questions (ksmbd/uapi/ksmbd_netlink.h): bytes in, bytes out. No sockets here:
 * ksmbd.mountd has them.
 */
#ifndef KSMBD_TOOLS_NETLINK_ANSWER_H
#define KSMBD_TOOLS_NETLINK_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tools/lib/service.h"

/* An attribute's length is a u16 that counts its header of 4 bytes. */
#define ANSWER_MAX_SIZE (65535 - 4)

struct answers;

/** answers_create() - @service outlives it; NULL without memory */
struct answers *answers_create(struct service *service);
void answers_free(struct answers *answers);

/**
 * struct answer_reply - what to send back
 * @event: 0: nothing
 * @data: room for ANSWER_MAX_SIZE bytes, by the caller; @size: how many of them were filled.
 *     They may hold a password's hash: zero them
 */
struct answer_reply {
	uint16_t event;
	uint8_t *data;
	size_t size;
};

/**
 * answers_event() - one message of the kernel
 * @event: enum ksmbd_nl_event
 * @data, @size: what follows the attribute's header; any alignment
 *
 * Thread-safe. May take as long as the system's user database does, unless
 * answer_is_quick() says otherwise.
 * Return: 0 with @reply filled, -EBADMSG: not a message of the interface,
 * -EOPNOTSUPP: an unknown event
 */
int answers_event(struct answers *answers, uint16_t event, const void *data, size_t size,
		  struct answer_reply *reply);
/**
 * answers_undo() - the kernel has given up before it was answered
 *
 * Takes back what answering @event with @reply has changed here.
 */
void answers_undo(struct answers *answers, uint16_t event, const void *data,
		  const struct answer_reply *reply);
/**
 * answer_is_quick() - is the event only about memory?
 *
 * Such events end something: they must be handled before a later question, which may begin
 * another thing with the same number.
 */
bool answer_is_quick(uint16_t event, const void *data, size_t size);

/**
 * answer_ends() - does the message @event end what the message @begun begins?
 *
 * If @begun is answered by another thread at that time, answers_undo() is due after it.
 */
bool answer_ends(uint16_t event, const void *data, size_t size, uint16_t begun,
		 const void *begun_data, size_t begun_size);

/** answer_share_problem() - why the kernel cannot be told of @share, or NULL */
const char *answer_share_problem(const struct conf_share *share);

#endif
