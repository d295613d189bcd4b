/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Port: whose rights the file system checks. Every vfs call made for a client runs
 * between ksmbd_cred_enter() and ksmbd_cred_leave() of the session's credentials.
 *
 * User host as root: per-thread raw set*id system calls; unprivileged: the process
 * serves as itself and both calls only keep the bookkeeping. Kernel: override_creds.
 */
#ifndef KSMBD_HOST_CRED_H
#define KSMBD_HOST_CRED_H

#include <linux/types.h>

struct ksmbd_cred;

/**
 * ksmbd_cred_create() - immutable, counted credentials
 * @groups: @ngroups supplementary ids, copied
 * Return: a reference, or NULL without memory
 */
struct ksmbd_cred *ksmbd_cred_create(u32 uid, u32 gid, const u32 *groups, u32 ngroups);
struct ksmbd_cred *ksmbd_cred_get(struct ksmbd_cred *cred);
void ksmbd_cred_put(struct ksmbd_cred *cred);
u32 ksmbd_cred_uid(const struct ksmbd_cred *cred);
u32 ksmbd_cred_gid(const struct ksmbd_cred *cred);
/** ksmbd_cred_has_group() - is @gid the primary or a supplementary group */
bool ksmbd_cred_has_group(const struct ksmbd_cred *cred, u32 gid);
/**
 * ksmbd_cred_privileged() - does the file system let these credentials override
 * permissions (uid 0 with a root server; an unprivileged process never)
 */
bool ksmbd_cred_privileged(const struct ksmbd_cred *cred);

/**
 * ksmbd_cred_enter() - this thread now acts as @cred; nests not
 *
 * Return: 0, or -EPERM when the identity cannot be taken (the caller must then not
 * touch the file system).
 */
int ksmbd_cred_enter(struct ksmbd_cred *cred);
/** ksmbd_cred_leave() - this thread is the server again */
void ksmbd_cred_leave(void);

#endif
