/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * System identities: who an account is on the file system.
 */
#ifndef KSMBD_TOOLS_ACCOUNT_H
#define KSMBD_TOOLS_ACCOUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/**
 * struct account - an identity
 * @groups: supplementary groups, malloc'ed
 */
struct account {
	uid_t uid;
	gid_t gid;
	size_t group_count;
	gid_t *groups;
};

/**
 * account_init() - find out, once, whether this process is root
 *
 * To be called before threads take other identities: afterwards geteuid() tells theirs.
 */
void account_init(void);

/**
 * account_lookup() - the identity of the system user @name
 *
 * A process that is not root cannot become anybody: then every name, known or not, gives
 * the process's own identity. Names are tried as written and in lower case. Thread-safe.
 * Return: 0 with @account to be released, -ENOENT: no such user, or another negative
 * errno: it is not known whether there is one
 */
int account_lookup(const char *name, struct account *account);
void account_release(struct account *account);

/** account_exists() - account_lookup() of a root process would find @name */
bool account_exists(const char *name);
/** account_uid() - uid and gid of the system user @name, whoever asks; errors as above */
int account_uid(const char *name, uid_t *uid, gid_t *gid);
/** account_gid() - gid of the system group @name; errors as above */
int account_gid(const char *name, gid_t *gid);
/**
 * account_in_group() - is the system user @name a member of the system group @group?
 *
 * Return: 1, 0 (also when there is no such user or group), or a negative errno: not known
 */
int account_in_group(const char *name, const char *group);

#endif
