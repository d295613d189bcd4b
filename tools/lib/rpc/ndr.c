// SPDX-License-Identifier: GPL-2.0-or-later
#include "tools/lib/rpc/ndr.h"

#include <stdlib.h>
#include <string.h>

#include "tools/lib/utf.h"

#define FIRST_ROOM     512
#define FIRST_REFERENT 0x00020000

void ndr_in_init(struct ndr_in *in, const void *data, size_t len, bool big_endian)
{
	*in = (struct ndr_in){ .data = data, .len = len, .big_endian = big_endian };
}

size_t ndr_in_left(const struct ndr_in *in)
{
	return in->bad ? 0 : in->len - in->at;
}

const uint8_t *ndr_get_bytes(struct ndr_in *in, size_t len)
{
	const uint8_t *data;

	if (in->bad || len > in->len - in->at) {
		in->bad = true;
		return NULL;
	}
	data = in->data + in->at;
	in->at += len;
	return data;
}

void ndr_get_align(struct ndr_in *in, size_t size)
{
	ndr_get_bytes(in, -in->at & (size - 1));
}

static uint32_t get_integer(struct ndr_in *in, size_t size)
{
	const uint8_t *data;
	uint32_t value = 0;
	size_t i;

	ndr_get_align(in, size);
	data = ndr_get_bytes(in, size);
	for (i = 0; data && i < size; i++)
		value = value << 8 | data[in->big_endian ? i : size - 1 - i];
	return value;
}

uint8_t ndr_get_u8(struct ndr_in *in)
{
	return get_integer(in, 1);
}

uint16_t ndr_get_u16(struct ndr_in *in)
{
	return get_integer(in, 2);
}

uint32_t ndr_get_u32(struct ndr_in *in)
{
	return get_integer(in, 4);
}

bool ndr_get_pointer(struct ndr_in *in)
{
	return ndr_get_u32(in);
}

/* utf16le_to_utf8() of units in either byte order. */
static bool convert_units(const uint8_t *data, size_t units, bool big_endian, char *text,
			  size_t cap)
{
	uint8_t swapped[512];
	size_t i;

	if (!big_endian)
		return utf16le_to_utf8(data, units, text, cap) >= 0;
	if (2 * units > sizeof(swapped))
		return false;
	for (i = 0; i < 2 * units; i++)
		swapped[i] = data[i ^ 1];
	return utf16le_to_utf8(swapped, units, text, cap) >= 0;
}

void ndr_get_string(struct ndr_in *in, char *text, size_t cap)
{
	uint32_t size = ndr_get_u32(in);
	uint32_t offset = ndr_get_u32(in);
	uint32_t units = ndr_get_u32(in);
	const uint8_t *data;

	if (offset || units > size)
		in->bad = true;
	data = ndr_get_bytes(in, 2 * (size_t)units);
	if (data && units && !data[2 * units - 1] && !data[2 * units - 2])
		units--;
	if (!data || !convert_units(data, units, in->big_endian, text, cap))
		text[0] = '\0';
}

void ndr_out_init(struct ndr_out *out, size_t limit)
{
	*out = (struct ndr_out){ .limit = limit };
}

void ndr_out_release(struct ndr_out *out)
{
	free(out->data);
	ndr_out_init(out, out->limit);
}

/* Room for @len more bytes, or NULL. They count as written. */
static uint8_t *reserve(struct ndr_out *out, size_t len)
{
	size_t room = out->room ? out->room : FIRST_ROOM;
	uint8_t *data;

	if (out->failed || len > out->limit - out->len) {
		out->failed = true;
		return NULL;
	}
	while (room < out->len + len)
		room *= 2;
	if (room > out->room) {
		data = realloc(out->data, room);
		if (!data) {
			out->failed = true;
			return NULL;
		}
		out->data = data;
		out->room = room;
	}
	data = out->data + out->len;
	out->len += len;
	return data;
}

void ndr_put_bytes(struct ndr_out *out, const void *data, size_t len)
{
	uint8_t *at = len ? reserve(out, len) : NULL;

	if (at)
		memcpy(at, data, len);
}

void ndr_put_align(struct ndr_out *out, size_t size)
{
	static const uint8_t zeros[8];

	ndr_put_bytes(out, zeros, -out->len & (size - 1));
}

static void put_integer(struct ndr_out *out, uint32_t value, size_t size)
{
	uint8_t data[4];
	size_t i;

	for (i = 0; i < size; i++)
		data[i] = value >> (8 * i);
	ndr_put_align(out, size);
	ndr_put_bytes(out, data, size);
}

void ndr_put_u8(struct ndr_out *out, uint8_t value)
{
	put_integer(out, value, 1);
}

void ndr_put_u16(struct ndr_out *out, uint16_t value)
{
	put_integer(out, value, 2);
}

void ndr_put_u32(struct ndr_out *out, uint32_t value)
{
	put_integer(out, value, 4);
}

void ndr_put_pointer(struct ndr_out *out, bool present)
{
	ndr_put_u32(out, present ? FIRST_REFERENT + 4 * out->referents++ : 0);
}

void ndr_put_string(struct ndr_out *out, const char *text)
{
	size_t len = strlen(text);
	ssize_t bytes = utf8_to_utf16le(text, len, NULL, 0);
	uint32_t units;
	uint8_t *at;

	if (bytes < 0) /* a name of the system that is no UTF-8 */
		bytes = len = 0;
	units = bytes / 2 + 1;
	ndr_put_u32(out, units);
	ndr_put_u32(out, 0);
	ndr_put_u32(out, units);
	at = reserve(out, bytes + 2);
	if (!at)
		return;
	utf8_to_utf16le(text, len, at, bytes);
	memset(at + bytes, 0, 2);
}

void ndr_set_u16(struct ndr_out *out, size_t at, uint16_t value)
{
	if (out->failed)
		return;
	out->data[at] = value & 0xff;
	out->data[at + 1] = value >> 8;
}
