/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KSMBD_TRANSPORT_TCP_H
#define KSMBD_TRANSPORT_TCP_H

#include <linux/types.h>

/**
 * ksmbd_tcp_listen() - accept connections on an address, on a thread of its own
 * @addr: numeric address or NULL for all; @port: 0: the system's choice
 * @bound: receives the port; may be NULL
 * Return: 0 or a negative errno (-EADDRINUSE, ...; -ENOSPC: too many listeners)
 */
int ksmbd_tcp_listen(const char *addr, u16 port, u16 *bound);

/** ksmbd_tcp_stop() - end all listeners and wait for their threads; connections stay */
void ksmbd_tcp_stop(void);

/**
 * ksmbd_tcp_join() - wait until the threads of all connections have returned
 *
 * After ksmbd_conn_stop_all(), before ksmbd_workers_exit(); no listener may be left.
 */
void ksmbd_tcp_join(void);

#endif
