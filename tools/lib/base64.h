/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Base64 (RFC 4648 section 4), one line, strict. */
#ifndef KSMBD_TOOLS_BASE64_H
#define KSMBD_TOOLS_BASE64_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Characters for @n bytes, padding included. */
#define BASE64_SIZE(n) (((n) + 2) / 3 * 4)

/** base64_encode() - BASE64_SIZE(@len) characters into @text, no NUL. Return: their number */
size_t base64_encode(const uint8_t *data, size_t len, char *text);
/**
 * base64_decode() - exactly @size bytes from @len characters
 * Return: false when @text is anything but the one encoding of @size bytes
 */
bool base64_decode(const char *text, size_t len, uint8_t *data, size_t size);

#endif
