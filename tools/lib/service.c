// SPDX-License-Identifier: GPL-2.0-or-later
#include "tools/lib/service.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/policy.h"
#include "tools/lib/utf.h"

#define CONNECTION_BUCKETS 1024
#define PEER_SIZE	   64
#define OVERFLOW_ID	   65534 /* what the kernel shows for ids it cannot map */

/* A share with connections; in service->uses while @count is not 0. */
struct share_use {
	struct share_use *next;
	unsigned int count;
	char name[CONF_SHARE_NAME_MAX + 1];
};

/* An admitted tree connection; in a bucket of service->connections. */
struct connection {
	struct connection *next;
	uint64_t session_id;
	uint64_t tree_id;
	struct share_use *use;
	char account[PASSDB_NAME_MAX + 1];
	char peer[PEER_SIZE];
};

/**
 * struct service - owner: the program
 * @lock: everything below; held for pointer work only
 */
struct service {
	pthread_mutex_t lock;
	struct conf *conf;
	struct passdb *db;
	struct share_use *uses;
	struct connection *connections[CONNECTION_BUCKETS];
};

struct service *service_create(void)
{
	struct service *service = calloc(1, sizeof(*service));

	account_init();
	if (service)
		pthread_mutex_init(&service->lock, NULL);
	return service;
}

/* Return: false when there is none */
static bool take_any_connection(struct service *service, uint64_t *session_id, uint64_t *tree_id)
{
	const struct connection *any = NULL;
	size_t i;

	pthread_mutex_lock(&service->lock);
	for (i = 0; i < CONNECTION_BUCKETS && !any; i++)
		any = service->connections[i];
	if (any) {
		*session_id = any->session_id;
		*tree_id = any->tree_id;
	}
	pthread_mutex_unlock(&service->lock);
	return any;
}

void service_disconnect_all(struct service *service)
{
	uint64_t session_id, tree_id;

	while (take_any_connection(service, &session_id, &tree_id))
		service_disconnect(service, session_id, tree_id);
}

void service_free(struct service *service)
{
	if (!service)
		return;
	service_disconnect_all(service);
	conf_put(service->conf);
	passdb_put(service->db);
	pthread_mutex_destroy(&service->lock);
	free(service);
}

void service_install(struct service *service, struct conf *conf, struct passdb *db)
{
	struct conf *old_conf;
	struct passdb *old_db;

	conf_get(conf);
	passdb_get(db);
	pthread_mutex_lock(&service->lock);
	old_conf = service->conf;
	old_db = service->db;
	service->conf = conf;
	service->db = db;
	pthread_mutex_unlock(&service->lock);
	conf_put(old_conf);
	passdb_put(old_db);
}

/* References to both snapshots of one moment; false before the first install. */
static bool get_snapshots(struct service *service, struct conf **conf, struct passdb **db)
{
	pthread_mutex_lock(&service->lock);
	*conf = service->conf ? conf_get(service->conf) : NULL;
	*db = *conf ? passdb_get(service->db) : NULL;
	pthread_mutex_unlock(&service->lock);
	return *conf;
}

struct conf *service_conf(struct service *service)
{
	struct conf *conf;

	pthread_mutex_lock(&service->lock);
	conf = service->conf ? conf_get(service->conf) : NULL;
	pthread_mutex_unlock(&service->lock);
	return conf;
}

/* The guest account works even on a system that has no such user. */
static int find_guest(const struct conf *conf, struct account *identity)
{
	int ret = account_lookup(conf->global.guest_account, identity);

	if (ret != -ENOENT)
		return ret;
	*identity = (struct account){ .uid = OVERFLOW_ID, .gid = OVERFLOW_ID };
	return 0;
}

static int login_guest(const struct conf *conf, struct service_login *login)
{
	login->guest = true;
	strcpy(login->name, conf->global.guest_account); /* at most PASSDB_NAME_MAX */
	return find_guest(conf, &login->identity);
}

static int login_user(const struct conf *conf, const struct passdb_user *user,
		      struct service_login *login)
{
	int ret = account_lookup(user->name, &login->identity);

	if (ret == -ENOENT)
		ret = find_guest(conf, &login->identity);
	if (ret)
		return ret;
	strcpy(login->name, user->name);
	memcpy(login->hash, user->hash, sizeof(login->hash));
	login->has_hash = true;
	return 0;
}

static bool admits_guests(const struct conf *conf)
{
	return conf->global.map_to_guest != CONF_MAP_NEVER;
}

int service_login(struct service *service, const char *name, struct service_login *login)
{
	const struct passdb_user *user;
	struct conf *conf;
	struct passdb *db;
	int ret = -ENOENT;

	memset(login, 0, sizeof(*login));
	if (!get_snapshots(service, &conf, &db))
		return -EAGAIN;
	user = *name ? passdb_find(db, name) : NULL;
	if (user)
		ret = login_user(conf, user, login);
	else if (admits_guests(conf) || (!*name && !conf->global.restrict_anonymous))
		ret = login_guest(conf, login);
	if (ret)
		service_login_release(login);
	conf_put(conf);
	passdb_put(db);
	return ret;
}

