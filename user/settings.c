// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "user/settings.h"

#include "config.h"
#include "tools/lib/account.h"
#include "tools/lib/subauth.h"
#include "user/host/upcall_host.h"

#define UNLIMITED 65536

static void print_message(void *arg, bool error, const char *text)
{
	complain("%s%s", error ? "" : "warning: ", text);
}

static void add_number(struct conf_reader *reader, const char *key, long value)
{
	char number[24];

	if (value < 0)
		return;
	snprintf(number, sizeof(number), "%ld", value);
	conf_reader_set(reader, "global", key, number);
}

/* What --share and the like say, as parameters behind those of the file. */
static void add_options(struct conf_reader *reader, const struct options *options)
{
	bool guests = false;
	size_t i;

	for (i = 0; i < options->share_count; i++) {
		const struct option_share *share = &options->shares[i];

		conf_reader_set(reader, share->name, "path", share->path);
		conf_reader_set(reader, share->name, "read only", share->read_only ? "yes" : "no");
		conf_reader_set(reader, share->name, "guest ok", share->guest ? "yes" : "no");
		guests |= share->guest;
	}
	/* With a configuration, whether there are guests is for it to say. */
	if (guests && !options->conf) {
		conf_reader_set(reader, "global", "map to guest", "bad user");
		conf_reader_set(reader, "global", "restrict anonymous", "0");
	}
	add_number(reader, "auth timeout", options->auth_timeout);
	add_number(reader, "auth delay", options->auth_delay);
}

static struct conf *load_conf(const struct options *options, struct report *report)
{
	struct conf_reader *reader = conf_reader_create(report);
	struct conf *conf;

	if (!reader) {
		report_error(report, NULL, 0, "out of memory");
		return NULL;
	}
	if (options->conf)
		conf_reader_file(reader, options->conf);
	add_options(reader, options);
	conf = conf_reader_finish(reader);
	conf_reader_free(reader);
	return conf;
}

static struct passdb *load_passwords(const struct options *options, struct report *report)
{
	struct passdb *db = passdb_create();
	size_t i;

	if (!db) {
		report_error(report, NULL, 0, "out of memory");
		return NULL;
	}
	if (options->pwddb)
		passdb_load(db, options->pwddb, report);
	/* The command line has the last word. */
	for (i = 0; i < options->passwords->count; i++) {
		const struct passdb_user *user = &options->passwords->users[i];

		if (passdb_set(db, user->name, user->hash))
			report_error(report, NULL, 0, "out of memory");
	}
	return db;
}

/* A server that is root serves users of the system; others get the guest's rights. */
static void check_accounts(const struct conf *conf, const struct passdb *db, struct report *report)
{
	const char *first = NULL;
	unsigned int missing = 0;
	size_t i;

	if (!db->count)
		report_warning(report, NULL, 0, "there are no users (-P, --user)");
	if (geteuid())
		return;
	for (i = 0; i < db->count; i++) {
		if (account_exists(db->users[i].name))
			continue;
		first = first ? first : db->users[i].name;
		missing++;
	}
	if (missing == 1)
		report_warning(report, NULL, 0,
			       "user \"%s\" is no system user: gets the rights of \"%s\"", first,
			       conf->global.guest_account);
	else if (missing)
		report_warning(
			report, NULL, 0,
			"user \"%s\" and %u more are no system users: get the rights of \"%s\"",
			first, missing - 1, conf->global.guest_account);
}

bool settings_load(const struct options *options, struct conf **conf, struct passdb **db)
{
	struct report report = { .print = print_message };

	*conf = load_conf(options, &report);
	*db = load_passwords(options, &report);
	if (!report.errors) {
		check_accounts(*conf, *db, &report);
		return true;
	}
	conf_put(*conf);
	passdb_put(*db);
	*conf = NULL;
	*db = NULL;
	return false;
}

static u32 limit_or_none(u32 value)
{
	return value ? value : UNLIMITED;
}

static void fill_values(const struct conf_global *global, struct ksmbd_config *values)
{
	static const enum ksmbd_encryption encryptions[] = {
		[CONF_ENCRYPTION_OFF] = KSMBD_ENCRYPTION_OFF,
		[CONF_ENCRYPTION_AUTO] = KSMBD_ENCRYPTION_AUTO,
		[CONF_ENCRYPTION_DESIRED] = KSMBD_ENCRYPTION_DESIRED,
		[CONF_ENCRYPTION_REQUIRED] = KSMBD_ENCRYPTION_REQUIRED,
	};
	static const enum ksmbd_signing signings[] = {
		[CONF_SIGNING_DISABLED] = KSMBD_SIGNING_DISABLED,
		[CONF_SIGNING_ENABLED] = KSMBD_SIGNING_ENABLED,
		[CONF_SIGNING_AUTO] = KSMBD_SIGNING_AUTO,
		[CONF_SIGNING_MANDATORY] = KSMBD_SIGNING_MANDATORY,
	};

	ksmbd_config_defaults(values);
	values->min_dialect = global->min_protocol;
	values->max_dialect = global->max_protocol;
	values->signing = signings[global->signing];
	values->multichannel = global->multichannel;
	values->encryption = encryptions[global->encryption];
	values->restrict_anonymous = global->restrict_anonymous;
	values->guest_ok = global->map_to_guest != CONF_MAP_NEVER;
	values->max_read = global->max_read;
	values->max_write = global->max_write;
	values->max_trans = global->max_trans;
	values->max_credits = global->max_credits;
	values->max_connections = limit_or_none(global->max_connections);
	values->max_ip_connections = limit_or_none(global->max_ip_connections);
	values->max_sessions = global->max_sessions;
	values->max_conn_sessions = global->max_conn_sessions;
	values->max_trees = global->max_trees;
	values->max_open_files = global->max_open_files;
	values->max_waiting = global->max_waiting;
	values->auth_timeout = global->auth_timeout;
	values->auth_delay = global->auth_delay;
	values->ntlmv1 = global->ntlm_auth == CONF_NTLM_V1_PERMITTED;
	values->deadtime_ms = global->deadtime * 60000ull;
	subauth_derive(values->sub_auth);
	/* The table of parameters limits their lengths; the fields have room for a NUL more. */
	snprintf(values->netbios_name, sizeof(values->netbios_name), "%s", global->netbios_name);
	snprintf(values->workgroup, sizeof(values->workgroup), "%s", global->workgroup);
	snprintf(values->server_string, sizeof(values->server_string), "%s", global->server_string);
}

int settings_install(struct conf *conf, struct passdb *db)
{
	struct ksmbd_config values;
	int ret;

	fill_values(&conf->global, &values);
	ret = ksmbd_config_install(&values);
	if (!ret)
		upcall_host_install(conf, db);
	return ret;
}
