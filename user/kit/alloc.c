// SPDX-License-Identifier: GPL-2.0-or-later
/* kmalloc() and its family over malloc(), with the kernel's limits and with injected failures. */

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

#include "internal.h"
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/sprintf.h>
#include <linux/string.h>

struct kmem_cache {
	const char *name;
	unsigned int size;
	unsigned int align;
	void (*ctor)(void *obj);
	atomic_long_t out;
};

/* One word for the common case: is anything but plain allocation asked for? */
static bool alloc_watched;
static bool tracking;
static u32 fault_nth;
static u32 fault_seen;
static bool fault_fired;
static atomic_long_t outstanding = ATOMIC_LONG_INIT(0);
static atomic_long_t outstanding_bytes = ATOMIC_LONG_INIT(0);

static void update_watched(void)
{
	WRITE_ONCE(alloc_watched, READ_ONCE(fault_nth) || READ_ONCE(tracking));
}

void kit_fault_set(u32 nth)
{
	WRITE_ONCE(fault_seen, 0);
	WRITE_ONCE(fault_fired, false);
	WRITE_ONCE(fault_nth, nth);
	update_watched();
}

bool kit_fault_fired(void)
{
	return READ_ONCE(fault_fired);
}

u32 kit_fault_count(void)
{
	return READ_ONCE(fault_seen);
}

void kit_alloc_track(bool on)
{
	atomic_long_set(&outstanding, 0);
	atomic_long_set(&outstanding_bytes, 0);
	WRITE_ONCE(tracking, on);
	update_watched();
}

long kit_alloc_outstanding(void)
{
	return atomic_long_read(&outstanding);
}

long kit_alloc_bytes(void)
{
	return atomic_long_read(&outstanding_bytes);
}

static noinline void count_object(void *mem, long sign)
{
	atomic_long_add(sign, &outstanding);
	atomic_long_add(sign * (long)malloc_usable_size(mem), &outstanding_bytes);
}

static noinline bool alloc_fails(void)
{
	u32 nth = READ_ONCE(fault_nth);

	if (nth && __atomic_add_fetch(&fault_seen, 1, __ATOMIC_RELAXED) == nth) {
		WRITE_ONCE(fault_fired, true);
		return true;
	}
	return false;
}

static void *get_memory(size_t size, gfp_t gfp, size_t limit)
{
	void *mem;

	if (gfpflags_allow_blocking(gfp))
		might_sleep();
	if (unlikely(READ_ONCE(alloc_watched)) && alloc_fails())
		return NULL;
	if (unlikely(size > limit)) {
		WARN_ONCE(!(gfp & __GFP_NOWARN), "allocation of %zu bytes, limit %zu", size, limit);
		return NULL;
	}
	if (unlikely(!size))
		return ZERO_SIZE_PTR;
	mem = gfp & __GFP_ZERO ? calloc(1, size) : malloc(size);
	if (unlikely(READ_ONCE(alloc_watched)) && mem)
		count_object(mem, 1);
	return mem;
}

static void put_memory(const void *ptr)
{
	struct task_struct *task = kit_current();

	if (unlikely(task->nr_held))
		kit_check_not_held_in(ptr, malloc_usable_size((void *)ptr));
	if (unlikely(READ_ONCE(alloc_watched)))
		count_object((void *)ptr, -1);
	free((void *)ptr);
}

void *kmalloc(size_t size, gfp_t gfp)
{
	return get_memory(size, gfp, KMALLOC_MAX_SIZE);
}

void *kzalloc(size_t size, gfp_t gfp)
{
	return get_memory(size, gfp | __GFP_ZERO, KMALLOC_MAX_SIZE);
}

void *kmalloc_array(size_t n, size_t size, gfp_t gfp)
{
	size_t bytes;

	if (check_mul_overflow(n, size, &bytes))
		return NULL;
	return kmalloc(bytes, gfp);
}

void *kcalloc(size_t n, size_t size, gfp_t gfp)
{
	return kmalloc_array(n, size, gfp | __GFP_ZERO);
}

void kfree(const void *ptr)
{
	if (!ZERO_OR_NULL_PTR(ptr))
		put_memory(ptr);
}

/* The whole object, what the allocator added included: a realloc()ed secret may reach there. */
void kfree_sensitive(const void *ptr)
{
	if (ZERO_OR_NULL_PTR(ptr))
		return;
	memzero_explicit((void *)ptr, malloc_usable_size((void *)ptr));
	put_memory(ptr);
}

/*
 * The memory is always moved: nobody may rely on getting the same address, and a
 * sanitizer sees stale pointers.
 */
void *krealloc(const void *ptr, size_t new_size, gfp_t gfp)
{
	size_t old_size;
	void *mem;

	if (unlikely(!new_size)) {
		kfree(ptr);
		return ZERO_SIZE_PTR;
	}
	mem = kmalloc(new_size, gfp);
	if (mem && !ZERO_OR_NULL_PTR(ptr)) {
		old_size = malloc_usable_size((void *)ptr);
		memcpy(mem, ptr, min(old_size, new_size));
		put_memory(ptr);
	}
	return mem;
}

