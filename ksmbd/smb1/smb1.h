/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SMB1. Today one command: NEGOTIATE, whose offer of an SMB2 dialect leads into SMB2
 * ([MS-SMB2] 3.3.5.3); a client that offers none is refused in its own protocol.
 */
#ifndef KSMBD_SMB1_SMB1_H
#define KSMBD_SMB1_SMB1_H

#include "frame/request_types.h"

/**
 * ksmbd_smb1_negotiate() - decide on a connection's first message, which is SMB1
 * @req: reader at the SMB1 header, reply empty
 * @status: of the SMB2 NEGOTIATE response
 *
 * Return: true: the reply is the body of an SMB2 NEGOTIATE response; false: it is a
 * whole SMB1 message, and the connection must end after it.
 */
bool ksmbd_smb1_negotiate(struct ksmbd_request *req, ntstatus_t *status);

#endif
