/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIT_LINUX_EXPORT_H
#define KIT_LINUX_EXPORT_H

struct module;

#define THIS_MODULE	       ((struct module *)0)
#define EXPORT_SYMBOL(sym)     struct module
#define EXPORT_SYMBOL_GPL(sym) struct module

#endif
