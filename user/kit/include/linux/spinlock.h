/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIT_LINUX_SPINLOCK_H
#define KIT_LINUX_SPINLOCK_H

#include <linux/compiler.h>
#include <linux/lockdep.h>
#include <linux/spinlock_types.h>

/*
 * Spins for a moment, then sleeps in the operating system. A holder must not
 * sleep: might_sleep() and everything that calls it aborts. There are no
 * interrupts: the _irq and _bh forms are the plain ones.
 */
#define spin_lock_init(l) kit_mutex_init(&(l)->lock, #l)
void spin_lock(spinlock_t *lock) __acquires(lock);
void spin_unlock(spinlock_t *lock) __releases(lock);
bool kit_spin_trylock(spinlock_t *lock);
bool spin_is_locked(spinlock_t *lock);
#define spin_trylock(l)		      __cond_lock(l, kit_spin_trylock(l))
#define spin_lock_nested(l, subclass) spin_lock(l)
#define spin_lock_bh(l)		      spin_lock(l)
#define spin_unlock_bh(l)	      spin_unlock(l)
#define spin_lock_irq(l)	      spin_lock(l)
#define spin_unlock_irq(l)	      spin_unlock(l)
#define spin_lock_irqsave(l, flags) \
	do {                        \
		(flags) = 0UL;      \
		spin_lock(l);       \
	} while (0)
#define spin_unlock_irqrestore(l, flags) \
	do {                             \
		(void)(flags);           \
		spin_unlock(l);          \
	} while (0)
#define assert_spin_locked(l) lockdep_assert_held(l)

#define rwlock_init(l) kit_rwlock_init(&(l)->lock, #l)
void read_lock(rwlock_t *lock) __acquires(lock);
void read_unlock(rwlock_t *lock) __releases(lock);
void write_lock(rwlock_t *lock) __acquires(lock);
void write_unlock(rwlock_t *lock) __releases(lock);
#define read_lock_bh(l)	   read_lock(l)
#define read_unlock_bh(l)  read_unlock(l)
#define write_lock_bh(l)   write_lock(l)
#define write_unlock_bh(l) write_unlock(l)

#endif
