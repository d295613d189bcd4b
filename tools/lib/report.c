// SPDX-License-Identifier: GPL-2.0-or-later
#include "tools/lib/report.h"

#include <stdarg.h>
#include <stdio.h>

#define MESSAGE_SIZE 1024

static void print_message(struct report *report, bool error, const char *file, unsigned int line,
			  const char *format, va_list args)
{
	char text[MESSAGE_SIZE];
	int used = 0;

	if (!report->print)
		return;
	if (file && line)
		used = snprintf(text, sizeof(text), "%.512s:%u: ", file, line);
	else if (file)
		used = snprintf(text, sizeof(text), "%.512s: ", file);
	vsnprintf(text + used, sizeof(text) - used, format, args);
	/* A hostile file must not be able to drive a terminal. */
	for (char *at = text; *at; at++) {
		if ((unsigned char)*at < 0x20 || *at == 0x7f)
			*at = '?';
	}
	report->print(report->arg, error, text);
}

void report_error(struct report *report, const char *file, unsigned int line, const char *format,
		  ...)
{
	va_list args;

	report->errors++;
	va_start(args, format);
	print_message(report, true, file, line, format, args);
	va_end(args);
}

void report_warning(struct report *report, const char *file, unsigned int line, const char *format,
		    ...)
{
	va_list args;

	report->warnings++;
	va_start(args, format);
	print_message(report, false, file, line, format, args);
	va_end(args);
}
