// SPDX-License-Identifier: GPL-2.0-or-later
#include "tools/mountd/mountd.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "tools/lib/config_values.h"
#include "tools/lib/netlink/startup.h"
#include "tools/lib/paths.h"
#include "tools/lib/subauth.h"

/* A kernel that is being shut down takes nobody: try again for a while. */
#define START_TRIES	10
#define START_WAIT_USEC 300000

/**
 * struct worker - owner: worker_run()
 * @stop: an eventfd, readable at the end
 */
struct worker {
	const struct mountd *mountd;
	struct service *service;
	struct answers *answers;
	struct genl *genl;
	int stop;
	pthread_t signals;
	bool has_signals;
};

static struct conf *load_conf(const struct mountd *mountd, struct report *report)
{
	struct conf_reader *reader = conf_reader_create(report);
	struct conf *conf;
	char number[16];

	if (!reader) {
		report_error(report, NULL, 0, "out of memory");
		return NULL;
	}
	conf_reader_for_kernel(reader);
	conf_reader_file(reader, mountd->conf);
	if (mountd->port) {
		snprintf(number, sizeof(number), "%u", mountd->port);
		conf_reader_set(reader, "global", "tcp port", number);
	}
	conf = conf_reader_finish(reader);
	conf_reader_free(reader);
	if (conf && !conf->global.tcp_port)
		report_error(report, mountd->conf, 0, "tcp port is 0: the kernel chooses none");
	return conf;
}

static struct passdb *load_passwords(const struct mountd *mountd, struct report *report)
{
	struct passdb *db = passdb_create();

	if (!db)
		report_error(report, NULL, 0, "out of memory");
	else if (!access(mountd->pwddb, F_OK) || errno != ENOENT)
		passdb_load(db, mountd->pwddb, report);
	if (db && !db->count)
		report_warning(report, mountd->pwddb, 0, "there are no users (ksmbd.adduser)");
	return db;
}

static void check_shares(const struct conf *conf, struct report *report)
{
	size_t i;

	for (i = 0; i < conf->share_count; i++) {
		const char *problem = answer_share_problem(conf->shares[i]);

		if (problem)
			report_warning(report, NULL, 0,
				       "share \"%s\" is not served, the kernel cannot be told: %s",
				       conf->shares[i]->name, problem);
	}
}

/* Read both files. Return: false after saying what is wrong with them */
static bool load(const struct mountd *mountd, struct conf **conf, struct passdb **db)
{
	struct report report = { .print = tool_print_report };

	*conf = load_conf(mountd, &report);
	*db = load_passwords(mountd, &report);
	if (*conf)
		check_shares(*conf, &report);
	if (!report.errors)
		return true;
	conf_put(*conf);
	passdb_put(*db);
	return false;
}

static void reload(struct worker *worker)
{
	struct conf *conf;
	struct passdb *db;

	if (!load(worker->mountd, &conf, &db)) {
		tool_complain("not reloaded: the old configuration stays");
		return;
	}
	service_install(worker->service, conf, db);
	conf_put(conf);
	passdb_put(db);
	tool_complain("configuration reloaded");
}

static void fill_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGHUP);
	sigaddset(set, SIGUSR1);
	sigaddset(set, SIGTERM);
}

/* Ctrl-C reaches all of the terminal's processes: to end is the manager's business. */
static void *run_signals(void *arg)
{
	struct worker *worker = arg;
	uint64_t one = 1;
	int number = 0;
	siginfo_t info;
	sigset_t set;

	fill_signals(&set);
	while (number != SIGTERM) {
		number = sigwaitinfo(&set, &info);
		if (number == SIGHUP)
			reload(worker);
		else if (number == SIGUSR1 && info.si_code == SI_QUEUE)
			list_write(worker->mountd, worker->service, info.si_value.sival_int);
	}
	if (write(worker->stop, &one, sizeof(one)) < 0)
		_exit(TOOL_FAILED);
	return NULL;
}

static int send_start(struct worker *worker, const void *message, size_t size)
{
	int tries, ret = -EINVAL;

	for (tries = 0; tries < START_TRIES; tries++) {
		ret = genl_start(worker->genl, message, size);
		if (ret != -EINVAL && ret != -EBUSY && ret != -EAGAIN)
			break;
		usleep(START_WAIT_USEC);
	}
	return ret ? ret : start_outcome();
}

