/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * struct ksmbd_request: one received message, from its bytes to its reply. A compound
 * is one request whose elements are worked through in order.
 *
 * Owner: the thread that works on it; while parked, the connection's list. It ends in
 * ksmbd_request_free(). It holds references on everything it names.
 */
#ifndef KSMBD_FRAME_REQUEST_TYPES_H
#define KSMBD_FRAME_REQUEST_TYPES_H

#include <linux/list.h>
#include <linux/types.h>
#include <linux/workqueue.h>

#include "session/conn_types.h"
#include "util/seg_types.h"
#include "util/status_types.h"
#include "wire/cursor.h"
#include "wire/smb2_hdr_types.h"
#include "wire/transform.h"

struct ksmbd_channel;
struct ksmbd_create_id;
struct ksmbd_open;
struct ksmbd_pages;
struct ksmbd_request;
struct ksmbd_session;
struct ksmbd_sign_key;
struct ksmbd_tree;
struct ksmbd_user;
struct ksmbd_view;

#define KSMBD_REPLY_INLINE 512

/**
 * struct ksmbd_reply - one element's answer
 * @wr: writes at @small, or at a larger buffer after ksmbd_reply_reserve(); begins with
 *      the 64-byte header, which the frame room fills in
 * @payload: appended after the written bytes when its len is not 0 (READ data); when
 *      .file is set, the reply holds a reference on it
 * @payload_buf: kvmalloc'ed memory behind @payload, freed with the reply, or NULL
 * @pages: instead of @payload: the segments of this memory, or NULL; owned
 * @view: what @pages are sealed from, or NULL; owned
 * @signer: the key that signs this element, counted, or NULL
 * @big: buffer behind @wr when @small is too small
 * @pad: the zero bytes after the payload, so that the next element is 8-byte aligned; its own,
 *       because sealing changes them
 */
struct ksmbd_reply {
	struct list_head link;
	struct ksmbd_sign_key *signer;
	struct ksmbd_wr wr;
	struct ksmbd_seg payload;
	void *payload_buf;
	struct ksmbd_pages *pages;
	struct ksmbd_view *view;
	u8 *big;
	u8 pad[8];
	u8 small[KSMBD_REPLY_INLINE];
};

/**
 * struct ksmbd_outgoing - one message on its way to the peer: the replies of a request,
 * or what is finished of it when an element parks
 *
 * Owner: the request while it is being built, then the connection's queue, until it is
 * sent or the connection ends.
 * @segs, @nsegs, @total, @sent: the vector, length word included; @few unless too many
 * @sealer: session whose key seals the message, counted, or NULL; @transform: its header
 * @cost: what it still counts in conn->running_bytes
 * @last: the connection ends after it
 * @granted: handles whose oplock this message is the first to tell of (open/oplock.h);
 *	counted, by their oplock.told_link
 * @first: saves the allocation for single requests
 */
struct ksmbd_outgoing {
	struct list_head link; /* connection's lock */
	struct list_head replies;
	struct ksmbd_seg *segs;
	u32 nsegs;
	u32 cost;
	u64 total;
	u64 sent;
	bool last;
	u8 length[4];
	u8 transform[SMB2_TRANSFORM_SIZE];
	struct ksmbd_session *sealer;
	struct list_head granted;
	struct ksmbd_seg few[5];
	struct ksmbd_reply first;
};

enum ksmbd_park_state {
	KSMBD_PARK_NONE,
	KSMBD_PARK_SET,	    /* the handler has asked for it and is still running */
	KSMBD_PARK_WAITING, /* interim response sent unless quiet, nobody works on it */
	KSMBD_PARK_WOKEN,   /* queued, or to be continued by the handler's caller */
};

/**
 * struct ksmbd_park - a request that waits without a thread (house rule 5)
 * @resume: continues the command on a worker; @why is STATUS_SUCCESS (woken),
 *          STATUS_CANCELLED or STATUS_IO_TIMEOUT...; writes the reply as a handler does
 * @quiet: no interim response is sent, and neither a CANCEL nor its session's end wakes it: it
 *         is the server that wants the client to wait
 * @spent: set after ksmbd_request_park(): the continuation does not look at the message
 * @bytes: what it counts for in conn->waiting_bytes
 * @unhook: takes the request off whatever would wake it; called once before @resume, or instead
 *          of it if the request cannot wait after all; @why is settled then. Without locks; may
 *          be NULL
 */
struct ksmbd_park {
	enum ksmbd_park_state state; /* connection's lock */
	ntstatus_t why;
	ntstatus_t (*resume)(struct ksmbd_request *req, ntstatus_t why);
	void (*unhook)(struct ksmbd_request *req);
	/*
	 * Given by the dispatch room: lets the request go on, on a worker. Any thread, any
	 * number of times: the first call counts. Takes the connection's lock.
	 */
	void (*wake)(struct ksmbd_request *req, ntstatus_t why);
	void *data;
	u64 async_id;
	u32 bytes;
	bool quiet;
	bool spent;
};

