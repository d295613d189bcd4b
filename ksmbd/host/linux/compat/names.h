/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names that the engine may use (Documentation/kit.md) and that the kernel at hand lacks.
 * Included before everything else, by the compiler's command line: the engine itself knows
 * nothing of kernels. The files beside this one stand for headers that the kernel lacks; their
 * directory comes after the kernel's own. A header is included here only where it is missing
 * something, so that engine files still have to include what they use.
 */
#ifndef KSMBD_COMPAT_NAMES_H
#define KSMBD_COMPAT_NAMES_H

#ifndef KC_SIZE_ADD
#include <linux/kernel.h>
#include <linux/overflow.h>

/* Sizes that stay at the largest one, which no allocation gives, instead of wrapping. */
static inline size_t __must_check size_add(size_t a, size_t b)
{
	size_t sum;

	return check_add_overflow(a, b, &sum) ? SIZE_MAX : sum;
}

static inline size_t __must_check size_mul(size_t a, size_t b)
{
	size_t product;

	return check_mul_overflow(a, b, &product) ? SIZE_MAX : product;
}

static inline size_t __must_check size_sub(size_t a, size_t b)
{
	size_t rest;

	if (a == SIZE_MAX || b == SIZE_MAX || check_sub_overflow(a, b, &rest))
		return SIZE_MAX;
	return rest;
}
#endif

#ifndef KC_KFREE_SENSITIVE
#include <linux/slab.h>

static inline void kfree_sensitive(const void *object)
{
	kzfree(object);
}
#endif

#ifndef KC_KVFREE_SENSITIVE
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/string.h>

static inline void kvfree_sensitive(const void *object, size_t size)
{
	if (IS_ERR_OR_NULL(object))
		return;
	memzero_explicit((void *)object, size);
	kvfree(object);
}
#endif

#ifndef KC_KREALLOC_ARRAY
#include <linux/overflow.h>
#include <linux/slab.h>

static inline void *krealloc_array(void *object, size_t count, size_t size, gfp_t flags)
{
	size_t bytes;

	return check_mul_overflow(count, size, &bytes) ? NULL : krealloc(object, bytes, flags);
}
#endif

#ifndef KC_LIST_IS_HEAD
#include <linux/list.h>

static inline int list_is_head(const struct list_head *entry, const struct list_head *head)
{
	return entry == head;
}
#endif

#ifndef KC_LIST_ENTRY_IS_HEAD
#define list_entry_is_head(entry, head, member) (&(entry)->member == (head))
#endif

#ifndef KC_LOCKDEP_ASSERT
#include <linux/bug.h>
#include <linux/lockdep.h>

#ifdef CONFIG_LOCKDEP
#define lockdep_assert(condition) WARN_ON(debug_locks && !(condition))
#else
#define lockdep_assert(condition) ((void)0)
#endif
#endif

#ifndef KC_LOCKDEP_ASSERT_NOT_HELD
#ifdef CONFIG_LOCKDEP
#define lockdep_assert_not_held(lock) WARN_ON(debug_locks &&lockdep_is_held(lock))
#else
#define lockdep_assert_not_held(lock) ((void)(lock))
#endif
#endif

#ifndef KC_RANDOM_U8
#include <linux/random.h>

static inline u8 get_random_u8(void)
{
	u8 value;

	get_random_bytes(&value, sizeof(value));
	return value;
}

static inline u16 get_random_u16(void)
{
	u16 value;

	get_random_bytes(&value, sizeof(value));
	return value;
}
#endif

#endif
