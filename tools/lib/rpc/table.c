// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "tools/lib/rpc/rpc.h"

#define BUCKETS 256

/**
 * struct conversation - a pipe with a number
 * @refs: (table->lock) the table's and one per call
 * @lock: the pipe; taken without table->lock held
 */
struct conversation {
	struct conversation *next;
	uint32_t id;
	unsigned int refs;
	pthread_mutex_t lock;
	struct rpc_pipe *pipe;
};

/* @lock: all of it, but for the conversations' pipes */
struct rpc_table {
	struct service *service;
	pthread_mutex_t lock;
	unsigned int count;
	struct conversation *buckets[BUCKETS];
};

struct rpc_table *rpc_table_create(struct service *service)
{
	struct rpc_table *table = calloc(1, sizeof(*table));

	if (!table)
		return NULL;
	table->service = service;
	pthread_mutex_init(&table->lock, NULL);
	return table;
}

static void free_conversation(struct conversation *talk)
{
	pthread_mutex_destroy(&talk->lock);
	rpc_pipe_free(talk->pipe);
	free(talk);
}

static struct conversation **find(struct rpc_table *table, uint32_t id)
{
	struct conversation **at = &table->buckets[id % BUCKETS];

	while (*at && (*at)->id != id)
		at = &(*at)->next;
	return at;
}

static void put(struct rpc_table *table, struct conversation *talk)
{
	unsigned int refs;

	pthread_mutex_lock(&table->lock);
	refs = --talk->refs;
	pthread_mutex_unlock(&table->lock);
	if (!refs)
		free_conversation(talk);
}

/* A reference with the pipe locked, or NULL. */
static struct conversation *begin(struct rpc_table *table, uint32_t id)
{
	struct conversation *talk;

	pthread_mutex_lock(&table->lock);
	talk = *find(table, id);
	if (talk)
		talk->refs++;
	pthread_mutex_unlock(&table->lock);
	if (talk)
		pthread_mutex_lock(&talk->lock);
	return talk;
}

static void end(struct rpc_table *table, struct conversation *talk)
{
	pthread_mutex_unlock(&talk->lock);
	put(table, talk);
}

void rpc_table_free(struct rpc_table *table)
{
	size_t i;

	if (!table)
		return;
	for (i = 0; i < BUCKETS; i++) {
		while (table->buckets[i])
			rpc_table_close(table, table->buckets[i]->id);
	}
	pthread_mutex_destroy(&table->lock);
	free(table);
}

int rpc_table_open(struct rpc_table *table, uint32_t id, enum rpc_pipe_kind kind)
{
	struct conversation *talk = calloc(1, sizeof(*talk)), **at;
	int ret = 0;

	if (talk)
		talk->pipe = rpc_pipe_create(table->service, kind);
	if (!talk || !talk->pipe) {
		free(talk);
		return -ENOMEM;
	}
	talk->id = id;
	talk->refs = 1;
	pthread_mutex_init(&talk->lock, NULL);
	pthread_mutex_lock(&table->lock);
	at = find(table, id);
	if (*at)
		ret = -EEXIST;
	else if (table->count == RPC_MAX_PIPES)
		ret = -ENFILE;
	if (!ret) {
		*at = talk;
		table->count++;
	}
	pthread_mutex_unlock(&table->lock);
	if (ret)
		free_conversation(talk);
	return ret;
}

int rpc_table_write(struct rpc_table *table, uint32_t id, const uint8_t *data, size_t len)
{
	struct conversation *talk = begin(table, id);
	int ret;

	if (!talk)
		return -ENOENT;
	ret = rpc_pipe_write(talk->pipe, data, len);
	end(table, talk);
	return ret;
}

int rpc_table_read(struct rpc_table *table, uint32_t id, uint8_t *data, size_t cap, size_t *len,
		   bool *more)
{
	struct conversation *talk = begin(table, id);
	int ret;

	*len = 0;
	*more = false;
	if (!talk)
		return -ENOENT;
	ret = rpc_pipe_read(talk->pipe, data, cap, len, more);
	end(table, talk);
	return ret;
}

void rpc_table_close(struct rpc_table *table, uint32_t id)
{
	struct conversation **at, *talk;

	pthread_mutex_lock(&table->lock);
	at = find(table, id);
	talk = *at;
	if (talk) {
		*at = talk->next;
		table->count--;
	}
	pthread_mutex_unlock(&table->lock);
	if (talk)
		put(table, talk);
}
