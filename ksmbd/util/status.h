/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one table that relates errno, NTSTATUS and DOS errors.
 *
 * Values: [MS-ERREF] 2.3.1; the errno column is ours.
 */
#ifndef KSMBD_UTIL_STATUS_H
#define KSMBD_UTIL_STATUS_H

#include <linux/types.h>

#include "util/status_types.h"

/**
 * ksmbd_status_from_errno() - the NTSTATUS a failed port call is reported as
 * @err: zero or a negative errno
 *
 * Return: STATUS_SUCCESS for zero; STATUS_UNSUCCESSFUL for an errno that has no row.
 */
ntstatus_t ksmbd_status_from_errno(int err);

/**
 * ksmbd_status_name() - symbolic name for logs
 * @status: any status
 *
 * Return: a static string such as "STATUS_ACCESS_DENIED", or "STATUS_?".
 */
const char *ksmbd_status_name(ntstatus_t status);

/**
 * ksmbd_status_to_dos() - DOS class and code for SMB1 clients without NT errors
 * @status: any status
 * @dos_class: receives the class ([MS-CIFS] 2.2.2.4)
 * @code: receives the code
 */
void ksmbd_status_to_dos(ntstatus_t status, u8 *dos_class, u16 *code);

#endif
