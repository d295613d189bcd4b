// SPDX-License-Identifier: GPL-2.0-or-later
/* Strings, numbers in strings, hexadecimal. */

#include <linux/ctype.h>
#include <linux/kernel.h>
#include <linux/string.h>

const char hex_asc[] = "0123456789abcdef";
const char hex_asc_upper[] = "0123456789ABCDEF";

ssize_t strscpy(char *dest, const char *src, size_t count)
{
	size_t len;

	if (!count || WARN_ON_ONCE(count > INT_MAX))
		return -E2BIG;
	len = strnlen(src, count);
	if (len == count) {
		memcpy(dest, src, count - 1);
		dest[count - 1] = '\0';
		return -E2BIG;
	}
	memcpy(dest, src, len + 1);
	return (ssize_t)len;
}

ssize_t strscpy_pad(char *dest, const char *src, size_t count)
{
	ssize_t len = strscpy(dest, src, count);

	if (len >= 0 && (size_t)len + 1 < count)
		memset(dest + len + 1, 0, count - (size_t)len - 1);
	return len;
}

char *strnchr(const char *s, size_t count, int c)
{
	for (; count--; s++) {
		if (*s == (char)c)
			return (char *)s;
		if (!*s)
			break;
	}
	return NULL;
}

char *skip_spaces(const char *str)
{
	while (isspace((unsigned char)*str))
		str++;
	return (char *)str;
}

char *strim(char *s)
{
	size_t len = strlen(s);

	while (len && isspace((unsigned char)s[len - 1]))
		s[--len] = '\0';
	return skip_spaces(s);
}

void *memchr_inv(const void *s, int c, size_t n)
{
	const u8 *p = s;

	for (; n--; p++)
		if (*p != (u8)c)
			return (void *)p;
	return NULL;
}

void memzero_explicit(void *s, size_t count)
{
	memset(s, 0, count);
	barrier_data(s);
}

int scnprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vscnprintf(buf, size, fmt, args);
	va_end(args);
	return n;
}

int vscnprintf(char *buf, size_t size, const char *fmt, va_list args)
{
	int n;

	if (!size)
		return 0;
	n = vsnprintf(buf, size, fmt, args);
	if (n < 0)
		return 0;
	return (size_t)n < size ? n : (int)(size - 1);
}

int hex_to_bin(unsigned char ch)
{
	if (ch >= '0' && ch <= '9')
		return ch - '0';
	ch |= 0x20;
	if (ch >= 'a' && ch <= 'f')
		return ch - 'a' + 10;
	return -1;
}

int hex2bin(u8 *dst, const char *src, size_t count)
{
	int hi, lo;

	for (; count--; src += 2) {
		hi = hex_to_bin((unsigned char)src[0]);
		if (hi < 0)
			return -EINVAL;
		lo = hex_to_bin((unsigned char)src[1]);
		if (lo < 0)
			return -EINVAL;
		*dst++ = (u8)(hi << 4 | lo);
	}
	return 0;
}

char *bin2hex(char *dst, const void *src, size_t count)
{
	const u8 *p = src;

	while (count--)
		dst = hex_byte_pack(dst, *p++);
	return dst;
}

static const char *parse_base(const char *s, unsigned int *base)
{
	bool hex = s[0] == '0' && (s[1] | 0x20) == 'x' && hex_to_bin((unsigned char)s[2]) >= 0;

	if (!*base)
		*base = hex ? 16 : s[0] == '0' ? 8 : 10;
	if (*base == 16 && s[0] == '0' && (s[1] | 0x20) == 'x')
		s += 2;
	return s;
}

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'z' ? c - 'a' + 10 : 36;
}

static int parse_number(const char *s, unsigned int base, unsigned long long *res)
{
	unsigned long long val = 0;
	bool any = false, over = false;
	int digit;

	s = parse_base(s, &base);
	for (; (digit = digit_value(*s)) < (int)base; s++, any = true)
		over |= __builtin_mul_overflow(val, base, &val) ||
			__builtin_add_overflow(val, (unsigned int)digit, &val);
	if (!any)
		return -EINVAL;
	if (over)
		return -ERANGE;
	if (*s == '\n')
		s++;
	if (*s)
		return -EINVAL;
	*res = val;
	return 0;
}

int kstrtoull(const char *s, unsigned int base, unsigned long long *res)
{
	return parse_number(*s == '+' ? s + 1 : s, base, res);
}

int kstrtoll(const char *s, unsigned int base, long long *res)
{
	unsigned long long val;
	int err;

	if (*s != '-') {
		err = kstrtoull(s, base, &val);
		if (!err && val > LLONG_MAX)
			err = -ERANGE;
		if (!err)
			*res = (long long)val;
		return err;
	}
	err = parse_number(s + 1, base, &val);
	if (!err && val > (unsigned long long)LLONG_MAX + 1)
		err = -ERANGE;
	if (!err)
		*res = (long long)-val;
	return err;
}

#define DEFINE_KSTRTO(name, type, wide, parse)                \
	int name(const char *s, unsigned int base, type *res) \
	{                                                     \
		wide val;                                     \
		int err = parse(s, base, &val);               \
                                                              \
		if (err)                                      \
			return err;                           \
		if (val != (wide)(type)val)                   \
			return -ERANGE;                       \
		*res = (type)val;                             \
		return 0;                                     \
	}

DEFINE_KSTRTO(kstrtoul, unsigned long, unsigned long long, kstrtoull)
DEFINE_KSTRTO(kstrtouint, unsigned int, unsigned long long, kstrtoull)
DEFINE_KSTRTO(kstrtou16, u16, unsigned long long, kstrtoull)
DEFINE_KSTRTO(kstrtou8, u8, unsigned long long, kstrtoull)
DEFINE_KSTRTO(kstrtol, long, long long, kstrtoll)
DEFINE_KSTRTO(kstrtoint, int, long long, kstrtoll)

int kstrtobool(const char *s, bool *res)
{
	if (!s)
		return -EINVAL;
	switch (s[0]) {
	case 'y':
	case 'Y':
	case '1':
		*res = true;
		return 0;
	case 'n':
	case 'N':
	case '0':
		*res = false;
		return 0;
	case 'o':
	case 'O':
		if (s[1] != 'n' && s[1] != 'N' && s[1] != 'f' && s[1] != 'F')
			return -EINVAL;
		*res = (s[1] | 0x20) == 'n';
		return 0;
	default:
		return -EINVAL;
	}
}
