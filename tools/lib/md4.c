// SPDX-License-Identifier: GPL-2.0-or-later
#include "tools/lib/md4.h"

#include <string.h>

#define BLOCK_SIZE    64
#define LENGTH_OFFSET 56

static uint32_t rotate_left(uint32_t value, unsigned int bits)
{
	return value << bits | value >> (32 - bits);
}

static uint32_t load_le32(const uint8_t *at)
{
	return at[0] | at[1] << 8 | at[2] << 16 | (uint32_t)at[3] << 24;
}

/* The functions F, G and H of RFC 1320 section 3.4. */
static uint32_t mix(unsigned int round, uint32_t x, uint32_t y, uint32_t z)
{
	switch (round) {
	case 0:
		return (x & y) | (~x & z);
	case 1:
		return (x & y) | (x & z) | (y & z);
	default:
		return x ^ y ^ z;
	}
}

static void digest_block(uint32_t state[4], const uint8_t *block)
{
	static const uint32_t constant[3] = { 0, 0x5a827999, 0x6ed9eba1 };
	static const uint8_t shift[3][4] = { { 3, 7, 11, 19 }, { 3, 5, 9, 13 }, { 3, 9, 11, 15 } };
	static const uint8_t order[3][16] = {
		{ 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 },
		{ 0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15 },
		{ 0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15 },
	};
	uint32_t words[16], s[4];
	unsigned int round, step, i;

	for (i = 0; i < 16; i++)
		words[i] = load_le32(block + 4 * i);
	memcpy(s, state, sizeof(s));
	for (round = 0; round < 3; round++) {
		for (step = 0; step < 16; step++) {
			uint32_t sum = s[0] + mix(round, s[1], s[2], s[3]) +
				       words[order[round][step]] + constant[round];

			s[0] = s[3];
			s[3] = s[2];
			s[2] = s[1];
			s[1] = rotate_left(sum, shift[round][step % 4]);
		}
	}
	for (i = 0; i < 4; i++)
		state[i] += s[i];
	explicit_bzero(words, sizeof(words));
	explicit_bzero(s, sizeof(s));
}

void md4(const void *data, size_t len, uint8_t digest[MD4_SIZE])
{
	uint32_t state[4] = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476 };
	const uint8_t *at = data;
	uint8_t last[2 * BLOCK_SIZE] = { 0 };
	uint64_t bits = (uint64_t)len * 8;
	size_t left = len, tail, i;

	for (; left >= BLOCK_SIZE; left -= BLOCK_SIZE, at += BLOCK_SIZE)
		digest_block(state, at);
	if (left)
		memcpy(last, at, left);
	last[left] = 0x80;
	tail = left < LENGTH_OFFSET ? BLOCK_SIZE : 2 * BLOCK_SIZE;
	for (i = 0; i < 8; i++)
		last[tail - 8 + i] = bits >> (8 * i);
	for (i = 0; i < tail; i += BLOCK_SIZE)
		digest_block(state, last + i);
	for (i = 0; i < MD4_SIZE; i++)
		digest[i] = state[i / 4] >> (8 * (i % 4));
	explicit_bzero(last, sizeof(last));
	explicit_bzero(state, sizeof(state));
}
