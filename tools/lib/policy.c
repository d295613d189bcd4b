// SPDX-License-Identifier: GPL-2.0-or-later
#include "tools/lib/policy.h"

#include <string.h>

#include "tools/lib/account.h"
#include "tools/lib/utf.h"

bool policy_listed(char *const *list, const char *account, bool if_unknown)
{
	bool found = false;

	for (; list && *list && !found; list++) {
		const char *item = *list;
		int member;

		if (strchr("@+&", *item)) {
			member = account_in_group(account, item + strspn(item, "@+&"));
			found = member < 0 ? if_unknown : member;
		} else {
			found = !utf8_casecmp(item, account);
		}
	}
	return found;
}

bool policy_admits(const struct conf_share *share, const char *account)
{
	if (policy_listed(share->invalid_users, account, true))
		return false;
	return !share->valid_users || policy_listed(share->valid_users, account, false);
}

bool policy_writable(const struct conf_share *share, const char *account)
{
	if (policy_listed(share->write_list, account, false))
		return true;
	return !share->read_only && !policy_listed(share->read_list, account, true);
}

bool policy_administers(const struct conf_share *share, const char *account)
{
	return policy_listed(share->admin_users, account, false);
}
