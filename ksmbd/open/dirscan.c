// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/errno.h>
#include <linux/slab.h>
#include <linux/stat.h>
#include <linux/string.h>

#include "attr/attr.h"
#include "name/path.h"
#include "name/utf16.h"
#include "name/veto.h"
#include "name/wildcard.h"
#include "open/dirscan.h"
#include "open/open.h"
#include "session/session_types.h"
#include "util/status.h"

#define NAME_BYTES (2 * KSMBD_NAME_MAX)

/**
 * struct ksmbd_dirscan - where a handle's enumeration is
 * @pos: position in the directory, NULL until needed; the entry that did not fit is still
 *       in front of it
 * @queried: some call has looked for the pattern: from now on it is NO_MORE_FILES
 * @all: the pattern is "*"
 * @plain: the pattern is a name: it is looked up, not searched for
 * @done: the one entry of a plain pattern has been delivered
 *
 * The rest is of the call that is running.
 * @delivered: entries
 * @refused: the next one had no room
 */
struct ksmbd_dirscan {
	struct ksmbd_dirpos *pos;
	bool queried;
	bool all;
	bool plain;
	bool done;
	u32 pattern_len;
	char pattern[KSMBD_DIRSCAN_PATTERN_MAX];

	const struct ksmbd_share *share;
	const struct ksmbd_dirscan_query *query;
	u32 delivered;
	bool refused;
	u8 name[NAME_BYTES];
	struct ksmbd_dirinfo entry;
};

static bool is_dots(const char *name, u32 len)
{
	return name[0] == '.' && (len == 1 || (len == 2 && name[1] == '.'));
}

static bool may_show(const struct ksmbd_share *share, const char *name, u32 len)
{
	return ksmbd_name_check(name, len) && !ksmbd_name_vetoed(share->conf.veto, name, len);
}

static bool is_wanted(void *ctx, const char *name, u32 len)
{
	struct ksmbd_dirscan *scan = ctx;

	if (!scan->all && !ksmbd_wildcard_match(scan->pattern, scan->pattern_len, name, len, true))
		return false;
	return is_dots(name, len) || may_show(scan->share, name, len);
}

static bool is_openable(const struct ksmbd_stat *st)
{
	return S_ISREG(st->mode) || S_ISDIR(st->mode);
}

/* Hands scan->entry, whose attributes are set, out under a name. Returns what add() does. */
static bool deliver(struct ksmbd_dirscan *scan, const char *name, u32 len)
{
	s32 bytes = ksmbd_utf8_to_utf16(name, len, scan->name, sizeof(scan->name));

	if (bytes < 0)
		return true;
	scan->entry.name = scan->name;
	scan->entry.name_len = bytes;
	if (!scan->query->add(scan->query->ctx, &scan->entry)) {
		scan->refused = true;
		return false;
	}
	scan->delivered++;
	return true;
}

static bool take_entry(void *ctx, const struct ksmbd_dirent *ent)
{
	struct ksmbd_dirscan *scan = ctx;

	if (!ent->stat_ok || !is_openable(&ent->st))
		return true;
	if (scan->query->single && scan->delivered)
		return false;
	if (scan->query->with_attr)
		ksmbd_attr_read_entry(scan->share, ent, &scan->entry.attr);
	return deliver(scan, ent->name, ent->name_len);
}

/* ---- a pattern that is a name ---- */

/* "directory/pattern", kmalloc'ed, relative to the share. */
static int plain_path(struct ksmbd_open *open, const struct ksmbd_dirscan *scan, char **out)
{
	char *path = kmalloc(KSMBD_PATH_MAX + KSMBD_DIRSCAN_PATTERN_MAX + 2, GFP_KERNEL);
	u32 len;
	int err;

	if (!path)
		return -ENOMEM;
	err = ksmbd_file_name(open->file, open->share->root, path, KSMBD_PATH_MAX);
	if (err) {
		kfree(path);
		return err;
	}
	len = strlen(path);
	if (len)
		path[len++] = '/';
	memcpy(path + len, scan->pattern, scan->pattern_len);
	path[len + scan->pattern_len] = '\0';
	*out = path;
	return 0;
}

static void read_path_attr(struct ksmbd_dirscan *scan, struct ksmbd_path *path, const char *name)
{
	const struct ksmbd_stat *st = ksmbd_path_stat(path);
	struct ksmbd_file *file;

	if (ksmbd_file_open(path, 0, &file)) {
		ksmbd_attr_from_stat(scan->share, st, name, &scan->entry.attr);
		return;
	}
	ksmbd_attr_read(scan->share, file, st, name, &scan->entry.attr);
	ksmbd_file_put(file);
}

static void deliver_path(struct ksmbd_dirscan *scan, struct ksmbd_path *path)
{
	const struct ksmbd_stat *st = ksmbd_path_stat(path);
	const char *name = ksmbd_path_last(ksmbd_path_name(path));

	if (!st || !is_openable(st) || !may_show(scan->share, name, strlen(name)))
		return;
	if (scan->query->with_attr)
		read_path_attr(scan, path, name);
	deliver(scan, name, strlen(name));
}

