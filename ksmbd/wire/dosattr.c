// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/kernel.h>

#include "wire/dosattr.h"

#define VALID_ATTRIBUTES  0x01
#define VALID_CREATE_TIME 0x10
#define VALID_BIRTH_TIME  0x40

/* The order and size of a version's fields behind its flags. */
static void read_v3(struct ksmbd_rd *r, struct ksmbd_dosattr *attr)
{
	attr->attributes = ksmbd_rd_u32(r);
	ksmbd_rd_skip(r, 4 + 8 + 8); /* EA size, size, allocation size */
	attr->create_time = ksmbd_rd_u64(r);
	ksmbd_rd_skip(r, 8); /* change time */
}

static void read_v4(struct ksmbd_rd *r, struct ksmbd_dosattr *attr)
{
	attr->attributes = ksmbd_rd_u32(r);
	attr->birth_time = ksmbd_rd_u64(r);
	attr->create_time = ksmbd_rd_u64(r);
}

static void read_v5(struct ksmbd_rd *r, struct ksmbd_dosattr *attr)
{
	attr->attributes = ksmbd_rd_u32(r);
	attr->create_time = ksmbd_rd_u64(r);
}

static const struct {
	u16 version;
	u32 flags; /* those the version can have */
	void (*read)(struct ksmbd_rd *r, struct ksmbd_dosattr *attr);
} versions[] = {
	{ 3, VALID_ATTRIBUTES | VALID_CREATE_TIME, read_v3 },
	{ 4, VALID_ATTRIBUTES | VALID_CREATE_TIME | VALID_BIRTH_TIME, read_v4 },
	{ 5, VALID_ATTRIBUTES | VALID_CREATE_TIME, read_v5 },
};

/* Hexadecimal digits after "0x"; true when there was at least one and nothing else. */
static bool parse_text(const u8 *text, u32 len, u32 *value)
{
	u32 i;

	*value = 0;
	if (len < 3 || len > 10 || text[0] != '0' || (text[1] | 0x20) != 'x')
		return false;
	for (i = 2; i < len; i++) {
		u8 c = text[i] | 0x20;

		if (text[i] >= '0' && text[i] <= '9')
			*value = *value << 4 | (text[i] - '0');
		else if (c >= 'a' && c <= 'f')
			*value = *value << 4 | (c - 'a' + 10);
		else
			return false;
	}
	return true;
}

/* The text form with or without its NUL; the reader is behind it afterwards. */
static const u8 *read_text(struct ksmbd_rd *r, u32 *len)
{
	const u8 *start = r->base;

	for (*len = 0; ksmbd_rd_left(r); (*len)++)
		if (!ksmbd_rd_u8(r))
			break;
	return start;
}

static bool read_text_only(const u8 *text, u32 len, struct ksmbd_dosattr *attr)
{
	attr->has_attributes = parse_text(text, len, &attr->attributes);
	if (!attr->has_attributes)
		attr->attributes = 0;
	return attr->has_attributes;
}

bool ksmbd_dosattr_read(struct ksmbd_rd *r, struct ksmbd_dosattr *attr)
{
	const u8 *text;
	u16 version;
	u32 flags;
	u32 len;
	u32 i;

	memset(attr, 0, sizeof(*attr));
	text = read_text(r, &len);
	if (!ksmbd_rd_left(r))
		return read_text_only(text, len, attr);
	ksmbd_rd_align(r, 2);
	version = ksmbd_rd_u16(r);
	if (ksmbd_rd_u16(r) != version) /* the union's own selector */
		return false;
	ksmbd_rd_align(r, 4);
	flags = ksmbd_rd_u32(r);
	for (i = 0; i < ARRAY_SIZE(versions); i++) {
		if (versions[i].version != version)
			continue;
		versions[i].read(r, attr);
		flags &= versions[i].flags;
		if (!ksmbd_rd_ok(r)) {
			memset(attr, 0, sizeof(*attr));
			return false;
		}
		attr->has_attributes = flags & VALID_ATTRIBUTES;
		attr->has_create_time = (flags & VALID_CREATE_TIME) && attr->create_time;
		attr->has_birth_time = flags & VALID_BIRTH_TIME;
		return true;
	}
	return false;
}

void ksmbd_dosattr_write(struct ksmbd_wr *w, const struct ksmbd_dosattr *attr)
{
	u32 flags = 0;

	if (attr->has_attributes)
		flags |= VALID_ATTRIBUTES;
	if (attr->has_create_time)
		flags |= VALID_CREATE_TIME;
	if (attr->has_birth_time)
		flags |= VALID_BIRTH_TIME;
	ksmbd_wr_u8(w, 0); /* no text form */
	ksmbd_wr_align(w, 2);
	ksmbd_wr_u16(w, 4);
	ksmbd_wr_u16(w, 4);
	ksmbd_wr_align(w, 4);
	ksmbd_wr_u32(w, flags);
	ksmbd_wr_u32(w, attr->attributes);
	ksmbd_wr_u64(w, attr->has_birth_time ? attr->birth_time : 0);
	ksmbd_wr_u64(w, attr->has_create_time ? attr->create_time : 0);
}
