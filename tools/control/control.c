// SPDX-License-Identifier: GPL-2.0-or-later
/* ksmbd.control: end, reload, list and watch the running server. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/lib/paths.h"
#include "tools/lib/runlock.h"
#include "tools/lib/save.h"
#include "tools/lib/tool.h"

#define PROGRAM	      "ksmbd.control"
#define CONTROL_DIR   "class/ksmbd-control"
#define LIST_MSEC     5000
#define END_TRIES     150
#define END_WAIT_USEC 100000

struct control {
	int action; /* the option's letter */
	const char *component;
	const char *run_dir;
	const char *sysfs;
	bool verbose;
};

static const char help[] =
	"Usage: " PROGRAM " [OPTION]...\n"
	"Control ksmbd.mountd and the kernel's SMB server. One of:\n"
	"\n"
	"  -s, --shutdown       end both; all clients are disconnected\n"
	"  -r, --reload         have ksmbd.mountd read its files again\n"
	"  -l, --list           list shares and who is connected to them\n"
	"  -d, --debug COMPONENT  switch the kernel's debug messages of all, smb, auth, vfs,\n"
	"                       oplock, ipc, conn or rdma; shows which are on: [in brackets]\n"
	"  -c, --ksmbd-version  print the version of the kernel's server\n"
	"\n"
	"      --run-dir DIR    where ksmbd.lock is (default: " KSMBD_RUNSTATEDIR ")\n"
	"      --sysfs DIR      where sysfs is (default: /sys)\n"
	"  -v, --verbose        say more; with -c also which debug messages are on\n"
	"  -V, --version        print the version of this tool\n"
	"  -h, --help           print this\n"
	"\n"
	"Exit status: 0 done, 1 failure, 2 bad usage.\n";

static bool set_action(struct control *control, int action)
{
	if (control->action && control->action != action) {
		tool_complain("-s, -r, -l, -d and -c exclude each other");
		return false;
	}
	control->action = action;
	return true;
}

static enum tool_status parse_options(struct control *control, int argc, char **argv)
{
	enum {
		OPT_RUN_DIR = 256,
		OPT_SYSFS
	};
	static const struct option options[] = {
		{ "shutdown", no_argument, NULL, 's' },
		{ "reload", no_argument, NULL, 'r' },
		{ "list", no_argument, NULL, 'l' },
		{ "debug", required_argument, NULL, 'd' },
		{ "ksmbd-version", no_argument, NULL, 'c' },
		{ "run-dir", required_argument, NULL, OPT_RUN_DIR },
		{ "sysfs", required_argument, NULL, OPT_SYSFS },
		{ "verbose", no_argument, NULL, 'v' },
		{ "version", no_argument, NULL, 'V' },
		{ "help", no_argument, NULL, 'h' },
		{},
	};
	bool ok = true;
	int opt;

