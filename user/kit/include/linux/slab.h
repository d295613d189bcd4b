/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIT_LINUX_SLAB_H
#define KIT_LINUX_SLAB_H

#include <linux/gfp.h>
#include <linux/overflow.h>
#include <linux/types.h>

/*
 * kmalloc() refuses more than KMALLOC_MAX_SIZE, as the kernel's does; size 0
 * gives ZERO_SIZE_PTR. An allocation that may sleep aborts under a spinlock.
 * Memory comes from malloc(), so that a sanitizer sees every object.
 */
#define KMALLOC_MAX_SIZE      (4UL << 20)
#define ARCH_KMALLOC_MINALIGN 8
#define ZERO_SIZE_PTR	      ((void *)16)
#define ZERO_OR_NULL_PTR(x)   ((unsigned long)(x) <= (unsigned long)ZERO_SIZE_PTR)

void kfree(const void *ptr);
void kfree_sensitive(const void *ptr);
void kvfree(const void *ptr);
void kvfree_sensitive(const void *ptr, size_t len);

void *kmalloc(size_t size, gfp_t gfp) __alloc_size(1) __attribute__((__malloc__));
void *kzalloc(size_t size, gfp_t gfp) __alloc_size(1) __attribute__((__malloc__));
void *kmalloc_array(size_t n, size_t size, gfp_t gfp) __alloc_size(1, 2);
void *kcalloc(size_t n, size_t size, gfp_t gfp) __alloc_size(1, 2);
void *krealloc(const void *ptr, size_t new_size, gfp_t gfp) __must_check __alloc_size(2);
void *krealloc_array(void *ptr, size_t n, size_t size, gfp_t gfp) __must_check;

void *kvmalloc(size_t size, gfp_t gfp) __alloc_size(1) __attribute__((__malloc__));
void *kvzalloc(size_t size, gfp_t gfp) __alloc_size(1) __attribute__((__malloc__));
void *kvmalloc_array(size_t n, size_t size, gfp_t gfp) __alloc_size(1, 2);
void *kvcalloc(size_t n, size_t size, gfp_t gfp) __alloc_size(1, 2);

struct kmem_cache;
typedef unsigned int __bitwise slab_flags_t;
#define SLAB_HWCACHE_ALIGN   ((__force slab_flags_t)0x2000u)
#define SLAB_ACCOUNT	     ((__force slab_flags_t)0x4000000u)
#define SLAB_RECLAIM_ACCOUNT ((__force slab_flags_t)0x20000u)
#define SLAB_PANIC	     ((__force slab_flags_t)0x40000u)

struct kmem_cache *kmem_cache_create(const char *name, unsigned int size, unsigned int align,
				     slab_flags_t flags, void (*ctor)(void *));
/* Warns when objects are still out. */
void kmem_cache_destroy(struct kmem_cache *cache);
void *kmem_cache_alloc(struct kmem_cache *cache, gfp_t gfp);
void *kmem_cache_zalloc(struct kmem_cache *cache, gfp_t gfp);
void kmem_cache_free(struct kmem_cache *cache, void *obj);
#define KMEM_CACHE(type, flags) \
	kmem_cache_create(#type, sizeof(struct type), __alignof__(struct type), (flags), NULL)

#endif
