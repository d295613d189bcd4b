/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Security identifiers and self-relative security descriptors. [MS-DTYP] 2.4 */
#ifndef KSMBD_WIRE_SECDESC_H
#define KSMBD_WIRE_SECDESC_H

#include "wire/cursor.h"

#define KSMBD_SID_MAX_SUB 15

/**
 * struct ksmbd_sid - [MS-DTYP] 2.4.2
 * @authority: 48 bits
 */
struct ksmbd_sid {
	u64 authority;
	u8 nr_sub;
	u32 sub[KSMBD_SID_MAX_SUB];
};

/* One access-allowed entry, without inheritance. [MS-DTYP] 2.4.4.2 */
struct ksmbd_ace {
	u32 mask;
	const struct ksmbd_sid *sid;
};

/**
 * struct ksmbd_secdesc - what a descriptor holds
 * @owner, @group: NULL: left out
 * @has_dacl: there is a DACL, of @nr_aces entries
 */
struct ksmbd_secdesc {
	const struct ksmbd_sid *owner;
	const struct ksmbd_sid *group;
	bool has_dacl;
	u32 nr_aces;
	const struct ksmbd_ace *aces;
};

/** ksmbd_secdesc_encode() - encode a descriptor, offsets counted from where it begins */
void ksmbd_secdesc_encode(struct ksmbd_wr *w, const struct ksmbd_secdesc *sd);

#endif
