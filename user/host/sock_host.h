/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the user host and its tests need from the socket back end, beyond the port.
 */
#ifndef USER_HOST_SOCK_HOST_H
#define USER_HOST_SOCK_HOST_H

#include "host/sock.h"

/*
 * A send that makes less than this progress in this time has a peer that does not read:
 * it ends with -ETIMEDOUT, so that no worker waits for one for ever.
 */
#define KSMBD_SEND_TIMEOUT_SECONDS 60
#define KSMBD_SEND_MIN_PROGRESS	   (64 * 1024)

/**
 * ksmbd_sock_adopt() - make a connected stream socket of a descriptor
 * @fd: taken over, also on failure
 */
int ksmbd_sock_adopt(int fd, struct ksmbd_sock **sock);
/** ksmbd_sock_set_send_timeout() - another timeout than the default, in milliseconds */
int ksmbd_sock_set_send_timeout(struct ksmbd_sock *sock, u32 ms);

#endif
