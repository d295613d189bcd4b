// SPDX-License-Identifier: GPL-2.0-or-later
#include "user/options.h"

#include <errno.h>
#include <getopt.h>
#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "tools/lib/config.h"
#include "tools/lib/utf.h"
#include "tools/lib/version.h"
#include "tools/lib/password.h"

#define PROGRAM "ksmbd.userd"

static const char help_text[] =
	"Usage: " PROGRAM " [OPTION]...\n"
	"Serve directories to SMB2 and SMB3 clients, in the foreground.\n"
	"\n"
	"  -C, --config FILE           configuration in smb.conf syntax\n"
	"  -P, --pwddb FILE            password database (ksmbdpwd.db)\n"
	"  -p, --port PORT             TCP port, 0: any (default: tcp port, else 445)\n"
	"      --bind ADDR             listen on this address; repeatable (default: with -C as\n"
	"                              the configuration says, else 127.0.0.1)\n"
	"      --share NAME=PATH[,ro][,guest]\n"
	"                              serve a directory; repeatable\n"
	"      --user NAME[:PASSWORD]  an account; repeatable; without PASSWORD it is asked for\n"
	"      --password-fd N         read those passwords from descriptor N, a line each\n"
	"      --auth-timeout SECONDS  time a client has to log in (default: 10)\n"
	"      --auth-delay MS         holds the answer to a failed login back (default: 2000)\n"
	"  -v, --verbose               say more; repeatable\n"
	"  -V, --version               print the version\n"
	"  -h, --help                  print this\n"
	"\n"
	"Exit status: 0 stopped, 1 failure, 2 bad usage, 3 bad configuration, 4 cannot listen.\n";

