/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIT_LINUX_RWSEM_H
#define KIT_LINUX_RWSEM_H

#include <linux/compiler.h>
#include <linux/lockdep.h>
#include <kit/lock_types.h>

/*
 * A waiting writer holds up new readers. Therefore a thread may not read-lock
 * twice: that aborts. The thread that locked is the one that unlocks.
 */
struct rw_semaphore {
	struct kit_rwlock lock;
};

#define __RWSEM_INITIALIZER(name)             \
	{                                     \
		.lock = KIT_RWLOCK_INIT(name) \
	}
#define DECLARE_RWSEM(name) struct rw_semaphore name = __RWSEM_INITIALIZER(name)
#define init_rwsem(s)	    kit_rwlock_init(&(s)->lock, #s)

void down_read(struct rw_semaphore *sem);
void up_read(struct rw_semaphore *sem);
void down_write(struct rw_semaphore *sem);
void up_write(struct rw_semaphore *sem);
/* 1: taken. */
int __must_check down_read_trylock(struct rw_semaphore *sem);
int __must_check down_write_trylock(struct rw_semaphore *sem);

static inline int __must_check down_read_killable(struct rw_semaphore *sem)
{
	down_read(sem);
	return 0;
}

static inline int __must_check down_write_killable(struct rw_semaphore *sem)
{
	down_write(sem);
	return 0;
}

#define down_read_nested(s, subclass)  down_read(s)
#define down_write_nested(s, subclass) down_write(s)

#endif
