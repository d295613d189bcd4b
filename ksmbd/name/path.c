// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "name/case.h"
#include "name/path.h"
#include "name/utf16.h"

#define COMPONENT_MAX	 255 /* UTF-16 units ([MS-FSCC] 2.1.5.2) and bytes on disk */
#define PATH_BYTES_MAX	 4095
#define STREAM_UNITS_MAX (COMPONENT_MAX + 32)
/* Every unit is at least one byte of UTF-8: longer names are too long, unread. */
#define WIRE_BYTES_MAX (2 * (PATH_BYTES_MAX + STREAM_UNITS_MAX))

#define WILDCARDS "*?<>\""

/* UTF-16 units of @len bytes of UTF-8, or -EILSEQ. */
static s32 count_units(const char *s, u32 len)
{
	s32 bytes = ksmbd_utf8_utf16_len(s, len);

	return bytes < 0 ? bytes : bytes / 2;
}

static bool is_forbidden(char c, bool allow_wildcards)
{
	if ((u8)c < 0x20)
		return true;
	if (strchr(WILDCARDS, c))
		return !allow_wildcards;
	return strchr(":/\\|", c);
}

static bool is_parent(const char *s, u32 len)
{
	return len == 2 && s[0] == '.' && s[1] == '.';
}

static ntstatus_t check_component(const char *s, u32 len, bool allow_wildcards)
{
	s32 units;
	u32 i;

	if (!len || len > COMPONENT_MAX || (len == 1 && s[0] == '.') || is_parent(s, len))
		return STATUS_OBJECT_NAME_INVALID;
	for (i = 0; i < len; i++)
		if (is_forbidden(s[i], allow_wildcards))
			return STATUS_OBJECT_NAME_INVALID;
	units = count_units(s, len);
	return units < 0 || units > COMPONENT_MAX ? STATUS_OBJECT_NAME_INVALID : STATUS_SUCCESS;
}

bool ksmbd_name_check(const char *name, u32 len)
{
	return check_component(name, len, false) == STATUS_SUCCESS;
}

static bool equal_word(const char *s, u32 len, const char *word)
{
	return ksmbd_name_equal_caseless(s, len, word, strlen(word));
}

/*
 * Takes "stream" or "stream:type", what follows a name's first colon, apart.
 * [MS-FSCC] 2.1.5.3; the type's end is cut off in place.
 */
static ntstatus_t parse_stream(char *s, struct ksmbd_name_parts *parts)
{
	char *type = strchr(s, ':');
	u32 len = type ? type - s : strlen(s);
	u32 type_len = type ? strlen(type + 1) : 0;

	if (len > COMPONENT_MAX || strpbrk(s, "/\\"))
		return STATUS_OBJECT_NAME_INVALID;
	if (type && equal_word(type + 1, type_len, "$INDEX_ALLOCATION")) {
		if (len && !equal_word(s, len, "$I30"))
			return STATUS_OBJECT_NAME_INVALID;
		parts->index_stream = true;
		return STATUS_SUCCESS;
	}
	if (type && !equal_word(type + 1, type_len, "$DATA"))
		return STATUS_OBJECT_NAME_INVALID;
	if (!len) {
		if (!type)
			return STATUS_OBJECT_NAME_INVALID;
		parts->data_stream = true;
		return STATUS_SUCCESS;
	}
	if (type)
		*type = '\0';
	parts->stream = s;
	return STATUS_SUCCESS;
}

/* Cuts a stream off the last component. Its own characters are checked here only. */
static ntstatus_t split_stream(char *path, struct ksmbd_name_parts *parts)
{
	char *last = strrchr(path, '\\');
	char *colon = strchr(last ? last + 1 : path, ':');

	if (!colon)
		return STATUS_SUCCESS;
	*colon = '\0';
	return parse_stream(colon + 1, parts);
}

/* Takes the last component off the first @len bytes of @path; returns what is left. */
static u32 drop_last(const char *path, u32 len)
{
	while (len && path[len - 1] != '/')
		len--;
	return len ? len - 1 : 0;
}

/*
 * Checks every component and turns separators round. ".." takes back the component before it,
 * whatever that is on disk, as Windows does. @path is not empty.
 */
static ntstatus_t check_path(char *path, bool allow_wildcard_last)
{
	const char *s = path, *end;
	ntstatus_t status;
	u32 out = 0, len;

	for (;; s = end + 1) {
		end = strchr(s, '\\');
		len = end ? end - s : strlen(s);
		if (is_parent(s, len)) {
			if (!out)
				return STATUS_OBJECT_PATH_SYNTAX_BAD;
			out = drop_last(path, out);
		} else {
			status = check_component(s, len, allow_wildcard_last && !end);
			if (status != STATUS_SUCCESS)
				return status;
			if (out)
				path[out++] = '/';
			memmove(path + out, s, len);
			out += len;
		}
		if (!end)
			break;
	}
	path[out] = '\0';
	return STATUS_SUCCESS;
}

static ntstatus_t check_name(char *path, u32 len, bool allow_wildcard_last,
			     struct ksmbd_name_parts *parts)
{
	ntstatus_t status;

	if (len && path[len - 1] == '\\') {
		path[--len] = '\0';
		parts->trailing_slash = true;
	}
	status = split_stream(path, parts);
	if (status != STATUS_SUCCESS)
		return status;
	if (strlen(path) > PATH_BYTES_MAX)
		return STATUS_OBJECT_NAME_INVALID;
	/* Streams may belong to the root itself. */
	if (!*path)
		return STATUS_SUCCESS;
	return check_path(path, allow_wildcard_last);
}

ntstatus_t ksmbd_path_from_wire(const u8 *utf16, u32 bytes, bool allow_wildcard_last, char **out,
				struct ksmbd_name_parts *parts)
{
	struct ksmbd_name_parts found = {};
	u32 cap = bytes / 2 * 3 + 1;
	ntstatus_t status;
	char *path;
	s32 len;

	if (bytes % 2 || (bytes && utf16[0] == '\\' && !utf16[1]))
		return STATUS_INVALID_PARAMETER;
	if (bytes > WIRE_BYTES_MAX)
		return STATUS_OBJECT_NAME_INVALID;
	path = kmalloc(cap, GFP_KERNEL);
	if (!path)
		return STATUS_NO_MEMORY;
	len = ksmbd_utf16_to_utf8(utf16, bytes, path, cap);
	if (len < 0)
		status = STATUS_OBJECT_NAME_INVALID;
	else
		status = check_name(path, len, allow_wildcard_last, &found);
	if (status == STATUS_SUCCESS && !parts &&
	    (found.stream || found.data_stream || found.index_stream))
		status = STATUS_OBJECT_NAME_INVALID;
	if (status != STATUS_SUCCESS) {
		kfree(path);
		return status;
	}
	if (parts)
		*parts = found;
	*out = path;
	return STATUS_SUCCESS;
}

const char *ksmbd_path_last(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}
