// SPDX-License-Identifier: GPL-2.0-or-later
#include "tools/lib/subauth.h"

#include <errno.h>
#include <inttypes.h>
#include <openssl/sha.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void subauth_derive(uint32_t sub_auth[3])
{
	static const char salt[] = "ksmbd server SID";
	unsigned char digest[SHA256_DIGEST_LENGTH];
	char seed[sizeof(salt) + 64] = "";
	FILE *file = fopen("/etc/machine-id", "re");

	memcpy(seed, salt, sizeof(salt));
	if (!file || !fread(seed + sizeof(salt), 1, 64, file))
		gethostname(seed + sizeof(salt), 64);
	if (file)
		fclose(file);
	SHA256((unsigned char *)seed, sizeof(seed), digest);
	memcpy(sub_auth, digest, 3 * sizeof(sub_auth[0]));
}

static bool parse_numbers(const char *text, uint32_t sub_auth[3])
{
	int i;

	for (i = 0; i < 3; i++) {
		unsigned long long value;
		char *end;

		if (*text < '0' || *text > '9')
			return false;
		value = strtoull(text, &end, 10);
		if (value > UINT32_MAX || *end != (i < 2 ? ':' : '\n'))
			return false;
		sub_auth[i] = value;
		text = end + 1;
	}
	return true;
}

void subauth_load(const char *path, uint32_t sub_auth[3], struct report *report)
{
	FILE *file = fopen(path, "re");
	char line[64] = "";
	bool good = false;

	if (file) {
		good = fgets(line, sizeof(line), file) && parse_numbers(line, sub_auth);
		fclose(file);
		if (!good)
			report_warning(report, path, 1, "not of the form \"A:B:C\": not used");
	} else if (errno != ENOENT) {
		report_warning(report, path, 0, "%s", strerror(errno));
	}
	if (!good)
		subauth_derive(sub_auth);
}
