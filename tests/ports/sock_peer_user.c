// SPDX-License-Identifier: GPL-2.0-or-later
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/slab.h>

#include "sock_peer.h"
#include "user/host/sock_host.h"

struct sock_peer {
	int fd;
};

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
	peer->fd = socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	err = v6 ? connect(peer->fd, (struct sockaddr *)&sa6, sizeof(sa6)) :
		   connect(peer->fd, (struct sockaddr *)&sa, sizeof(sa));
	if (!err)
		return peer;
	sock_peer_close(peer);
	return NULL;
}

void sock_peer_close(struct sock_peer *peer)
{
	if (!peer)
		return;
	if (peer->fd >= 0)
		close(peer->fd);
	kfree(peer);
}

u16 sock_peer_port(struct sock_peer *peer)
{
	struct sockaddr_in sa = { 0 };
	socklen_t len = sizeof(sa);

	return getsockname(peer->fd, (struct sockaddr *)&sa, &len) ? 0 : ntohs(sa.sin_port);
}

int sock_peer_write(struct sock_peer *peer, const void *data, u32 len)
{
	return send(peer->fd, data, len, MSG_NOSIGNAL) == len ? 0 : -EIO;
}

u32 sock_peer_read(struct sock_peer *peer, void *buf, u32 len)
{
	ssize_t n = read(peer->fd, buf, len);

	return n > 0 ? n : 0;
}

void sock_peer_set_send_timeout(struct ksmbd_sock *sock, u32 ms)
{
	ksmbd_sock_set_send_timeout(sock, ms);
}
