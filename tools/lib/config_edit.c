// SPDX-License-Identifier: GPL-2.0-or-later
#include "tools/lib/config_edit.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "tools/lib/config_params.h"
#include "tools/lib/utf.h"

#define BLANKS " \t\r\v\f"

enum line_kind {
	LINE_OTHER, /* empty, a comment, or nonsense */
	LINE_SECTION,
	LINE_PARAM,
};

/* A logical line: with those that a backslash joins to it. @begin .. @end: with its end. */
struct line {
	size_t begin;
	size_t end;
	enum line_kind kind;
	bool mine;	/* in a section of the share */
	char name[256]; /* of the section or the parameter, cut off */
};

struct lines {
	struct line *line;
	size_t count;
};

/* realloc() to the next power of two: texts may be long and lines many. */
static void put_text(struct edit_text *text, const char *data, size_t len)
{
	size_t room = 1024;
	char *more = NULL;

	while (room <= text->len + len)
		room *= 2;
	if (text->data)
		more = realloc(text->data, room);
	if (!more) {
		free(text->data);
		text->data = NULL;
		return;
	}
	text->data = more;
	memcpy(more + text->len, data, len);
	text->len += len;
	more[text->len] = '\0';
}

static void begin_text(struct edit_text *text)
{
	text->len = 0;
	text->data = calloc(1, 1);
}

static int end_text(const struct edit_text *text)
{
	return text->data ? 0 : -ENOMEM;
}

/* The end of the physical line at @at, behind its newline; *@joined: it goes on */
static size_t line_end(const char *text, size_t len, size_t at, bool *joined)
{
	const char *newline = memchr(text + at, '\n', len - at);
	size_t end = newline ? (size_t)(newline - text) : len, last = end;

	while (last > at && strchr(BLANKS, text[last - 1]))
		last--;
	*joined = newline && last > at && text[last - 1] == '\\';
	return newline ? end + 1 : len;
}

/* Copy @begin .. @end without blanks at both ends and without joints. */
static void copy_name(const char *begin, const char *end, char *name, size_t size)
{
	size_t used = 0;

	for (; begin < end && used + 1 < size; begin++) {
		if (*begin == '\\' && begin + 1 < end && strspn(begin + 1, BLANKS "\n"))
			begin += strspn(begin + 1, BLANKS "\n");
		else if (used || !strchr(BLANKS, *begin))
			name[used++] = *begin;
	}
	while (used && strchr(BLANKS, name[used - 1]))
		used--;
	name[used] = '\0';
}

/* A backslash that joins the next line; blanks may follow it. */
static bool is_joint(const char *at)
{
	return *at == '\\' && at[1 + strspn(at + 1, BLANKS)] == '\n';
}

static void classify(const char *text, struct line *line)
{
	const char *at = text + line->begin, *end = text + line->end, *mark;

	/* A byte order mark: elsewhere it is part of a name, as conf_parse() has it. */
	if (!line->begin && !strncmp(at, "\xef\xbb\xbf", 3))
		at += 3;
	while (at < end && (strchr(BLANKS, *at) || is_joint(at)))
		at += is_joint(at) ? 1 + strspn(at + 1, BLANKS) + 1 : 1;
	line->kind = LINE_OTHER;
	line->name[0] = '\0';
	if (at == end || strchr(";#\n", *at))
		return;
	mark = memchr(at, *at == '[' ? ']' : '=', end - at);
	if (!mark)
		return;
	line->kind = *at == '[' ? LINE_SECTION : LINE_PARAM;
	copy_name(*at == '[' ? at + 1 : at, mark, line->name, sizeof(line->name));
}

static bool is_comment(const char *text, size_t begin, size_t end)
{
	while (begin < end && strchr(" \t", text[begin]))
		begin++;
	return begin < end && strchr(";#", text[begin]);
}

