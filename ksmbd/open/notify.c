// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The watches: what they collect and who waits for it.
 *
 * A watch belongs to its handle, and is made and ended under its inode's lock; everything
 * in it is under notify_lock.
 */
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/hashtable.h>
#include <linux/jhash.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "frame/request_types.h"
#include "name/utf16.h"
#include "name/veto.h"
#include "open/notify.h"
#include "open/notify_path.h"
#include "open/open.h"
#include "session/session.h"
#include "wire/smb2_format.h"

/* What is collected for a handle between two requests. */
#define WATCH_MAX (64u << 10)
/* What is collected for all; beyond it, a handle keeps no more than WATCH_MIN, about its size. */
#define TOTAL_MAX (16u << 20)
#define WATCH_MIN (1u << 10)
/* The first buffer. */
#define WATCH_FEW 256u

#define TABLE_BITS 10

/**
 * struct ksmbd_watch - of a directory handle
 * @open: whose it is
 * @session: in whose count it is; counted
 * @dir: the directory's path, as ksmbd_notify_path() makes them
 * @filter, @tree: what is reported
 * @limit: the most that may be collected
 * @list: what was collected; @last: begin of its last entry
 * @overflow: it was too much
 * @waiters: requests, in the order in which they came
 * @fresh: in the list of those that a change has just reached
 */
struct ksmbd_watch {
	struct hlist_node hash;
	struct ksmbd_open *open;
	struct ksmbd_session *session;
	char *dir;
	u32 filter;
	bool tree;
	bool overflow;
	u32 limit;
	struct ksmbd_wr list;
	u32 last;
	struct list_head waiters;
	struct list_head fresh;
};

/* A request that waits; lives from its parking to ksmbd_notify_leave(). */
struct notify_waiter {
	struct list_head link; /* watch->waiters */
	struct ksmbd_request *req;
	u32 room;
	ntstatus_t status; /* STATUS_PENDING: nothing yet */
	struct ksmbd_notify_list list;
};

atomic_t ksmbd_notify_filters = ATOMIC_INIT(0);

static DEFINE_MUTEX(notify_lock);
static DEFINE_HASHTABLE(watches, TABLE_BITS);
static u32 nr_watches;
static u32 hash_seed; /* clients choose what is hashed */
static u32 filter_users[FILE_NOTIFY_FILTERS];
static u64 collected;

static u32 dir_hash(const char *dir, u32 len)
{
	return jhash(dir, len, hash_seed);
}

/* ---- collecting: everything here is called with notify_lock held ---- */

static void count_filters(u32 filter, int step)
{
	u32 i, all = 0;

	for (i = 0; i < FILE_NOTIFY_FILTERS; i++) {
		if (filter & BIT(i))
			filter_users[i] += step;
		if (filter_users[i])
			all |= BIT(i);
	}
	atomic_set(&ksmbd_notify_filters, all);
}

/* Hands the buffer over; the watch begins anew. */
static struct ksmbd_notify_list take_list(struct ksmbd_watch *watch)
{
	struct ksmbd_notify_list list = { watch->list.buf, watch->list.len };

	collected -= watch->list.cap;
	ksmbd_wr_init(&watch->list, NULL, 0);
	return list;
}

static void drop_list(struct ksmbd_watch *watch)
{
	kvfree(take_list(watch).buf);
}

static void set_overflow(struct ksmbd_watch *watch)
{
	drop_list(watch);
	watch->overflow = true;
}

/* Room for @more bytes behind what there is. */
static bool make_room(struct ksmbd_watch *watch, u32 more)
{
	struct ksmbd_wr *list = &watch->list;
	u32 limit = collected < TOTAL_MAX ? watch->limit : min(watch->limit, WATCH_MIN);
	u32 need = list->len + more, cap = max(list->cap, WATCH_FEW);
	u8 *buf;

	if (need <= list->cap)
		return true;
	while (cap < need)
		cap *= 2;
	cap = min(cap, limit);
	if (cap < need)
		return false;
	buf = kvmalloc(cap, GFP_KERNEL);
	if (!buf)
		return false;
	if (list->len)
		memcpy(buf, list->buf, list->len);
	kvfree(list->buf);
	collected += cap - list->cap;
	list->buf = buf;
	list->cap = cap;
	return true;
}

