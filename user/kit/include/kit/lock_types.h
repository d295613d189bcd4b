/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIT_KIT_LOCK_TYPES_H
#define KIT_KIT_LOCK_TYPES_H

#include <linux/types.h>

/*
 * What every lock of the kit is made of. An adaptive mutex spins for a moment
 * and then sleeps; race detectors know both kinds. A lock without a name was
 * never initialised, and using it aborts.
 */
#ifdef __PTHREAD_MUTEX_INITIALIZER
#define KIT_RAW_ADAPTIVE                               \
	{                                              \
		{                                      \
			__PTHREAD_MUTEX_INITIALIZER(3) \
		}                                      \
	}
#define KIT_RAW_RWLOCK                                  \
	{                                               \
		{                                       \
			__PTHREAD_RWLOCK_INITIALIZER(2) \
		}                                       \
	}
#else
#define KIT_RAW_ADAPTIVE  \
	{                 \
		{         \
			0 \
		}         \
	}
#define KIT_RAW_RWLOCK    \
	{                 \
		{         \
			0 \
		}         \
	}
#endif

struct kit_mutex {
	pthread_mutex_t raw;
	const void *owner;
	const char *name;
};

struct kit_rwlock {
	pthread_rwlock_t raw;
	const void *writer;
	const char *name;
};

#define KIT_MUTEX_INIT(lockname)                  \
	{                                         \
		KIT_RAW_ADAPTIVE, NULL, #lockname \
	}
#define KIT_RWLOCK_INIT(lockname)               \
	{                                       \
		KIT_RAW_RWLOCK, NULL, #lockname \
	}

void kit_mutex_init(struct kit_mutex *lock, const char *name);
void kit_rwlock_init(struct kit_rwlock *lock, const char *name);

#endif
