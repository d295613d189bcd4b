/* SPDX-License-Identifier: GPL-2.0-or-later */
/* File system information classes as bytes, [MS-FSCC] 2.5. */
#ifndef KSMBD_WIRE_FSINFO_H
#define KSMBD_WIRE_FSINFO_H

#include "wire/cursor.h"

/* FsInformationClass */
#define FILE_FS_VOLUME_INFORMATION	1
#define FILE_FS_LABEL_INFORMATION	2
#define FILE_FS_SIZE_INFORMATION	3
#define FILE_FS_DEVICE_INFORMATION	4
#define FILE_FS_ATTRIBUTE_INFORMATION	5
#define FILE_FS_CONTROL_INFORMATION	6
#define FILE_FS_FULL_SIZE_INFORMATION	7
#define FILE_FS_OBJECTID_INFORMATION	8
#define FILE_FS_DRIVER_PATH_INFORMATION 9
#define FILE_FS_SECTOR_SIZE_INFORMATION 11

/* [MS-FSCC] 2.5.1 FileSystemAttributes */
#define FILE_CASE_PRESERVED_NAMES  0x00000002
#define FILE_UNICODE_ON_DISK	   0x00000004
#define FILE_SUPPORTS_SPARSE_FILES 0x00000040
#define FILE_READ_ONLY_VOLUME	   0x00080000
#define FILE_SUPPORTS_HARD_LINKS   0x00400000

/* [MS-FSCC] 2.5.10 */
#define FILE_DEVICE_DISK       0x00000007
#define FILE_READ_ONLY_DEVICE  0x00000002
#define FILE_DEVICE_IS_MOUNTED 0x00000020

#define KSMBD_SECTOR_SIZE 512

/**
 * struct ksmbd_fsinfo - what the classes say of a share's file system
 * @create_time: FILETIME of the volume
 * @total, @caller_free, @free: in units of @unit sectors of KSMBD_SECTOR_SIZE bytes
 * @serial: 32 bits; @id: 64 bits, the file system's identity
 * @attributes: FileSystemAttributes; @characteristics: of the device
 * @name_max: longest component in characters
 * @label, @fs_name and their lengths: UTF-16LE
 */
struct ksmbd_fsinfo {
	u64 create_time;
	u64 total;
	u64 caller_free;
	u64 free;
	u64 id;
	u32 unit;
	u32 serial;
	u32 attributes;
	u32 characteristics;
	u32 name_max;
	const u8 *label;
	u32 label_len;
	const u8 *fs_name;
	u32 fs_name_len;
};

typedef void ksmbd_fsinfo_write_fn(struct ksmbd_wr *w, const struct ksmbd_fsinfo *info);

ksmbd_fsinfo_write_fn ksmbd_fsinfo_write_volume;      /* 2.5.9 */
ksmbd_fsinfo_write_fn ksmbd_fsinfo_write_size;	      /* 2.5.8 */
ksmbd_fsinfo_write_fn ksmbd_fsinfo_write_device;      /* 2.5.10 */
ksmbd_fsinfo_write_fn ksmbd_fsinfo_write_attribute;   /* 2.5.1 */
ksmbd_fsinfo_write_fn ksmbd_fsinfo_write_control;     /* 2.5.2 */
ksmbd_fsinfo_write_fn ksmbd_fsinfo_write_full_size;   /* 2.5.4 */
ksmbd_fsinfo_write_fn ksmbd_fsinfo_write_objectid;    /* 2.5.6 */
ksmbd_fsinfo_write_fn ksmbd_fsinfo_write_sector_size; /* 2.5.7 */

#endif
