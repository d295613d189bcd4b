// SPDX-License-Identifier: GPL-2.0-or-later
/* Bits, hashing, sorting, randomness, comparison in constant time. */

#include <errno.h>
#include <sys/random.h>

#include <crypto/utils.h>
#include <linux/bitmap.h>
#include <linux/jhash.h>
#include <linux/kernel.h>
#include <linux/random.h>
#include <linux/sort.h>
#include <linux/uuid.h>

const guid_t guid_null;
const uuid_t uuid_null;

static unsigned long find_bit(const unsigned long *addr, unsigned long size, unsigned long offset,
			      unsigned long invert)
{
	unsigned long word, i;

	if (offset >= size)
		return size;
	i = BIT_WORD(offset);
	word = (addr[i] ^ invert) & (~0UL << (offset % BITS_PER_LONG));
	while (!word) {
		if (++i >= BITS_TO_LONGS(size))
			return size;
		word = addr[i] ^ invert;
	}
	return min(i * BITS_PER_LONG + __ffs(word), size);
}

unsigned long find_next_bit(const unsigned long *addr, unsigned long size, unsigned long offset)
{
	return find_bit(addr, size, offset, 0);
}

unsigned long find_next_zero_bit(const unsigned long *addr, unsigned long size,
				 unsigned long offset)
{
	return find_bit(addr, size, offset, ~0UL);
}

unsigned long find_last_bit(const unsigned long *addr, unsigned long size)
{
	unsigned long i = size;

	while (i-- > 0)
		if (test_bit(i, addr))
			return i;
	return size;
}

void bitmap_set(unsigned long *map, unsigned int start, unsigned int len)
{
	for (; len; start++, len--)
		__set_bit(start, map);
}

void bitmap_clear(unsigned long *map, unsigned int start, unsigned int len)
{
	for (; len; start++, len--)
		__clear_bit(start, map);
}

unsigned int bitmap_weight(const unsigned long *map, unsigned int nbits)
{
	unsigned int weight = 0, i;

	for (i = 0; i < nbits / BITS_PER_LONG; i++)
		weight += (unsigned int)hweight_long(map[i]);
	if (nbits % BITS_PER_LONG)
		weight += (unsigned int)hweight_long(map[i] & (BIT(nbits % BITS_PER_LONG) - 1));
	return weight;
}

static void jhash_mix(u32 v[3])
{
	static const u8 turns[] = { 4, 6, 8, 16, 19, 4 };
	unsigned int i, a = 0, b = 1, c = 2, t;

	/* One step: a -= c, a ^= c turned, c += b; then each name moves on by one. */
	for (i = 0; i < ARRAY_SIZE(turns); i++) {
		v[a] -= v[c];
		v[a] ^= rol32(v[c], turns[i]);
		v[c] += v[b];
		t = a;
		a = b;
		b = c;
		c = t;
	}
}

u32 jhash(const void *key, u32 length, u32 initval)
{
	u32 start = JHASH_INITVAL + length + initval;
	u32 v[3] = { start, start, start };
	const u8 *k = key;
	u32 i;

	for (; length > 12; length -= 12, k += 12) {
		for (i = 0; i < 3; i++)
			v[i] += get_unaligned_le32(k + 4 * i);
		jhash_mix(v);
	}
	if (!length)
		return v[2];
	for (i = 0; i < length; i++)
		v[i / 4] += (u32)k[i] << (8 * (i % 4));
	return __kit_jhash_final(v[0], v[1], v[2]);
}

u32 jhash2(const u32 *k, u32 length, u32 initval)
{
	u32 start = JHASH_INITVAL + (length << 2) + initval;
	u32 v[3] = { start, start, start };
	u32 i;

	for (; length > 3; length -= 3, k += 3) {
		for (i = 0; i < 3; i++)
			v[i] += k[i];
		jhash_mix(v);
	}
	if (!length)
		return v[2];
	for (i = 0; i < length; i++)
		v[i] += k[i];
	return __kit_jhash_final(v[0], v[1], v[2]);
}

