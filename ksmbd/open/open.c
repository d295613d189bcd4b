// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/atomic.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/slab.h>

#include "host/cred.h"
#include "open/create_id.h"
#include "open/dirscan.h"
#include "open/lock.h"
#include "open/notify.h"
#include "open/open.h"
#include "open/oplock.h"
#include "open/pipe.h"
#include "session/session.h"
#include "util/idtable.h"
#include "util/status.h"
#include "wire/smb2_format.h"

/* Rights that take part in share modes, and what another open must share for them.
 * [MS-FSA] 2.1.5.1.2.2 */
static const struct {
	u32 access;
	u32 share;
} share_rules[] = {
	{ FILE_READ_DATA | FILE_EXECUTE, FILE_SHARE_READ },
	{ FILE_WRITE_DATA | FILE_APPEND_DATA, FILE_SHARE_WRITE },
	{ FILE_DELETE, FILE_SHARE_DELETE },
};

#define SHARE_MODE_RIGHTS \
	(FILE_READ_DATA | FILE_EXECUTE | FILE_WRITE_DATA | FILE_APPEND_DATA | FILE_DELETE)

static atomic64_t next_persistent_id = ATOMIC64_INIT(0);

struct ksmbd_open *ksmbd_open_alloc(struct ksmbd_share *share, struct ksmbd_user *user)
{
	struct ksmbd_open *open = kzalloc(sizeof(*open), GFP_KERNEL);

	if (!open)
		return NULL;
	refcount_set(&open->refs, 1);
	mutex_init(&open->lock);
	spin_lock_init(&open->sequence.lock);
	INIT_LIST_HEAD(&open->inode_link);
	INIT_LIST_HEAD(&open->writers);
	ksmbd_oplock_init(open);
	ksmbd_lock_init(open);
	open->share = ksmbd_share_get(share);
	open->user = ksmbd_user_get(user);
	open->persistent_id = atomic64_inc_return(&next_persistent_id);
	return open;
}

struct ksmbd_open *ksmbd_open_get(struct ksmbd_open *open)
{
	refcount_inc(&open->refs);
	return open;
}

void ksmbd_open_put(struct ksmbd_open *open)
{
	if (!open || !refcount_dec_and_test(&open->refs))
		return;
	WARN_ON_ONCE(open->attached);
	ksmbd_dirscan_free(open->scan);
	if (open->pipe)
		ksmbd_pipe_free(open->pipe);
	/* While the file is open its inode number cannot come back with another meaning. */
	ksmbd_inode_put(open->inode);
	if (open->file)
		ksmbd_file_put(open->file);
	ksmbd_oplock_free(open);
	ksmbd_lock_free(open);
	ksmbd_share_put(open->share);
	ksmbd_user_put(open->user);
	kfree(open);
}

/* Does an open with @access stand in the way of another's @share, for some rule? */
static bool share_conflict(u32 access, u32 share)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(share_rules); i++)
		if ((access & share_rules[i].access) && !(share & share_rules[i].share))
			return true;
	return false;
}

ntstatus_t ksmbd_inode_admits(const struct ksmbd_inode *inode, u32 access, u32 share)
{
	struct ksmbd_open *other;

	lockdep_assert_held(&inode->lock);
	if (inode->delete_pending)
		return STATUS_DELETE_PENDING;
	list_for_each_entry(other, &inode->opens, inode_link) {
		/* Opens for attributes only neither hinder nor are hindered. */
		if (!(access & SHARE_MODE_RIGHTS) || !(other->access & SHARE_MODE_RIGHTS))
			continue;
		if (share_conflict(access, other->share_access) ||
		    share_conflict(other->access, share))
			return STATUS_SHARING_VIOLATION;
	}
	return STATUS_SUCCESS;
}

ntstatus_t ksmbd_open_attach(struct ksmbd_open *open, struct ksmbd_inode *inode)
{
	ntstatus_t status = ksmbd_inode_admits(inode, open->access, open->share_access);

	if (status != STATUS_SUCCESS)
		return status;
	open->inode = inode;
	open->attached = true;
	list_add_tail(&open->inode_link, &inode->opens);
	return STATUS_SUCCESS;
}

/*
 * Removes the name of a delete-pending object whose @last handle goes: the name, and with
 * the rights, of the handle that it was to be deleted for.
 */
static void remove_name(struct ksmbd_open *last)
{
	struct ksmbd_open *by = last->inode->doomed_by;
	bool other = by->user != last->user;
	char *name = NULL;
	int err = 0;

	if (other) {
		ksmbd_cred_leave();
		err = ksmbd_cred_enter(by->user->cred);
	}
	if (!err) {
		name = ksmbd_notify_name(by);
		err = ksmbd_file_unlink(by->file, by->share->root);
	}
	if (err)
		kfree(name);
	else
		ksmbd_notify_removed(by, name);
	if (err && err != -ENOENT && err != -ENOTEMPTY)
		pr_debug("ksmbd: delete on close: %d\n", err);
	if (other) {
		ksmbd_cred_leave();
		if (ksmbd_cred_enter(last->user->cred))
			pr_err_ratelimited("ksmbd: cannot act as the owner of a "
					   "handle that closes\n");
	}
	last->inode->doomed_by = NULL;
	ksmbd_open_put(by);
}

void ksmbd_open_close(struct ksmbd_open *open)
{
	struct ksmbd_inode *inode = open->inode;

	ksmbd_create_id_end(&open->create_id);
	if (open->pipe) {
		ksmbd_pipe_close(open);
		return;
	}
	if (!inode)
		return;
	ksmbd_notify_closing(open);
	mutex_lock(&inode->lock);
	if (open->attached) {
		open->attached = false;
		ksmbd_notify_end(open);
		list_del_init(&open->inode_link);
		if (open->delete_on_close)
			ksmbd_inode_doom(inode, open);
		/*
		 * Under the lock: nobody may attach to the object between the decision
		 * and the end of its name. The flag stays: the object has no name now,
		 * and a create that looked it up before must see that it is gone.
		 */
		if (inode->doomed_by && list_empty(&inode->opens))
			remove_name(open);
		ksmbd_oplock_drop(open);
		ksmbd_lock_drop(open);
	}
	mutex_unlock(&inode->lock);
}

static bool open_on_tree(void *obj, void *ctx)
{
	return ((struct ksmbd_open *)obj)->tree_id == *(u32 *)ctx;
}

void ksmbd_open_close_matching(struct ksmbd_idtable *opens, u32 tree_id)
{
	struct ksmbd_open *open;

	for (;;) {
		open = ksmbd_idtable_take_any(opens, tree_id ? open_on_tree : NULL, &tree_id);
		if (!open)
			return;
		/* Without the owner's rights it leaves the share modes all the same. */
		if (ksmbd_cred_enter(open->user->cred))
			pr_err_ratelimited("ksmbd: cannot act as the owner of a "
					   "handle that closes\n");
		ksmbd_open_close(open);
		ksmbd_cred_leave();
		ksmbd_open_put(open);
	}
}

u32 ksmbd_open_lookup_flags(const struct ksmbd_share *share)
{
	u32 flags = KSMBD_LOOKUP_CASELESS;

	if (share->conf.flags & KSMBD_SHARE_FOLLOW_SYMLINKS)
		flags |= KSMBD_LOOKUP_FOLLOW;
	return flags;
}
