// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Credentials of the kernel host.
 *
 * Owner: struct ksmbd_cred is immutable and counted; whoever holds a reference may enter it.
 * The count does not include threads that act as the credentials: the caller of
 * ksmbd_cred_enter() keeps its reference until ksmbd_cred_leave().
 *
 * A thread of the kernel has two sets of credentials: its own, and those it acts with. They
 * are the same object until override_creds() replaces the second. So the thread itself tells
 * whether it is between enter and leave, and what to go back to: nothing has to be kept, and
 * a switch costs two pointers. Code of other modules that overrides credentials does so
 * within one call, never around ours.
 *
 * Locks: none. All state is the thread's own.
 */
#include "kc.h"

#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/freezer.h>
#include <linux/limits.h>
#include <linux/refcount.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/uidgid.h>
#include <linux/user_namespace.h>

#include "host/cred.h"
#include "vfs_linux.h"

/**
 * struct ksmbd_cred - an identity
 * @cred: what threads act with; NULL for ids that are no ids: nobody may act as those
 */
struct ksmbd_cred {
	refcount_t refs;
	u32 uid;
	u32 gid;
	const struct cred *cred;
};

static struct group_info *make_groups(const u32 *groups, u32 ngroups)
{
	struct group_info *info = groups_alloc(ngroups);
	u32 i;

	if (!info)
		return NULL;
	for (i = 0; i < ngroups; i++)
		info->gid[i] = make_kgid(&init_user_ns, groups[i]);
	groups_sort(info);
	return info;
}

static bool ids_valid(u32 uid, u32 gid, const u32 *groups, u32 ngroups)
{
	u32 i;

	for (i = 0; i < ngroups; i++)
		if (!gid_valid(make_kgid(&init_user_ns, groups[i])))
			return false;
	return uid_valid(make_kuid(&init_user_ns, uid)) && gid_valid(make_kgid(&init_user_ns, gid));
}

/*
 * All of the ids, not just those for files: a user-space file system (FUSE) that serves one
 * user only looks at the others. A user other than root has no capability left: neither to
 * pass by permissions, nor to use reserved blocks, exceed a quota or see trusted attributes.
 */
static const struct cred *make_cred(u32 uid, u32 gid, const u32 *groups, u32 ngroups)
{
	struct cred *cred = prepare_kernel_cred(&init_task);
	struct group_info *info;

	if (!cred)
		return NULL;
	info = make_groups(groups, ngroups);
	if (!info) {
		abort_creds(cred);
		return NULL;
	}
	set_groups(cred, info);
	put_group_info(info);
	cred->uid = make_kuid(&init_user_ns, uid);
	cred->euid = cred->uid;
	cred->suid = cred->uid;
	cred->fsuid = cred->uid;
	cred->gid = make_kgid(&init_user_ns, gid);
	cred->egid = cred->gid;
	cred->sgid = cred->gid;
	cred->fsgid = cred->gid;
	if (uid != 0) {
		cap_clear(cred->cap_effective);
		cap_clear(cred->cap_permitted);
		cap_clear(cred->cap_inheritable);
		cap_clear(cred->cap_ambient);
	}
	return cred;
}

struct ksmbd_cred *ksmbd_cred_create(u32 uid, u32 gid, const u32 *groups, u32 ngroups)
{
	struct ksmbd_cred *cred;

	if (ngroups > NGROUPS_MAX)
		return NULL;
	cred = kzalloc(sizeof(*cred), GFP_KERNEL);
	if (!cred)
		return NULL;
	refcount_set(&cred->refs, 1);
	cred->uid = uid;
	cred->gid = gid;
	if (!ids_valid(uid, gid, groups, ngroups))
		return cred;
	cred->cred = make_cred(uid, gid, groups, ngroups);
	if (!cred->cred) {
		kfree(cred);
		return NULL;
	}
	return cred;
}

struct ksmbd_cred *ksmbd_cred_get(struct ksmbd_cred *cred)
{
	refcount_inc(&cred->refs);
	return cred;
}

void ksmbd_cred_put(struct ksmbd_cred *cred)
{
	if (!cred || !refcount_dec_and_test(&cred->refs))
		return;
	if (cred->cred)
		put_cred(cred->cred);
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
	kgid_t kgid = make_kgid(&init_user_ns, gid);
	const struct group_info *info;
	int i;

	if (cred->gid == gid)
		return true;
	if (!cred->cred)
		return false;
	info = cred->cred->group_info;
	for (i = 0; i < info->ngroups; i++)
		if (gid_eq(info->gid[i], kgid))
			return true;
	return false;
}

bool ksmbd_cred_privileged(const struct ksmbd_cred *cred)
{
	return cred->uid == 0;
}

static bool is_acting(void)
{
	return current_cred() != current_real_cred();
}

/*
 * No file system may change while a hibernation writes the image of a moment ago. So threads
 * stop here then, and who is past this is waited for until it leaves. Elsewhere they cannot be
 * frozen: one that waits for its peer would keep the machine awake.
 */
static void begin_changes(void)
{
	if (!(current->flags & PF_KTHREAD))
		return;
	current->flags &= ~PF_NOFREEZE;
	smp_mb(); /* either the freezer sees the flag, or it is seen here */
	if (freezing(current))
		try_to_freeze();
}

static void end_changes(void)
{
	if (current->flags & PF_KTHREAD)
		current->flags |= PF_NOFREEZE;
}

int ksmbd_cred_enter(struct ksmbd_cred *cred)
{
	if (WARN_ON_ONCE(is_acting()) || !cred->cred)
		return -EPERM;
	begin_changes();
	/* Kernels before 6.13 count references here and in leave, the later ones do not. */
	override_creds(cred->cred);
	return 0;
}

void ksmbd_cred_leave(void)
{
	if (!is_acting())
		return;
	revert_creds(current_real_cred());
	end_changes();
}

int ksmbd_cred_check(void)
{
	return WARN_ON_ONCE(!is_acting()) ? -EPERM : 0;
}
