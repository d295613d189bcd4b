/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIT_LINUX_SPRINTF_H
#define KIT_LINUX_SPRINTF_H

#include <stdarg.h>
#include <linux/compiler.h>
#include <linux/types.h>

/* The C library may have macros of these names. */
int(snprintf)(char *buf, size_t size, const char *fmt, ...) __printf(3, 4);
int(vsnprintf)(char *buf, size_t size, const char *fmt, va_list args) __printf(3, 0);
int(sprintf)(char *buf, const char *fmt, ...) __printf(2, 3);

/* What was written, not what would have been. */
int scnprintf(char *buf, size_t size, const char *fmt, ...) __printf(3, 4);
int vscnprintf(char *buf, size_t size, const char *fmt, va_list args) __printf(3, 0);

char *kasprintf(gfp_t gfp, const char *fmt, ...) __printf(2, 3);
char *kvasprintf(gfp_t gfp, const char *fmt, va_list args) __printf(2, 0);

#endif
