// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/string.h>

#include "name/short.h"

#define BASE_MAX      8
#define EXTENSION_MAX 3

/* Upper case of a character that 8.3 names may have, else 0. */
static char short_char(char c)
{
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 'A';
	if ((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))
		return c;
	return c && strchr("!#$%&'()-@^_`{}~", c) ? c : 0;
}

u32 ksmbd_name_short(const char *name, u32 len, char out[KSMBD_SHORT_NAME_MAX])
{
	const char *dot = memchr(name, '.', len);
	u32 base = dot ? dot - name : len;
	u32 i;

	if (!base || base > BASE_MAX)
		return 0;
	if (dot && (len == base + 1 || len > base + 1 + EXTENSION_MAX))
		return 0;
	for (i = 0; i < len; i++) {
		out[i] = i == base ? '.' : short_char(name[i]);
		if (!out[i])
			return 0;
	}
	return len;
}
