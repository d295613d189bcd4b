/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The syntax of smb.conf: text to (section, key, value) with line numbers.
 */
#ifndef KSMBD_TOOLS_CONFIG_READ_H
#define KSMBD_TOOLS_CONFIG_READ_H

#include <stddef.h>

#include "tools/lib/report.h"

/**
 * conf_parse() - read sections and parameters
 * @name: file name in messages
 * @text, @len: all of it, UTF-8
 * @take: called for each parameter in order, and with @key NULL for each section's begin;
 *     strings are valid during the call. A nonzero return stops the reading.
 *
 * Comments are lines beginning with ; or #. A backslash at a line's end joins the next
 * line. Faults are reported and passed over, so that one run shows all of them.
 * Return: 0, or what @take returned
 */
int conf_parse(const char *name, const char *text, size_t len, struct report *report,
	       int (*take)(void *arg, unsigned int line, const char *section, const char *key,
			   const char *value),
	       void *arg);

#endif
