// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/errno.h>
#include <linux/string.h>

#include "auth/rc4.h"

#define STATES 256

int ksmbd_rc4(const u8 *key, u32 key_len, const u8 *in, u8 *out, u32 len)
{
	u8 s[STATES];
	u32 i, j, n;

	if (!key_len || key_len > STATES)
		return -EINVAL;
	for (i = 0; i < STATES; i++)
		s[i] = (u8)i;
	for (i = 0, j = 0; i < STATES; i++) {
		u8 t = s[i];

		j = (j + t + key[i % key_len]) % STATES;
		s[i] = s[j];
		s[j] = t;
	}
	for (n = 0, i = 0, j = 0; n < len; n++) {
		u8 t;

		i = (i + 1) % STATES;
		t = s[i];
		j = (j + t) % STATES;
		s[i] = s[j];
		s[j] = t;
		out[n] = in[n] ^ s[(u8)(s[i] + t)];
	}
	memzero_explicit(s, sizeof(s));
	return 0;
}
