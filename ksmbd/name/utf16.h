/* SPDX-License-Identifier: GPL-2.0-or-later */
/* UTF-16LE of the wire <-> UTF-8 of the host. Both sides strict: what does not
 * convert both ways is refused. [MS-SMB2] 2.2, RFC 3629 */
#ifndef KSMBD_NAME_UTF16_H
#define KSMBD_NAME_UTF16_H

#include <linux/types.h>

/**
 * ksmbd_utf16_to_utf8() - convert a name from the wire
 * @src_le: UTF-16LE, any alignment
 * @bytes: length of @src_le in bytes
 * @dst: receives UTF-8 and a terminating NUL
 * @cap: bytes at @dst, the NUL included; 3 * (@bytes / 2) + 1 always suffices
 *
 * Return: length without the NUL; -EINVAL: odd length, lone surrogate or a NUL inside;
 * -ENAMETOOLONG: @cap is too small.
 */
s32 ksmbd_utf16_to_utf8(const u8 *src_le, u32 bytes, char *dst, u32 cap);

/**
 * ksmbd_utf8_to_utf16() - convert a name for the wire
 * @src: UTF-8, need not be terminated
 * @len: length of @src in bytes
 * @dst_le: receives UTF-16LE, not terminated
 * @cap: bytes at @dst_le; 2 * @len always suffices
 *
 * Return: bytes written; -EILSEQ: not UTF-8 (overlong, surrogate, above U+10FFFF, cut
 * off); -ENOSPC: @cap is too small.
 */
s32 ksmbd_utf8_to_utf16(const char *src, u32 len, u8 *dst_le, u32 cap);

/** ksmbd_utf8_utf16_len() - bytes that ksmbd_utf8_to_utf16() would write, or -EILSEQ */
s32 ksmbd_utf8_utf16_len(const char *src, u32 len);

/**
 * ksmbd_utf8_decode() - first code point of a string
 * @src, @len: UTF-8; @len must not be 0
 * @cp: receives the code point
 *
 * Return: bytes it takes (1..4) or -EILSEQ.
 */
s32 ksmbd_utf8_decode(const char *src, u32 len, u32 *cp);

#endif
