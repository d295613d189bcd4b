// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/string.h>

#include "name/veto.h"
#include "name/wildcard.h"

bool ksmbd_name_vetoed(const char *patterns, const char *name, u32 len)
{
	for (; patterns && *patterns; patterns += strlen(patterns) + 1)
		if (ksmbd_wildcard_match(patterns, strlen(patterns), name, len, true))
			return true;
	return false;
}

bool ksmbd_path_vetoed(const char *patterns, const char *path)
{
	const char *slash;

	if (!patterns)
		return false;
	for (; (slash = strchr(path, '/')) != NULL; path = slash + 1)
		if (ksmbd_name_vetoed(patterns, path, slash - path))
			return true;
	return ksmbd_name_vetoed(patterns, path, strlen(path));
}
