// SPDX-License-Identifier: GPL-2.0-or-later
#include "tools/lib/config_values.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "tools/lib/config.h"

#define MAX_ITEMS  4096
#define SEPARATORS " \t,"

#define fail(place, ...) report_failure((place)->report, (place)->file, (place)->line, __VA_ARGS__)

static bool fail_memory(const struct value_place *place)
{
	return fail(place, "out of memory");
}

bool value_set_bool(const struct value_place *place, bool *field, const char *text, bool negate)
{
	static const char *const names[][2] = {
		{ "no", "yes" }, { "false", "true" }, { "off", "on" }, { "0", "1" }
	};
	size_t i, value;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		for (value = 0; value < 2; value++) {
			if (!strcasecmp(text, names[i][value])) {
				*field = value != negate;
				return true;
			}
		}
	}
	return fail(place, "%s: \"%s\" is neither yes nor no", place->param, text);
}

/* Digits only: strtoull() would take a sign and leading spaces as well. */
static bool parse_digits(const char *text, int base, uint64_t *value, const char **rest)
{
	char *end;

	if (*text < '0' || *text >= '0' + base)
		return false;
	errno = 0;
	*value = strtoull(text, &end, base);
	*rest = end;
	return !errno;
}

/* The power of two that a unit stands for, or -1. */
static int unit_shift(const char *text)
{
	static const char units[] = "KMGTPE";
	const char *unit;

	if (!*text)
		return 0;
	unit = strchr(units, toupper((unsigned char)text[0]));
	if (!unit || (text[1] && (toupper((unsigned char)text[1]) != 'B' || text[2])))
		return -1;
	return 10 * (unit - units + 1);
}

bool value_set_number(const struct value_place *place, uint32_t *field, const char *text, int base,
		      uint64_t min, uint64_t max)
{
	const char *rest;
	uint64_t value;
	int shift = 0;

	if (!parse_digits(text, base, &value, &rest))
		shift = -1;
	else if (*rest)
		shift = base == 10 ? unit_shift(rest) : -1;
	if (shift < 0)
		return fail(place, "%s: \"%s\" is not %s", place->param, text,
			    base == 8 ? "an octal number" : "a number");
	value = value > UINT64_MAX >> shift ? UINT64_MAX : value << shift;
	if (value < min || value > max)
		return fail(place,
			    base == 8 ? "%s: %s is not between %#llo and %#llo" :
					"%s: %s is not between %llu and %llu",
			    place->param, text, (unsigned long long)min, (unsigned long long)max);
	*field = value;
	return true;
}

bool value_set_size(const struct value_place *place, uint32_t *field, const char *text,
		    uint64_t min, uint64_t max)
{
	const char *rest;
	uint64_t value;
	int shift;

	if (!parse_digits(text, 10, &value, &rest))
		return fail(place, "%s: \"%s\" is not a size", place->param, text);
	shift = unit_shift(rest);
	if (shift < 0)
		return fail(place, "%s: \"%s\" is not a size", place->param, text);
	value = value > UINT64_MAX >> shift ? UINT64_MAX : value << shift;
	if (value < min || value > max) {
		value = value < min ? min : max;
		report_warning(place->report, place->file, place->line,
			       "%s: %s is not between %llu and %llu: taken as %llu", place->param,
			       text, (unsigned long long)min, (unsigned long long)max,
			       (unsigned long long)value);
	}
	*field = value;
	return true;
}

static bool store_string(const struct value_place *place, char **field, const char *text,
			 size_t len)
{
	char *copy = strndup(text, len);

	if (!copy)
		return fail_memory(place);
	free(*field);
	*field = copy;
	return true;
}

bool value_set_string(const struct value_place *place, char **field, const char *text, uint64_t min,
		      uint64_t max)
{
	size_t len = strlen(text);

	if (len < min)
		return fail(place, "%s is empty", place->param);
	if (len > max)
		return fail(place, "%s: more than %llu bytes", place->param,
			    (unsigned long long)max);
	return store_string(place, field, text, len);
}

bool value_set_path(const struct value_place *place, char **field, const char *text, uint64_t min,
		    uint64_t max)
{
	size_t len = strlen(text);

	if (!len && !min) {
		free(*field);
		*field = NULL;
		return true;
	}
	if (*text != '/')
		return fail(place, "%s: \"%s\" is not an absolute path", place->param, text);
	if (len > max)
		return fail(place, "%s: more than %llu bytes", place->param,
			    (unsigned long long)max);
	while (len > 1 && text[len - 1] == '/')
		len--;
	return store_string(place, field, text, len);
}

