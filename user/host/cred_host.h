/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the user host's own files need from the credentials back end, beyond the port.
 */
#ifndef USER_HOST_CRED_HOST_H
#define USER_HOST_CRED_HOST_H

#include "host/cred.h"

/**
 * ksmbd_cred_check() - a client call is about to use this thread's identity
 *
 * Return: 0 between ksmbd_cred_enter() and ksmbd_cred_leave(); -EPERM elsewhere, with one
 * warning per process: a forgotten enter must fail, not run as whoever was here before.
 */
int ksmbd_cred_check(void);

/**
 * ksmbd_cred_current() - the credentials entered on this thread, not counted; NULL: none
 */
struct ksmbd_cred *ksmbd_cred_current(void);

/**
 * ksmbd_cred_server_begin() - this thread acts as the server (root again, where it is)
 * @was: receives what ksmbd_cred_server_end() needs
 *
 * ksmbd_cred_leave() only marks: a thread keeps its last client's identity until it is
 * asked for another. Whatever the host does on its own behalf with the file system
 * (opening a share root, reading a password database) stands between these two calls.
 * Legal inside ksmbd_cred_enter()..leave() too. Nests.
 *
 * Return: 0, or -EPERM (then ksmbd_cred_server_end() must not be called).
 */
int ksmbd_cred_server_begin(struct ksmbd_cred **was);
/** ksmbd_cred_server_end() - back to what was before; a failure leaves no identity entered */
void ksmbd_cred_server_end(struct ksmbd_cred *was);

/** ksmbd_cred_switching() - does this process take its clients' identities at all */
bool ksmbd_cred_switching(void);

#endif
