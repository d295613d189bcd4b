/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The interface's words for configuration: the same on both hosts. */
#ifndef KSMBD_TOOLS_NETLINK_FLAGS_H
#define KSMBD_TOOLS_NETLINK_FLAGS_H

#include "tools/lib/config.h"
#include "tools/lib/service.h"

/** flags_share() - KSMBD_NL_SHARE_* (which are KSMBD_SHARE_* of the engine) */
uint32_t flags_share(const struct conf_share *share);
/** flags_tree_status() - enum ksmbd_tree_status of the interface and of the engine */
uint32_t flags_tree_status(enum service_verdict verdict);
/** flags_tree() - KSMBD_TREE_*: what an admitted @ask may do */
uint32_t flags_tree(const struct service_ask *ask);

/* KSMBD_TREE_* of the interface. */
#define FLAGS_TREE_GUEST     (1 << 0)
#define FLAGS_TREE_READ_ONLY (1 << 1)
#define FLAGS_TREE_WRITABLE  (1 << 2)
#define FLAGS_TREE_ADMIN     (1 << 3)
#define FLAGS_TREE_UPDATE    (1 << 4)

#endif
