/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The running daemon: DIR/ksmbd.lock has the number of its manager process, who holds a
 * flock() on it. A file without a lock is what a crash left behind, unless the number is that
 * of another program's ksmbd.mountd: those take no lock.
 */
#ifndef KSMBD_TOOLS_RUNLOCK_H
#define KSMBD_TOOLS_RUNLOCK_H

#include <stddef.h>
#include <sys/types.h>

/**
 * runlock_take() - become the running daemon
 * @dir: RUNSTATEDIR or a test's own
 *
 * The file appears with its content in one step.
 * Return: a descriptor to keep open, -EEXIST: there is one, or another negative errno
 */
int runlock_take(const char *dir);
/** runlock_drop() - remove the file and close @fd */
void runlock_drop(const char *dir, int fd);
/** runlock_pid() - who is the daemon? -ESRCH: nobody, or another negative errno */
pid_t runlock_pid(const char *dir);
/** runlock_signal() - send it @number; 0 or a negative errno as of runlock_pid() or kill() */
int runlock_signal(const char *dir, int number);
/**
 * runlock_fifo() - name of the pipe for a list
 * @pid: who made the pipe and sends SIGUSR1 to the daemon, which writes to it
 * Return: 0, -ENAMETOOLONG
 */
int runlock_fifo(const char *dir, pid_t pid, char *name, size_t size);

#endif
