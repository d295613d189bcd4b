// SPDX-License-Identifier: GPL-2.0-or-later
#include "tools/lib/base64.h"

#include <string.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

size_t base64_encode(const uint8_t *data, size_t len, char *text)
{
	size_t i, used = 0;

	for (i = 0; i < len; i += 3) {
		size_t have = len - i < 3 ? len - i : 3, j;
		uint32_t bits = data[i] << 16;

		if (have > 1)
			bits |= data[i + 1] << 8;
		if (have > 2)
			bits |= data[i + 2];
		for (j = 0; j < 4; j++)
			text[used++] = j <= have ? alphabet[bits >> (18 - 6 * j) & 63] : '=';
	}
	return used;
}

static int digit_value(char digit)
{
	const char *at = digit ? strchr(alphabet, digit) : NULL;

	return at ? at - alphabet : -1;
}

/* Four characters to @have bytes; the bits left over must be zero. */
static bool decode_group(const char *text, uint8_t *data, size_t have)
{
	uint32_t bits = 0;
	size_t i;

	for (i = 0; i < 4; i++) {
		int value = digit_value(text[i]);

		if (i > have) {
			if (text[i] != '=')
				return false;
			value = 0;
		}
		if (value < 0)
			return false;
		bits = bits << 6 | value;
	}
	for (i = 0; i < 3; i++, bits <<= 8) {
		uint8_t byte = bits >> 16;

		if (i < have)
			data[i] = byte;
		else if (byte)
			return false;
	}
	return true;
}

bool base64_decode(const char *text, size_t len, uint8_t *data, size_t size)
{
	size_t i;

	if (len != BASE64_SIZE(size))
		return false;
	for (i = 0; i < size; i += 3, text += 4) {
		if (!decode_group(text, data + i, size - i < 3 ? size - i : 3))
			return false;
	}
	return true;
}
