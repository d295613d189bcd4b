/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIT_LINUX_MUTEX_H
#define KIT_LINUX_MUTEX_H

#include <linux/compiler.h>
#include <linux/lockdep.h>
#include <kit/lock_types.h>

/* Owner checked: locking twice, unlocking another's and destroying a held one abort. */
struct mutex {
	struct kit_mutex lock;
};

#define __MUTEX_INITIALIZER(name)            \
	{                                    \
		.lock = KIT_MUTEX_INIT(name) \
	}
#define DEFINE_MUTEX(name) struct mutex name = __MUTEX_INITIALIZER(name)
#define mutex_init(m)	   kit_mutex_init(&(m)->lock, #m)

void mutex_lock(struct mutex *lock);
void mutex_unlock(struct mutex *lock);
/* 1: taken. */
int __must_check mutex_trylock(struct mutex *lock);
bool mutex_is_locked(struct mutex *lock);
void mutex_destroy(struct mutex *lock);

/* No signals reach the threads of the kit: these always succeed. */
static inline int __must_check mutex_lock_interruptible(struct mutex *lock)
{
	mutex_lock(lock);
	return 0;
}

static inline int __must_check mutex_lock_killable(struct mutex *lock)
{
	mutex_lock(lock);
	return 0;
}

#define mutex_lock_nested(m, subclass) mutex_lock(m)

#endif
