/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIT_LINUX_STRING_H
#define KIT_LINUX_STRING_H

#include <string.h>
#include <strings.h>

#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/stddef.h>
#include <linux/types.h>

/* Length copied, or -E2BIG when it was cut; the result is always terminated (size > 0). */
ssize_t strscpy(char *dest, const char *src, size_t count);
/* The same, and the rest of dest is zeroed. */
ssize_t strscpy_pad(char *dest, const char *src, size_t count);

char *strnchr(const char *s, size_t count, int c);
char *skip_spaces(const char *str) __must_check;
/* Cuts white space from the end, returns the first other character. */
char *strim(char *s);
static inline __must_check char *strstrip(char *s)
{
	return strim(s);
}
/* NULL when all of it is c, else the first byte that is not. */
void *memchr_inv(const void *s, int c, size_t n);

void memzero_explicit(void *s, size_t count);

char *kstrdup(const char *s, gfp_t gfp);
char *kstrndup(const char *s, size_t len, gfp_t gfp);
void *kmemdup(const void *src, size_t len, gfp_t gfp);
/* Copies len bytes, NULs too, and appends one. */
char *kmemdup_nul(const char *s, size_t len, gfp_t gfp);

static inline size_t str_has_prefix(const char *str, const char *prefix)
{
	size_t len = strlen(prefix);

	return strncmp(str, prefix, len) == 0 ? len : 0;
}

static inline bool strstarts(const char *str, const char *prefix)
{
	return strncmp(str, prefix, strlen(prefix)) == 0;
}

char *strsep(char **s, const char *delim);

#endif
