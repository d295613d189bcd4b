/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Failed logins are slowed: who has failed waits, and nobody at another address does. */
#ifndef KSMBD_SMB2_SETUP_DELAY_H
#define KSMBD_SMB2_SETUP_DELAY_H

#include "util/status_types.h"

struct ksmbd_request;

/* Logins of one connection that wait; with one more failure it ends. */
#define KSMBD_SETUP_DELAYED_MAX 2

/**
 * ksmbd_setup_delay() - a login has failed, and is counted
 * @status: why
 *
 * Return: what the handler returns: @status where there is no delay, or where the
 * connection ends without a word; else KSMBD_STATUS_PARKED
 */
ntstatus_t ksmbd_setup_delay(struct ksmbd_request *req, ntstatus_t status);

/**
 * ksmbd_setup_hold() - may the login be looked at, or has its address failed too often?
 * @resume: begins it again; another status than STATUS_SUCCESS: the connection is ending
 *
 * Return: STATUS_SUCCESS: go on; KSMBD_STATUS_PARKED: what the handler returns, @resume will be
 * called; or why it is refused: too many of the connection wait
 */
ntstatus_t ksmbd_setup_hold(struct ksmbd_request *req,
			    ntstatus_t (*resume)(struct ksmbd_request *req, ntstatus_t why));

#endif
