// SPDX-License-Identifier: GPL-2.0-or-later
#include "tools/lib/passdb.h"

#include <string.h>

#include "tools/lib/base64.h"
#include "tools/lib/save.h"

#define LINE_SIZE (PASSDB_NAME_MAX + 1 + BASE64_SIZE(PASSDB_HASH_SIZE) + 1)

int passdb_lock(const char *path)
{
	return save_lock(path);
}

static int write_users(int fd, const void *arg)
{
	const struct passdb *db = arg;
	char line[LINE_SIZE + 1];
	int ret = 0;
	size_t i;

	for (i = 0; i < db->count && !ret; i++) {
		size_t len = strlen(db->users[i].name);

		memcpy(line, db->users[i].name, len);
		line[len++] = ':';
		len += base64_encode(db->users[i].hash, PASSDB_HASH_SIZE, line + len);
		line[len++] = '\n';
		ret = save_write(fd, line, len);
	}
	explicit_bzero(line, sizeof(line));
	return ret;
}

int passdb_save(const struct passdb *db, const char *path)
{
	return save_file(path, 0600, write_users, db);
}
