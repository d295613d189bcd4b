/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The only way bytes from a peer are read, and the only way a reply is written.
 *
 * Reader (ksmbd_rd): bounds-checked little-endian cursor over a window. The first
 * overrun latches @err; every later read gives zero or NULL, so a decoder reads all
 * its fields and asks once, with ksmbd_rd_ok(). Windows never grow.
 *
 * Writer (ksmbd_wr): bounded by @cap; a write that does not fit latches @err and
 * changes nothing. Padding is always zero. ksmbd_wr_mark()/ksmbd_wr_rollback() undo,
 * which also clears an overrun that happened after the mark.
 *
 * Neither allocates or locks.
 */
#ifndef KSMBD_WIRE_CURSOR_H
#define KSMBD_WIRE_CURSOR_H

#include <linux/string.h>
#include <linux/types.h>
#include <asm/unaligned.h>

/**
 * struct ksmbd_rd - reader
 * @base: first byte of the window (offsets on the wire are relative to a window's base)
 * @len: bytes in the window
 * @pos: next byte to read, never above @len
 * @err: an overrun has happened
 */
struct ksmbd_rd {
	const u8 *base;
	u32 len;
	u32 pos;
	bool err;
};

static inline void ksmbd_rd_init(struct ksmbd_rd *r, const void *data, u32 len)
{
	r->base = data;
	r->len = len;
	r->pos = 0;
	r->err = false;
}

static inline bool ksmbd_rd_ok(const struct ksmbd_rd *r)
{
	return !r->err;
}

static inline u32 ksmbd_rd_left(const struct ksmbd_rd *r)
{
	return r->err ? 0 : r->len - r->pos;
}

/* Takes the next @n bytes; NULL (and the latch) when they are not there. @n may be 0. */
static inline const u8 *ksmbd_rd_bytes(struct ksmbd_rd *r, u32 n)
{
	const u8 *p;

	if (r->err || n > r->len - r->pos) {
		r->err = true;
		return NULL;
	}
	p = r->base + r->pos;
	r->pos += n;
	return p;
}

static inline void ksmbd_rd_skip(struct ksmbd_rd *r, u32 n)
{
	ksmbd_rd_bytes(r, n);
}

/* Moves to offset @pos from the window's base; @pos == len is legal. */
static inline void ksmbd_rd_seek(struct ksmbd_rd *r, u32 pos)
{
	if (r->err || pos > r->len)
		r->err = true;
	else
		r->pos = pos;
}

/* Skips to the next multiple of @align (a power of two), counted from the base. */
static inline void ksmbd_rd_align(struct ksmbd_rd *r, u32 align)
{
	ksmbd_rd_skip(r, -r->pos & (align - 1));
}

static inline u8 ksmbd_rd_u8(struct ksmbd_rd *r)
{
	const u8 *p = ksmbd_rd_bytes(r, 1);

	return p ? *p : 0;
}

static inline u16 ksmbd_rd_u16(struct ksmbd_rd *r)
{
	const u8 *p = ksmbd_rd_bytes(r, 2);

	return p ? get_unaligned_le16(p) : 0;
}

static inline u32 ksmbd_rd_u32(struct ksmbd_rd *r)
{
	const u8 *p = ksmbd_rd_bytes(r, 4);

	return p ? get_unaligned_le32(p) : 0;
}

static inline u64 ksmbd_rd_u64(struct ksmbd_rd *r)
{
	const u8 *p = ksmbd_rd_bytes(r, 8);

	return p ? get_unaligned_le64(p) : 0;
}

/* Copies @n bytes to @dst; @dst is zeroed when they are not there. */
static inline void ksmbd_rd_copy(struct ksmbd_rd *r, void *dst, u32 n)
{
	const u8 *p = ksmbd_rd_bytes(r, n);

	if (p)
		memcpy(dst, p, n);
	else
		memset(dst, 0, n);
}

/*
 * Opens @sub over [@off, @off + @len) of @r's window, for offset/length fields.
 * An offset or length outside the window latches both. @r's position stays.
 */
