/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the engine asks its daemon, answered from a configuration and a password database:
 * who is this account, may it connect to that share from there.
 *
 * All calls are thread-safe. A reload installs new snapshots; connections that were
 * admitted before stay.
 */
#ifndef KSMBD_TOOLS_SERVICE_H
#define KSMBD_TOOLS_SERVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "tools/lib/account.h"
#include "tools/lib/config.h"
#include "tools/lib/passdb.h"

struct service;

/** service_create() - without a configuration every question is answered with -ENOENT */
struct service *service_create(void);
void service_free(struct service *service);

/** service_install() - answer from these snapshots from now on; takes references of its own */
void service_install(struct service *service, struct conf *conf, struct passdb *db);
/** service_conf() - a reference to the current configuration, or NULL before the first */
struct conf *service_conf(struct service *service);

/**
 * struct service_login - an account
 * @name: as the password database spells it
 * @guest: a guest: no password is asked for
 * @identity: who it is on the file system; see account_lookup()
 * @has_hash, @hash: NT hash of the password: a secret
 */
struct service_login {
	char name[PASSDB_NAME_MAX + 1];
	bool guest;
	struct account identity;
	bool has_hash;
	uint8_t hash[PASSDB_HASH_SIZE];
};

/**
 * service_login() - look an account up
 * @name: as the client gave it; "" asks for the guest account
 *
 * An unknown name becomes a guest with "map to guest = bad user". An account of the
 * password database that is no system user gets the guest account's identity.
 * Return: 0 with @login to be released, -ENOENT, -ENOMEM
 */
int service_login(struct service *service, const char *name, struct service_login *login);
void service_login_release(struct service_login *login);

enum service_verdict {
	SERVICE_OK,
	SERVICE_NO_MEMORY,
	SERVICE_NO_SHARE,
	SERVICE_NO_USER,      /* a guest where guests may not be */
	SERVICE_INVALID_USER, /* by the share's lists */
	SERVICE_HOST_DENIED,
	SERVICE_EXISTS, /* this session and tree id are connected */
	SERVICE_TOO_MANY,
};

/**
 * struct service_ask - a tree connection
 * @account: session's user, "" when anonymous; @guest: it is a guest
 * @share: name in any case; @peer: numeric address
 * @writable, @admin: the answer
 */
struct service_ask {
	const char *account;
	bool guest;
	const char *share;
	const char *peer;
	uint64_t session_id;
	uint64_t tree_id;
	bool writable;
	bool admin;
};

/** service_connect() - admit a tree connection; it counts until service_disconnect() */
enum service_verdict service_connect(struct service *service, struct service_ask *ask);
void service_disconnect(struct service *service, uint64_t session_id, uint64_t tree_id);
/** service_disconnect_all() - the server began anew: nobody is connected */
void service_disconnect_all(struct service *service);
/** service_uses() - tree connections of a share, by name in any case */
unsigned int service_uses(struct service *service, const char *share);
/** service_pipes_for_guests() - may a guest who was admitted before open pipes still? */
bool service_pipes_for_guests(struct service *service);

/** struct service_connection - what is known of an admitted tree connection */
struct service_connection {
	uint64_t session_id;
	uint64_t tree_id;
	const char *share;
	const char *account;
	const char *peer;
};

/** service_visit() - call @visit for every tree connection, which must not call back */
void service_visit(struct service *service,
		   void (*visit)(void *arg, const struct service_connection *connection),
		   void *arg);

#endif
