/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIT_LINUX_RANDOM_H
#define KIT_LINUX_RANDOM_H

#include <linux/types.h>

/* The operating system's generator; never fails. */
void get_random_bytes(void *buf, size_t len);
u32 get_random_u32(void);
u64 get_random_u64(void);

static inline u8 get_random_u8(void)
{
	return (u8)get_random_u32();
}

static inline u16 get_random_u16(void)
{
	return (u16)get_random_u32();
}

#endif
