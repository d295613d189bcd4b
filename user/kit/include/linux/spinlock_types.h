/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIT_LINUX_SPINLOCK_TYPES_H
#define KIT_LINUX_SPINLOCK_TYPES_H

#include <kit/lock_types.h>

typedef struct spinlock {
	struct kit_mutex lock;
} spinlock_t;

typedef struct {
	struct kit_rwlock lock;
} rwlock_t;

#define __SPIN_LOCK_UNLOCKED(name)           \
	{                                    \
		.lock = KIT_MUTEX_INIT(name) \
	}
#define __RW_LOCK_UNLOCKED(name)              \
	{                                     \
		.lock = KIT_RWLOCK_INIT(name) \
	}
#define DEFINE_SPINLOCK(x) spinlock_t x = __SPIN_LOCK_UNLOCKED(x)
#define DEFINE_RWLOCK(x)   rwlock_t x = __RW_LOCK_UNLOCKED(x)

#endif
