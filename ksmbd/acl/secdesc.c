// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/kernel.h>
#include <linux/stat.h>

#include "acl/acl.h"
#include "acl/rights.h"
#include "wire/secdesc.h"

/* S-1-22: identities of a Unix host; sub-authority 1: users, 2: groups. */
#define UNIX_AUTHORITY	22
#define UNIX_USERS	1
#define UNIX_GROUPS	2
#define WORLD_AUTHORITY 1

static void unix_sid(struct ksmbd_sid *sid, u32 kind, u32 id)
{
	sid->authority = UNIX_AUTHORITY;
	sid->nr_sub = 2;
	sid->sub[0] = kind;
	sid->sub[1] = id;
}

/* One class of the mode as an access mask. */
static u32 mask_of(const struct ksmbd_stat *st, u32 shift, u32 extra)
{
	return KSMBD_RIGHTS_ALWAYS | extra |
	       ksmbd_rights_of_bits(st->mode >> shift & 7, S_ISDIR(st->mode));
}

void ksmbd_secdesc_write(const struct ksmbd_stat *st, u32 which, struct ksmbd_wr *w)
{
	struct ksmbd_sid owner, group;
	struct ksmbd_sid world = { .authority = WORLD_AUTHORITY, .nr_sub = 1, .sub = { 0 } };
	struct ksmbd_ace aces[] = {
		{ mask_of(st, 6, KSMBD_RIGHTS_OWNER), &owner },
		{ mask_of(st, 3, 0), &group },
		{ mask_of(st, 0, 0), &world },
	};
	struct ksmbd_secdesc sd = {
		.owner = which & KSMBD_SECINFO_OWNER ? &owner : NULL,
		.group = which & KSMBD_SECINFO_GROUP ? &group : NULL,
		.has_dacl = which & KSMBD_SECINFO_DACL,
		.nr_aces = ARRAY_SIZE(aces),
		.aces = aces,
	};

	unix_sid(&owner, UNIX_USERS, st->uid);
	unix_sid(&group, UNIX_GROUPS, st->gid);
	ksmbd_secdesc_encode(w, &sd);
}