void *krealloc_array(void *ptr, size_t n, size_t size, gfp_t gfp)
{
	size_t bytes;

	if (check_mul_overflow(n, size, &bytes))
		return NULL;
	return krealloc(ptr, bytes, gfp);
}

void *kvmalloc(size_t size, gfp_t gfp)
{
	return get_memory(size, gfp, INT_MAX);
}

void *kvzalloc(size_t size, gfp_t gfp)
{
	return kvmalloc(size, gfp | __GFP_ZERO);
}

void *kvmalloc_array(size_t n, size_t size, gfp_t gfp)
{
	size_t bytes;

	if (check_mul_overflow(n, size, &bytes))
		return NULL;
	return kvmalloc(bytes, gfp);
}

void *kvcalloc(size_t n, size_t size, gfp_t gfp)
{
	return kvmalloc_array(n, size, gfp | __GFP_ZERO);
}

/* What the kernel may have had to map can only be unmapped by one who may sleep. */
void kvfree(const void *ptr)
{
	if (ZERO_OR_NULL_PTR(ptr))
		return;
	if (unlikely(kit_current()->atomic_depth) && malloc_usable_size((void *)ptr) > PAGE_SIZE)
		might_sleep();
	put_memory(ptr);
}

void kvfree_sensitive(const void *ptr, size_t len)
{
	if (ZERO_OR_NULL_PTR(ptr))
		return;
	memzero_explicit((void *)ptr, len);
	kvfree(ptr);
}

struct kmem_cache *kmem_cache_create(const char *name, unsigned int size, unsigned int align,
				     slab_flags_t flags, void (*ctor)(void *))
{
	struct kmem_cache *cache = kzalloc(sizeof(*cache), GFP_KERNEL);

	if (!cache)
		return NULL;
	cache->name = name;
	cache->align = max_t(unsigned int, align, sizeof(void *));
	if (flags & SLAB_HWCACHE_ALIGN)
		cache->align = max(cache->align, 64U);
	cache->size = round_up(size, cache->align);
	cache->ctor = ctor;
	return cache;
}

void kmem_cache_destroy(struct kmem_cache *cache)
{
	if (!cache)
		return;
	WARN(atomic_long_read(&cache->out), "cache %s destroyed with %ld objects out", cache->name,
	     atomic_long_read(&cache->out));
	kfree(cache);
}

void *kmem_cache_alloc(struct kmem_cache *cache, gfp_t gfp)
{
	void *obj;

	if (gfpflags_allow_blocking(gfp))
		might_sleep();
	if (unlikely(READ_ONCE(alloc_watched)) && alloc_fails())
		return NULL;
	obj = aligned_alloc(cache->align, cache->size);
	if (!obj)
		return NULL;
	if (unlikely(READ_ONCE(alloc_watched)))
		atomic_long_inc(&outstanding);
	atomic_long_inc(&cache->out);
	if (gfp & __GFP_ZERO)
		memset(obj, 0, cache->size);
	if (cache->ctor)
		cache->ctor(obj);
	return obj;
}

void *kmem_cache_zalloc(struct kmem_cache *cache, gfp_t gfp)
{
	return kmem_cache_alloc(cache, gfp | __GFP_ZERO);
}

void kmem_cache_free(struct kmem_cache *cache, void *obj)
{
	if (!obj)
		return;
	atomic_long_dec(&cache->out);
	put_memory(obj);
}

char *kvasprintf(gfp_t gfp, const char *fmt, va_list args)
{
	va_list again;
	char *buf;
	int len;

	va_copy(again, args);
	len = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (len < 0)
		return NULL;
	buf = kmalloc((size_t)len + 1, gfp);
	if (buf)
		vsnprintf(buf, (size_t)len + 1, fmt, args);
	return buf;
}

char *kasprintf(gfp_t gfp, const char *fmt, ...)
{
	va_list args;
	char *buf;

	va_start(args, fmt);
	buf = kvasprintf(gfp, fmt, args);
	va_end(args);
	return buf;
}

char *kstrdup(const char *s, gfp_t gfp)
{
	return s ? kmemdup(s, strlen(s) + 1, gfp) : NULL;
}

char *kstrndup(const char *s, size_t len, gfp_t gfp)
{
	return s ? kmemdup_nul(s, strnlen(s, len), gfp) : NULL;
}

void *kmemdup(const void *src, size_t len, gfp_t gfp)
{
	void *mem = kmalloc(len, gfp);

	if (mem && len)
		memcpy(mem, src, len);
	return mem;
}

char *kmemdup_nul(const char *s, size_t len, gfp_t gfp)
{
	char *mem;

	if (!s)
		return NULL;
	mem = kmalloc(len + 1, gfp);
	if (mem) {
		memcpy(mem, s, len);
		mem[len] = '\0';
	}
	return mem;
}
