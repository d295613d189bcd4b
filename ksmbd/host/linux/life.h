/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Life of the module: who starts and stops the engine, and what the files around it offer
 * each other. Inside the kernel host only.
 *
 * The server is started, stopped and changed by one ordered work queue (module.c); all
 * others only ask for it. So a netlink callback, a writer to sysfs or a network notifier
 * holds none of its locks while connections are being ended.
 */
#ifndef KSMBD_HOST_LINUX_LIFE_H
#define KSMBD_HOST_LINUX_LIFE_H

#include "kc.h"

#include <linux/types.h>
#include <linux/workqueue.h>

#include "control/control.h"

/* What "ksmbd.control -v" and modinfo show. */
#define KSMBD_MODULE_VERSION "0.1"

/* ---- module.c ---- */

/* Moves: WAITING -> STARTING -> RUNNING or WAITING; RUNNING -> RESETTING -> WAITING. */
enum ksmbd_life_state {
	KSMBD_LIFE_WAITING, /* for a daemon */
	KSMBD_LIFE_STARTING,
	KSMBD_LIFE_RUNNING,
	KSMBD_LIFE_RESETTING,
	KSMBD_LIFE_STOPPING, /* the module is being removed */
};

/**
 * ksmbd_life_begin() - a daemon has begun: start, or take over its configuration
 * @startup: owned by the callee if 0 is returned
 * @portid: where the daemon is
 * Return: 0: will be done; -EEXIST: there is a daemon; -ESHUTDOWN: the module is being removed
 */
int ksmbd_life_begin(struct ksmbd_startup *startup, u32 portid);
/**
 * ksmbd_life_reset() - end all connections and wait for the next daemon
 * @wait: until it has been done; sleeps
 */
void ksmbd_life_reset(bool wait);
/** ksmbd_life_queue() - run @work in turn with starting and stopping; any context */
void ksmbd_life_queue(struct work_struct *work);
/**
 * ksmbd_life_outcome() - what became of the last STARTING_UP that was accepted
 * Return: 0: the server serves with it; -EINPROGRESS; -ENODATA: there was none; or why not
 */
int ksmbd_life_outcome(void);
/** ksmbd_life_look() - state and TCP port, for people */
enum ksmbd_life_state ksmbd_life_look(u16 *port);

/* ---- netlink.c ---- */

/**
 * struct ksmbd_message - to the daemon: one attribute
 * @event: KSMBD_NL_*; @handle: what a response repeats
 * @fixed, @fixed_len: the structure; @more, @more_len: what follows it
 */
struct ksmbd_message {
	u32 event;
	u32 handle;
	const void *fixed;
	u32 fixed_len;
	const void *more;
	u32 more_len;
};

int ksmbd_netlink_init(void);
void ksmbd_netlink_exit(void);
/**
 * ksmbd_netlink_adopt() - make this port the daemon's
 * Return: 0; -EEXIST: another one lives and has not been released
 */
int ksmbd_netlink_adopt(u32 portid);
/** ksmbd_netlink_handle() - a fresh handle, never 0 */
u32 ksmbd_netlink_handle(void);
/**
 * ksmbd_netlink_ask() - send and wait for the response, @response_seconds at most
 * @reply, @len: receive a message of a legal size, ended by ksmbd_netlink_free()
 * Return: 0; -ENOTCONN: no daemon, or it died; -ETIMEDOUT; -EPROTO: not a legal size;
 * -ESHUTDOWN: the server is being stopped; -EAGAIN: its queue is full, or enough others wait
 * for a daemon that has stopped answering; -ENOMEM
 */
int ksmbd_netlink_ask(const struct ksmbd_message *msg, void **reply, u32 *len);
/** ksmbd_netlink_free() - zeroes: there may be a secret in it */
void ksmbd_netlink_free(void *reply, u32 len);
/** ksmbd_netlink_tell() - send what has no response; -ENOTCONN, -EAGAIN: its queue is full */
int ksmbd_netlink_tell(const struct ksmbd_message *msg);
/**
 * ksmbd_netlink_release() - no more questions; who waits for an answer gets -ESHUTDOWN
 *
 * The next STARTING_UP, from whomever, is welcome. ksmbd_netlink_tell() goes on working.
 */
void ksmbd_netlink_release(void);
/**
 * ksmbd_netlink_idle() - how long ago the daemon was last known to live
 * Return: false: there has never been one
 */
bool ksmbd_netlink_idle(u32 *seconds);

/* ---- owed.c ---- */

/**
 * ksmbd_owed_tell() - ksmbd_netlink_tell(), and again later while the daemon's queue is full
 * @msg: fixed part only
 */
void ksmbd_owed_tell(const struct ksmbd_message *msg);
/** ksmbd_owed_exit() - forget what has not been told; nobody tells anything any more */
void ksmbd_owed_exit(void);

/* ---- listen.c: all but init and exit on the life's queue ---- */

int ksmbd_listen_init(void);
void ksmbd_listen_exit(void);
/**
 * ksmbd_listen_start() - listen where @startup says
 * Return: 0, also when none of the interfaces is there yet; else why nobody listens
 */
int ksmbd_listen_start(const struct ksmbd_startup *startup);
/** ksmbd_listen_change() - the same for a running server; keeps what need not change */
int ksmbd_listen_change(const struct ksmbd_startup *startup);
/** ksmbd_listen_forget() - the listeners have ended with the server */
void ksmbd_listen_forget(void);

/* ---- sysfs.c ---- */

int ksmbd_sysfs_init(void);
void ksmbd_sysfs_exit(void);

#endif
