/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Changing a share in a configuration's text. Everything else stays as it was: comments, order,
 * spaces, line ends.
 */
#ifndef KSMBD_TOOLS_CONFIG_EDIT_H
#define KSMBD_TOOLS_CONFIG_EDIT_H

#include <stdbool.h>
#include <stddef.h>

/** struct edit_param - "key = value" */
struct edit_param {
	const char *key;
	const char *value;
};

/** struct edit_text - @data is malloc'ed; NULL: none */
struct edit_text {
	char *data;
	size_t len;
};

/** edit_has_share() - is there a section with that name, in any case? */
bool edit_has_share(const char *text, size_t len, const char *share);

/**
 * edit_set_share() - add a share, or parameters to it
 *
 * A parameter that the share has, under any of its names, is replaced where it stands; others
 * come behind the share's last one; a new share comes at the end of the text.
 * Return: 0 with @result to be freed, or -ENOMEM
 */
int edit_set_share(const char *text, size_t len, const char *share, const struct edit_param *params,
		   size_t count, struct edit_text *result);

/**
 * edit_delete_share() - take all sections of a share out
 *
 * Comments and empty lines behind the share's last parameter stay: they may be about what follows.
 * Return: 0 with @result to be freed, or -ENOMEM
 */
int edit_delete_share(const char *text, size_t len, const char *share, struct edit_text *result);

#endif
