/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From the command line and the files to snapshots, and from those to the engine. */
#ifndef KSMBD_USER_SETTINGS_H
#define KSMBD_USER_SETTINGS_H

#include "tools/lib/config.h"
#include "tools/lib/passdb.h"
#include "user/options.h"

/**
 * settings_load() - read everything that @options names
 * @conf, @db: receive references
 *
 * Faults and warnings are printed.
 * Return: false: there was an error, and no snapshots
 */
bool settings_load(const struct options *options, struct conf **conf, struct passdb **db);

/** settings_install() - make the engine use them; 0 or a negative errno */
int settings_install(struct conf *conf, struct passdb *db);

/**
 * settings_addresses() - where to listen
 * @count: receives their number
 *
 * --bind, else "interfaces" if "bind interfaces only", else every address with -C and
 * the loopback address without. An element NULL is every address.
 * Return: a list to be freed with its elements, or NULL after saying why
 */
char **settings_addresses(const struct options *options, const struct conf *conf, size_t *count);

#endif
