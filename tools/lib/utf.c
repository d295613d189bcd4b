// SPDX-License-Identifier: GPL-2.0-or-later
#include "tools/lib/utf.h"

#include <locale.h>
#include <pthread.h>
#include <string.h>
#include <wctype.h>

int32_t utf8_decode(const char **text, const char *end)
{
	static const int32_t least[] = { 0, 0x80, 0x800, 0x10000 };
	const uint8_t *at = (const uint8_t *)*text;
	int32_t code;
	int more, i;

	if (*text >= end)
		return -1;
	if (at[0] < 0x80) {
		*text += 1;
		return at[0];
	}
	if (at[0] >= 0xc2 && at[0] < 0xe0)
		more = 1;
	else if (at[0] >= 0xe0 && at[0] < 0xf0)
		more = 2;
	else if (at[0] >= 0xf0 && at[0] < 0xf5)
		more = 3;
	else
		return -1;
	if (end - *text <= more)
		return -1;
	code = at[0] & (0x3f >> more);
	for (i = 1; i <= more; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return -1;
		code = code << 6 | (at[i] & 0x3f);
	}
	if (code < least[more] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
		return -1;
	*text += more + 1;
	return code;
}

bool utf8_valid(const char *text)
{
	const char *end = text + strlen(text);

	while (text < end) {
		if (utf8_decode(&text, end) < 0)
			return false;
	}
	return true;
}

static void put_unit(uint8_t *out, size_t at, unsigned int unit)
{
	if (!out)
		return;
	out[at] = unit & 0xff;
	out[at + 1] = unit >> 8;
}

ssize_t utf8_to_utf16le(const char *text, size_t len, uint8_t *out, size_t cap)
{
	const char *end = text + len;
	size_t used = 0;

	while (text < end) {
		int32_t code = utf8_decode(&text, end);
		size_t need = code > 0xffff ? 4 : 2;

		if (code < 0 || (out && cap - used < need))
			return -1;
		if (need == 4) {
			code -= 0x10000;
			put_unit(out, used, 0xd800 | code >> 10);
			put_unit(out, used + 2, 0xdc00 | (code & 0x3ff));
		} else {
			put_unit(out, used, code);
		}
		used += need;
	}
	return used;
}

static size_t encode(uint32_t code, char out[4])
{
	if (code < 0x80) {
		out[0] = code;
		return 1;
	}
	if (code < 0x800) {
		out[0] = 0xc0 | code >> 6;
		out[1] = 0x80 | (code & 0x3f);
		return 2;
	}
	if (code < 0x10000) {
		out[0] = 0xe0 | code >> 12;
		out[1] = 0x80 | (code >> 6 & 0x3f);
		out[2] = 0x80 | (code & 0x3f);
		return 3;
	}
	out[0] = 0xf0 | code >> 18;
	out[1] = 0x80 | (code >> 12 & 0x3f);
	out[2] = 0x80 | (code >> 6 & 0x3f);
	out[3] = 0x80 | (code & 0x3f);
	return 4;
}

ssize_t utf16le_to_utf8(const uint8_t *data, size_t units, char *out, size_t cap)
{
	size_t used = 0, i;

	for (i = 0; i < units; i++) {
		uint32_t code = data[2 * i] | data[2 * i + 1] << 8;
		char bytes[4];
		size_t len;

		if (!code || (code >= 0xdc00 && code < 0xe000))
			return -1;
		if (code >= 0xd800 && code < 0xdc00) {
			uint32_t low;

			if (++i == units)
				return -1;
			low = data[2 * i] | data[2 * i + 1] << 8;
			if (low < 0xdc00 || low >= 0xe000)
				return -1;
			code = 0x10000 + ((code & 0x3ff) << 10 | (low & 0x3ff));
		}
		len = encode(code, bytes);
		if (used + len >= cap)
			return -1;
		memcpy(out + used, bytes, len);
		used += len;
	}
	if (used >= cap)
		return -1;
	out[used] = '\0';
	return used;
}

static locale_t utf8_locale;
static pthread_once_t utf8_locale_once = PTHREAD_ONCE_INIT;

static void open_utf8_locale(void)
{
	utf8_locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", NULL);
}

static int32_t next_folded(const char **text, const char *end)
{
	int32_t code = utf8_decode(text, end);

	if (code < 0) /* compares as itself, above all characters */
		return 0x200000 | (unsigned char)*(*text)++;
	if (code < 0x80)
		return code >= 'A' && code <= 'Z' ? code + 0x20 : code;
	return utf8_locale ? (int32_t)towlower_l(code, utf8_locale) : code;
}

int utf8_casecmp(const char *a, const char *b)
{
	const char *a_end = a + strlen(a), *b_end = b + strlen(b);

	pthread_once(&utf8_locale_once, open_utf8_locale);
	while (a < a_end && b < b_end) {
		int32_t x = next_folded(&a, a_end), y = next_folded(&b, b_end);

		if (x != y)
			return x < y ? -1 : 1;
	}
	return (a < a_end) - (b < b_end);
}
