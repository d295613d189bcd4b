// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/limits.h>

#include "wire/fsinfo.h"

#define SSINFO_FLAGS_ALIGNED_DEVICE		 0x1
#define SSINFO_FLAGS_PARTITION_ALIGNED_ON_DEVICE 0x2

/* Smallest whole structure: clients refuse a reply that is shorter, however short the label */
#define VOLUME_SIZE 24

void ksmbd_fsinfo_write_volume(struct ksmbd_wr *w, const struct ksmbd_fsinfo *info)
{
	u32 start = w->len;

	ksmbd_wr_u64(w, info->create_time);
	ksmbd_wr_u32(w, info->serial);
	ksmbd_wr_u32(w, info->label_len);
	ksmbd_wr_u16(w, 0); /* SupportsObjects, Reserved */
	ksmbd_wr_bytes(w, info->label, info->label_len);
	if (w->len - start < VOLUME_SIZE)
		ksmbd_wr_zero(w, VOLUME_SIZE - (w->len - start));
}

void ksmbd_fsinfo_write_size(struct ksmbd_wr *w, const struct ksmbd_fsinfo *info)
{
	ksmbd_wr_u64(w, info->total);
	ksmbd_wr_u64(w, info->caller_free);
	ksmbd_wr_u32(w, info->unit);
	ksmbd_wr_u32(w, KSMBD_SECTOR_SIZE);
}

void ksmbd_fsinfo_write_device(struct ksmbd_wr *w, const struct ksmbd_fsinfo *info)
{
	ksmbd_wr_u32(w, FILE_DEVICE_DISK);
	ksmbd_wr_u32(w, info->characteristics);
}

void ksmbd_fsinfo_write_attribute(struct ksmbd_wr *w, const struct ksmbd_fsinfo *info)
{
	ksmbd_wr_u32(w, info->attributes);
	ksmbd_wr_u32(w, info->name_max);
	ksmbd_wr_u32(w, info->fs_name_len);
	ksmbd_wr_bytes(w, info->fs_name, info->fs_name_len);
}

/* No quotas are kept: nothing is filtered, nothing is limited, no control flag. */
void ksmbd_fsinfo_write_control(struct ksmbd_wr *w, const struct ksmbd_fsinfo *info)
{
	ksmbd_wr_zero(w, 3 * 8);
	ksmbd_wr_u64(w, U64_MAX); /* DefaultQuotaThreshold */
	ksmbd_wr_u64(w, U64_MAX); /* DefaultQuotaLimit */
	ksmbd_wr_u32(w, 0);
	ksmbd_wr_u32(w, 0);
}

void ksmbd_fsinfo_write_full_size(struct ksmbd_wr *w, const struct ksmbd_fsinfo *info)
{
	ksmbd_wr_u64(w, info->total);
	ksmbd_wr_u64(w, info->caller_free);
	ksmbd_wr_u64(w, info->free);
	ksmbd_wr_u32(w, info->unit);
	ksmbd_wr_u32(w, KSMBD_SECTOR_SIZE);
}

/* The identity is the file system's own; there is no extended information. */
void ksmbd_fsinfo_write_objectid(struct ksmbd_wr *w, const struct ksmbd_fsinfo *info)
{
	ksmbd_wr_u64(w, info->id);
	ksmbd_wr_zero(w, 8 + 48);
}

void ksmbd_fsinfo_write_sector_size(struct ksmbd_wr *w, const struct ksmbd_fsinfo *info)
{
	u32 unit = info->unit * KSMBD_SECTOR_SIZE;

	ksmbd_wr_u32(w, KSMBD_SECTOR_SIZE);
	ksmbd_wr_u32(w, unit); /* physical, for atomicity */
	ksmbd_wr_u32(w, unit); /* physical, for performance */
	ksmbd_wr_u32(w, unit); /* effective, for atomicity */
	ksmbd_wr_u32(w, SSINFO_FLAGS_ALIGNED_DEVICE | SSINFO_FLAGS_PARTITION_ALIGNED_ON_DEVICE);
	ksmbd_wr_u32(w, 0);
	ksmbd_wr_u32(w, 0);
}
