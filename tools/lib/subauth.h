/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The three numbers that make the server's SID, S-1-5-21-A-B-C, its own. */
#ifndef KSMBD_TOOLS_SUBAUTH_H
#define KSMBD_TOOLS_SUBAUTH_H

#include <stdint.h>

#include "tools/lib/report.h"

/** subauth_derive() - from this machine's id: the same at every start */
void subauth_derive(uint32_t sub_auth[3]);
/**
 * subauth_load() - from a file with one line "A:B:C"
 *
 * An installation that moves here brings it along. Without a file, and with a warning for
 * one that is not understood, as subauth_derive().
 */
void subauth_load(const char *path, uint32_t sub_auth[3], struct report *report);

#endif
