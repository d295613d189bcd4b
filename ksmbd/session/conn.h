/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Connections: life, limits, states, channels. Object: session/conn_types.h */
#ifndef KSMBD_SESSION_CONN_H
#define KSMBD_SESSION_CONN_H

#include "session/conn_types.h"

struct ksmbd_channel;
struct ksmbd_tree;

/**
 * ksmbd_conn_create() - admit a connection
 * @ops, @transport: the transport; owned by the connection on success
 * @peer: its address; counts against "max connections" and "max ip connections"
 * @out: receives a reference
 *
 * Return: 0; -EBUSY a limit is reached; -ESHUTDOWN the server is ending; -ENOMEM
 */
int ksmbd_conn_create(const struct ksmbd_transport_ops *ops, void *transport,
		      const struct ksmbd_addr *peer, struct ksmbd_conn **out);
void ksmbd_conn_get(struct ksmbd_conn *conn);
void ksmbd_conn_put(struct ksmbd_conn *conn);

/** ksmbd_conn_unlist() - the receive thread is done: no longer counts against limits */
void ksmbd_conn_unlist(struct ksmbd_conn *conn);

/**
 * ksmbd_conn_set_state() - the only way a state moves
 * Return: whether the move is legal and was made
 */
bool ksmbd_conn_set_state(struct ksmbd_conn *conn, enum ksmbd_conn_state to);
enum ksmbd_conn_state ksmbd_conn_state(struct ksmbd_conn *conn);

/** ksmbd_conn_shutdown() - say and take up nothing more, wake the receive thread; any thread */
void ksmbd_conn_shutdown(struct ksmbd_conn *conn);

/** ksmbd_conn_cancel() - struct ksmbd_conn's @cancel, when there is one */
static inline void ksmbd_conn_cancel(struct ksmbd_conn *conn, struct ksmbd_session *session,
				     struct ksmbd_tree *tree, ntstatus_t why)
{
	if (conn->cancel)
		conn->cancel(conn, session, tree, why);
}

/** ksmbd_conn_stop_all() - refuse new connections, shut all down, wait until none is left */
void ksmbd_conn_stop_all(void);
/** ksmbd_conn_table_init() - accept connections (again) */
void ksmbd_conn_table_init(void);

/** ksmbd_conn_add_channel() - -ENOSPC when the connection has too many sessions */
int ksmbd_conn_add_channel(struct ksmbd_conn *conn, struct ksmbd_channel *channel);
/** ksmbd_conn_find_channel() - a counted reference, or NULL */
struct ksmbd_channel *ksmbd_conn_find_channel(struct ksmbd_conn *conn, u64 session_id);
/** ksmbd_conn_remove_channel() - true for the one caller that removed it (it owns the ref) */
bool ksmbd_conn_remove_channel(struct ksmbd_conn *conn, struct ksmbd_channel *channel);
/** ksmbd_conn_drop_channels() - remove and end them all; no request is running */
void ksmbd_conn_drop_channels(struct ksmbd_conn *conn);

#endif