static void complain_start(int ret, unsigned int port)
{
	static const char another[] = " (another daemon's, or not shut down: "
				      "ksmbd.control --shutdown)";

	if (ret == -EADDRINUSE)
		tool_complain("the kernel's server does not start: somebody else has port %u",
			      port);
	else
		tool_complain("the kernel's server does not start: %s%s", strerror(-ret),
			      ret == -EPERM		       ? " (this takes CAP_NET_ADMIN)" :
			      ret == -EINVAL || ret == -EEXIST ? another :
								 "");
}

/* STARTING_UP, with everything that [global] says. */
static enum tool_status start_kernel(struct worker *worker)
{
	struct report report = { .print = tool_print_report };
	struct conf *conf = service_conf(worker->service);
	const struct conf_global *global = &conf->global;
	char **interfaces = NULL;
	uint32_t sub_auth[3];
	void *message = NULL;
	unsigned int port;
	size_t size;
	int ret;

	subauth_load(PATH_SUBAUTH, sub_auth, &report);
	if (global->bind_interfaces_only && global->interfaces)
		interfaces = startup_interfaces(global->interfaces, &report);
	if (!report.errors)
		message = startup_create(global, sub_auth, interfaces, &size, &report);
	port = global->tcp_port;
	conf_put(conf);
	if (!message) {
		value_list_free(interfaces);
		return TOOL_CONFIG;
	}
	ret = start_possible(port, interfaces);
	if (!ret)
		ret = send_start(worker, message, size);
	value_list_free(interfaces);
	free(message);
	if (ret)
		complain_start(ret, port);
	return ret ? TOOL_FAILED : TOOL_DONE;
}

/* Everything that must be there before the kernel is told of us. */
static enum tool_status prepare(struct worker *worker)
{
	struct conf *conf;
	struct passdb *db;

	account_init();
	if (!load(worker->mountd, &conf, &db))
		return TOOL_CONFIG;
	worker->service = service_create();
	if (worker->service) {
		service_install(worker->service, conf, db);
		worker->answers = answers_create(worker->service);
	}
	conf_put(conf);
	passdb_put(db);
	worker->stop = eventfd(0, EFD_CLOEXEC);
	if (!worker->answers || worker->stop < 0) {
		tool_complain("out of memory");
		return TOOL_FAILED;
	}
	worker->genl = genl_open(worker->mountd->verbose);
	if (!worker->genl)
		return TOOL_FAILED;
	worker->has_signals = !pthread_create(&worker->signals, NULL, run_signals, worker);
	return worker->has_signals ? TOOL_DONE : TOOL_FAILED;
}

/* Until the end is asked for; the module may come and go meanwhile. */
static enum tool_status receive(struct worker *worker, struct pool *pool)
{
	enum tool_status status = TOOL_DONE;
	int ret;

	do {
		ret = genl_receive(worker->genl, worker->stop, pool_take, pool);
		if (ret == -ESTALE) {
			service_disconnect_all(worker->service);
			status = start_kernel(worker);
		}
	} while (ret == -ESTALE && status == TOOL_DONE);
	return ret && ret != -ESTALE ? TOOL_FAILED : status;
}

/* Once, by the first worker: later ones have no terminal to leave. */
static void tell_ready(const struct worker *worker, int ready)
{
	if (ready < 0)
		return;
	if (write(ready, "r", 1) < 0)
		tool_complain("nobody waits for the start");
	close(ready);
	if (worker->mountd->detach)
		manager_leave_terminal();
}

static enum tool_status serve(struct worker *worker, int ready)
{
	struct pool *pool = pool_create(worker->genl, worker->answers);
	enum tool_status status = TOOL_FAILED;

	if (!pool)
		return status;
	status = start_kernel(worker);
	if (status == TOOL_DONE) {
		if (worker->mountd->verbose)
			tool_complain("serving");
		tell_ready(worker, ready);
		status = receive(worker, pool);
	}
	pool_free(pool);
	return status;
}

enum tool_status worker_run(const struct mountd *mountd, int ready)
{
	struct worker worker = { .mountd = mountd, .stop = -1 };
	enum tool_status status;
	sigset_t set;

	fill_signals(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGQUIT);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	status = prepare(&worker);
	if (status == TOOL_DONE)
		status = serve(&worker, ready);
	if (worker.has_signals) {
		pthread_kill(worker.signals, SIGTERM);
		pthread_join(worker.signals, NULL);
	}
	genl_close(worker.genl);
	answers_free(worker.answers);
	service_free(worker.service);
	if (worker.stop >= 0)
		close(worker.stop);
	return status;
}
