/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KSMBD_WIRE_ATTR_TYPES_H
#define KSMBD_WIRE_ATTR_TYPES_H

#include <linux/types.h>

/**
 * struct ksmbd_attr - what the information classes report, in wire units
 * @*_time: 100 ns since 1601
 * @alloc, @size: bytes; 0 for directories
 * @index: file id
 * @attributes: FILE_ATTRIBUTE_*, never 0
 */
struct ksmbd_attr {
	u64 create_time;
	u64 access_time;
	u64 write_time;
	u64 change_time;
	u64 alloc;
	u64 size;
	u64 index;
	u32 attributes;
	u32 nlink;
	bool is_dir;
};

#endif
