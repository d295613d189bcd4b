/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The user host's side of the upcall port: what its answers are made from. For main(),
 * tests and fuzzers; no engine or kit type in here.
 */
#ifndef KSMBD_USER_HOST_UPCALL_HOST_H
#define KSMBD_USER_HOST_UPCALL_HOST_H

#include "tools/lib/config.h"
#include "tools/lib/passdb.h"

/** upcall_host_init() - before ksmbd_server_init(); 0 or -ENOMEM */
int upcall_host_init(void);
/**
 * upcall_host_install() - answer from these snapshots from now on
 *
 * May be called again at any time (a reload). Takes references of its own. The engine's
 * settings are another matter: settings_install() in user/settings.h.
 */
void upcall_host_install(struct conf *conf, struct passdb *db);
/** upcall_host_exit() - after ksmbd_server_exit() */
void upcall_host_exit(void);

#endif