static void swap_bytes(void *a, void *b, size_t size)
{
	u8 *x = a, *y = b, t;

	while (size--) {
		t = *x;
		*x++ = *y;
		*y++ = t;
	}
}

struct sort_job {
	u8 *base;
	size_t size;
	cmp_r_func_t cmp;
	swap_r_func_t exchange;
	const void *priv;
};

static void sort_swap(const struct sort_job *job, size_t i, size_t j)
{
	u8 *a = job->base + i * job->size, *b = job->base + j * job->size;

	if (job->exchange)
		job->exchange(a, b, (int)job->size, job->priv);
	else
		swap_bytes(a, b, job->size);
}

static int sort_cmp(const struct sort_job *job, size_t i, size_t j)
{
	return job->cmp(job->base + i * job->size, job->base + j * job->size, job->priv);
}

/* Heap order below root, among the first num elements. */
static void sift_down(const struct sort_job *job, size_t root, size_t num)
{
	size_t child;

	while ((child = 2 * root + 1) < num) {
		if (child + 1 < num && sort_cmp(job, child, child + 1) < 0)
			child++;
		if (sort_cmp(job, root, child) >= 0)
			return;
		sort_swap(job, root, child);
		root = child;
	}
}

void sort_r(void *base, size_t num, size_t size, cmp_r_func_t cmp_func, swap_r_func_t swap_func,
	    const void *priv)
{
	struct sort_job job = { base, size, cmp_func, swap_func, priv };
	size_t i;

	for (i = num / 2; i-- > 0;)
		sift_down(&job, i, num);
	for (i = num; i-- > 1;) {
		sort_swap(&job, 0, i);
		sift_down(&job, 0, i);
	}
}

struct plain_sort {
	cmp_func_t cmp;
	swap_func_t exchange;
};

static int plain_cmp(const void *a, const void *b, const void *priv)
{
	return ((const struct plain_sort *)priv)->cmp(a, b);
}

static void plain_swap(void *a, void *b, int size, const void *priv)
{
	((const struct plain_sort *)priv)->exchange(a, b, size);
}

void sort(void *base, size_t num, size_t size, cmp_func_t cmp_func, swap_func_t swap_func)
{
	struct plain_sort plain = { cmp_func, swap_func };

	sort_r(base, num, size, plain_cmp, swap_func ? plain_swap : NULL, &plain);
}

void get_random_bytes(void *buf, size_t len)
{
	u8 *p = buf;
	ssize_t n;

	while (len) {
		n = getrandom(p, len, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			kit_bug(__FILE__, __LINE__, "no randomness from the system");
		p += n;
		len -= (size_t)n;
	}
}

u32 get_random_u32(void)
{
	u32 v;

	get_random_bytes(&v, sizeof(v));
	return v;
}

u64 get_random_u64(void)
{
	u64 v;

	get_random_bytes(&v, sizeof(v));
	return v;
}

void generate_random_uuid(unsigned char uuid[16])
{
	get_random_bytes(uuid, 16);
	uuid[6] = (uuid[6] & 0x0f) | 0x40;
	uuid[8] = (uuid[8] & 0x3f) | 0x80;
}

void generate_random_guid(unsigned char guid[16])
{
	get_random_bytes(guid, 16);
	guid[7] = (guid[7] & 0x0f) | 0x40;
	guid[8] = (guid[8] & 0x3f) | 0x80;
}

void guid_gen(guid_t *u)
{
	generate_random_guid(u->b);
}

void uuid_gen(uuid_t *u)
{
	generate_random_uuid(u->b);
}

unsigned long crypto_memneq(const void *a, const void *b, size_t size)
{
	const u8 *x = a, *y = b;
	unsigned long differ = 0;

	while (size--) {
		differ |= *x++ ^ *y++;
		/* The compiler must not know when the answer is certain. */
		OPTIMIZER_HIDE_VAR(differ);
	}
	return differ;
}
