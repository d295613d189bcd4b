/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Oplocks: what the client of a handle may cache, and how it is taken back.
 * [MS-SMB2] 3.3.4.6, 3.3.5.22.1, 3.3.6.1; [MS-FSA] 2.1.4.12, 2.1.5.18, 2.1.5.19
 *
 * Level II: several handles may have it; it ends with a notice as soon as data changes, also
 * through the handle itself. Exclusive, batch: of one handle, next to which there are at most
 * such that were opened for attributes only. Who wants to open the file otherwise makes it
 * break: the holder is told, and the opener's request parks until the holder has
 * acknowledged, closed the handle, disconnected, or let the time pass. Nothing is remembered
 * of what the request had found out: it starts again from its beginning.
 *
 * While somebody waits, nobody is granted more than level II: the waiting request
 * finds no new holder when it comes to its turn.
 */
#ifndef KSMBD_OPEN_OPLOCK_H
#define KSMBD_OPEN_OPLOCK_H

#include "open/open_types.h"
#include "util/status_types.h"

struct ksmbd_request;

/**
 * struct ksmbd_oplock_wait - how a request waits for a break
 * @req: NULL: it does not; the break is begun, and the operation goes on
 * @resume: as in struct ksmbd_park: to start the request again
 */
struct ksmbd_oplock_wait {
	struct ksmbd_request *req;
	ntstatus_t (*resume)(struct ksmbd_request *req, ntstatus_t why);
};

/** ksmbd_oplock_init() - of a new handle: none */
void ksmbd_oplock_init(struct ksmbd_open *open);
/** ksmbd_oplock_free() - with the handle's last reference */
void ksmbd_oplock_free(struct ksmbd_open *open);

/** ksmbd_oplock_spares() - does opening a file with these rights leave exclusive oplocks alone */
bool ksmbd_oplock_spares(u32 access);

/**
 * ksmbd_oplock_break() - make the inode's holder give up its exclusive or batch oplock
 * @to: SMB2_OPLOCK_LEVEL_II or _NONE: what it may keep
 *
 * Caller holds inode->lock, and there is an inode->holder.
 * Return: STATUS_SUCCESS: go on; KSMBD_STATUS_PARKED: @wait->req waits, return this
 * up to the handler's caller; STATUS_INSUFFICIENT_RESOURCES
 */
ntstatus_t ksmbd_oplock_break(struct ksmbd_inode *inode, u8 to,
			      const struct ksmbd_oplock_wait *wait);

/**
 * ksmbd_oplock_break_names() - before a name of @inode changes, or one that leads to it
 * @by: handle that does it, whose own oplock stays; may be NULL
 *
 * Batch oplocks break to level II: their holders count on opening under the old name again.
 * Return: as ksmbd_oplock_break(). No locks held.
 */
ntstatus_t ksmbd_oplock_break_names(struct ksmbd_inode *inode, const struct ksmbd_open *by,
				    const struct ksmbd_oplock_wait *wait);

/**
 * ksmbd_oplock_data_changed() - level II ends everywhere on @open's file
 *
 * To be called after the data, its length or its byte-range locks have changed, and
 * before this is answered. Cheap when there is nothing to do. No locks held.
 */
void ksmbd_oplock_data_changed(struct ksmbd_open *open);

/**
 * ksmbd_oplock_grant() - the last step of opening a file
 * @open: attached, in no table yet
 * @req: the CREATE; @wanted: its RequestedOplockLevel, as sent
 *
 * Return: the level granted. Unless that is none, ksmbd_oplock_enlist() must follow. No
 * locks held.
 */
u8 ksmbd_oplock_grant(struct ksmbd_open *open, struct ksmbd_request *req, u8 wanted);

/**
 * ksmbd_oplock_tell_again() - the handle's CREATE is answered once more
 * @req: the CREATE that was sent again; notices go to its connection from now on
 *
 * A notice that may have been lost follows the answer. Return: the level. No locks held.
 */
u8 ksmbd_oplock_tell_again(struct ksmbd_open *open, struct ksmbd_request *req);

/**
 * ksmbd_oplock_channel_lost() - @session is on connection @conn_id no more
 *
 * What was noticed there and may not have arrived is noticed again on another one: breaks
 * that are not acknowledged, ends of level II. [MS-SMB2] 3.3.4.1.6. No locks held.
 */
void ksmbd_oplock_channel_lost(struct ksmbd_session *session, u64 conn_id);

/**
 * ksmbd_oplock_drop() - the handle closes
 *
 * Caller holds inode->lock. Lets go on who waits for it.
 */
void ksmbd_oplock_drop(struct ksmbd_open *open);

/**
 * ksmbd_oplock_acknowledge() - OPLOCK_BREAK from the client
 * @level: what it wants to keep
 * @granted: list of the message that answers
 *
 * Return: STATUS_SUCCESS: it has @level now; STATUS_INVALID_DEVICE_STATE: its oplock does
 * not break; STATUS_INVALID_OPLOCK_PROTOCOL: it has none, or may not keep @level and has lost
 * all; STATUS_INVALID_PARAMETER: the same for the level that stands for leases
 */
ntstatus_t ksmbd_oplock_acknowledge(struct ksmbd_open *open, u8 level, struct list_head *granted);

/*
 * A client must not hear of a break before it hears of what breaks. The handles whose levels
 * a message tells, in response to CREATE or OPLOCK_BREAK, stand in its list, by a reference
 * each; until the message is queued, notices for them are held back.
 */

/** ksmbd_oplock_enlist() - @open's level is told by the message of which this is the list */
void ksmbd_oplock_enlist(struct ksmbd_open *open, struct list_head *granted);
/**
 * ksmbd_oplock_told() - the message is queued, or will never be; empties the list
 *
 * No locks held, unless the list is empty.
 */
void ksmbd_oplock_told(struct list_head *granted);

#endif
