/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIT_LINUX_MODULEPARAM_H
#define KIT_LINUX_MODULEPARAM_H

#define module_param(name, type, perm)		    struct module
#define module_param_named(name, value, type, perm) struct module
#define MODULE_PARM_DESC(name, desc)		    struct module

#endif
