/* SPDX-License-Identifier: GPL-2.0-or-later */
/* struct class: its attributes became const, and its owner vanished. */
#ifndef KSMBD_HOST_LINUX_KC_CLASS_H
#define KSMBD_HOST_LINUX_KC_CLASS_H

#include "kc.h"

#include <linux/device.h>
#include <linux/module.h>

#ifdef KC_CLASS_ATTR_CONST
#define KC_CLASS_CONST const
#else
#define KC_CLASS_CONST
#endif

#ifdef KC_CLASS_OWNER
#define KC_CLASS_OWNED .owner = THIS_MODULE,
#else
#define KC_CLASS_OWNED
#endif

#endif