/* Modified again, and nothing else in between: the client looks once. */
static bool is_repeated(const struct ksmbd_watch *watch, u32 action, const u8 *name, u32 len)
{
	struct ksmbd_notifyinfo last;
	struct ksmbd_rd rd;

	if (action != FILE_ACTION_MODIFIED || !watch->list.len)
		return false;
	ksmbd_rd_init(&rd, watch->list.buf, watch->list.len);
	ksmbd_rd_seek(&rd, watch->last);
	return ksmbd_notifyinfo_read(&rd, &last) && last.action == action && last.name_len == len &&
	       !memcmp(last.name, name, len);
}

static void add_change(struct ksmbd_watch *watch, u32 action, const u8 *name, u32 len)
{
	if (watch->overflow || is_repeated(watch, action, name, len))
		return;
	if (!make_room(watch, ksmbd_notifyinfo_size(len)) ||
	    !ksmbd_notifyinfo_add(&watch->list, &watch->last, action, name, len))
		set_overflow(watch);
}

/* Takes what there is for somebody who has room for @room bytes. */
static ntstatus_t take_changes(struct ksmbd_watch *watch, u32 room, struct ksmbd_notify_list *list)
{
	if (!watch->overflow && !watch->list.len)
		return STATUS_PENDING;
	if (!watch->overflow && watch->list.len <= room) {
		*list = take_list(watch);
		return STATUS_SUCCESS;
	}
	watch->overflow = false;
	drop_list(watch);
	return STATUS_NOTIFY_ENUM_DIR;
}

static void wake_waiter(struct notify_waiter *waiter, ntstatus_t why)
{
	list_del_init(&waiter->link);
	waiter->req->park.wake(waiter->req, why);
}

/* What has been collected goes to the first that waits. */
static void serve_waiter(struct ksmbd_watch *watch)
{
	struct notify_waiter *waiter =
		list_first_entry_or_null(&watch->waiters, struct notify_waiter, link);

	if (!waiter)
		return;
	waiter->status = take_changes(watch, waiter->room, &waiter->list);
	if (waiter->status != STATUS_PENDING)
		wake_waiter(waiter, waiter->status);
}

static void wake_all(struct ksmbd_watch *watch, ntstatus_t why)
{
	while (!list_empty(&watch->waiters))
		wake_waiter(list_first_entry(&watch->waiters, struct notify_waiter, link), why);
}

/* ---- watching ---- */

static struct ksmbd_watch *alloc_watch(struct ksmbd_request *req,
				       const struct ksmbd_notify_args *args)
{
	struct ksmbd_watch *watch = kzalloc(sizeof(*watch), GFP_KERNEL);

	if (!watch)
		return NULL;
	watch->dir = ksmbd_notify_path(req->open);
	if (!watch->dir) {
		kfree(watch);
		return NULL;
	}
	watch->open = req->open;
	watch->session = req->session;
	ksmbd_session_get(watch->session);
	watch->filter = args->filter;
	watch->tree = args->tree;
	ksmbd_wr_init(&watch->list, NULL, 0);
	INIT_LIST_HEAD(&watch->waiters);
	INIT_LIST_HEAD(&watch->fresh);
	return watch;
}

static void free_watch(struct ksmbd_watch *watch)
{
	ksmbd_session_put(watch->session);
	kfree(watch->dir);
	kfree(watch);
}

static void hash_watch(struct ksmbd_watch *watch)
{
	hash_add(watches, &watch->hash, dir_hash(watch->dir, strlen(watch->dir)));
}

/* Each change in the directory concerns all who watch it. */
static bool has_room(const struct ksmbd_watch *fresh)
{
	const struct ksmbd_watch *watch;
	u32 alike = 0;

	hash_for_each_possible(watches, watch, hash, dir_hash(fresh->dir, strlen(fresh->dir)))
		alike += watch->session == fresh->session && !strcmp(watch->dir, fresh->dir);
	return alike < KSMBD_WATCHES_OF_DIRECTORY &&
	       fresh->session->nr_watches < KSMBD_WATCHES_PER_SESSION;
}

