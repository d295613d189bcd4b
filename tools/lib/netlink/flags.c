// SPDX-License-Identifier: GPL-2.0-or-later
#include "tools/lib/netlink/flags.h"

#include "ksmbd/uapi/ksmbd_netlink.h"

uint32_t flags_share(const struct conf_share *share)
{
	const struct {
		bool set;
		uint32_t flag;
	} flags[] = {
		{ true, KSMBD_NL_SHARE_AVAILABLE },
		{ share->browseable, KSMBD_NL_SHARE_BROWSEABLE },
		{ !share->read_only, KSMBD_NL_SHARE_WRITEABLE },
		{ share->read_only, KSMBD_NL_SHARE_READONLY },
		{ share->guest_ok, KSMBD_NL_SHARE_GUEST_OK },
		{ share->store_dos_attributes, KSMBD_NL_SHARE_STORE_DOS_ATTRS },
		{ share->oplocks, KSMBD_NL_SHARE_OPLOCKS },
		{ !share->path, KSMBD_NL_SHARE_PIPE },
		{ share->hide_dot_files, KSMBD_NL_SHARE_HIDE_DOT_FILES },
		{ share->inherit_owner, KSMBD_NL_SHARE_INHERIT_OWNER },
		{ share->vfs_objects & CONF_VFS_STREAMS_XATTR, KSMBD_NL_SHARE_STREAMS },
		{ share->follow_symlinks, KSMBD_NL_SHARE_FOLLOW_SYMLINKS },
		{ share->vfs_objects & CONF_VFS_ACL_XATTR, KSMBD_NL_SHARE_ACL_XATTR },
		{ share->crossmnt, KSMBD_NL_SHARE_CROSSMNT },
		{ share->encryption == CONF_ENCRYPTION_REQUIRED, KSMBD_NL_SHARE_ENCRYPT_DATA },
		{ share->encryption == CONF_ENCRYPTION_DESIRED,
		  KSMBD_NL_SHARE_EXT_ENCRYPT_DESIRED },
	};
	uint32_t value = 0;
	size_t i;

	for (i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		if (flags[i].set)
			value |= flags[i].flag;
	}
	return value;
}

uint32_t flags_tree_status(enum service_verdict verdict)
{
	static const uint8_t statuses[] = {
		[SERVICE_OK] = 0,      [SERVICE_NO_MEMORY] = 1,	   [SERVICE_NO_SHARE] = 2,
		[SERVICE_NO_USER] = 3, [SERVICE_INVALID_USER] = 4, [SERVICE_HOST_DENIED] = 5,
		[SERVICE_EXISTS] = 6,  [SERVICE_TOO_MANY] = 7,
	};

	return statuses[verdict];
}

uint32_t flags_tree(const struct service_ask *ask)
{
	return (ask->guest ? FLAGS_TREE_GUEST : 0) |
	       (ask->writable ? FLAGS_TREE_WRITABLE : FLAGS_TREE_READ_ONLY) |
	       (ask->admin ? FLAGS_TREE_ADMIN : 0);
}
