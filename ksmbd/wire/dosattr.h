/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Content of the extended attribute user.DOSATTRIB, as other SMB servers on Linux keep
 * it: little-endian NDR of a text form of the attributes, a version and that version's
 * fields. The file's owner can write anything there: it is read as untrusted bytes.
 */
#ifndef KSMBD_WIRE_DOSATTR_H
#define KSMBD_WIRE_DOSATTR_H

#include "wire/cursor.h"

#define KSMBD_DOSATTR_XATTR "user.DOSATTRIB"
/* No version that is known is longer; longer content is not ours. */
#define KSMBD_DOSATTR_MAX 128

/**
 * struct ksmbd_dosattr - what is kept
 * @has_attributes, @has_create_time, @has_birth_time: is the field given
 * @attributes: FILE_ATTRIBUTE_*, unchecked
 * @create_time: FILETIME, may be changed by clients
 * @birth_time: FILETIME of the true creation, which other servers make file ids from
 */
struct ksmbd_dosattr {
	bool has_attributes;
	bool has_create_time;
	bool has_birth_time;
	u32 attributes;
	u64 create_time;
	u64 birth_time;
};

/**
 * ksmbd_dosattr_read() - decode the attribute's content
 * @r: a reader over the whole content
 * @attr: zeroed where nothing is given
 *
 * Knows versions 3, 4 and 5, and the text form alone ("0x22").
 * Return: true when it could be understood.
 */
bool ksmbd_dosattr_read(struct ksmbd_rd *r, struct ksmbd_dosattr *attr);

/** ksmbd_dosattr_write() - encode as version 4 */
void ksmbd_dosattr_write(struct ksmbd_wr *w, const struct ksmbd_dosattr *attr);

#endif
