// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "debug.h"

#define ALL (BIT(KSMBD_DEBUG_COUNT) - 1)

atomic_t ksmbd_debug_mask = ATOMIC_INIT(0);

static const char *const names[KSMBD_DEBUG_COUNT] = {
	[KSMBD_DEBUG_SMB] = "smb",	 [KSMBD_DEBUG_AUTH] = "auth", [KSMBD_DEBUG_VFS] = "vfs",
	[KSMBD_DEBUG_OPLOCK] = "oplock", [KSMBD_DEBUG_IPC] = "ipc",   [KSMBD_DEBUG_CONN] = "conn",
	[KSMBD_DEBUG_RDMA] = "rdma",
};

u32 ksmbd_debug_list(char *buf, u32 size)
{
	u32 mask = atomic_read(&ksmbd_debug_mask), len = 0, i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		len += scnprintf(buf + len, size - len, mask & BIT(i) ? "[%s] " : "%s ", names[i]);
	len += scnprintf(buf + len, size - len, "\n");
	return len;
}

static bool is_name(const char *name, u32 len, const char *known)
{
	return strlen(known) == len && !memcmp(name, known, len);
}

int ksmbd_debug_toggle(const char *name, u32 len)
{
	u32 i;

	if (is_name(name, len, "all")) {
		/* All on unless they are. */
		atomic_set(&ksmbd_debug_mask,
			   atomic_read(&ksmbd_debug_mask) == (int)ALL ? 0 : (int)ALL);
		return 0;
	}
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		if (is_name(name, len, names[i])) {
			atomic_xor(BIT(i), &ksmbd_debug_mask);
			return 0;
		}
	}
	return -EINVAL;
}
