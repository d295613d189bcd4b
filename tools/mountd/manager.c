// SPDX-License-Identifier: GPL-2.0-or-later
#include "tools/mountd/mountd.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tools/lib/runlock.h"

/*
 * Seconds before a worker is started again: doubled each time, back to the first after a run
 * of LONG_RUN.
 */
#define FIRST_DELAY 1
#define LAST_DELAY  60
#define LONG_RUN    60

/* A worker that does not end by itself within this time is killed. */
#define END_SECONDS 10

static const int signal_numbers[] = { SIGHUP, SIGUSR1, SIGTERM, SIGINT, SIGQUIT, SIGCHLD };

static void block_signals(sigset_t *set)
{
	size_t i;

	sigemptyset(set);
	for (i = 0; i < sizeof(signal_numbers) / sizeof(signal_numbers[0]); i++)
		sigaddset(set, signal_numbers[i]);
	sigprocmask(SIG_BLOCK, set, NULL);
}

static time_t now(void)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	return at.tv_sec;
}

static bool is_end(int number)
{
	return number == SIGTERM || number == SIGINT || number == SIGQUIT;
}

/* One of the signals with @info, or 0 after @seconds; -1: no limit */
static int wait_signal(const sigset_t *set, int seconds, siginfo_t *info)
{
	struct timespec limit = { .tv_sec = seconds };
	int number;

	do {
		number = seconds < 0 ? sigwaitinfo(set, info) : sigtimedwait(set, info, &limit);
	} while (number < 0 && errno == EINTR);
	return number < 0 ? 0 : number;
}

void manager_leave_terminal(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	tool_use_syslog();
	if (null < 0)
		return;
	dup2(null, STDIN_FILENO);
	dup2(null, STDOUT_FILENO);
	dup2(null, STDERR_FILENO);
	close(null);
}

static pid_t start_worker(const struct mountd *mountd, int ready)
{
	pid_t pid = fork();

	if (pid < 0)
		tool_complain("fork: %s", strerror(errno));
	if (pid)
		return pid;
	/* Without a manager nobody can reach it. */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != mountd->manager)
		_exit(TOOL_FAILED);
	exit(worker_run(mountd, ready));
}

/* Return: the worker's status as of waitpid(), or -1: it has not ended */
static int reap(pid_t worker)
{
	int status;

	return waitpid(worker, &status, WNOHANG) == worker ? status : -1;
}

static void end_worker(const sigset_t *set, pid_t worker)
{
	time_t last = now() + END_SECONDS;
	siginfo_t info;

	kill(worker, SIGTERM);
	while (now() < last) {
		if (reap(worker) >= 0)
			return;
		wait_signal(set, 1, &info);
	}
	kill(worker, SIGKILL);
	waitpid(worker, NULL, 0);
}

static void report_end(int status, int delay)
{
	if (WIFSIGNALED(status))
		tool_complain("the worker was killed by signal %d (%s): next one in %d s",
			      WTERMSIG(status), strsignal(WTERMSIG(status)), delay);
	else
		tool_complain("the worker ended with status %d: next one in %d s",
			      WEXITSTATUS(status), delay);
}

/* Until the worker ends, or is to. Return: its status, -1: ended because of a signal */
static int watch_worker(const sigset_t *set, pid_t worker)
{
	for (;;) {
		siginfo_t info;
		int number = wait_signal(set, -1, &info), status;

		if (is_end(number)) {
			end_worker(set, worker);
			return -1;
		}
		if (number == SIGHUP)
			kill(worker, number);
		if (number == SIGUSR1) /* who asks is part of the name of the pipe */
			sigqueue(worker, number, (union sigval){ .sival_int = info.si_pid });
		status = reap(worker);
		if (status >= 0)
			return status;
	}
}

/* The pause before the next worker; false: the end was asked for. */
static bool pause_delay(const sigset_t *set, int delay)
{
	time_t until = now() + delay;

	while (now() < until) {
		siginfo_t info;
		int number = wait_signal(set, until - now(), &info);

		if (is_end(number))
			return false;
		if (number == SIGHUP) /* the files are better now, perhaps */
			break;
	}
	return true;
}

static enum tool_status keep_running(const struct mountd *mountd, const sigset_t *set)
{
	int delay = FIRST_DELAY;

	for (;;) {
		time_t begin = now();
		pid_t worker = start_worker(mountd, -1);
		int status = worker > 0 ? watch_worker(set, worker) : W_EXITCODE(TOOL_FAILED, 0);

		if (status < 0)
			return TOOL_DONE;
		if (now() - begin >= LONG_RUN)
			delay = FIRST_DELAY;
		report_end(status, delay);
		if (!pause_delay(set, delay))
			return TOOL_DONE;
		delay = delay * 2 < LAST_DELAY ? delay * 2 : LAST_DELAY;
	}
}

/*
 * The first worker must come to serve: a mistake is to be seen by who starts the daemon.
 * Return: its process, or 0 with @status
 */
static pid_t start_first(const struct mountd *mountd, const sigset_t *set, enum tool_status *status)
{
	unsigned char byte;
	int ends[2], ended;
	pid_t worker;

	*status = TOOL_FAILED;
	if (pipe2(ends, O_CLOEXEC))
		return 0;
	worker = start_worker(mountd, ends[1]);
	close(ends[1]);
	if (worker > 0 && read(ends[0], &byte, 1) != 1) {
		if (waitpid(worker, &ended, 0) == worker && WIFEXITED(ended))
			*status = WEXITSTATUS(ended);
		worker = 0;
	}
	close(ends[0]);
	return worker > 0 ? worker : 0;
}

static void tell(int ready, enum tool_status status)
{
	unsigned char byte = status;

	if (ready < 0)
		return;
	if (write(ready, &byte, 1) < 0)
		tool_complain("nobody waits for the start any more");
	close(ready);
}

static enum tool_status serve(struct mountd *mountd, const sigset_t *set, int ready)
{
	enum tool_status status;
	pid_t worker = start_first(mountd, set, &status);
	int ended;

	if (!worker) {
		tell(ready, status);
		return status;
	}
	if (mountd->detach)
		manager_leave_terminal();
	tell(ready, TOOL_DONE);
	ended = watch_worker(set, worker);
	if (ended < 0)
		return TOOL_DONE;
	report_end(ended, FIRST_DELAY);
	return pause_delay(set, FIRST_DELAY) ? keep_running(mountd, set) : TOOL_DONE;
}

enum tool_status manager_run(const struct mountd *options, int ready)
{
	struct mountd mountd = *options;
	enum tool_status status;
	sigset_t set;
	int lock = runlock_take(mountd.run_dir);

	if (lock < 0) {
		if (lock == -EEXIST)
			tool_complain("it is running already, as process %d",
				      runlock_pid(mountd.run_dir));
		else
			tool_complain("%s/ksmbd.lock: %s", mountd.run_dir, strerror(-lock));
		tell(ready, TOOL_FAILED);
		return TOOL_FAILED;
	}
	mountd.manager = getpid();
	block_signals(&set);
	status = serve(&mountd, &set, ready);
	runlock_drop(mountd.run_dir, lock);
	return status;
}
