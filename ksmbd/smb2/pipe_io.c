// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "open/pipe.h"
#include "smb2/pipe_io.h"
#include "smb2/reply.h"

ntstatus_t ksmbd_smb2_pipe_fetch(struct ksmbd_request *req, u32 want,
				 ntstatus_t (*resume)(struct ksmbd_request *req, ntstatus_t why),
				 u32 *len)
{
	u32 cap = clamp_t(u32, want, 1, KSMBD_RPC_MAX_PAYLOAD);
	void *buf = kvmalloc(cap, GFP_KERNEL);
	ntstatus_t status;
	u32 round;

	if (!buf)
		return STATUS_INSUFFICIENT_RESOURCES;
	do {
		status = ksmbd_pipe_read(req->open, buf, min(want, cap), len, &round);
		if (status == STATUS_SUCCESS || status == STATUS_BUFFER_OVERFLOW) {
			ksmbd_reply_payload_mem(req, buf, *len);
			return status;
		}
		if (status == STATUS_RETRY)
			status = ksmbd_pipe_wait(req->open, round, req, resume);
	} while (status == STATUS_RETRY);
	kvfree(buf);
	return status;
}
