/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Named pipes of IPC$: DCE/RPC conversations with the daemon. A read that finds no
 * reply waits parked, without a thread, until a write brings one or the pipe closes.
 */
#ifndef KSMBD_OPEN_PIPE_H
#define KSMBD_OPEN_PIPE_H

#include "open/open_types.h"
#include "util/status_types.h"

struct ksmbd_request;

/**
 * ksmbd_pipe_open() - begin a conversation
 * @open: receives @open->pipe
 * @name: pipe's name as the client wrote it, UTF-8, without "\pipe\"
 * Return: STATUS_SUCCESS, STATUS_OBJECT_NAME_NOT_FOUND, STATUS_INSUFFICIENT_RESOURCES
 */
ntstatus_t ksmbd_pipe_open(struct ksmbd_open *open, const char *name);
/** ksmbd_pipe_close() - end it; parked reads end with STATUS_PIPE_BROKEN; frees open->pipe's
 * conversation, not the object: that is ksmbd_pipe_free() with the last reference */
void ksmbd_pipe_close(struct ksmbd_open *open);
void ksmbd_pipe_free(struct ksmbd_pipe *pipe);

/** ksmbd_pipe_write() - one message to the daemon; wakes a parked read */
ntstatus_t ksmbd_pipe_write(struct ksmbd_open *open, const u8 *data, u32 len);
/**
 * ksmbd_pipe_read() - what is waiting
 * @len: receives the bytes
 * @round: for ksmbd_pipe_wait()
 * Return: STATUS_SUCCESS, STATUS_BUFFER_OVERFLOW (data, more waiting), STATUS_RETRY
 * (nothing yet), STATUS_PIPE_BROKEN
 */
ntstatus_t ksmbd_pipe_read(struct ksmbd_open *open, u8 *buf, u32 cap, u32 *len, u32 *round);

/**
 * ksmbd_pipe_wait() - park @req until there may be something to read
 * @round: from the ksmbd_pipe_read() that found nothing
 * @resume: runs then
 * Return: KSMBD_STATUS_PARKED, STATUS_RETRY (written to meanwhile: read again), or
 * STATUS_PIPE_BROKEN
 */
ntstatus_t ksmbd_pipe_wait(struct ksmbd_open *open, u32 round, struct ksmbd_request *req,
			   ntstatus_t (*resume)(struct ksmbd_request *req, ntstatus_t why));

#endif
