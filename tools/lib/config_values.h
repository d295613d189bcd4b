/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Values of parameters: text to a field. Every function reports what is wrong with
 * @text at @place and returns false; the field then keeps its old value.
 */
#ifndef KSMBD_TOOLS_CONFIG_VALUES_H
#define KSMBD_TOOLS_CONFIG_VALUES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tools/lib/hosts.h"
#include "tools/lib/report.h"

/** struct value_place - where a value stands; @param: the parameter's name */
struct value_place {
	struct report *report;
	const char *file;
	unsigned int line;
	const char *param;
};

/** value_set_bool() - yes/no, true/false, on/off, 1/0 */
bool value_set_bool(const struct value_place *place, bool *field, const char *text, bool negate);
/** value_set_number() - digits of @base within @min .. @max; decimal ones may end in K, M, .. */
bool value_set_number(const struct value_place *place, uint32_t *field, const char *text, int base,
		      uint64_t min, uint64_t max);
/** value_set_size() - a number with K, M, G, T, P or E; moved into @min .. @max with a warning */
bool value_set_size(const struct value_place *place, uint32_t *field, const char *text,
		    uint64_t min, uint64_t max);
/** value_set_string() - @min .. @max bytes */
bool value_set_string(const struct value_place *place, char **field, const char *text, uint64_t min,
		      uint64_t max);
/** value_set_path() - absolute; trailing slashes are dropped; "" with @min 0: NULL */
bool value_set_path(const struct value_place *place, char **field, const char *text, uint64_t min,
		    uint64_t max);
/** value_set_list() - items separated by spaces and commas, or in double quotes; "": NULL */
bool value_set_list(const struct value_place *place, char ***field, const char *text);
/** value_list_free() - a NULL-terminated list and its items; NULL is ignored */
void value_list_free(char **list);
/** value_set_hosts() - see hosts_parse(); "": NULL */
bool value_set_hosts(const struct value_place *place, struct hosts **field, const char *text);
/** value_set_veto() - patterns between slashes; see struct conf_share */
bool value_set_veto(const struct value_place *place, char **field, size_t *size, const char *text);
/** value_set_vfs() - names of "vfs objects"; an unknown one is passed over with a warning */
bool value_set_vfs(const struct value_place *place, uint32_t *field, const char *text);

#endif
