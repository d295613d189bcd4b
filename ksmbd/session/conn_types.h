/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * struct ksmbd_conn: one transport connection.
 *
 * Owner: its receive thread. The refcount counts the thread, every request in flight
 * or parked, each channel (a session reaches the connection by it), and the server's list of
 * connections. The connection drops its channels before its end.
 * States: see enum ksmbd_conn_state; moved only by ksmbd_conn_set_state().
 * Locks: @setup_lock serializes NEGOTIATE and SESSION_SETUP,
 * @lock guards everything marked (lock). Documentation/locking.md has the order.
 */
#ifndef KSMBD_SESSION_CONN_TYPES_H
#define KSMBD_SESSION_CONN_TYPES_H

#include <linux/atomic.h>
#include <linux/bitmap.h>
#include <linux/hashtable.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "host/sock.h"
#include "util/seg_types.h"
#include "util/status_types.h"

struct ksmbd_config;
struct ksmbd_conn;
struct ksmbd_session;
struct ksmbd_tree;

/**
 * struct ksmbd_notice - a message to a client that it did not ask for
 * @command: SMB2_*; @body, @len: what follows the header
 * @sealer: session whose key seals it, or NULL; the message takes an own reference
 */
struct ksmbd_notice {
	u16 command;
	u32 len;
	const u8 *body;
	struct ksmbd_session *sealer;
};

/**
 * struct ksmbd_transport_ops - what a transport gives a connection
 * @recv: exactly @len bytes or a negative errno; receive thread only
 * @pending: bytes that recv would deliver without waiting
 * @send: a message, length word included, from byte @pos on; one sender at a time.
 *        Without @wait it stops where it would have to wait. Returns the new position
 *        (the message's length when complete) or a negative errno.
 * @shutdown: wakes recv and send for good; any thread, repeatable
 * @release: frees the transport; nothing is running any more
 */
struct ksmbd_transport_ops {
	const char *name;
	int (*recv)(void *transport, void *buf, u32 len);
	u32 (*pending)(void *transport);
	s64 (*send)(void *transport, const struct ksmbd_seg *segs, u32 nsegs, u64 pos, bool wait);
	void (*shutdown)(void *transport);
	void (*release)(void *transport);
};

enum ksmbd_conn_state {
	KSMBD_CONN_NEW,		  /* nothing negotiated */
	KSMBD_CONN_MULTI,	  /* SMB1 negotiate chose the 2.??? wildcard */
	KSMBD_CONN_NEGOTIATED,	  /* a dialect is fixed */
	KSMBD_CONN_AUTHENTICATED, /* at least one session setup has succeeded */
	KSMBD_CONN_CLOSING,	  /* no further request is taken up */
};

#define KSMBD_CREDIT_WINDOW 8192

/**
 * struct ksmbd_credits - message ids a client may use, [MS-SMB2] 3.3.1.1
 * @low: lowest id not used yet; @high: first id not granted
 * @used: ring of bits for [@low, @high)
 */
struct ksmbd_credits {
	spinlock_t lock;
	u64 low;
	u64 high;
	u32 max;
	u32 nr_used;
	DECLARE_BITMAP(used, KSMBD_CREDIT_WINDOW);
};

struct ksmbd_conn {
	refcount_t refs;
	u64 id;
	struct list_head link; /* server's list, under its lock */
	const struct ksmbd_transport_ops *ops;
	void *transport;
	struct ksmbd_addr peer;
	struct ksmbd_config *config;

	struct mutex setup_lock;
	enum ksmbd_conn_state state; /* (lock) */
	u16 dialect;
	u16 cipher;
	u16 signing_alg; /* SMB2_SIGNING_*; from 3.1.1's context, else the dialect's own */
	u16 client_security_mode;
	u16 server_security_mode;
	u32 client_capabilities;
	u32 server_capabilities;
	u8 client_guid[16];
	u8 preauth[64];
	u8 client_dialects[64]; /* a hash of the list; zeros with 3.1.1, which has @preauth */
	u32 max_trans, max_read, max_write;

	struct ksmbd_credits credits;

	spinlock_t lock;
	DECLARE_HASHTABLE(channels, 4); /* (lock) by session id */
	u32 nr_channels;		/* (lock) */
	struct list_head requests;	/* (lock) every request not yet answered, as they came */
	u64 next_async_id;		/* (lock) */
	u32 waiting_bytes;		/* (lock) memory of requests that wait */
	u32 nr_waiting;			/* (lock) of them: those whose clients were told so */
	u32 nr_delayed;		      /* (lock) failed SESSION_SETUPs whose answers are held back */
	struct list_head outgoing;    /* (lock) messages to be sent, in order */
	bool sending;		      /* (lock) somebody is at it; only that thread sends */
	bool unsendable;	      /* (lock) the stream is broken: what is queued is dropped */
	struct work_struct send_work; /* goes on where a thread would have to wait */
	/*
	 * Given by the frame room: queues the message, and returns before it is sent; false
	 * when it could not, and the connection ends. Takes the connection's lock; mutexes may
	 * be held.
	 */
	bool (*notify)(struct ksmbd_conn *conn, const struct ksmbd_notice *notice);
	/*
	 * Given by the frame room: ends the requests of a session (on one tree connection, or
	 * on all: NULL) that wait here, with @why. Takes the connection's lock.
	 */
	void (*cancel)(struct ksmbd_conn *conn, struct ksmbd_session *session,
		       struct ksmbd_tree *tree, ntstatus_t why);

	atomic_t running_bytes; /* requests being worked on, replies not sent yet */
	wait_queue_head_t
		idle; /* woken when a request ends, a reply is out, or @running_bytes falls */
	/* Ends a peer that does not authenticate, and later one that does nothing. */
	struct delayed_work deadline;
	u64 idle_mark;	/* of the deadline's work: ids used up at its last look */
	u32 idle_looks; /* how many times in a row there was nothing new */
	struct task_struct *thread;
	void *spare_buf; /* receive thread and request end: one recycled buffer (lock) */
	u32 spare_size;
};

#endif
