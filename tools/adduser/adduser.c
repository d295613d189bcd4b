// SPDX-License-Identifier: GPL-2.0-or-later
/* ksmbd.adduser: add, change and remove the accounts of a password database. */
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/lib/passdb.h"
#include "tools/lib/password.h"
#include "tools/lib/version.h"

#define PROGRAM	   "ksmbd.adduser"
#define DEFAULT_DB "/etc/ksmbd/ksmbdpwd.db"

enum {
	EXIT_USAGE = 2
};

enum action {
	ACTION_ANY, /* add, or change if it is there */
	ACTION_ADD,
	ACTION_UPDATE,
	ACTION_DELETE,
};

struct adduser {
	enum action action;
	const char *db_path;
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
	"  -P, --pwddb FILE     password database (default: " DEFAULT_DB ")\n"
	"  -C, --config FILE    accepted for compatibility; nothing is read from it\n"
	"  -v, --verbose        say what was done\n"
	"  -V, --version        print the version\n"
	"  -h, --help           print this\n"
	"\n"
	"A running server takes up the change on SIGHUP.\n"
	"Exit status: 0 done, 1 failure, 2 bad usage.\n";

__attribute__((format(printf, 1, 2))) static void complain(const char *format, ...)
{
	va_list args;

	fputs(PROGRAM ": ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}

static void print_report(void *arg, bool error, const char *text)
{
	(void)arg;
	complain("%s%s", error ? "" : "warning: ", text);
}

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
		complain("-a, -u and -d exclude each other");
		return false;
	}
	au->action = action;
	return true;
}

/* Returns the status to exit with, or -1 to go on. */
static int parse_options(struct adduser *au, int argc, char **argv)
{
	static const struct option options[] = {
		{ "add", no_argument, NULL, 'a' },
		{ "update", no_argument, NULL, 'u' },
		{ "delete", no_argument, NULL, 'd' },
		{ "password", required_argument, NULL, 'p' },
		{ "pwddb", required_argument, NULL, 'P' },
		{ "config", required_argument, NULL, 'C' },
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
			break;
		case 'v':
			au->verbose = true;
			break;
		case 'V':
			puts(PROGRAM " " KSMBD_TOOLS_VERSION);
			return EXIT_SUCCESS;
		case 'h':
			fputs(help, stdout);
			return EXIT_SUCCESS;
		default:
			ok = false;
		}
	}
	if (ok && optind + 1 == argc) {
		au->user = argv[optind];
		return -1;
	}
	fputs("Try '" PROGRAM " --help'.\n", stderr);
	return EXIT_USAGE;
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
		complain("the passwords differ");
	else if (ret)
		complain("cannot read the password: %s",
			 ret == -ENODATA ? "no line on standard input" : strerror(-ret));
	if (!ret) {
		ret = passdb_hash(au->given ? au->given : password, hash);
		if (ret)
			complain("the password is not UTF-8 or longer than %d characters",
				 PASSDB_PASSWORD_MAX);
	}
	explicit_bzero(password, sizeof(password));
	return !ret;
}

/* Is @au's action possible with the database as it is? */
static bool check_action(const struct adduser *au, const struct passdb *db)
{
	bool there = passdb_find(db, au->user);

	if (au->action == ACTION_ADD && there)
		complain("user \"%s\" is there already; -u changes the password", au->user);
	else if ((au->action == ACTION_UPDATE || au->action == ACTION_DELETE) && !there)
		complain("there is no user \"%s\" in %s", au->user, au->db_path);
	else
		return true;
	return false;
}

static bool change_db(const struct adduser *au, struct passdb *db)
{
	uint8_t hash[PASSDB_HASH_SIZE];
	bool there = passdb_find(db, au->user);
	int err;

	if (!check_action(au, db))
		return false;
	if (au->action == ACTION_DELETE) {
		err = passdb_remove(db, au->user);
	} else {
		if (!read_hash(au, hash))
			return false;
		err = passdb_set(db, au->user, hash);
		explicit_bzero(hash, sizeof(hash));
	}
	if (!err)
		err = passdb_save(db, au->db_path);
	if (err)
		complain("%s: %s", au->db_path, strerror(-err));
	else if (au->verbose)
		printf("%s: user \"%s\" %s\n", au->db_path, au->user,
		       au->action == ACTION_DELETE ? "removed" :
		       there			   ? "changed" :
						     "added");
	return !err;
}

static int run(const struct adduser *au)
{
	struct report report = { .print = print_report };
	struct passdb *db = passdb_create();
	bool done = false;
	int lock;

	if (!db) {
		complain("out of memory");
		return EXIT_FAILURE;
	}
	lock = passdb_lock(au->db_path);
	if (lock < 0) {
		complain("%s: %s", au->db_path, strerror(-lock));
	} else {
		if (!access(au->db_path, F_OK) || errno != ENOENT)
			passdb_load(db, au->db_path, &report);
		/* A file that is not understood whole would be rewritten in part. */
		done = !report.errors && change_db(au, db);
		close(lock);
	}
	passdb_put(db);
	return done ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
	struct adduser au = { .db_path = DEFAULT_DB };
	int status = parse_options(&au, argc, argv);

	if (status < 0 && !passdb_name_valid(au.user)) {
		complain("\"%s\" is not a user name of 1 to %d bytes", au.user, PASSDB_NAME_MAX);
		status = EXIT_USAGE;
	}
	if (status < 0)
		status = run(&au);
	if (au.given)
		explicit_bzero(au.given, strlen(au.given));
	free(au.given);
	return status;
}
