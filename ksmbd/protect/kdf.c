// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <asm/unaligned.h>

#include "host/crypto.h"
#include "protect/kdf.h"
#include "protect/preauth.h"

#define DIALECT_311 0x0311
#define PRF_SIZE    32 /* HMAC-SHA256: one round gives every key length in use */

/* Text with its terminating NUL, which is part of label and context. */
struct text {
	const char *bytes;
	u32 len;
};

#define TEXT(s)              \
	{                    \
		s, sizeof(s) \
	}

/* [MS-SMB2] 3.1.4.2, 3.2.5.3.1; the blank in "ServerIn " is the specification's. */
static const struct {
	struct text label;
	struct text context;
	struct text label_311;
} keys[KSMBD_KEY_NR] = {
	[KSMBD_KEY_SIGNING] = { TEXT("SMB2AESCMAC"), TEXT("SmbSign"), TEXT("SMBSigningKey") },
	[KSMBD_KEY_APPLICATION] = { TEXT("SMB2APP"), TEXT("SmbRpc"), TEXT("SMBAppKey") },
	[KSMBD_KEY_SEAL_SERVER_OUT] = { TEXT("SMB2AESCCM"), TEXT("ServerOut"),
					TEXT("SMBS2CCipherKey") },
	[KSMBD_KEY_SEAL_SERVER_IN] = { TEXT("SMB2AESCCM"), TEXT("ServerIn "),
				       TEXT("SMBC2SCipherKey") },
};

static struct ksmbd_seg seg_of(const void *data, u32 len)
{
	struct ksmbd_seg seg = { .data = (void *)data, .len = len };

	return seg;
}

int ksmbd_kdf_derive(enum ksmbd_key_purpose purpose, u16 dialect, const u8 *preauth, const u8 *key,
		     u32 key_len, u8 *out, u32 out_len)
{
	bool is_311 = dialect >= DIALECT_311;
	const struct text *label, *context;
	struct ksmbd_mac_key *prf;
	struct ksmbd_seg segs[5];
	u8 counter[4], bits[4];
	u8 zero = 0;
	int err;

	if ((u32)purpose >= KSMBD_KEY_NR || !out_len || out_len > PRF_SIZE || (is_311 && !preauth))
		return -EINVAL;
	label = is_311 ? &keys[purpose].label_311 : &keys[purpose].label;
	context = &keys[purpose].context;
	put_unaligned_be32(1, counter);
	put_unaligned_be32(8 * out_len, bits);

	/* SP 800-108 5.1: counter || label || 0 || context || length */
	segs[0] = seg_of(counter, sizeof(counter));
	segs[1] = seg_of(label->bytes, label->len);
	segs[2] = seg_of(&zero, sizeof(zero));
	segs[3] = is_311 ? seg_of(preauth, KSMBD_PREAUTH_SIZE) :
			   seg_of(context->bytes, context->len);
	segs[4] = seg_of(bits, sizeof(bits));

	err = ksmbd_mac_key_create(KSMBD_MAC_HMAC_SHA256, key, key_len, &prf);
	if (err)
		return err;
	err = ksmbd_mac_compute(prf, NULL, segs, ARRAY_SIZE(segs), out, out_len);
	ksmbd_mac_key_free(prf);
	return err;
}
