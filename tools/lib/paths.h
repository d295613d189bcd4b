/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where an installation has its files: SYSCONFDIR and RUNSTATEDIR of the Makefile.
 */
#ifndef KSMBD_TOOLS_PATHS_H
#define KSMBD_TOOLS_PATHS_H

#ifndef KSMBD_SYSCONFDIR
#define KSMBD_SYSCONFDIR "/etc"
#endif
#ifndef KSMBD_RUNSTATEDIR
#define KSMBD_RUNSTATEDIR "/run"
#endif

#define PATH_CONF    KSMBD_SYSCONFDIR "/ksmbd/ksmbd.conf"
#define PATH_CONF_2  KSMBD_SYSCONFDIR "/ksmbd/smb.conf" /* if there is no PATH_CONF */
#define PATH_PWDDB   KSMBD_SYSCONFDIR "/ksmbd/ksmbdpwd.db"
#define PATH_SUBAUTH KSMBD_SYSCONFDIR "/ksmbd/ksmbd.subauth"

/** paths_conf() - the configuration that is used without -C; it need not be there */
const char *paths_conf(void);

#endif
