/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIT_LINUX_CTYPE_H
#define KIT_LINUX_CTYPE_H

/* As long as nobody calls setlocale(), the C library's tables are ASCII, as the engine needs. */
#include <ctype.h>

#endif
