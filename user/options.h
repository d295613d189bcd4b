/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ksmbd.userd's command line. */
#ifndef KSMBD_USER_OPTIONS_H
#define KSMBD_USER_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tools/lib/passdb.h"

/* Exit statuses; documented in ksmbd.userd(8). */
enum exit_status {
	EXIT_STATUS_OK,
	EXIT_STATUS_FAILURE,
	EXIT_STATUS_USAGE,
	EXIT_STATUS_CONFIG,
	EXIT_STATUS_BIND,
};

/** struct option_share - --share; @path is absolute */
struct option_share {
	char *name;
	char *path;
	bool read_only;
	bool guest;
};

/**
 * struct options - what was asked for; numbers are -1 and pointers NULL when not given
 * @passwords: users of --user and their hashes, secrets; always there
 * @done: --help or -V has been served: exit with EXIT_STATUS_OK
 */
struct options {
	bool done;
	int verbosity;
	const char *conf;
	const char *pwddb;
	long port;
	long auth_timeout;
	long auth_delay;
	const char **binds;
	size_t bind_count;
	struct option_share *shares;
	size_t share_count;
	struct passdb *passwords;
};

/**
 * options_parse() - read the command line, and ask for passwords
 *
 * Overwrites passwords in @argv. Says on standard error what is wrong.
 * Return: EXIT_STATUS_OK, _USAGE, or _CONFIG (a share's path is no directory)
 */
enum exit_status options_parse(struct options *options, int argc, char **argv);
void options_release(struct options *options);

/** complain() - a line on standard error, with the program's name in front */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