	while (ok && (opt = getopt_long(argc, argv, "srld:cvVh", options, NULL)) != -1) {
		switch (opt) {
		case 'd':
			control->component = optarg;
			/* fallthrough */
		case 's':
		case 'r':
		case 'l':
		case 'c':
			ok = set_action(control, opt);
			break;
		case OPT_RUN_DIR:
			control->run_dir = optarg;
			break;
		case OPT_SYSFS:
			control->sysfs = optarg;
			break;
		case 'v':
			control->verbose = true;
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
	return ok && control->action && optind == argc ? TOOL_GO_ON : tool_usage();
}

/* Return: a descriptor or a negative errno; @name: below sysfs */
static int open_sysfs(const struct control *control, const char *name, int flags)
{
	char path[PATH_MAX];
	int fd;

	if (snprintf(path, sizeof(path), "%s/%s", control->sysfs, name) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	fd = open(path, flags | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static int write_sysfs(const struct control *control, const char *name, const char *text)
{
	int fd = open_sysfs(control, name, O_WRONLY), ret;

	if (fd < 0)
		return fd;
	ret = save_write(fd, text, strlen(text));
	close(fd);
	return ret;
}

/* Copy everything from @fd to standard output, as long as something comes. */
static int copy_out(int fd, int wait_msec)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };
	char buffer[4096];
	ssize_t got;

	do {
		if (wait_msec && poll(&ready, 1, wait_msec) == 0)
			return -ETIMEDOUT;
		got = read(fd, buffer, sizeof(buffer));
		if (got > 0 && fwrite(buffer, 1, got, stdout) != (size_t)got)
			return -EIO;
	} while (got > 0 || (got < 0 && errno == EINTR));
	return got < 0 ? -errno : 0;
}

static int show_sysfs(const struct control *control, const char *name)
{
	int fd = open_sysfs(control, name, O_RDONLY), ret;

	if (fd < 0)
		return fd;
	ret = copy_out(fd, 0);
	close(fd);
	return ret;
}

static enum tool_status report_sysfs(int ret)
{
	if (!ret)
		return TOOL_DONE;
	if (ret == -ENOENT)
		tool_complain("the kernel's SMB server is not loaded");
	else
		tool_complain("the kernel's SMB server: %s", strerror(-ret));
	return TOOL_FAILED;
}

static enum tool_status report_daemon(int ret)
{
	if (!ret)
		return TOOL_DONE;
	if (ret == -ESRCH)
		tool_complain("ksmbd.mountd is not running");
	else
		tool_complain("ksmbd.mountd: %s", strerror(-ret));
	return TOOL_FAILED;
}

/* Until the process that held the lock has let go of it. */
static int wait_gone(const struct control *control)
{
	int tries;

	for (tries = 0; tries < END_TRIES; tries++) {
		if (runlock_pid(control->run_dir) < 0)
			return 0;
		usleep(END_WAIT_USEC);
	}
	return -ETIMEDOUT;
}

/* The kernel first: what ends there is told to the daemon. Either of them may be gone. */
static enum tool_status run_shutdown(const struct control *control)
{
	int kernel = write_sysfs(control, CONTROL_DIR "/kill_server", "hard");
	int daemon = runlock_signal(control->run_dir, SIGTERM);

	if (!daemon)
		daemon = wait_gone(control);
	if (kernel == -ENOENT && daemon == -ESRCH) {
		tool_complain("neither ksmbd.mountd nor the kernel's SMB server is running");
		return TOOL_FAILED;
	}
	if (kernel && kernel != -ENOENT)
		return report_sysfs(kernel);
	if (daemon && daemon != -ESRCH)
		return report_daemon(daemon);
	if (control->verbose)
		printf("the kernel's server: %s\nksmbd.mountd: %s\n", kernel ? "none" : "ended",
		       daemon ? "none" : "ended");
	return TOOL_DONE;
}

static enum tool_status run_reload(const struct control *control)
{
	return report_daemon(runlock_signal(control->run_dir, SIGHUP));
}

/* Takes the list out of the pipe @fd, which is open before the daemon is asked. */
static int receive_list(const struct control *control, int fd, pid_t pid)
{
	if (kill(pid, SIGUSR1))
		return -errno;
	/* Without a writer yet a read would end at once: the first poll() waits for one. */
	return copy_out(fd, LIST_MSEC);
}

static enum tool_status run_list(const struct control *control)
{
	pid_t pid = runlock_pid(control->run_dir);
	char name[PATH_MAX];
	int ret, fd;

	if (pid < 0)
		return report_daemon(pid);
	ret = runlock_fifo(control->run_dir, getpid(), name, sizeof(name));
	if (!ret && unlink(name) && errno != ENOENT)
		ret = -errno;
	if (!ret && mkfifo(name, 0600))
		ret = -errno;
	if (ret) {
		tool_complain("%s: %s", name, strerror(-ret));
		return TOOL_FAILED;
	}
	fd = open(name, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
	ret = fd < 0 ? -errno : receive_list(control, fd, pid);
	if (fd >= 0)
		close(fd);
	unlink(name);
	return report_daemon(ret);
}

/* Is @name one of the words that "debug" shows? Return: 0, -EINVAL, or why it is not known */
static int check_component(const struct control *control, const char *name)
{
	int fd = open_sysfs(control, CONTROL_DIR "/debug", O_RDONLY);
	char text[4096] = "", *word, *rest = text;
	ssize_t got;

	if (fd < 0)
		return fd;
	got = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (got < 0)
		return -EIO;
	while ((word = strsep(&rest, " []\n\t"))) {
		if (*word && !strcmp(word, name))
			return 0;
	}
	return strcmp(name, "all") ? -EINVAL : 0;
}

static enum tool_status run_debug(const struct control *control)
{
	int ret = check_component(control, control->component);

	if (ret == -EINVAL) {
		tool_complain("\"%s\" is no component; there are \"all\" and:", control->component);
		show_sysfs(control, CONTROL_DIR "/debug");
		return TOOL_FAILED;
	}
	if (!ret)
		ret = write_sysfs(control, CONTROL_DIR "/debug", control->component);
	if (!ret)
		ret = show_sysfs(control, CONTROL_DIR "/debug");
	return report_sysfs(ret);
}

static enum tool_status run_version(const struct control *control)
{
	int ret = show_sysfs(control, "module/ksmbd/version"), fd;

	if (ret == -ENOENT) { /* newer kernels' own module says none */
		fd = open_sysfs(control, CONTROL_DIR "/stats", O_RDONLY);
		ret = fd < 0 ? fd : 0;
		if (fd >= 0) {
			close(fd);
			puts("loaded; it has no version");
		}
	}
	fflush(stdout);
	if (!ret && control->verbose)
		ret = show_sysfs(control, CONTROL_DIR "/debug");
	return report_sysfs(ret);
}

static const struct {
	int action;
	enum tool_status (*run)(const struct control *control);
} actions[] = {
	{ 's', run_shutdown }, { 'r', run_reload },  { 'l', run_list },
	{ 'd', run_debug },    { 'c', run_version },
};

int main(int argc, char **argv)
{
	struct control control = { .run_dir = KSMBD_RUNSTATEDIR, .sysfs = "/sys" };
	enum tool_status status;
	size_t i;

	tool_init(PROGRAM);
	status = parse_options(&control, argc, argv);
	if (status != TOOL_GO_ON)
		return status;
	for (i = 0; actions[i].action != control.action; i++)
		;
	status = actions[i].run(&control);
	if (fflush(stdout) && status == TOOL_DONE) {
		tool_complain("standard output: %s", strerror(errno));
		status = TOOL_FAILED;
	}
	return status;
}
