// SPDX-License-Identifier: GPL-2.0-or-later
#include "wire/secdesc.h"

#define SE_DACL_PRESENT	 0x0004
#define SE_SELF_RELATIVE 0x8000

#define ACL_REVISION		2
#define ACCESS_ALLOWED_ACE_TYPE 0

/* Where the descriptor's fields are, from its beginning. [MS-DTYP] 2.4.6 */
#define SD_OWNER_AT    4
#define SD_GROUP_AT    8
#define SD_DACL_AT     16
#define SD_HEADER_SIZE 20

static u32 sid_size(const struct ksmbd_sid *sid)
{
	return 8 + 4 * (u32)sid->nr_sub;
}

static void write_sid(struct ksmbd_wr *w, const struct ksmbd_sid *sid)
{
	u8 *authority;
	u32 i;

	ksmbd_wr_u8(w, 1);
	ksmbd_wr_u8(w, sid->nr_sub);
	authority = ksmbd_wr_reserve(w, 6);
	if (authority) {
		put_unaligned_be16(sid->authority >> 32, authority);
		put_unaligned_be32((u32)sid->authority, authority + 2);
	}
	for (i = 0; i < sid->nr_sub; i++)
		ksmbd_wr_u32(w, sid->sub[i]);
}

static void write_ace(struct ksmbd_wr *w, const struct ksmbd_ace *ace)
{
	ksmbd_wr_u8(w, ACCESS_ALLOWED_ACE_TYPE);
	ksmbd_wr_u8(w, 0);
	ksmbd_wr_u16(w, 8 + sid_size(ace->sid));
	ksmbd_wr_u32(w, ace->mask);
	write_sid(w, ace->sid);
}

static void write_acl(struct ksmbd_wr *w, const struct ksmbd_ace *aces, u32 nr)
{
	u32 size = 8;
	u32 i;

	for (i = 0; i < nr; i++)
		size += 8 + sid_size(aces[i].sid);
	ksmbd_wr_u8(w, ACL_REVISION);
	ksmbd_wr_u8(w, 0);
	ksmbd_wr_u16(w, size);
	ksmbd_wr_u16(w, nr);
	ksmbd_wr_u16(w, 0);
	for (i = 0; i < nr; i++)
		write_ace(w, &aces[i]);
}

void ksmbd_secdesc_encode(struct ksmbd_wr *w, const struct ksmbd_secdesc *sd)
{
	u32 start = w->len;

	ksmbd_wr_u8(w, 1);
	ksmbd_wr_u8(w, 0);
	ksmbd_wr_u16(w, SE_SELF_RELATIVE | (sd->has_dacl ? SE_DACL_PRESENT : 0));
	ksmbd_wr_zero(w, SD_HEADER_SIZE - 4);
	if (sd->owner) {
		ksmbd_wr_patch_u32(w, start + SD_OWNER_AT, w->len - start);
		write_sid(w, sd->owner);
	}
	if (sd->group) {
		ksmbd_wr_patch_u32(w, start + SD_GROUP_AT, w->len - start);
		write_sid(w, sd->group);
	}
	if (sd->has_dacl) {
		ksmbd_wr_patch_u32(w, start + SD_DACL_AT, w->len - start);
		write_acl(w, sd->aces, sd->nr_aces);
	}
}
