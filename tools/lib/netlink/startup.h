/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The daemon's first message: [global] for the kernel. */
#ifndef KSMBD_TOOLS_NETLINK_STARTUP_H
#define KSMBD_TOOLS_NETLINK_STARTUP_H

#include <stddef.h>
#include <stdint.h>

#include "tools/lib/config.h"
#include "tools/lib/report.h"

/**
 * startup_create() - the message KSMBD_NL_STARTING_UP
 * @sub_auth: see subauth.h
 * @interfaces: NULL-terminated names to listen on; NULL: on all
 * @size: receives its bytes
 * Return: to be freed, or NULL after an error was reported
 */
void *startup_create(const struct conf_global *global, const uint32_t sub_auth[3],
		     char *const *interfaces, size_t *size, struct report *report);

/**
 * startup_interfaces() - names of the interfaces that "interfaces" means
 *
 * The kernel takes names only: an address or a network stands for the interfaces that have it at
 * this time. A name is taken as it is, since its interface may come later.
 * Return: a NULL-terminated list to be freed with value_list_free(), or NULL after an error
 * was reported
 */
char **startup_interfaces(char *const *items, struct report *report);

#endif
