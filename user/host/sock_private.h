/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the two files of the socket back end share. */
#ifndef USER_HOST_SOCK_PRIVATE_H
#define USER_HOST_SOCK_PRIVATE_H

#include <linux/types.h>

#define SOCK_AHEAD_SIZE 512

/**
 * struct ksmbd_sock - a socket
 * @down: shut down by us
 * @drained: the last receive found less than it asked for: wait before the next
 * @ahead, @ahead_pos, @ahead_len: received but not asked for yet; receive thread only
 */
struct ksmbd_sock {
	int fd;
	bool down;
	bool drained;
	u32 send_timeout_ms;
	u32 ahead_pos;
	u32 ahead_len;
	u8 ahead[SOCK_AHEAD_SIZE];
};

bool ksmbd_sock_is_down(const struct ksmbd_sock *sock);

#endif
