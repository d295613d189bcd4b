/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIT_LINUX_STDDEF_H
#define KIT_LINUX_STDDEF_H

#include_next <linux/stddef.h>
#include <stddef.h>

#include <linux/compiler.h>

#define sizeof_field(type, member)     sizeof(((type *)0)->member)
#define offsetofend(type, member)      (offsetof(type, member) + sizeof_field(type, member))
#define struct_group(name, members...) __struct_group(/* no tag */, name, /* no attrs */, members)
#define DECLARE_FLEX_ARRAY(type, name) __DECLARE_FLEX_ARRAY(type, name)

#endif
