// SPDX-License-Identifier: GPL-2.0-or-later
#include "tools/lib/account.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pthread.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NAME_SIZE  256
#define MAX_BUFFER (1024 * 1024)
#define MAX_GROUPS 65536

/*
 * Run a get..nam_r() function with a buffer that grows until the entry fits.
 * @fetch: returns as getpwnam_r() does and copies what it found into @out
 */
static int fetch_entry(const char *name, void *out,
		       int (*fetch)(const char *name, void *out, char *buffer, size_t size))
{
	size_t size = 1024;
	int ret = ERANGE;

	for (; ret == ERANGE && size <= MAX_BUFFER; size *= 4) {
		char *buffer = malloc(size);

		if (!buffer)
			return -ENOMEM;
		do {
			ret = fetch(name, out, buffer, size);
		} while (ret == EINTR);
		free(buffer);
	}
	return -ret;
}

struct user_ids {
	uid_t uid;
	gid_t gid;
	char name[NAME_SIZE]; /* as the system spells it */
};

static int fetch_user(const char *name, void *out, char *buffer, size_t size)
{
	struct user_ids *ids = out;
	struct passwd entry, *found;
	int ret = getpwnam_r(name, &entry, buffer, size, &found);

	if (ret)
		return ret;
	if (!found || strlen(entry.pw_name) >= sizeof(ids->name))
		return ENOENT;
	ids->uid = entry.pw_uid;
	ids->gid = entry.pw_gid;
	strcpy(ids->name, entry.pw_name);
	return 0;
}

static int fetch_group(const char *name, void *out, char *buffer, size_t size)
{
	struct group entry, *found;
	int ret = getgrnam_r(name, &entry, buffer, size, &found);

	if (ret)
		return ret;
	if (!found)
		return ENOENT;
	*(gid_t *)out = entry.gr_gid;
	return 0;
}

/*
 * getpwnam(3) lists these for calls that have failed; all others, or none, may mean that there is
 * no such entry.
 */
static bool is_failure(int ret)
{
	switch (-ret) {
	case EAGAIN:
	case EIO:
	case EMFILE:
	case ENFILE:
	case ENOMEM:
	case ERANGE:
	case ETIMEDOUT:
		return true;
	default:
		return false;
	}
}

/*
 * A database that cannot be opened hides behind the next one, which does not have the entry: then
 * the call has not failed.
 */
static bool is_out_of_files(void)
{
	int fd = open("/", O_PATH | O_CLOEXEC);

	if (fd < 0)
		return errno == EMFILE || errno == ENFILE;
	close(fd);
	return false;
}

/* As written, then in lower case: clients send names in any case. */
static int find_entry(const char *name, void *out,
		      int (*fetch)(const char *name, void *out, char *buffer, size_t size))
{
	char lower[NAME_SIZE];
	size_t i, len = strlen(name);
	int ret;

	if (!len || len >= sizeof(lower))
		return -ENOENT;
	ret = fetch_entry(name, out, fetch);
	if (!ret || is_failure(ret))
		return ret;
	for (i = 0; i <= len; i++)
		lower[i] = tolower((unsigned char)name[i]);
	ret = strcmp(lower, name) ? fetch_entry(lower, out, fetch) : ret;
	if (!ret || is_failure(ret))
		return ret;
	return is_out_of_files() ? -EMFILE : -ENOENT;
}

static int list_own_groups(struct account *account)
{
	int count = getgroups(0, NULL);

	if (count < 0)
		return -EIO;
	account->groups = calloc(count + 1, sizeof(gid_t));
	if (!account->groups)
		return -ENOMEM;
	count = getgroups(count, account->groups);
	account->group_count = count < 0 ? 0 : count;
	return count < 0 ? -EIO : 0;
}

static int list_groups(const struct user_ids *ids, struct account *account)
{
	int room = 32, count;

	for (;;) {
		gid_t *groups = reallocarray(account->groups, room, sizeof(gid_t));

		if (!groups)
			return -ENOMEM;
		account->groups = groups;
		count = room;
		if (getgrouplist(ids->name, ids->gid, groups, &count) >= 0)
			break;
		room = count > room ? count : 2 * room;
		if (room > MAX_GROUPS)
			return -EIO;
	}
	account->group_count = count;
	return 0;
}

static int lookup_system(const char *name, struct account *account)
{
	struct user_ids ids;
	int ret = find_entry(name, &ids, fetch_user);

	if (ret)
		return ret;
	account->uid = ids.uid;
	account->gid = ids.gid;
	return list_groups(&ids, account);
}

static pthread_once_t root_once = PTHREAD_ONCE_INIT;
static bool is_root;

static void find_out_root(void)
{
	is_root = !geteuid();
}

void account_init(void)
{
	pthread_once(&root_once, find_out_root);
}

int account_lookup(const char *name, struct account *account)
{
	int ret;

	account_init();
	memset(account, 0, sizeof(*account));
	if (!is_root) {
		account->uid = geteuid();
		account->gid = getegid();
		ret = list_own_groups(account);
	} else {
		ret = lookup_system(name, account);
	}
	if (ret)
		account_release(account);
	return ret;
}

void account_release(struct account *account)
{
	free(account->groups);
	memset(account, 0, sizeof(*account));
}

bool account_exists(const char *name)
{
	struct user_ids ids;

	return !find_entry(name, &ids, fetch_user);
}

int account_uid(const char *name, uid_t *uid, gid_t *gid)
{
	struct user_ids ids;
	int ret = find_entry(name, &ids, fetch_user);

	if (!ret) {
		*uid = ids.uid;
		*gid = ids.gid;
	}
	return ret;
}

int account_gid(const char *name, gid_t *gid)
{
	return find_entry(name, gid, fetch_group);
}

int account_in_group(const char *name, const char *group)
{
	struct account account = { 0 };
	bool found = false;
	size_t i;
	gid_t gid;
	int ret = account_gid(group, &gid);

	if (!ret)
		ret = lookup_system(name, &account);
	if (!ret) {
		found = account.gid == gid;
		for (i = 0; i < account.group_count && !found; i++)
			found = account.groups[i] == gid;
	}
	account_release(&account);
	return ret && ret != -ENOENT ? ret : found;
}
