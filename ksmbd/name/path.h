/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of CREATE, rename and link requests, from the wire's form to the vfs port's.
 * [MS-FSCC] 2.1.5, [MS-FSA] 2.1.5.1, [MS-SMB2] 3.3.5.9 */
#ifndef KSMBD_NAME_PATH_H
#define KSMBD_NAME_PATH_H

#include <linux/types.h>

#include "util/status_types.h"

/**
 * struct ksmbd_name_parts - what a name said besides the path
 * @stream: name of an alternate data stream, or NULL; inside the path's allocation
 * @data_stream: "::$DATA" was given: the file itself, which then is no directory
 * @index_stream: "::$INDEX_ALLOCATION" (or ":$I30:..."): the directory itself
 * @trailing_slash: the name ended with a backslash: a directory is meant
 */
struct ksmbd_name_parts {
	const char *stream;
	bool data_stream;
	bool index_stream;
	bool trailing_slash;
};

/**
 * ksmbd_path_from_wire() - convert and check a name
 * @utf16: UTF-16LE relative to the share; empty is the share's root
 * @bytes: its length in bytes
 * @allow_wildcard_last: the last component may be a search pattern
 * @out: receives a kmalloc'ed UTF-8 path with '/' between components and none at its
 *       ends; the caller frees it. Set on success only.
 * @parts: receives the rest; may be NULL: then streams are refused
 *
 * Return: STATUS_SUCCESS; STATUS_INVALID_PARAMETER: leading backslash or odd length;
 * STATUS_OBJECT_PATH_SYNTAX_BAD: ".." would leave the share, elsewhere it takes back the
 * component before it; STATUS_OBJECT_NAME_INVALID: anything else that cannot be a name (empty
 * or "." component, forbidden character, NUL, lone surrogate, too long); STATUS_NO_MEMORY.
 */
ntstatus_t ksmbd_path_from_wire(const u8 *utf16, u32 bytes, bool allow_wildcard_last, char **out,
				struct ksmbd_name_parts *parts);

/**
 * ksmbd_name_check() - may a client see and use a name found on disk?
 * @name, @len: one component in UTF-8
 *
 * Return: false for a name that ksmbd_path_from_wire() would refuse as a component.
 */
bool ksmbd_name_check(const char *name, u32 len);

/** ksmbd_path_last() - the last component of a '/'-separated path; inside @path */
const char *ksmbd_path_last(const char *path);

#endif
