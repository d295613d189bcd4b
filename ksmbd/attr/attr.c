// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/errno.h>
#include <linux/stat.h>

#include "attr/attr.h"
#include "session/session_types.h"
#include "util/time.h"
#include "wire/dosattr.h"
#include "wire/smb2_format.h"

#define WRITE_BITS 0222

static bool stores_attributes(const struct ksmbd_share *share)
{
	return share->conf.flags & KSMBD_SHARE_STORE_DOS_ATTRS;
}

static bool name_is_hidden(const struct ksmbd_share *share, const char *name)
{
	if (!(share->conf.flags & KSMBD_SHARE_HIDE_DOT) || !name || name[0] != '.')
		return false;
	return name[1] && !(name[1] == '.' && !name[2]);
}

static void set_from_stat(const struct ksmbd_stat *st, struct ksmbd_attr *attr)
{
	attr->create_time = ksmbd_time_to_nt(st->btime);
	attr->access_time = ksmbd_time_to_nt(st->atime);
	attr->write_time = ksmbd_time_to_nt(st->mtime);
	attr->change_time = ksmbd_time_to_nt(st->ctime);
	attr->is_dir = S_ISDIR(st->mode);
	attr->index = st->ino;
	if (attr->is_dir) {
		/* As on NTFS: a directory has no data and one name. */
		attr->size = 0;
		attr->alloc = 0;
		attr->nlink = 1;
		attr->attributes = 0;
		return;
	}
	attr->size = st->size;
	attr->alloc = st->alloc;
	attr->nlink = st->nlink;
	attr->attributes = FILE_ATTRIBUTE_ARCHIVE;
	if (!(st->mode & WRITE_BITS))
		attr->attributes |= FILE_ATTRIBUTE_READONLY;
}

/* What the extended attribute says goes before what the mode says. */
static void set_from_stored(const struct ksmbd_dosattr *stored, struct ksmbd_attr *attr)
{
	if (stored->has_attributes)
		attr->attributes = stored->attributes & FILE_ATTRIBUTE_SETTABLE;
	if (stored->has_create_time && stored->create_time <= KSMBD_NT_TIME_MAX)
		attr->create_time = stored->create_time;
}

static void finish_attributes(const struct ksmbd_share *share, const char *name,
			      struct ksmbd_attr *attr)
{
	if (name_is_hidden(share, name))
		attr->attributes |= FILE_ATTRIBUTE_HIDDEN;
	if (attr->is_dir)
		attr->attributes |= FILE_ATTRIBUTE_DIRECTORY;
	if (!attr->attributes)
		attr->attributes = FILE_ATTRIBUTE_NORMAL;
}

static bool parse_stored(const u8 *buf, s64 len, struct ksmbd_dosattr *stored)
{
	struct ksmbd_rd r;

	if (len <= 0 || len > KSMBD_DOSATTR_MAX)
		return false;
	ksmbd_rd_init(&r, buf, len);
	return ksmbd_dosattr_read(&r, stored);
}

static bool read_stored(struct ksmbd_file *file, struct ksmbd_dosattr *stored)
{
	u8 buf[KSMBD_DOSATTR_MAX];

	return parse_stored(buf, ksmbd_file_getxattr(file, KSMBD_DOSATTR_XATTR, buf, sizeof(buf)),
			    stored);
}

void ksmbd_attr_from_stat(const struct ksmbd_share *share, const struct ksmbd_stat *st,
			  const char *name, struct ksmbd_attr *attr)
{
	set_from_stat(st, attr);
	finish_attributes(share, name, attr);
}

void ksmbd_attr_read(const struct ksmbd_share *share, struct ksmbd_file *file,
		     const struct ksmbd_stat *st, const char *name, struct ksmbd_attr *attr)
{
	struct ksmbd_dosattr stored;

	set_from_stat(st, attr);
	if (stores_attributes(share) && read_stored(file, &stored))
		set_from_stored(&stored, attr);
	finish_attributes(share, name, attr);
}

void ksmbd_attr_read_entry(const struct ksmbd_share *share, const struct ksmbd_dirent *ent,
			   struct ksmbd_attr *attr)
{
	struct ksmbd_dosattr stored;
	u8 buf[KSMBD_DOSATTR_MAX];
	s64 len;

	set_from_stat(&ent->st, attr);
	if (stores_attributes(share)) {
		len = ksmbd_dirent_getxattr(ent, KSMBD_DOSATTR_XATTR, buf, sizeof(buf));
		if (parse_stored(buf, len, &stored))
			set_from_stored(&stored, attr);
	}
	finish_attributes(share, ent->name, attr);
}

/* A file's mode follows READONLY; the owner alone gets the right to write back. */
static int store_in_mode(struct ksmbd_file *file, const struct ksmbd_stat *st, bool readonly)
{
	struct ksmbd_setattr set = { .valid = KSMBD_SETATTR_MODE };

	if (S_ISDIR(st->mode) || readonly == !(st->mode & WRITE_BITS))
		return 0;
	set.mode = st->mode & 07777;
	if (readonly)
		set.mode &= ~WRITE_BITS;
	else
		set.mode |= 0200;
	return ksmbd_file_setattr(file, &set);
}

static int store_in_xattr(struct ksmbd_file *file, u32 attributes, u64 create_time)
{
	struct ksmbd_dosattr stored;
	struct ksmbd_wr w;
	u8 buf[KSMBD_DOSATTR_MAX];

	if (!read_stored(file, &stored))
		memset(&stored, 0, sizeof(stored));
	stored.has_attributes = true;
	stored.attributes = attributes;
	if (create_time) {
		stored.has_create_time = true;
		stored.create_time = create_time;
	}
	ksmbd_wr_init(&w, buf, sizeof(buf));
	ksmbd_dosattr_write(&w, &stored);
	return ksmbd_file_setxattr(file, KSMBD_DOSATTR_XATTR, buf, w.len);
}

int ksmbd_attr_store(const struct ksmbd_share *share, struct ksmbd_file *file, u32 attributes,
		     u64 create_time)
{
	bool readonly = attributes & FILE_ATTRIBUTE_READONLY;
	struct ksmbd_stat st;
	u32 lost;
	int err;

	attributes &= FILE_ATTRIBUTE_SETTABLE;
	err = ksmbd_file_stat(file, &st);
	if (err)
		return err;
	if (stores_attributes(share)) {
		/* First, because an unwritable file takes no extended attribute. */
		if (!readonly) {
			err = store_in_mode(file, &st, false);
			if (err)
				return err;
		}
		err = store_in_xattr(file, attributes, create_time);
		if (err != -EOPNOTSUPP)
			return err;
	}
	err = store_in_mode(file, &st, readonly);
	if (err)
		return err;
	lost = attributes & ~FILE_ATTRIBUTE_READONLY;
	if (!S_ISDIR(st.mode)) /* what a file without stored attributes has anyway */
		lost ^= FILE_ATTRIBUTE_ARCHIVE;
	else
		lost |= attributes & FILE_ATTRIBUTE_READONLY;
	return lost || create_time ? -EOPNOTSUPP : 0;
}
