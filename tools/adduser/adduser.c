// SPDX-License-Identifier: GPL-2.0-or-later
/* ksmbd.adduser: add, change and remove the accounts of a password database. */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/lib/config.h"
#include "tools/lib/passdb.h"
#include "tools/lib/password.h"
#include "tools/lib/paths.h"
#include "tools/lib/runlock.h"
#include "tools/lib/tool.h"
#include "tools/lib/utf.h"

#define PROGRAM "ksmbd.adduser"

enum action {
	ACTION_ANY, /* add, or change if it is there */
	ACTION_ADD,
	ACTION_UPDATE,
	ACTION_DELETE,
};

struct adduser {
	enum action action;
	const char *db_path;
	const char *conf; /* -C, or NULL */
	const char *run_dir;
	const char *user;
	char *given; /* -p */
	bool verbose;
};

static const char help[] =
	"Usage: " PROGRAM " [OPTION]... USER\n"
	"Add, change or remove an account in the password database.\n"
	"\n"
	"  -a, --add            add USER; it must not be there\n"
	"  -u, --update         change USER's password; it must be there\n"
	"  -d, --delete         remove USER\n"
	"                       (none of these: add, or change if it is there)\n"
	"  -p, --password PWD   the password; better: leave it out and be asked, or have it\n"
	"                       read from standard input if that is no terminal\n"
	"  -P, --pwddb FILE     password database (default: " PATH_PWDDB ")\n"
	"  -C, --config FILE    configuration: a user that it names is not removed\n"
	"                       (default: " PATH_CONF ")\n"
	"      --run-dir DIR    where ksmbd.lock is (default: " KSMBD_RUNSTATEDIR ")\n"
	"  -v, --verbose        say what was done\n"
	"  -V, --version        print the version\n"
	"  -h, --help           print this\n"
	"\n"
	"A running ksmbd.mountd takes up the change at once.\n"
	"Exit status: 0 done, 1 failure, 2 bad usage.\n";

/* -p: taken over and wiped from the argument list, where ps would show it. */
static bool take_password(struct adduser *au, char *argument)
{
	free(au->given);
	au->given = strdup(argument);
	memset(argument, 'x', strlen(argument));
	return au->given;
}

static bool set_action(struct adduser *au, enum action action)
{
	if (au->action != ACTION_ANY && au->action != action) {
		tool_complain("-a, -u and -d exclude each other");
		return false;
	}
	au->action = action;
	return true;
}

static enum tool_status parse_options(struct adduser *au, int argc, char **argv)
{
	enum {
		OPT_RUN_DIR = 256
	};
	static const struct option options[] = {
		{ "add", no_argument, NULL, 'a' },
		{ "update", no_argument, NULL, 'u' },
		{ "delete", no_argument, NULL, 'd' },
		{ "password", required_argument, NULL, 'p' },
		{ "pwddb", required_argument, NULL, 'P' },
		{ "config", required_argument, NULL, 'C' },
		{ "run-dir", required_argument, NULL, OPT_RUN_DIR },
		{ "verbose", no_argument, NULL, 'v' },
		{ "version", no_argument, NULL, 'V' },
		{ "help", no_argument, NULL, 'h' },
		{},
	};
	bool ok = true;
	int opt;

	while (ok && (opt = getopt_long(argc, argv, "audp:P:C:vVh", options, NULL)) != -1) {
		switch (opt) {
		case 'a':
			ok = set_action(au, ACTION_ADD);
			break;
		case 'u':
			ok = set_action(au, ACTION_UPDATE);
			break;
		case 'd':
			ok = set_action(au, ACTION_DELETE);
			break;
		case 'p':
			ok = take_password(au, optarg);
			break;
		case 'P':
			au->db_path = optarg;
			break;
		case 'C':
			au->conf = optarg;
			break;
		case OPT_RUN_DIR:
			au->run_dir = optarg;
			break;
		case 'v':
			au->verbose = true;
			break;
		case 'V':
			return tool_version();
		case 'h':
			fputs(help, stdout);
			return TOOL_DONE;
		default:
			ok = false;
		}
	}
	if (ok && optind + 1 == argc) {
		au->user = argv[optind];
		return TOOL_GO_ON;
	}
	return tool_usage();
}

