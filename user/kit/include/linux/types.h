/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIT_LINUX_TYPES_H
#define KIT_LINUX_TYPES_H

/* C library headers come here for the uapi types: those are at the next place in the path. */
#include_next <linux/types.h>
#include <stddef.h>
#include <stdint.h>
#include <stdbool.h>
#include <sys/types.h>

#include <linux/compiler.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s8 s8;
typedef __s16 s16;
typedef __s32 s32;
typedef __s64 s64;

typedef unsigned short umode_t;
typedef unsigned int __bitwise gfp_t;
#define aligned_u64 __aligned_u64

typedef struct {
	int counter;
} atomic_t;

typedef struct {
	s64 counter;
} atomic64_t;

typedef atomic64_t atomic_long_t;

struct list_head {
	struct list_head *next, *prev;
};

struct hlist_node {
	struct hlist_node *next, **pprev;
};

struct hlist_head {
	struct hlist_node *first;
};

#endif
