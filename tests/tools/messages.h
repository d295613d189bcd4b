/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keeps what a struct report prints, for tests. */
#ifndef TESTS_TOOLS_MESSAGES_H
#define TESTS_TOOLS_MESSAGES_H

#include <stddef.h>

#include "tools/lib/report.h"

/** struct messages - lines "E text" and "W text" */
struct messages {
	struct report report;
	size_t len;
	char text[8192];
};

/** messages_init() - empty, counting */
void messages_init(struct messages *messages);

#endif
