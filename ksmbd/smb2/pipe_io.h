/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What READ and FSCTL_PIPE_TRANSCEIVE have in common. */
#ifndef KSMBD_SMB2_PIPE_IO_H
#define KSMBD_SMB2_PIPE_IO_H

#include "frame/request_types.h"

/**
 * ksmbd_smb2_pipe_fetch() - make what is waiting in req->open's pipe the reply's payload
 * @want: most that the client takes
 * @resume: continues the command when there may be something; used if nothing is now
 * @len: receives the payload's length
 *
 * Return: STATUS_SUCCESS; STATUS_BUFFER_OVERFLOW: payload, and more is waiting;
 * KSMBD_STATUS_PARKED; or an error
 */
ntstatus_t ksmbd_smb2_pipe_fetch(struct ksmbd_request *req, u32 want,
				 ntstatus_t (*resume)(struct ksmbd_request *req, ntstatus_t why),
				 u32 *len);

#endif