/* Asks twice on a terminal; else takes one line of standard input. */
static int ask_password(char *password, size_t size)
{
	char again[PASSWORD_SIZE];
	int ret;

	if (!isatty(STDIN_FILENO))
		return password_read_fd(STDIN_FILENO, password, size);
	ret = password_ask("New password", password, size);
	if (ret)
		return ret;
	ret = password_ask("The same again", again, sizeof(again));
	if (!ret && strcmp(password, again))
		ret = -EKEYREJECTED;
	explicit_bzero(again, sizeof(again));
	return ret;
}

static bool read_hash(const struct adduser *au, uint8_t *hash)
{
	char password[PASSWORD_SIZE] = "";
	int ret = 0;

	if (!au->given)
		ret = ask_password(password, sizeof(password));
	if (ret == -EKEYREJECTED)
		tool_complain("the passwords differ");
	else if (ret)
		tool_complain("cannot read the password: %s",
			      ret == -ENODATA ? "no line on standard input" : strerror(-ret));
	if (!ret) {
		ret = passdb_hash(au->given ? au->given : password, hash);
		if (ret)
			tool_complain("the password is not UTF-8 or longer than %d characters",
				      PASSDB_PASSWORD_MAX);
	}
	explicit_bzero(password, sizeof(password));
	return !ret;
}

static bool is_listed(char *const *list, const char *user)
{
	for (; list && *list; list++) {
		if (!utf8_casecmp(*list, user))
			return true;
	}
	return false;
}

/* Where the configuration depends on @user: the name of a parameter, or NULL. */
static const char *find_use(const struct conf *conf, const char *user, const char **share)
{
	size_t i, k;

	*share = "global";
	if (!utf8_casecmp(conf->global.guest_account, user))
		return "guest account";
	for (i = 0; i < conf->share_count; i++) {
		const struct conf_share *at = conf->shares[i];
		const struct {
			const char *name;
			char *const *list;
		} lists[] = {
			{ "valid users", at->valid_users },
			{ "admin users", at->admin_users },
			{ "read list", at->read_list },
			{ "write list", at->write_list },
		};

		*share = at->name;
		for (k = 0; k < sizeof(lists) / sizeof(lists[0]); k++) {
			if (is_listed(lists[k].list, user))
				return lists[k].name;
		}
	}
	return NULL;
}

/*
 * A user that the configuration names is not removed. One that cannot be read stops
 * nobody from taking away a right, unless it was asked for.
 */
static bool check_unused(const struct adduser *au)
{
	const char *path = au->conf ? au->conf : paths_conf(), *use = NULL, *share;
	struct report report = { .print = au->conf ? tool_print_report : NULL };
	struct conf_reader *reader;
	struct conf *conf = NULL;

	if (!au->conf && access(path, F_OK))
		return true;
	reader = conf_reader_create(&report);
	if (reader) {
		conf_reader_for_kernel(reader);
		conf_reader_file(reader, path);
		conf = conf_reader_finish(reader);
	}
	conf_reader_free(reader);
	if (conf)
		use = find_use(conf, au->user, &share);
	if (use)
		tool_complain("user \"%s\" is needed: \"%s\" of [%s] in %s", au->user, use, share,
			      path);
	else if (!conf && !au->conf)
		tool_complain("warning: %s has mistakes: it is not known whether it names \"%s\"",
			      path, au->user);
	conf_put(conf);
	return !use && (conf || !au->conf);
}

/* Is @au's action possible with the database as it is? */
static bool check_action(const struct adduser *au, const struct passdb *db)
{
	bool there = passdb_find(db, au->user);

	if (au->action == ACTION_ADD && there)
		tool_complain("user \"%s\" is there already; -u changes the password", au->user);
	else if ((au->action == ACTION_UPDATE || au->action == ACTION_DELETE) && !there)
		tool_complain("there is no user \"%s\" in %s", au->user, au->db_path);
	else
		return au->action != ACTION_DELETE || check_unused(au);
	return false;
}

