// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Not libinih: it has no line numbers, cuts lines at 200 and section names at 50 bytes,
 * and takes ':' for '=', which parameter names contain.
 */
#include "tools/lib/config_read.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/utf.h"

/* @at .. @end is not read yet; @line: number of the line before @at. */
struct lines {
	const char *at;
	const char *end;
	unsigned int line;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

/* Cut blanks off both ends of a NUL-terminated text. */
static char *trim(char *text)
{
	char *end = text + strlen(text);

	while (end > text && is_blank(end[-1]))
		end--;
	*end = '\0';
	while (is_blank(*text))
		text++;
	return text;
}

/*
 * Append the next physical line to @buffer at @used, without its end.
 * Return: its length; *@joined: it ends in a backslash, which is left out
 */
static size_t take_line(struct lines *lines, char *buffer, size_t used, bool *joined)
{
	const char *newline = memchr(lines->at, '\n', lines->end - lines->at);
	const char *stop = newline ? newline : lines->end;
	size_t len = stop - lines->at;

	memcpy(buffer + used, lines->at, len);
	lines->at = newline ? newline + 1 : lines->end;
	lines->line++;
	while (len && is_blank(buffer[used + len - 1]))
		len--;
	*joined = len && buffer[used + len - 1] == '\\' && lines->at < lines->end;
	return len - *joined;
}

/*
 * Read one logical line into @buffer (room for all of the text) and terminate it.
 * Return: false at the end. *@first: the line number where it begins
 */
static bool take_logical(struct lines *lines, char *buffer, size_t *len, unsigned int *first)
{
	bool joined;

	if (lines->at == lines->end)
		return false;
	*len = take_line(lines, buffer, 0, &joined);
	*first = lines->line;
	buffer[*len] = '\0';
	/* A comment is one line, whatever it ends in. */
	if (strchr(";#", buffer[strspn(buffer, " \t")]))
		joined = false;
	while (joined)
		*len += take_line(lines, buffer, *len, &joined);
	buffer[*len] = '\0';
	return true;
}

static const char *parse_section(char *text, char **section)
{
	char *close = strchr(text, ']');

	if (!close)
		return "\"]\" is missing";
	if (*trim(close + 1))
		return "text after \"]\"";
	*close = '\0';
	text = trim(text + 1);
	if (!*text)
		return "a section without a name";
	free(*section);
	*section = strdup(text);
	return *section ? NULL : "out of memory";
}

static const char *parse_pair(char *text, char **key, char **value)
{
	char *equals = strchr(text, '=');

	if (!equals)
		return "neither \"[section]\" nor \"name = value\"";
	*equals = '\0';
	*key = trim(text);
	*value = trim(equals + 1);
	return **key ? NULL : "a value without a name";
}

int conf_parse(const char *name, const char *text, size_t len, struct report *report,
	       int (*take)(void *arg, unsigned int line, const char *section, const char *key,
			   const char *value),
	       void *arg)
{
	struct lines lines = { text, text + len, 0 };
	char *buffer = malloc(len + 1), *section = NULL;
	unsigned int line;
	size_t line_len;
	int ret = 0;

	if (!buffer) {
		report_error(report, name, 0, "out of memory");
		return 0;
	}
	if (len >= 3 && !memcmp(text, "\xef\xbb\xbf", 3))
		lines.at += 3;
	while (!ret && take_logical(&lines, buffer, &line_len, &line)) {
		bool has_nul = memchr(buffer, '\0', line_len);
		char *at = trim(buffer), *key = NULL, *value = NULL;
		const char *problem = NULL;

		if (*at == ';' || *at == '#' || (!*at && !has_nul))
			continue;
		if (has_nul)
			problem = "a NUL byte";
		else if (!utf8_valid(at))
			problem = "not UTF-8";
		else if (*at == '[')
			problem = parse_section(at, &section);
		else
			problem = parse_pair(at, &key, &value);
		if (!problem && key && !section)
			problem = "a parameter before the first \"[section]\"";
		if (problem)
			report_error(report, name, line, "%s", problem);
		else
			ret = take(arg, line, section, key, value);
	}
	free(section);
	free(buffer);
	return ret;
}
