// SPDX-License-Identifier: GPL-2.0-or-later
/* ksmbd.addshare: add, change and remove shares of a configuration. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "tools/lib/config.h"
#include "tools/lib/config_edit.h"
#include "tools/lib/config_params.h"
#include "tools/lib/passdb.h"
#include "tools/lib/paths.h"
#include "tools/lib/runlock.h"
#include "tools/lib/save.h"
#include "tools/lib/tool.h"
#include "tools/lib/utf.h"

#define PROGRAM "ksmbd.addshare"

enum action {
	ACTION_ANY, /* add, or change if it is there */
	ACTION_ADD,
	ACTION_UPDATE,
	ACTION_DELETE,
};

struct addshare {
	enum action action;
	const char *conf;
	const char *pwddb;
	const char *run_dir;
	const char *share;
	struct edit_param *params;
	size_t count;
	bool verbose;
};

static const char help[] =
	"Usage: " PROGRAM " [OPTION]... SHARE\n"
	"Add, change or remove a share in the configuration; the rest of it stays as it is.\n"
	"\n"
	"  -a, --add            add SHARE; it must not be there\n"
	"  -u, --update         change SHARE; it must be there\n"
	"  -d, --delete         remove SHARE\n"
	"                       (none of these: add, or change if it is there)\n"
	"  -o, --option OPT     a parameter of the share: \"name = value\"; may be repeated\n"
	"  -C, --config FILE    configuration (default: " PATH_CONF ")\n"
	"  -P, --pwddb FILE     password database, to know users named in lists\n"
	"                       (default: " PATH_PWDDB ")\n"
	"      --run-dir DIR    where ksmbd.lock is (default: " KSMBD_RUNSTATEDIR ")\n"
	"  -v, --verbose        say what was done\n"
	"  -V, --version        print the version\n"
	"  -h, --help           print this\n"
	"\n"
	"A running ksmbd.mountd takes up the change at once.\n"
	"Exit status: 0 done, 1 failure (nothing was changed), 2 bad usage.\n";

static bool set_action(struct addshare *as, enum action action)
{
	if (as->action != ACTION_ANY && as->action != action) {
		tool_complain("-a, -u and -d exclude each other");
		return false;
	}
	as->action = action;
	return true;
}

/* Cut blanks off both ends, in place. */
static char *trim(char *text)
{
	char *end = text + strlen(text);

	while (end > text && strchr(" \t", end[-1]))
		*--end = '\0';
	return text + strspn(text, " \t");
}

/* "name = value", a parameter of shares, on one line. */
static bool add_param(struct addshare *as, char *option)
{
	char *equals = strchr(option, '='), *key, *value;
	size_t len = strlen(option);

	if (!equals || strpbrk(option, "\n\r") || !utf8_valid(option) || option[len - 1] == '\\') {
		tool_complain("-o: \"%s\" is not \"name = value\" on one line", option);
		return false;
	}
	*equals = '\0';
	key = trim(option);
	value = trim(equals + 1);
	if (!param_find(PARAM_SHARE, key)) {
		tool_complain("-o: \"%s\" is %s", key,
			      param_find(PARAM_GLOBAL, key) ? "a parameter of [global]" :
							      "no parameter of shares");
		return false;
	}
	as->params = reallocarray(as->params, as->count + 1, sizeof(*as->params));
	if (!as->params) {
		tool_complain("out of memory");
		return false;
	}
	as->params[as->count++] = (struct edit_param){ key, value };
	return true;
}

enum {
	OPT_RUN_DIR = 256
};

/* One option with its argument. */
static bool take_option(struct addshare *as, int opt, char *arg)
{
	switch (opt) {
	case 'a':
		return set_action(as, ACTION_ADD);
	case 'u':
		return set_action(as, ACTION_UPDATE);
	case 'd':
		return set_action(as, ACTION_DELETE);
	case 'o':
		return add_param(as, arg);
	case 'C':
		as->conf = arg;
		return true;
	case 'P':
		as->pwddb = arg;
		return true;
	case OPT_RUN_DIR:
		as->run_dir = arg;
		return true;
	case 'v':
		as->verbose = true;
		return true;
	default:
		return false;
	}
}

static enum tool_status check_usage(const struct addshare *as)
{
	const char *problem = conf_share_name_problem(as->share);

	if (!*as->share)
		problem = "it is empty";
	else if (!problem && !strcasecmp(as->share, "global"))
		problem = "this section is no share";
	if (problem) {
		tool_complain("share name \"%s\": %s", as->share, problem);
		return TOOL_USAGE;
	}
	if (as->action == ACTION_DELETE && as->count) {
		tool_complain("-d takes no -o");
		return TOOL_USAGE;
	}
	if (as->action == ACTION_UPDATE && !as->count) {
		tool_complain("-u takes at least one -o");
		return TOOL_USAGE;
	}
	return TOOL_GO_ON;
}

static enum tool_status parse_options(struct addshare *as, int argc, char **argv)
{
	static const struct option options[] = {
		{ "add", no_argument, NULL, 'a' },
		{ "update", no_argument, NULL, 'u' },
		{ "delete", no_argument, NULL, 'd' },
		{ "option", required_argument, NULL, 'o' },
		{ "config", required_argument, NULL, 'C' },
		{ "pwddb", required_argument, NULL, 'P' },
		{ "run-dir", required_argument, NULL, OPT_RUN_DIR },
		{ "verbose", no_argument, NULL, 'v' },
		{ "version", no_argument, NULL, 'V' },
		{ "help", no_argument, NULL, 'h' },
		{},
	};
	int opt;

