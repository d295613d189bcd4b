// SPDX-License-Identifier: GPL-2.0-or-later
#include "tools/lib/tool.h"

#include <stdarg.h>
#include <stdio.h>
#include <syslog.h>

#include "tools/lib/version.h"

#define LINE_SIZE 1280

static const char *tool_name = "ksmbd";
static bool to_syslog;

void tool_init(const char *name)
{
	tool_name = name;
}

void tool_use_syslog(void)
{
	openlog(tool_name, LOG_PID, LOG_DAEMON);
	to_syslog = true;
}

void tool_complain(const char *format, ...)
{
	char text[LINE_SIZE];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	/* In one call: lines of several processes must not mix. */
	if (to_syslog)
		syslog(LOG_NOTICE, "%s", text);
	else
		fprintf(stderr, "%s: %s\n", tool_name, text);
}

void tool_print_report(void *arg, bool error, const char *text)
{
	(void)arg;
	tool_complain("%s%s", error ? "" : "warning: ", text);
}

enum tool_status tool_usage(void)
{
	fprintf(stderr, "Try '%s --help'.\n", tool_name);
	return TOOL_USAGE;
}

enum tool_status tool_version(void)
{
	printf("%s %s\n", tool_name, KSMBD_TOOLS_VERSION);
	return TOOL_DONE;
}
