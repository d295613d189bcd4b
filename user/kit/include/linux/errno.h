/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIT_LINUX_ERRNO_H
#define KIT_LINUX_ERRNO_H

#include_next <linux/errno.h>

/* Numbers that the kernel keeps to itself. They never leave the engine. */
#define ERESTARTSYS    512
#define ERESTARTNOINTR 513
#define ERESTARTNOHAND 514
#define ENOIOCTLCMD    515
#define EPROBE_DEFER   517
#define EOPENSTALE     518
#define ENOPARAM       519
#define EBADHANDLE     521
#define ENOTSYNC       522
#define EBADCOOKIE     523
#define ENOTSUPP       524
#define ETOOSMALL      525
#define ESERVERFAULT   526
#define EBADTYPE       527
#define EJUKEBOX       528
#define EIOCBQUEUED    529

#endif
