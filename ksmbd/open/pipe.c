// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/atomic.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "frame/request_types.h"
#include "name/case.h"
#include "open/pipe.h"
#include "session/session_types.h"

/**
 * struct ksmbd_pipe - one conversation
 * @id: what the daemon knows it by
 * @readers: (open->lock) parked reads
 * @closed: (open->lock)
 * @round: (open->lock) counts the writes
 */
struct ksmbd_pipe {
	u32 id;
	u32 round;
	bool closed;
	struct list_head readers;
};

/* A parked read; lives from ksmbd_pipe_wait() to its unhook. */
struct pipe_reader {
	struct list_head link;
	struct ksmbd_request *req;
	struct ksmbd_open *open;
};

static const struct {
	const char *name;
	enum ksmbd_pipe_kind kind;
} pipe_names[] = {
	{ "srvsvc", KSMBD_PIPE_SRVSVC },
	{ "wkssvc", KSMBD_PIPE_WKSSVC },
	{ "samr", KSMBD_PIPE_SAMR },
	{ "lsarpc", KSMBD_PIPE_LSARPC },
};

static atomic_t next_pipe_id = ATOMIC_INIT(0);

ntstatus_t ksmbd_pipe_open(struct ksmbd_open *open, const char *name)
{
	struct ksmbd_pipe *pipe;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(pipe_names); i++)
		if (ksmbd_name_equal_caseless(name, strlen(name), pipe_names[i].name,
					      strlen(pipe_names[i].name)))
			break;
	if (i == ARRAY_SIZE(pipe_names))
		return STATUS_OBJECT_NAME_NOT_FOUND;
	pipe = kzalloc(sizeof(*pipe), GFP_KERNEL);
	if (!pipe)
		return STATUS_INSUFFICIENT_RESOURCES;
	INIT_LIST_HEAD(&pipe->readers);
	pipe->id = atomic_inc_return(&next_pipe_id);
	if (ksmbd_upcall_rpc_open(pipe->id, pipe_names[i].kind, open->user->account,
				  open->user->flags)) {
		kfree(pipe);
		return STATUS_OBJECT_NAME_NOT_FOUND;
	}
	open->pipe = pipe;
	return STATUS_SUCCESS;
}

/* Lets every parked reader try again. Called with open->lock held. */
static void wake_readers(struct ksmbd_pipe *pipe)
{
	struct pipe_reader *reader;

	list_for_each_entry(reader, &pipe->readers, link)
		reader->req->park.wake(reader->req, STATUS_SUCCESS);
}

void ksmbd_pipe_close(struct ksmbd_open *open)
{
	struct ksmbd_pipe *pipe = open->pipe;

	mutex_lock(&open->lock);
	if (!pipe->closed) {
		pipe->closed = true;
		ksmbd_upcall_rpc_close(pipe->id);
		wake_readers(pipe);
	}
	mutex_unlock(&open->lock);
}

void ksmbd_pipe_free(struct ksmbd_pipe *pipe)
{
	kfree(pipe);
}

ntstatus_t ksmbd_pipe_write(struct ksmbd_open *open, const u8 *data, u32 len)
{
	struct ksmbd_pipe *pipe = open->pipe;
	int err;

	mutex_lock(&open->lock);
	err = pipe->closed ? -EPIPE : ksmbd_upcall_rpc_write(pipe->id, data, len);
	if (!err) {
		pipe->round++;
		wake_readers(pipe);
	}
	mutex_unlock(&open->lock);
	return err ? STATUS_PIPE_BROKEN : STATUS_SUCCESS;
}

ntstatus_t ksmbd_pipe_read(struct ksmbd_open *open, u8 *buf, u32 cap, u32 *len, u32 *round)
{
	struct ksmbd_pipe *pipe = open->pipe;
	bool more = false;
	int err;

	*len = 0;
	mutex_lock(&open->lock);
	*round = pipe->round;
	err = pipe->closed ? -EPIPE : ksmbd_upcall_rpc_read(pipe->id, buf, cap, len, &more);
	mutex_unlock(&open->lock);
	if (err == -ENODATA)
		return STATUS_RETRY;
	if (err)
		return STATUS_PIPE_BROKEN;
	return more ? STATUS_BUFFER_OVERFLOW : STATUS_SUCCESS;
}

static void unhook_reader(struct ksmbd_request *req)
{
	struct pipe_reader *reader = req->park.data;

	mutex_lock(&reader->open->lock);
	list_del(&reader->link);
	mutex_unlock(&reader->open->lock);
	kfree(reader);
}

ntstatus_t ksmbd_pipe_wait(struct ksmbd_open *open, u32 round, struct ksmbd_request *req,
			   ntstatus_t (*resume)(struct ksmbd_request *req, ntstatus_t why))
{
	struct pipe_reader *reader = kzalloc(sizeof(*reader), GFP_KERNEL);
	ntstatus_t status = KSMBD_STATUS_PARKED;

	if (!reader)
		return STATUS_INSUFFICIENT_RESOURCES;
	reader->req = req;
	reader->open = open; /* the request holds a reference */
	mutex_lock(&open->lock);
	if (open->pipe->closed) {
		status = STATUS_PIPE_BROKEN;
	} else if (open->pipe->round != round) {
		status = STATUS_RETRY; /* its wake-up has passed already */
	} else {
		ksmbd_request_park(req, resume, unhook_reader, reader);
		list_add_tail(&reader->link, &open->pipe->readers);
	}
	mutex_unlock(&open->lock);
	if (status != KSMBD_STATUS_PARKED)
		kfree(reader);
	return status;
}
