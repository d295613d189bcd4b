/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DCE/RPC over a named pipe, connection oriented ([MS-RPCE], C706 chapter 12): bytes in,
 * bytes out. Unauthenticated calls only: the SMB session below has authenticated.
 */
#ifndef KSMBD_TOOLS_RPC_RPC_H
#define KSMBD_TOOLS_RPC_RPC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tools/lib/service.h"

#define RPC_MAX_FRAGMENT 4280	       /* both ways */
#define RPC_MAX_REQUEST	 (64 * 1024)   /* of a call's arguments, all fragments */
#define RPC_MAX_REPLY	 (1024 * 1024) /* of what waits to be read */
#define RPC_MAX_WAITING	 (64 * 1024)   /* of that, when the next request comes */
#define RPC_MAX_PIPES	 4096

enum rpc_pipe_kind {
	RPC_PIPE_SRVSVC,
	RPC_PIPE_WKSSVC
};

struct rpc_pipe;

/**
 * rpc_pipe_create() - a conversation; not thread-safe, struct rpc_table is
 * @service: asked for the configuration at each call; outlives the pipe
 */
struct rpc_pipe *rpc_pipe_create(struct service *service, enum rpc_pipe_kind kind);
void rpc_pipe_free(struct rpc_pipe *pipe);
/**
 * rpc_pipe_write() - take bytes from the client, in pieces of any size
 * Return: 0, or -EPIPE after a violation of the protocol: the pipe is of no more use
 */
int rpc_pipe_write(struct rpc_pipe *pipe, const uint8_t *data, size_t len);
/**
 * rpc_pipe_read() - bytes of one reply fragment, which is one message of the pipe
 * @len: receives how many of @cap were filled; @more: the fragment did not fit whole
 * Return: 0, -ENODATA: no reply is waiting, -EPIPE
 */
int rpc_pipe_read(struct rpc_pipe *pipe, uint8_t *data, size_t cap, size_t *len, bool *more);

/* Conversations by number. Thread-safe; calls for one number run one after another. */
struct rpc_table;

struct rpc_table *rpc_table_create(struct service *service);
/** rpc_table_free() - with all its pipes; nobody uses it any more */
void rpc_table_free(struct rpc_table *table);
/** rpc_table_open() - begin; 0, -EEXIST, -ENFILE: too many, -ENOMEM */
int rpc_table_open(struct rpc_table *table, uint32_t id, enum rpc_pipe_kind kind);
/* As rpc_pipe_write() and rpc_pipe_read(); -ENOENT: no such number */
int rpc_table_write(struct rpc_table *table, uint32_t id, const uint8_t *data, size_t len);
int rpc_table_read(struct rpc_table *table, uint32_t id, uint8_t *data, size_t cap, size_t *len,
		   bool *more);
void rpc_table_close(struct rpc_table *table, uint32_t id);

#endif
