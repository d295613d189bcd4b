// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/linux/sock_linux.h"

#include <linux/in.h>
#include <linux/in6.h>
#include <linux/slab.h>
#include <net/net_namespace.h>

#include "tests/ports/sock_peer.h"

struct sock_peer {
	struct socket *sock;
};

/* Kernels differ in the type of kernel_connect()'s address. */
static int connect_to(struct socket *sock, void *sa, int len)
{
	return kernel_connect(sock, sa, len, 0);
}

struct sock_peer *sock_peer_connect(u16 port, bool v6)
{
	struct sockaddr_in sa = { .sin_family = AF_INET,
				  .sin_port = htons(port),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr_in6 sa6 = { .sin6_family = AF_INET6,
				    .sin6_port = htons(port),
				    .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	struct sock_peer *peer = kzalloc(sizeof(*peer), GFP_KERNEL);
	int err;

	if (!peer)
		return NULL;
	err = sock_create_kern(&init_net, v6 ? AF_INET6 : AF_INET, SOCK_STREAM, IPPROTO_TCP,
			       &peer->sock);
	if (!err)
		err = v6 ? connect_to(peer->sock, &sa6, sizeof(sa6)) :
			   connect_to(peer->sock, &sa, sizeof(sa));
	if (!err)
		return peer;
	sock_peer_close(peer);
	return NULL;
}

void sock_peer_close(struct sock_peer *peer)
{
	if (!peer)
		return;
	if (peer->sock)
		sock_release(peer->sock);
	kfree(peer);
}

u16 sock_peer_port(struct sock_peer *peer)
{
	struct sockaddr_storage sa = { 0 };

	if (kernel_getsockname(peer->sock, (struct sockaddr *)&sa) < 0)
		return 0;
	return ntohs(((struct sockaddr_in *)&sa)->sin_port);
}

int sock_peer_write(struct sock_peer *peer, const void *data, u32 len)
{
	struct kvec vec = { .iov_base = (void *)data, .iov_len = len };
	struct msghdr msg = { .msg_flags = MSG_NOSIGNAL };

	return kernel_sendmsg(peer->sock, &msg, &vec, 1, len) == len ? 0 : -EIO;
}

u32 sock_peer_read(struct sock_peer *peer, void *buf, u32 len)
{
	struct kvec vec = { .iov_base = buf, .iov_len = len };
	struct msghdr msg = { 0 };
	int n = kernel_recvmsg(peer->sock, &msg, &vec, 1, len, 0);

	return n > 0 ? n : 0;
}

void sock_peer_set_send_timeout(struct ksmbd_sock *sock, u32 ms)
{
	sock->send_timeout_ms = ms;
}
