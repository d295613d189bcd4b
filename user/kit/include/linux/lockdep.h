/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIT_LINUX_LOCKDEP_H
#define KIT_LINUX_LOCKDEP_H

#include <linux/bug.h>
#include <linux/compiler.h>

#define SINGLE_DEPTH_NESTING 1

enum kit_held {
	KIT_HELD_NOT,
	KIT_HELD_READ,
	KIT_HELD_WRITE,
};

/* How this thread holds the lock at that address. */
enum kit_held kit_lock_held(const void *lock);

#define __kit_lock_assert(cond, l)                                                                 \
	do {                                                                                       \
		if (unlikely(!(cond)))                                                             \
			kit_bug(__FILE__, __LINE__, "%s(): lock %s: not %s", __func__, #l, #cond); \
	} while (0)
#define lockdep_assert(cond)	     __kit_lock_assert(cond, "")
#define lockdep_assert_held(l)	     __kit_lock_assert(kit_lock_held(l) != KIT_HELD_NOT, l)
#define lockdep_assert_not_held(l)   __kit_lock_assert(kit_lock_held(l) == KIT_HELD_NOT, l)
#define lockdep_assert_held_write(l) __kit_lock_assert(kit_lock_held(l) == KIT_HELD_WRITE, l)
#define lockdep_assert_held_read(l)  __kit_lock_assert(kit_lock_held(l) == KIT_HELD_READ, l)

/* Classes are the kernel's matter. */
struct lock_class_key {
	char unused;
};
#define lockdep_set_class(lock, key) \
	do {                         \
		(void)(key);         \
	} while (0)
#define lockdep_set_class_and_name(lock, key, name) \
	do {                                        \
		(void)(key);                        \
	} while (0)

#endif
