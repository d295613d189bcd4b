// SPDX-License-Identifier: GPL-2.0-or-later
/* QUERY_INFO of a file, directory or pipe, [MS-SMB2] 3.3.5.20.1 */
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "attr/attr.h"
#include "config_types.h"
#include "name/path.h"
#include "name/short.h"
#include "name/utf16.h"
#include "open/open_types.h"
#include "session/conn_types.h"
#include "session/session_types.h"
#include "smb2/query_info.h"
#include "util/status.h"
#include "wire/fileinfo.h"
#include "wire/smb2_format.h"

/* Longest fixed part of a class; names come on top. */
#define FIXED_MAX   128
#define PIPE_BUFFER 4096

/* What an information class needs to know, and where it exists. */
#define NEED_STAT	BIT(0)
#define NEED_ATTR	BIT(1) /* attributes and creation time as well */
#define NEED_NAME	BIT(2)
#define NEED_SHORT_NAME BIT(3)
#define NEED_VOLUME	BIT(4)
#define RELATIVE_NAME	BIT(5) /* without the leading backslash */
#define ON_DISK		BIT(6)
#define ON_PIPE		BIT(7)
#define ON_BOTH		(ON_DISK | ON_PIPE)

/**
 * struct file_class - a row: a class without one is refused
 * @min: smallest room at the client
 * @flags: NEED_*, ON_*
 * @right: of the handle; 0: none
 * @dialect: oldest that has the class
 * @refuse: STATUS_SUCCESS, or why there never is an answer
 */
struct file_class {
	u8 number;
	u8 flags;
	u16 min;
	u32 right;
	u16 dialect;
	ksmbd_fileinfo_write_fn *write;
	ntstatus_t refuse;
};

static const struct file_class classes[] = {
	{ FILE_BASIC_INFORMATION, ON_DISK | NEED_ATTR, 40, FILE_READ_ATTRIBUTES, 0,
	  ksmbd_fileinfo_write_basic },
	{ FILE_STANDARD_INFORMATION, ON_BOTH | NEED_STAT, 24, 0, 0, ksmbd_fileinfo_write_standard },
	{ FILE_INTERNAL_INFORMATION, ON_DISK | NEED_STAT, 8, 0, 0, ksmbd_fileinfo_write_internal },
	{ FILE_EA_INFORMATION, ON_DISK, 4, 0, 0, ksmbd_fileinfo_write_ea },
	{ FILE_ACCESS_INFORMATION, ON_BOTH, 4, 0, 0, ksmbd_fileinfo_write_access },
	{ FILE_NAME_INFORMATION, ON_BOTH, 8, 0, 0, NULL, STATUS_NOT_SUPPORTED },
	{ FILE_POSITION_INFORMATION, ON_DISK, 8, 0, 0, ksmbd_fileinfo_write_position },
	{ FILE_FULL_EA_INFORMATION, ON_DISK, 0, FILE_READ_EA, 0, NULL, STATUS_NO_EAS_ON_FILE },
	{ FILE_MODE_INFORMATION, ON_BOTH, 4, 0, 0, ksmbd_fileinfo_write_mode },
	{ FILE_ALIGNMENT_INFORMATION, ON_DISK, 4, 0, 0, ksmbd_fileinfo_write_alignment },
	{ FILE_ALL_INFORMATION, ON_DISK | NEED_ATTR | NEED_NAME, 104, FILE_READ_ATTRIBUTES, 0,
	  ksmbd_fileinfo_write_all },
	{ FILE_ALTERNATE_NAME_INFORMATION, ON_DISK | NEED_SHORT_NAME, 8, 0, 0,
	  ksmbd_fileinfo_write_name },
	{ FILE_STREAM_INFORMATION, ON_DISK | NEED_STAT, 32, 0, 0, ksmbd_fileinfo_write_stream },
	{ FILE_PIPE_INFORMATION, ON_PIPE, 8, FILE_READ_ATTRIBUTES, 0, ksmbd_fileinfo_write_pipe },
	{ FILE_PIPE_LOCAL_INFORMATION, ON_PIPE, 40, FILE_READ_ATTRIBUTES, 0,
	  ksmbd_fileinfo_write_pipe_local },
	{ FILE_COMPRESSION_INFORMATION, ON_DISK | NEED_STAT, 16, 0, 0,
	  ksmbd_fileinfo_write_compression },
	{ FILE_NETWORK_OPEN_INFORMATION, ON_DISK | NEED_ATTR, 56, FILE_READ_ATTRIBUTES, 0,
	  ksmbd_fileinfo_write_network_open },
	{ FILE_ATTRIBUTE_TAG_INFORMATION, ON_DISK | NEED_ATTR, 8, FILE_READ_ATTRIBUTES, 0,
	  ksmbd_fileinfo_write_attribute_tag },
	{ FILE_NORMALIZED_NAME_INFORMATION, ON_DISK | NEED_NAME | RELATIVE_NAME, 8, 0,
	  KSMBD_DIALECT_311, ksmbd_fileinfo_write_name },
	{ FILE_ID_INFORMATION, ON_DISK | NEED_STAT | NEED_VOLUME, 24, 0, KSMBD_DIALECT_300,
	  ksmbd_fileinfo_write_id },
};

static const struct file_class *find_class(u8 number)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(classes); i++)
		if (classes[i].number == number)
			return &classes[i];
	return NULL;
}

