// SPDX-License-Identifier: GPL-2.0-or-later
/* ksmbd.mountd: options, and leaving the terminal. */
#include "tools/mountd/mountd.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/lib/paths.h"

#define PROGRAM "ksmbd.mountd"

static const char help[] =
	"Usage: " PROGRAM " [OPTION]...\n"
	"Configure the kernel's SMB server and answer its questions.\n"
	"\n"
	"  -p, --port PORT      listen on PORT, not on the configuration's \"tcp port\"\n"
	"  -n, --nodetach[=WAY] stay in the foreground; WAY 1: as a process group of its own\n"
	"                       (default), WAY 0: detach nevertheless\n"
	"  -C, --config FILE    configuration (default: " PATH_CONF ")\n"
	"  -P, --pwddb FILE     password database (default: " PATH_PWDDB ")\n"
	"      --run-dir DIR    where ksmbd.lock is (default: " KSMBD_RUNSTATEDIR ")\n"
	"  -v, --verbose        say more\n"
	"  -V, --version        print the version\n"
	"  -h, --help           print this\n"
	"\n"
	"SIGHUP reads the files again, SIGUSR1 is ksmbd.control's for its list, SIGTERM and\n"
	"SIGINT end it. The server in the kernel is ended by 'ksmbd.control --shutdown'.\n"
	"Exit status: 0 done, or detached and serving; 1 failure, 2 bad usage, 3 a mistake in a "
	"file.\n";

static bool parse_port(const char *text, unsigned int *port)
{
	char *end;
	unsigned long value;

	errno = 0;
	value = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || errno || !value || value > 65535) {
		tool_complain("\"%s\" is not a port from 1 to 65535", text);
		return false;
	}
	*port = value;
	return true;
}

static bool parse_way(const char *way, bool *detach)
{
	if (way && strcmp(way, "0") && strcmp(way, "1")) {
		tool_complain("-n: \"%s\" is neither 0 nor 1", way);
		return false;
	}
	*detach = way && *way == '0';
	return true;
}

static enum tool_status parse_options(struct mountd *mountd, int argc, char **argv)
{
	enum {
		OPT_RUN_DIR = 256
	};
	static const struct option options[] = {
		{ "port", required_argument, NULL, 'p' },
		{ "nodetach", optional_argument, NULL, 'n' },
		{ "config", required_argument, NULL, 'C' },
		{ "pwddb", required_argument, NULL, 'P' },
		{ "run-dir", required_argument, NULL, OPT_RUN_DIR },
		{ "verbose", no_argument, NULL, 'v' },
		{ "version", no_argument, NULL, 'V' },
		{ "help", no_argument, NULL, 'h' },
		{},
	};
	bool ok = true;
	int opt;

	while (ok && (opt = getopt_long(argc, argv, "p:n::C:P:vVh", options, NULL)) != -1) {
		switch (opt) {
		case 'p':
			ok = parse_port(optarg, &mountd->port);
			break;
		case 'n':
			ok = parse_way(optarg, &mountd->detach);
			break;
		case 'C':
			mountd->conf = optarg;
			break;
		case 'P':
			mountd->pwddb = optarg;
			break;
		case OPT_RUN_DIR:
			mountd->run_dir = optarg;
			break;
		case 'v':
			mountd->verbose = true;
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
	return ok && optind == argc ? TOOL_GO_ON : tool_usage();
}

/* The files are read again later, from another directory. */
static bool make_absolute(const char **path)
{
	char *absolute = NULL, *here;

	if (**path == '/')
		return true;
	here = getcwd(NULL, 0);
	if (here && asprintf(&absolute, "%s/%s", here, *path) < 0)
		absolute = NULL;
	free(here);
	if (!absolute) {
		tool_complain("%s: %s", *path, strerror(errno));
		return false;
	}
	*path = absolute;
	return true;
}

/*
 * In the parent: wait until the manager's first worker serves. Its status is then what a
 * service manager wants to know.
 */
static enum tool_status wait_ready(int ready)
{
	unsigned char status;
	ssize_t got;

	do {
		got = read(ready, &status, 1);
	} while (got < 0 && errno == EINTR);
	return got == 1 ? (enum tool_status)status : TOOL_FAILED;
}

static enum tool_status run_detached(struct mountd *mountd)
{
	int ends[2];
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC)) {
		tool_complain("pipe: %s", strerror(errno));
		return TOOL_FAILED;
	}
	pid = fork();
	if (pid < 0) {
		tool_complain("fork: %s", strerror(errno));
		return TOOL_FAILED;
	}
	if (pid) {
		close(ends[1]);
		return wait_ready(ends[0]);
	}
	close(ends[0]);
	setsid();
	return manager_run(mountd, ends[1]);
}

int main(int argc, char **argv)
{
	struct mountd mountd = {
		.conf = paths_conf(),
		.pwddb = PATH_PWDDB,
		.run_dir = KSMBD_RUNSTATEDIR,
		.detach = true,
	};
	enum tool_status status;

	tool_init(PROGRAM);
	status = parse_options(&mountd, argc, argv);
	if (status != TOOL_GO_ON)
		return status;
	if (!make_absolute(&mountd.conf) || !make_absolute(&mountd.pwddb) ||
	    !make_absolute(&mountd.run_dir) || chdir("/"))
		return TOOL_FAILED;
	umask(022);
	signal(SIGPIPE, SIG_IGN);
	if (mountd.detach)
		return run_detached(&mountd);
	if (getpgrp() != getpid())
		setpgid(0, 0);
	return manager_run(&mountd, -1);
}
