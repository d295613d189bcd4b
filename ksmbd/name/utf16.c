// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/errno.h>
#include <asm/unaligned.h>

#include "name/utf16.h"

#define SURROGATE_FIRST 0xd800
#define SURROGATE_LOW	0xdc00
#define SURROGATE_LAST	0xdfff
#define SUPPLEMENT	0x10000
#define CODE_POINT_LAST 0x10ffff

static bool is_surrogate(u32 c)
{
	return c >= SURROGATE_FIRST && c <= SURROGATE_LAST;
}

/* Writes @cp, which is at most U+10FFFF; returns the bytes taken. */
static u32 encode_utf8(u32 cp, u8 out[4])
{
	if (cp < 0x80) {
		out[0] = (u8)cp;
		return 1;
	}
	if (cp < 0x800) {
		out[0] = (u8)(0xc0 | cp >> 6);
		out[1] = (u8)(0x80 | (cp & 0x3f));
		return 2;
	}
	if (cp < SUPPLEMENT) {
		out[0] = (u8)(0xe0 | cp >> 12);
		out[1] = (u8)(0x80 | (cp >> 6 & 0x3f));
		out[2] = (u8)(0x80 | (cp & 0x3f));
		return 3;
	}
	out[0] = (u8)(0xf0 | cp >> 18);
	out[1] = (u8)(0x80 | (cp >> 12 & 0x3f));
	out[2] = (u8)(0x80 | (cp >> 6 & 0x3f));
	out[3] = (u8)(0x80 | (cp & 0x3f));
	return 4;
}

/* Takes one code point of @units; returns the units it takes or -EINVAL. */
static s32 decode_utf16(const u8 *src, u32 units, u32 *cp)
{
	u32 high = get_unaligned_le16(src);
	u32 low;

	*cp = high;
	if (!is_surrogate(high))
		return high ? 1 : -EINVAL;
	if (high >= SURROGATE_LOW || units < 2)
		return -EINVAL;
	low = get_unaligned_le16(src + 2);
	if (low < SURROGATE_LOW || low > SURROGATE_LAST)
		return -EINVAL;
	*cp = SUPPLEMENT + ((high - SURROGATE_FIRST) << 10) + (low - SURROGATE_LOW);
	return 2;
}

s32 ksmbd_utf16_to_utf8(const u8 *src_le, u32 bytes, char *dst, u32 cap)
{
	u32 units = bytes / 2;
	u32 pos = 0;
	u32 len = 0;
	u8 utf8[4];

	if (bytes % 2)
		return -EINVAL;
	if (!cap)
		return -ENAMETOOLONG;
	while (pos < units) {
		u32 cp, n, i;
		s32 took = decode_utf16(src_le + 2 * pos, units - pos, &cp);

		if (took < 0)
			return took;
		pos += took;
		n = encode_utf8(cp, utf8);
		if (n >= cap - len)
			return -ENAMETOOLONG;
		for (i = 0; i < n; i++)
			dst[len++] = (char)utf8[i];
	}
	dst[len] = '\0';
	return (s32)len;
}

s32 ksmbd_utf8_decode(const char *src, u32 len, u32 *cp)
{
	/* By sequence length: the smallest code point that may use it, else it is overlong. */
	static const u32 least[5] = { 0, 0, 0x80, 0x800, SUPPLEMENT };
	const u8 *p = (const u8 *)src;
	u32 n, i, c;

	if (p[0] < 0x80) {
		*cp = p[0];
		return 1;
	}
	if (p[0] >= 0xc2 && p[0] <= 0xdf)
		n = 2;
	else if (p[0] >= 0xe0 && p[0] <= 0xef)
		n = 3;
	else if (p[0] >= 0xf0 && p[0] <= 0xf4)
		n = 4;
	else
		return -EILSEQ;
	if (n > len)
		return -EILSEQ;
	c = p[0] & (0x7f >> n);
	for (i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return -EILSEQ;
		c = c << 6 | (p[i] & 0x3f);
	}
	if (c < least[n] || c > CODE_POINT_LAST || is_surrogate(c))
		return -EILSEQ;
	*cp = c;
	return (s32)n;
}

s32 ksmbd_utf8_to_utf16(const char *src, u32 len, u8 *dst_le, u32 cap)
{
	u32 pos = 0;
	u32 out = 0;

	while (pos < len) {
		u32 cp, need;
		s32 took = ksmbd_utf8_decode(src + pos, len - pos, &cp);

		if (took < 0)
			return took;
		pos += took;
		need = cp < SUPPLEMENT ? 2 : 4;
		if (need > cap - out)
			return -ENOSPC;
		if (need == 2) {
			put_unaligned_le16((u16)cp, dst_le + out);
		} else {
			cp -= SUPPLEMENT;
			put_unaligned_le16((u16)(SURROGATE_FIRST + (cp >> 10)), dst_le + out);
			put_unaligned_le16((u16)(SURROGATE_LOW + (cp & 0x3ff)), dst_le + out + 2);
		}
		out += need;
	}
	return (s32)out;
}

s32 ksmbd_utf8_utf16_len(const char *src, u32 len)
{
	u32 pos = 0;
	u32 out = 0;

	while (pos < len) {
		u32 cp;
		s32 took = ksmbd_utf8_decode(src + pos, len - pos, &cp);

		if (took < 0)
			return took;
		pos += took;
		out += cp < SUPPLEMENT ? 2 : 4;
	}
	return (s32)out;
}
