// SPDX-License-Identifier: GPL-2.0-or-later
/* smb.conf and ksmbdpwd.db: the input is read as both. */
#include <stdlib.h>

#include "tools/lib/config.h"
#include "tools/lib/passdb.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A message must be there, and be one line. */
static void check_message(void *arg, bool error, const char *text)
{
	if (!*text)
		abort();
	for (; *text; text++) {
		if ((unsigned char)*text < 0x20)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct report report = { .print = check_message };
	struct conf_reader *reader = conf_reader_create(&report);
	struct passdb *db = passdb_create();
	struct conf *conf;
	size_t i;

	if (!reader || !db)
		abort();
	conf_reader_text(reader, "conf", (const char *)data, size);
	conf = conf_reader_finish(reader);
	if (!conf != !!report.errors)
		abort();
	for (i = 0; conf && i < conf->share_count; i++) {
		if (conf_share_find(conf, conf->shares[i]->name) != conf->shares[i])
			abort();
	}
	conf_put(conf);
	conf_reader_free(reader);
	passdb_parse(db, "db", (const char *)data, size, &report);
	for (i = 0; i < db->count; i++) {
		if (passdb_find(db, db->users[i].name) != &db->users[i])
			abort();
	}
	passdb_put(db);
	return 0;
}
