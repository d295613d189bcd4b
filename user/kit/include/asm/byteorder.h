/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIT_ASM_BYTEORDER_H
#define KIT_ASM_BYTEORDER_H

#include_next <asm/byteorder.h>
#include <linux/types.h>

/*
 * No test of __LITTLE_ENDIAN or __BIG_ENDIAN: the C library defines both, the
 * kernel one of them. htons() and its family are not here for a like reason:
 * use cpu_to_be16().
 */
#define swab16(x) ((u16)__builtin_bswap16((u16)(x)))
#define swab32(x) ((u32)__builtin_bswap32((u32)(x)))
#define swab64(x) ((u64)__builtin_bswap64((u64)(x)))

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define __kit_le16(x) ((u16)(x))
#define __kit_le32(x) ((u32)(x))
#define __kit_le64(x) ((u64)(x))
#define __kit_be16(x) swab16(x)
#define __kit_be32(x) swab32(x)
#define __kit_be64(x) swab64(x)
#else
#define __kit_le16(x) swab16(x)
#define __kit_le32(x) swab32(x)
#define __kit_le64(x) swab64(x)
#define __kit_be16(x) ((u16)(x))
#define __kit_be32(x) ((u32)(x))
#define __kit_be64(x) ((u64)(x))
#endif

/* Constant operands give constants: fit for case labels and initializers. */
#define cpu_to_le16(x) ((__force __le16)__kit_le16(x))
#define cpu_to_le32(x) ((__force __le32)__kit_le32(x))
#define cpu_to_le64(x) ((__force __le64)__kit_le64(x))
#define cpu_to_be16(x) ((__force __be16)__kit_be16(x))
#define cpu_to_be32(x) ((__force __be32)__kit_be32(x))
#define cpu_to_be64(x) ((__force __be64)__kit_be64(x))
#define le16_to_cpu(x) __kit_le16((__force u16)(__le16)(x))
#define le32_to_cpu(x) __kit_le32((__force u32)(__le32)(x))
#define le64_to_cpu(x) __kit_le64((__force u64)(__le64)(x))
#define be16_to_cpu(x) __kit_be16((__force u16)(__be16)(x))
#define be32_to_cpu(x) __kit_be32((__force u32)(__be32)(x))
#define be64_to_cpu(x) __kit_be64((__force u64)(__be64)(x))

static inline u16 le16_to_cpup(const __le16 *p)
{
	return le16_to_cpu(*p);
}

static inline void le16_add_cpu(__le16 *var, u16 val)
{
	*var = cpu_to_le16(le16_to_cpu(*var) + val);
}

static inline u32 le32_to_cpup(const __le32 *p)
{
	return le32_to_cpu(*p);
}

static inline void le32_add_cpu(__le32 *var, u32 val)
{
	*var = cpu_to_le32(le32_to_cpu(*var) + val);
}

static inline u64 le64_to_cpup(const __le64 *p)
{
	return le64_to_cpu(*p);
}

static inline void le64_add_cpu(__le64 *var, u64 val)
{
	*var = cpu_to_le64(le64_to_cpu(*var) + val);
}

static inline u16 be16_to_cpup(const __be16 *p)
{
	return be16_to_cpu(*p);
}

static inline void be16_add_cpu(__be16 *var, u16 val)
{
	*var = cpu_to_be16(be16_to_cpu(*var) + val);
}

static inline u32 be32_to_cpup(const __be32 *p)
{
	return be32_to_cpu(*p);
}

static inline void be32_add_cpu(__be32 *var, u32 val)
{
	*var = cpu_to_be32(be32_to_cpu(*var) + val);
}

static inline u64 be64_to_cpup(const __be64 *p)
{
	return be64_to_cpu(*p);
}

static inline void be64_add_cpu(__be64 *var, u64 val)
{
	*var = cpu_to_be64(be64_to_cpu(*var) + val);
}

#endif
