/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Search patterns, [MS-FSA] 2.1.4.4:
 *	*	any number of characters
 *	?	one character
 *	<	(DOS_STAR) any number of characters, but not the name's last dot
 *	>	(DOS_QM) one character; nothing before a dot and at the end
 *	"	(DOS_DOT) a dot; nothing at the end
 * A character is a UTF-16 unit, as on the wire.
 */
#ifndef KSMBD_NAME_WILDCARD_H
#define KSMBD_NAME_WILDCARD_H

#include <linux/types.h>

/**
 * ksmbd_wildcard_match() - does a name fit a pattern?
 * @pattern, @pattern_len: UTF-8
 * @name, @name_len: one name as a directory spells it; longer than 255 UTF-16 units
 *                   fits nothing. A byte that is not UTF-8 is one character.
 *
 * Takes at most (pattern length x name length) steps, whatever the pattern.
 */
bool ksmbd_wildcard_match(const char *pattern, u32 pattern_len, const char *name, u32 name_len,
			  bool caseless);

/** ksmbd_wildcard_present() - has @pattern any of the five? If not, it is a plain name. */
bool ksmbd_wildcard_present(const char *pattern, u32 len);

#endif
