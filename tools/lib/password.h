/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading passwords from a terminal or a file descriptor. */
#ifndef KSMBD_TOOLS_PASSWORD_H
#define KSMBD_TOOLS_PASSWORD_H

#include <stddef.h>

/* Room for PASSDB_PASSWORD_MAX characters of UTF-8 and a NUL. */
#define PASSWORD_SIZE 513

/**
 * password_read_fd() - one line from a descriptor
 * @password, @size: receives it without its end; a secret
 * Return: 0, -ENODATA: no line is left, -EMSGSIZE: too long, -EINVAL: a NUL byte, or
 * what read() said
 */
int password_read_fd(int fd, char *password, size_t size);
/**
 * password_ask() - ask on the controlling terminal, without echo
 * @prompt: what to ask, without colon
 * Return: as password_read_fd(); -ENOTTY: there is no terminal; -EINTR: a signal that did not
 * end the program
 */
int password_ask(const char *prompt, char *password, size_t size);

#endif