/* Cut @text (NUL-terminated at @len) into lines; those of @share are marked. */
static int read_lines(const char *text, size_t len, const char *share, struct lines *lines)
{
	size_t at = 0, room = 0;
	bool mine = false;

	*lines = (struct lines){ 0 };
	while (at < len) {
		struct line *line;
		bool joined;

		if (lines->count == room) {
			room = room ? 2 * room : 64;
			line = reallocarray(lines->line, room, sizeof(*line));
			if (!line) {
				free(lines->line);
				return -ENOMEM;
			}
			lines->line = line;
		}
		line = &lines->line[lines->count++];
		line->begin = at;
		at = line_end(text, len, at, &joined);
		if (is_comment(text, line->begin, at))
			joined = false;
		while (joined && at < len)
			at = line_end(text, len, at, &joined);
		line->end = at;
		classify(text, line);
		if (line->kind == LINE_SECTION)
			mine = !utf8_casecmp(line->name, share);
		line->mine = mine;
	}
	return 0;
}

/* strchr() and strncmp() above need a NUL at the end. */
static char *copy_text(const char *text, size_t len)
{
	char *copy = malloc(len + 1);

	if (copy) {
		memcpy(copy, text, len);
		copy[len] = '\0';
	}
	return copy;
}

/* Both are names of one parameter. */
static bool same_param(const char *a, const char *b)
{
	const struct param *first = param_find(PARAM_SHARE, a);
	const struct param *second = param_find(PARAM_SHARE, b);

	if (!first || !second)
		return false;
	if (first->type == PARAM_NONE || second->type == PARAM_NONE)
		return first == second;
	return first->offset == second->offset;
}

/* The last line of the share that sets @key: it is the one that counts. */
static size_t find_param(const struct lines *lines, const char *key)
{
	size_t i, found = lines->count;

	for (i = 0; i < lines->count; i++) {
		if (lines->line[i].mine && lines->line[i].kind == LINE_PARAM &&
		    same_param(lines->line[i].name, key))
			found = i;
	}
	return found;
}

/* The share's last parameter, or the head of its last section; @count: it has none. */
static size_t find_last(const struct lines *lines)
{
	size_t i, found = lines->count;

	for (i = 0; i < lines->count; i++) {
		if (lines->line[i].mine && lines->line[i].kind != LINE_OTHER)
			found = i;
	}
	return found;
}

static void put_param(struct edit_text *result, const char *text, const struct line *like,
		      const struct edit_param *param)
{
	size_t indent = 0, end = like ? like->end : 0;

	/* As the line that it replaces or comes after: its indentation and its line end. */
	while (like && like->begin + indent < end && strchr(" \t", text[like->begin + indent]))
		indent++;
	if (like && like->kind == LINE_PARAM)
		put_text(result, text + like->begin, indent);
	else
		put_text(result, "\t", 1);
	put_text(result, param->key, strlen(param->key));
	put_text(result, " = ", 3);
	put_text(result, param->value, strlen(param->value));
	if (like && end - like->begin >= 2 && !memcmp(text + end - 2, "\r\n", 2))
		put_text(result, "\r", 1);
	put_text(result, "\n", 1);
}

static void put_new_share(struct edit_text *result, const char *share,
			  const struct edit_param *params, size_t count)
{
	size_t i;

	if (result->len && (result->len < 2 || memcmp(result->data + result->len - 2, "\n\n", 2)))
		put_text(result, "\n", 1);
	put_text(result, "[", 1);
	put_text(result, share, strlen(share));
	put_text(result, "]\n", 2);
	for (i = 0; i < count; i++)
		put_param(result, NULL, NULL, &params[i]);
}

/*
 * A line as it was; with an end, since more may come behind it. A backslash at the text's end
 * joined nothing: now it has an empty line.
 */
