/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * UTF-8 and UTF-16LE for the tools: strict both ways (no surrogates in UTF-8, no
 * overlong forms, no lone surrogates in UTF-16).
 */
#ifndef KSMBD_TOOLS_UTF_H
#define KSMBD_TOOLS_UTF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/**
 * utf8_decode() - take one character off *@text
 * @text: advanced past it; @end: first byte not to be read
 * Return: the code point, or -1 when the bytes are no character (nothing is consumed)
 */
int32_t utf8_decode(const char **text, const char *end);

/** utf8_valid() - is all of @text (NUL-terminated) UTF-8? */
bool utf8_valid(const char *text);

/**
 * utf8_to_utf16le() - convert, without a terminator
 * @text, @len: UTF-8 bytes
 * @out, @cap: receives the code units, least significant byte first; NULL: only count
 * Return: bytes needed (always even), or -1 for malformed @text or too small @cap
 */
ssize_t utf8_to_utf16le(const char *text, size_t len, uint8_t *out, size_t cap);

/**
 * utf16le_to_utf8() - convert and terminate
 * @data, @units: code units, least significant byte first
 * @out, @cap: receives the text and a NUL
 * Return: length without the NUL, or -1 for a lone surrogate, an embedded NUL or too small @cap
 */
ssize_t utf16le_to_utf8(const uint8_t *data, size_t units, char *out, size_t cap);

/**
 * utf8_casecmp() - compare names as clients do, in any case
 *
 * Simple case mapping of the C.UTF-8 locale; malformed bytes compare as themselves.
 * Return: as strcmp()
 */
int utf8_casecmp(const char *a, const char *b);

#endif
