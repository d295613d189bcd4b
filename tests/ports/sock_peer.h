/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The other end of a connection, for the conformance tests of sock back ends: a plain blocking
 * client over the loopback interface. In sock_peer_user.c for the user host, for the kernel host in
 * kernel/sock_peer.c.
 */
#ifndef TESTS_PORTS_SOCK_PEER_H
#define TESTS_PORTS_SOCK_PEER_H

#include <linux/types.h>

struct ksmbd_sock;
struct sock_peer;

/** sock_peer_connect() - @v6: to ::1, else to 127.0.0.1; NULL: it cannot */
struct sock_peer *sock_peer_connect(u16 port, bool v6);
/** sock_peer_close() - NULL is ignored */
void sock_peer_close(struct sock_peer *peer);
/** sock_peer_port() - its own port */
u16 sock_peer_port(struct sock_peer *peer);
/** sock_peer_write() - 0, or -EIO: not all of it went */
int sock_peer_write(struct sock_peer *peer, const void *data, u32 len);
/** sock_peer_read() - bytes, at most @len; 0: the end, or an error */
u32 sock_peer_read(struct sock_peer *peer, void *buf, u32 len);

/** sock_peer_set_send_timeout() - another one than the back end's, in milliseconds */
void sock_peer_set_send_timeout(struct ksmbd_sock *sock, u32 ms);

#endif