void value_list_free(char **list)
{
	char **at;

	for (at = list; at && *at; at++)
		free(*at);
	free(list);
}

/*
 * Take one item off *@text, which does not begin with a separator. Quotation marks may
 * stand anywhere in it: @"power users". NULL without memory.
 */
static char *next_item(const char **text, bool *open_quote)
{
	const char *at = *text;
	char *item = malloc(strlen(at) + 1);
	bool quoted = false;
	size_t len = 0;

	if (!item)
		return NULL;
	for (; *at && (quoted || !strchr(SEPARATORS, *at)); at++) {
		if (*at == '"')
			quoted = !quoted;
		else
			item[len++] = *at;
	}
	item[len] = '\0';
	*open_quote = quoted;
	*text = at;
	return item;
}

struct list {
	char **items;
	size_t count;
	size_t room;
};

static bool add_item(struct list *list, char *item)
{
	if (list->count == list->room) {
		size_t room = list->room ? 2 * list->room : 8;
		char **more = reallocarray(list->items, room + 1, sizeof(*more));

		if (!more)
			return false;
		list->items = more;
		list->room = room;
	}
	list->items[list->count++] = item;
	list->items[list->count] = NULL;
	return true;
}

/* NULL after an error was reported; an empty list has one element, NULL. */
static char **parse_list(const struct value_place *place, const char *text)
{
	struct list list = { .items = calloc(1, sizeof(char *)) };
	const char *problem = "out of memory";

	while (list.items && *(text += strspn(text, SEPARATORS))) {
		bool open_quote = false;
		char *item = next_item(&text, &open_quote);

		if (open_quote)
			problem = "a quotation mark is missing";
		else if (list.count == MAX_ITEMS)
			problem = "too many items";
		else if (item && !*item) {
			free(item);
			continue;
		} else if (item && add_item(&list, item))
			continue;
		free(item);
		value_list_free(list.items);
		list.items = NULL;
	}
	if (!list.items)
		fail(place, "%s: %s", place->param, problem);
	return list.items;
}

bool value_set_list(const struct value_place *place, char ***field, const char *text)
{
	char **list = parse_list(place, text);

	if (!list)
		return false;
	if (!*list) {
		free(list);
		list = NULL;
	}
	value_list_free(*field);
	*field = list;
	return true;
}

bool value_set_hosts(const struct value_place *place, struct hosts **field, const char *text)
{
	char **list = parse_list(place, text);
	struct hosts *hosts = NULL;
	const char *bad;

	if (!list)
		return false;
	if (*list) {
		hosts = hosts_parse(list, &bad);
		if (!hosts) {
			if (bad)
				fail(place,
				     "%s: \"%s\" is no address and no network (names do not work)",
				     place->param, bad);
			else
				fail_memory(place);
			value_list_free(list);
			return false;
		}
	}
	value_list_free(list);
	hosts_free(*field);
	*field = hosts;
	return true;
}

bool value_set_veto(const struct value_place *place, char **field, size_t *size, const char *text)
{
	/* Every pattern is shorter than its text with the slash; one more NUL ends them. */
	char *veto = calloc(1, strlen(text) + 2);
	size_t used = 0;

	if (!veto)
		return fail_memory(place);
	while (*text) {
		size_t len = strcspn(text, "/");

		memcpy(veto + used, text, len);
		if (len)
			used += len + 1;
		text += len + !!text[len];
	}
	if (!used) {
		free(veto);
		veto = NULL;
	}
	free(*field);
	*field = veto;
	*size = veto ? used + 1 : 0;
	return true;
}

bool value_set_vfs(const struct value_place *place, uint32_t *field, const char *text)
{
	static const struct {
		const char *name;
		uint32_t bit;
	} known[] = {
		{ "acl_xattr", CONF_VFS_ACL_XATTR },
		{ "streams_xattr", CONF_VFS_STREAMS_XATTR },
	};
	char **list = parse_list(place, text), **at;
	uint32_t value = 0;

	if (!list)
		return false;
	for (at = list; *at; at++) {
		size_t i, count = sizeof(known) / sizeof(known[0]);

		for (i = 0; i < count && strcasecmp(*at, known[i].name); i++)
			;
		if (i < count)
			value |= known[i].bit;
		else
			report_warning(place->report, place->file, place->line,
				       "%s: \"%s\" is unknown and has no effect", place->param,
				       *at);
	}
	value_list_free(list);
	*field = value;
	return true;
}