	while ((opt = getopt_long(argc, argv, "audo:C:P:vVh", options, NULL)) != -1) {
		if (opt == 'V')
			return tool_version();
		if (opt == 'h') {
			fputs(help, stdout);
			return TOOL_DONE;
		}
		if (!take_option(as, opt, optarg))
			return tool_usage();
	}
	if (optind + 1 != argc)
		return tool_usage();
	as->share = argv[optind];
	return check_usage(as);
}

/* The whole configuration; one that is not there is empty. */
static bool read_conf(const char *path, struct edit_text *text)
{
	FILE *file = fopen(path, "re");
	size_t room = 0, got = 0;

	*text = (struct edit_text){ calloc(1, 1), 0 };
	if (!file && errno == ENOENT)
		return text->data;
	while (file && text->data && text->len <= CONF_MAX_FILE) {
		char *more;

		room = text->len + 65536;
		more = realloc(text->data, room);
		if (!more)
			break;
		text->data = more;
		got = fread(more + text->len, 1, room - text->len, file);
		text->len += got;
		if (!got)
			break;
	}
	if (file && !ferror(file) && feof(file)) {
		fclose(file);
		return true;
	}
	tool_complain("%s: %s", path,
		      text->len > CONF_MAX_FILE ? "too large" : strerror(errno ? errno : EIO));
	if (file)
		fclose(file);
	return false;
}

/* Names of users that a list of the share has and the database does not. */
static void check_users(const struct addshare *as, const struct conf_share *share)
{
	char *const *const lists[] = { share->valid_users, share->invalid_users, share->read_list,
				       share->write_list, share->admin_users };
	struct report muted = { 0 };
	struct passdb *db = passdb_create();
	size_t i;

	if (db && !access(as->pwddb, R_OK))
		passdb_load(db, as->pwddb, &muted);
	for (i = 0; db && db->count && i < sizeof(lists) / sizeof(lists[0]); i++) {
		char *const *name;

		for (name = lists[i]; name && *name; name++) {
			if (!strchr("@+&", **name) && !passdb_find(db, *name))
				tool_complain("warning: \"%s\" is not in %s", *name, as->pwddb);
		}
	}
	passdb_put(db);
}

/* Would the new text be taken by the server? */
static bool check_text(const struct addshare *as, const struct edit_text *text)
{
	struct report report = { .print = tool_print_report };
	struct conf_reader *reader = conf_reader_create(&report);
	const struct conf_share *share;
	struct conf *conf = NULL;

	if (reader) {
		conf_reader_for_kernel(reader);
		conf_reader_text(reader, as->conf, text->data, text->len);
		conf = conf_reader_finish(reader);
	}
	if (!conf)
		tool_complain("%s: nothing was changed", as->conf);
	share = conf ? conf_share_find(conf, as->share) : NULL;
	if (share)
		check_users(as, share);
	conf_reader_free(reader);
	conf_put(conf);
	return conf;
}

static int write_text(int fd, const void *arg)
{
	const struct edit_text *text = arg;

	return save_write(fd, text->data, text->len);
}

static bool make_text(const struct addshare *as, const struct edit_text *old,
		      struct edit_text *text)
{
	int ret;

	if (as->action == ACTION_DELETE)
		ret = edit_delete_share(old->data, old->len, as->share, text);
	else
		ret = edit_set_share(old->data, old->len, as->share, as->params, as->count, text);
	if (ret)
		tool_complain("%s", strerror(-ret));
	return !ret;
}

static bool change_conf(const struct addshare *as, const struct edit_text *old)
{
	bool there = edit_has_share(old->data, old->len, as->share);
	struct edit_text text;
	int ret = -EINVAL;

	if (there ? as->action == ACTION_ADD :
		    as->action == ACTION_UPDATE || as->action == ACTION_DELETE) {
		tool_complain(there ? "share \"%s\" is in %s already; -u changes it" :
				      "there is no share \"%s\" in %s",
			      as->share, as->conf);
		return false;
	}
	if (!make_text(as, old, &text))
		return false;
	if (check_text(as, &text)) {
		ret = save_file(as->conf, 0644, write_text, &text);
		if (ret)
			tool_complain("%s: %s", as->conf, strerror(-ret));
	}
	free(text.data);
	if (!ret && as->verbose)
		printf("%s: share \"%s\" %s\n", as->conf, as->share,
		       as->action == ACTION_DELETE ? "removed" :
		       there			   ? "changed" :
						     "added");
	return !ret;
}

/* That it cannot be told is no failure: the file is changed. */
static void notify(const struct addshare *as)
{
	int ret = runlock_signal(as->run_dir, SIGHUP);

	if (ret && ret != -ESRCH)
		tool_complain("ksmbd.mountd was not told: %s", strerror(-ret));
	else if (as->verbose)
		puts(ret ? "ksmbd.mountd is not running" : "ksmbd.mountd was told");
}

static enum tool_status run(const struct addshare *as)
{
	struct edit_text old = { 0 };
	bool done = false;
	int lock = save_lock(as->conf);

	if (lock < 0) {
		tool_complain("%s: %s", as->conf, strerror(-lock));
		return TOOL_FAILED;
	}
	done = read_conf(as->conf, &old) && change_conf(as, &old);
	free(old.data);
	close(lock);
	if (done)
		notify(as);
	return done ? TOOL_DONE : TOOL_FAILED;
}

int main(int argc, char **argv)
{
	struct addshare as = {
		.conf = paths_conf(),
		.pwddb = PATH_PWDDB,
		.run_dir = KSMBD_RUNSTATEDIR,
	};
	enum tool_status status;

	tool_init(PROGRAM);
	status = parse_options(&as, argc, argv);
	if (status == TOOL_GO_ON)
		status = run(&as);
	free(as.params);
	return status;
}