static void enter_watch(struct ksmbd_watch *watch)
{
	if (!nr_watches++)
		get_random_bytes(&hash_seed, sizeof(hash_seed));
	watch->session->nr_watches++;
	hash_watch(watch);
	count_filters(watch->filter, 1);
}

static void leave_watch(struct ksmbd_watch *watch)
{
	nr_watches--;
	watch->session->nr_watches--;
	hash_del(&watch->hash);
	count_filters(watch->filter, -1);
}

/* Called with the inode's lock and notify_lock held. */
static ntstatus_t begin_watch(struct ksmbd_request *req, const struct ksmbd_notify_args *args)
{
	struct ksmbd_open *open = req->open;
	struct ksmbd_watch *watch = open->watch;

	if (!open->attached)
		return STATUS_FILE_CLOSED;
	if (open->inode->delete_pending)
		return STATUS_DELETE_PENDING;
	if (!watch) {
		watch = alloc_watch(req, args);
		if (!watch)
			return STATUS_INSUFFICIENT_RESOURCES;
		if (!has_room(watch)) {
			free_watch(watch);
			return STATUS_INSUFFICIENT_RESOURCES;
		}
		enter_watch(watch);
		open->watch = watch;
	}
	watch->limit = max(watch->limit, min(args->room, WATCH_MAX));
	return STATUS_SUCCESS;
}

/* In the order of their ids: one that found nothing that it may see comes back here. */
static void queue_waiter(struct ksmbd_watch *watch, struct notify_waiter *waiter)
{
	struct notify_waiter *other;

	list_for_each_entry(other, &watch->waiters, link)
		if (other->req->conn == waiter->req->conn &&
		    other->req->hdr.message_id > waiter->req->hdr.message_id)
			break;
	list_add_tail(&waiter->link, &other->link);
}

ntstatus_t ksmbd_notify_wait(struct ksmbd_request *req, const struct ksmbd_notify_args *args,
			     struct ksmbd_notify_list *list)
{
	struct notify_waiter *waiter = kzalloc(sizeof(*waiter), GFP_KERNEL);
	struct ksmbd_open *open = req->open;
	ntstatus_t status;

	if (!waiter)
		return STATUS_INSUFFICIENT_RESOURCES;
	waiter->req = req;
	waiter->room = args->room;
	waiter->status = STATUS_PENDING;
	mutex_lock(&open->inode->lock);
	mutex_lock(&notify_lock);
	status = begin_watch(req, args);
	if (status == STATUS_SUCCESS)
		status = take_changes(open->watch, args->room, list);
	if (status == STATUS_PENDING && args->parks) {
		ksmbd_request_park(req, args->resume, args->unhook, waiter);
		queue_waiter(open->watch, waiter);
		status = KSMBD_STATUS_PARKED;
	} else {
		kfree(waiter);
	}
	mutex_unlock(&notify_lock);
	mutex_unlock(&open->inode->lock);
	return status;
}

ntstatus_t ksmbd_notify_leave(struct ksmbd_request *req, struct ksmbd_notify_list *list)
{
	struct notify_waiter *waiter = req->park.data;
	ntstatus_t status;

	mutex_lock(&notify_lock);
	list_del_init(&waiter->link);
	mutex_unlock(&notify_lock);
	status = waiter->status;
	*list = waiter->list;
	kfree(waiter);
	return status;
}

void ksmbd_notify_end(struct ksmbd_open *open)
{
	struct ksmbd_watch *watch = open->watch;

	lockdep_assert_held(&open->inode->lock);
	if (!watch)
		return;
	mutex_lock(&notify_lock);
	leave_watch(watch);
	wake_all(watch, STATUS_NOTIFY_CLEANUP);
	drop_list(watch);
	open->watch = NULL;
	mutex_unlock(&notify_lock);
	free_watch(watch);
}

void ksmbd_notify_doomed(struct ksmbd_open *open)
{
	lockdep_assert_held(&open->inode->lock);
	if (!open->watch)
		return;
	mutex_lock(&notify_lock);
	wake_all(open->watch, STATUS_DELETE_PENDING);
	mutex_unlock(&notify_lock);
}

