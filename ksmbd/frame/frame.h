/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KSMBD_FRAME_FRAME_H
#define KSMBD_FRAME_FRAME_H

#include "session/conn_types.h"

/**
 * ksmbd_frame_serve() - a connection's whole life, on its own thread
 * @conn: reference taken over
 *
 * Receives messages until the peer or the server ends the connection, then waits for
 * what is still running, ends the sessions and drops the reference.
 */
void ksmbd_frame_serve(struct ksmbd_conn *conn);

#endif