/* What a handler returns when ksmbd_open_take_turn() said no. Never goes on the wire. */
#define KSMBD_STATUS_DEFERRED KSMBD_STATUS(0xFFFFFFFE)

/* What a handler returns after ksmbd_request_park(). Never goes on the wire. */
#define KSMBD_STATUS_PARKED KSMBD_STATUS(0xFFFFFFFF)

struct ksmbd_request {
	struct work_struct work;
	struct list_head link; /* conn->requests, under its lock */
	struct ksmbd_conn *conn;
	u8 *buf; /* the message, from its protocol id on */
	u32 len;
	u32 head;		      /* bytes of the buffer before @buf: the transform header's */
	struct ksmbd_session *sealer; /* whose keys sealed the message, and seal the reply; counted */
	/* Those that wait for this one, and among whom it waits itself (order.c); conn's lock. */
	struct list_head holds;
	struct list_head held_link;
	bool sealed;   /* arrived sealed; true even before it is opened */
	bool readable; /* @buf holds checked headers: a CANCEL may look at them */
	u32 buf_size;
	u32 place; /* session/strangers.h: the buffer's, or 0 */
	u32 cost;  /* bytes it counts for in conn->running_bytes */

	/* current element */
	u32 off;      /* where it begins in @buf */
	u32 elem_len; /* its bytes, padding included */
	struct ksmbd_smb2_hdr hdr;
	struct ksmbd_rd rd; /* whole element: base is its header, pos at the body */
	struct ksmbd_channel *channel;
	struct ksmbd_session *session;
	struct ksmbd_tree *tree;
	struct ksmbd_user *user; /* who sent it, as far as the tree is concerned; counted */
	struct ksmbd_open *open;
	struct ksmbd_create_id *create_id; /* of a CREATE under way that may be sent again */
	bool counted;			   /* in open->sequence, @round being its round */
	u32 round;
	struct ksmbd_sign_key *sign_key; /* signs the reply, if it is to be signed; counted */
	bool signed_ok;			 /* carried a valid signature */
	bool keep_body;			 /* the body goes out although the status is no success */

	/* what related elements inherit, [MS-SMB2] 3.3.5.2.7.2 */
	u32 index;
	u64 related_session_id;
	u32 related_tree_id;
	u64 related_persistent_id;
	u64 related_volatile_id;
	bool related_has_fid;
	bool unrelated;		   /* the chain began with an element that claimed to be related */
	ntstatus_t related_status; /* why there is no FileId to inherit */

	struct ksmbd_open *turn_open; /* open/turn.h: whose turn it has, or waits for; counted */
	struct list_head turn_link;   /* turn_open->writers */
	bool deferred;		      /* the handler is to run again: its turn has come */

	struct ksmbd_park park;
	/* A CANCEL came before the element parked, if it ever does; connection's lock. */
	bool cancelled;
	u64 cancelled_id;
	u64 cancelled_session; /* by whom: only his own */
	u32 credits_granted;   /* for the current element */
	bool interim_sent;     /* current element was answered with STATUS_PENDING */
	bool close_conn;       /* end the connection once the reply is out */
	bool drop_conn;	       /* end the connection without a word */
	u8 *preauth;	       /* hash the reply goes into, or NULL; lives in conn or channel */
	bool sign_success;     /* of a SESSION_SETUP: signed although the request was not */

	struct ksmbd_outgoing *out; /* finished elements; NULL once it is sent */
	struct ksmbd_reply *reply;  /* current element's */
};

static inline void ksmbd_request_set_park(struct ksmbd_request *req,
					  ntstatus_t (*resume)(struct ksmbd_request *, ntstatus_t),
					  void (*unhook)(struct ksmbd_request *), void *data,
					  bool quiet)
{
	spin_lock(&req->conn->lock); /* a CANCEL may be looking */
	req->park.quiet = quiet;
	req->park.spent = false;
	req->park.resume = resume;
	req->park.unhook = unhook;
	req->park.data = data;
	req->park.why = STATUS_SUCCESS;
	req->park.state = KSMBD_PARK_SET;
	spin_unlock(&req->conn->lock);
}

/**
 * ksmbd_request_park() - announce that the handler will return KSMBD_STATUS_PARKED
 *
 * Call it before anybody can see the request as a waiter; @data is free for the handler.
 */
static inline void ksmbd_request_park(struct ksmbd_request *req,
				      ntstatus_t (*resume)(struct ksmbd_request *, ntstatus_t),
				      void (*unhook)(struct ksmbd_request *), void *data)
{
	ksmbd_request_set_park(req, resume, unhook, data, false);
}

/** ksmbd_request_park_quietly() - the same; the client is not told, and cannot end it */
static inline void ksmbd_request_park_quietly(struct ksmbd_request *req,
					      ntstatus_t (*resume)(struct ksmbd_request *,
								   ntstatus_t),
					      void (*unhook)(struct ksmbd_request *), void *data)
{
	ksmbd_request_set_park(req, resume, unhook, data, true);
}

#endif
