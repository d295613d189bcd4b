/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For the socket back end, which sends ranges of files without a copy.
 */
#ifndef KSMBD_HOST_LINUX_VFS_SEND_H
#define KSMBD_HOST_LINUX_VFS_SEND_H

struct file;
struct ksmbd_file;

/**
 * ksmbd_vfs_filp() - the kernel's file behind an open file
 *
 * Return: not counted, valid as long as @file; NULL when it was opened for attributes only.
 * Its position means nothing: all data moves by explicit offsets.
 */
struct file *ksmbd_vfs_filp(const struct ksmbd_file *file);

#endif
