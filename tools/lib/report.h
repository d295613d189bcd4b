/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Messages about input files: `FILE:LINE: text`, counted, handed to the program.
 */
#ifndef KSMBD_TOOLS_REPORT_H
#define KSMBD_TOOLS_REPORT_H

#include <stdbool.h>

/**
 * struct report - where messages go, and how many there were
 * @print: takes one line without its end; NULL: only count
 * @arg: handed to @print
 */
struct report {
	void (*print)(void *arg, bool error, const char *text);
	void *arg;
	unsigned int errors;
	unsigned int warnings;
};

/**
 * report_error() - a message that makes the input unusable
 * @file: name to put in front, or NULL; @line: 1-based, 0: the file as a whole
 */
void report_error(struct report *report, const char *file, unsigned int line, const char *format,
		  ...) __attribute__((format(printf, 4, 5)));
/** report_failure() - report_error() that returns false, for `return report_failure(...)` */
#define report_failure(...)                \
	({                                 \
		report_error(__VA_ARGS__); \
		false;                     \
	})
/** report_warning() - a message about something that is passed over */
void report_warning(struct report *report, const char *file, unsigned int line, const char *format,
		    ...) __attribute__((format(printf, 4, 5)));

#endif
