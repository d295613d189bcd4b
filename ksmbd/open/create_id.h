/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CREATEs that may be sent again: who lost a channel before the answer came, sends the same
 * request with SMB2_FLAGS_REPLAY_OPERATION, and gets the handle that the first attempt opened,
 * told apart by the CreateGuid of its durable handle request. [MS-SMB2] 3.3.5.9.10
 *
 * struct ksmbd_create_id, one for each such CREATE. Owner: the request that works on it, then
 * the handle that it opened, until a request uses the handle: by then the answer has arrived.
 * What is sent again once that has gone is a CREATE like any other. So there are no more of
 * them than requests and handles. No handle outlives its session for it.
 *
 * Locks: the table's, a spinlock; nothing is taken inside.
 */
#ifndef KSMBD_OPEN_CREATE_ID_H
#define KSMBD_OPEN_CREATE_ID_H

#include "open/open_types.h"
#include "util/status_types.h"

#define KSMBD_GUID_SIZE 16

/**
 * struct ksmbd_create_id - a CREATE, by what it asked for
 * @client, @create: ClientGuid of the session's connections, CreateGuid
 * @session_id, @tree_id: where it was sent
 * @name: hash of the name, without regard to case
 * @lease: asked for a lease
 * @open: (table's lock) what it opened, when the client may know its FileId; counted by
 *	the session's table of opens as long as this is in the table
 */
struct ksmbd_create_id {
	struct hlist_node hash;
	u8 client[KSMBD_GUID_SIZE];
	u8 create[KSMBD_GUID_SIZE];
	u64 session_id;
	u32 tree_id;
	u32 name;
	bool lease;
	struct ksmbd_open *open;
};

void ksmbd_create_id_init(void);
/** ksmbd_create_id_exit() - there are none, and nobody asks any more */
void ksmbd_create_id_exit(void);

/**
 * ksmbd_create_id_begin() - a CREATE with a CreateGuid begins
 * @wanted: its id, to be copied
 * @again: SMB2_FLAGS_REPLAY_OPERATION
 * @user: who sent it
 * @id: receives the id, to be ended or handed on to a handle, if it is to be carried out
 * @open: receives the handle of the first attempt, counted, if it is to be answered from that
 *
 * Return: STATUS_SUCCESS: one of both; STATUS_DUPLICATE_OBJECTID: there is one already, not
 * sent again, or not from this session; STATUS_FILE_NOT_AVAILABLE: the first attempt is under
 * way; STATUS_ACCESS_DENIED, STATUS_INVALID_PARAMETER: it asked for something else;
 * STATUS_INSUFFICIENT_RESOURCES
 */
ntstatus_t ksmbd_create_id_begin(const struct ksmbd_create_id *wanted, bool again,
				 const struct ksmbd_user *user, struct ksmbd_create_id **id,
				 struct ksmbd_open **open);

/** ksmbd_create_id_end() - out of the table, freed, *@id cleared. NULL is ignored */
void ksmbd_create_id_end(struct ksmbd_create_id **id);

/** ksmbd_create_id_give() - @open, in no table yet, owns *@id from now on; cleared. NULL is ignored */
void ksmbd_create_id_give(struct ksmbd_create_id **id, struct ksmbd_open *open);

/** ksmbd_create_id_done() - @open has its FileId: who sends the CREATE again gets it */
void ksmbd_create_id_done(struct ksmbd_open *open);

/** ksmbd_create_id_used() - a request uses @open: its CREATE is not sent again. Cheap */
void ksmbd_create_id_used(struct ksmbd_open *open);

/** ksmbd_create_id_count() - how many there are */
u32 ksmbd_create_id_count(void);

#endif