static inline void ksmbd_rd_window(struct ksmbd_rd *r, struct ksmbd_rd *sub, u32 off, u32 len)
{
	if (r->err || off > r->len || len > r->len - off) {
		r->err = true;
		ksmbd_rd_init(sub, NULL, 0);
		sub->err = true;
		return;
	}
	ksmbd_rd_init(sub, r->base + off, len);
}

/**
 * struct ksmbd_wr - writer
 * @buf: start of the message element: offsets and alignment are counted from here
 * @cap: bytes that may be written
 * @len: bytes written
 * @err: something did not fit
 */
struct ksmbd_wr {
	u8 *buf;
	u32 cap;
	u32 len;
	bool err;
};

static inline void ksmbd_wr_init(struct ksmbd_wr *w, void *buf, u32 cap)
{
	w->buf = buf;
	w->cap = cap;
	w->len = 0;
	w->err = false;
}

static inline bool ksmbd_wr_ok(const struct ksmbd_wr *w)
{
	return !w->err;
}

static inline u32 ksmbd_wr_left(const struct ksmbd_wr *w)
{
	return w->err ? 0 : w->cap - w->len;
}

/* Appends @n bytes the caller fills at once (not zeroed); NULL when they do not fit. */
static inline u8 *ksmbd_wr_reserve(struct ksmbd_wr *w, u32 n)
{
	u8 *p;

	if (w->err || n > w->cap - w->len) {
		w->err = true;
		return NULL;
	}
	p = w->buf + w->len;
	w->len += n;
	return p;
}

/* Appends @n zero bytes. Returns the first, for a later patch, or NULL. */
static inline u8 *ksmbd_wr_zero(struct ksmbd_wr *w, u32 n)
{
	u8 *p = ksmbd_wr_reserve(w, n);

	if (p)
		memset(p, 0, n);
	return p;
}

static inline void ksmbd_wr_bytes(struct ksmbd_wr *w, const void *src, u32 n)
{
	u8 *p = ksmbd_wr_reserve(w, n);

	if (p && n)
		memcpy(p, src, n);
}

static inline void ksmbd_wr_align(struct ksmbd_wr *w, u32 align)
{
	ksmbd_wr_zero(w, -w->len & (align - 1));
}

static inline void ksmbd_wr_u8(struct ksmbd_wr *w, u8 v)
{
	u8 *p = ksmbd_wr_reserve(w, 1);

	if (p)
		*p = v;
}

static inline void ksmbd_wr_u16(struct ksmbd_wr *w, u16 v)
{
	u8 *p = ksmbd_wr_reserve(w, 2);

	if (p)
		put_unaligned_le16(v, p);
}

static inline void ksmbd_wr_u32(struct ksmbd_wr *w, u32 v)
{
	u8 *p = ksmbd_wr_reserve(w, 4);

	if (p)
		put_unaligned_le32(v, p);
}

static inline void ksmbd_wr_u64(struct ksmbd_wr *w, u64 v)
{
	u8 *p = ksmbd_wr_reserve(w, 8);

	if (p)
		put_unaligned_le64(v, p);
}

/* Overwrites four bytes already written at @pos; ignored after an overrun. */
static inline void ksmbd_wr_patch_u32(struct ksmbd_wr *w, u32 pos, u32 v)
{
	if (!w->err && pos <= w->len && w->len - pos >= 4)
		put_unaligned_le32(v, w->buf + pos);
}

static inline void ksmbd_wr_patch_u16(struct ksmbd_wr *w, u32 pos, u16 v)
{
	if (!w->err && pos <= w->len && w->len - pos >= 2)
		put_unaligned_le16(v, w->buf + pos);
}

static inline u32 ksmbd_wr_mark(const struct ksmbd_wr *w)
{
	return w->len;
}

static inline void ksmbd_wr_rollback(struct ksmbd_wr *w, u32 mark)
{
	if (mark <= w->len) {
		w->len = mark;
		w->err = false;
	}
}

#endif