static int scan_plain(struct ksmbd_open *open, struct ksmbd_dirscan *scan)
{
	struct ksmbd_path *path;
	char *name;
	int err;

	if (scan->done)
		return 0;
	err = plain_path(open, scan, &name);
	if (err)
		return err == -ENOENT ? 0 : err;
	err = ksmbd_path_lookup(open->share->root, name, ksmbd_open_lookup_flags(open->share),
				&path);
	kfree(name);
	if (err) /* a link that leads nowhere, or the directory is gone */
		return err == -ENOMEM ? err : 0;
	deliver_path(scan, path);
	ksmbd_path_put(path);
	scan->done = !scan->refused;
	return 0;
}

/* ---- a pattern ---- */

static int scan_directory(struct ksmbd_open *open, struct ksmbd_dirscan *scan)
{
	u32 flags = KSMBD_DIR_STAT;
	int err;

	if (open->share->conf.flags & KSMBD_SHARE_FOLLOW_SYMLINKS)
		flags |= KSMBD_DIR_FOLLOW;
	if (!scan->pos) {
		err = ksmbd_dir_open(open->file, &scan->pos);
		if (err) {
			scan->pos = NULL;
			return err;
		}
	}
	err = ksmbd_dir_iterate(scan->pos, flags, is_wanted, take_entry, scan);
	return err < 0 ? err : 0;
}

/* An invalid pattern leaves @scan as it was. */
static ntstatus_t set_pattern(struct ksmbd_dirscan *scan, const char *pattern, u32 len)
{
	bool plain;

	if (!len) {
		pattern = "*";
		len = 1;
	}
	plain = !ksmbd_wildcard_present(pattern, len) && !is_dots(pattern, len);
	if (len > sizeof(scan->pattern) || memchr(pattern, '\\', len) ||
	    memchr(pattern, '/', len) || (plain && !ksmbd_name_check(pattern, len)))
		return STATUS_OBJECT_NAME_INVALID;
	memcpy(scan->pattern, pattern, len);
	scan->pattern_len = len;
	scan->plain = plain;
	scan->all = len == 1 && pattern[0] == '*';
	return STATUS_SUCCESS;
}

static ntstatus_t begin_first(struct ksmbd_open *open, const struct ksmbd_dirscan_query *query)
{
	struct ksmbd_dirscan *scan = kzalloc(sizeof(*scan), GFP_KERNEL);
	ntstatus_t status;

	if (!scan)
		return STATUS_INSUFFICIENT_RESOURCES;
	status = set_pattern(scan, query->pattern, query->pattern_len);
	if (status != STATUS_SUCCESS) {
		kfree(scan);
		return status;
	}
	scan->share = open->share;
	open->scan = scan;
	return STATUS_SUCCESS;
}

static ntstatus_t begin_again(struct ksmbd_dirscan *scan, const struct ksmbd_dirscan_query *query)
{
	ntstatus_t status = STATUS_SUCCESS;

	if (query->pattern_len)
		status = set_pattern(scan, query->pattern, query->pattern_len);
	if (status != STATUS_SUCCESS)
		return status;
	scan->done = false;
	if (query->flags & KSMBD_DIRSCAN_REOPEN)
		scan->queried = false;
	if (scan->pos && ksmbd_dir_rewind(scan->pos)) {
		ksmbd_dir_close(scan->pos);
		scan->pos = NULL;
	}
	return STATUS_SUCCESS;
}

ntstatus_t ksmbd_dirscan_run(struct ksmbd_open *open, const struct ksmbd_dirscan_query *query)
{
	ntstatus_t status = STATUS_SUCCESS;
	struct ksmbd_dirscan *scan;
	bool first;
	int err;

	lockdep_assert_held(&open->lock);
	if (!open->scan)
		status = begin_first(open, query);
	else if (query->flags & (KSMBD_DIRSCAN_RESTART | KSMBD_DIRSCAN_REOPEN))
		status = begin_again(open->scan, query);
	if (status != STATUS_SUCCESS)
		return status;
	scan = open->scan;
	scan->query = query;
	scan->delivered = 0;
	scan->refused = false;
	first = !scan->queried;
	scan->queried = true;
	err = scan->plain ? scan_plain(open, scan) : scan_directory(open, scan);
	scan->query = NULL;
	if (scan->delivered)
		return STATUS_SUCCESS; /* an error comes up again in the next call */
	if (err)
		return ksmbd_status_from_errno(err);
	if (scan->refused)
		return STATUS_INFO_LENGTH_MISMATCH;
	return first ? STATUS_NO_SUCH_FILE : STATUS_NO_MORE_FILES;
}

void ksmbd_dirscan_free(struct ksmbd_dirscan *scan)
{
	if (!scan)
		return;
	if (scan->pos)
		ksmbd_dir_close(scan->pos);
	kfree(scan);
}
