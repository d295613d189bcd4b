/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIT_LINUX_JHASH_H
#define KIT_LINUX_JHASH_H

#include <linux/types.h>
#include <linux/bitops.h>
#include <asm/unaligned.h>

/* Bob Jenkins' lookup3 (public domain), with the kernel's start value. */
#define JHASH_INITVAL 0xdeadbeef

static inline u32 __kit_jhash_final(u32 a, u32 b, u32 c)
{
	c = (c ^ b) - rol32(b, 14);
	a = (a ^ c) - rol32(c, 11);
	b = (b ^ a) - rol32(a, 25);
	c = (c ^ b) - rol32(b, 16);
	a = (a ^ c) - rol32(c, 4);
	b = (b ^ a) - rol32(a, 14);
	return (c ^ b) - rol32(b, 24);
}

/* Bytes, at any address. */
u32 jhash(const void *key, u32 length, u32 initval);
/* Words. */
u32 jhash2(const u32 *k, u32 length, u32 initval);

static inline u32 jhash_3words(u32 a, u32 b, u32 c, u32 initval)
{
	u32 base = initval + JHASH_INITVAL + (3 << 2);

	return __kit_jhash_final(a + base, b + base, c + base);
}

static inline u32 jhash_2words(u32 a, u32 b, u32 initval)
{
	u32 base = initval + JHASH_INITVAL + (2 << 2);

	return __kit_jhash_final(a + base, b + base, base);
}

static inline u32 jhash_1word(u32 a, u32 initval)
{
	u32 base = initval + JHASH_INITVAL + (1 << 2);

	return __kit_jhash_final(a + base, base, base);
}

#endif
