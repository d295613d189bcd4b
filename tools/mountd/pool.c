// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ksmbd/uapi/ksmbd_netlink.h"
#include "tools/mountd/mountd.h"

#define THREADS	    4
#define MAX_WAITING 1024

/**
 * struct job - a question; in pool->first while it waits, in pool->running while it is answered
 * @ended: what it is to begin has been ended by a later message; under pool->lock
 */
struct job {
	struct job *next;
	struct timespec came;
	bool ended;
	uint16_t event;
	size_t size;
	uint8_t data[];
};

/**
 * struct pool - owner: the worker's main thread, which alone calls pool_take()
 * @lock: the lists, @waiting, @ending
 * @changed: any of them
 */
struct pool {
	struct genl *genl;
	struct answers *answers;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct job *first;
	struct job **last;
	struct job *running;
	unsigned int waiting;
	bool ending;
	unsigned int threads;
	pthread_t thread[THREADS];
	uint8_t buffer[ANSWER_MAX_SIZE]; /* pool_take()'s */
};

/* Has the kernel stopped waiting for this answer? */
static bool is_late(const struct job *job)
{
	struct timespec now;
	int64_t passed;

	clock_gettime(CLOCK_MONOTONIC, &now);
	passed = (now.tv_sec - job->came.tv_sec) * INT64_C(1000000000) + now.tv_nsec -
		 job->came.tv_nsec;
	return passed >= KSMBD_NL_RESPONSE_SECONDS * INT64_C(1000000000);
}

/*
 * What has begun in another thread and is ended here: both may have been in the socket for
 * long, so that the end can be faster.
 */
static void mark_ended(struct pool *pool, const struct job *end)
{
	struct job *const lists[] = { pool->first, pool->running };
	struct job *job;
	size_t i;

	for (i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		for (job = lists[i]; job; job = job->next)
			job->ended |= answer_ends(end->event, end->data, end->size, job->event,
						  job->data, job->size);
	}
}

static bool is_ended(struct pool *pool, const struct job *job)
{
	bool ended;

	pthread_mutex_lock(&pool->lock);
	ended = job->ended;
	pthread_mutex_unlock(&pool->lock);
	return ended;
}

static void handle(struct pool *pool, const struct job *job, uint8_t *buffer)
{
	struct answer_reply reply = { .data = buffer };
	int ret;

	if (is_late(job) && !answer_is_quick(job->event, job->data, job->size)) {
		tool_complain("event %u waited too long", job->event);
		return;
	}
	ret = answers_event(pool->answers, job->event, job->data, job->size, &reply);
	if (ret)
		tool_complain("event %u of %zu bytes from the kernel: %s", job->event, job->size,
			      strerror(-ret));
	else if (reply.event && is_late(job)) {
		tool_complain("event %u took too long to answer", job->event);
		answers_undo(pool->answers, job->event, job->data, &reply);
	} else if (reply.event && is_ended(pool, job)) {
		answers_undo(pool->answers, job->event, job->data, &reply);
	} else if (reply.event) {
		genl_send(pool->genl, reply.event, reply.data, reply.size);
	}
	explicit_bzero(buffer, reply.size);
}

static struct job *take_job(struct pool *pool)
{
	struct job *job;

	pthread_mutex_lock(&pool->lock);
	while (!pool->first && !pool->ending)
		pthread_cond_wait(&pool->changed, &pool->lock);
	job = pool->first;
	if (job) {
		pool->first = job->next;
		if (!pool->first)
			pool->last = &pool->first;
		pool->waiting--;
		job->next = pool->running;
		pool->running = job;
		pthread_cond_broadcast(&pool->changed);
	}
	pthread_mutex_unlock(&pool->lock);
	return job;
}

static void drop_job(struct pool *pool, struct job *job)
{
	struct job **at;

	pthread_mutex_lock(&pool->lock);
	for (at = &pool->running; *at != job; at = &(*at)->next)
		;
	*at = job->next;
	pthread_mutex_unlock(&pool->lock);
	free(job);
}

static void *run_thread(void *arg)
{
	uint8_t *buffer = malloc(ANSWER_MAX_SIZE);
	struct pool *pool = arg;
	struct job *job;

	while (buffer && (job = take_job(pool))) {
		handle(pool, job, buffer);
		drop_job(pool, job);
	}
	free(buffer);
	return NULL;
}

struct pool *pool_create(struct genl *genl, struct answers *answers)
{
	struct pool *pool = calloc(1, sizeof(*pool));

	if (!pool)
		return NULL;
	pool->genl = genl;
	pool->answers = answers;
	pool->last = &pool->first;
	pthread_mutex_init(&pool->lock, NULL);
	pthread_cond_init(&pool->changed, NULL);
	for (; pool->threads < THREADS; pool->threads++) {
		if (pthread_create(&pool->thread[pool->threads], NULL, run_thread, pool)) {
			pool_free(pool);
			return NULL;
		}
	}
	return pool;
}

static void add_job(struct pool *pool, struct job *job)
{
	pthread_mutex_lock(&pool->lock);
	/* What does not fit here waits in the socket, and then the kernel knows. */
	while (pool->waiting >= MAX_WAITING)
		pthread_cond_wait(&pool->changed, &pool->lock);
	*pool->last = job;
	pool->last = &job->next;
	pool->waiting++;
	pthread_cond_broadcast(&pool->changed);
	pthread_mutex_unlock(&pool->lock);
}

void pool_take(void *arg, uint16_t event, const void *data, size_t size)
{
	struct pool *pool = arg;
	struct job *job = malloc(sizeof(*job) + size);

	if (!job) {
		tool_complain("out of memory: event %u is lost", event);
		return;
	}
	job->next = NULL;
	job->ended = false;
	job->event = event;
	job->size = size;
	memcpy(job->data, data, size);
	clock_gettime(CLOCK_MONOTONIC, &job->came);
	if (answer_is_quick(event, data, size)) {
		pthread_mutex_lock(&pool->lock);
		mark_ended(pool, job);
		pthread_mutex_unlock(&pool->lock);
		handle(pool, job, pool->buffer);
		free(job);
	} else {
		add_job(pool, job);
	}
}

void pool_free(struct pool *pool)
{
	if (!pool)
		return;
	pthread_mutex_lock(&pool->lock);
	pool->ending = true;
	pthread_cond_broadcast(&pool->changed);
	pthread_mutex_unlock(&pool->lock);
	while (pool->threads)
		pthread_join(pool->thread[--pool->threads], NULL);
	pthread_cond_destroy(&pool->changed);
	pthread_mutex_destroy(&pool->lock);
	free(pool);
}