/* That it cannot be told is no failure: the file is changed. */
static void notify(const struct adduser *au)
{
	int ret = runlock_signal(au->run_dir, SIGHUP);

	if (ret && ret != -ESRCH)
		tool_complain("ksmbd.mountd was not told: %s", strerror(-ret));
	else if (au->verbose)
		puts(ret ? "ksmbd.mountd is not running" : "ksmbd.mountd was told");
}

/* What the first reading of the database warned of, the second one need not. */
static void print_error(void *arg, bool error, const char *text)
{
	if (error)
		tool_print_report(arg, error, text);
}

/* Return: NULL after saying why: a file that is not understood whole would be rewritten in part */
static struct passdb *load_db(const struct adduser *au,
			      void (*print)(void *arg, bool error, const char *text))
{
	struct report report = { .print = print };
	struct passdb *db = passdb_create();

	if (!db) {
		tool_complain("out of memory");
		return NULL;
	}
	if (!access(au->db_path, F_OK) || errno != ENOENT)
		passdb_load(db, au->db_path, &report);
	if (!report.errors)
		return db;
	passdb_put(db);
	return NULL;
}

/* Before the lock is taken: nobody waits for somebody who thinks about a password. */
static bool prepare(const struct adduser *au, uint8_t *hash)
{
	struct passdb *db = load_db(au, tool_print_report);
	bool ready;

	if (!db)
		return false;
	ready = au->action == ACTION_DELETE || (check_action(au, db) && read_hash(au, hash));
	passdb_put(db);
	return ready;
}

static bool change_db(const struct adduser *au, struct passdb *db, const uint8_t *hash)
{
	bool there = passdb_find(db, au->user);
	int err;

	if (!check_action(au, db))
		return false;
	if (au->action == ACTION_DELETE)
		err = passdb_remove(db, au->user);
	else
		err = passdb_set(db, au->user, hash);
	if (!err)
		err = passdb_save(db, au->db_path);
	if (err)
		tool_complain("%s: %s", au->db_path, strerror(-err));
	else if (au->verbose)
		printf("%s: user \"%s\" %s\n", au->db_path, au->user,
		       au->action == ACTION_DELETE ? "removed" :
		       there			   ? "changed" :
						     "added");
	return !err;
}

static bool change(const struct adduser *au, const uint8_t *hash)
{
	int lock = passdb_lock(au->db_path);
	struct passdb *db;
	bool done = false;

	if (lock < 0) {
		tool_complain("%s: %s", au->db_path, strerror(-lock));
		return false;
	}
	db = load_db(au, print_error);
	if (db)
		done = change_db(au, db, hash);
	passdb_put(db);
	close(lock);
	return done;
}

static enum tool_status run(const struct adduser *au)
{
	uint8_t hash[PASSDB_HASH_SIZE];
	bool done = prepare(au, hash) && change(au, hash);

	explicit_bzero(hash, sizeof(hash));
	if (done)
		notify(au);
	return done ? TOOL_DONE : TOOL_FAILED;
}

int main(int argc, char **argv)
{
	struct adduser au = { .db_path = PATH_PWDDB, .run_dir = KSMBD_RUNSTATEDIR };
	enum tool_status status;

	tool_init(PROGRAM);
	status = parse_options(&au, argc, argv);
	if (status == TOOL_GO_ON && !passdb_name_valid(au.user)) {
		tool_complain("\"%s\" is not a user name of 1 to %d bytes", au.user,
			      PASSDB_NAME_MAX);
		status = TOOL_USAGE;
	}
	if (status == TOOL_GO_ON)
		status = run(&au);
	if (au.given)
		explicit_bzero(au.given, strlen(au.given));
	free(au.given);
	return status;
}
