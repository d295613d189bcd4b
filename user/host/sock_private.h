/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the two files of the socket back end share. */
#ifndef USER_HOST_SOCK_PRIVATE_H
#define USER_HOST_SOCK_PRIVATE_H

#include <linux/list.h>
#include <linux/types.h>

#define SOCK_AHEAD_SIZE 512

/**
 * struct ksmbd_sock - a socket
 * @listening: in the list of those that listen (sock_netif.c), under its lock
 * @down: shut down by us
 * @drained: the last receive found less than it asked for: wait before the next
 * @ahead, @ahead_pos, @ahead_len: received but not asked for yet; receive thread only
 */
struct ksmbd_sock {
	int fd;
	struct list_head listening;
	bool down;
	bool drained;
	u32 send_timeout_ms;
	u32 ahead_pos;
	u32 ahead_len;
	u8 ahead[SOCK_AHEAD_SIZE];
};

/** ksmbd_sock_note_listener(), _forget_listener() - what ksmbd_sock_interfaces() goes by */
void ksmbd_sock_note_listener(struct ksmbd_sock *sock);
void ksmbd_sock_forget_listener(struct ksmbd_sock *sock);

bool ksmbd_sock_is_down(const struct ksmbd_sock *sock);

#endif
