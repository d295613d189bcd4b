/* SPDX-License-Identifier: GPL-2.0-or-later */
/* 8.3 names, [MS-FSCC] 2.1.5.2.1. None are made up: a name has one only if it is one. */
#ifndef KSMBD_NAME_SHORT_H
#define KSMBD_NAME_SHORT_H

#include <linux/types.h>

#define KSMBD_SHORT_NAME_MAX 12

/**
 * ksmbd_name_short() - a component as an 8.3 name
 * @name, @len: one component in UTF-8
 * @out: receives it in upper case, not terminated
 *
 * Return: its length, or 0: it is no 8.3 name.
 */
u32 ksmbd_name_short(const char *name, u32 len, char out[KSMBD_SHORT_NAME_MAX]);

#endif
