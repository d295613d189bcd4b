// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/tools/messages.h"

#include <stdio.h>

static void keep_message(void *arg, bool error, const char *text)
{
	struct messages *messages = arg;
	size_t room = sizeof(messages->text) - messages->len;
	int len =
		snprintf(messages->text + messages->len, room, "%c %s\n", error ? 'E' : 'W', text);

	if (len > 0)
		messages->len += (size_t)len < room ? (size_t)len : room - 1;
}

void messages_init(struct messages *messages)
{
	*messages = (struct messages){ .report = { keep_message, messages } };
}
