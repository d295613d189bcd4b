/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who wants to know what changes in a directory. [MS-SMB2] 3.3.5.19, [MS-FSA] 2.1.4.1, 2.1.5.11
 *
 * A directory handle watches from its first CHANGE_NOTIFY to its end, with the filter and the
 * reach of that request. What happens is collected for it; a request takes all there is, or
 * waits for the next change. What does not fit is forgotten, and the client told to look for
 * itself.
 *
 * Changes are those made through the server: operations on handles report them here, after
 * they are done and before they are answered. A directory is known by its path, the share's
 * and the name in the share; handles on other shares on the same tree see the same changes.
 * While nobody watches for a kind of change, it costs one read.
 */
#ifndef KSMBD_OPEN_NOTIFY_H
#define KSMBD_OPEN_NOTIFY_H

#include <linux/atomic.h>

#include "open/open_types.h"
#include "util/status_types.h"
#include "wire/notify.h"

struct ksmbd_request;

/* Handles of a session that watch, and of those the ones that watch the same directory. */
#define KSMBD_WATCHES_PER_SESSION  4096
#define KSMBD_WATCHES_OF_DIRECTORY 64

/* The union of all filters; open/notify.c */
extern atomic_t ksmbd_notify_filters;

/** ksmbd_notify_wanted() - does anybody watch for changes of these kinds */
static inline bool ksmbd_notify_wanted(u32 filter)
{
	return (u32)atomic_read(&ksmbd_notify_filters) & filter;
}

/* ---- watching ---- */

/**
 * struct ksmbd_notify_args - a CHANGE_NOTIFY
 * @filter, @tree: count on the handle's first request only
 * @room: bytes that the answer may have
 * @parks: may wait; else STATUS_PENDING is returned when nothing has happened
 * @resume, @unhook: as in struct ksmbd_park; @unhook has to call ksmbd_notify_leave()
 */
struct ksmbd_notify_args {
	u32 filter;
	u32 room;
	bool tree;
	bool parks;
	ntstatus_t (*resume)(struct ksmbd_request *req, ntstatus_t why);
	void (*unhook)(struct ksmbd_request *req);
};

/**
 * struct ksmbd_notify_list - changes
 * @buf: kvmalloc'ed, the receiver's; a chain of FILE_NOTIFY_INFORMATION, or NULL
 */
struct ksmbd_notify_list {
	u8 *buf;
	u32 len;
};

/**
 * ksmbd_notify_wait() - watch req->open, a directory, and take what has happened
 *
 * Return: STATUS_SUCCESS: @list has changes; KSMBD_STATUS_PARKED; STATUS_NOTIFY_ENUM_DIR: there
 * were more than fit; STATUS_DELETE_PENDING, STATUS_FILE_CLOSED; STATUS_INSUFFICIENT_RESOURCES: no
 * memory, or the session watches too much already
 */
ntstatus_t ksmbd_notify_wait(struct ksmbd_request *req, const struct ksmbd_notify_args *args,
			     struct ksmbd_notify_list *list);

/**
 * ksmbd_notify_leave() - @req waits no more
 *
 * Return: STATUS_SUCCESS: it was given changes, which are in @list now;
 * STATUS_NOTIFY_ENUM_DIR; STATUS_PENDING: nothing had happened. What it was given counts,
 * whatever woke it: nobody else hears of it.
 */
ntstatus_t ksmbd_notify_leave(struct ksmbd_request *req, struct ksmbd_notify_list *list);

/**
 * ksmbd_notify_hide() - leave out what the handle's user may not see
 * @open: the handle; the caller acts as its user
 *
 * Of directories further down, only the entries of such count that he may list.
 * Return: false: nothing of it counts, and the client has to look for itself. The directory was
 * moved behind the server's back, and what was collected may be of another one of its old name.
 */
bool ksmbd_notify_hide(struct ksmbd_open *open, struct ksmbd_notify_list *list);

/** ksmbd_notify_end() - @open closes. Caller holds its inode->lock. */
void ksmbd_notify_end(struct ksmbd_open *open);
/** ksmbd_notify_doomed() - @open's directory is to be deleted. Caller holds its inode->lock. */
void ksmbd_notify_doomed(struct ksmbd_open *open);

/* ---- reporting; all within the credentials of whoever did it ---- */

/** ksmbd_notify_modified() - @filter: FILE_NOTIFY_CHANGE_*: what of the object */
void ksmbd_notify_modified(struct ksmbd_open *open, u32 filter);
/**
 * ksmbd_notify_written() - data was written
 *
 * At most once a second for a handle; what was not told is told at its close.
 */
void ksmbd_notify_written(struct ksmbd_open *open);
/** ksmbd_notify_closing() - the last chance to tell of data. No locks held. */
void ksmbd_notify_closing(struct ksmbd_open *open);
/** ksmbd_notify_added() - the object was created */
void ksmbd_notify_added(struct ksmbd_open *open);
/** ksmbd_notify_linked() - the object got the further name @name, relative to the share */
void ksmbd_notify_linked(struct ksmbd_open *open, const char *name);

/**
 * ksmbd_notify_name() - to be asked before the object's name goes or changes
 * Return: for the two calls below, which free it; NULL: nobody watches
 */
char *ksmbd_notify_name(struct ksmbd_open *open);
/** ksmbd_notify_removed() - the name is gone. Caller may hold an inode->lock. */
void ksmbd_notify_removed(struct ksmbd_open *open, char *name);
/** ksmbd_notify_renamed() - @replaced: an object of the new name had to go. No locks held. */
void ksmbd_notify_renamed(struct ksmbd_open *open, char *name, bool replaced);

#endif
