/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lists of "hosts allow" and "hosts deny": addresses, networks, prefixes, ALL, EXCEPT.
 * Names are not resolved: a peer could choose what they resolve to.
 */
#ifndef KSMBD_TOOLS_HOSTS_H
#define KSMBD_TOOLS_HOSTS_H

#include <stdbool.h>

struct hosts;

/**
 * hosts_parse() - compile a list
 * @items: "192.0.2.7", "192.0.2.0/24", "192.0.2.0/255.255.255.0", "192.0.2.", "2001:db8::/32",
 *     "ALL", and "EXCEPT" before those that do not count; NULL-terminated
 * @bad: receives the item that is none of these, or NULL
 * Return: the list, or NULL with @bad set, or NULL with @bad NULL without memory
 */
struct hosts *hosts_parse(char *const *items, const char **bad);
void hosts_free(struct hosts *hosts);

/** hosts_match() - is @peer (numeric address, maybe IPv4-mapped) on the list? */
bool hosts_match(const struct hosts *hosts, const char *peer);

/**
 * hosts_admit() - decide by an allow and a deny list, either may be NULL
 *
 * A host on @allow is admitted; then one on @deny is not; any other is admitted unless
 * there is an @allow and no @deny. What is no address is admitted only without lists.
 */
bool hosts_admit(const struct hosts *allow, const struct hosts *deny, const char *peer);

#endif
