// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/kernel.h>
#include <linux/stat.h>

#include "acl/acl.h"
#include "acl/rights.h"
#include "host/cred.h"
#include "session/session_types.h"
#include "wire/smb2_format.h"

/* Each right that a mode has nothing to do with. */
#define KNOWN_RIGHTS (FILE_ALL_ACCESS | FILE_ACCESS_SYSTEM_SECURITY)

/* Who asks, about what; filled in as far as the wanted rights need it. */
struct access_query {
	struct ksmbd_path *path;
	const struct ksmbd_user *user;
	const struct ksmbd_stat *st;
	bool is_dir;
	bool is_owner;
};

static const struct {
	u32 generic;
	u32 rights;
} generic_rights[] = {
	{ FILE_GENERIC_ALL, FILE_ALL_ACCESS },
	{ FILE_GENERIC_EXECUTE, FILE_EXECUTE_RIGHTS },
	{ FILE_GENERIC_WRITE, FILE_WRITE_RIGHTS },
	{ FILE_GENERIC_READ, FILE_READ_RIGHTS },
};

u32 ksmbd_access_resolve(u32 desired)
{
	u32 rights = desired;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(generic_rights); i++) {
		if (desired & generic_rights[i].generic)
			rights |= generic_rights[i].rights;
		rights &= ~generic_rights[i].generic;
	}
	return rights;
}

static void begin_query(struct access_query *q, struct ksmbd_path *path,
			const struct ksmbd_user *user)
{
	q->path = path;
	q->user = user;
	q->st = ksmbd_path_stat(path);
	q->is_dir = S_ISDIR(q->st->mode);
	q->is_owner = q->st->uid == ksmbd_cred_uid(user->cred) || ksmbd_cred_privileged(user->cred);
}

/* May the client take the name out of its directory? */
static bool may_remove(const struct access_query *q)
{
	struct ksmbd_stat parent;

	if (q->is_owner)
		return true;
	if (ksmbd_path_parent_access(q->path, KSMBD_MAY_WRITE | KSMBD_MAY_EXEC) ||
	    ksmbd_path_parent_stat(q->path, &parent))
		return false;
	return !(parent.mode & S_ISVTX) || parent.uid == ksmbd_cred_uid(q->user->cred);
}

/* The rights among @wanted that the file system grants; asks it no more than needed. */
static u32 rights_among(const struct access_query *q, u32 wanted)
{
	static const u32 bits[] = { KSMBD_MAY_READ, KSMBD_MAY_WRITE, KSMBD_MAY_EXEC };
	u32 have = KSMBD_RIGHTS_ALWAYS;
	u32 rights;
	u32 ask;
	u32 i;

	if (q->is_owner)
		have |= KSMBD_RIGHTS_OWNER;
	for (i = 0; i < ARRAY_SIZE(bits); i++) {
		rights = ksmbd_rights_of_bits(bits[i], q->is_dir);
		if (!(wanted & rights & ~have))
			continue;
		ask = bits[i];
		if (q->is_dir && ask == KSMBD_MAY_WRITE)
			ask |= KSMBD_MAY_EXEC;
		if (!ksmbd_path_access(q->path, ask))
			have |= rights;
	}
	if ((wanted & FILE_DELETE & ~have) && may_remove(q))
		have |= FILE_DELETE;
	return have & wanted;
}

u32 ksmbd_access_maximal(struct ksmbd_path *path, const struct ksmbd_user *user, u32 max)
{
	struct access_query q;

	begin_query(&q, path, user);
	return rights_among(&q, FILE_ALL_ACCESS & max);
}

ntstatus_t ksmbd_access_possible(u32 desired, u32 max)
{
	u32 wanted = desired & ~(u32)FILE_MAXIMUM_ALLOWED;

	if (wanted & FILE_ACCESS_SYSTEM_SECURITY)
		return STATUS_PRIVILEGE_NOT_HELD;
	return wanted & ~(max & KNOWN_RIGHTS) ? STATUS_ACCESS_DENIED : STATUS_SUCCESS;
}

ntstatus_t ksmbd_access_check(struct ksmbd_path *path, const struct ksmbd_user *user, u32 desired,
			      u32 max, u32 *granted)
{
	u32 wanted = desired & ~(u32)FILE_MAXIMUM_ALLOWED;
	ntstatus_t status = ksmbd_access_possible(desired, max);
	struct access_query q;
	u32 have;

	if (status != STATUS_SUCCESS)
		return status;
	begin_query(&q, path, user);
	if (desired & FILE_MAXIMUM_ALLOWED)
		have = rights_among(&q, FILE_ALL_ACCESS & max);
	else
		have = rights_among(&q, wanted);
	if (wanted & ~have)
		return STATUS_ACCESS_DENIED;
	*granted = have;
	return STATUS_SUCCESS;
}
