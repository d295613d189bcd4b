/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The password database: lines of `user:base64(NT hash)`, an NT hash being the MD4 of
 * the UTF-16LE password.
 *
 * A database is filled by one owner and then, as a counted snapshot, only read. Hashes
 * are as good as passwords: they are zeroed wherever they are given up.
 */
#ifndef KSMBD_TOOLS_PASSDB_H
#define KSMBD_TOOLS_PASSDB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tools/lib/report.h"

#define PASSDB_NAME_MAX	    47	/* bytes of UTF-8 */
#define PASSDB_PASSWORD_MAX 128 /* UTF-16 code units */
#define PASSDB_HASH_SIZE    16
#define PASSDB_MAX_FILE	    (16 * 1024 * 1024)

/** struct passdb_user - @hash is a secret */
struct passdb_user {
	char name[PASSDB_NAME_MAX + 1];
	uint8_t hash[PASSDB_HASH_SIZE];
};

/**
 * struct passdb - owner: whoever holds a reference
 * @users: sorted by name in any case
 */
struct passdb {
	unsigned int refs;
	size_t count;
	size_t room;
	struct passdb_user *users;
};

/** passdb_create() - an empty database with one reference, or NULL */
struct passdb *passdb_create(void);
struct passdb *passdb_get(struct passdb *db);
/** passdb_put() - drop a reference; NULL is ignored */
void passdb_put(struct passdb *db);

/**
 * passdb_load() - add the users of a file
 *
 * Malformed lines, double names and unreadable files are errors in @report. A file that
 * others may read is a warning.
 */
void passdb_load(struct passdb *db, const char *path, struct report *report);
/** passdb_parse() - the same for @len bytes in memory; @name: in messages */
void passdb_parse(struct passdb *db, const char *name, const char *text, size_t len,
		  struct report *report);

/**
 * passdb_hash() - NT hash of a password
 * Return: 0, -EINVAL: not UTF-8 or longer than PASSDB_PASSWORD_MAX
 */
int passdb_hash(const char *password, uint8_t hash[PASSDB_HASH_SIZE]);
/**
 * passdb_set() - add a user or replace its hash
 * Return: 0, -EINVAL: bad name, -ENOMEM
 */
int passdb_set(struct passdb *db, const char *name, const uint8_t hash[PASSDB_HASH_SIZE]);
/** passdb_remove() - 0 or -ENOENT */
int passdb_remove(struct passdb *db, const char *name);
/** passdb_find() - a user by name in any case, or NULL; lives as @db does */
const struct passdb_user *passdb_find(const struct passdb *db, const char *name);
/** passdb_name_valid() - 1 to 47 bytes of UTF-8 without ':' and control characters */
bool passdb_name_valid(const char *name);

/**
 * passdb_lock() - keep other writers of @path away
 *
 * Taken before passdb_load() and held until after passdb_save(): two tools at once must
 * not lose each other's users. The lock is the file PATH.lock.
 * Return: a file descriptor to close, or a negative errno
 */
int passdb_lock(const char *path);
/**
 * passdb_save() - replace @path by this database, whole or not at all
 *
 * Written to a temporary file beside it, synced, renamed over it. Owner and mode of an
 * existing file are kept; a new one is for its owner only.
 * Return: 0 or a negative errno
 */
int passdb_save(const struct passdb *db, const char *path);

#endif
