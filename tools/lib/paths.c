// SPDX-License-Identifier: GPL-2.0-or-later
#include "tools/lib/paths.h"

#include <unistd.h>

const char *paths_conf(void)
{
	return access(PATH_CONF, F_OK) && !access(PATH_CONF_2, F_OK) ? PATH_CONF_2 : PATH_CONF;
}