/* Its directory is at @dir now, which is kept. */
static void move_watch(struct ksmbd_watch *watch, char *dir)
{
	kfree(watch->dir);
	watch->dir = dir;
	hash_del(&watch->hash);
	hash_watch(watch);
}

void ksmbd_notify_moved(struct ksmbd_open *open)
{
	char *dir;

	lockdep_assert_held(&open->inode->lock);
	if (!open->watch)
		return;
	mutex_lock(&notify_lock);
	dir = ksmbd_notify_path(open);
	if (dir)
		move_watch(open->watch, dir);
	mutex_unlock(&notify_lock);
}

bool ksmbd_notify_stays(struct ksmbd_open *open)
{
	bool stays = true;
	char *dir;

	mutex_lock(&open->inode->lock);
	mutex_lock(&notify_lock);
	if (open->watch) {
		dir = ksmbd_notify_path(open);
		stays = dir && !strcmp(dir, open->watch->dir);
		if (dir && !stays)
			move_watch(open->watch, dir);
		else
			kfree(dir);
	}
	mutex_unlock(&notify_lock);
	mutex_unlock(&open->inode->lock);
	return stays;
}

/* ---- changes ---- */

/* An object's name as a watcher sees it. */
struct seen {
	const char *name; /* relative to the directory that is watched */
	u8 *wire;	  /* the same in UTF-16LE; NULL: not converted yet */
	u32 wire_len;
};

/* False: it has no form in which it could be told, or there is no memory. */
static bool convert(struct seen *seen)
{
	u32 len = strlen(seen->name), i;
	s32 wire_len;

	if (seen->wire)
		return true;
	seen->wire = kmalloc(2 * len + 1, GFP_KERNEL);
	if (!seen->wire)
		return false;
	wire_len = ksmbd_utf8_to_utf16(seen->name, len, seen->wire, 2 * len);
	if (wire_len < 0) {
		kfree(seen->wire);
		seen->wire = NULL;
		return false;
	}
	for (i = 0; i < wire_len; i += 2)
		if (seen->wire[i] == '/' && !seen->wire[i + 1])
			seen->wire[i] = '\\';
	seen->wire_len = wire_len;
	return true;
}

static void tell_watch(struct ksmbd_watch *watch, u32 action, struct seen *seen,
		       struct list_head *fresh)
{
	if (ksmbd_path_vetoed(watch->open->share->conf.veto, seen->name))
		return;
	if (convert(seen))
		add_change(watch, action, seen->wire, seen->wire_len);
	else
		set_overflow(watch);
	if (list_empty(&watch->fresh))
		list_add_tail(&watch->fresh, fresh);
}

/* Tells those that watch the first @len bytes of @path. */
static void tell_dir(const char *path, u32 len, bool is_parent, const struct ksmbd_change *change,
		     struct list_head *fresh)
{
	struct seen seen = { .name = path + len + 1 };
	struct ksmbd_watch *watch;

	hash_for_each_possible(watches, watch, hash, dir_hash(path, len))
		if ((watch->filter & change->filter) && (is_parent || watch->tree) &&
		    !strncmp(watch->dir, path, len) && !watch->dir[len])
			tell_watch(watch, change->action, &seen, fresh);
	kfree(seen.wire);
}

/* From the directory that holds the object up to the top. */
static void tell_change(const struct ksmbd_change *change, struct list_head *fresh)
{
	u32 at = strlen(change->path);
	bool is_parent = true;

	while (at--) {
		if (change->path[at] != '/')
			continue;
		tell_dir(change->path, at, is_parent, change, fresh);
		is_parent = false;
	}
}

void ksmbd_notify_report(const struct ksmbd_change *changes, u32 nr)
{
	struct ksmbd_watch *watch, *next;
	LIST_HEAD(fresh);
	u32 i;

	mutex_lock(&notify_lock);
	for (i = 0; i < nr; i++)
		if (changes[i].path)
			tell_change(&changes[i], &fresh);
	/* Only now, so that both ends of a renaming come in one answer. */
	list_for_each_entry_safe(watch, next, &fresh, fresh) {
		list_del_init(&watch->fresh);
		serve_waiter(watch);
	}
	mutex_unlock(&notify_lock);
}
