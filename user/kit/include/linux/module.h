/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIT_LINUX_MODULE_H
#define KIT_LINUX_MODULE_H

#include <linux/cache.h>
#include <linux/export.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/moduleparam.h>

/* A program has no modules: each of these ends up as a declaration without effect. */
#define MODULE_LICENSE(x)     struct module
#define MODULE_AUTHOR(x)      struct module
#define MODULE_DESCRIPTION(x) struct module
#define MODULE_VERSION(x)     struct module
#define MODULE_ALIAS(x)	      struct module
#define MODULE_ALIAS_FS(x)    struct module
#define MODULE_SOFTDEP(x)     struct module
#define MODULE_INFO(tag, x)   struct module
#define MODULE_IMPORT_NS(x)   struct module

#define module_init(fn) static const initcall_t __PASTE(kit_init_, fn) __maybe_unused = (fn)
#define module_exit(fn) static const exitcall_t __PASTE(kit_exit_, fn) __maybe_unused = (fn)

static inline bool try_module_get(struct module *module)
{
	return true;
}

static inline void __module_get(struct module *module)
{
}

static inline void module_put(struct module *module)
{
}

#endif
