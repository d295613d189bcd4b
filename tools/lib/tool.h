/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the command line tools have in common: messages, exit statuses. */
#ifndef KSMBD_TOOLS_TOOL_H
#define KSMBD_TOOLS_TOOL_H

#include <stdbool.h>

enum tool_status {
	TOOL_DONE,
	TOOL_FAILED,
	TOOL_USAGE,
	TOOL_CONFIG,	 /* ksmbd.mountd: a mistake in a file */
	TOOL_GO_ON = -1, /* not an exit status: the options were read, there is work */
};

/** tool_init() - @name: of the program, in front of every message; kept */
void tool_init(const char *name);
/** tool_use_syslog() - for a daemon: messages no longer go to standard error */
void tool_use_syslog(void);

/** tool_complain() - one line for the user */
void tool_complain(const char *format, ...) __attribute__((format(printf, 1, 2)));
/** tool_print_report() - struct report's @print: to tool_complain() */
void tool_print_report(void *arg, bool error, const char *text);
/** tool_usage() - points to --help; TOOL_USAGE */
enum tool_status tool_usage(void);
/** tool_version() - prints it; TOOL_DONE */
enum tool_status tool_version(void);

#endif
