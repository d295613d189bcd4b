/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KSMBD_WIRE_SMB2_HDR_TYPES_H
#define KSMBD_WIRE_SMB2_HDR_TYPES_H

#include <linux/types.h>

/* A header in host order. [MS-SMB2] 2.2.1 */
struct ksmbd_smb2_hdr {
	u16 credit_charge;
	u16 channel_sequence; /* of a request */
	u16 command;
	u16 credit_request;
	u32 flags;
	u32 next;
	u64 message_id;
	u32 tree_id;  /* sync form */
	u64 async_id; /* async form */
	u64 session_id;
};

#endif
