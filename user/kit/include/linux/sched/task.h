/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIT_LINUX_SCHED_TASK_H
#define KIT_LINUX_SCHED_TASK_H

#include <linux/sched.h>

#endif
