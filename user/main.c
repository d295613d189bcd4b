// SPDX-License-Identifier: GPL-2.0-or-later
/* ksmbd.userd: the engine as one ordinary process. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <kit/kit.h>

#include "main.h"
#include "config.h"
#include "tools/lib/account.h"
#include "user/host/upcall_host.h"
#include "user/settings.h"

#define LOG_INFO 6

/* Every connection, open and directory costs a descriptor. */
static void raise_descriptor_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return;
	limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit))
		complain("warning: cannot raise the limit of open files: %s", strerror(errno));
}

/* Signals are taken by sigwait() in this thread; all threads inherit the mask. */
static void block_signals(sigset_t *signals)
{
	sigemptyset(signals);
	sigaddset(signals, SIGINT);
	sigaddset(signals, SIGTERM);
	sigaddset(signals, SIGHUP);
	pthread_sigmask(SIG_BLOCK, signals, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static enum exit_status listen_on(const char *address, uint16_t port)
{
	bool v6 = address && strchr(address, ':');
	const char *open = v6 ? "[" : "", *close = v6 ? "]" : "";
	uint16_t bound = port;
	int ret = ksmbd_server_listen(address, port, &bound);

	if (!address)
		address = "*";
	if (ret) {
		complain("cannot listen on %s%s%s:%u: %s%s", open, address, close, port,
			 strerror(-ret),
			 ret == -EACCES ? " (without privileges choose another port: -p 4450)" :
					  "");
		return ret == -ENOMEM ? EXIT_STATUS_FAILURE : EXIT_STATUS_BIND;
	}
	printf("ksmbd.userd: listening on %s%s%s:%u\n", open, address, close, bound);
	fflush(stdout);
	return EXIT_STATUS_OK;
}

static enum exit_status listen_all(const struct options *options, const struct conf *conf)
{
	enum exit_status status = EXIT_STATUS_OK;
	size_t count = 0, i;
	char **addresses = settings_addresses(options, conf, &count);
	uint16_t port = options->port >= 0 ? options->port : conf->global.tcp_port;

	if (!addresses)
		return EXIT_STATUS_CONFIG;
	for (i = 0; i < count; i++) {
		if (status == EXIT_STATUS_OK)
			status = listen_on(addresses[i], port);
		free(addresses[i]);
	}
	free(addresses);
	return status;
}

static void reload(const struct options *options)
{
	struct conf *conf;
	struct passdb *db;
	int ret;

	if (!settings_load(options, &conf, &db)) {
		complain("not reloaded: the old configuration stays");
		return;
	}
	ret = settings_install(conf, db);
	if (ret)
		complain("not reloaded: %s", strerror(-ret));
	else
		complain("configuration reloaded");
	conf_put(conf);
	passdb_put(db);
}

static void wait_for_end(const struct options *options, const sigset_t *signals)
{
	int number;

	do {
		if (sigwait(signals, &number))
			continue;
		if (number == SIGHUP)
			reload(options);
	} while (number != SIGINT && number != SIGTERM);
}

/* Everything between a working kit and its end. */
static enum exit_status serve(const struct options *options, const sigset_t *signals,
			      struct conf *conf, struct passdb *db)
{
	enum exit_status status = EXIT_STATUS_FAILURE;
	int ret = upcall_host_init();

	if (!ret)
		ret = settings_install(conf, db);
	if (!ret)
		ret = ksmbd_server_init();
	if (!ret) {
		status = listen_all(options, conf);
		if (status == EXIT_STATUS_OK)
			wait_for_end(options, signals);
		ksmbd_server_exit();
	} else {
		complain("cannot start: %s", strerror(-ret));
	}
	ksmbd_config_exit();
	upcall_host_exit();
	return status;
}

static enum exit_status run(const struct options *options)
{
	enum exit_status status = EXIT_STATUS_FAILURE;
	struct conf *conf;
	struct passdb *db;
	sigset_t signals;
	int ret;

	account_init();
	if (!settings_load(options, &conf, &db))
		return EXIT_STATUS_CONFIG;
	/* Modes are what the shares' masks make of them. */
	umask(0);
	raise_descriptor_limit();
	block_signals(&signals);
	kit_log_level = LOG_INFO + options->verbosity;
	ret = kit_init();
	if (ret)
		complain("cannot start: %s", strerror(-ret));
	else
		status = serve(options, &signals, conf, db);
	if (!ret)
		kit_exit();
	conf_put(conf);
	passdb_put(db);
	return status;
}

/*
 * glibc keeps freed memory apart for every thread, and a connection has a thread: a stranger's
 * would hold on to a third more than it uses. That can be set only before the program starts.
 */
static void restart_without_caches(char **argv)
{
	if (getenv("GLIBC_TUNABLES") || setenv("GLIBC_TUNABLES", "glibc.malloc.tcache_count=0", 1))
		return;
	execv("/proc/self/exe", argv); /* if it fails, the server only needs more memory */
}

int main(int argc, char **argv)
{
	struct options options;
	enum exit_status status;

	restart_without_caches(argv);
	status = options_parse(&options, argc, argv);
	if (status == EXIT_STATUS_OK && !options.done)
		status = run(&options);
	options_release(&options);
	return status;
}
