/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Engine life. A host calls ksmbd_server_init() once its ports work and its
 * configuration is installed, and ksmbd_server_exit() at the end.
 */
#ifndef KSMBD_MAIN_H
#define KSMBD_MAIN_H

#include <linux/types.h>

/** ksmbd_server_init() - tables, caches and the worker pool; 0 or a negative errno */
int ksmbd_server_init(void);
/**
 * ksmbd_server_listen() - accept connections; may be called once per address
 *
 * Calls of this and of the two below are serialized by the host.
 * @addr: as for ksmbd_sock_listen(); @port: host order, 0: system's choice
 * @bound: receives the port that was taken; may be NULL
 */
int ksmbd_server_listen(const char *addr, u16 port, u16 *bound);
/** ksmbd_server_unlisten() - accept no more connections; those that are there stay */
void ksmbd_server_unlisten(void);
/**
 * ksmbd_server_exit() - stop listening, end every connection, wait for all threads and
 * work, free everything. After it ksmbd_server_init() may be called again.
 */
void ksmbd_server_exit(void);

#endif
