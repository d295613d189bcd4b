// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Credentials of the user host.
 *
 * Owner: struct ksmbd_cred is immutable and counted; whoever holds a reference may enter it.
 * The count does not include threads that act as the credentials: the caller of
 * ksmbd_cred_enter() keeps its reference until ksmbd_cred_leave().
 *
 * A root process takes an identity per thread with raw system calls (the C library's
 * wrappers would change every thread). Only the effective ids change; the real and saved
 * uid stay 0, which is the way back. A nonzero effective uid clears the effective
 * capabilities, which is checked once and not believed.
 *
 * Switching costs four system calls, so a thread keeps its last identity after leave() and
 * enters the same one again for nothing. Nothing may lean on that: vfs calls of clients
 * ask ksmbd_cred_check(), the server's own ones use ksmbd_cred_server_begin().
 *
 * Locks: none. All state is the thread's own.
 */
#include <errno.h>
#include <linux/capability.h>
#include <pthread.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/bug.h>
#include <linux/limits.h>
#include <linux/printk.h>
#include <linux/refcount.h>
#include <linux/slab.h>

#include "cred_host.h"

/* 32-bit ports have two families of calls; the plain ones take 16-bit ids there. */
#ifdef SYS_setresuid32
#define SETRESUID SYS_setresuid32
#define SETRESGID SYS_setresgid32
#define SETGROUPS SYS_setgroups32
#else
#define SETRESUID SYS_setresuid
#define SETRESGID SYS_setresgid
#define SETGROUPS SYS_setgroups
#endif

#define ID_NONE U32_MAX /* the system calls read it as "do not change" */

/**
 * struct ksmbd_cred - an identity
 * @serial: never used twice, so that a thread can remember it without a reference
 */
struct ksmbd_cred {
	refcount_t refs;
	u64 serial;
	u32 uid;
	u32 gid;
	u32 ngroups;
	u32 groups[];
};

#define SERIAL_UNKNOWN 0 /* a new thread has its creator's identity, whatever that was */
#define SERIAL_SERVER  1

static __thread struct {
	u64 serial; /* identity the kernel knows this thread by */
	struct ksmbd_cred *entered;
} acting;

static u64 last_serial = SERIAL_SERVER;

static struct {
	pthread_once_t once;
	bool root;
	u32 uid;
	u32 gid;
	u32 ngroups;
	gid_t *groups;
} server = { .once = PTHREAD_ONCE_INIT };

static void note_server(void)
{
	int n = getgroups(0, NULL);

	server.uid = geteuid();
	server.gid = getegid();
	server.root = server.uid == 0;
	if (n <= 0)
		return;
	server.groups = kzalloc(n * sizeof(*server.groups), GFP_KERNEL);
	n = server.groups ? getgroups(n, server.groups) : 0;
	server.ngroups = n > 0 ? n : 0;
}

bool ksmbd_cred_switching(void)
{
	pthread_once(&server.once, note_server);
	return server.root;
}

struct ksmbd_cred *ksmbd_cred_create(u32 uid, u32 gid, const u32 *groups, u32 ngroups)
{
	struct ksmbd_cred *cred;

	ksmbd_cred_switching(); /* remembers the server's own identity before any switch */
	if (ngroups > 65536)
		return NULL;
	cred = kzalloc(sizeof(*cred) + ngroups * sizeof(*groups), GFP_KERNEL);
	if (!cred)
		return NULL;
	refcount_set(&cred->refs, 1);
	cred->serial = __atomic_add_fetch(&last_serial, 1, __ATOMIC_RELAXED);
	cred->uid = uid;
	cred->gid = gid;
	cred->ngroups = ngroups;
	if (ngroups)
		memcpy(cred->groups, groups, ngroups * sizeof(*groups));
	return cred;
}

struct ksmbd_cred *ksmbd_cred_get(struct ksmbd_cred *cred)
{
	refcount_inc(&cred->refs);
	return cred;
}

void ksmbd_cred_put(struct ksmbd_cred *cred)
{
	if (cred && refcount_dec_and_test(&cred->refs))
		kfree(cred);
}

u32 ksmbd_cred_uid(const struct ksmbd_cred *cred)
{
	return cred->uid;
}

u32 ksmbd_cred_gid(const struct ksmbd_cred *cred)
{
	return cred->gid;
}

bool ksmbd_cred_has_group(const struct ksmbd_cred *cred, u32 gid)
{
	u32 i;

	if (cred->gid == gid)
		return true;
	for (i = 0; i < cred->ngroups; i++)
		if (cred->groups[i] == gid)
			return true;
	return false;
}

bool ksmbd_cred_privileged(const struct ksmbd_cred *cred)
{
	return ksmbd_cred_switching() && cred->uid == 0;
}

/* Has a thread with a nonzero effective uid really lost its capabilities (securebits)? */
static bool capabilities_lost(void)
{
	static int verdict; /* 0 not asked yet, 1 yes, -1 no; the same for all threads */
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { { 0 } };
	int v = __atomic_load_n(&verdict, __ATOMIC_RELAXED);

	if (v)
		return v > 0;
	v = -1;
	if (syscall(SYS_capget, &head, data) == 0 && !data[0].effective && !data[1].effective)
		v = 1;
	if (v < 0)
		pr_err("ksmbd: capabilities stay with other users: refusing to serve\n");
	__atomic_store_n(&verdict, v, __ATOMIC_RELAXED);
	return v > 0;
}

/*
 * Become uid, gid and groups. The uid goes last, since the others need privilege; a failure
 * in the middle leaves a mixture that nobody will be served with.
 */
static int take_identity(u64 serial, u32 uid, u32 gid, const u32 *groups, u32 ngroups)
{
	if (acting.serial == serial)
		return 0;
	if (uid == ID_NONE || gid == ID_NONE)
		return -EPERM;
	acting.serial = SERIAL_UNKNOWN;
	if (syscall(SETRESUID, ID_NONE, 0, ID_NONE) || syscall(SETGROUPS, ngroups, groups) ||
	    syscall(SETRESGID, ID_NONE, gid, ID_NONE))
		return -EPERM;
	if (uid && (syscall(SETRESUID, ID_NONE, uid, ID_NONE) || !capabilities_lost()))
		return -EPERM;
	acting.serial = serial;
	return 0;
}

static int take_server(void)
{
	if (!ksmbd_cred_switching())
		return 0;
	return take_identity(SERIAL_SERVER, server.uid, server.gid, server.groups, server.ngroups);
}

static int take_cred(const struct ksmbd_cred *cred)
{
	if (!ksmbd_cred_switching())
		return 0;
	return take_identity(cred->serial, cred->uid, cred->gid, cred->groups, cred->ngroups);
}

int ksmbd_cred_enter(struct ksmbd_cred *cred)
{
	int err;

	if (WARN_ON_ONCE(acting.entered))
		return -EPERM;
	err = take_cred(cred);
	if (err)
		return err;
	acting.entered = cred;
	return 0;
}

void ksmbd_cred_leave(void)
{
	acting.entered = NULL;
}

int ksmbd_cred_check(void)
{
	return WARN_ON_ONCE(!acting.entered) ? -EPERM : 0;
}

struct ksmbd_cred *ksmbd_cred_current(void)
{
	return acting.entered;
}

int ksmbd_cred_server_begin(struct ksmbd_cred **was)
{
	*was = acting.entered;
	acting.entered = NULL; /* meanwhile a client's call would run as the server */
	return take_server();
}

void ksmbd_cred_server_end(struct ksmbd_cred *was)
{
	if (was && !take_cred(was))
		acting.entered = was;
}
