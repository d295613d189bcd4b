// SPDX-License-Identifier: GPL-2.0-or-later
/* QUERY_INFO of a file system, [MS-SMB2] 3.3.5.20.2 */
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/string.h>

#include "name/utf16.h"
#include "open/open_types.h"
#include "session/session_types.h"
#include "smb2/query_info.h"
#include "util/status.h"
#include "util/time.h"
#include "wire/fsinfo.h"

#define FIXED_MAX 64
#define LABEL_MAX (2 * KSMBD_SHARE_NAME_SIZE)

/* A row: a class without one is refused. @min: smallest room at the client */
static const struct fs_class {
	u8 number;
	u8 min;
	ksmbd_fsinfo_write_fn *write;
} classes[] = {
	{ FILE_FS_VOLUME_INFORMATION, 24, ksmbd_fsinfo_write_volume },
	{ FILE_FS_SIZE_INFORMATION, 24, ksmbd_fsinfo_write_size },
	{ FILE_FS_DEVICE_INFORMATION, 8, ksmbd_fsinfo_write_device },
	{ FILE_FS_ATTRIBUTE_INFORMATION, 16, ksmbd_fsinfo_write_attribute },
	{ FILE_FS_CONTROL_INFORMATION, 48, ksmbd_fsinfo_write_control },
	{ FILE_FS_FULL_SIZE_INFORMATION, 32, ksmbd_fsinfo_write_full_size },
	{ FILE_FS_OBJECTID_INFORMATION, 64, ksmbd_fsinfo_write_objectid },
	{ FILE_FS_SECTOR_SIZE_INFORMATION, 28, ksmbd_fsinfo_write_sector_size },
};

/* What Windows clients take for a file system with long names and streams of its own. */
static const u8 fs_name[] = { 'N', 0, 'T', 0, 'F', 0, 'S', 0 };

static const struct fs_class *find_class(u8 number)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(classes); i++)
		if (classes[i].number == number)
			return &classes[i];
	return NULL;
}

/* Sizes in units of whole sectors, whatever the file system's own block. */
static void set_sizes(struct ksmbd_fsinfo *info, const struct ksmbd_statfs *fs)
{
	u32 block = fs->block_size;

	if (block >= KSMBD_SECTOR_SIZE && !(block % KSMBD_SECTOR_SIZE)) {
		info->unit = block / KSMBD_SECTOR_SIZE;
		info->total = fs->blocks;
		info->free = fs->blocks_free;
		info->caller_free = fs->blocks_avail;
		return;
	}
	info->unit = 1;
	info->total = div_u64(fs->blocks * block, KSMBD_SECTOR_SIZE);
	info->free = div_u64(fs->blocks_free * block, KSMBD_SECTOR_SIZE);
	info->caller_free = div_u64(fs->blocks_avail * block, KSMBD_SECTOR_SIZE);
}

static int execute(const struct ksmbd_open *open, bool writable, struct ksmbd_fsinfo *info)
{
	struct ksmbd_statfs fs;
	struct ksmbd_stat st;
	int err;

	err = ksmbd_file_statfs(open->file, &fs);
	if (err)
		return err;
	err = ksmbd_file_stat(open->file, &st);
	if (err)
		return err;
	set_sizes(info, &fs);
	info->create_time = ksmbd_time_to_nt(st.btime);
	info->id = fs.fsid;
	info->serial = (u32)fs.fsid ^ (u32)(fs.fsid >> 32);
	info->name_max = fs.name_max;
	info->attributes = FILE_CASE_PRESERVED_NAMES | FILE_UNICODE_ON_DISK |
			   FILE_SUPPORTS_HARD_LINKS;
	info->characteristics = FILE_DEVICE_IS_MOUNTED;
	if (fs.sparse)
		info->attributes |= FILE_SUPPORTS_SPARSE_FILES;
	if (fs.read_only || !writable) {
		info->attributes |= FILE_READ_ONLY_VOLUME;
		info->characteristics |= FILE_READ_ONLY_DEVICE;
	}
	return 0;
}

ntstatus_t ksmbd_query_fs_info(struct ksmbd_request *req, const struct ksmbd_query_info *qi)
{
	const struct fs_class *class = find_class(qi->class);
	const char *name = req->open->share->conf.name;
	struct ksmbd_fsinfo info = { 0 };
	u8 label[LABEL_MAX];
	ntstatus_t status;
	s32 label_len;
	int err;

	if (req->open->pipe)
		return STATUS_NOT_SUPPORTED;
	if (!class)
		return STATUS_INVALID_INFO_CLASS;
	if (qi->output_len < class->min)
		return STATUS_INFO_LENGTH_MISMATCH;
	err = execute(req->open, req->tree->writable, &info);
	if (err)
		return ksmbd_status_from_errno(err);
	label_len = ksmbd_utf8_to_utf16(name, strlen(name), label, sizeof(label));
	info.label = label;
	info.label_len = label_len < 0 ? 0 : label_len;
	info.fs_name = fs_name;
	info.fs_name_len = sizeof(fs_name);
	status = ksmbd_query_info_begin(req, FIXED_MAX + sizeof(label));
	if (status != STATUS_SUCCESS)
		return status;
	class->write(&req->reply->wr, &info);
	return ksmbd_query_info_end(req, qi);
}
