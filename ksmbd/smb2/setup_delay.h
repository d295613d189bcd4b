/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Failed logins are slowed: the client waits for the answer, nobody else does. */
#ifndef KSMBD_SMB2_SETUP_DELAY_H
#define KSMBD_SMB2_SETUP_DELAY_H

#include "util/status_types.h"

struct ksmbd_request;

/* Answers that are held back on one connection; with one more it ends. */
#define KSMBD_SETUP_DELAYED_MAX 2

/**
 * ksmbd_setup_delay() - a login has failed, and is counted
 * @status: why
 *
 * Return: what the handler returns: @status where there is no delay, or where the
 * connection ends without a word; else KSMBD_STATUS_PARKED
 */
ntstatus_t ksmbd_setup_delay(struct ksmbd_request *req, ntstatus_t status);

#endif