void complain(const char *format, ...)
{
	va_list args;

	flockfile(stderr);
	fputs(PROGRAM ": ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	funlockfile(stderr);
}

static enum exit_status fail_usage(void)
{
	fputs("Try '" PROGRAM " --help'.\n", stderr);
	return EXIT_STATUS_USAGE;
}

/* Make room for one more element. @array: address of the pointer. */
static bool grow(void *array, size_t count, size_t size)
{
	void **pointer = array;
	void *more = reallocarray(*pointer, count + 1, size);

	if (more)
		*pointer = more;
	else
		complain("out of memory");
	return more;
}

static bool parse_number(const char *option, const char *text, long min, long max, long *value)
{
	char *end;

	errno = 0;
	*value = strtol(text, &end, 10);
	if (*text >= '0' && *text <= '9' && !*end && !errno && *value >= min && *value <= max)
		return true;
	complain("%s: \"%s\" is not a number between %ld and %ld", option, text, min, max);
	return false;
}

/* Cut ",@suffix" off the end of @text if it is there. */
static bool cut_suffix(char *text, const char *suffix)
{
	size_t len = strlen(text), cut = strlen(suffix);

	if (len <= cut || strcmp(text + len - cut, suffix))
		return false;
	text[len - cut] = '\0';
	return true;
}

static bool is_reserved(const char *name)
{
	static const char *const reserved[] = { "global", "homes", "printers", "print$" };
	size_t i;

	for (i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++) {
		if (!strcasecmp(name, reserved[i]))
			return true;
	}
	return !strcasecmp(name, CONF_IPC_NAME);
}

/* Take ",ro", ",rw" and ",guest" off the end of @path. A path may contain commas itself. */
static void cut_share_options(char *path, struct option_share *share)
{
	for (;;) {
		if (cut_suffix(path, ",ro"))
			share->read_only = true;
		else if (cut_suffix(path, ",guest"))
			share->guest = true;
		else if (!cut_suffix(path, ",rw"))
			return;
	}
}

static bool is_directory(const char *path)
{
	struct stat st;

	if (stat(path, &st))
		return false;
	errno = ENOTDIR;
	return S_ISDIR(st.st_mode);
}

/* Find the directory of a share, or say what is wrong. */
static enum exit_status resolve_share(struct option_share *share, char *path)
{
	char *comma;

	if (is_reserved(share->name)) {
		complain("share \"%s\": this name has another meaning", share->name);
		return EXIT_STATUS_CONFIG;
	}
	if (is_directory(path)) {
		share->path = realpath(path, NULL);
		if (share->path)
			return EXIT_STATUS_OK;
	}
	complain("share \"%s\": %s: %s", share->name, path, strerror(errno));
	comma = strrchr(path, ',');
	if (!comma)
		return EXIT_STATUS_CONFIG;
	*comma = '\0';
	if (!is_directory(path))
		return EXIT_STATUS_CONFIG;
	complain("--share: \"%s\" is neither \"ro\" nor \"guest\"", comma + 1);
	return EXIT_STATUS_USAGE;
}

static bool has_share(const struct options *options, const char *name)
{
	size_t i;

	for (i = 0; i < options->share_count; i++) {
		if (!utf8_casecmp(options->shares[i].name, name))
			return true;
	}
	return false;
}

static enum exit_status add_share(struct options *options, const char *text)
{
	const char *equals = strchr(text, '=');
	struct option_share share = { 0 };
	enum exit_status status = EXIT_STATUS_FAILURE;
	char *path;

	if (!equals || equals == text || !equals[1]) {
		complain("--share: \"%s\" is not NAME=PATH", text);
		return fail_usage();
	}
	share.name = strndup(text, equals - text);
	path = strdup(equals + 1);
	if (share.name && has_share(options, share.name)) {
		complain("--share: there are two shares \"%s\"", share.name);
		status = EXIT_STATUS_USAGE;
	} else if (share.name && path &&
		   grow(&options->shares, options->share_count, sizeof(share))) {
		cut_share_options(path, &share);
		status = resolve_share(&share, path);
	}
	free(path);
	if (status == EXIT_STATUS_OK)
		options->shares[options->share_count++] = share;
	else
		free(share.name);
	return status;
}

static enum exit_status set_password(struct options *options, const char *name,
				     const char *password)
{
	uint8_t hash[PASSDB_HASH_SIZE];
	int ret = passdb_hash(password, hash);

	if (ret) {
		complain("user \"%s\": the password is not UTF-8 or longer than %d characters",
			 name, PASSDB_PASSWORD_MAX);
		return EXIT_STATUS_USAGE;
	}
	ret = passdb_set(options->passwords, name, hash);
	explicit_bzero(hash, sizeof(hash));
	if (ret == -EINVAL) {
		complain("\"%s\" is not a user name of 1 to %d bytes", name, PASSDB_NAME_MAX);
		return EXIT_STATUS_USAGE;
	}
	return ret ? EXIT_STATUS_FAILURE : EXIT_STATUS_OK;
}

/* Users given by name alone, in order; their passwords are read after the last option. */
struct waiting {
	const char **names;
	size_t count;
	long fd;
};

/* NAME:PASSWORD loses its password here, so that no process list shows it. */
static enum exit_status add_user(struct options *options, struct waiting *waiting, char *text)
{
	char *colon = strchr(text, ':');
	enum exit_status ret;

	if (!colon) {
		if (!passdb_name_valid(text)) {
			complain("\"%s\" is not a user name of 1 to %d bytes", text,
				 PASSDB_NAME_MAX);
			return EXIT_STATUS_USAGE;
		}
		if (!grow(&waiting->names, waiting->count, sizeof(*waiting->names)))
			return EXIT_STATUS_FAILURE;
		waiting->names[waiting->count++] = text;
		return EXIT_STATUS_OK;
	}
	*colon = '\0';
	ret = set_password(options, text, colon + 1);
	explicit_bzero(colon + 1, strlen(colon + 1));
	return ret;
}

static enum exit_status read_passwords(struct options *options, const struct waiting *waiting)
{
	char password[PASSWORD_SIZE];
	enum exit_status status = EXIT_STATUS_OK;
	size_t i;

	for (i = 0; i < waiting->count && status == EXIT_STATUS_OK; i++) {
		const char *name = waiting->names[i];
		char prompt[96];
		int ret;

		snprintf(prompt, sizeof(prompt), "Password of %s", name);
		if (waiting->fd >= 0)
			ret = password_read_fd(waiting->fd, password, sizeof(password));
		else
			ret = password_ask(prompt, password, sizeof(password));
		if (ret == -ENOTTY)
			complain("user \"%s\": no terminal to ask for the password; "
				 "use --password-fd",
				 name);
		else if (ret)
			complain("user \"%s\": cannot read the password: %s", name,
				 ret == -ENODATA ? "no line left" : strerror(-ret));
		status = ret ? EXIT_STATUS_USAGE : set_password(options, name, password);
		explicit_bzero(password, sizeof(password));
	}
	return status;
}

static enum exit_status add_bind(struct options *options, const char *text)
{
	struct in6_addr address;

	if (inet_pton(AF_INET, text, &address) != 1 && inet_pton(AF_INET6, text, &address) != 1) {
		complain("--bind: \"%s\" is not a numeric address", text);
		return fail_usage();
	}
	if (!grow(&options->binds, options->bind_count, sizeof(*options->binds)))
		return EXIT_STATUS_FAILURE;
	options->binds[options->bind_count++] = text;
	return EXIT_STATUS_OK;
}

enum {
	OPTION_BIND = 256,
	OPTION_SHARE,
	OPTION_USER,
	OPTION_PASSWORD_FD,
	OPTION_AUTH_TIMEOUT,
	OPTION_AUTH_DELAY
};

static const struct option long_options[] = {
	{ "config", required_argument, NULL, 'C' },
	{ "pwddb", required_argument, NULL, 'P' },
	{ "port", required_argument, NULL, 'p' },
	{ "bind", required_argument, NULL, OPTION_BIND },
	{ "share", required_argument, NULL, OPTION_SHARE },
	{ "user", required_argument, NULL, OPTION_USER },
	{ "password-fd", required_argument, NULL, OPTION_PASSWORD_FD },
	{ "auth-timeout", required_argument, NULL, OPTION_AUTH_TIMEOUT },
	{ "auth-delay", required_argument, NULL, OPTION_AUTH_DELAY },
	{ "verbose", no_argument, NULL, 'v' },
	{ "version", no_argument, NULL, 'V' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL },
};

static enum exit_status take_option(struct options *options, struct waiting *waiting, int option)
{
	switch (option) {
	case 'C':
		options->conf = optarg;
		return EXIT_STATUS_OK;
	case 'P':
		options->pwddb = optarg;
		return EXIT_STATUS_OK;
	case 'p':
		return parse_number("-p", optarg, 0, 65535, &options->port) ? EXIT_STATUS_OK :
									      fail_usage();
	case OPTION_BIND:
		return add_bind(options, optarg);
	case OPTION_SHARE:
		return add_share(options, optarg);
	case OPTION_USER:
		return add_user(options, waiting, optarg);
	case OPTION_PASSWORD_FD:
		return parse_number("--password-fd", optarg, 0, 65535, &waiting->fd) ?
			       EXIT_STATUS_OK :
			       fail_usage();
	case OPTION_AUTH_TIMEOUT:
		return parse_number("--auth-timeout", optarg, 1, 3600, &options->auth_timeout) ?
			       EXIT_STATUS_OK :
			       fail_usage();
	case OPTION_AUTH_DELAY:
		return parse_number("--auth-delay", optarg, 0, 60000, &options->auth_delay) ?
			       EXIT_STATUS_OK :
			       fail_usage();
	case 'v':
		options->verbosity++;
		return EXIT_STATUS_OK;
	case 'V':
		puts(PROGRAM " " KSMBD_TOOLS_VERSION);
		options->done = true;
		return EXIT_STATUS_OK;
	case 'h':
		fputs(help_text, stdout);
		options->done = true;
		return EXIT_STATUS_OK;
	default: /* getopt_long() has said what is wrong */
		return fail_usage();
	}
}

enum exit_status options_parse(struct options *options, int argc, char **argv)
{
	struct waiting waiting = { .fd = -1 };
	enum exit_status status = EXIT_STATUS_OK;
	int option;

	*options = (struct options){ .port = -1, .auth_timeout = -1, .auth_delay = -1 };
	options->passwords = passdb_create();
	if (!options->passwords)
		return EXIT_STATUS_FAILURE;
	optind = 0; /* GNU: start over, for tests */
	while (status == EXIT_STATUS_OK && !options->done) {
		option = getopt_long(argc, argv, "C:P:p:vVh", long_options, NULL);
		if (option < 0)
			break;
		status = take_option(options, &waiting, option);
	}
	if (status == EXIT_STATUS_OK && !options->done && optind < argc) {
		complain("\"%s\" is not an option", argv[optind]);
		status = fail_usage();
	}
	if (status == EXIT_STATUS_OK && !options->done && !options->conf && !options->share_count) {
		complain("nothing to serve: give --share or -C");
		status = fail_usage();
	}
	if (status == EXIT_STATUS_OK && !options->done)
		status = read_passwords(options, &waiting);
	free(waiting.names);
	return status;
}

void options_release(struct options *options)
{
	size_t i;

	for (i = 0; i < options->share_count; i++) {
		free(options->shares[i].name);
		free(options->shares[i].path);
	}
	free(options->shares);
	free(options->binds);
	passdb_put(options->passwords);
}