static ntstatus_t check(struct ksmbd_request *req, const struct file_class *class, u32 output_len)
{
	const struct ksmbd_open *open = req->open;

	if (!class)
		return STATUS_INVALID_INFO_CLASS;
	if (!(class->flags & (open->pipe ? ON_PIPE : ON_DISK)))
		return STATUS_INVALID_PARAMETER;
	if (req->conn->dialect < class->dialect)
		return STATUS_NOT_SUPPORTED;
	if (class->right & ~open->access)
		return STATUS_ACCESS_DENIED;
	if (output_len < class->min)
		return STATUS_INFO_LENGTH_MISMATCH;
	return class->refuse;
}

/* ---- what there is to know ---- */

/* Present name of the handle's object, kmalloc'ed; "" for the root and for a lost name. */
static char *object_name(const struct ksmbd_open *open)
{
	char *name = kmalloc(KSMBD_PATH_MAX, GFP_KERNEL);

	if (name && ksmbd_file_name(open->file, open->share->root, name, KSMBD_PATH_MAX))
		name[0] = '\0';
	return name;
}

static int read_attr(const struct ksmbd_open *open, u32 flags, const char *name,
		     struct ksmbd_attr *attr)
{
	struct ksmbd_stat st;
	int err;

	err = ksmbd_file_stat(open->file, &st);
	if (err)
		return err;
	if (name)
		name = ksmbd_path_last(name);
	if (flags & NEED_ATTR)
		ksmbd_attr_read(open->share, open->file, &st, name, attr);
	else
		ksmbd_attr_from_stat(open->share, &st, name, attr);
	return 0;
}

/* The name in the wire's form, kmalloc'ed. */
static int set_wire_name(struct ksmbd_fileinfo *info, const char *name, bool relative)
{
	u32 len = strlen(name);
	u32 lead = relative ? 0 : 2;
	u8 *wire = kmalloc(2 * len + 2, GFP_KERNEL);
	s32 bytes;
	u32 i;

	if (!wire)
		return -ENOMEM;
	put_unaligned_le16('\\', wire);
	bytes = ksmbd_utf8_to_utf16(name, len, wire + lead, 2 * len);
	if (bytes < 0)
		bytes = 0; /* renamed locally to what no client could have opened */
	for (i = lead; i < lead + (u32)bytes; i += 2)
		if (get_unaligned_le16(wire + i) == '/')
			put_unaligned_le16('\\', wire + i);
	info->name = wire;
	info->name_len = lead + bytes;
	return 0;
}

/*
 * Most names have no short one. That is NOT_SUPPORTED, not OBJECT_NAME_NOT_FOUND as on
 * Windows without short names: smbclient's allinfo then goes on with the rest.
 */
static int set_short_name(struct ksmbd_fileinfo *info, const char *name)
{
	char short_name[KSMBD_SHORT_NAME_MAX + 1];
	u32 len;

	name = ksmbd_path_last(name);
	len = ksmbd_name_short(name, strlen(name), short_name);
	if (!len)
		return -EOPNOTSUPP;
	short_name[len] = '\0';
	return set_wire_name(info, short_name, true);
}

static void read_pipe(struct ksmbd_fileinfo *info)
{
	/* As pipes are described by Windows: one link, going away with its handle. */
	info->attr.alloc = PIPE_BUFFER;
	info->attr.nlink = 2;
	info->delete_pending = true;
}

static int read_disk(const struct ksmbd_open *open, u32 flags, struct ksmbd_fileinfo *info)
{
	struct ksmbd_statfs fs;
	char *name = NULL;
	int err = 0;

	if ((flags & (NEED_NAME | NEED_SHORT_NAME)) ||
	    ((flags & NEED_ATTR) && (open->share->conf.flags & KSMBD_SHARE_HIDE_DOT))) {
		name = object_name(open);
		if (!name)
			return -ENOMEM;
	}
	if (flags & (NEED_STAT | NEED_ATTR))
		err = read_attr(open, flags, name, &info->attr);
	if (!err && (flags & NEED_NAME))
		err = set_wire_name(info, name, flags & RELATIVE_NAME);
	if (!err && (flags & NEED_SHORT_NAME))
		err = set_short_name(info, name);
	kfree(name);
	if (!err && (flags & NEED_VOLUME)) {
		err = ksmbd_file_statfs(open->file, &fs);
		info->volume = fs.fsid;
	}
	return err;
}

static int execute(struct ksmbd_open *open, u32 flags, struct ksmbd_fileinfo *info)
{
	info->access = open->access;
	mutex_lock(&open->lock);
	info->mode = open->mode;
	info->position = atomic64_read(&open->position);
	mutex_unlock(&open->lock);
	if (open->pipe) {
		read_pipe(info);
		return 0;
	}
	if (open->inode) {
		mutex_lock(&open->inode->lock);
		info->delete_pending = open->inode->delete_pending;
		mutex_unlock(&open->inode->lock);
	}
	return read_disk(open, flags, info);
}

ntstatus_t ksmbd_query_file_info(struct ksmbd_request *req, const struct ksmbd_query_info *qi)
{
	const struct file_class *class = find_class(qi->class);
	struct ksmbd_fileinfo info = { 0 };
	ntstatus_t status;
	int err;

	status = check(req, class, qi->output_len);
	if (status != STATUS_SUCCESS)
		return status;
	err = execute(req->open, class->flags, &info);
	if (err)
		status = ksmbd_status_from_errno(err);
	else
		status = ksmbd_query_info_begin(req, FIXED_MAX + info.name_len);
	if (status == STATUS_SUCCESS) {
		class->write(&req->reply->wr, &info);
		status = ksmbd_query_info_end(req, qi);
	}
	kfree(info.name);
	return status;
}
