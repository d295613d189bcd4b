/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIT_LINUX_INIT_H
#define KIT_LINUX_INIT_H

#include <linux/compiler.h>

#define __init
#define __exit
#define __initdata
#define __initconst
#define __exitdata

typedef int (*initcall_t)(void);
typedef void (*exitcall_t)(void);

#endif
