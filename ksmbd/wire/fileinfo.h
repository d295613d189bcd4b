/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * File information classes as bytes, [MS-FSCC] 2.4. Writers append one class; what they
 * need beyond struct ksmbd_fileinfo's @attr is said there. Readers take the window of a
 * SET_INFO buffer, whose minimum size has been checked by the table that calls them; they
 * return false when the bytes are not there.
 */
#ifndef KSMBD_WIRE_FILEINFO_H
#define KSMBD_WIRE_FILEINFO_H

#include "wire/attr_types.h"
#include "wire/cursor.h"

/* FileInformationClass */
#define FILE_BASIC_INFORMATION		   4
#define FILE_STANDARD_INFORMATION	   5
#define FILE_INTERNAL_INFORMATION	   6
#define FILE_EA_INFORMATION		   7
#define FILE_ACCESS_INFORMATION		   8
#define FILE_NAME_INFORMATION		   9
#define FILE_RENAME_INFORMATION		   10
#define FILE_LINK_INFORMATION		   11
#define FILE_DISPOSITION_INFORMATION	   13
#define FILE_POSITION_INFORMATION	   14
#define FILE_FULL_EA_INFORMATION	   15
#define FILE_MODE_INFORMATION		   16
#define FILE_ALIGNMENT_INFORMATION	   17
#define FILE_ALL_INFORMATION		   18
#define FILE_ALLOCATION_INFORMATION	   19
#define FILE_END_OF_FILE_INFORMATION	   20
#define FILE_ALTERNATE_NAME_INFORMATION	   21
#define FILE_STREAM_INFORMATION		   22
#define FILE_PIPE_INFORMATION		   23
#define FILE_PIPE_LOCAL_INFORMATION	   24
#define FILE_COMPRESSION_INFORMATION	   28
#define FILE_NETWORK_OPEN_INFORMATION	   34
#define FILE_ATTRIBUTE_TAG_INFORMATION	   35
#define FILE_VALID_DATA_LENGTH_INFORMATION 39
#define FILE_SHORT_NAME_INFORMATION	   40
#define FILE_NORMALIZED_NAME_INFORMATION   48
#define FILE_ID_INFORMATION		   59
#define FILE_DISPOSITION_INFORMATION_EX	   64
#define FILE_RENAME_INFORMATION_EX	   65

/* Named pipe type and state, [MS-FSCC] 2.4.37, 2.4.38 */
#define FILE_PIPE_MESSAGE_MODE	  1
#define FILE_PIPE_FULL_DUPLEX	  2
#define FILE_PIPE_CONNECTED_STATE 3

/**
 * struct ksmbd_fileinfo - everything the classes say of a handle and its object
 * @delete_pending: goes with its last handle; counted off NumberOfLinks
 * @access: rights of the handle; @mode, @position: of the handle
 * @volume: volume's serial number (FileIdInformation)
 * @name, @name_len: UTF-16LE with '\\' in front and between (All, Name), or without the
 *     leading one (NormalizedName)
 */
struct ksmbd_fileinfo {
	struct ksmbd_attr attr;
	bool delete_pending;
	u32 access;
	u32 mode;
	u64 position;
	u64 volume;
	const u8 *name;
	u32 name_len;
};

/**
 * ksmbd_attr_write() - times, sizes and attributes, as CREATE, CLOSE and
 * FileNetworkOpenInformation have them: 52 bytes
 */
void ksmbd_attr_write(struct ksmbd_wr *w, const struct ksmbd_attr *attr);

typedef void ksmbd_fileinfo_write_fn(struct ksmbd_wr *w, const struct ksmbd_fileinfo *info);

ksmbd_fileinfo_write_fn ksmbd_fileinfo_write_basic;	    /* 2.4.7 */
ksmbd_fileinfo_write_fn ksmbd_fileinfo_write_standard;	    /* 2.4.47 */
ksmbd_fileinfo_write_fn ksmbd_fileinfo_write_internal;	    /* 2.4.27 */
ksmbd_fileinfo_write_fn ksmbd_fileinfo_write_ea;	    /* 2.4.12 */
ksmbd_fileinfo_write_fn ksmbd_fileinfo_write_access;	    /* 2.4.1 */
ksmbd_fileinfo_write_fn ksmbd_fileinfo_write_name;	    /* 2.4.32, 2.4.36 */
ksmbd_fileinfo_write_fn ksmbd_fileinfo_write_position;	    /* 2.4.40 */
ksmbd_fileinfo_write_fn ksmbd_fileinfo_write_mode;	    /* 2.4.31 */
ksmbd_fileinfo_write_fn ksmbd_fileinfo_write_alignment;	    /* 2.4.3 */
ksmbd_fileinfo_write_fn ksmbd_fileinfo_write_all;	    /* 2.4.2 */
ksmbd_fileinfo_write_fn ksmbd_fileinfo_write_stream;	    /* 2.4.49 */
ksmbd_fileinfo_write_fn ksmbd_fileinfo_write_pipe;	    /* 2.4.37 */
ksmbd_fileinfo_write_fn ksmbd_fileinfo_write_pipe_local;    /* 2.4.38 */
ksmbd_fileinfo_write_fn ksmbd_fileinfo_write_compression;   /* 2.4.9 */
ksmbd_fileinfo_write_fn ksmbd_fileinfo_write_network_open;  /* 2.4.34 */
ksmbd_fileinfo_write_fn ksmbd_fileinfo_write_attribute_tag; /* 2.4.6 */
ksmbd_fileinfo_write_fn ksmbd_fileinfo_write_id;	    /* 2.4.26 */

/* Times of FileBasicInformation beside real ones: 0 leaves a time alone. */
#define KSMBD_TIME_FREEZE ((u64)-1) /* this handle's accesses no longer change it */
#define KSMBD_TIME_THAW	  ((u64)-2) /* they do again */

/** struct ksmbd_set_basic - FileBasicInformation to be set; @attributes 0: leave alone */
struct ksmbd_set_basic {
	u64 create_time;
	u64 access_time;
	u64 write_time;
	u64 change_time;
	u32 attributes;
};

bool ksmbd_fileinfo_read_basic(struct ksmbd_rd *r, struct ksmbd_set_basic *basic);

/**
 * struct ksmbd_set_name - a rename or link, SMB2 forms ([MS-FSCC] 2.4.42.2, 2.4.28.2)
 * @flags: FILE_RENAME_* ; the older class's ReplaceIfExists counts as the first
 * @root: RootDirectory, which must be 0 on the network
 * @name, @name_len: UTF-16LE, points into the message
 */
struct ksmbd_set_name {
	u32 flags;
	u64 root;
	const u8 *name;
	u32 name_len;
};

#define FILE_RENAME_REPLACE_IF_EXISTS 0x00000001

/* Bytes in front of the name */
#define KSMBD_SET_NAME_FIXED 20

/** ksmbd_fileinfo_read_name() - @ex: the first field is 32 bits of flags, not a boolean */
bool ksmbd_fileinfo_read_name(struct ksmbd_rd *r, bool ex, struct ksmbd_set_name *set);

#define FILE_DISPOSITION_DELETE			   0x00000001
#define FILE_DISPOSITION_FORCE_IMAGE_SECTION_CHECK 0x00000004

#endif
