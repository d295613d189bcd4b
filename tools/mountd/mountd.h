/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ksmbd.mountd: the daemon of the kernel's server.
 *
 * main() detaches; the manager holds the lock file and keeps one worker running; the worker
 * reads the files, talks to the kernel and answers it with the code of tools/lib.
 */
#ifndef KSMBD_MOUNTD_H
#define KSMBD_MOUNTD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "tools/lib/netlink/answer.h"
#include "tools/lib/tool.h"

/**
 * struct mountd - from the command line
 * @port: 0: the configuration's
 * @manager: process of the manager
 */
struct mountd {
	const char *conf;
	const char *pwddb;
	const char *run_dir;
	unsigned int port;
	bool detach;
	bool verbose;
	pid_t manager;
};

/**
 * manager_run() - hold the lock, keep a worker running until SIGTERM or SIGINT
 * @ready: a byte is written to it, and it is closed, when the first worker serves; -1: nobody
 *     waits
 */
enum tool_status manager_run(const struct mountd *mountd, int ready);

/** manager_leave_terminal() - from now on messages go to syslog, standard streams nowhere */
void manager_leave_terminal(void);

/** worker_run() - in a process of its own; @ready as above */
enum tool_status worker_run(const struct mountd *mountd, int ready);

/** list_write() - SIGUSR1: what is served and to whom, into the pipe of process @asker */
void list_write(const struct mountd *mountd, struct service *service, pid_t asker);

/* The kernel's end. */
struct genl;

/**
 * genl_open() - find the kernel's server
 * Return: NULL after saying why not
 */
struct genl *genl_open(bool verbose);
void genl_close(struct genl *genl);
/** genl_start() - STARTING_UP, and what the kernel says to it: 0 or a negative errno */
int genl_start(struct genl *genl, const void *data, size_t size);
/** genl_send() - a reply; thread-safe */
void genl_send(struct genl *genl, uint16_t event, const void *data, size_t size);
/**
 * genl_receive() - hand messages of the kernel to @take until @stop is readable
 * Return: 0; -ESTALE: the module was loaded again, genl_start() is due; or another negative
 * errno after which nothing will come any more
 */
int genl_receive(struct genl *genl, int stop,
		 void (*take)(void *arg, uint16_t event, const void *data, size_t size), void *arg);

/* What the acknowledgement of STARTING_UP does not say. */

/**
 * start_possible() - before STARTING_UP: could the kernel listen?
 * @interfaces: NULL-terminated; NULL: all
 *
 * For kernels that do not tell afterwards; others are not second-guessed.
 * Return: 0, -EADDRINUSE
 */
int start_possible(unsigned int port, char *const *interfaces);
/**
 * start_outcome() - after STARTING_UP was acknowledged: wait until it has been done
 * Return: 0: the server serves with it, as far as this kernel tells; or a negative errno
 */
int start_outcome(void);

/* Handlers in threads: a slow user database holds up one question, not all. */
struct pool;

struct pool *pool_create(struct genl *genl, struct answers *answers);
/** pool_take() - as genl_receive()'s @take, with the pool as @arg; waits when too much waits */
void pool_take(void *pool, uint16_t event, const void *data, size_t size);
/** pool_free() - after what is queued has been answered */
void pool_free(struct pool *pool);

#endif