static void put_line(struct edit_text *result, const char *text, const struct line *line)
{
	size_t last = line->end;
	bool ended = last > line->begin && text[last - 1] == '\n';

	put_text(result, text + line->begin, line->end - line->begin);
	if (!ended && line->end > line->begin)
		put_text(result, "\n", 1);
	last -= ended;
	while (last > line->begin && strchr(BLANKS, text[last - 1]))
		last--;
	if (last > line->begin && text[last - 1] == '\\' &&
	    !is_comment(text, line->begin, line->end))
		put_text(result, "\n", 1);
}

/* The last of @params with the same meaning as number @at is the one that counts. */
static bool is_overridden(const struct edit_param *params, size_t count, size_t at)
{
	size_t i;

	for (i = at + 1; i < count; i++) {
		if (same_param(params[i].key, params[at].key))
			return true;
	}
	return false;
}

/* @where: the line that parameter k replaces, lines->count: none, SIZE_MAX: it is left out */
static void find_params(const struct lines *lines, const struct edit_param *params, size_t count,
			size_t *where)
{
	size_t k;

	for (k = 0; k < count; k++)
		where[k] = is_overridden(params, count, k) ? SIZE_MAX :
							     find_param(lines, params[k].key);
}

static void set_params(const char *text, const struct lines *lines, const char *share,
		       const struct edit_param *params, size_t count, const size_t *where,
		       struct edit_text *result)
{
	size_t last = find_last(lines), i, k;

	for (i = 0; i < lines->count; i++) {
		const struct line *line = &lines->line[i];
		bool replaced = false;

		for (k = 0; k < count; k++) {
			if (where[k] != i)
				continue;
			put_param(result, text, line, &params[k]);
			replaced = true;
		}
		if (!replaced)
			put_line(result, text, line);
		for (k = 0; i == last && k < count; k++) {
			if (where[k] == lines->count)
				put_param(result, text, line, &params[k]);
		}
	}
	if (last == lines->count)
		put_new_share(result, share, params, count);
}

bool edit_has_share(const char *text, size_t len, const char *share)
{
	char *copy = copy_text(text, len);
	struct lines lines;
	bool found;

	if (!copy || read_lines(copy, len, share, &lines)) {
		free(copy);
		return false;
	}
	found = find_last(&lines) < lines.count;
	free(lines.line);
	free(copy);
	return found;
}

int edit_set_share(const char *text, size_t len, const char *share, const struct edit_param *params,
		   size_t count, struct edit_text *result)
{
	size_t *where = calloc(count + 1, sizeof(*where));
	char *copy = copy_text(text, len);
	struct lines lines;

	begin_text(result);
	if (!where || !copy || read_lines(copy, len, share, &lines)) {
		free(where);
		free(copy);
		free(result->data);
		return -ENOMEM;
	}
	find_params(&lines, params, count, where);
	set_params(copy, &lines, share, params, count, where, result);
	free(where);
	free(lines.line);
	free(copy);
	return end_text(result);
}

/* The line behind the last parameter (or the head) of the section that begins at @head. */
static size_t section_end(const struct lines *lines, size_t head)
{
	size_t i, end = head + 1;

	for (i = head + 1; i < lines->count && lines->line[i].kind != LINE_SECTION; i++) {
		if (lines->line[i].kind == LINE_PARAM)
			end = i + 1;
	}
	return end;
}

int edit_delete_share(const char *text, size_t len, const char *share, struct edit_text *result)
{
	char *copy = copy_text(text, len);
	struct lines lines;
	size_t i = 0;

	begin_text(result);
	if (!copy || read_lines(copy, len, share, &lines)) {
		free(copy);
		free(result->data);
		return -ENOMEM;
	}
	while (i < lines.count) {
		const struct line *line = &lines.line[i];

		if (line->mine && line->kind == LINE_SECTION) {
			i = section_end(&lines, i);
			continue;
		}
		put_text(result, copy + line->begin, line->end - line->begin);
		i++;
	}
	free(lines.line);
	free(copy);
	return end_text(result);
}
