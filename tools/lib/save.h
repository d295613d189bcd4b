/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Replacing a file whole or not at all, one writer at a time. */
#ifndef KSMBD_TOOLS_SAVE_H
#define KSMBD_TOOLS_SAVE_H

#include <stddef.h>
#include <sys/types.h>

/**
 * save_lock() - keep other writers of @path away
 *
 * Taken before the file is read and held until after save_file(). The lock is PATH.lock.
 * Return: a file descriptor to close, or a negative errno
 */
int save_lock(const char *path);
/**
 * save_file() - replace @path, with save_lock() held
 * @mode: of a file that was not there; an existing one keeps owner and mode
 * @write: writes all of the new content to @fd; 0 or a negative errno
 *
 * Written to PATH.saving, synced, renamed over it; a symbolic link stays and what it leads to is
 * replaced. What is left of a writer who was killed goes away with the next one's.
 * Return: 0 or a negative errno
 */
int save_file(const char *path, mode_t mode, int (*write)(int fd, const void *arg),
	      const void *arg);
/** save_write() - all @len bytes to @fd; 0 or a negative errno */
int save_write(int fd, const char *data, size_t len);

#endif