void service_login_release(struct service_login *login)
{
	account_release(&login->identity);
	explicit_bzero(login, sizeof(*login));
}

static struct connection **find_connection(struct service *service, uint64_t session_id,
					   uint64_t tree_id)
{
	uint64_t mixed = (session_id * 31 + tree_id) * 0x9e3779b97f4a7c15ull;
	struct connection **at = &service->connections[(mixed >> 32) % CONNECTION_BUCKETS];

	while (*at && ((*at)->session_id != session_id || (*at)->tree_id != tree_id))
		at = &(*at)->next;
	return at;
}

static struct share_use **find_use(struct service *service, const char *name)
{
	struct share_use **at = &service->uses;

	while (*at && utf8_casecmp((*at)->name, name))
		at = &(*at)->next;
	return at;
}

/* Called with the lock held. @limit 0: none */
static enum service_verdict add_connection(struct service *service, const struct service_ask *ask,
					   const char *share, unsigned int limit)
{
	struct connection **at = find_connection(service, ask->session_id, ask->tree_id);
	struct share_use **use = find_use(service, share);

	if (*at)
		return SERVICE_EXISTS;
	if (*use && limit && (*use)->count >= limit)
		return SERVICE_TOO_MANY;
	*at = calloc(1, sizeof(**at));
	if (!*at)
		return SERVICE_NO_MEMORY;
	if (!*use) {
		*use = calloc(1, sizeof(**use));
		if (!*use) {
			free(*at);
			*at = NULL;
			return SERVICE_NO_MEMORY;
		}
		strcpy((*use)->name, share); /* at most CONF_SHARE_NAME_MAX */
	}
	(*use)->count++;
	(*at)->session_id = ask->session_id;
	(*at)->tree_id = ask->tree_id;
	(*at)->use = *use;
	snprintf((*at)->account, sizeof((*at)->account), "%s", ask->account);
	snprintf((*at)->peer, sizeof((*at)->peer), "%s", ask->peer);
	return SERVICE_OK;
}

void service_disconnect(struct service *service, uint64_t session_id, uint64_t tree_id)
{
	struct connection **at, *gone;

	pthread_mutex_lock(&service->lock);
	at = find_connection(service, session_id, tree_id);
	gone = *at;
	if (gone) {
		*at = gone->next;
		if (!--gone->use->count) {
			struct share_use **use = find_use(service, gone->use->name);

			*use = gone->use->next;
			free(gone->use);
		}
		free(gone);
	}
	pthread_mutex_unlock(&service->lock);
}

unsigned int service_uses(struct service *service, const char *share)
{
	struct share_use *use;
	unsigned int count;

	pthread_mutex_lock(&service->lock);
	use = *find_use(service, share);
	count = use ? use->count : 0;
	pthread_mutex_unlock(&service->lock);
	return count;
}

void service_visit(struct service *service,
		   void (*visit)(void *arg, const struct service_connection *connection), void *arg)
{
	const struct connection *at;
	size_t i;

	pthread_mutex_lock(&service->lock);
	for (i = 0; i < CONNECTION_BUCKETS; i++) {
		for (at = service->connections[i]; at; at = at->next)
			visit(arg,
			      &(struct service_connection){ at->session_id, at->tree_id,
							    at->use->name, at->account, at->peer });
	}
	pthread_mutex_unlock(&service->lock);
}

bool service_pipes_for_guests(struct service *service)
{
	struct conf *conf = service_conf(service);
	bool may = conf && (admits_guests(conf) || !conf->global.restrict_anonymous);

	conf_put(conf);
	return may;
}

/* Everything but the number of connections. */
static enum service_verdict judge(const struct conf *conf, const struct conf_share *share,
				  struct service_ask *ask)
{
	bool guest = ask->guest || !*ask->account;
	const char *account = guest ? conf->global.guest_account : ask->account;

	if (!hosts_admit(share->hosts_allow, share->hosts_deny, ask->peer))
		return SERVICE_HOST_DENIED;
	if (share == conf->ipc) /* who got a session may ask for the list of shares */
		return SERVICE_OK;
	if (guest && (!share->guest_ok || !admits_guests(conf)))
		return SERVICE_NO_USER;
	if (!policy_admits(share, account))
		return SERVICE_INVALID_USER;
	ask->writable = policy_writable(share, account);
	ask->admin = !guest && policy_administers(share, account);
	return SERVICE_OK;
}

enum service_verdict service_connect(struct service *service, struct service_ask *ask)
{
	struct conf *conf = service_conf(service);
	const struct conf_share *share;
	enum service_verdict verdict = SERVICE_NO_SHARE;

	ask->writable = false;
	ask->admin = false;
	if (!conf)
		return SERVICE_NO_SHARE;
	share = conf_share_find(conf, ask->share);
	if (share)
		verdict = judge(conf, share, ask);
	if (verdict == SERVICE_OK) {
		pthread_mutex_lock(&service->lock);
		verdict = add_connection(service, ask, share->name,
					 share == conf->ipc ? 0 : share->max_connections);
		pthread_mutex_unlock(&service->lock);
	}
	conf_put(conf);
	return verdict;
}
