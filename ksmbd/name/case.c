// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/kernel.h>

#include "name/case.h"
#include "name/utf16.h"

/**
 * struct case_range - letters that lie at one distance from their upper case
 * @first, @last: inclusive
 * @stride: every one, or every second one (where cases alternate)
 * @add: what leads to the upper case, modulo 65536
 */
struct case_range {
	u16 first;
	u16 last;
	u16 stride;
	u16 add;
};

#include "name/case_table.h"

/* Marks a byte that is not part of any character; above every code point. */
#define RAW_BYTE 0x80000000U

/* 32-bit FNV-1a. */
#define HASH_BASIS 0x811c9dc5U
#define HASH_PRIME 0x01000193U

u32 ksmbd_case_fold(u32 cp)
{
	u32 low = 0;
	u32 high = ARRAY_SIZE(case_ranges);

	if (cp < 0x80)
		return cp >= 'a' && cp <= 'z' ? cp - ('a' - 'A') : cp;
	if (cp > 0xffff)
		return cp;
	while (low < high) {
		u32 mid = (low + high) / 2;
		const struct case_range *range = &case_ranges[mid];

		if (cp > range->last)
			low = mid + 1;
		else if (cp < range->first)
			high = mid;
		else
			return (cp - range->first) % range->stride ? cp : (u16)(cp + range->add);
	}
	return cp;
}

/* Takes the next character of a name, in upper case; @len is not 0. */
static u32 take_folded(const char **name, u32 *len)
{
	u8 first = (u8)(*name)[0];
	u32 cp;
	s32 took;

	if (first < 0x80) {
		cp = ksmbd_case_fold(first);
		took = 1;
	} else {
		took = ksmbd_utf8_decode(*name, *len, &cp);
		if (took < 0) {
			cp = RAW_BYTE | first;
			took = 1;
		} else {
			cp = ksmbd_case_fold(cp);
		}
	}
	*name += took;
	*len -= took;
	return cp;
}

bool ksmbd_name_equal_caseless(const char *a, u32 alen, const char *b, u32 blen)
{
	while (alen && blen)
		if (take_folded(&a, &alen) != take_folded(&b, &blen))
			return false;
	return !alen && !blen;
}

u32 ksmbd_name_hash_caseless(const char *name, u32 len)
{
	u32 hash = HASH_BASIS;

	while (len) {
		u32 cp = take_folded(&name, &len);

		hash = (hash ^ (cp & 0xffff)) * HASH_PRIME;
		if (cp > 0xffff)
			hash = (hash ^ (cp >> 16)) * HASH_PRIME;
	}
	return hash;
}
