/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * struct ksmbd_open: a handle a client holds. struct ksmbd_inode: what several
 * handles on the same object share.
 *
 * Owner of an open: the session's table of opens. The refcount counts the table and
 * every request using the handle. CLOSE takes it out of the table (whoever removes it
 * does the closing work exactly once, ksmbd_open_close()); requests still running keep
 * the memory and the file, not the handle's rights on the inode.
 * An inode is owned by its attached opens; the last detach removes it from the hash.
 *
 * Locks: @open->lock: directory scan, pipe. @inode->lock: list of opens,
 * share modes, delete_pending, oplocks, byte-range locks. Never @open->lock inside @inode->lock.
 */
#ifndef KSMBD_OPEN_OPEN_TYPES_H
#define KSMBD_OPEN_OPEN_TYPES_H

#include <linux/atomic.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/rbtree.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/workqueue.h>

#include "host/upcall.h"
#include "host/vfs.h"

struct ksmbd_create_id;
struct ksmbd_dirscan;
struct ksmbd_pipe;
struct ksmbd_session;
struct ksmbd_share;
struct ksmbd_user;
struct ksmbd_watch;

struct ksmbd_inode {
	refcount_t refs;
	struct hlist_node hash;
	u64 dev;
	u64 ino;
	u32 generation;
	struct mutex lock;
	struct list_head opens; /* (lock) */
	bool delete_pending;	/* (lock) */
	/* (lock) the handle whose name goes, counted: the object may have others */
	struct ksmbd_open *doomed_by;
	struct ksmbd_open *holder; /* (lock) of @opens: the one with an exclusive or batch oplock */
	atomic_t shared;	   /* changed under (lock): handles with a level II oplock */
	struct list_head waiters;  /* (lock) requests that wait for @holder (open/oplock.c) */
	/* (lock) byte ranges (open/lock.c), and those that are waited for */
	struct rb_root_cached exclusive_locks;
	struct rb_root_cached shared_locks;
	struct rb_root_cached waiting_locks;
	u64 lock_turns;	   /* (lock) how often one was waited for */
	atomic_t nr_locks; /* changed under (lock) */
};

/**
 * struct ksmbd_oplock - what a handle's client may cache (open/oplock.h); inode's lock
 * @level: SMB2_OPLOCK_LEVEL_*; while it breaks, what it was
 * @to: while it breaks, the most that may be left of it
 * @breaking: an acknowledgment is awaited, until @timer, which has a reference on the handle
 * @told: the answer that grants @level is queued; @due: a notice waits for that
 * @told_link: in the list of that message
 * @session: whose client is told of a break; counted, NULL when nothing was ever granted
 * @conn_id: connection to tell it on, if it is still there; @sealed: it is to be sealed
 * @noticed_on: where the last notice went that may not have arrived; 0: there is none
 * @timeout: milliseconds
 */
struct ksmbd_oplock {
	u8 level;
	u8 to;
	bool breaking;
	bool told;
	bool due;
	bool sealed;
	u32 timeout;
	u64 conn_id;
	u64 noticed_on;
	struct ksmbd_session *session;
	struct list_head told_link;
	struct delayed_work timer;
};

#define KSMBD_LOCK_SEQUENCES 64

/**
 * struct ksmbd_locks - the byte ranges that a handle has locked (open/lock.h); inode's lock
 * @tree: by place, length and kind
 * @waiters: requests that wait for one
 * @count: of those in @tree and those that are waited for
 * @session: in whose count they are; counted, NULL when nothing was ever locked
 * @sequences: of the last LOCK for each LockSequenceIndex, the number plus one; 0: none
 */
struct ksmbd_locks {
	struct rb_root tree;
	struct list_head waiters;
	u32 count;
	struct ksmbd_session *session;
	u8 sequences[KSMBD_LOCK_SEQUENCES];
};

/**
 * struct ksmbd_sequence - requests on a handle, by channel sequence number (open/sequence.h)
 * @number: Open.ChannelSequence
 * @round: counts its changes; tells requests apart when @number has come round again
 * @now, @before: Open.OutstandingRequestCount, Open.OutstandingPreRequestCount
 */
struct ksmbd_sequence {
	spinlock_t lock;
	u16 number;
	u32 round;
	u32 now;
	u32 before;
};

/**
 * struct ksmbd_open - a file, directory or pipe handle
 * @id: volatile FileId, key in the session's table; @persistent_id: unique on the server
 * @tree_id: TreeId it was opened on; a FileId is valid only together with it
 * @access: granted FILE_* rights, generic ones resolved
 * @share_access, @options: as requested (FILE_SHARE_*, CreateOptions)
 * @attached: (inode's lock) takes part in share modes
 * @delete_on_close: (inode's lock)
 * @position: FilePositionInformation: where the last READ or WRITE ended
 * @mode: FileModeInformation: the options it may carry
 * @create_id: (its table's lock) its CREATE may be sent again; NULL: it may not, or not any more
 * @action, @maximal: what the CREATE was answered
 * @sequence: what is under way on it, for dialects 3.x
 * @writing, @writers: (lock) a WRITE is under way; those that wait for it (open/turn.h)
 * @scan: (lock) directory enumeration, NULL until the first QUERY_DIRECTORY
 * @watch: changed under (inode's lock): CHANGE_NOTIFY, NULL until the first (open/notify.h)
 * @write_told: jiffies of when a WRITE was last told to those who watch; 0: never;
 *	@write_untold: there have been others since
 * @pipe: NULL unless a pipe
 */
struct ksmbd_open {
	refcount_t refs;
	u64 id;
	u64 persistent_id;
	u32 tree_id;
	u32 access;
	u32 share_access;
	u32 options;
	u32 mode;
	bool is_dir;
	bool attached;
	bool delete_on_close;
	struct ksmbd_share *share;
	struct ksmbd_user *user;
	struct ksmbd_file *file;
	struct ksmbd_inode *inode;
	struct list_head inode_link;
	struct ksmbd_oplock oplock;
	struct ksmbd_locks locks;
	struct ksmbd_create_id *create_id;
	u32 action;
	u32 maximal;
	struct ksmbd_sequence sequence;
	struct mutex lock;
	atomic64_t position;
	bool writing;
	struct list_head writers;
	struct ksmbd_dirscan *scan;
	struct ksmbd_watch *watch;
	atomic64_t write_told;
	atomic_t write_untold;
	struct ksmbd_pipe *pipe;
};

#endif
