// SPDX-License-Identifier: GPL-2.0-or-later
/* What operations on handles do to names and objects, told to those who watch. */
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "open/notify.h"
#include "open/notify_path.h"
#include "session/session_types.h"

#define WRITTEN (FILE_NOTIFY_CHANGE_LAST_WRITE | FILE_NOTIFY_CHANGE_SIZE)
/* What a new name means beside itself: Windows sets the archive attribute. */
#define MOVED FILE_NOTIFY_CHANGE_ATTRIBUTES

static u32 base_len(const struct ksmbd_open *open)
{
	const char *base = open->share->conf.path;
	u32 len = base ? strlen(base) : 0;

	while (len && base[len - 1] == '/')
		len--;
	return len;
}

/* The share's path and a slash, with room for a name. */
static char *begin_path(const struct ksmbd_open *open, u32 base, u32 room)
{
	char *path = kmalloc(base + 1 + room, GFP_KERNEL);

	if (!path)
		return NULL;
	if (base)
		memcpy(path, open->share->conf.path, base);
	path[base] = '/';
	return path;
}

char *ksmbd_notify_path(struct ksmbd_open *open)
{
	u32 base = base_len(open);
	char *path = begin_path(open, base, KSMBD_PATH_MAX);

	if (!path)
		return NULL;
	if (ksmbd_file_name(open->file, open->share->root, path + base + 1, KSMBD_PATH_MAX)) {
		kfree(path);
		return NULL;
	}
	if (!path[base + 1]) /* the share itself */
		path[base] = '\0';
	return path;
}

char *ksmbd_notify_path_of(const struct ksmbd_open *open, const char *name)
{
	u32 base = base_len(open);
	char *path = begin_path(open, base, strlen(name) + 1);

	if (path)
		strcpy(path + base + 1, name);
	return path;
}

static u32 name_filter(const struct ksmbd_open *open)
{
	return open->is_dir ? FILE_NOTIFY_CHANGE_DIR_NAME : FILE_NOTIFY_CHANGE_FILE_NAME;
}

static void report_one(struct ksmbd_open *open, u32 action, u32 filter)
{
	struct ksmbd_change change = { .action = action, .filter = filter };
	char *path;

	if (!ksmbd_notify_wanted(filter))
		return;
	path = ksmbd_notify_path(open);
	change.path = path;
	ksmbd_notify_report(&change, 1);
	kfree(path);
}

void ksmbd_notify_modified(struct ksmbd_open *open, u32 filter)
{
	report_one(open, FILE_ACTION_MODIFIED, filter);
}

void ksmbd_notify_written(struct ksmbd_open *open)
{
	u64 now = get_jiffies_64(), told;

	if (!ksmbd_notify_wanted(WRITTEN))
		return;
	told = atomic64_read(&open->write_told);
	if (told && now - told < HZ) {
		atomic_set(&open->write_untold, 1);
		return;
	}
	atomic64_set(&open->write_told, now);
	atomic_set(&open->write_untold, 0);
	ksmbd_notify_modified(open, WRITTEN);
}

void ksmbd_notify_closing(struct ksmbd_open *open)
{
	if (atomic_read(&open->write_untold))
		ksmbd_notify_modified(open, WRITTEN);
}

void ksmbd_notify_added(struct ksmbd_open *open)
{
	report_one(open, FILE_ACTION_ADDED, name_filter(open));
}

void ksmbd_notify_linked(struct ksmbd_open *open, const char *name)
{
	struct ksmbd_change change = { .action = FILE_ACTION_ADDED, .filter = name_filter(open) };
	char *path;

	if (!ksmbd_notify_wanted(change.filter))
		return;
	path = ksmbd_notify_path_of(open, name);
	change.path = path;
	ksmbd_notify_report(&change, 1);
	kfree(path);
}

char *ksmbd_notify_name(struct ksmbd_open *open)
{
	return ksmbd_notify_wanted(FILE_NOTIFY_CHANGE_NAME | MOVED) ? ksmbd_notify_path(open) :
								      NULL;
}

void ksmbd_notify_removed(struct ksmbd_open *open, char *name)
{
	struct ksmbd_change change = { name, FILE_ACTION_REMOVED, name_filter(open) };

	if (name)
		ksmbd_notify_report(&change, 1);
	kfree(name);
}

static bool same_dir(const char *a, const char *b)
{
	size_t len = strrchr(a, '/') - a;

	return strrchr(b, '/') - b == len && !strncmp(a, b, len);
}

/* Other handles on the directory that has just been renamed. */
static void follow(struct ksmbd_open *open)
{
	struct ksmbd_open *other;

	mutex_lock(&open->inode->lock);
	list_for_each_entry(other, &open->inode->opens, inode_link)
		ksmbd_notify_moved(other);
	mutex_unlock(&open->inode->lock);
}

void ksmbd_notify_renamed(struct ksmbd_open *open, char *name, bool replaced)
{
	char *now;
	bool stays;

	if (open->is_dir)
		follow(open);
	if (!name)
		return;
	now = ksmbd_notify_path(open);
	stays = now && same_dir(name, now);
	{
		const struct ksmbd_change changes[] = {
			{ replaced ? now : NULL, FILE_ACTION_REMOVED, name_filter(open) },
			{ name, stays ? FILE_ACTION_RENAMED_OLD_NAME : FILE_ACTION_REMOVED,
			  name_filter(open) },
			{ now, stays ? FILE_ACTION_RENAMED_NEW_NAME : FILE_ACTION_ADDED,
			  name_filter(open) },
			{ open->is_dir ? NULL : now, FILE_ACTION_MODIFIED, MOVED },
		};

		ksmbd_notify_report(changes, ARRAY_SIZE(changes));
	}
	kfree(now);
	kfree(name);
}
