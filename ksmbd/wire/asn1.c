// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/kernel.h>
#include <linux/string.h>

#include "wire/asn1.h"

#define TAG_NUMBER  0x1f /* all ones: the number is in following bytes */
#define LENGTH_LONG 0x80

static u32 read_length(struct ksmbd_rd *r)
{
	u8 first = ksmbd_rd_u8(r);
	u32 octets = first & ~LENGTH_LONG;
	u32 len = 0;

	if (!(first & LENGTH_LONG))
		return first;
	/* Zero octets would be the indefinite form, which DER has not. */
	if (!octets || octets > sizeof(len)) {
		r->err = true;
		return 0;
	}
	while (octets--)
		len = len << 8 | ksmbd_rd_u8(r);
	return len;
}

bool ksmbd_asn1_rd_any(struct ksmbd_rd *r, u8 *tag, struct ksmbd_rd *body)
{
	u32 len;

	*tag = ksmbd_rd_u8(r);
	len = read_length(r);
	if ((*tag & TAG_NUMBER) == TAG_NUMBER)
		r->err = true;
	ksmbd_rd_window(r, body, r->pos, len);
	ksmbd_rd_skip(r, len);
	if (!ksmbd_rd_ok(r))
		*tag = 0;
	return ksmbd_rd_ok(r);
}

bool ksmbd_asn1_rd_tag(struct ksmbd_rd *r, u8 tag, struct ksmbd_rd *body)
{
	u8 found;

	if (ksmbd_asn1_rd_any(r, &found, body) && found != tag) {
		r->err = true;
		body->err = true;
	}
	return ksmbd_rd_ok(r);
}

bool ksmbd_asn1_rd_is(const struct ksmbd_rd *r, const u8 *bytes, u32 len)
{
	return ksmbd_rd_ok(r) && r->len == len && !memcmp(r->base, bytes, len);
}

u32 ksmbd_asn1_wr_begin(struct ksmbd_wr *w, u8 tag)
{
	ksmbd_wr_u8(w, tag);
	ksmbd_wr_u8(w, 0);
	return ksmbd_wr_mark(w);
}

void ksmbd_asn1_wr_end(struct ksmbd_wr *w, u32 begin)
{
	u32 len = w->len - begin;
	u32 octets = 0;
	u32 rest;
	u8 *p;

	if (!ksmbd_wr_ok(w))
		return;
	if (len >= LENGTH_LONG)
		for (rest = len; rest; rest >>= 8)
			octets++;
	if (!ksmbd_wr_reserve(w, octets))
		return;
	p = w->buf + begin;
	if (!octets) {
		p[-1] = (u8)len;
		return;
	}
	memmove(p + octets, p, len);
	p[-1] = (u8)(LENGTH_LONG | octets);
	for (rest = len; octets; rest >>= 8)
		p[--octets] = (u8)rest;
}

void ksmbd_asn1_wr_bytes(struct ksmbd_wr *w, u8 tag, const void *bytes, u32 len)
{
	u32 begin = ksmbd_asn1_wr_begin(w, tag);

	ksmbd_wr_bytes(w, bytes, len);
	ksmbd_asn1_wr_end(w, begin);
}
